package embedded_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-rag/naru/state"
	"github.com/naru-rag/naru/state/embedded"
	"github.com/naru-rag/naru/state/statetest"
)

func TestContract(t *testing.T) {
	statetest.Run(t, func(t *testing.T, clock func() time.Time) state.Store {
		return embedded.Open(filepath.Join(t.TempDir(), "new", "state.db"), embedded.Options{Clock: clock})
	})
}

const counted = "NARU_TEST_STATE"

// TestMain is also the process that TestProcesses starts.
func TestMain(m *testing.M) {
	if file := os.Getenv(counted); file != "" {
		if err := count(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const each = 20

func count(file string) error {
	s := embedded.Open(file, embedded.Options{Wait: time.Minute})
	for range each {
		for done := false; !done; {
			_, err := state.Update(context.Background(), s, "count/all", func(e *state.Entry) error {
				e.Value = append(e.Value, 'x')
				return nil
			})
			if done = err == nil; !done && !strings.Contains(err.Error(), state.ErrConflict.Error()) {
				return err
			}
		}
	}
	return nil
}

// TestProcesses: several processes update one entry, and no update is lost.
func TestProcesses(t *testing.T) {
	const processes = 3
	file := filepath.Join(t.TempDir(), "state.db")
	var all sync.WaitGroup
	for range processes {
		all.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), counted+"="+file)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	e, err := embedded.Open(file, embedded.Options{}).Get(t.Context(), "count/all")
	if err != nil || len(e.Value) != processes*each {
		t.Errorf("%d updates are left of %d, %v", len(e.Value), processes*each, err)
	}
}

// TestDamaged: a file that is none of ours is an error that names it, and stays.
func TestDamaged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(file, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := embedded.Open(file, embedded.Options{})
	if _, err := s.Get(t.Context(), "key/a"); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("read: %v", err)
	}
	if _, err := s.Put(t.Context(), state.Entry{Key: "key/a"}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("written: %v", err)
	}
	if data, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(data), "not a database") {
		t.Errorf("it was changed: %.20q, %v", data, err)
	}
}
