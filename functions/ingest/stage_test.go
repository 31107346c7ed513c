package ingest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go/middleware"
	"google.golang.org/grpc"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed/embedtest"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/internal/pythontest"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/state/embedded"
	"github.com/naru-rag/naru/store"
	engine "github.com/naru-rag/naru/store/embedded"
)

// stage is a worker with a bucket and queues of moto's around it, an engine, and a clock
// that stands until messages are waited for.
type stage struct {
	t      *testing.T
	worker *worker
	store  *store.Store
	conn   grpc.ClientConnInterface
	fake   *embedtest.Fake
	s3     *awss3.Client
	sqs    *sqs.Client
	log    *lockedBuffer

	mu     sync.Mutex
	now    time.Time
	delays []time.Duration // of messages that were sent since the last look
}

const (
	tenant   = "town"
	bucketOn = "notices"
)

// lockedBuffer is a log of several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func newStage(t *testing.T) *stage {
	t.Helper()
	endpoint := pythontest.Moto(t)
	login := credentials.NewStaticCredentialsProvider("test", "test", "")
	s := &stage{t: t, now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), fake: &embedtest.Fake{}, log: &lockedBuffer{}}
	s.s3 = awss3.New(awss3.Options{Region: "ap-northeast-2", BaseEndpoint: &endpoint, Credentials: login, UsePathStyle: true})
	s.sqs = sqs.New(sqs.Options{Region: "ap-northeast-2", BaseEndpoint: &endpoint, Credentials: login, APIOptions: []func(*middleware.Stack) error{s.undelayed}})
	_, err := s.s3.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: aws.String(bucketOn), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "ap-northeast-2"}})
	s.check(err)
	queue := func(name string) string {
		made, err := s.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: map[string]string{"VisibilityTimeout": "1"}})
		s.check(err)
		return *made.QueueUrl
	}

	e, err := engine.Open(t.TempDir(), engine.Options{})
	s.check(err)
	t.Cleanup(func() { s.check(e.Close()) })
	s.conn = e.Conn()
	model := s.fake.Model()
	s.store = store.New(s.conn, store.Options{Vectors: store.Vectors{Model: model.ID, Dimensions: model.Dimensions}})
	s.check(s.store.Ensure(t.Context()))
	s.worker = &worker{
		buckets: []bucket{{s3.New(s.s3, bucketOn, s3.Options{}), bucketOn, rag.Access{Tenant: tenant}}},
		store:   func(context.Context, string) (*store.Store, error) { return s.store, nil },
		indexer: func(_ context.Context, access rag.Access) (*indexer.Indexer, error) { return s.indexer(access) },
		state:   embedded.Open(filepath.Join(t.TempDir(), "state.db"), embedded.Options{Clock: s.clock}),
		queues:  queues{s.sqs, config.Queues{Index: queue("index"), Reindex: queue("reindex"), Dead: queue("dead")}},
		newID:   rand.Text, clock: s.clock, log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the log:\n%s", s.log.String())
		}
	})
	return s
}

func (s *stage) indexer(access rag.Access) (*indexer.Indexer, error) {
	return indexer.New(s.store, indexer.Options{Access: access, Embedder: s.fake})
}

func (s *stage) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// undelayed has messages come at once, and notes what their delay would have been.
func (s *stage) undelayed(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("undelayed", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if batch, ok := in.Parameters.(*sqs.SendMessageBatchInput); ok {
			s.mu.Lock()
			for i := range batch.Entries {
				if n := batch.Entries[i].DelaySeconds; n < 0 || n > 900 {
					s.t.Errorf("SQS takes no delay of %d s", n)
				}
				s.delays = append(s.delays, time.Duration(batch.Entries[i].DelaySeconds)*time.Second)
				batch.Entries[i].DelaySeconds = 0
			}
			s.mu.Unlock()
		}
		return next.HandleInitialize(ctx, in)
	}), middleware.Before)
}

// put puts an object that says something; of an empty text it removes it.
func (s *stage) put(key, text string) {
	s.t.Helper()
	var err error
	if text == "" {
		_, err = s.s3.DeleteObject(s.t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String(bucketOn), Key: &key})
	} else {
		_, err = s.s3.PutObject(s.t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucketOn), Key: &key, Body: strings.NewReader(text)})
	}
	s.check(err)
}

// about is a message about an object.
func about(key string) string { return message{Object: &object{bucketOn, key}}.body() }

func (s *stage) send(bodies ...string) {
	s.t.Helper()
	s.check(s.worker.queues.send(s.t.Context(), s.worker.queues.Index, 0, bodies...))
}

// receive takes what a queue has.
func (s *stage) receive(queue string) (batch events.SQSEvent) {
	s.t.Helper()
	out, err := s.sqs.ReceiveMessage(s.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}})
	s.check(err)
	for _, m := range out.Messages {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: *m.MessageId, ReceiptHandle: *m.ReceiptHandle, Body: *m.Body, Attributes: m.Attributes, EventSource: "aws:sqs"})
	}
	return batch
}

// deliver has the worker do a batch, in so much time, and takes what was done from the
// queue.
func (s *stage) deliver(queue string, batch events.SQSEvent, within time.Duration) events.SQSEventResponse {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), within)
	defer cancel()
	answer := s.worker.batch(ctx, batch)
	for _, r := range batch.Records {
		if !slices.Contains(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId}) {
			_, err := s.sqs.DeleteMessage(s.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: &r.ReceiptHandle})
			s.check(err)
		}
	}
	return answer
}

// round delivers once what the queues have, after the time that they would have held it
// back; false is nothing.
func (s *stage) round() bool {
	s.t.Helper()
	s.mu.Lock()
	for _, d := range s.delays {
		if d > 0 {
			s.now = s.now.Add(d)
		}
	}
	s.delays = nil
	s.mu.Unlock()
	any := false
	for _, queue := range []string{s.worker.queues.Index, s.worker.queues.Reindex} {
		if batch := s.receive(queue); len(batch.Records) > 0 {
			any = true
			s.deliver(queue, batch, 20*time.Second)
		}
	}
	return any
}

// settle delivers until nothing waits.
func (s *stage) settle() {
	s.t.Helper()
	for began := time.Now(); s.round() || s.waiting(s.worker.queues.Index)+s.waiting(s.worker.queues.Reindex) > 0; {
		if time.Since(began) > 3*time.Minute {
			s.t.Fatal("the queues do not become empty")
		}
	}
}

func (s *stage) waiting(queue string) (n int) {
	got, err := s.sqs.GetQueueAttributes(s.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{"All"}})
	s.check(err)
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"} {
		k, _ := strconv.Atoi(got.Attributes[name])
		n += k
	}
	return n
}

// want compares what is stored with what should be: keys and their texts, each
// passage once and with its vector.
func (s *stage) want(texts map[string]string) {
	s.t.Helper()
	got := map[string]string{}
	passages := 0
	for info, err := range s.store.Documents(s.t.Context(), tenant) {
		s.check(err)
		text, err := s.store.Text(s.t.Context(), tenant, info.ID)
		s.check(err)
		if _, twice := got[info.Key]; twice {
			s.t.Errorf("%s is stored twice", info.Key)
		}
		got[strings.TrimPrefix(info.Key, bucketOn+"/")] = text
		passages += info.Passages
	}
	if fmt.Sprint(got) != fmt.Sprint(texts) {
		s.t.Errorf("stored are\n%v\nwant\n%v", got, texts)
	}
	_, all, err := s.store.Count(s.t.Context(), tenant)
	s.check(err)
	lacking, err := s.store.CountLacking(s.t.Context(), tenant)
	s.check(err)
	if all != passages || lacking != 0 {
		s.t.Errorf("%d passages are stored of %d, %d without vectors", all, passages, lacking)
	}
}

// dead are the reasons in the dead queue.
func (s *stage) dead() (all []Dead) {
	s.t.Helper()
	s.check(Redrive(s.t.Context(), s.sqs, s.worker.queues.Queues, time.Now(), true, func(d Dead) { all = append(all, d) }))
	slices.SortFunc(all, func(a, b Dead) int { return strings.Compare(a.About, b.About) })
	return all
}
