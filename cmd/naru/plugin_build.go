package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/wasm/manifest"
)

// buildScript is what makes plugin.wasm in a plugin's folder, in whatever language.
const buildScript = "build.sh"

func newPluginBuild(*globals) *cobra.Command {
	return &cobra.Command{
		Use:   "build FOLDER",
		Short: "Build a plugin's module, and write its digest into plugin.yaml",
		Long: `Runs build.sh of the folder, which has to make plugin.wasm there; where there is no
such script, plugin.wasm is taken as it is. Checks and compiles the module as admission
would, and writes its digest into plugin.yaml. A signature of what was there before is
removed.`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder := args[0]
			name := filepath.Join(folder, manifest.ManifestFile)
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if _, err := manifest.Parse(text); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if exists(filepath.Join(folder, buildScript)) {
				build := exec.CommandContext(cmd.Context(), "sh", buildScript)
				build.Dir, build.Stdout, build.Stderr = folder, cmd.ErrOrStderr(), cmd.ErrOrStderr()
				if err := build.Run(); err != nil {
					return fmt.Errorf("%s: %w", filepath.Join(folder, buildScript), err)
				}
			}
			module, err := os.ReadFile(filepath.Join(folder, manifest.ModuleFile))
			if err != nil {
				return err
			}
			if err := os.Remove(filepath.Join(folder, manifest.SignatureFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			if err := os.WriteFile(name, manifest.WithDigest(text, module), 0o644); err != nil {
				return err
			}
			p, err := readPackage(folder)
			if err != nil {
				return err
			}
			r, err := compilePlugin(cmd.Context(), p, p.Limits)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "built %s %s: %d bytes, %d functions, %s\n", p.Name, p.Version, r.Bytes, r.Functions, p.Manifest.Digest)
			return nil
		},
	}
}
