package peer

import (
	"context"
	"errors"
	"strconv"

	"github.com/naru-rag/naru/bench/data"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// naruWords is Naru's package store over its embedded engine.
type naruWords struct {
	engine *embedded.Engine
	store  *store.Store
}

const tenant = "bench"

// OpenNaru opens the Index of Naru.
func OpenNaru(dir string) (Index, error) {
	engine, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		return nil, err
	}
	n := &naruWords{engine, store.New(engine.Conn(), store.Options{})}
	if err := n.store.Ensure(context.Background()); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return n, nil
}

func (n *naruWords) Put(first int, passages []data.Passage) error {
	var entries []store.Entry
	for i, p := range passages {
		if i%data.PerDocument == 0 {
			id := strconv.Itoa(first + i)
			entries = append(entries, store.Entry{Document: rag.Document{
				ID: id, URI: "bench/" + id, Title: p.Title, Language: p.Language, Hash: id, Access: rag.Access{Tenant: tenant},
			}})
		}
		e := &entries[len(entries)-1]
		start := len(e.Document.Text)
		e.Document.Text += p.Text + "\n"
		e.Passages = append(e.Passages, rag.Passage{
			Title: p.Title, Language: p.Language, Text: p.Text, Start: start, End: start + len(p.Text),
		})
	}
	return n.store.Put(context.Background(), entries...)
}

func (n *naruWords) Ask(q data.Question, limit int) ([]int, error) {
	found, err := n.store.Search(context.Background(), rag.Query{
		Text: q.Text, Language: q.Language, Limit: limit, Asker: rag.Asker{Tenant: tenant},
	})
	if err != nil {
		return nil, err
	}
	numbers := make([]int, len(found.Passages))
	for i, p := range found.Passages {
		first, err := strconv.Atoi(p.Document)
		if err != nil {
			return nil, err
		}
		numbers[i] = first + p.Ordinal
	}
	return numbers, nil
}

func (n *naruWords) Close() error { return n.engine.Close() }
