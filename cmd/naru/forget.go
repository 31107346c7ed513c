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
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/rag"
)

func newForget(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "forget PATH",
		Short: "Remove what was indexed from a file, folder or bucket, which may be gone",
		Long: `Removes every document that was read from PATH or from below it, in this version of
the index and in the one that is kept for index --rollback; of s3://BUCKET/PREFIX those
whose keys begin so. index never does that of a path that is not there: a disk may merely
not be mounted. The files or objects themselves are left alone; where they are still there
and indexed again, their documents come back.`,
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
	kind, under, tenants, err := d.under(path)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, tenant := range tenants {
		ix, err := d.Indexer(ctx, rag.Access{Tenant: tenant}, nil)
		if err != nil {
			return total, err
		}
		n, err := ix.Forget(ctx, kind, under)
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

// under tells of what kind of source a path is, which keys are under it, and whose they
// may be.
func (d *data) under(path string) (kind string, under func(key string) bool, tenants []string, err error) {
	if prefix, ok := strings.CutPrefix(path, s3.Kind+"://"); ok {
		if !strings.Contains(prefix, "/") {
			prefix += "/" // all of a bucket, and nothing of another whose name begins so
		}
		tenants := []string{d.config.Asker.Tenant}
		for _, s := range d.config.Sources {
			tenants = append(tenants, s.Tenant)
		}
		slices.Sort(tenants)
		return s3.Kind, func(key string) bool { return strings.HasPrefix(key, prefix) }, slices.Compact(tenants), nil
	}
	base, err := dataPath(d.config)
	if err != nil {
		return "", nil, nil, err
	}
	if under, err = source.Under(path, source.Options{Base: base}); err != nil {
		return "", nil, nil, err
	}
	tenants, err = tenantsOf(d.config, path)
	return source.KindFolder, under, tenants, err
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
