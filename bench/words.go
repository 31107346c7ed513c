package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/naru-rag/naru/bench/data"
	"github.com/naru-rag/naru/bench/peer"
	"github.com/naru-rag/naru/eval"
)

// words compares indexing and searching by words.
func (b *bench) words() error {
	var both []*peer.Process
	defer func() { end(both) }()
	for _, name := range []string{"naru-words", "bleve"} {
		dir := filepath.Join(b.work, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		p, err := b.start(name, dir)
		if err != nil {
			return err
		}
		both = append(both, p)
	}
	if err := b.indexWords(both); err != nil {
		return err
	}
	var contestants []contestant
	for _, p := range both {
		if err := p.Settle(); err != nil {
			return err
		}
		contestants = append(contestants, contestant{p, p.Name, peer.Words, top})
	}
	all, err := b.alternate(contestants)
	if err != nil {
		return err
	}
	b.report.latencies(fmt.Sprintf("search by words, %d of %d", top, b.passages), all, map[string]float64{"bleve": 1})
	for _, p := range both {
		anon, err := p.Anonymous()
		if err != nil {
			return err
		}
		size, err := sizeOf(filepath.Join(b.work, p.Name))
		if err != nil {
			return err
		}
		b.report.add(row{Measured: fmt.Sprintf("anonymous memory and disk, %d passages", b.passages), Engine: p.Name, Value: megabytes(anon) + ", " + megabytes(size)})
	}
	return nil
}

// indexWords has both index the same passages in turns.
func (b *bench) indexWords(both []*peer.Process) error {
	const slices = 10
	if b.profile != "" {
		if err := both[0].Profile(filepath.Join(b.profile, "index-words.pprof")); err != nil {
			return err
		}
	}
	totals := make([]time.Duration, len(both))
	var ratios []float64
	step := b.passages / slices
	for from := 0; from < b.passages; from += step {
		var took [2]time.Duration
		for i, p := range both {
			d, err := fill(p, from, from+step)
			if err != nil {
				return err
			}
			took[i] = d
			totals[i] += d
		}
		ratios = append(ratios, float64(took[1])/float64(took[0]))
	}
	if b.profile != "" {
		if err := both[0].Profile(""); err != nil {
			return err
		}
	}
	measured := fmt.Sprintf("indexing %d passages by words, synced by %d", b.passages, perBatch)
	b.report.add(row{Measured: measured, Engine: both[0].Name, Value: perSecond(b.passages, totals[0])})
	ratio := float64(totals[1]) / float64(totals[0])
	b.report.add(row{Measured: measured, Engine: both[1].Name, Value: perSecond(b.passages, totals[1])}).ratio(ratio, median(ratios), 1)
	return nil
}

// quality compares how well both find what answers the questions of the sets.
func (b *bench) quality() error {
	sets, err := data.Sets(b.eval)
	if err != nil {
		return err
	}
	var sums [2]float64
	worst := math.Inf(1)
	for _, set := range sets {
		figures, err := b.qualityOf(set)
		if err != nil {
			return fmt.Errorf("%s: %w", set.Name, err)
		}
		for i, engine := range []string{"naru-words", "bleve"} {
			sums[i] += figures[i]
			b.report.add(row{Measured: "nDCG@10, " + set.Name, Engine: engine, Value: fmt.Sprintf("%.3f", figures[i])})
		}
		worst = min(worst, figures[0]-figures[1])
	}
	for i, engine := range []string{"naru-words", "bleve"} {
		r := b.report.add(row{Measured: "nDCG@10, mean of the sets", Engine: engine, Value: fmt.Sprintf("%.3f", sums[i]/float64(len(sets)))})
		if i == 0 {
			met := worst >= 0
			r.Target, r.Met, r.Note = "no worse on any set", &met, fmt.Sprintf("worst difference %+.3f", worst)
		}
	}
	return nil
}

// qualityOf returns the figures of Naru and of bleve.
func (b *bench) qualityOf(set *eval.Dataset) (figures [2]float64, err error) {
	passages := make([]data.Passage, len(set.Passages))
	language := data.Language(set)
	for i, p := range set.Passages {
		passages[i] = data.Passage{Title: p.Title, Text: p.Text, Language: language}
	}
	random := rand.New(rand.NewPCG(seed, 0))
	asked := random.Perm(len(set.Questions))[:min(b.questions, len(set.Questions))]
	for i, open := range []func(string) (peer.Index, error){peer.OpenNaru, peer.OpenBleve} {
		dir, err := os.MkdirTemp(b.work, "quality-")
		if err != nil {
			return figures, err
		}
		index, err := open(dir)
		if err != nil {
			return figures, err
		}
		defer index.Close()
		for from := 0; from < len(passages); from += perBatch {
			if err := index.Put(from, passages[from:min(from+perBatch, len(passages))]); err != nil {
				return figures, err
			}
		}
		for _, n := range asked {
			q := set.Questions[n]
			found, err := index.Ask(data.Question{Text: q.Text, Language: language}, top)
			if err != nil {
				return figures, fmt.Errorf("question %s: %w", q.ID, err)
			}
			figures[i] += ndcg(found, q.Gold) / float64(len(asked))
		}
	}
	return figures, nil
}

// ndcg is the normalised discounted cumulative gain with binary gains (Järvelin
// and Kekäläinen, TOIS 2002).
func ndcg(found, gold []int) float64 {
	gain, ideal := 0., 0.
	for i, f := range found {
		if slices.Contains(gold, f) {
			gain += 1 / math.Log2(float64(i)+2)
		}
	}
	for i := range min(top, len(gold)) {
		ideal += 1 / math.Log2(float64(i)+2)
	}
	return gain / ideal
}
