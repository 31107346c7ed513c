package dynamodb_test

import (
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/naru-rag/naru/internal/pythontest"
	"github.com/naru-rag/naru/state"
	store "github.com/naru-rag/naru/state/dynamodb"
	"github.com/naru-rag/naru/state/statetest"
)

func TestContract(t *testing.T) {
	client := dynamodb.New(dynamodb.Options{Region: "ap-northeast-2", BaseEndpoint: aws.String(pythontest.Moto(t)),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	statetest.Run(t, func(t *testing.T, clock func() time.Time) state.Store {
		return store.Open(client, table(t, client), store.Options{Clock: clock, NewVersion: rand.Text})
	})
}

// TestLostAnswers: a write that was done and is not known to be is found out about, though
// the client asks for it again.
func TestLostAnswers(t *testing.T) {
	lossy := &lossyTransport{}
	client := dynamodb.New(dynamodb.Options{Region: "ap-northeast-2", BaseEndpoint: aws.String(pythontest.Moto(t)),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), HTTPClient: &http.Client{Transport: lossy}})
	s := store.Open(client, table(t, client), store.Options{NewVersion: rand.Text})
	e := state.Entry{Key: "key/a"}
	for _, value := range []string{"1", "2"} {
		lossy.next.Store(true)
		e.Value = []byte(value)
		var err error
		if e, err = s.Put(t.Context(), e); err != nil || lossy.next.Load() {
			t.Fatalf("%s: %v", value, err)
		}
		if got, err := s.Get(t.Context(), "key/a"); err != nil || string(got.Value) != value || got.Version != e.Version {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	lossy.next.Store(true)
	if err := s.Delete(t.Context(), e); !errors.Is(err, state.ErrNotFound) {
		t.Fatal(err)
	}
}

// lossyTransport drops the next answer after the server has given it.
type lossyTransport struct{ next atomic.Bool }

func (l *lossyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && l.next.CompareAndSwap(true, false) {
		response.Body.Close()
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return response, err
}

// table makes a table of its own, whose name nothing else has: that it exists already means
// only that the client has asked twice.
func table(t *testing.T, client *dynamodb.Client) string {
	name := "state-" + rand.Text()
	_, err := client.CreateTable(t.Context(), store.Layout(name))
	if _, exists := errors.AsType[*types.ResourceInUseException](err); err != nil && !exists {
		t.Fatal(err)
	}
	return name
}
