package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/ledger"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
)

// group are the sources that one access is assigned to, or one that has a schedule.
type group struct {
	access  rag.Access
	sources []source.Source
	// buckets are sources too, once they are opened.
	buckets []*config.S3
	// recorded are those whose runs are remembered: what the configuration names.
	recorded []ledger.Source
	// scheduled is set where it is indexed when it is due.
	scheduled bool
}

// groups makes sources of paths or, where there are none, of the configuration.
// What they hold is known by where it lies from the data folder: it is the same
// from wherever it is indexed, and after both were moved.
func groups(c *config.Config, paths []string, opt source.Options) ([]group, error) {
	base, err := dataPath(c)
	if err != nil {
		return nil, err
	}
	opt.Base = base
	var all []group
	configured := len(paths) == 0
	for i := range c.Sources {
		switch s := &c.Sources[i]; {
		case !configured:
		case s.S3.Bucket == "":
			paths = append(paths, s.Path)
		default:
			if all, err = withBucket(all, c, s); err != nil {
				return nil, err
			}
		}
	}
	for _, path := range paths {
		access, err := accessOf(c, path)
		if err != nil {
			return nil, err
		}
		folder, err := source.NewFolder(path, opt)
		if err != nil {
			return nil, err
		}
		recorded, err := recordedOf(c, folder.ID())
		if err != nil {
			return nil, err
		}
		scheduled := configured && recorded != nil && recorded.Schedule != nil
		var of *group
		all, of = groupOf(all, access, scheduled)
		of.sources = append(of.sources, folder)
		if recorded != nil {
			of.recorded = append(of.recorded, *recorded)
		}
	}
	return all, nil
}

// groupOf is the group that a source belongs to: one of its own where it has a schedule.
func groupOf(all []group, access rag.Access, scheduled bool) ([]group, *group) {
	i := slices.IndexFunc(all, func(g group) bool { return !g.scheduled && sameAccess(g.access, access) })
	if i < 0 || scheduled {
		all, i = append(all, group{access: access, scheduled: scheduled}), len(all)
	}
	return all, &all[i]
}

// withBucket adds a source that is a bucket, which is opened later.
func withBucket(all []group, c *config.Config, s *config.Source) ([]group, error) {
	id, err := sourceID(*s)
	if err != nil {
		return nil, err
	}
	recorded, err := recordedOf(c, id)
	if err != nil {
		return nil, err
	}
	all, of := groupOf(all, assigned(*s), recorded.Schedule != nil)
	of.buckets = append(of.buckets, &s.S3)
	of.recorded = append(of.recorded, *recorded)
	return all, nil
}

// openBuckets opens the buckets of groups. Nothing is asked of them yet.
func (d *data) openBuckets(ctx context.Context, all []group, opt source.Options, log *slog.Logger) error {
	for i := range all {
		for _, from := range all[i].buckets {
			b, err := backend.Bucket(ctx, d.config, from, opt, d.audit, log)
			if err != nil {
				return err
			}
			all[i].sources = append(all[i].sources, b)
		}
		all[i].buckets = nil
	}
	return nil
}

// dataPath is what keys are relative to.
func dataPath(c *config.Config) (string, error) {
	path, err := filepath.Abs(c.Data)
	if err != nil {
		return "", fmt.Errorf("data folder %s: %w", c.Data, err)
	}
	return path, nil
}

// accessOf is what the configuration assigns to a path: that of the innermost
// source it lies in, or else of nobody in particular in the asker's tenant. A
// path around a source would let what is in that be seen by others.
func accessOf(c *config.Config, path string) (rag.Access, error) {
	access, inside, err := assignments(c, path)
	if err != nil {
		return rag.Access{}, err
	}
	for _, s := range inside {
		if !sameAccess(assigned(s), access) {
			return rag.Access{}, &usageError{fmt.Errorf("%s has the configured source %s in it, which belongs to others: index without a path, or name paths beside it", path, s.Path)}
		}
	}
	return access, nil
}

// assignments are the access that a path has by the source around it, and the
// sources that lie in it.
func assignments(c *config.Config, path string) (rag.Access, []config.Source, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return rag.Access{}, nil, fmt.Errorf("path %s: %w", path, err)
	}
	access, depth := rag.Access{Tenant: c.Asker.Tenant}, -1
	var inside []config.Source
	for _, s := range c.Sources {
		if s.S3.Bucket != "" {
			continue
		}
		of, err := filepath.Abs(s.Path)
		if err != nil {
			return rag.Access{}, nil, fmt.Errorf("source %s: %w", s.Path, err)
		}
		switch {
		case within(at, of) && len(of) > depth:
			access, depth = assigned(s), len(of)
		case within(of, at):
			inside = append(inside, s)
		}
	}
	return access, inside, nil
}

func assigned(s config.Source) rag.Access {
	return rag.Access{Tenant: s.Tenant, Principals: s.Principals, Region: s.Region}
}

// within tells whether a path is another or lies below it.
func within(path, of string) bool {
	return path == of || strings.HasPrefix(path, strings.TrimSuffix(of, string(filepath.Separator))+string(filepath.Separator))
}

func sameAccess(a, b rag.Access) bool {
	return a.Tenant == b.Tenant && a.Region == b.Region && slices.Equal(a.Principals, b.Principals)
}

// runs brings the indexes of groups into agreement with their sources, and adds
// up what that did. With rebuild, the next version of each of these indexes, and
// of the asker's, is built on the way.
func (d *data) runs(ctx context.Context, all []group, rebuild bool, progress, embedding indexer.Progress) (indexer.Report, error) {
	total := indexer.Report{Built: []string{}, Failed: []indexer.Failure{}, Skipped: []indexer.Skip{}, Sources: map[string]*indexer.Counts{}}
	if rebuild {
		all = append(slices.Clip(all), group{access: rag.Access{Tenant: d.config.Asker.Tenant}})
	}
	counted := map[string]bool{}
	rebuilt := map[*store.Store]bool{}
	for _, g := range all {
		s, err := d.Store(ctx, g.access.Tenant)
		if err != nil {
			return total, err
		}
		ix, err := d.Indexer(ctx, g.access, embedding)
		if err != nil {
			return total, err
		}
		run := ix.Run
		if rebuild && !rebuilt[s] {
			run, rebuilt[s] = ix.Rebuild, true
		}
		var r indexer.Report
		err = d.record(ctx, g.recorded, func(ctx context.Context) (_ map[string]*indexer.Counts, err error) {
			r, err = run(ctx, g.sources, progress)
			return r.Sources, err
		})
		maps.Copy(total.Sources, r.Sources)
		total.Added, total.Updated = total.Added+r.Added, total.Updated+r.Updated
		total.Unchanged, total.Deleted = total.Unchanged+r.Unchanged, total.Deleted+r.Deleted
		total.Failed = append(total.Failed, r.Failed...)
		total.Skipped = append(total.Skipped, r.Skipped...)
		total.Embedded.Add(r.Embedded)
		total.Seconds += r.Seconds
		total.Index, total.Built = r.Index, append(total.Built, r.Built...)
		if err != nil {
			return total, err
		}
		counted[g.access.Tenant] = true
	}
	// Several groups may be of one tenant: it is counted once, as it is now.
	for tenant := range counted {
		s, err := d.Store(ctx, tenant)
		if err != nil {
			return total, err
		}
		documents, passages, err := s.Count(ctx, tenant)
		if err != nil {
			return total, err
		}
		total.Documents, total.Passages = total.Documents+documents, total.Passages+passages
	}
	return total, nil
}

// errNoSources is what index says that is told nothing to read.
var errNoSources = errors.New("index: name a path, or configure sources in naru.yaml (usage: naru index [PATH…])")
