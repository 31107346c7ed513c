package scaffold_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/conformance"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
	"github.com/naru-rag/naru/wasm/scaffold"
)

// TestNew lays out a plugin in each language. That in Go is built and called here, the
// others in CI, which has their compilers.
func TestNew(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range scaffold.Languages {
		folder := filepath.Join(t.TempDir(), "my-plugin")
		if err := scaffold.New(language, folder, root); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(folder, manifest.ManifestFile))
		if err != nil {
			t.Fatal(err)
		}
		m, err := manifest.Parse(text)
		if err != nil || m.Name != "my-plugin" {
			t.Fatalf("%s: the manifest is %+v, %v", language, m, err)
		}
		if info, err := os.Stat(filepath.Join(folder, "build.sh")); err != nil || info.Mode().Perm()&0o100 == 0 {
			t.Errorf("%s: build.sh cannot be run: %v", language, err)
		}
		if err := scaffold.New(language, folder, root); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Errorf("%s: laid out over what is there: %v", language, err)
		}
		if language == "go" && !testing.Short() {
			try(t, folder, m)
		}
	}
	for folder, language := range map[string]string{"Big": "go", "x": "cobol", "a/b c": "rust", "": "go"} {
		if err := scaffold.New(language, filepath.Join(t.TempDir(), folder), ""); err == nil && folder != "" {
			t.Errorf("a plugin %q in %s is laid out", folder, language)
		}
	}
}

func try(t *testing.T, folder string, m *manifest.Manifest) {
	t.Helper()
	for _, command := range [][]string{{"sh", "build.sh"}, {"go", "test", "."}} {
		run := exec.Command(command[0], command[1:]...)
		run.Dir = folder
		run.Env = append(os.Environ(), "GOPROXY=off", "GOSUMDB=off")
		if said, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, said)
		}
	}
	code, err := os.ReadFile(filepath.Join(folder, manifest.ModuleFile))
	if err != nil {
		t.Fatal(err)
	}
	metered, _, err := admit.Prepare(code)
	if err != nil {
		t.Fatal(err)
	}
	p, err := host.Load(context.Background(), metered, host.Options{Name: m.Name, Limits: m.Limits})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	calls, wrong, err := conformance.Recorded(context.Background(), p, os.DirFS(filepath.Join(folder, "testdata")))
	if err != nil || calls != 1 || len(wrong) > 0 {
		t.Errorf("%d calls, %v: %v", calls, err, wrong)
	}
}
