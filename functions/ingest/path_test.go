package ingest

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/rag"
)

func TestLocate(t *testing.T) {
	dir := t.TempDir()
	for path, content := range map[string]string{
		"open/a.md":        "a",
		"open/both.md":     "b",
		"open/.env.md":     "secret",
		"open/sub/c.md":    "c",
		"open/closed/d.md": "d",
		"other/both.md":    "b",
		"outside.md":       "no source's",
	} {
		at := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{
		"open/link.md": "../outside.md", "open/turn": "closed", "open/same.md": "a.md", "open/gone.md": "nothing", "seen": "open",
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skipf("this file system has no symbolic links: %v", err)
		}
	}
	t.Chdir(dir)
	open := config.Source{Path: "open", Tenant: "town"}
	closed := config.Source{Path: "open/closed", Tenant: "town", Principals: []string{"staff"}, Region: "kr"}
	other := config.Source{Path: "other", Tenant: "town"}
	missing := config.Source{Path: "missing", Tenant: "town"}
	staff := rag.Access{Tenant: "town", Principals: []string{"staff"}, Region: "kr"}

	const (
		linked = "its path leads through a symbolic link: name the file that it leads to"
		none   = "no configured source has a file of its path"
		stay   = "its path must be relative to a source and stay inside it"
		hidden = "its path has a hidden file or folder, which no source reads"
	)
	tests := []struct {
		name    string
		sources []config.Source
		path    string
		place   string
		access  rag.Access
		wrong   string
	}{
		{name: "file", sources: []config.Source{open}, path: "a.md", place: "open/a.md", access: rag.Access{Tenant: "town"}},
		{name: "below", sources: []config.Source{missing, open}, path: "sub/c.md", place: "open/sub/c.md", access: rag.Access{Tenant: "town"}},
		{name: "the innermost source owns it", sources: []config.Source{open, closed}, path: "closed/d.md", place: "open/closed/d.md", access: staff},
		{name: "by its own name too", sources: []config.Source{closed, open}, path: "d.md", place: "open/closed/d.md", access: staff},
		{name: "a source behind a link", sources: []config.Source{{Path: "seen", Tenant: "town"}}, path: "a.md", place: "seen/a.md", access: rag.Access{Tenant: "town"}},

		{name: "no source", path: "a.md", wrong: "it has a path, and no source is configured: name sources in naru.yaml"},
		{name: "absolute", sources: []config.Source{open}, path: filepath.Join(dir, "open/a.md"), wrong: stay},
		{name: "out", sources: []config.Source{open}, path: "../outside.md", wrong: stay},
		{name: "out and in", sources: []config.Source{open}, path: "sub/../../open/a.md", wrong: stay},
		{name: "hidden", sources: []config.Source{open}, path: ".env.md", wrong: hidden},
		{name: "not there", sources: []config.Source{open}, path: "z.md", wrong: none},
		{name: "below a file", sources: []config.Source{open}, path: "a.md/b", wrong: none},
		{name: "link out", sources: []config.Source{open}, path: "link.md", wrong: linked},
		{name: "link to another owner's", sources: []config.Source{open, closed}, path: "turn/d.md", wrong: linked},
		{name: "link inside", sources: []config.Source{open}, path: "same.md", wrong: linked},
		{name: "link to nothing", sources: []config.Source{open}, path: "gone.md", wrong: none},
		{name: "folder", sources: []config.Source{open}, path: "sub", wrong: "its path is a folder: name the files in it"},
		{name: "in two sources", sources: []config.Source{open, other}, path: "both.md", wrong: "its path is in several of the configured sources: make it unambiguous by other names"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			place, access, err := locate(tt.sources, tt.path)
			if tt.wrong != "" {
				if err == nil || err.Error() != tt.wrong {
					t.Errorf("got %q, %v\nwant %s", place, err, tt.wrong)
				}
				return
			}
			if err != nil || place != filepath.FromSlash(tt.place) || !reflect.DeepEqual(access, tt.access) {
				t.Errorf("got %s %+v, %v\nwant %s %+v", place, access, err, tt.place, tt.access)
			}
		})
	}
}
