package lambdatest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/prototext"
)

// run is a batch that a function works on.
type run struct {
	queue   string
	batch   events.SQSEvent
	payload []byte
	err     error
	ended   chan struct{}
}

// begin gives a batch of a queue to a function and does not wait.
func (c *cloud) begin(queue string, to *function) *run {
	c.t.Helper()
	r := &run{queue: queue, batch: c.receive(queue), ended: make(chan struct{})}
	if len(r.batch.Records) == 0 {
		close(r.ended)
		return r
	}
	sent, err := json.Marshal(r.batch)
	c.check(err)
	go func() {
		defer close(r.ended)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, bytes.NewReader(sent))
		if err == nil {
			once := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			var response *http.Response
			if response, err = once.Do(request); err == nil {
				defer response.Body.Close()
				r.payload, err = io.ReadAll(response.Body)
			}
		}
		r.err = err
	}()
	return r
}

// end takes what was done from the queue, as Lambda does once the function has answered.
func (c *cloud) end(r *run) {
	c.t.Helper()
	<-r.ended
	var answer events.SQSEventResponse
	if r.err != nil || json.Unmarshal(r.payload, &answer) != nil || answer.BatchItemFailures == nil {
		return
	}
	failed := map[string]bool{}
	for _, f := range answer.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	for _, m := range r.batch.Records {
		if !failed[m.MessageId] {
			_, err := c.sqs.DeleteMessage(c.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &r.queue, ReceiptHandle: &m.ReceiptHandle})
			c.check(err)
		}
	}
}

// kill ends the function below its emulator at once; false where there is none now.
func (f *function) kill() bool {
	f.t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		f.t.Fatal(err)
	}
	killed := false
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(f.cmd.Process.Pid) && fields[0] != "Z" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			killed = syscall.Kill(pid, syscall.SIGKILL) == nil || killed
		}
	}
	return killed
}

// change puts or deletes some of n objects, a different one each time it is told to.
func (c *cloud) change(random *rand.Rand, n, times int) {
	c.t.Helper()
	for range times {
		key := fmt.Sprintf("docs/%02d.md", random.IntN(n))
		if random.IntN(4) == 0 {
			c.remove(key)
			continue
		}
		c.put(key, fmt.Appendf(nil, "# Ferry %d\n\nIt leaves at %d.\n%s", random.IntN(100), random.IntN(1000), strings.Repeat("\nIt is a long way to the other side of the river.", random.IntN(12))))
	}
}

// points are all that a server holds, by their ids.
func points(t *testing.T, address string) map[string]string {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	limit := uint32(10_000)
	out, err := client.NewPointsClient(conn).Scroll(t.Context(), &client.ScrollPoints{CollectionName: "naru", Limit: &limit,
		WithPayload: client.NewWithPayload(true), WithVectors: client.NewWithVectors(true)})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, p := range out.GetResult() {
		said := fmt.Sprintf("%d vectors", len(p.GetVectors().GetVectors().GetVectors()))
		for _, field := range []string{"key", "ordinal", "passages", "hash", "modified", "text", "before", "after"} {
			said += " " + field + ":" + prototext.Format(p.GetPayload()[field])
		}
		all[p.GetId().GetUuid()] = strings.Join(strings.Fields(said), " ")
	}
	return all
}

// same compares what the store has with what a fresh one has after `naru index` of the
// bucket as it is now.
func (c *cloud) same(naru, store string) {
	c.t.Helper()
	fresh := qdrant(c.t, naru)
	index := exec.Command(naru, "index")
	index.Dir, index.Env = c.t.TempDir(), append(os.Environ(), c.environ(operator, fresh)...)
	if out, err := index.CombinedOutput(); err != nil {
		c.t.Fatalf("%v: %s", err, out)
	}
	got, want := points(c.t, store), points(c.t, fresh)
	for id, p := range want {
		if got[id] != p {
			c.t.Errorf("the bucket has\n%s\nand the index\n%s", p, got[id])
		}
	}
	for id, p := range got {
		if want[id] == "" {
			c.t.Errorf("the index has %s, and the bucket not", p)
		}
	}
	if len(want) == 0 {
		c.t.Error("there is nothing to compare")
	}
}

// TestKilled: the function is killed fifteen times while it works, and the bucket changes
// meanwhile. In the end nothing is lost, doubled, or there again.
func TestKilled(t *testing.T) {
	built := binaries(t)
	c := newCloud(t)
	store := qdrant(t, built.naru)
	index := deploy(t, built.index, t.TempDir(), 10, c.environ(indexRole, store)...)
	reindex := deploy(t, built.reindex, t.TempDir(), 30, c.environ(reindexRole, store)...)
	random := rand.New(rand.NewPCG(1, 2))
	const n = 30
	c.change(random, n, 2*n)
	kills := 0
	for began := time.Now(); kills < 15; {
		if time.Since(began) > 2*patience {
			t.Fatalf("it was killed %d times", kills)
		}
		r := c.begin(c.index, index)
		c.change(random, n, 2)
		select {
		case <-r.ended:
		case <-time.After(time.Duration(random.IntN(1500)) * time.Millisecond):
			if index.kill() {
				kills++
			}
		}
		c.end(r)
	}
	if said := index.log(); strings.Count(said, "an object was looked at") < n {
		t.Error("it hardly worked between its ends")
	}
	// What was received too often is dead by the queue's rules, and is sent back.
	for rounds := 0; ; rounds++ {
		c.settle(index, reindex)
		if c.waiting(c.dead) == 0 {
			break
		}
		if rounds > 5 {
			t.Fatal("messages die again and again")
		}
		redrive := exec.Command(built.naru, "redrive")
		redrive.Dir, redrive.Env = t.TempDir(), append(os.Environ(), c.environ(operator, store)...)
		out, err := redrive.CombinedOutput()
		if err != nil || strings.Contains(string(out), "left\t") {
			t.Fatalf("%v: %s", err, out)
		}
	}
	c.same(built.naru, store)
}

// TestTwoAtOnce: two functions take batches of the same queue, about the same few objects,
// while these change 200 times and walks go over them.
func TestTwoAtOnce(t *testing.T) {
	built := binaries(t)
	c := newCloud(t)
	store := qdrant(t, built.naru)
	start := func(role, bootstrap string) *function {
		return deploy(t, bootstrap, t.TempDir(), 30, c.environ(role, store)...)
	}
	reindex := start(reindexRole, built.reindex)
	workers := []struct {
		queue string
		to    *function
	}{{c.index, start(indexRole, built.index)}, {c.index, start(indexRole, built.index)}, {c.reindex, reindex}}
	runs := make([]*run, len(workers))
	batches := make([]int, len(workers))
	random := rand.New(rand.NewPCG(3, 4))
	for changes := 0; changes < 200; changes++ {
		c.change(random, 8, 1)
		if changes%50 == 25 {
			c.send(c.reindex, `{"naru":1,"reindex":{}}`)
		}
		for i, w := range workers {
			if runs[i] != nil {
				select {
				case <-runs[i].ended:
					c.end(runs[i])
					runs[i] = nil
				default:
				}
			}
			if runs[i] == nil {
				if runs[i] = c.begin(w.queue, w.to); len(runs[i].batch.Records) > 0 {
					batches[i]++
				}
			}
		}
	}
	for _, r := range runs {
		if r != nil {
			c.end(r)
		}
	}
	for i, w := range workers {
		if batches[i] < 3 {
			t.Errorf("function %d had %d batches of %s", i, batches[i], w.queue)
		}
	}
	c.settle(workers[0].to, reindex)
	if n := c.waiting(c.dead); n > 0 {
		t.Errorf("%d are dead", n)
	}
	c.same(built.naru, store)
	if held := strings.Count(workers[0].to.log()+workers[1].to.log(), "another invocation is at it"); held == 0 {
		t.Error("they never met")
	}
}
