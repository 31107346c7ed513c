package data

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// Questions is how many questions there are.
const Questions = 1000

// version changes with whatever changes the data.
const version = 1

type maker struct {
	seed    uint64
	sources []source
	common  []float64
	scale   []float64
}

// Make returns at least n passages made from the question sets in evalDir, with
// vectors and questions. What an earlier run has left under cacheDir is used;
// otherwise the files are made there, which log is told.
func Make(evalDir, cacheDir string, seed uint64, n int, log func(string)) (*Set, error) {
	state, err := fingerprint(evalDir)
	if err != nil {
		return nil, fmt.Errorf("question sets: %w", err)
	}
	dir := filepath.Join(cacheDir, fmt.Sprintf("data-v%d-%d-%016x", version, seed, state))
	if s, err := Open(dir); err == nil {
		if s.Len() >= n {
			return s, nil
		}
		if err := s.Close(); err != nil {
			return nil, err
		}
	}
	log(fmt.Sprintf("making %d passages in %s", n, dir))
	sets, err := Sets(evalDir)
	if err != nil {
		return nil, err
	}
	m := &maker{seed: seed, common: common(seed), scale: scales()}
	for _, set := range sets {
		m.sources = append(m.sources, newSource(set))
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := m.write(dir, n); err != nil {
		return nil, fmt.Errorf("make data: %w", err)
	}
	return Open(dir)
}

// write makes the files.
func (m *maker) write(dir string, n int) error {
	w, err := create(dir)
	if err != nil {
		return err
	}
	defer w.close()
	for i := range Questions {
		q, home := m.ask(i)
		if err := w.question(q, questionTerms(q), m.questionVector(i, home)); err != nil {
			return err
		}
	}
	const chunk = 2000
	type row struct {
		passage Passage
		terms   Sparse
		vector  []float32
	}
	rows := make([]row, chunk)
	for from := 0; from < n; from += chunk {
		count := min(chunk, n-from)
		parallel(count, func(i int) {
			p := m.mix(from + i)
			rows[i] = row{p.Passage, passageTerms(p.Passage), m.passageVector(p)}
		})
		for _, r := range rows[:count] {
			if err := w.passage(r.passage, r.terms, r.vector); err != nil {
				return err
			}
		}
	}
	return w.finish()
}

// parallel calls f for every number below n, on all processors.
func parallel(n int, f func(i int)) {
	var workers sync.WaitGroup
	count := runtime.GOMAXPROCS(0)
	for worker := range count {
		workers.Go(func() {
			for i := worker; i < n; i += count {
				f(i)
			}
		})
	}
	workers.Wait()
}
