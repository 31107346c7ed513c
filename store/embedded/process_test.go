package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// child starts the test binary as another process.
func child(t *testing.T, mode string, prefix []string, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	args := append(prefix, os.Args[0], dir)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childVariable+"="+mode)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

// writeForever stores pairs of points until it is killed, each pair in one
// request, and prints the number of each that was acknowledged.
func writeForever(dir string) {
	e, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := newClient(e)
	if err := c.create(); err != nil && status.Code(err) != codes.AlreadyExists {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	n, err := c.Count(context.Background(), &qdrant.CountPoints{CollectionName: collection})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := n.GetResult().GetCount() / 2; ; i++ {
		_, err := c.Upsert(context.Background(), &qdrant.UpsertPoints{CollectionName: collection, Points: []*qdrant.PointStruct{
			point(i, map[string]any{"text": strings.Repeat("x", int(i%50)*100)}, []uint32{1}, []float32{1}),
			point(i+mirror, nil, []uint32{1}, []float32{1}),
		}})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(i)
	}
}

const mirror = 1 << 40

// TestAcknowledgedWritesSurviveKill kills a writer in the middle of its work,
// again and again, and looks for every write that it said was done.
func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := uint64(0)
	for round := range 6 {
		cmd, out := child(t, "write", nil, dir)
		// The kill strikes after so many lines, wherever the writer is by then.
		for range 20 + 7*round {
			line, err := out.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			i, err := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
			if err != nil || i != acknowledged {
				t.Fatalf("the writer says %q, want %d", line, acknowledged)
			}
			acknowledged++
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for { // what it still said before it died counts too
			line, err := out.ReadString('\n')
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(line) == fmt.Sprint(acknowledged) {
				acknowledged++
			}
		}
		_ = cmd.Wait()

		e, err := embedded.Open(dir, embedded.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(e)
		found := numbers(c.all(t, nil))
		pairs := uint64(len(found) / 2)
		// A last write may be on disk without having been acknowledged.
		if pairs < acknowledged || pairs > acknowledged+1 || len(found)%2 != 0 {
			t.Fatalf("%d writes were acknowledged and %d points are there", acknowledged, len(found))
		}
		for i := range pairs {
			if found[i] != i || found[pairs+i] != mirror+i {
				t.Fatalf("point %d or its pair is missing", i)
			}
		}
		acknowledged = pairs
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// hold opens the data folder and keeps it until its standard input ends.
func hold(dir string) {
	if _, err := embedded.Open(dir, embedded.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("open")
	time.Sleep(time.Minute)
}

func TestSecondProcessIsToldWhoHoldsTheFolder(t *testing.T) {
	dir := t.TempDir()
	cmd, out := child(t, "hold", nil, dir)
	if line, err := out.ReadString('\n'); err != nil {
		t.Fatal(line, err)
	}
	start := time.Now()
	_, err := embedded.Open(dir, embedded.Options{LockTimeout: 100 * time.Millisecond})
	if waited := time.Since(start); waited > 5*time.Second {
		t.Errorf("Open waited %v", waited)
	}
	var locked *embedded.LockedError
	if !errors.Is(err, embedded.ErrLocked) || !errors.As(err, &locked) {
		t.Fatalf("error is %v, want a LockedError", err)
	}
	if locked.Holder.PID != cmd.Process.Pid || locked.Dir != dir {
		t.Errorf("error names %+v, want process %d", locked, cmd.Process.Pid)
	}
	want := fmt.Sprintf("data folder %s is in use by process %d (%s ", dir, cmd.Process.Pid, filepath.Base(os.Args[0]))
	if !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "): stop it or use another --data folder") {
		t.Errorf("error says %q, want it to begin %q", err, want)
	}

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	// The note of the killed process is still there.
	if _, err := os.Stat(filepath.Join(dir, "holder.json")); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestStaleNoteIsNotBelieved(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	// 2^22 is the highest process number there can be, and one more is none.
	if err := os.WriteFile(filepath.Join(dir, "holder.json"), []byte(`{"pid":4194305,"command":"naru gone"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Open(dir, embedded.Options{LockTimeout: time.Millisecond})
	if !errors.Is(err, embedded.ErrLocked) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("error is %v", err)
	}
}

// TestFullDisk runs a writer on a file system of one megabyte.
func TestFullDisk(t *testing.T) {
	if err := exec.Command("unshare", "-rm", "true").Run(); err != nil {
		t.Skipf("needs unshare -rm with user namespaces: %v", err)
	}
	script := `mount -t tmpfs -o size=1m tmpfs "$2" && exec "$1" "$2"`
	cmd, out := child(t, "full", []string{"unshare", "-rm", "sh", "-c", script, "sh"}, t.TempDir())
	said, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || string(said) != "ok\n" {
		t.Fatalf("%v\n%s", err, said)
	}
}

// fillDisk writes until the disk is full, and says ok where everything that was
// acknowledged is there, nothing else is, and deleting makes room again.
func fillDisk(dir string) {
	fail := func(args ...any) {
		fmt.Println(args...)
		os.Exit(1)
	}
	e, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		fail(err)
	}
	c := newClient(e)
	if err := c.create(); err != nil {
		fail(err)
	}
	ctx := context.Background()
	count := func() uint64 {
		n, err := c.Count(ctx, &qdrant.CountPoints{CollectionName: collection})
		if err != nil {
			fail(err)
		}
		return n.GetResult().GetCount()
	}
	written := uint64(0)
	for {
		p := point(written, map[string]any{"text": strings.Repeat("x", 20_000)}, []uint32{1}, []float32{1})
		if _, err = c.Upsert(ctx, &qdrant.UpsertPoints{CollectionName: collection, Points: []*qdrant.PointStruct{p}}); err != nil {
			break
		}
		written++
	}
	if status.Code(err) != codes.ResourceExhausted || !strings.Contains(err.Error(), "free some space") || !strings.Contains(err.Error(), dir) {
		fail("error does not say what to do:", err)
	}
	if written == 0 || count() != written {
		fail("acknowledged", written, "there are", count())
	}
	r, err := c.Query(ctx, &qdrant.QueryPoints{CollectionName: collection, Using: proto.String("v"), Query: qdrant.NewQuerySparse([]uint32{1}, []float32{1}), Limit: proto.Uint64(1000)})
	if err != nil || uint64(len(r.GetResult())) != written {
		fail("found", len(r.GetResult()), err)
	}
	if err := e.Close(); err != nil {
		fail(err)
	}
	if e, err = embedded.Open(dir, embedded.Options{}); err != nil {
		fail(err)
	}
	c = newClient(e)
	if count() != written {
		fail("acknowledged", written, "and after opening again there are", count())
	}
	fmt.Println("ok")
	os.Exit(0)
}
