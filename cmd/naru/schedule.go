package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/ledger"
	"github.com/naru-rag/naru/indexer/schedule"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/state"
)

// sourceID is the ID of a source of the configuration, which need not be there.
func sourceID(s config.Source) (string, error) {
	if s.S3 != (config.S3{}) {
		return s3.Kind + ":" + s3.Key(s.S3.Bucket, s.S3.Prefix), nil
	}
	return source.FolderID(s.Path)
}

// recordedOf is a source as its runs are remembered, or nil where the configuration
// names none of this ID.
func recordedOf(c *config.Config, id string) (*ledger.Source, error) {
	for _, s := range c.Sources {
		if of, err := sourceID(s); err != nil || of != id {
			continue
		}
		plan, err := scheduleOf(c, s)
		return &ledger.Source{ID: id, Schedule: plan}, err
	}
	return nil, nil
}

// scheduleOf is the schedule of a source, or nil where it has none.
func scheduleOf(c *config.Config, s config.Source) (*schedule.Schedule, error) {
	if s.Schedule == "" {
		return nil, nil
	}
	zone, err := schedule.Zone(c.Schedule.TimeZone)
	if err != nil {
		return nil, err
	}
	return schedule.Parse(s.Schedule, zone)
}

// remember has the runs of configured sources remembered in a state.
func (d *data) remember(s state.Store, report func(error)) {
	holder := fmt.Sprintf("process %d", os.Getpid())
	if host, err := os.Hostname(); err == nil {
		holder += " on " + host
	}
	d.ledger = ledger.New(s, ledger.Options{
		NewText: rand.Text, Holder: holder, Report: report,
		Alone: d.config.Store.URL == "", // the engine lets one process into its folder
	})
}

// record has work done, and its outcome remembered of sources.
func (d *data) record(ctx context.Context, sources []ledger.Source, work ledger.Work) error {
	if d.ledger == nil || len(sources) == 0 {
		_, err := work(ctx)
		return err
	}
	return d.ledger.Run(ctx, sources, work)
}

// apart tells those that are watched from those that have a schedule.
func apart(from []group) (watched, scheduled []group) {
	for _, g := range from {
		if g.scheduled {
			scheduled = append(scheduled, g)
		} else {
			watched = append(watched, g)
		}
	}
	return watched, scheduled
}

// follow indexes sources when they are due, until ctx ends.
func follow(ctx context.Context, d *data, scheduled []group, first *firstRun, running *sync.Mutex, logger *slog.Logger, w io.Writer) {
	var followers sync.WaitGroup
	for _, g := range scheduled {
		src := g.recorded[0]
		g.recorded = nil // Follow remembers its runs
		followers.Go(func() {
			_ = d.ledger.Follow(ctx, src, func(ctx context.Context) (map[string]*indexer.Counts, error) {
				running.Lock()
				defer running.Unlock()
				report, err := scheduledRun(ctx, d, src.ID, []group{g}, first, w)
				if err == nil {
					logReport(logger, src.ID, report)
				}
				return report.Sources, err
			}) // it ends with the context
		})
	}
	followers.Wait()
}

// scheduledRun indexes a source. Whoever asks is told while that is the first time.
func scheduledRun(ctx context.Context, d *data, id string, of []group, first *firstRun, w io.Writer) (indexer.Report, error) {
	if err := ctx.Err(); err != nil {
		return indexer.Report{}, err // it ended while another was being indexed
	}
	if rec, err := d.ledger.Record(ctx, id); err == nil && rec.Last == nil {
		return first.index(ctx, d, of, w)
	}
	return d.runs(ctx, of, false, nil, nil)
}
