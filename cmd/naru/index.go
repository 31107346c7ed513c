package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/store/embedded"
)

func newIndex(g *globals) *cobra.Command {
	var (
		opt      source.Options
		rollback bool
	)
	cmd := &cobra.Command{
		Use:   "index PATH…",
		Short: "Read documents (Markdown, text, HTML) into the data folder",
		Long: `Brings the data folder into agreement with the given files and folders: new and
changed documents are read, unchanged ones left alone, deleted ones removed.
Interrupted at any point, the next run goes on from there.

After a release that reads or cuts documents otherwise, a new version of the index is
built beside the old one, which answers until the new one is whole and was checked.
The old one is kept: --rollback goes back to it.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if rollback {
				return positional(cobra.NoArgs)(cmd, args)
			}
			return positional(cobra.MinimumNArgs(1))(cmd, args)
		},
		RunE: func(cmd *cobra.Command, paths []string) (err error) {
			if rollback {
				return g.rollback(cmd)
			}
			from, err := g.folders(paths, opt)
			if err != nil {
				return err
			}
			d, err := openData(cmd.Context(), g.data, embedded.Options{})
			if err != nil {
				return err
			}
			defer func() { err = closeWith(d.close, err) }()
			ix, err := d.indexer()
			if err != nil {
				return err
			}
			report, err := runIndex(cmd.Context(), ix, from, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return g.writeReport(cmd.OutOrStdout(), cmd.ErrOrStderr(), report)
		},
	}
	cmd.Flags().Int64Var(&opt.MaxBytes, "max-bytes", source.DefaultMaxBytes, "the size of the largest file to read")
	cmd.Flags().BoolVar(&opt.FollowOutside, "follow-outside", false, "follow symbolic links that lead out of the given folders")
	cmd.Flags().BoolVar(&rollback, "rollback", false, "go back to the version of the index before")
	return cmd
}

// rollback goes back to the version before.
func (g *globals) rollback(cmd *cobra.Command) (err error) {
	d, err := openExisting(cmd.Context(), g.data, embedded.Options{})
	if err != nil {
		return err
	}
	defer func() { err = closeWith(d.close, err) }()
	version, err := d.store.Rollback(cmd.Context())
	if err != nil {
		return err
	}
	if g.json {
		return writeJSON(cmd.OutOrStdout(), version)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s answers now\n", version)
	return err
}

// runIndex runs the indexer once, showing its progress on w.
func runIndex(ctx context.Context, ix *indexer.Indexer, from []*source.Folder, w io.Writer) (indexer.Report, error) {
	shown := newProgress(w, "Indexing")
	defer shown.finish()
	return ix.Run(ctx, sources(from), shown.step)
}

func sources(folders []*source.Folder) []source.Source {
	all := make([]source.Source, len(folders))
	for i, folder := range folders {
		all[i] = folder
	}
	return all
}

// writeReport writes what a run did, and on errs what it could not do.
func (g *globals) writeReport(out, errs io.Writer, r indexer.Report) error {
	if g.json {
		return writeJSON(out, r)
	}
	for _, f := range r.Failed {
		fmt.Fprintf(errs, "not indexed: %s: %s\n", printable(f.URI), printable(f.Error))
	}
	_, err := fmt.Fprintf(out, "%d documents, %d passages (%d added, %d updated, %d unchanged, %d deleted, %d failed) in %.1f s\n",
		r.Documents, r.Passages, r.Added, r.Updated, r.Unchanged, r.Deleted, len(r.Failed), r.Seconds)
	return err
}

// closeWith closes after work that may have failed already: its error is the
// one that tells.
func closeWith(close func() error, err error) error {
	if closed := close(); err == nil {
		return closed
	}
	return err
}
