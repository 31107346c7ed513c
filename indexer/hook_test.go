package indexer_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
)

// failing is a hook that fails as long as it has an error.
type failing struct{ err error }

func (*failing) Rules() string { return "failing" }
func (f *failing) Document(context.Context, indexer.Reading) (indexer.Decision, error) {
	return indexer.Decision{}, f.err
}

// TestHookFails: what a hook cannot decide on now is kept as it was and tried again;
// what it fails at for another reason is not kept.
func TestHookFails(t *testing.T) {
	l, hook := newLibrary(t), &failing{}
	var err error
	if l.ix, err = indexer.New(l.store, indexer.Options{Access: rag.Access{Tenant: "t"}, Hooks: []indexer.Hook{hook}}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		text   string
		err    error
		counts string
		stored string
	}{
		{"One ferry.", nil, "documents 1 added 1 updated 0 unchanged 0 deleted 0 failed 0", "One ferry."},
		{"Two ferries.", &indexer.LaterError{Err: errors.New("out of time")}, "documents 1 added 0 updated 0 unchanged 0 deleted 0 failed 1", "One ferry."},
		{"Two ferries.", nil, "documents 1 added 0 updated 1 unchanged 0 deleted 0 failed 0", "Two ferries."},
		{"No ferry.", errors.New("trapped"), "documents 0 added 0 updated 0 unchanged 0 deleted 1 failed 1", ""},
	} {
		hook.err = step.err
		l.write("a.txt", step.text)
		if got := counts(l.run()); got != step.counts {
			t.Errorf("%s: %s, want %s", step.text, got, step.counts)
		}
		want := map[string][]string{}
		if step.stored != "" {
			want["a.txt"] = []string{step.stored}
		}
		if got := l.texts(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: stored are %v, want %v", step.text, got, want)
		}
	}
}
