package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
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

// seedVariable makes the writes of the test below, in both processes.
const seedVariable = "NARU_EMBEDDED_TEST_SEED"

// writeForever goes through the writes of the workload, from the one after the
// number in its environment on, until it is killed, and prints the number of
// each that was acknowledged.
func writeForever(dir string) {
	ctx := context.Background()
	exit := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	done, err := strconv.Atoi(os.Getenv(doneVariable))
	exit(err)
	seed, err := strconv.ParseUint(os.Getenv(seedVariable), 10, 64)
	exit(err)
	e, err := embedded.Open(dir, embedded.Small(nil))
	exit(err)
	exit(prepareWorkload(ctx, e.Conn()))
	w := newWorkload(e.Conn(), seed)
	for i := 0; ; i++ {
		write, after := w.next()
		if i >= done {
			exit(write(ctx))
			fmt.Println(i + 1)
		}
		w.state = after
	}
}

const doneVariable = "NARU_EMBEDDED_TEST_DONE"

// cyclesInFolder is after how many kills the writer begins again in a folder of
// its own: each time it goes through all of its writes to the one to go on with.
const cyclesInFolder = 200

// TestAcknowledgedWritesSurviveKill kills a writer in the middle of its work,
// again and again, and looks for every write that it said was done.
func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	for left, seed := fromEnvironment(t, "NARU_TEST_KILL_CYCLES", 20), uint64(11); left > 0; left, seed = left-cyclesInFolder, seed+1 {
		killAgainAndAgain(t, min(left, cyclesInFolder), seed)
	}
}

func killAgainAndAgain(t *testing.T, cycles int, seed uint64) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(seed, 3))
	w := newWorkload(nil, seed)
	ahead := newWorkload(nil, seed) // one write further
	_, ahead.state = ahead.next()
	t.Setenv(seedVariable, strconv.FormatUint(seed, 10))
	done := 0
	step := func() {
		_, w.state = w.next()
		_, ahead.state = ahead.next()
		done++
	}
	for cycle := range cycles {
		t.Setenv(doneVariable, strconv.Itoa(done))
		cmd, out := child(t, "write", nil, dir)
		acknowledged := done
		// The kill strikes after so many lines, wherever the writer is by then.
		for lines := random.IntN(25); ; lines-- {
			line, err := out.ReadString('\n')
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if n, err := strconv.Atoi(strings.TrimSpace(line)); err != nil || n != acknowledged+1 {
				t.Fatalf("the writer says %q after %d", line, acknowledged)
			}
			if acknowledged++; lines == 0 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
			t.Fatalf("seed %d, cycle %d: the writer ended by itself: %v", seed, cycle, err)
		}
		for done < acknowledged {
			step()
		}
		if unsaid := sameAsOneOf(t, dir, w.state, ahead.state); unsaid {
			step()
		}
	}
}

// sameAsOneOf opens a folder after a kill and tells whether what is there is the
// second state rather than the first.
func sameAsOneOf(t *testing.T, dir string, first, second map[uint64]content) bool {
	t.Helper()
	e, err := embedded.Open(dir, embedded.Small(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, err := newWorkload(e.Conn(), 0).found(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if maps.Equal(found, first) {
		return false
	}
	if !maps.Equal(found, second) {
		t.Fatalf("found %v\nwant %v\nor %v", found, first, second)
	}
	return true
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

// TestFullDisk runs a writer on a file system of eight megabytes.
func TestFullDisk(t *testing.T) {
	if err := exec.Command("unshare", "-rm", "true").Run(); err != nil {
		t.Skipf("needs unshare -rm with user namespaces: %v", err)
	}
	script := `mount -t tmpfs -o size=8m tmpfs "$2" && exec "$1" "$2"`
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
