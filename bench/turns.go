package main

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/naru-rag/naru/bench/data"
	"github.com/naru-rag/naru/bench/peer"
)

// contestant is an engine and the kind of search that it is asked for.
type contestant struct {
	*peer.Process
	label string
	kind  peer.Kind
	limit int
}

// series is what a contestant did.
type series struct {
	contestant
	// medians are those of its turns, in order.
	medians []time.Duration
	all     []time.Duration
	// found are the numbers that each question brought.
	found [][]int
}

// perTurn is how many questions are asked in a turn, and few how many of an
// engine that takes long.
const perTurn, few = 20, 4

// warmUp is for how long each engine is asked before it is measured.
const warmUp = 2 * time.Second

// alternate asks all contestants the same questions, in turns: the first
// perTurn questions in the first turn, and so on.
func (b *bench) alternate(contestants []contestant) ([]series, error) {
	out := make([]series, len(contestants))
	for i, c := range contestants {
		out[i].contestant = c
		// What is done once is not measured, such as the first look at a page of a
		// file: each is asked for a while before.
		for start, to := time.Now(), data.Questions; time.Since(start) < warmUp && to >= few; to -= few {
			if _, _, err := c.Search(c.kind, to-few, to, c.limit); err != nil {
				return nil, err
			}
		}
	}
	for turn := range b.turns {
		for i, c := range contestants {
			asked := perTurn
			if c.Name == "chromem" {
				asked = few
			}
			times, found, err := c.Search(c.kind, turn*perTurn, turn*perTurn+asked, c.limit)
			if err != nil {
				return nil, err
			}
			s := &out[i]
			s.medians = append(s.medians, median(times))
			s.all = append(s.all, times...)
			s.found = append(s.found, found...)
		}
	}
	return out, b.profiles(contestants)
}

// profiles takes CPU profiles of Naru, where they are wanted.
func (b *bench) profiles(contestants []contestant) error {
	for _, c := range contestants {
		if b.profile == "" || c.Name != "naru" && c.Name != "naru-words" {
			continue
		}
		if err := c.Profile(filepath.Join(b.profile, "search-"+string(c.kind)+".pprof")); err != nil {
			return err
		}
		for start := time.Now(); time.Since(start) < 3*time.Second; {
			if _, _, err := c.Search(c.kind, 0, 100, c.limit); err != nil {
				return err
			}
		}
		if err := c.Profile(""); err != nil {
			return err
		}
	}
	return nil
}

// best is the best of the turns.
func (s *series) best() time.Duration { return slices.Min(s.medians) }

// times is how many times as long as base s took: by the bests, and within the
// same turn.
func (s *series) times(base *series) (ratio, paired float64) {
	ratios := make([]float64, len(s.medians))
	for i := range ratios {
		ratios[i] = float64(s.medians[i]) / float64(base.medians[i])
	}
	return float64(s.best()) / float64(base.best()), median(ratios)
}

func median[T time.Duration | float64](values []T) T { return quantile(values, .5) }

// quantile is the value below which the share q of the values lies.
func quantile[T time.Duration | float64](values []T, q float64) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func sum(times []time.Duration) (all time.Duration) {
	for _, t := range times {
		all += t
	}
	return all
}
