package main

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/store"
)

// TestKillWhileMigrating kills a release that builds the next version of the index
// and one that is told to rebuild it, again and again. After each kill the version
// before answers as if nothing were, or the next one does, whole. The run that is
// let end leaves what a fresh index holds, the version before, and nothing else.
func TestKillWhileMigrating(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills dozens of processes")
	}
	for name, c := range map[string]struct {
		program string
		flags   []string
		// finishing is the program that goes on in the end, without flags.
		finishing string
	}{
		"to other rules": {"naru-next", nil, "naru-next"},
		"rebuilding":     {"naru", []string{"--rebuild"}, "naru"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const seed = 2
			random := rand.New(rand.NewPCG(seed, 0))
			corpus := newCorpus(t, 100)
			first := filepath.Join(t.TempDir(), "first")
			indexedBy(t, "naru", first, corpus.dir)
			before := maps.Clone(corpus.edition)
			corpus.change(t, random)
			clean := filepath.Join(t.TempDir(), "clean")
			began := time.Now()
			indexedBy(t, c.finishing, clean, corpus.dir)
			window := 2 * time.Since(began)

			cycles, killed, midway, completed := crashCycles(t), 0, 0, 0
			for killed < cycles {
				data := filepath.Join(t.TempDir(), "data")
				if err := os.CopyFS(data, os.DirFS(first)); err != nil {
					t.Fatal(err)
				}
				for range 3 {
					moment := time.Duration(random.Int64N(int64(window)))
					if killedAfter(t, moment, c.program, data, corpus.dir, c.flags...) {
						if completed++; completed > 5*cycles {
							t.Fatalf("%d runs ended before they could be killed", completed)
						}
						window = window * 3 / 4
						break
					}
					killed++
					versions := versionsOf(t, data)
					want := before
					switch serving := slices.IndexFunc(versions, func(v store.Version) bool { return v.Serving }); {
					case serving < 0:
						t.Fatalf("after %v no version answers: %+v", moment, versions)
					case versions[serving].Number > 1:
						want = corpus.edition
					case len(versions) > 1:
						midway++
					}
					if got := editions(t, data); !maps.Equal(got, want) {
						t.Fatalf("kill %d (seed %d) after %v: there is %v, want %v; %+v", killed, seed, moment, got, want, versions)
					}
					if len(versions) > 3 {
						t.Fatalf("kill %d after %v left %+v", killed, moment, versions)
					}
				}
				report := indexedBy(t, c.finishing, data, corpus.dir)
				if report.Documents != len(corpus.edition) || len(report.Failed) > 0 {
					t.Errorf("the run after the kills reports %+v", report)
				}
				if versions := versionsOf(t, data); len(versions) > 2 || !versions[len(versions)-1].Serving || !versions[len(versions)-1].Complete {
					t.Errorf("after the run there are %+v", versions)
				}
				sameContents(t, data, clean)
			}
			t.Logf("%d kills, of which %d left a version to finish; %d runs were quicker", killed, midway, completed)
		})
	}
}

// versionsOf lists the versions in a data folder.
func versionsOf(t *testing.T, dir string) []store.Version {
	t.Helper()
	d, err := openData(t.Context(), configOf(dir), backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	versions, err := d.store.Versions(t.Context())
	if err = closeWith(d.Close, err); err != nil {
		t.Fatal(err)
	}
	return versions
}
