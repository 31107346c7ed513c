package lambdatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/naru-rag/naru/internal/pythontest"
	"github.com/naru-rag/naru/state/dynamodb"
)

// The region that the tests are in.
const region = "ap-northeast-2"

// cloud is what template.yaml makes around the functions: a bucket, its queues, and the
// table, in moto.
type cloud struct {
	t        *testing.T
	endpoint string
	s3       *s3.Client
	sqs      *sqs.Client
	table    *awsdynamodb.Client
	// The addresses of the queues.
	index, reindex, dead string
	// telling is set where the bucket tells the queue of changes.
	telling bool
	// did is what each role was used for.
	did map[string]*recorder
}

const (
	bucketName = "notices"
	tableName  = "naru-state"
)

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{t: t, endpoint: pythontest.Moto(t), did: map[string]*recorder{}}
	login := credentials.NewStaticCredentialsProvider("test", "test", "")
	c.s3 = s3.New(s3.Options{Region: region, BaseEndpoint: &c.endpoint, Credentials: login, UsePathStyle: true})
	c.sqs = sqs.New(sqs.Options{Region: region, BaseEndpoint: &c.endpoint, Credentials: login})
	c.table = awsdynamodb.New(awsdynamodb.Options{Region: region, BaseEndpoint: &c.endpoint, Credentials: login})
	ctx := t.Context()
	_, err := c.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucketName), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: region}})
	c.check(err)
	_, err = c.s3.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: aws.String(bucketName), VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled}})
	c.check(err)
	_, err = c.table.CreateTable(ctx, dynamodb.Layout(tableName))
	c.check(err)
	c.dead = c.queue("dead", nil)
	redrive := map[string]string{"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":5}`, c.arn(c.dead)), "VisibilityTimeout": "2"}
	c.index, c.reindex = c.queue("index", redrive), c.queue("reindex", redrive)
	c.notify(true)
	return c
}

func (c *cloud) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloud) queue(name string, attributes map[string]string) string {
	made, err := c.sqs.CreateQueue(c.t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	c.check(err)
	return *made.QueueUrl
}

func (c *cloud) arn(queue string) string {
	got, err := c.sqs.GetQueueAttributes(c.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	c.check(err)
	return got.Attributes["QueueArn"]
}

// notify has the bucket tell the queue of changes, or loses them.
func (c *cloud) notify(on bool) {
	c.t.Helper()
	c.telling = on
	settings := &s3types.NotificationConfiguration{}
	if on {
		settings.QueueConfigurations = []s3types.QueueConfiguration{{QueueArn: aws.String(c.arn(c.index)), Events: []s3types.Event{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"}}}
	}
	_, err := c.s3.PutBucketNotificationConfiguration(c.t.Context(), &s3.PutBucketNotificationConfigurationInput{Bucket: aws.String(bucketName), NotificationConfiguration: settings})
	c.check(err)
}

func (c *cloud) put(key string, content []byte) {
	c.t.Helper()
	_, err := c.s3.PutObject(c.t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucketName), Key: &key, Body: bytes.NewReader(content)})
	c.check(err)
}

// remove leaves a delete marker, of which moto tells nobody, as S3 does.
func (c *cloud) remove(key string) {
	c.t.Helper()
	_, err := c.s3.DeleteObject(c.t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucketName), Key: &key})
	c.check(err)
	if c.telling {
		c.send(c.index, fmt.Sprintf(`{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":%q,"eventTime":"2026-11-28T09:00:00.000Z",`+
			`"eventName":"ObjectRemoved:DeleteMarkerCreated","s3":{"s3SchemaVersion":"1.0","bucket":{"name":%q},"object":{"key":%q,"eTag":"d41d8cd98f00b204e9800998ecf8427e"}}}]}`,
			region, bucketName, url.QueryEscape(key)))
	}
}

func (c *cloud) send(queue, body string) {
	c.t.Helper()
	_, err := c.sqs.SendMessage(c.t.Context(), &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &body})
	c.check(err)
}

// environ is how the functions of a role are told of it all, as template.yaml does. What
// they do in AWS is recorded.
func (c *cloud) environ(role, store string) []string {
	c.t.Helper()
	if c.did[role] == nil {
		c.did[role] = newRecorder(c.t, c.endpoint)
	}
	endpoint := c.did[role].url
	environ := []string{"NARU_STORE_URL=" + store, "NARU_STATE_TABLE=" + tableName,
		"AWS_ENDPOINT_URL=" + endpoint, "AWS_REGION=" + region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}
	if role != askRole {
		environ = append(environ, "NARU_SOURCES_0_S3_BUCKET="+bucketName)
		for name, queue := range map[string]string{"INDEX": c.index, "REINDEX": c.reindex, "DEAD": c.dead} {
			environ = append(environ, "NARU_QUEUES_"+name+"="+endpoint+strings.TrimPrefix(queue, c.endpoint))
		}
	}
	return environ
}

// receive takes a batch from a queue, in the form that functions get it in.
func (c *cloud) receive(queue string) (batch events.SQSEvent) {
	c.t.Helper()
	out, err := c.sqs.ReceiveMessage(c.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"All"}})
	c.check(err)
	for _, m := range out.Messages {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: *m.MessageId, ReceiptHandle: *m.ReceiptHandle, Body: *m.Body, Attributes: m.Attributes,
			EventSource: "aws:sqs", EventSourceARN: c.arn(queue), AWSRegion: region})
	}
	return batch
}

// deliver gives a batch to a function as Lambda does, and takes what it did from the
// queue; it returns how many messages that was.
func (c *cloud) deliver(queue string, to *function, batch events.SQSEvent) int {
	c.t.Helper()
	role := map[string]string{c.index: indexRole, c.reindex: reindexRole}[queue]
	c.did[role].add("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes") // with the function's role
	sent, err := json.Marshal(batch)
	c.check(err)
	_, payload := to.invoke(sent)
	var answer events.SQSEventResponse
	if err := json.Unmarshal(payload, &answer); err != nil || answer.BatchItemFailures == nil {
		return 0 // an error of the function: all of them come again
	}
	done := 0
	for _, r := range batch.Records {
		if !slices.Contains(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId}) {
			_, err := c.sqs.DeleteMessage(c.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: &r.ReceiptHandle})
			c.check(err)
			done++
		}
	}
	return done
}

// waiting is how many messages a queue has, also those that nobody sees now.
func (c *cloud) waiting(queue string) (n int) {
	c.t.Helper()
	got, err := c.sqs.GetQueueAttributes(c.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []sqstypes.QueueAttributeName{"All"}})
	c.check(err)
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"} {
		k, _ := strconv.Atoi(got.Attributes[name])
		n += k
	}
	return n
}

// settle delivers until both queues are empty.
func (c *cloud) settle(index, reindex *function) {
	c.t.Helper()
	until(c.t, "the queues are empty", func() bool {
		for queue, to := range map[string]*function{c.index: index, c.reindex: reindex} {
			if batch := c.receive(queue); len(batch.Records) > 0 {
				c.deliver(queue, to, batch)
			}
		}
		return c.waiting(c.index)+c.waiting(c.reindex) == 0
	})
}
