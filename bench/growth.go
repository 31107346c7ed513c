package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/naru-rag/naru/bench/data"
	"github.com/naru-rag/naru/bench/peer"
)

// growth shows what Naru needs at each size: to index, to open, of memory and
// disk, and for a search.
func (b *bench) growth() error {
	for _, points := range b.sizes {
		if err := b.grow(points); err != nil {
			return fmt.Errorf("%d points: %w", points, err)
		}
	}
	return nil
}

func (b *bench) grow(points int) error {
	b.say(fmt.Sprintf("growth: %d points", points))
	dir := b.naruDir(points)
	add := func(what, value string) *row {
		return b.report.add(row{Measured: fmt.Sprintf("%s, %d points", what, points), Engine: "naru", Value: value})
	}
	took, err := b.fillAndKill(dir, points)
	if err != nil {
		return err
	}
	add("indexing vectors, synced", perSecond(points, took))

	killed, err := b.openKilled(dir, filepath.Join(b.work, "killed"))
	if err != nil {
		return err
	}
	add("open after kill -9", opened(killed)).under(float64(slices.Min(killed).Milliseconds()), 300, "300 ms", points == 100_000)
	p, err := b.filled(points)
	if err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	clean, err := b.openClean(dir, false)
	if err != nil {
		return err
	}
	add("open", opened(clean)).under(float64(slices.Min(clean).Milliseconds()), 300, "300 ms", points == 100_000)
	cold, err := b.openClean(dir, true)
	if err != nil {
		return err
	}
	add("open, nothing of it in the page cache", opened(cold))
	size, err := sizeOf(dir)
	if err != nil {
		return err
	}
	add("on disk", megabytes(size))
	return b.memory(dir, points)
}

// fillAndKill indexes points and kills the process when the last are synced.
func (b *bench) fillAndKill(dir string, points int) (time.Duration, error) {
	p, err := b.start("naru", dir)
	if err != nil {
		return 0, err
	}
	defer p.Kill()
	if b.profile != "" && points == b.points {
		if err := p.Profile(filepath.Join(b.profile, "index-vectors.pprof")); err != nil {
			return 0, err
		}
		defer func() { _ = p.Profile("") }()
	}
	return fill(p, 0, points)
}

// openings is how often opening is measured.
const openings = 3

// openKilled opens what a killed process has left, each time anew.
func (b *bench) openKilled(dir, copied string) ([]time.Duration, error) {
	var times []time.Duration
	for range openings {
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			return nil, err
		}
		p, err := b.start("naru", copied)
		if err != nil {
			return nil, err
		}
		times = append(times, time.Duration(p.OpenNanos))
		p.Kill()
		if err := os.RemoveAll(copied); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// openClean opens what was closed cleanly; cold with nothing of it in the page
// cache.
func (b *bench) openClean(dir string, cold bool) ([]time.Duration, error) {
	var times []time.Duration
	for range openings {
		if cold {
			if err := evict(dir); err != nil {
				return nil, err
			}
		}
		p, err := b.start("naru", dir)
		if err != nil {
			return nil, err
		}
		times = append(times, time.Duration(p.OpenNanos))
		if err := p.Close(); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// evict drops the files of a folder from the page cache.
func evict(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := f.Sync(); err != nil {
			return err
		}
		return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	})
}

// memory measures what is resident after opening and after searching, and how
// long searches take.
func (b *bench) memory(dir string, points int) error {
	p, err := b.start("naru", dir)
	if err != nil {
		return err
	}
	defer p.Kill()
	if err := p.Settle(); err != nil {
		return err
	}
	before, err := p.Anonymous()
	if err != nil {
		return err
	}
	most := int64(0)
	const step = 50
	for from := 0; from < data.Questions; from += step {
		if _, _, err := p.Search(peer.Payload, from, from+step, top); err != nil {
			return err
		}
		now, err := p.Anonymous()
		if err != nil {
			return err
		}
		most = max(most, now)
	}
	after, err := p.Anonymous()
	if err != nil {
		return err
	}
	add := func(what string, bytes int64, note string) *row {
		return b.report.add(row{Measured: fmt.Sprintf("anonymous memory %s, %d points", what, points), Engine: "naru", Value: megabytes(bytes), Note: note})
	}
	add("after open", before, fmt.Sprintf("%s of it before the engine was opened", megabytes(p.AnonBefore)))
	add("after 1,000 searches", after, fmt.Sprintf("at most %s between them", megabytes(most))).
		under(float64(most)/1e6, 350, "350 MB", points == 100_000)
	var contestants []contestant
	for _, kind := range []peer.Kind{peer.Dense, peer.Sparse, peer.Hybrid} {
		contestants = append(contestants, contestant{p, "naru, " + string(kind), kind, top})
	}
	all, err := b.alternate(contestants)
	if err != nil {
		return err
	}
	b.report.latencies(fmt.Sprintf("search, %d points", points), all, nil)
	return nil
}

func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

func opened(times []time.Duration) string {
	return fmt.Sprintf("%s ms (median %s)", milliseconds(slices.Min(times)), milliseconds(median(times)))
}
