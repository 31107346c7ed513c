package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/lang"
	"github.com/naru-rag/naru/rag"
)

func newServe(g *globals) *cobra.Command {
	var (
		addr     string
		opt      source.Options
		examples []string
	)
	cmd := &cobra.Command{
		Use:   "serve [PATH…]",
		Short: "Index and watch paths, and answer over HTTP",
		Long: `Answers over HTTP from the data folder. Paths given are indexed and watched: what
changes there is searchable moments later, what is deleted is gone. Until they have
been read for the first time, answers say how far that is. Without a PATH the sources
of the configuration are, and those that have a schedule are indexed by that instead:
` + "`naru sources`" + ` shows it.

On the loopback interface, where it binds unless told otherwise, whoever reaches the
address may ask, upload and delete. Elsewhere, and where access.required or access.oidc
is configured, callers send a key that ` + "`naru key add`" + ` made, or a token of an identity
provider.`,
		RunE: func(cmd *cobra.Command, paths []string) (err error) {
			logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			opt.Report = func(err error) { logger.Warn("watch", "error", err) }
			c, err := g.config()
			if err != nil {
				return err
			}
			from, err := groups(c, paths, opt)
			if err != nil {
				return err
			}
			if err := guarded(cmd.Context(), c, logger); err != nil {
				return err
			}
			ln, err := web.Listen(cmd.Context(), addr)
			if err != nil {
				return err
			}
			defer ln.Close()
			d, err := openData(cmd.Context(), c, backend.Options{Address: localAddress(ln.Addr()), Logger: logger})
			if err != nil {
				return err
			}
			defer func() { err = closeWith(d.Close, err) }()

			keys, err := backend.OpenState(cmd.Context(), c, d.audit)
			if err != nil {
				return err
			}
			defer func() { err = closeWith(keys.Close, err) }()
			hosts := web.LoopbackHosts(ln.Addr())
			callers, err := backend.Callers(cmd.Context(), c, keys, hosts != nil, d.audit)
			if err != nil {
				return err
			}
			if err := d.openBuckets(cmd.Context(), from, opt, logger); err != nil {
				return err
			}
			d.remember(keys, func(err error) { logger.Warn("sources", "error", err) })
			// What indexes writes to the store: it must have ended before that closes.
			ctx, stop := context.WithCancel(cmd.Context())
			var indexing sync.WaitGroup
			defer indexing.Wait()
			defer stop()
			documents, err := newLibrary(ctx, &indexing, d, logger)
			if err != nil {
				return err
			}
			first := &firstRun{Searcher: d}
			handler, err := web.New(web.Options{
				Answerer: backend.Recorded(rag.NewAnswerer(first, rag.Options{Hooks: d.Hooks()}), c, d.audit, logger),
				Callers:  callers,
				Origins:  c.Access.Origins,
				Library:  documents,
				Health:   d.health,
				Hosts:    hosts,
				Logger:   logger,
				Examples: exampleQuestions(examples),
			})
			if err != nil {
				return err
			}
			watched, scheduled := apart(from)
			if len(watched) > 0 {
				first.begin() // before anybody can ask
			}
			noKey(ctx, c, callers, cmd.ErrOrStderr())
			fmt.Fprintf(cmd.ErrOrStderr(), "Answering at http://%s (stop with Ctrl-C)\n", ln.Addr())
			var running sync.Mutex // one run at a time
			indexing.Go(func() {
				follow(ctx, d, scheduled, first, &running, logger, cmd.ErrOrStderr())
			})
			indexing.Go(func() {
				if len(watched) == 0 {
					return
				}
				running.Lock()
				report, err := first.index(ctx, d, watched, cmd.ErrOrStderr())
				running.Unlock()
				switch {
				case ctx.Err() != nil:
					return
				case err != nil:
					logger.Error("index", "error", err)
				default:
					if err := g.writeReport(cmd.OutOrStdout(), cmd.ErrOrStderr(), report); err != nil {
						logger.Error("index", "error", err)
					}
				}
				watch(ctx, d, watched, &running, opt.Rescan, logger)
			})
			return web.Serve(ctx, ln, handler, logger)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:7117", "the address to listen on; port 0 picks one")
	cmd.Flags().Int64Var(&opt.MaxBytes, "max-bytes", source.DefaultMaxBytes, "the size of the largest file to read")
	cmd.Flags().BoolVar(&opt.FollowOutside, "follow-outside", false, "follow symbolic links that lead out of the given folders")
	cmd.Flags().DurationVar(&opt.Rescan, "rescan", 5*time.Minute, "how often to compare everything although no change was heard of")
	cmd.Flags().StringArrayVar(&examples, "example", nil, "a question for the page to offer; may be given several times")
	return cmd
}

// guarded has all of this process connect through the guard, and logs what the policy
// lets reach what; an error where the configuration does not keep to it.
func guarded(ctx context.Context, c *config.Config, log *slog.Logger) error {
	table, err := backend.Residency(ctx, c)
	backend.LogResidency(ctx, log, table)
	if err != nil {
		return err
	}
	guard, err := backend.Guard(ctx, c, log, nil)
	if err != nil {
		return err
	}
	guard.Own()
	return nil
}

// noKey says so where nobody may ask, for want of a key.
func noKey(ctx context.Context, c *config.Config, callers web.Callers, w io.Writer) {
	if known, ok := callers.(*access.Access); ok && known.Tokens == nil {
		if keys, err := known.Keys.List(ctx); err == nil && len(keys) == 0 {
			fmt.Fprintf(w, "Nobody may ask yet: `naru key add --data %s` makes a key\n", c.Data)
		}
	}
}

func exampleQuestions(texts []string) []web.Example {
	examples := make([]web.Example, len(texts))
	for i, text := range texts {
		examples[i] = web.Example{Language: lang.Detect(text), Text: text}
	}
	return examples
}

// watchable is a source that tells when it may have changed.
type watchable interface {
	Watch(ctx context.Context, changed func()) error
}

// watch indexes again whenever one of the sources may have changed, until ctx ends: all
// of them, for what disappeared from one may be what another holds. Sources that cannot
// tell are looked at again and again.
func watch(ctx context.Context, d *data, from []group, running *sync.Mutex, rescan time.Duration, logger *slog.Logger) {
	var watchers sync.WaitGroup
	for _, src := range sourcesOf(from) {
		watchers.Go(func() {
			changed := func() {
				running.Lock()
				defer running.Unlock()
				report, err := d.runs(ctx, from, false, nil, nil)
				switch {
				case ctx.Err() != nil:
				case err != nil:
					logger.Error("index", "source", src.ID(), "error", err)
				default:
					logReport(logger, src.ID(), report)
				}
			}
			var err error
			if tells, ok := src.(watchable); ok {
				err = tells.Watch(ctx, changed)
			} else {
				err = again(ctx, rescan, changed)
			}
			if err != nil && ctx.Err() == nil {
				logger.Error("watch ended", "source", src.ID(), "error", err)
			}
		})
	}
	watchers.Wait()
}

// again calls after each pause, until ctx ends, whose error it returns.
func again(ctx context.Context, pause time.Duration, call func()) error {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			call()
		}
	}
}

func logReport(logger *slog.Logger, source string, report indexer.Report) {
	logger.Info("index", "source", source, "added", report.Added, "updated", report.Updated,
		"deleted", report.Deleted, "failed", len(report.Failed), "documents", report.Documents)
	for _, f := range report.Failed {
		logger.Warn("not indexed", "uri", f.URI, "error", f.Error)
	}
}

func sourcesOf(all []group) (sources []source.Source) {
	for _, g := range all {
		sources = append(sources, g.sources...)
	}
	return sources
}

func (d *data) health(ctx context.Context) (web.Health, error) {
	documents, passages, err := d.store.Count(ctx, d.config.Asker.Tenant)
	return web.Health{Documents: documents, Passages: passages, Details: map[string]string{"store": d.Where()}}, err
}
