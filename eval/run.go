package eval

import (
	"context"
	"fmt"
	"os"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// Options of a [Run]. The zero value asks every question.
type Options struct {
	// Sample is how many questions to ask of each set, drawn with Seed; zero
	// asks all.
	Sample int
	Seed   uint64
	// Pool puts the passages of all sets in one index. Passages of different
	// sets that answer the same question id are then one another's translations.
	Pool bool
	// Embedder makes vectors; without one the mode is ModeLexical.
	Embedder embed.Embedder
	// Mode is what to search by; empty is ModeHybrid where there is an Embedder.
	Mode Mode
	// Progress is told how many questions of how many were asked, for the set
	// that is being measured. It is called from one goroutine at a time.
	Progress func(set string, done, total int)
}

// depth is how many passages are looked at for the first ten documents: the
// best passage of a document ranks it, and a document may have several.
const depth = rag.MaxPassages

// Run indexes the passages of the sets and asks their questions.
func Run(ctx context.Context, sets []*Dataset, opt Options) (Report, error) {
	report := Report{Files: []Figures{}}
	if !opt.Pool {
		for _, set := range sets {
			pool := newPool([]*Dataset{set})
			if err := pool.measure(ctx, &report, opt); err != nil {
				return report, err
			}
		}
		return report, nil
	}
	pool := newPool(sets)
	return report, pool.measure(ctx, &report, opt)
}

// Across asks the questions of one set of the passages of another that has the
// same question ids.
func Across(ctx context.Context, questions, passages *Dataset, opt Options) (Report, error) {
	set, err := across(questions, passages)
	if err != nil {
		return Report{}, err
	}
	return Run(ctx, []*Dataset{set}, opt)
}

// pool is sets whose passages share an index.
type pool struct {
	sets []*Dataset
	// offset is the number of a set's first passage in the pool.
	offset []int
	// translations are the passages of the pool by question id.
	translations map[string][]int
	passages     []Passage
}

func newPool(sets []*Dataset) *pool {
	p := &pool{sets: sets, translations: map[string][]int{}}
	for _, set := range sets {
		offset := len(p.passages)
		p.offset = append(p.offset, offset)
		p.passages = append(p.passages, set.Passages...)
		for _, q := range set.Questions {
			for _, gold := range q.Gold {
				p.translations[q.ID] = append(p.translations[q.ID], offset+gold)
			}
		}
	}
	return p
}

const tenant = "eval"

func (p *pool) measure(ctx context.Context, report *Report, opt Options) (err error) {
	dir, err := os.MkdirTemp("", "naru-eval-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	engine, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		return err
	}
	defer engine.Close()
	var vectors store.Vectors
	if opt.mode() != ModeLexical {
		m := opt.Embedder.Model()
		vectors = store.Vectors{Model: m.ID, Dimensions: m.Dimensions}
	}
	stored := store.New(engine.Conn(), store.Options{Vectors: vectors})
	if err := stored.Ensure(ctx); err != nil {
		return err
	}
	numbers, err := p.index(ctx, stored, opt)
	if err != nil {
		return err
	}
	for i, set := range p.sets {
		m := measurement{pool: p, searcher: stored, numbers: numbers}
		figures, err := m.ask(ctx, set, p.offset[i], opt)
		if err != nil {
			return fmt.Errorf("%s: %w", set.Name, err)
		}
		report.Files = append(report.Files, figures)
	}
	return nil
}

// indexBatch is how many passages are written at once.
const indexBatch = 500

// index indexes the passages and returns their numbers by document ID.
func (p *pool) index(ctx context.Context, stored *store.Store, opt Options) (map[string]int, error) {
	ix, err := indexer.New(stored, indexer.Options{Access: rag.Access{Tenant: tenant}, Embedder: opt.Embedder})
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]int, len(p.passages))
	for from := 0; from < len(p.passages); from += indexBatch {
		var uploads []indexer.Upload
		for i, passage := range p.passages[from:min(from+indexBatch, len(p.passages))] {
			uploads = append(uploads, indexer.Upload{
				URI: fmt.Sprintf("passage-%06d", from+i), Title: passage.Title, MediaType: "text/plain", Data: []byte(passage.Text),
			})
		}
		outcomes, err := ix.Put(ctx, uploads...)
		if err != nil {
			return nil, fmt.Errorf("index passages: %w", err)
		}
		for i, o := range outcomes {
			numbers[o.Document] = from + i
		}
	}
	if opt.mode() != ModeLexical {
		_, err = ix.Embed(ctx)
	}
	return numbers, err
}
