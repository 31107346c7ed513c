package eval

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/lang"
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
	// Progress is told how many questions of how many were asked, for the set
	// that is being measured. It is called from one goroutine at a time.
	Progress func(set string, done, total int)
}

// depth is how many passages are looked at for the first ten documents: the
// best passage of a document ranks it, and a document may have several.
const depth = rag.MaxPassages

// Report is what was measured.
type Report struct {
	Files []Figures `json:"files"`
}

// Figures are the measures of one set. A measure that the set cannot give (it
// has no answers) is null.
type Figures struct {
	File      string  `json:"file"`
	Language  string  `json:"language"`
	Mode      string  `json:"mode"`
	Passages  int     `json:"passages"`
	Questions int     `json:"questions"`
	Recall1   float64 `json:"recall_1"`
	Recall5   float64 `json:"recall_5"`
	Recall10  float64 `json:"recall_10"`
	MRR10     float64 `json:"mrr_10"`
	NDCG10    float64 `json:"ndcg_10"`
	// AnswerRecall is the share of questions, of those with gold answers, where
	// one of these stands in the cited text.
	AnswerRecall *float64 `json:"answer_recall"`
	// CitationExact is the share of citations whose quote is what the indexed
	// text has at their offsets; null where nothing was cited.
	CitationExact *float64 `json:"citation_exact"`
	// AbstentionAUROC tells how well the answer's confidence separates the
	// questions from the same ones with their passage left out.
	AbstentionAUROC float64 `json:"abstention_auroc"`
	// Answered is the share of questions not abstained from; AnsweredWithout,
	// the same with the passage left out, where abstaining is right.
	Answered        float64 `json:"answered"`
	AnsweredWithout float64 `json:"answered_without"`
}

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
	stored := store.New(engine.Conn(), store.Options{})
	if err := stored.Ensure(ctx); err != nil {
		return err
	}
	numbers, err := p.index(ctx, stored)
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
func (p *pool) index(ctx context.Context, stored *store.Store) (map[string]int, error) {
	ix, err := indexer.New(stored, indexer.Options{Access: rag.Access{Tenant: tenant}})
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
	return numbers, nil
}

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

func sum(outcomes []outcome) Figures {
	f := Figures{Mode: "lexical", Questions: len(outcomes)}
	var with, withoutGold []float64
	var asked, cited, citations, good int
	n := float64(len(outcomes))
	for _, o := range outcomes {
		f.Recall1 += o.ranking.recall(1) / n
		f.Recall5 += o.ranking.recall(5) / n
		f.Recall10 += o.ranking.recall(10) / n
		f.MRR10 += o.ranking.reciprocal(10) / n
		f.NDCG10 += o.ranking.ndcg(10) / n
		if o.hasGold {
			asked++
			if o.gold {
				cited++
			}
		}
		citations += o.citations
		good += o.good
		with = append(with, o.with.Confidence)
		withoutGold = append(withoutGold, o.without.Confidence)
		if !o.with.Abstained {
			f.Answered += 1 / n
		}
		if !o.without.Abstained {
			f.AnsweredWithout += 1 / n
		}
	}
	f.AnswerRecall = share(cited, asked)
	f.CitationExact = share(good, citations)
	f.AbstentionAUROC = auroc(with, withoutGold)
	return f
}

func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	s := float64(part) / float64(whole)
	return &s
}

// languageOf returns the language most questions are in.
func languageOf(questions []Question) string {
	votes := map[string]int{}
	best := "und"
	for _, q := range questions {
		language := lang.Detect(q.Text)
		if votes[language]++; votes[language] > votes[best] || votes[language] == votes[best] && language < best {
			best = language
		}
	}
	return best
}
