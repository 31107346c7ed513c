package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/manifest"
	"github.com/naru-rag/naru/wasm/plugins"
)

// emulated is how long a module may take to be compiled by an emulated program.
const emulated = 10 * time.Minute

func newPluginAdd(g *globals) *cobra.Command {
	var (
		unsigned bool
		also     []string
	)
	cmd := &cobra.Command{
		Use:   "add FOLDER",
		Short: "Check, compile and admit a plugin",
		Long: `Checks the plugin's signature against the keys that plugins.trust names, checks and
compiles its module in a process of its own with limits of time and memory, and keeps
it in the plugins' folder, hashed and signed with the key of this data folder. What it
may do, and when, is configured under plugins.use; nothing takes part by being added.

--also names a command that runs this program for another architecture, so that the
plugin starts at once there too: --also "qemu-aarch64 ./naru-arm64".`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.config()
			if err != nil {
				return err
			}
			p, err := readPackage(args[0])
			if err != nil {
				return err
			}
			if _, taken := plugins.Find(p.Name); taken {
				return fmt.Errorf("plugin %s: this program comes with a plugin of this name, which needs no admission", p.Name)
			}
			if err := trusted(c, p, unsigned); err != nil {
				return fmt.Errorf("plugin %s: %w", p.Name, err)
			}
			results := make([]admit.Result, 1, 1+len(also))
			if results[0], err = compilePlugin(cmd.Context(), p, p.Limits); err != nil {
				return err
			}
			for _, command := range also {
				r, err := admit.Compile(cmd.Context(), p.Module, p.Limits, p.Grants,
					admit.Options{Command: append(strings.Fields(command), "plugin", "compile"), Env: os.Environ(), Timeout: emulated})
				if err != nil {
					return fmt.Errorf("plugin %s: with %s: %w", p.Name, command, err)
				}
				results = append(results, r)
			}
			key, err := admissionPrivateKey(c, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			receipt, err := backend.PluginFolder(c).Add(p, results, key, time.Now())
			if err != nil {
				return err
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), added{receipt, p.Digest(), manifest.KeyOf(key.Public().(ed25519.PublicKey))})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "admitted %s %s, %s\n\nIt takes part as soon as the configuration says so:\n\nplugins:\n  use:\n    - name: %s\n      hooks: [%s]\n      grants: [%s]\n",
				p.Name, p.Version, p.Digest(), p.Name, hookNames(p.Hooks), strings.Join(p.Grants, ", "))
			return nil
		},
	}
	cmd.Flags().BoolVar(&unsigned, "unsigned", false, "admit it although no key that is trusted has signed it")
	cmd.Flags().StringArrayVar(&also, "also", nil, "a command that runs this program for another architecture; may be given several times")
	return cmd
}

// added is what was admitted, as JSON.
type added struct {
	*admit.Receipt
	Digest string `json:"digest"`
	// Admission is the key for plugins.admission elsewhere.
	Admission manifest.Key `json:"admission"`
}

// trusted tells whether a plugin may be admitted.
func trusted(c *config.Config, p *manifest.Package, unsigned bool) error {
	switch {
	case unsigned:
		return nil
	case p.Signature == nil:
		return errUnsigned
	case !slices.Contains(c.Plugins.Trust, string(p.Signature.Key)):
		return fmt.Errorf("it is signed by %s, which plugins.trust does not name: add the key there if you trust it, or admit the plugin with --unsigned", p.Signature.Key)
	}
	return nil
}

// admissionPrivateKey is the key of the data folder, which gets one where it has
// none.
func admissionPrivateKey(c *config.Config, w io.Writer) (ed25519.PrivateKey, error) {
	name := backend.AdmissionKeyFile(c)
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	key, made, err := privateKey(name)
	if made {
		fmt.Fprintf(w, "made %s; its public half, for plugins.admission elsewhere, is %s\n", name, manifest.KeyOf(key.Public().(ed25519.PublicKey)))
	}
	return key, err
}

// privateKey reads a private key, or makes one where there is no such file.
func privateKey(name string) (key ed25519.PrivateKey, made bool, err error) {
	text, err := os.ReadFile(name)
	if err == nil {
		if key, err = manifest.DecodeKey(text); err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return key, false, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	if _, key, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return nil, false, err
	}
	if text, err = manifest.EncodeKey(key); err != nil {
		return nil, false, err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, false, err
	}
	_, err = file.Write(text)
	return key, true, errors.Join(err, file.Sync(), file.Close())
}

func newPluginSign(*globals) *cobra.Command {
	var keyFile string
	cmd := &cobra.Command{
		Use:   "sign FOLDER",
		Short: "Sign a plugin with a publisher's key",
		Long: `Writes plugin.sig: a signature (Ed25519) of plugin.yaml, and by the digest in it of
plugin.wasm. The key is a file in PEM; where there is none it is made. Operators name
its public half, which is printed, in plugins.trust.`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPackage(args[0])
			if _, invalid := errors.AsType[*fs.PathError](err); err != nil && (invalid || !strings.Contains(err.Error(), manifest.SignatureFile)) {
				return err
			} else if err != nil { // an old signature, of what was there before
				if err := os.Remove(filepath.Join(args[0], manifest.SignatureFile)); err != nil {
					return err
				}
				if p, err = readPackage(args[0]); err != nil {
					return err
				}
			}
			key, made, err := privateKey(keyFile)
			if err != nil {
				return err
			}
			if made {
				fmt.Fprintf(cmd.ErrOrStderr(), "made %s: keep it secret, and do not lose it\n", keyFile)
			}
			s := manifest.Sign(key, p.Text)
			if err := os.WriteFile(filepath.Join(args[0], manifest.SignatureFile), []byte(s.String()), 0o644); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "signed %s %s by %s\n", p.Name, p.Version, s.Key)
			return nil
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "naru-plugin.key", "the publisher's private key")
	return cmd
}
