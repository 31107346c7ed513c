package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

var errKilled = errors.New("killed")

// mortal is a connection that answers a number of calls, and then none any more.
type mortal struct {
	grpc.ClientConnInterface
	left int
}

func (m *mortal) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if m.left--; m.left < 0 {
		return errKilled
	}
	return m.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

// index is an index that a test kills in the middle of things.
type index struct {
	*library
	conn grpc.ClientConnInterface
}

func newIndex(t *testing.T) *index {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	x := &index{library: &library{t: t, folder: filepath.Join(t.TempDir(), "docs")}, conn: engine.Conn()}
	x.by("first", -1)
	if err := x.store.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.write("ferry.txt", "The ferry leaves at nine.")
	x.write("gone.txt", "The old pier is long gone.")
	x.write("tower.txt", strings.Repeat("The tower has ninety steps. ", 200))
	x.run()
	return x
}

// by opens the index anew as a program of these rules does, which is killed at a
// call; a negative one means never.
func (x *index) by(rules string, calls int) {
	x.t.Helper()
	conn := x.conn
	if calls >= 0 {
		conn = &mortal{conn, calls}
	}
	x.store = store.New(conn, store.Options{Rules: rules})
	// Rules are recorded by the caller; what they stand for is the chunking.
	chunking := indexer.DefaultChunking
	if rules != "first" {
		chunking.Target /= 2
	}
	var err error
	if x.ix, err = indexer.New(x.store, indexer.Options{Access: rag.Access{Tenant: "t"}, Chunking: chunking}); err != nil {
		x.t.Fatal(err)
	}
}

// rebuild runs and returns the error.
func (x *index) rebuild() (indexer.Report, error) {
	x.t.Helper()
	folder, err := source.NewFolder(x.folder, source.Options{})
	if err != nil {
		x.t.Fatal(err)
	}
	return x.ix.Rebuild(x.t.Context(), []source.Source{folder}, nil)
}

// serves expects that one version answers, that another is kept, and that there
// is no third.
func (x *index) serves(what, serving, kept string) {
	x.t.Helper()
	versions, err := x.store.Versions(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	var got []string
	for _, v := range versions {
		got = append(got, fmt.Sprint(v, " ", v.Complete, " ", v.Serving))
	}
	want := []string{kept + " true false", serving + " true true"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		x.t.Errorf("%s the versions (complete, serving) are %q, want %q", what, got, want)
	}
}

// Killed at any call, a rebuild is finished by the next run, whether that is told
// to rebuild or not, or it has not begun; nothing is left over, and what is found
// is the same.
func TestRebuildAfterAnyKill(t *testing.T) {
	for name, again := range map[string]func(*index) (indexer.Report, error){
		"by a run":       func(x *index) (indexer.Report, error) { return x.run(), nil },
		"by a rebuild":   (*index).rebuild,
		"after changes":  func(x *index) (indexer.Report, error) { x.write("new.txt", "New."); return x.run(), nil },
		"after deletion": func(x *index) (indexer.Report, error) { x.remove("tower.txt"); return x.run(), nil },
	} {
		t.Run("finished "+name, func(t *testing.T) {
			t.Parallel()
			unbegun, step := 0, 3
			if name == "by a run" {
				step = 1
			}
			for calls := 0; ; calls += step {
				x := newIndex(t)
				x.by("first", calls)
				x.remove("gone.txt")
				x.write("ferry.txt", "The ferry leaves at eleven.")
				_, err := x.rebuild()
				if err != nil && !errors.Is(err, errKilled) {
					t.Fatalf("killed at call %d: %v", calls, err)
				}
				x.by("first", -1)
				versions, listErr := x.store.Versions(t.Context())
				if listErr != nil {
					t.Fatal(listErr)
				}
				begun := len(versions) > 1
				report, againErr := again(x)
				if againErr != nil {
					t.Fatalf("after a kill at call %d: %v", calls, againErr)
				}
				what := fmt.Sprintf("after a kill at call %d", calls)
				switch {
				case begun && report.Index == "naru-v2":
					x.serves(what, "naru-v2", "naru-v1")
				case name == "by a rebuild" && report.Index == "naru-v3":
					// The one that was cut short was whole: it is the one that is kept.
					x.serves(what, "naru-v3", "naru-v2")
				case name == "by a rebuild" && !begun:
					x.serves(what, "naru-v2", "naru-v1")
				case !begun && report.Index == "naru-v1":
					unbegun++
				default:
					t.Errorf("%s the report is %+v", what, report)
				}
				want := map[string]int{"ferry.txt": 1, "tower.txt": 5}
				switch name {
				case "after changes":
					want["new.txt"] = 1
				case "after deletion":
					delete(want, "tower.txt")
				}
				got := map[string]int{}
				for name, texts := range x.texts() {
					got[name] = len(texts)
				}
				if want["tower.txt"] > 0 {
					want["tower.txt"] = got["tower.txt"]
				}
				if !maps.Equal(got, want) || x.texts()["ferry.txt"][0] != "The ferry leaves at eleven." {
					t.Errorf("%s there is %v, want %v", what, got, want)
				}
				if next := x.run(); next.Added+next.Updated+next.Deleted+len(next.Built) > 0 {
					t.Errorf("%s another run has something to do: %+v", what, next)
				}
				if err == nil {
					if calls < 10 || name == "by a run" && unbegun == 0 {
						t.Errorf("a rebuild of %d calls; %d kills before it began", calls, unbegun)
					}
					return
				}
			}
		})
	}
}

// The same for a version that other rules ask for.
func TestMigrationAfterAnyKill(t *testing.T) {
	t.Parallel()
	for calls := 0; ; calls++ {
		x := newIndex(t)
		before := len(x.texts()["tower.txt"])
		x.by("second", calls)
		x.remove("gone.txt")
		folder, err := source.NewFolder(x.folder, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = x.ix.Run(t.Context(), []source.Source{folder}, nil)
		if err != nil && !errors.Is(err, errKilled) {
			t.Fatalf("killed at call %d: %v", calls, err)
		}
		x.by("second", -1)
		report := x.run()
		what := fmt.Sprintf("after a kill at call %d", calls)
		if report.Index != "naru-v2" {
			t.Errorf("%s the report is %+v", what, report)
		}
		x.serves(what, "naru-v2", "naru-v1")
		if texts := x.texts(); len(texts) != 2 || len(texts["tower.txt"]) <= before {
			t.Errorf("%s there are %d documents, %d passages of the tower, which had %d", what, len(texts), len(texts["tower.txt"]), before)
		}
		if err == nil {
			return
		}
	}
}

// Going back gives up what is being built, and the next run does not go on with it.
func TestRollbackGivesUpABuild(t *testing.T) {
	x := newIndex(t)
	if _, err := x.rebuild(); err != nil {
		t.Fatal(err)
	}
	for calls := 0; ; calls++ {
		x.by("first", calls)
		_, err := x.rebuild()
		x.by("first", -1)
		versions, listErr := x.store.Versions(t.Context())
		if listErr != nil || err == nil {
			t.Fatalf("no kill came after the beginning: %v", listErr)
		}
		if len(versions) > 2 {
			break
		}
	}
	if _, err := x.store.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.serves("after going back", "naru-v1", "naru-v2")
	if report := x.run(); report.Index != "naru-v1" || report.Unchanged != 3 {
		t.Errorf("then a run reports %+v", report)
	}

	// Where there is nothing to go back to, that is all it does, and once.
	x = newIndex(t)
	if _, err := x.store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v, err := x.store.Rollback(t.Context()); err != nil || v.Collection != "naru-v1" {
		t.Errorf("Rollback returns %+v, %v", v, err)
	}
	if _, err := x.store.Rollback(t.Context()); !errors.Is(err, store.ErrNoVersion) {
		t.Errorf("another Rollback returns %v", err)
	}
}

// A rebuild that was begun with other settings is begun anew.
func TestRebuildWithSettingsOfNow(t *testing.T) {
	x := newIndex(t)
	for calls := 0; ; calls++ {
		x.by("first", calls)
		_, err := x.rebuild()
		if err == nil {
			t.Fatal("no kill came after the beginning")
		}
		x.by("first", -1)
		if versions, err := x.store.Versions(t.Context()); err != nil || len(versions) > 1 {
			break
		}
	}
	settings := store.Settings{Shards: 2}
	x.store = store.New(x.conn, store.Options{Rules: "first", Settings: settings})
	var err error
	if x.ix, err = indexer.New(x.store, indexer.Options{Access: rag.Access{Tenant: "t"}}); err != nil {
		t.Fatal(err)
	}
	report := x.run()
	drift, err := x.store.Drift(t.Context(), settings)
	if err != nil || len(drift) > 0 || len(report.Built) != 1 {
		t.Errorf("the report is %+v, and differences are %v, %v", report, drift, err)
	}
	if got := x.texts(); len(got) != 3 {
		t.Errorf("there is %v", got)
	}
}

// What is forgotten is in no version, also not in one that is being built.
func TestForgetWhileBuilding(t *testing.T) {
	t.Parallel()
	all, err := source.Under("/", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for calls := 0; ; calls++ {
		x := newIndex(t)
		x.by("second", calls)
		folder, err := source.NewFolder(x.folder, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, killed := x.ix.Run(t.Context(), []source.Source{folder}, nil)
		x.by("second", -1)
		n, err := x.ix.Forget(t.Context(), source.KindFolder, all)
		if err != nil || n != 3 {
			t.Fatalf("after a kill at call %d Forget returns %d, %v", calls, n, err)
		}
		if report, err := x.ix.Run(t.Context(), nil, nil); err != nil || report.Documents != 0 || len(x.texts()) != 0 {
			t.Errorf("after a kill at call %d there is %v; %+v, %v", calls, x.texts(), report, err)
		}
		if killed == nil {
			return
		}
	}
}
