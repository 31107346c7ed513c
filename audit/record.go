package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Kind is what a record is about.
type Kind string

// The kinds are part of the form of the log.
const (
	KindQuestion Kind = "question"
	KindReading  Kind = "reading"
	KindDeletion Kind = "deletion"
	KindEgress   Kind = "egress"
)

// Kinds are all of them.
var Kinds = []Kind{KindQuestion, KindReading, KindDeletion, KindEgress}

// Record is something that happened. Of the fields after Caller the one is set that Kind
// names. The form is extended over time, never broken.
type Record struct {
	// Time is when it was recorded; the log sets it where it is zero.
	Time time.Time `json:"time"`
	Kind Kind      `json:"kind"`
	// Request is the id of the request that it belongs to; empty where there was none.
	Request string `json:"request,omitempty"`
	// Caller is who asked for it; empty where nobody in particular did.
	Caller   Hash      `json:"caller,omitempty"`
	Question *Question `json:"question,omitempty"`
	Reading  *Reading  `json:"reading,omitempty"`
	Deletion *Deletion `json:"deletion,omitempty"`
	Egress   *Egress   `json:"egress,omitempty"`
}

// Question is a question that was answered or failed. It is recorded before the caller
// has the answer.
type Question struct {
	Text Hash `json:"text"`
	// Index is the version of the index that was searched.
	Index     string `json:"index,omitempty"`
	Abstained bool   `json:"abstained,omitempty"`
	// Reason is why it abstained.
	Reason string `json:"reason,omitempty"`
	// Failed is set where the caller got an error and nothing was shown.
	Failed bool `json:"failed,omitempty"`
	// Shown are the passages that the caller has seen of, in the answer's order.
	Shown []Passage `json:"shown,omitempty"`
}

// Passage is what was shown of a passage.
type Passage struct {
	ID       string `json:"id"`
	Document string `json:"document"`
	// Text is what was shown of it.
	Text Hash `json:"text"`
	// Cited is set where a sentence of the answer is of it.
	Cited bool `json:"cited,omitempty"`
}

// Reading is a document whose whole text is shown. It is recorded before it is.
type Reading struct {
	Document string `json:"document"`
}

// Deletion is documents that are deleted. It is recorded before they are: where that
// fails, they are still there.
type Deletion struct {
	Documents []string `json:"documents"`
	Why       string   `json:"why"`
}

// Egress is a decision on connections.
type Egress struct {
	// To is host:port.
	To      string `json:"to"`
	Allowed bool   `json:"allowed,omitempty"`
	// Why is what declares the place, or why it was refused.
	Why string `json:"why"`
	// Times is how often it was decided so since the record before; zero is once.
	Times int `json:"times,omitempty"`
}

// maxRecord is the longest record, in bytes.
const maxRecord = 64 << 10

func (r Record) encode() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if len(data) > maxRecord {
		return nil, fmt.Errorf("a record of %d bytes: at most %d are taken", len(data), maxRecord)
	}
	return data, nil
}

// ParseRecord reads a record. One of a later release may have more than is known here.
func ParseRecord(data []byte) (r Record, err error) {
	if err := json.Unmarshal(data, &r); err != nil {
		return Record{}, fmt.Errorf("no record: %w", err)
	}
	return r, r.check()
}

func (r Record) check() error {
	about := map[Kind]bool{KindQuestion: r.Question != nil, KindReading: r.Reading != nil, KindDeletion: r.Deletion != nil, KindEgress: r.Egress != nil}
	if !slices.Contains(Kinds, r.Kind) {
		return fmt.Errorf("%.40q is no kind of record", r.Kind)
	}
	for kind, is := range about {
		if is != (kind == r.Kind) {
			return fmt.Errorf("a record of kind %s is not about one", r.Kind)
		}
	}
	return nil
}

// canonical tells whether data is what encoding v gives: JSON can be written in many
// ways, and only one of them is what was signed.
func canonical(data []byte, v any) bool {
	again, err := json.Marshal(v)
	return err == nil && bytes.Equal(again, data)
}
