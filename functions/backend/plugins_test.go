package backend_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/plugins"
)

// TestCompiledAtTheStart: a plugin that has no compiled form for this machine is
// compiled when it is opened, in a folder that goes away again, and each answer says so.
func TestCompiledAtTheStart(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	c := words()
	c.Data = filepath.Join(t.TempDir(), "data")
	c.Plugins.Use = []config.Plugin{{Name: "diversity", Grants: []string{"config"}, OnFailure: config.PluginSkip}}
	for name, degraded := range map[string]bool{"none": true, "one of another machine": true, "one": false} {
		find := func(plugin string) (*admit.Bundled, bool) {
			b, ok := plugins.Find(plugin)
			if !ok {
				return nil, false
			}
			b.Compiled = host.Files{}
			if name != "none" {
				files, err := host.Compile(t.Context(), b.Metered)
				if err != nil {
					t.Fatal(err)
				}
				for file, data := range files {
					if degraded {
						file = strings.Replace(file, "linux", "plan9", 1)
					}
					b.Compiled[file] = data
				}
			}
			return b, true
		}
		opened := open(t, c, backend.Options{Plugins: find})
		r, err := opened.Hooks().Query(t.Context(), rag.Asked{Text: "ferry?", Asker: rag.Asker{Tenant: "acme"}})
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(r.Degraded, "; "); strings.Contains(said, "plugin diversity: compiled at the start") != degraded || said == "" == degraded {
			t.Errorf("%s: degraded is %q", name, said)
		}
		closed(t, opened.Close)
		if left, err := os.ReadDir(temporary); err != nil || len(left) != 0 {
			t.Errorf("%s: left are %v, %v", name, left, err)
		}
	}
}
