package main

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/naru-rag/naru/bench/peer"
)

// embedder is an engine that embeds, and what it did: in its series a time is
// that of a text.
type embedder struct {
	series
	// texts is how many it has in a turn, of which limit are in a call.
	texts int
	// vectors are by the number of the text; nil where it did not have it.
	vectors [][]float32
}

// newEmbedder returns one that has done nothing yet. A missing process stays out
// of the turns.
func newEmbedder(p *peer.Process, label string, kind peer.Kind, texts, atOnce int) embedder {
	return embedder{series: series{contestant: contestant{p, label, kind, atOnce}}, texts: texts}
}

// embedInTurns has all engines that are there embed the same texts in turns: the
// first ones, as many as perTurn, in the first turn, and so on, from the beginning
// again where there are fewer. typical is what is taken of the times of a turn.
func (b *bench) embedInTurns(texts []string, perTurn int, typical func([]time.Duration) time.Duration, all []embedder) ([]embedder, error) {
	all = slices.DeleteFunc(all, func(e embedder) bool { return e.Process == nil })
	for i := range all {
		e := &all[i]
		e.vectors = make([][]float32, len(texts))
		// As in alternate: what is done once is not measured.
		for start, to := time.Now(), len(texts); time.Since(start) < warmUp && to >= e.texts; to -= e.texts {
			if _, _, err := e.Embed(e.kind, texts[to-e.texts:to], e.limit); err != nil {
				return nil, err
			}
		}
	}
	for turn := range b.turns {
		for i := range all {
			if err := all[i].turn(texts, turn*perTurn, typical); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// turn has the engine embed its texts from number first on.
func (e *embedder) turn(texts []string, first int, typical func([]time.Duration) time.Duration) error {
	asked := make([]string, e.texts)
	for i := range asked {
		asked[i] = texts[(first+i)%len(texts)]
	}
	times, vectors, err := e.Embed(e.kind, asked, e.limit)
	if err != nil {
		return err
	}
	for i := range times {
		times[i] /= time.Duration(min(e.limit, len(asked)-i*e.limit))
	}
	for i, v := range vectors {
		e.vectors[(first+i)%len(texts)] = v
	}
	e.medians = append(e.medians, typical(times))
	e.all = append(e.all, times...)
	return nil
}

// likeness adds how near the vectors of the other engines come to those of the
// first.
func (r *report) likeness(measured string, all []embedder) {
	first, seen := &all[0], map[string]bool{all[0].Name: true}
	for i := range all {
		e, lowest, total, n := &all[i], math.Inf(1), 0., 0
		if seen[e.Name] {
			continue
		}
		seen[e.Name] = true
		for text, v := range e.vectors {
			if v == nil {
				continue
			}
			cosine := 0.
			for j, x := range v {
				cosine += float64(x) * float64(first.vectors[text][j])
			}
			lowest, total, n = min(lowest, cosine), total+cosine, n+1
		}
		r.add(row{Measured: measured, Engine: e.label, Value: fmt.Sprintf("%.4f", total/float64(n)), Note: fmt.Sprintf("mean of %d texts, lowest %.4f", n, lowest)})
	}
}
