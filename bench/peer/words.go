package peer

import (
	"fmt"

	"github.com/naru-rag/naru/bench/data"
)

// Index is an index of words.
type Index interface {
	// Put adds passages and syncs them. Their numbers count from first, which is
	// a multiple of data.PerDocument.
	Put(first int, passages []data.Passage) error
	// Ask returns the numbers of the passages that answer a question best, after
	// it has read their texts.
	Ask(q data.Question, limit int) ([]int, error)
	Close() error
}

// words is an Index that is asked the questions of a set.
type words struct {
	index     Index
	questions []data.Question
}

func prepareWords(open func(dir string) (Index, error)) func(*data.Set) (opener, error) {
	return func(set *data.Set) (opener, error) {
		questions, err := set.Questions()
		return func(dir string) (Peer, error) {
			index, err := open(dir)
			return &words{index, questions}, err
		}, err
	}
}

func (w *words) Index(b Batch) error { return w.index.Put(b.From, b.Passages) }

func (w *words) Search(kind Kind, question, limit int) ([]int, error) {
	if kind != Words {
		return nil, fmt.Errorf("no search of words is called %q", kind)
	}
	return w.index.Ask(w.questions[question%len(w.questions)], limit)
}

func (w *words) Close() error { return w.index.Close() }
