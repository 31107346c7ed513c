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
been read for the first time, answers say how far that is.

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

			keys, err := backend.OpenState(cmd.Context(), c)
			if err != nil {
				return err
			}
			defer func() { err = closeWith(keys.Close, err) }()
			hosts := web.LoopbackHosts(ln.Addr())
			callers, err := backend.Callers(cmd.Context(), c, keys, hosts != nil)
			if err != nil {
				return err
			}
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
				Answerer: rag.NewAnswerer(first, rag.Options{Hooks: d.Hooks()}),
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
			if len(from) > 0 {
				first.begin() // before anybody can ask
			}
			noKey(ctx, c, callers, cmd.ErrOrStderr())
			fmt.Fprintf(cmd.ErrOrStderr(), "Answering at http://%s (stop with Ctrl-C)\n", ln.Addr())
			indexing.Go(func() {
				if len(from) == 0 {
					return
				}
				report, err := first.index(ctx, d, from, cmd.ErrOrStderr())
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
				watch(ctx, d, from, logger)
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
	guard, err := backend.Guard(ctx, c, log)
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

// watch indexes again whenever one of the folders changes, until ctx ends. All
// of them: what disappeared from one may be what another holds.
func watch(ctx context.Context, d *data, from []group, logger *slog.Logger) {
	var (
		watchers sync.WaitGroup
		running  sync.Mutex // one run at a time
	)
	for _, folder := range foldersOf(from) {
		watchers.Go(func() {
			err := folder.Watch(ctx, func() {
				running.Lock()
				defer running.Unlock()
				report, err := d.runs(ctx, from, false, nil, nil)
				switch {
				case ctx.Err() != nil:
				case err != nil:
					logger.Error("index", "source", folder.ID(), "error", err)
				default:
					logger.Info("index", "source", folder.ID(), "added", report.Added, "updated", report.Updated,
						"deleted", report.Deleted, "failed", len(report.Failed), "documents", report.Documents)
					for _, f := range report.Failed {
						logger.Warn("not indexed", "uri", f.URI, "error", f.Error)
					}
				}
			})
			if err != nil && ctx.Err() == nil {
				logger.Error("watch ended", "source", folder.ID(), "error", err)
			}
		})
	}
	watchers.Wait()
}

func foldersOf(all []group) []*source.Folder {
	var folders []*source.Folder
	for _, g := range all {
		folders = append(folders, g.folders...)
	}
	return folders
}

func (d *data) health(ctx context.Context) (web.Health, error) {
	documents, passages, err := d.store.Count(ctx, d.config.Asker.Tenant)
	return web.Health{Documents: documents, Passages: passages, Details: map[string]string{"store": d.Where()}}, err
}
