package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/wasm/scaffold"
)

func newPluginNew(*globals) *cobra.Command {
	var naru string
	cmd := &cobra.Command{
		Use:   "new LANGUAGE FOLDER",
		Short: "Lay out a new plugin that works",
		Long: `Makes a folder with a plugin that works: its source, plugin.yaml, build.sh, a recorded
call, and the guest library. LANGUAGE is one of ` + strings.Join(scaffold.Languages, ", ") + `.
--naru names a folder with Naru's source for plugins in Go, whose library is a package
of it.`,
		Args: positional(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if naru != "" {
				var err error
				if naru, err = filepath.Abs(naru); err != nil {
					return err
				}
			}
			if err := scaffold.New(args[0], args[1], naru); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "made %s; build it with `naru plugin build %s`, and try it with `naru plugin test %s`\n", args[1], args[1], args[1])
			return nil
		},
	}
	cmd.Flags().StringVar(&naru, "naru", "", "a folder with Naru's source, for plugins in Go")
	return cmd
}
