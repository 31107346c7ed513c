package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// form is the version of our messages.
const form = 1

// message is what a queue carries: one of its parts.
type message struct {
	Naru    int       `json:"naru"`
	Object  *object   `json:"object,omitempty"`
	Vectors *vectors  `json:"vectors,omitempty"`
	Reindex *struct{} `json:"reindex,omitempty"`
	Walk    *walk     `json:"walk,omitempty"`
	// Attempt is how often it has failed, and Again is set where it may have been done in
	// part.
	Attempt int  `json:"attempt,omitempty"`
	Again   bool `json:"again,omitempty"`
}

// object is one whose state is to be looked at.
type object struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
}

// vectors are those that passages of a tenant lack.
type vectors struct {
	Tenant string `json:"tenant"`
}

func (m message) body() string {
	m.Naru = form
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // it has texts and numbers
	}
	return takeable.Replace(string(text))
}

// takeable writes what a key may have and no queue takes as it is (XML knows neither).
var takeable = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// String is what the message is about.
func (m message) String() string {
	switch {
	case m.Object != nil:
		return "object " + m.Object.Bucket + "/" + m.Object.Key
	case m.Vectors != nil:
		return "vectors of " + m.Vectors.Tenant
	case m.Walk != nil:
		return "walk over " + m.Walk.Source
	}
	return "reindex"
}

// notification is what S3 writes; what is not looked at is left out.
type notification struct {
	// Event is testEvent in what S3 sends when a queue is set up.
	Event   string
	Records []struct {
		EventSource string `json:"eventSource"`
		S3          struct {
			Bucket struct{ Name string }
			Object struct{ Key string }
		}
	}
}

const testEvent = "s3:TestEvent"

// read takes a message apart into parts that are done one by one. The error says what is
// wrong, and will be when it comes again.
func read(body string) ([]message, error) {
	if !utf8.ValidString(body) {
		return nil, errors.New("the message is not in UTF-8")
	}
	var ours struct{ Naru json.RawMessage }
	if err := json.Unmarshal([]byte(body), &ours); err != nil {
		return nil, errors.New("the message is no JSON object")
	}
	if ours.Naru != nil {
		m, err := readOurs(body)
		return []message{m}, err
	}
	var n notification
	if err := json.Unmarshal([]byte(body), &n); err != nil || len(n.Records) == 0 && n.Event != testEvent {
		return nil, errors.New(`the message is neither an event of S3 nor one of Naru's: {"naru": 1, "object": {"bucket": "…", "key": "…"}}; what SNS or EventBridge wraps is not read: have the bucket tell the queue itself`)
	}
	var parts []message
	for i, r := range n.Records {
		if r.EventSource != "aws:s3" {
			return nil, fmt.Errorf("record %d of the message is of %.40q, and not of S3", i, r.EventSource)
		}
		// S3 writes keys as forms are: a blank as +, and + as %2B.
		key, err := url.QueryUnescape(r.S3.Object.Key)
		if err != nil || !utf8.ValidString(key) {
			return nil, fmt.Errorf("record %d of the message has the key %.200q, which is not encoded as S3 does", i, r.S3.Object.Key)
		}
		o := object{r.S3.Bucket.Name, key}
		if err := o.check(); err != nil {
			return nil, fmt.Errorf("record %d of the message: %w", i, err)
		}
		parts = append(parts, message{Object: &o})
	}
	return parts, nil
}

func readOurs(body string) (m message, err error) {
	d := json.NewDecoder(bytes.NewReader([]byte(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("the message cannot be read: %v", strings.TrimPrefix(err.Error(), "json: "))
	}
	if m.Naru != form {
		return m, fmt.Errorf("the message is of form %d, and this program reads %d", m.Naru, form)
	}
	parts := 0
	for _, there := range []bool{m.Object != nil, m.Vectors != nil, m.Reindex != nil, m.Walk != nil} {
		if there {
			parts++
		}
	}
	switch {
	case parts != 1:
		return m, errors.New("the message has to have one of object, vectors, reindex and walk")
	case m.Attempt < 0:
		return m, errors.New("the message's attempt is below zero")
	case m.Object != nil:
		return m, m.Object.check()
	case m.Vectors != nil && m.Vectors.Tenant == "":
		return m, errors.New("the message's vectors have no tenant")
	}
	return m, nil
}

func (o object) check() error {
	if o.Bucket == "" || o.Key == "" {
		return errors.New("an object has a bucket and a key")
	}
	return nil
}
