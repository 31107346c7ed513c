package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/internal/bytesize"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/manifest"
)

// inspected is what a plugin may do, before anybody has admitted it.
type inspected struct {
	Name        string       `json:"name"`
	Version     string       `json:"version"`
	Description string       `json:"description"`
	Digest      string       `json:"digest"`
	Signer      manifest.Key `json:"signer"`
	Trusted     bool         `json:"trusted"`
	Hooks       []abi.Hook   `json:"hooks"`
	Grants      []string     `json:"grants"`
	Fuel        int64        `json:"fuel"`
	Memory      uint64       `json:"memory"`
	Deadline    string       `json:"deadline"`
	Output      int          `json:"output"`
	Module      admit.Report `json:"module"`
}

func newPluginInspect(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FOLDER",
		Short: "Show what a plugin may do, without admitting it",
		Args:  positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.config()
			if err != nil {
				return err
			}
			p, err := readPackage(args[0])
			if err != nil {
				return err
			}
			r, err := compilePlugin(cmd.Context(), p, p.Limits)
			if err != nil {
				return err
			}
			i := inspected{
				Name: p.Name, Version: p.Version, Description: p.Description, Digest: p.Digest(), Hooks: p.Hooks, Grants: append([]string{}, p.Grants...),
				Fuel: p.Limits.Fuel, Memory: p.Limits.Memory, Deadline: p.Limits.Deadline.String(), Output: p.Limits.Output, Module: r.Report,
			}
			if p.Signature != nil {
				i.Signer, i.Trusted = p.Signature.Key, trusted(c, p, false) == nil
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), i)
			}
			i.print(cmd.OutOrStdout())
			return nil
		},
	}
}

// may says what a hook lets a plugin do.
var may = map[abi.Hook]string{
	abi.Document: "read each document; redact ranges of it, annotate it, keep it from being indexed",
	abi.Query:    "read each question; add other wordings, narrow the search, boost passages",
	abi.Passages: "read what is found; reorder and drop passages, add remarks",
	abi.Answer:   "read each answer and its passages; drop and redact sentences, redact passages, add remarks",
}

// grantMeans says what a grant lets a plugin do.
var grantMeans = map[string]string{
	abi.ImportLog:    "write lines into your log",
	abi.ImportConfig: "read the configuration that you give it",
	abi.ImportLookup: "look up in the table that you give it",
	abi.ImportTerms:  "have texts cut into search terms",
	abi.ImportEmbed:  "have texts embedded, which costs what your embedder does",
	abi.ImportSearch: "search what the asker may see, three times a question",
}

func (i inspected) print(w io.Writer) {
	fmt.Fprintf(w, "%s %s: %s\n%s\n", i.Name, i.Version, printable(i.Description), i.Digest)
	switch {
	case i.Signer == "":
		fmt.Fprintln(w, "not signed")
	case i.Trusted:
		fmt.Fprintf(w, "signed by %s, which you trust\n", i.Signer)
	default:
		fmt.Fprintf(w, "signed by %s, which plugins.trust does not name\n", i.Signer)
	}
	fmt.Fprintln(w, "\nIt may:")
	for _, h := range i.Hooks {
		fmt.Fprintf(w, "  %-9s %s\n", h, may[h])
	}
	if len(i.Grants) > 0 {
		fmt.Fprintln(w, "\nGranted what it asks for, it may also:")
		for _, grant := range i.Grants {
			fmt.Fprintf(w, "  %-9s %s\n", grant, grantMeans[grant])
		}
	}
	fmt.Fprintf(w, "\nA call takes at most %d fuel, %v of memory, %s, and a response of %v.\n", i.Fuel, bytesize.Size(i.Memory), i.Deadline, bytesize.Size(i.Output))
	fmt.Fprintf(w, "The module has %d bytes and %d functions, and begins with %v of memory.\n", i.Module.Bytes, i.Module.Functions, bytesize.Size(i.Module.Memory))
	if len(i.Module.Imports) > 0 {
		fmt.Fprintf(w, "It imports %s.\n", strings.Join(i.Module.Imports, ", "))
	}
	fmt.Fprintln(w, "It can reach no file, network, clock or other plugin.")
}
