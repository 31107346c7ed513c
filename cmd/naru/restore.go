package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/store/embedded"
)

func newRestore(g *globals) *cobra.Command {
	var (
		name    string
		replace bool
	)
	cmd := &cobra.Command{
		Use:   "restore SNAPSHOT",
		Short: "Bring the collections of a snapshot back into the data folder",
		Long: `Reads a snapshot that the embedded engine has written, checks every byte of it and
puts its collections into the data folder. What is there under their names is only
exchanged with --replace, in one moment, once everything is on disk.`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, paths []string) (err error) {
			c, err := g.config()
			if err != nil {
				return err
			}
			engine, err := embedded.Open(c.Data, embedded.Options{Memory: int64(c.Store.Memory)})
			if err != nil {
				return err
			}
			defer func() { err = closeWith(engine.Close, err) }()
			restored, err := engine.Restore(cmd.Context(), paths[0], name, replace)
			if err != nil {
				return err
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), restored)
			}
			for _, r := range restored {
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %d points\n", printable(r.Collection), r.Points); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "another name for the collection, where the snapshot holds one")
	cmd.Flags().BoolVar(&replace, "replace", false, "exchange collections that are there")
	return cmd
}
