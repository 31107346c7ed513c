package eval

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/rag"
)

// measurement asks the questions of a set and adds up what comes back.
type measurement struct {
	pool     *pool
	searcher rag.Searcher
	numbers  map[string]int
}

// outcome is what came back for one question.
type outcome struct {
	ranking         ranking
	hasGold, gold   bool // there are gold answers; one of them was cited
	citations, good int
	with, without   rag.Answer
}

func (m *measurement) ask(ctx context.Context, set *Dataset, offset int, opt Options) (Figures, error) {
	questions := set.Questions
	if opt.Sample > 0 && opt.Sample < len(questions) {
		random := rand.New(rand.NewPCG(opt.Seed, 0))
		picked := random.Perm(len(questions))[:opt.Sample]
		slices.Sort(picked)
		sample := make([]Question, len(picked))
		for i, n := range picked {
			sample[i] = questions[n]
		}
		questions = sample
	}

	searcher, err := opt.searcher(ctx, m.searcher, questions)
	if err != nil {
		return Figures{}, err
	}
	m.searcher = searcher
	outcomes := make([]outcome, len(questions))
	var (
		workers  sync.WaitGroup
		next     atomic.Int64
		reported sync.Mutex
		done     int
		failed   error
	)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(questions) || ctx.Err() != nil {
					return
				}
				result, err := m.one(ctx, questions[i], offset)
				outcomes[i] = result
				reported.Lock()
				if done++; err != nil && failed == nil {
					failed = fmt.Errorf("question %s: %w", questions[i].ID, err)
					next.Store(int64(len(questions)))
				}
				if opt.Progress != nil {
					opt.Progress(set.Name, done, len(questions))
				}
				reported.Unlock()
			}
		})
	}
	workers.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	if failed != nil {
		return Figures{}, failed
	}
	figures := sum(outcomes)
	figures.File = set.Name
	figures.Mode = string(opt.mode())
	figures.Passages = len(set.Passages)
	figures.Language = languageOf(questions)
	return figures, nil
}

// one asks one question twice: of everything, and with what answers it left out.
func (m *measurement) one(ctx context.Context, q Question, offset int) (outcome, error) {
	gold := make([][]int, len(q.Gold))
	out := map[int]bool{}
	for i, g := range q.Gold {
		gold[i] = []int{offset + g}
		if len(q.Gold) == 1 {
			gold[i] = m.pool.translations[q.ID]
		}
		for _, p := range gold[i] {
			out[p] = true
		}
	}
	result := outcome{hasGold: len(q.Answers) > 0}
	asked := rag.Question{Text: q.Text, Limit: depth, Asker: rag.Asker{Tenant: tenant}}
	shown := asked
	shown.Limit = 0

	found, err := m.searcher.Search(ctx, rag.Query{Text: q.Text, Language: lang.Detect(q.Text), Limit: depth, Asker: asked.Asker})
	if err != nil {
		return result, err
	}
	var documents []int
	for _, p := range found.Passages {
		if n := m.numbers[p.Document]; !slices.Contains(documents, n) {
			documents = append(documents, n)
		}
	}
	result.ranking = rank(documents, gold)

	if result.with, err = rag.NewAnswerer(m.searcher, rag.Options{}).Answer(ctx, shown); err != nil {
		return result, err
	}
	for _, s := range result.with.Sentences {
		for _, c := range s.Citations {
			result.citations++
			if m.exact(c, s.Text) {
				result.good++
			}
			for _, answer := range q.Answers {
				result.gold = result.gold || strings.Contains(c.Quote, answer)
			}
		}
	}
	rest := without{m.searcher, func(document string) bool { return out[m.numbers[document]] }, len(out)}
	result.without, err = rag.NewAnswerer(rest, rag.Options{}).Answer(ctx, shown)
	return result, err
}

// exact tells whether a citation's quote is what was indexed at its place, and
// holds the sentence that cites it.
func (m *measurement) exact(c rag.Citation, sentence string) bool {
	text := m.pool.passages[m.numbers[c.Document]].Text
	return c.Start >= 0 && c.Start < c.End && c.End <= len(text) && text[c.Start:c.End] == c.Quote && strings.Contains(c.Quote, sentence)
}

// without is a searcher that does not know some documents.
type without struct {
	rag.Searcher
	leaveOut func(document string) bool
	extra    int
}

// passagesPerDocument bounds how many passages of a left-out document may
// crowd out others.
const passagesPerDocument = 8

func (w without) Search(ctx context.Context, q rag.Query) (rag.Results, error) {
	limit := q.Limit
	q.Limit += w.extra * passagesPerDocument
	found, err := w.Searcher.Search(ctx, q)
	found.Passages = slices.DeleteFunc(found.Passages, func(p rag.Passage) bool { return w.leaveOut(p.Document) })
	found.Passages = found.Passages[:min(limit, len(found.Passages))]
	return found, err
}
