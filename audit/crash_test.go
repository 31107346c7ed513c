package audit_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/state/embedded"
)

const killed = "NARU_TEST_AUDIT"

// TestMain is also the process that TestKilled kills.
func TestMain(m *testing.M) {
	if file := os.Getenv(killed); file != "" {
		if err := appendForever(file, os.Getenv(killed+"_KEY")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// appendForever says the request of each record that is written, when it is.
func appendForever(file, secret string) error {
	key, err := audit.ParseKey(secret)
	if err != nil {
		return err
	}
	l, err := audit.New(embedded.Open(file, embedded.Options{Wait: time.Minute}), audit.Options{Key: key, Salt: salt, Wait: time.Minute})
	if err != nil {
		return err
	}
	failed := make(chan error)
	var mu sync.Mutex
	for caller := range 8 {
		go func() {
			for i := 0; ; i++ {
				r := question(fmt.Sprint(os.Getpid(), "-", caller, "-", i))
				if err := l.Record(context.Background(), r); err != nil {
					failed <- err
					return
				}
				mu.Lock()
				fmt.Println(r.Request)
				mu.Unlock()
			}
		}()
	}
	return <-failed
}

// TestKilled: processes that write to one log are killed at any moment. What they were
// told is recorded is there once, nothing is there twice, and the log verifies and is gone on with.
func TestKilled(t *testing.T) {
	cycles := 25
	if testing.Short() {
		cycles = 5
	}
	file := filepath.Join(t.TempDir(), "audit.db")
	secret, err := audit.NewKey(nil, "naru.test/audit")
	if err != nil {
		t.Fatal(err)
	}
	key, err := audit.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for range cycles {
		var outs [2]bytes.Buffer
		var processes []*exec.Cmd
		for i := range outs {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), killed+"="+file, killed+"_KEY="+secret)
			cmd.Stdout, cmd.Stderr = &outs[i], os.Stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			processes = append(processes, cmd)
		}
		time.Sleep(100*time.Millisecond + time.Duration(rand.IntN(150))*time.Millisecond)
		for i, cmd := range processes {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
				t.Errorf("it ended by itself: %v", err)
			}
			lines := bufio.NewScanner(&outs[i])
			for lines.Scan() {
				told = append(told, lines.Text())
			}
		}
	}
	s := embedded.Open(file, embedded.Options{})
	before := verified(t, s, key)
	if before == 0 {
		t.Fatal("nothing was written")
	}
	times := map[string]int{}
	for _, n := range all(t, s) {
		times[n.Record.Request]++
	}
	for request, n := range times {
		if n != 1 {
			t.Errorf("%s is there %d times", request, n)
		}
	}
	for _, request := range told {
		if times[request] != 1 && strings.Count(request, "-") == 3 { // whole lines
			t.Errorf("%s is not there", request)
		}
	}
	write(t, newLog(t, s, key), "after")
	if n := verified(t, s, key); n != before+1 {
		t.Errorf("%d records became %d", before, n)
	}
	t.Logf("%d records, %d of them told of, %d processes killed", before, len(told), 2*cycles)
}
