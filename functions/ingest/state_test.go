package ingest

import (
	"crypto/rand"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/naru-rag/naru/state/dynamodb"
)

// faultyTransport refuses every third request to a table, each in another way: too many, an
// error of the service's, or an answer that is lost after the service has done what was
// asked.
type faultyTransport struct {
	mu     sync.Mutex
	random *mathrand.Rand
	on     bool
	faults map[string]int
}

func (f *faultyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	f.mu.Lock()
	kind := -1
	if f.on {
		kind = f.random.IntN(9)
	}
	if kind >= 0 && kind < 3 {
		f.faults[action]++
	}
	f.mu.Unlock()
	refuse := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
	}
	switch kind {
	case 0:
		return refuse(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"too many"}`)
	case 1:
		return refuse(500, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"no"}`)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if kind == 2 && err == nil {
		response.Body.Close()
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return response, err
}

// TestTableFaults: the table that claims and walks are in throttles, fails, and loses
// answers. The client does not try again, so that each of that is our matter.
func TestTableFaults(t *testing.T) {
	s := newStage(t)
	faulty := &faultyTransport{random: mathrand.New(mathrand.NewPCG(5, 6)), faults: map[string]int{}}
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	client := awsdynamodb.New(awsdynamodb.Options{Region: "ap-northeast-2", BaseEndpoint: s.s3.Options().BaseEndpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), HTTPClient: &http.Client{Transport: faulty}})
	_, err := client.CreateTable(t.Context(), dynamodb.Layout("state"))
	s.check(err)
	s.worker.state = dynamodb.Open(client, "state", dynamodb.Options{Clock: s.clock, NewVersion: rand.Text})
	faulty.on = true
	bodies, texts := s.ten()
	s.send(bodies...)
	s.settle()
	s.put("3.md", "") // of which nobody hears
	s.put("4.md", "Another ferry.")
	s.put("5.md", "%PDF-1.4\n")
	delete(texts, "3.md")
	delete(texts, "5.md")
	texts["4.md"] = "Another ferry."
	s.check(s.worker.begin(t.Context()))
	s.settle()
	s.want(texts)
	for _, d := range s.dead() {
		if d.About != "object notices/5.md" {
			t.Errorf("dead is %+v", d)
		}
	}
	for _, action := range []string{"GetItem", "PutItem", "DeleteItem"} {
		if faulty.faults[action] == 0 {
			t.Errorf("no %s failed: %v", action, faulty.faults)
		}
	}
	if n := strings.Count(s.log.String(), "a walk is done"); n == 0 {
		t.Error("the walk is not done")
	}
}
