// Command naru answers questions from an organisation's own documents, with
// every sentence tied to the place that supports it.
//
//	naru index PATH…      read documents into the data folder
//	naru ask QUESTION     answer from them
//	naru serve [PATH…]    index, watch, and answer over HTTP
//	naru sources          show when each source was indexed, and is next
//	naru forget PATH      drop what a folder gave that is gone
//	naru eval FILE…       measure on question sets
//	naru qdrant           serve the embedded engine to Qdrant clients
//	naru restore FILE     bring a snapshot back
//	naru doctor           check configuration, folder and store
//	naru audit …          show and verify the log of who asked what
//	naru plugin …         make, check, sign and admit plugins
//	naru key …            make, list and remove the keys of those who may ask
//	naru redrive          send work of functions that failed back to be done
//
// The program only wires packages together: the path of a question is in
// package rag, that of a document in package indexer.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end. Work that does not hear of it,
	// such as reading one huge document, must still yield to a second one.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit status: 0, 1 where the
// work or some of it failed, 2 where the command line is wrong, 130 where it was interrupted.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "naru: stopped; what was reported is kept, and the next run goes on from there")
		return 130
	}
	fmt.Fprintf(stderr, "naru: %v\n", err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return 2
	}
	return 1
}

// usageError marks what is wrong with the command line itself.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func newRoot() *cobra.Command {
	var g globals
	root := &cobra.Command{
		Use:           "naru",
		Short:         "Grounded answers from your own documents, in their language",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.NoArgs(cmd, args); err != nil {
				return &usageError{fmt.Errorf("%w; see naru --help", err)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed("data") && g.data == "" {
			return &usageError{errors.New("--data is empty: name a folder")}
		}
		return nil
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.PersistentFlags().StringVar(&g.data, "data", "", "the data folder, over the configuration's (.naru)")
	root.PersistentFlags().StringVar(&g.configFile, "config", "", "the configuration file; naru.yaml where there is one")
	root.PersistentFlags().BoolVar(&g.json, "json", false, "write the result as JSON")
	root.AddCommand(newIndex(&g), newAsk(&g), newServe(&g), newForget(&g), newEval(&g), newQdrant(&g), newRestore(&g), newDoctor(&g),
		newPlugin(&g), newKey(&g), newSources(&g), newRedrive(&g), newAudit(&g))
	return root
}

// globals are the flags that every command has.
type globals struct {
	data, configFile string
	json             bool
}

// config reads the configuration; flags are over it.
func (g *globals) config() (*config.Config, error) {
	c, err := config.Load(g.configFile, os.Environ())
	if err != nil {
		return nil, err
	}
	if g.data != "" {
		c.Data = g.data
	}
	return c, nil
}

// positional wraps a check of arguments so that its failure is a usage error.
func positional(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{fmt.Errorf("%s: %w (usage: %s)", cmd.Name(), err, cmd.UseLine())}
		}
		return nil
	}
}
