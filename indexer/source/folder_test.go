package source_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/naru-rag/naru/indexer/source"
)

// tree makes a folder named docs. A name ending in "/" is a folder, content
// "-> target" a symbolic link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "docs")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(root, name)
		parent := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			parent = path
		}
		if err := os.MkdirAll(parent, 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(content, "-> "); link {
			err = os.Symlink(target, path)
		} else if !strings.HasSuffix(name, "/") {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// relative goes to where a path can be given by its last element alone, as
// people give it.
func relative(t *testing.T, path string) string {
	t.Helper()
	t.Chdir(filepath.Dir(path))
	return filepath.Base(path)
}

// walk returns the items in order, those in error as "! URI".
func walk(t *testing.T, path string, opt source.Options) ([]string, []*source.WalkError) {
	t.Helper()
	f, err := source.NewFolder(relative(t, path), opt)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	var failed []*source.WalkError
	err = f.Walk(t.Context(), func(item source.Item, err error) error {
		if err == nil {
			seen = append(seen, item.URI)
			return nil
		}
		var w *source.WalkError
		if !errors.As(err, &w) {
			t.Errorf("%s: %v is no WalkError", item.URI, err)
			return nil
		}
		if w.URI != item.URI {
			t.Errorf("the item is %s and the error about %s", item.URI, w.URI)
		}
		seen = append(seen, "! "+item.URI)
		failed = append(failed, w)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen, failed
}

func TestWalk(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		opt   source.Options
		want  []string
	}{
		{"empty", nil, source.Options{}, nil},
		{"by the bytes of the URI", map[string]string{"b.md": "", "a/z.md": "", "a.md": "", "a-b/x.md": "", "B.md": ""}, source.Options{},
			[]string{"docs/B.md", "docs/a-b/x.md", "docs/a.md", "docs/a/z.md", "docs/b.md"}},
		{"known extensions", map[string]string{"a.MD": "", "b.markdown": "", "c.txt": "", "d.text": "", "e.HTML": "", "f.htm": "", "g.xhtml": "", "h.pdf": "", "README": "text", "i.go": ""},
			source.Options{}, []string{"docs/a.MD", "docs/b.markdown", "docs/c.txt", "docs/d.text", "docs/e.HTML", "docs/f.htm", "docs/g.xhtml"}},
		{"hidden", map[string]string{".git/a.md": "", ".naru/b.md": "", ".c.md": "", "d.md": ""}, source.Options{}, []string{"docs/d.md"}},
		{"names as on disk", map[string]string{"한글 이름.md": "", "\u1112\u1161\u11AB.md": "", "bad\xB0\xA1.md": ""}, source.Options{},
			[]string{"docs/bad%B0%A1.md", "docs/\u1112\u1161\u11AB.md", "docs/한글 이름.md"}},
		{"links", map[string]string{"a/x.md": "", "file.md": "-> a/x.md", "folder": "-> a", "broken.md": "-> nowhere"}, source.Options{},
			[]string{"docs/a/x.md", "! docs/broken.md", "docs/file.md", "docs/folder/x.md"}},
		{"a hidden folder behind links", map[string]string{"..data": "-> .v1", ".v1/x.md": "", "x.md": "-> ..data/x.md"}, source.Options{},
			[]string{"docs/x.md"}},
		{"loop", map[string]string{"a/x.md": "", "a/up": "-> ..", "self": "-> self"}, source.Options{},
			[]string{"! docs/a/up", "docs/a/x.md", "! docs/self"}},
		{"links among folders", map[string]string{"a/x.md": "", "b/y.md": "", "a/b": "-> ../b", "b/a": "-> ../a"}, source.Options{},
			[]string{"! docs/a/b/a", "docs/a/b/y.md", "docs/a/x.md", "! docs/b/a/b", "docs/b/a/x.md", "docs/b/y.md"}},
		{"outside", map[string]string{"etc": "-> /etc", "x.md": "-> /etc/hostname", "in.md": ""}, source.Options{},
			[]string{"! docs/etc", "docs/in.md", "! docs/x.md"}},
		{"too large", map[string]string{"a.md": "12345", "b.md": "1234"}, source.Options{MaxBytes: 4},
			[]string{"! docs/a.md", "docs/b.md"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := tree(t, c.files)
			got, _ := walk(t, root, c.opt)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestErrorsOfAWalk(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.md")
	if err := os.WriteFile(outside, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	root := tree(t, map[string]string{
		"big.md": "12345", "gone.md": "-> nowhere", "loop": "-> .", "out.md": "-> " + outside,
	})
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.md"), 0o644); err != nil {
		t.Skipf("needs named pipes: %v", err)
	}
	_, failed := walk(t, root, source.Options{MaxBytes: 4})
	want := map[string]struct {
		is      error
		unknown bool
		says    string
	}{
		"docs/big.md":  {source.ErrTooLarge, false, "5 bytes, and the limit is 4"},
		"docs/gone.md": {fs.ErrNotExist, true, "symbolic link"},
		"docs/loop":    {source.ErrLoop, false, "leads back"},
		"docs/out.md":  {source.ErrOutside, false, "secret.md"},
		"docs/pipe.md": {source.ErrIrregular, false, "docs/pipe.md"},
	}
	if len(failed) != len(want) {
		t.Errorf("got %d errors, want %d: %v", len(failed), len(want), failed)
	}
	for _, e := range failed {
		w := want[e.URI]
		if !errors.Is(e, w.is) || e.Unknown() != w.unknown || !strings.Contains(e.Error(), w.says) {
			t.Errorf("%v: unknown %v; want it to be %v, to say %q, unknown %v", e, e.Unknown(), w.is, w.says, w.unknown)
		}
	}
}

func TestOutsideWhenAllowed(t *testing.T) {
	other := tree(t, map[string]string{"y.md": ""})
	root := tree(t, map[string]string{"other": "-> " + other, "x.md": ""})
	got, _ := walk(t, root, source.Options{FollowOutside: true})
	if want := []string{"docs/other/y.md", "docs/x.md"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatIsNotSeenIsNotGone(t *testing.T) {
	root := tree(t, map[string]string{"a.md": "", "b/c.md": ""})
	f, err := source.NewFolder(relative(t, root), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	var failed *source.WalkError
	if err := f.Walk(t.Context(), func(_ source.Item, err error) error {
		if !errors.As(err, &failed) {
			t.Errorf("got %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if failed == nil || !failed.Prefix || !failed.Unknown() || !failed.Covers(filepath.ToSlash(root)+"/b/c.md") || failed.Covers(filepath.ToSlash(root)+"y/a.md") {
		t.Errorf("a folder that is gone: %+v", failed)
	}
}

func TestUnreadable(t *testing.T) {
	root := tree(t, map[string]string{"closed/x.md": "", "open/y.md": ""})
	closed := filepath.Join(root, "closed")
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(closed, 0o755) })
	if _, err := os.ReadDir(closed); err == nil {
		t.Skip("permissions do not bind this user")
	}
	got, failed := walk(t, root, source.Options{})
	if want := []string{"! docs/closed", "docs/open/y.md"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !failed[0].Prefix || !failed[0].Unknown() {
		t.Errorf("%+v", failed[0])
	}
}

func TestSingleFile(t *testing.T) {
	root := tree(t, map[string]string{"NOTES": "text", "b.md": ""})
	got, _ := walk(t, filepath.Join(root, "NOTES"), source.Options{})
	if want := []string{"NOTES"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := source.NewFolder(filepath.Join(root, "absent"), source.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}

func TestWalkEnds(t *testing.T) {
	f, err := source.NewFolder(tree(t, map[string]string{"a.md": "", "b.md": ""}), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	count := 0
	err = f.Walk(t.Context(), func(source.Item, error) error { count++; return enough })
	if !errors.Is(err, enough) || count != 1 {
		t.Errorf("%d items, %v", count, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Walk(ctx, func(source.Item, error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
}

func TestOpen(t *testing.T) {
	root := tree(t, map[string]string{"grows.md": "1234", "pipe.md": "x", "same.md": "abc"})
	f, err := source.NewFolder(relative(t, root), source.Options{MaxBytes: 4})
	if err != nil {
		t.Fatal(err)
	}
	items := map[string]source.Item{}
	if err := f.Walk(t.Context(), func(item source.Item, err error) error {
		items[item.URI] = item
		return err
	}); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(root, "pipe.md")
	if err := errors.Join(os.Remove(pipe), syscall.Mkfifo(pipe, 0o644)); err != nil {
		t.Skipf("needs named pipes: %v", err)
	}
	if _, err := items["docs/pipe.md"].Open(t.Context()); !errors.Is(err, source.ErrIrregular) {
		t.Errorf("a file that became a pipe: %v", err)
	}
	r, err := items["docs/same.md"].Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if data, err := io.ReadAll(r); err != nil || string(data) != "abc" {
		t.Errorf("got %q, %v", data, err)
	}
	r, err = items["docs/grows.md"].Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.WriteFile(filepath.Join(root, "grows.md"), []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, source.ErrTooLarge) {
		t.Errorf("a file that grew: %v", err)
	}
}

// URIs begin with the path as it was given; keys are the same however it was.
func TestURIsFollowThePathAndKeysDoNot(t *testing.T) {
	root := tree(t, map[string]string{"a.md": "", "sub/b.md": ""})
	t.Chdir(filepath.Dir(root))
	base := filepath.Join(filepath.Dir(root), ".data")
	for _, c := range []struct {
		path       string
		uris, keys []string
		not        string
	}{
		{"docs", []string{"docs/a.md", "docs/sub/b.md"}, []string{"../docs/a.md", "../docs/sub/b.md"}, "../docsy/a.md"},
		{"docs/", []string{"docs/a.md", "docs/sub/b.md"}, []string{"../docs/a.md", "../docs/sub/b.md"}, "../a.md"},
		{"./docs/sub", []string{"docs/sub/b.md"}, []string{"../docs/sub/b.md"}, "../docs/a.md"},
		{".", []string{"docs/a.md", "docs/sub/b.md"}, []string{"../docs/a.md", "../docs/sub/b.md"}, "../../docs/a.md"},
		{"docs/a.md", []string{"docs/a.md"}, []string{"../docs/a.md"}, "../docs/a.md.txt"},
		{root, []string{root + "/a.md", root + "/sub/b.md"}, []string{"../docs/a.md", "../docs/sub/b.md"}, "../sub/b.md"},
	} {
		f, err := source.NewFolder(c.path, source.Options{Base: base})
		if err != nil {
			t.Fatal(err)
		}
		var uris, keys []string
		if err := f.Walk(t.Context(), func(item source.Item, err error) error {
			uris, keys = append(uris, item.URI), append(keys, item.Key)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(uris, c.uris) || !reflect.DeepEqual(keys, c.keys) {
			t.Errorf("%s: got %q with keys %q, want %q with %q", c.path, uris, keys, c.uris, c.keys)
		}
		for _, key := range keys {
			if !f.Holds(key) {
				t.Errorf("%s does not hold %s", c.path, key)
			}
		}
		if f.Holds(c.not) {
			t.Errorf("%s holds %s", c.path, c.not)
		}
	}
}

// Without a base, keys are absolute.
func TestKeysWithoutABase(t *testing.T) {
	root := tree(t, map[string]string{"a.md": ""})
	f, err := source.NewFolder(root, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !f.Holds(filepath.ToSlash(root)+"/gone.md") || f.Holds("docs/gone.md") {
		t.Error("keys are not absolute")
	}
}

// Two names that look alike when written out are two documents.
func TestNamesThatAreNotUTF8(t *testing.T) {
	root := tree(t, map[string]string{"a%FF.md": "one", "a\xff.md": "two"})
	t.Chdir(filepath.Dir(root))
	f, err := source.NewFolder("docs", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	if err := f.Walk(t.Context(), func(item source.Item, err error) error {
		if !f.Holds(item.Key) || !utf8.ValidString(item.Key) || !utf8.ValidString(item.URI) {
			t.Errorf("%q has the key %q", item.URI, item.Key)
		}
		keys[item.Key] = true
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(keys) != 2 {
		t.Errorf("keys %v, want two", keys)
	}
}
