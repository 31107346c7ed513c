package main

import (
	"fmt"
	"path/filepath"

	"github.com/naru-rag/naru/bench/peer"
)

// top is how many hits a search asks for.
const top = 10

// dense compares exact search by cosine, chromem-go's too, and checks what Naru
// found.
func (b *bench) dense() error {
	rivals, err := b.rivals()
	if err != nil {
		return err
	}
	defer func() { end(rivals) }()
	chromem, err := b.start("chromem", filepath.Join(b.work, "chromem"))
	if err != nil {
		return err
	}
	rivals = append(rivals, chromem)
	if _, err := fill(chromem, 0, b.points); err != nil {
		return err
	}
	var contestants []contestant
	for _, p := range rivals {
		contestants = append(contestants, contestant{p, p.Name, peer.Dense, top})
	}
	all, err := b.alternate(contestants)
	if err != nil {
		return err
	}
	targets := map[string]float64{"chromem": 5, "edge": 1}
	b.report.latencies(fmt.Sprintf("exact dense search, %d of %d", top, b.points), all, targets)
	same, tied, wrong, err := b.compare(all[0].found)
	if err != nil {
		return err
	}
	met := wrong == 0
	b.report.add(row{
		Measured: "ids equal to those of float32 brute force", Engine: "naru",
		Value: fmt.Sprintf("%d of %d", same+tied, same+tied+wrong), Target: "all", Met: &met,
		Note: fmt.Sprintf("%d of them in another order or with another last hit where scores differ by less than %g", tied, tie),
	})
	for _, p := range rivals {
		anon, err := p.Anonymous()
		if err != nil {
			return err
		}
		b.report.add(row{Measured: fmt.Sprintf("anonymous memory after these searches, %d points", b.points), Engine: p.Name, Value: megabytes(anon)})
	}
	return nil
}

// filtered compares dense search among one tenant's passages.
func (b *bench) filtered() error {
	rivals, err := b.rivals()
	if err != nil {
		return err
	}
	defer end(rivals)
	for _, f := range []struct {
		kind  peer.Kind
		share string
	}{{peer.Hundredth, "1%"}, {peer.Tenth, "10%"}, {peer.All, "100%"}} {
		var contestants []contestant
		for _, p := range rivals {
			contestants = append(contestants, contestant{p, p.Name, f.kind, top})
		}
		all, err := b.alternate(contestants)
		if err != nil {
			return err
		}
		b.report.latencies(fmt.Sprintf("dense search, filter leaves %s of %d", f.share, b.points), all, nil)
	}
	return nil
}

// hybrid compares searches of both halves with those of one.
func (b *bench) hybrid() error {
	rivals, err := b.rivals()
	if err != nil {
		return err
	}
	defer end(rivals)
	for _, p := range rivals {
		contestants := []contestant{
			{p, p.Name + ", dense part", peer.Dense, peer.Reach},
			{p, p.Name + ", sparse part", peer.Sparse, peer.Reach},
			{p, p.Name + ", fused by RRF", peer.Hybrid, top},
			{p, p.Name + ", fused, with texts", peer.Payload, top},
		}
		if p.Name == "naru" {
			contestants = append(contestants, contestant{p, "naru, as a batch of two", peer.QueryBatch, top})
		}
		all, err := b.alternate(contestants)
		if err != nil {
			return err
		}
		b.report.parts(fmt.Sprintf("hybrid search, %d points", b.points), all, 2, p.Name == "naru")
	}
	return nil
}
