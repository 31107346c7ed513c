package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// atOnce is how many messages one request takes.
	atOnce = 10
	// longestDelay is the longest that a queue holds a message back.
	longestDelay = 15 * time.Minute
)

// send puts messages into a queue, to be worked on after a delay. Some may be there
// though it fails: then they are there twice after the next attempt.
func (q queues) send(ctx context.Context, queue string, delay time.Duration, bodies ...string) error {
	seconds := int32(min(delay, longestDelay).Round(time.Second) / time.Second)
	for some := range slices.Chunk(bodies, atOnce) {
		entries := make([]types.SendMessageBatchRequestEntry, len(some))
		for i, body := range some {
			entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: &body, DelaySeconds: seconds}
		}
		out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &queue, Entries: entries})
		if err != nil {
			return fmt.Errorf("send %d messages: %w", len(some), err)
		}
		if len(out.Failed) > 0 {
			return fmt.Errorf("send %d messages: %d were not taken, the first because of %s", len(some), len(out.Failed), aws.ToString(out.Failed[0].Message))
		}
	}
	return nil
}

// The attributes of a message in the dead queue.
const (
	attrReason = "reason"
	attrDied   = "died" // RFC 3339
)

// bury puts a message into the dead queue.
func (q queues) bury(ctx context.Context, body, reason string, at time.Time) error {
	text := func(s string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &s}
	}
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.Dead, MessageBody: &body, MessageAttributes: map[string]types.MessageAttributeValue{
		attrReason: text(plain(reason)), attrDied: text(at.UTC().Format(time.RFC3339)),
	}})
	if err != nil {
		return fmt.Errorf("send a message to the dead queue: %w", err)
	}
	return nil
}

// maxReason is the length of a reason, in bytes.
const maxReason = 2000

// plain is a text that an attribute can hold: it is never empty.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	if text == "" {
		return "unknown"
	}
	return text
}

// errNoQueue: there is no queue for a message.
var errNoQueue = errors.New("there is no queue for it")

// queueOf is where a message is worked on.
func (q queues) queueOf(body string) (string, error) {
	parts, err := read(body)
	if err != nil {
		return "", err
	}
	queue := q.Index
	for _, m := range parts {
		if m.Reindex != nil || m.Walk != nil {
			queue = q.Reindex
		}
	}
	if queue == "" {
		return "", fmt.Errorf("%w: set queues.index and queues.reindex", errNoQueue)
	}
	return queue, nil
}
