package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
)

func newPlugin(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plugin",
		Short: "Make, check, sign and admit plugins",
		Long: `Plugins are WebAssembly modules that take part in indexing and answering. A plugin
is a folder with plugin.yaml (what it is and needs), plugin.wasm and, where it is
signed, plugin.sig. wasm/abi/SPEC.md is the interface.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPluginNew(g), newPluginBuild(g), newPluginTest(g), newPluginInspect(g), newPluginSign(g),
		newPluginAdd(g), newPluginList(g), newPluginRemove(g), newPluginBench(g), newPluginCompile())
	return cmd
}

// readPackage reads a plugin's folder.
func readPackage(folder string) (*manifest.Package, error) {
	p, err := manifest.Read(os.DirFS(folder))
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", folder, err)
	}
	return p, nil
}

// admission are the options with which this program admits a module: it starts
// itself again.
func admission(timeout time.Duration) (admit.Options, error) {
	self, err := os.Executable()
	if err != nil {
		return admit.Options{}, err
	}
	return admit.Options{Command: []string{self, "plugin", "compile"}, Name: os.Args[0], Env: os.Environ(), Timeout: timeout}, nil
}

// compilePlugin checks, meters and compiles a plugin's module in another process.
func compilePlugin(ctx context.Context, p *manifest.Package, limits abi.Limits) (admit.Result, error) {
	opt, err := admission(0)
	if err != nil {
		return admit.Result{}, err
	}
	r, err := admit.Compile(ctx, p.Module, limits, p.Grants, opt)
	if err != nil {
		return r, fmt.Errorf("plugin %s: %w", p.Name, err)
	}
	for _, grant := range r.Grants {
		if !slices.Contains(p.Grants, grant) {
			return r, fmt.Errorf("plugin %s: the module cannot do without the grant %s, and the manifest does not ask for it", p.Name, grant)
		}
	}
	return r, nil
}

// loadPlugin admits a plugin for trying it out, with all that it asks for.
func loadPlugin(ctx context.Context, folder string, opt host.Options) (*manifest.Package, *host.Plugin, error) {
	p, err := readPackage(folder)
	if err != nil {
		return nil, nil, err
	}
	r, err := compilePlugin(ctx, p, p.Limits)
	if err != nil {
		return nil, nil, err
	}
	opt.Name, opt.Limits, opt.Grants, opt.Compiled = p.Name, p.Limits, p.Grants, r.Files
	loaded, err := host.Load(ctx, r.Metered, opt)
	return p, loaded, err
}

// newPluginCompile is the process in which modules are checked and compiled: its
// standard input and output are those of admit.Child. With --into it compiles the
// plugin of a folder that is trusted, for this program's architecture.
func newPluginCompile() *cobra.Command {
	var into string
	cmd := &cobra.Command{
		Use: "compile", Hidden: true, Args: positional(cobra.MaximumNArgs(1)),
		Short: "Check and compile a module for `naru plugin add`",
		RunE: func(cmd *cobra.Command, args []string) error {
			if into == "" || len(args) == 0 {
				return admit.Child(os.Stdin, os.Stdout)
			}
			p, err := readPackage(args[0])
			if err != nil {
				return err
			}
			metered, _, err := admit.Prepare(p.Module)
			if err != nil {
				return err
			}
			files, err := host.Compile(cmd.Context(), metered)
			if err != nil {
				return err
			}
			return files.Write(into)
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "a folder for the compiled form")
	return cmd
}

func hookNames(hooks []abi.Hook) string {
	names := make([]string, len(hooks))
	for i, h := range hooks {
		names[i] = h.String()
	}
	return strings.Join(names, ", ")
}

var errUnsigned = errors.New("it is not signed: have it signed (naru plugin sign), or admit it with --unsigned")
