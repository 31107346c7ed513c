package ingest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/naru-rag/naru/config"
)

// Dead is a message in the dead queue.
type Dead struct {
	// About is what it is about, and Reason why it is dead.
	About  string `json:"about"`
	Reason string `json:"reason"`
	// Died is when; zero where the queue put it there by its own rules.
	Died time.Time `json:"died,omitzero"`
	// Sent tells whether it was sent back.
	Sent bool `json:"sent"`
}

// unsaid is the reason where nobody has said one.
const unsaid = "the function ended, or could not be reached, each time before it could say why"

// held is how long messages are kept from others while they are looked at.
const held = 2 * time.Minute

// Redrive sends what is in the dead queue back to where it is worked on, what no queue
// takes excepted; with look it only looks. each is told of each message. It ends when
// what was there at the beginning was seen.
func Redrive(ctx context.Context, client *sqs.Client, c config.Queues, began time.Time, look bool, each func(Dead)) error {
	q := queues{client, c}
	seen := map[string]bool{}
	var left []string // what others may see again in the end; sooner we would see it twice
	defer func() { q.show(context.WithoutCancel(ctx), left) }()
	for empty := 0; empty < 2; {
		out, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &c.Dead, MaxNumberOfMessages: atOnce, WaitTimeSeconds: 1, VisibilityTimeout: int32(held / time.Second),
			MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
		})
		if err != nil {
			return fmt.Errorf("read the dead queue: %w", err)
		}
		empty++
		for _, m := range out.Messages {
			id := aws.ToString(m.MessageId)
			if seen[id] || sentAfter(m, began) {
				left = append(left, aws.ToString(m.ReceiptHandle))
				continue
			}
			seen[id], empty = true, 0
			d := deadOf(m)
			if !look {
				if d.Sent, err = q.revive(ctx, m); err != nil {
					return err
				}
			}
			if !d.Sent {
				left = append(left, aws.ToString(m.ReceiptHandle))
			}
			each(d)
		}
	}
	return nil
}

// show lets others see messages again. Where that fails they do once their time is over.
func (q queues) show(ctx context.Context, receipts []string) {
	for some := range slices.Chunk(receipts, atOnce) {
		entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, len(some))
		for i, receipt := range some {
			entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &receipt}
		}
		_, _ = q.client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.Dead, Entries: entries})
	}
}

func deadOf(m types.Message) Dead {
	d := Dead{About: "a message that cannot be read", Reason: unsaid}
	if parts, err := read(aws.ToString(m.Body)); err == nil && len(parts) > 0 {
		d.About = parts[0].String()
	}
	if v, ok := m.MessageAttributes[attrReason]; ok {
		d.Reason = aws.ToString(v.StringValue)
	}
	if v, ok := m.MessageAttributes[attrDied]; ok {
		if at, err := time.Parse(time.RFC3339, aws.ToString(v.StringValue)); err == nil {
			d.Died = at
		}
	}
	return d
}

// sentAfter tells whether a message came after we began: it is one that has died again.
func sentAfter(m types.Message, began time.Time) bool {
	ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	return err == nil && time.UnixMilli(ms).After(began)
}

// revive sends a message back, and then takes it from the dead. What no queue takes stays.
// Any may have been done in part, which those do not say that a queue put there.
func (q queues) revive(ctx context.Context, m types.Message) (bool, error) {
	body := aws.ToString(m.Body)
	queue, err := q.queueOf(body)
	if err != nil {
		return false, nil
	}
	parts, err := read(body)
	if err != nil {
		return false, nil
	}
	var bodies []string
	for _, p := range parts {
		p.Attempt, p.Again = 0, true
		bodies = append(bodies, p.body())
	}
	if err := q.send(ctx, queue, 0, bodies...); err != nil {
		return false, err
	}
	if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.Dead, ReceiptHandle: m.ReceiptHandle}); err != nil {
		return false, fmt.Errorf("take a message from the dead queue: %w", err)
	}
	return true, nil
}
