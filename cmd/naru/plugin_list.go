package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/functions/backend"
)

// listed is a plugin as `naru plugin list` shows it.
type listed struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
	// Signer is the publisher's key; empty where it was admitted unsigned.
	Signer   string   `json:"signer"`
	Compiled []string `json:"compiled"`
	// Used tells whether the configuration has it take part.
	Used bool `json:"used"`
}

func newPluginList(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the admitted plugins, and which of them take part",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.config()
			if err != nil {
				return err
			}
			entries, err := backend.PluginFolder(c).List()
			if err != nil {
				return err
			}
			all := []listed{}
			for _, e := range entries {
				l := listed{Name: e.Name, Version: e.Version, Digest: e.Digest, Signer: string(e.Publisher), Compiled: e.Compiled}
				for _, use := range c.Plugins.Use {
					l.Used = l.Used || use.Name == e.Name && (use.Digest == "" || use.Digest == e.Digest)
				}
				all = append(all, l)
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, l := range all {
				used, signer := "not used", l.Signer
				if l.Used {
					used = "used"
				}
				if signer == "" {
					signer = "unsigned"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Name, l.Version, used, strings.Join(l.Compiled, " "), signer, l.Digest)
			}
			return w.Flush()
		},
	}
}

func newPluginRemove(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove an admitted plugin, by its name or digest",
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.config()
			if err != nil {
				return err
			}
			n, err := backend.PluginFolder(c).Remove(args[0])
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("there is no plugin %s in %s; `naru plugin list` lists them", args[0], backend.PluginFolder(c))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "removed %d\n", n)
			for _, use := range c.Plugins.Use {
				if use.Name == args[0] || use.Digest == args[0] {
					fmt.Fprintf(cmd.ErrOrStderr(), "naru: the configuration still has %s take part: remove it from plugins.use, or nothing starts\n", use.Name)
				}
			}
			return nil
		},
	}
}
