// Package pythontest finds the Python packages that tests compare with, or run against. They are
// taken from the python3 that is first on PATH; .ci/run puts one there that has
// them all, of the versions in requirements.txt.
package pythontest

import (
	"cmp"
	_ "embed"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// requirements are the versions that the tests are for.
//
//go:embed requirements.txt
var requirements string

// distributions are the names under which packages are installed, where those are others
// than what is imported.
var distributions = map[string]string{"samcli": "aws-sam-cli", "qdrant_client": "qdrant-client", "qdrant_edge": "qdrant-edge-py"}

// Folder returns where a package is installed, or skips the test where it is not, or in
// another version.
func Folder(t testing.TB, pkg string) string {
	t.Helper()
	distribution := cmp.Or(distributions[pkg], pkg)
	want := regexp.MustCompile(`(?m)^` + distribution + `(\[\w+\])?==(\S+)$`).FindStringSubmatch(requirements)
	if want == nil {
		t.Fatalf("internal/pythontest/requirements.txt has no version of %s", distribution)
	}
	out, err := exec.Command("python3", "-c", "import importlib.metadata, os, "+pkg+"; print(importlib.metadata.version('"+distribution+"')); print(os.path.dirname("+pkg+".__file__))").Output()
	version, folder, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || version != want[2] {
		t.Skipf("python3 has no package %s %s: pip install -r internal/pythontest/requirements.txt", distribution, want[2])
	}
	return folder
}
