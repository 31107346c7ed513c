package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/wasm/conformance"
	"github.com/naru-rag/naru/wasm/host"
)

// trial are the flags of what tries a plugin out.
type trial struct{ config, table string }

func (t *trial) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.config, "plugin-config", "", "a file (YAML or JSON) that the plugin is given")
	cmd.Flags().StringVar(&t.table, "table", "", "a file of keys and values, with a tab between, that it can look up in")
}

// options are those of a plugin that is tried out, with the model of the program.
func (t *trial) options(log *slog.Logger) (opt host.Options, err error) {
	if opt.Config, opt.Lookup, err = backend.PluginFiles(t.config, t.table); err != nil {
		return opt, err
	}
	opt.Log = log
	opt.Embedder, err = bundled()
	return opt, err
}

func newPluginTest(*globals) *cobra.Command {
	var t trial
	cmd := &cobra.Command{
		Use:   "test FOLDER",
		Short: "Try a plugin with the conformance suite and with recorded calls",
		Long: `Calls the plugin at each of its hooks with requests of all kinds, and says where what
it returns is not as the interface says, is not the same twice, or takes more and more
memory. Then makes the calls in FOLDER/testdata: files in JSON with a hook, a request,
and the response that must come of it.`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := t.options(slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
			if err != nil {
				return err
			}
			p, loaded, err := loadPlugin(cmd.Context(), args[0], opt)
			if err != nil {
				return err
			}
			defer loaded.Close(cmd.Context())
			wrong, err := conformance.Run(cmd.Context(), loaded, p.Hooks)
			if err != nil {
				return err
			}
			calls, more, err := 0, []string(nil), error(nil)
			if recorded := filepath.Join(args[0], "testdata"); exists(recorded) {
				if calls, more, err = conformance.Recorded(cmd.Context(), loaded, os.DirFS(recorded)); err != nil {
					return err
				}
			}
			for _, w := range slices.Concat(wrong, more) {
				fmt.Fprintf(cmd.OutOrStdout(), "FAIL %s\n", w)
			}
			if n := len(wrong) + len(more); n > 0 {
				return fmt.Errorf("plugin %s: %d things are wrong", p.Name, n)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "ok: %s %s conforms at %s, and %d recorded calls went as recorded\n", p.Name, p.Version, hookNames(p.Hooks), calls)
			return nil
		},
	}
	t.flags(cmd)
	return cmd
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

func newPluginBench(*globals) *cobra.Command {
	var (
		t     trial
		calls int
	)
	cmd := &cobra.Command{
		Use:   "bench FOLDER",
		Short: "Measure what calls of a plugin cost",
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := t.options(nil)
			if err != nil {
				return err
			}
			p, loaded, err := loadPlugin(cmd.Context(), args[0], opt)
			if err != nil {
				return err
			}
			defer loaded.Close(cmd.Context())
			for _, hook := range p.Hooks {
				for _, r := range conformance.Requests(hook) {
					if r.Name != "empty" && r.Name != "10 of everything" && r.Name != "50 of everything" && r.Name != "a long text" {
						continue
					}
					var took []time.Duration
					var usage host.Usage
					for range calls {
						if _, usage, err = loaded.Call(cmd.Context(), host.Call{Hook: hook, Request: r.Data}); err != nil {
							return err
						}
						took = append(took, usage.Time)
					}
					slices.Sort(took)
					fmt.Fprintf(cmd.OutOrStdout(), "%-9s %-18s %9d bytes  best %12v  median %12v  %12d fuel  %9d bytes of memory\n",
						hook, r.Name, len(r.Data), took[0], took[len(took)/2], usage.Fuel, usage.Memory)
				}
			}
			return nil
		},
	}
	t.flags(cmd)
	cmd.Flags().IntVar(&calls, "calls", 100, "how many calls of each kind")
	return cmd
}
