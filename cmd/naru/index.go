package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
)

func newIndex(g *globals) *cobra.Command {
	var (
		opt               source.Options
		rollback, rebuild bool
	)
	cmd := &cobra.Command{
		Use:   "index [PATH…]",
		Short: "Read documents (Markdown, text, HTML) into the data folder",
		Long: `Brings the data folder into agreement with the given files and folders: new and
changed documents are read, unchanged ones left alone, deleted ones removed.
Interrupted at any point, the next run goes on from there. Without a PATH the
sources of the configuration are read, each for those it is configured for.

Ends with 1 where documents failed, after all others were indexed.

After a release that reads or cuts documents otherwise, a new version of the index is
built beside the old one, which answers until the new one is whole and was checked.
The old one is kept: --rollback goes back to it. --rebuild builds a new version
although nothing asks for one, as changed settings of the store do; it takes over what
is indexed, and reads what has changed since. Interrupted, the next run finishes it,
with --rebuild or without; --rollback gives it up.`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case rollback && rebuild:
				return &usageError{errors.New("index: --rollback goes back and --rebuild goes on: name one of them")}
			case rollback:
				return positional(cobra.NoArgs)(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, paths []string) (err error) {
			if rollback {
				return g.rollback(cmd)
			}
			c, err := g.config()
			if err != nil {
				return err
			}
			from, err := groups(c, paths, opt)
			if err != nil {
				return err
			}
			if len(from) == 0 && !rebuild {
				return &usageError{errNoSources}
			}
			d, err := openData(cmd.Context(), c, backend.Options{Existing: rebuild, Mend: rebuild})
			if err != nil {
				return err
			}
			defer func() { err = closeWith(d.Close, err) }()
			s, err := backend.OpenState(cmd.Context(), c, d.audit)
			if err != nil {
				return err
			}
			defer func() { err = closeWith(s.Close, err) }()
			if err := d.openBuckets(cmd.Context(), from, opt, slog.Default()); err != nil {
				return err
			}
			d.remember(s, func(err error) { fmt.Fprintln(cmd.ErrOrStderr(), printable(err.Error())) })
			report, err := d.index(cmd.Context(), from, rebuild, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := g.writeReport(cmd.OutOrStdout(), cmd.ErrOrStderr(), report); err != nil {
				return err
			}
			if n := len(report.Failed); n > 0 {
				return fmt.Errorf("%d documents failed, and all others are indexed", n)
			}
			return nil
		},
	}
	cmd.Flags().Int64Var(&opt.MaxBytes, "max-bytes", source.DefaultMaxBytes, "the size of the largest file to read")
	cmd.Flags().BoolVar(&opt.FollowOutside, "follow-outside", false, "follow symbolic links that lead out of the given folders")
	cmd.Flags().BoolVar(&rollback, "rollback", false, "go back to the version of the index before")
	cmd.Flags().BoolVar(&rebuild, "rebuild", false, "build the next version of the index although the rules are the same")
	return cmd
}

// rollback goes back to the version before.
func (g *globals) rollback(cmd *cobra.Command) (err error) {
	c, err := g.config()
	if err != nil {
		return err
	}
	d, err := openData(cmd.Context(), c, backend.Options{Existing: true, Mend: true})
	if err != nil {
		return err
	}
	defer func() { err = closeWith(d.Close, err) }()
	version, err := d.store.Rollback(cmd.Context())
	if err != nil {
		return err
	}
	if g.json {
		return writeJSON(cmd.OutOrStdout(), version)
	}
	return writeServing(cmd.OutOrStdout(), version.String())
}

func writeServing(w io.Writer, version string) error {
	_, err := fmt.Fprintf(w, "%s answers now\n", version)
	return err
}

// index runs the indexer once, showing its progress on w.
func (d *data) index(ctx context.Context, from []group, rebuild bool, w io.Writer) (indexer.Report, error) {
	shown, embedding := newProgress(w, "Indexing"), newProgress(w, "Embedding")
	defer shown.finish()
	defer embedding.finish()
	return d.runs(ctx, from, rebuild, shown.step, embedding.step)
}

// writeReport writes what a run did, and on errs what it could not do.
func (g *globals) writeReport(out, errs io.Writer, r indexer.Report) error {
	if g.json {
		return writeJSON(out, r)
	}
	for _, f := range r.Failed {
		fmt.Fprintf(errs, "not indexed: %s: %s\n", printable(f.URI), printable(f.Error))
	}
	for _, skipped := range r.Skipped {
		fmt.Fprintf(errs, "skipped: %s: %s\n", printable(skipped.URI), printable(skipped.Reason))
	}
	for _, version := range r.Built {
		if err := writeServing(out, version); err != nil {
			return err
		}
	}
	if r.Embedded.Refused > 0 {
		fmt.Fprintf(errs, "%d passages cannot be embedded, and are found by their words alone\n", r.Embedded.Refused)
	}
	if n := r.Embedded.Passages; n > 0 {
		if _, err := fmt.Fprintf(out, "%d passages embedded%s\n", n, spent(r.Embedded)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%d documents, %d passages (%d added, %d updated, %d unchanged, %d deleted, %d failed) in %.1f s\n",
		r.Documents, r.Passages, r.Added, r.Updated, r.Unchanged, r.Deleted, len(r.Failed), r.Seconds)
	return err
}

// spent is what embedding took of a service that counts.
func spent(e indexer.Embedded) string {
	switch {
	case e.Tokens == 0:
		return ""
	case e.Cost == 0:
		return fmt.Sprintf(" (%d tokens)", e.Tokens)
	}
	return fmt.Sprintf(" (%d tokens, about %.4g %s)", e.Tokens, e.Cost, printable(e.Currency))
}

// closeWith closes after work that may have failed already: its error is the
// one that tells.
func closeWith(close func() error, err error) error {
	if closed := close(); err == nil {
		return closed
	}
	return err
}
