package lambdatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
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

// cloud is what template.yaml makes around the functions: a bucket, its queues, the table,
// the schedule and the secrets that it is given, in moto.
type cloud struct {
	t        *testing.T
	template *template
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
	c := &cloud{t: t, template: readTemplate(t), endpoint: pythontest.Moto(t), did: map[string]*recorder{}}
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
	c.template.refs = map[string]string{"BucketName": bucketName, "State": tableName, "ScheduleTimeZone": "Asia/Seoul"}
	c.template.arns = map[string]string{"ReindexQueue": c.arn(c.reindex), "DeadQueue": c.arn(c.dead), scheduleRole: "arn:aws:iam::123456789012:role/schedule"}
	c.template.secret = func(name string) string {
		return c.aws("secretsmanager", "get-secret-value", "--secret-id", name, "--query", "SecretString")
	}
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

// aws runs the command line of AWS, which knows what the services take.
func (c *cloud) aws(args ...string) string {
	c.t.Helper()
	if _, err := exec.LookPath("aws"); err != nil {
		c.t.Skip("there is no aws: pip install -r internal/pythontest/requirements.txt")
	}
	cmd := exec.Command("aws", append(args, "--region", region, "--output", "text")...)
	cmd.Env = append(cmd.Environ(), "AWS_ENDPOINT_URL="+c.endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_CONFIG_FILE=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("aws %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// keep puts a secret into Secrets Manager, and names it to a parameter of the template.
func (c *cloud) keep(parameter, name, value string) {
	c.t.Helper()
	c.aws("secretsmanager", "create-secret", "--name", name, "--secret-string", value)
	c.template.refs[parameter] = name
}

// schedule makes the schedule, and due does what the scheduler does when it is due.
func (c *cloud) schedule() {
	c.t.Helper()
	settings, err := json.Marshal(c.template.value(c.template.Resources["Reindexing"].Properties))
	c.check(err)
	c.aws("scheduler", "create-schedule", "--name", "reindexing", "--cli-input-json", string(settings))
}

func (c *cloud) due() {
	c.t.Helper()
	queue := c.aws("scheduler", "get-schedule", "--name", "reindexing", "--query", "Target.Arn")
	if queue != c.arn(c.reindex) {
		c.t.Fatalf("the schedule sends to %s", queue)
	}
	if c.did[scheduleRole] == nil {
		c.did[scheduleRole] = newRecorder(c.t, c.endpoint)
	}
	c.did[scheduleRole].add("sqs:SendMessage")
	c.send(c.reindex, c.aws("scheduler", "get-schedule", "--name", "reindexing", "--query", "Target.Input"))
}

// environ is what template.yaml tells the functions of a role; an operator is told what
// index is. What they do in AWS is recorded.
func (c *cloud) environ(role, store string) []string {
	c.t.Helper()
	if c.did[role] == nil {
		c.did[role] = newRecorder(c.t, c.endpoint)
	}
	endpoint := c.did[role].url
	c.template.refs["StoreUrl"] = store
	for name, queue := range map[string]string{"IndexQueue": c.index, "ReindexQueue": c.reindex, "DeadQueue": c.dead} {
		c.template.refs[name] = endpoint + strings.TrimPrefix(queue, c.endpoint)
	}
	of := role
	if role == operator {
		of = indexRole
	}
	return append(c.template.environment(of), "AWS_ENDPOINT_URL="+endpoint, "AWS_REGION="+region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
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
