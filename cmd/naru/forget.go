package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
)

func newForget(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "forget PATH",
		Short: "Remove what was indexed from a file or folder, which may be gone",
		Long: `Removes every document that was read from PATH or from below it, in this version of
the index and in the one that is kept for index --rollback. index never does that of a
path that is not there: a disk may merely not be mounted. The file or folder itself is
left alone; where it is still there and indexed again, its documents come back.`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			path := args[0]
			if path == "" {
				return &usageError{errors.New("forget: the path is empty")}
			}
			c, err := g.config()
			if err != nil {
				return err
			}
			d, err := openData(cmd.Context(), c, backend.Options{Existing: true})
			if err != nil {
				return err
			}
			defer func() { err = closeWith(d.Close, err) }()
			n, err := d.forget(cmd.Context(), path)
			if err != nil {
				return err
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), struct {
					Path      string `json:"path"`
					Documents int    `json:"documents"`
				}{path, n})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d documents of %s removed\n", n, printable(path))
			return err
		},
	}
}

// forget removes what was read from a path, and returns how many documents that
// was. Where it is none, that is an error: the path may be misspelt.
func (d *data) forget(ctx context.Context, path string) (int, error) {
	base, err := dataPath(d.config)
	if err != nil {
		return 0, err
	}
	under, err := source.Under(path, source.Options{Base: base})
	if err != nil {
		return 0, err
	}
	tenants, err := tenantsOf(d.config, path)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, tenant := range tenants {
		ix, err := d.Indexer(ctx, rag.Access{Tenant: tenant}, nil)
		if err != nil {
			return total, err
		}
		n, err := ix.Forget(ctx, source.KindFolder, under)
		total += n
		if err != nil {
			return total, err
		}
	}
	if total == 0 {
		return 0, fmt.Errorf("forget: nothing of tenant %s was indexed from %s", strings.Join(tenants, ", "), path)
	}
	return total, nil
}

// tenantsOf are the tenants whose documents a path may have given: that of the
// source around it, or else the asker's, and those of the sources in it.
func tenantsOf(c *config.Config, path string) ([]string, error) {
	access, inside, err := assignments(c, path)
	if err != nil {
		return nil, err
	}
	tenants := []string{access.Tenant}
	for _, s := range inside {
		tenants = append(tenants, s.Tenant)
	}
	slices.Sort(tenants)
	return slices.Compact(tenants), nil
}
