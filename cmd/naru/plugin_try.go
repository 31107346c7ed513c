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

// recordings is where a plugin's recorded calls are, and what it is given for them.
const recordings = "testdata"

// shownFailures is how many are shown: they are mostly one mistake.
const shownFailures = 20

// trial are the flags of what tries a plugin out.
type trial struct{ config, table string }

func (t *trial) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.config, "plugin-config", "", "a file (YAML or JSON) that the plugin is given")
	cmd.Flags().StringVar(&t.table, "table", "", "a file of keys and values, with a tab between, that it can look up in")
}

// options are those of a plugin that is tried out, with the model of the program.
// Where nothing else is said it is given the files beside its recorded calls.
func (t *trial) options(folder string, log *slog.Logger) (opt host.Options, err error) {
	for _, file := range []struct {
		flag *string
		name string
	}{{&t.config, "config.yaml"}, {&t.table, "table.tsv"}} {
		if name := filepath.Join(folder, recordings, file.name); *file.flag == "" && exists(name) {
			*file.flag = name
		}
	}
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
and the response that must come of it. It is given testdata/config.yaml and
testdata/table.tsv, where they are there and nothing else is said.`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := t.options(args[0], slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
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
			if recorded := filepath.Join(args[0], recordings); exists(recorded) {
				if calls, more, err = conformance.Recorded(cmd.Context(), loaded, os.DirFS(recorded)); err != nil {
					return err
				}
			}
			all := slices.Concat(wrong, more)
			for _, w := range all[:min(shownFailures, len(all))] {
				fmt.Fprintf(cmd.OutOrStdout(), "FAIL %s\n", printable(w))
			}
			if n := len(all); n > 0 {
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
			opt, err := t.options(args[0], nil)
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
