package indexer_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/korean"
	"google.golang.org/grpc"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// library is a store with an indexer, and a folder to index.
type library struct {
	t      *testing.T
	store  *store.Store
	ix     *indexer.Indexer
	folder string
	// conn and told are of embed_test.go.
	conn grpc.ClientConnInterface
	told []string
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	l := &library{t: t, store: store.New(engine.Conn(), store.Options{}), folder: filepath.Join(t.TempDir(), "docs")}
	if err := l.store.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l.ix, err = indexer.New(l.store, indexer.Options{Access: rag.Access{Tenant: "t"}}); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(l.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *library) write(name, text string) {
	l.t.Helper()
	path := filepath.Join(l.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
}

func (l *library) remove(name string) {
	l.t.Helper()
	if err := os.RemoveAll(filepath.Join(l.folder, name)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *library) sources() []source.Source {
	l.t.Helper()
	folder, err := source.NewFolder(l.folder, source.Options{})
	if err != nil {
		l.t.Fatal(err)
	}
	return []source.Source{folder}
}

func (l *library) run() indexer.Report {
	l.t.Helper()
	report, err := l.ix.Run(l.t.Context(), l.sources(), nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return report
}

// texts returns what is stored: the passages' texts by the base name of their URI.
func (l *library) texts() map[string][]string {
	l.t.Helper()
	all := map[string][]string{}
	for info, err := range l.store.Documents(l.t.Context(), "t") {
		if err != nil {
			l.t.Fatal(err)
		}
		_, passages, err := l.store.Document(l.t.Context(), "t", info.ID)
		if err != nil {
			l.t.Fatal(err)
		}
		name := filepath.Base(info.URI)
		all[name] = []string{}
		for _, p := range passages {
			all[name] = append(all[name], p.Text)
		}
	}
	return all
}

func counts(r indexer.Report) string {
	return fmt.Sprintf("documents %d added %d updated %d unchanged %d deleted %d failed %d",
		r.Documents, r.Added, r.Updated, r.Unchanged, r.Deleted, len(r.Failed))
}

func TestRunFollowsTheFolder(t *testing.T) {
	l := newLibrary(t)
	l.write("a.md", "# A\n\nFirst text.")
	l.write("sub/b.txt", "Second text.")
	l.write("c.html", "<p>Third text.</p>")
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "documents 3 added 3 updated 0 unchanged 0 deleted 0 failed 0"},
		{func() {}, "documents 3 added 0 updated 0 unchanged 3 deleted 0 failed 0"},
		{func() { l.write("a.md", "# A\n\nOther text.") }, "documents 3 added 0 updated 1 unchanged 2 deleted 0 failed 0"},
		{func() { l.remove("sub") }, "documents 2 added 0 updated 0 unchanged 2 deleted 1 failed 0"},
		{func() { l.write("d.txt", "Fourth."); l.remove("c.html") }, "documents 2 added 1 updated 0 unchanged 1 deleted 1 failed 0"},
		{func() { l.write("d.txt", "\x89PNG\r\n\x1a\n\x00\x00\x00") }, "documents 1 added 0 updated 0 unchanged 1 deleted 1 failed 1"},
	} {
		step.change()
		if got := counts(l.run()); got != step.want {
			t.Errorf("%s, want %s", got, step.want)
		}
	}
	want := map[string][]string{"a.md": {"Other text."}}
	if got := l.texts(); !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("stored %v, want %v", got, want)
	}
}

// A version with fewer passages leaves none of the old ones behind.
func TestRunReplacesWhole(t *testing.T) {
	l := newLibrary(t)
	l.write("a.txt", strings.Repeat("The old text has many sentences that fill several passages. ", 200))
	if r := l.run(); r.Passages < 5 {
		t.Fatalf("%d passages", r.Passages)
	}
	l.write("a.txt", "The new text is short.")
	if r := l.run(); r.Passages != 1 || r.Updated != 1 {
		t.Errorf("report %+v, want one passage", r)
	}
	found, err := l.store.Search(t.Context(), rag.Query{Text: "old sentences", Language: "en", Limit: 10, Asker: rag.Asker{Tenant: "t"}})
	if err != nil || len(found.Passages) != 0 {
		t.Errorf("found %v, %v of the old text", found.Passages, err)
	}
}

func TestRunTakesBadFilesOneByOne(t *testing.T) {
	l := newLibrary(t)
	euckr, err := korean.EUCKR.NewEncoder().String("<meta charset=windows-1252><p>나루터의 마지막 배는 저녁 여덟 시에 떠나며 표는 배 안에서 삽니다.</p>")
	if err != nil {
		t.Fatal(err)
	}
	nested := strings.Repeat("<div>", 10_000) + "deep" + strings.Repeat("</div>", 10_000)
	for name, text := range map[string]string{
		"empty.txt": "", "bom.txt": "\ufeff", "invalid.txt": "valid words \xff\xfe and more words", "label.html": euckr,
		"nul.txt": "words\x00 with a zero", "nfd.txt": "\u1102\u1161\u1105\u116e\u1110\u1165에 배가 온다.", "nested.html": nested,
		"bidi.txt": "abc \u202e cba \u202c and \u2067 isolate \u2069.", "emoji.txt": strings.Repeat("👩‍👩‍👧‍👦", 2000),
		"spaces.txt": strings.Repeat(" \n", 1000), "heading.md": "# Only a heading",
	} {
		l.write(name, text)
	}
	if err := os.Symlink(l.folder, filepath.Join(l.folder, "loop")); err != nil {
		t.Fatal(err)
	}
	report := l.run()
	if report.Documents != 11 || len(report.Failed) != 1 || !strings.HasSuffix(report.Failed[0].URI, "/loop") {
		t.Errorf("report %+v, want 11 documents and the loop failed", report)
	}
	stored := l.texts()
	for name, want := range map[string]string{
		"label.html": "나루터의 마지막 배는", "nested.html": "deep", "nul.txt": "with a zero", "heading.md": "Only a heading",
	} {
		if !strings.Contains(strings.Join(stored[name], ""), want) {
			t.Errorf("%s: stored %q, want %q in it", name, stored[name], want)
		}
	}
	for _, name := range []string{"empty.txt", "bom.txt", "spaces.txt"} {
		if texts, ok := stored[name]; !ok || len(texts) != 0 {
			t.Errorf("%s: stored %q, %v; want a document without passages", name, texts, ok)
		}
	}
	for _, text := range stored["emoji.txt"] {
		if strings.HasPrefix(text, "\u200d") || strings.HasSuffix(text, "\u200d") {
			t.Errorf("an emoji was cut: %q", text[:40])
		}
	}
	if again := l.run(); again.Unchanged != 11 || again.Added+again.Updated+again.Deleted != 0 {
		t.Errorf("second run %+v, want all unchanged", again)
	}
}

// What a run cannot see is kept: a folder that is gone as a whole is an error,
// not an order to delete everything.
func TestRunKeepsWhatItCannotSee(t *testing.T) {
	l := newLibrary(t)
	l.write("a.txt", "Some text.")
	l.run()
	folder, err := source.NewFolder(l.folder, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.remove(".")
	report, err := l.ix.Run(t.Context(), []source.Source{folder}, nil)
	if err != nil || len(report.Failed) != 1 || report.Deleted != 0 || report.Documents != 1 {
		t.Errorf("report %+v, %v; want one failure and nothing deleted", report, err)
	}
}

// Every passage leads back to the bytes it was read from.
func TestPassagesLeadToTheOriginal(t *testing.T) {
	l := newLibrary(t)
	original := "# 나루\n\n배는 *매일* 떠납니다. 요금은 &amp; 표는\n다음과 같습니다."
	l.write("a.md", original)
	l.run()
	for info := range l.store.Documents(t.Context(), "t") {
		_, passages, err := l.store.Document(t.Context(), "t", info.ID)
		if err != nil || len(passages) != 1 {
			t.Fatalf("%d passages, %v", len(passages), err)
		}
		p := passages[0]
		at := p.Start
		for _, s := range p.Source {
			if s.Start != at {
				t.Errorf("source map has a hole at %d", at)
			}
			at = s.End
			if s.To-s.From == int64(s.End-s.Start) && original[s.From:s.To] != p.Text[s.Start-p.Start:s.End-p.Start] && original[s.From:s.To] != "\n" {
				t.Errorf("%q was read from %q", p.Text[s.Start-p.Start:s.End-p.Start], original[s.From:s.To])
			}
		}
		if at != p.End {
			t.Errorf("source map ends at %d of %d", at, p.End)
		}
	}
}

func TestPut(t *testing.T) {
	l := newLibrary(t)
	for _, c := range []struct {
		text string
		want indexer.Status
	}{
		{"One.", indexer.StatusAdded}, {"One.", indexer.StatusUnchanged}, {"Two.", indexer.StatusUpdated},
	} {
		got, err := l.ix.Put(t.Context(), indexer.Upload{URI: "x.txt", Data: []byte(c.text)})
		if err != nil || len(got) != 1 || got[0].Status != c.want {
			t.Errorf("Put %q: %v, %v; want %s", c.text, got, err, c.want)
		}
	}
	// One bad document, and nothing of the others is written.
	_, err := l.ix.Put(t.Context(), indexer.Upload{URI: "good.txt", Data: []byte("Good.")}, indexer.Upload{URI: "bad.pdf", Data: bytes.Repeat([]byte("%PDF-1.7\n"), 9)})
	if err == nil || !strings.Contains(err.Error(), "bad.pdf") {
		t.Errorf("error %v, want one that names bad.pdf", err)
	}
	if got := l.texts(); len(got) != 1 {
		t.Errorf("stored %v, want x.txt alone", got)
	}
	// A run over folders does not delete what was handed in.
	if r := l.run(); r.Deleted != 0 || r.Documents != 1 {
		t.Errorf("run %+v, want the upload kept", r)
	}
}

// What was removed by hand stays away until its file says something else.
func TestRemove(t *testing.T) {
	l := newLibrary(t)
	l.write("a.txt", "The vault has nine locks.")
	l.write("b.txt", "The mill has two doors.")
	l.run()
	found := func() int {
		r, err := l.store.Search(t.Context(), rag.Query{Text: "vault locks", Language: "en", Limit: 5, Asker: rag.Asker{Tenant: "t"}})
		if err != nil {
			t.Fatal(err)
		}
		return len(r.Passages)
	}
	for info, err := range l.store.Documents(t.Context(), "t") {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(info.URI, "a.txt") {
			if err := l.ix.Remove(t.Context(), info.ID); err != nil {
				t.Fatal(err)
			}
			if err := l.ix.Remove(t.Context(), info.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("removing again: %v, want ErrNotFound", err)
			}
		}
	}
	if r := l.run(); found() != 0 || r.Documents != 1 || r.Added+r.Updated != 0 {
		t.Errorf("after a run %d passages are found, report %+v", found(), r)
	}
	// Nor does it come back because it would be read in another way.
	var err error
	if l.ix, err = indexer.New(l.store, indexer.Options{Access: rag.Access{Tenant: "t"}, Chunking: indexer.Chunking{Target: 300}}); err != nil {
		t.Fatal(err)
	}
	if r := l.run(); found() != 0 || r.Documents != 1 || r.Updated != 1 {
		t.Errorf("after a run by other rules %d passages are found, report %+v", found(), r)
	}
	l.write("a.txt", "The vault has ten locks.")
	if r := l.run(); found() != 1 || r.Documents != 2 {
		t.Errorf("after the file changed %d passages are found, report %+v", found(), r)
	}
}

func TestNewNeedsATenant(t *testing.T) {
	if _, err := indexer.New(nil, indexer.Options{}); !errors.Is(err, rag.ErrNoTenant) {
		t.Errorf("error %v, want ErrNoTenant", err)
	}
}
