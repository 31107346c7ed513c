package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/state"
)

func newAudit(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify and show the log of who asked what",
		Long: `With audit.on, each question is recorded with the passages that were shown, each document
that was read, each deletion, and each decision on what is connected to. The log cannot be changed without
that being found, by whoever has a checkpoint of it that was kept elsewhere.`,
		Args: positional(cobra.NoArgs),
	}
	cmd.AddCommand(newAuditVerify(g), newAuditShow(g), newAuditCheckpoint(g), newAuditKey(g))
	return cmd
}

// log runs a command on the log of the configuration, whether it is still kept or not.
func (g *globals) log(cmd *cobra.Command, do func(*config.Config, state.Store) error) (err error) {
	c, err := g.config()
	if err != nil {
		return err
	}
	s, err := backend.OpenAuditState(cmd.Context(), c, nil)
	if err != nil {
		return err
	}
	defer func() { err = closeWith(s.Close, err) }()
	return do(c, s)
}

// verifier is that of a public key or, where none is given, of the log's own.
func verifier(c *config.Config, public string) (audit.Verifier, error) {
	if public != "" {
		return audit.ParseVerifier(public)
	}
	key, err := backend.AuditKey(c)
	if errors.Is(err, fs.ErrNotExist) {
		return audit.Verifier{}, fmt.Errorf("there is no key of an audit log (%w): audit.on makes one, or name a public one with --key", err)
	}
	return key.Verifier(), err
}

func newAuditVerify(g *globals) *cobra.Command {
	var (
		public string
		since  []string
	)
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check that nothing of the log was changed or removed",
		Long: `Computes the log's tree anew from every record, and compares it with each signed
checkpoint in the log, and with those that --since names: ones that naru audit
checkpoint printed earlier, and that were kept where the log is not. What was cut off or
written anew since is found by those only. Ends with 1 where the log was changed, and says
which record is the first.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.log(cmd, func(c *config.Config, s state.Store) error {
				v, err := verifier(c, public)
				if err != nil {
					return err
				}
				earlier, err := checkpoints(v, since)
				if err != nil {
					return err
				}
				report, err := audit.Verify(cmd.Context(), s, v, earlier...)
				if err != nil {
					return err
				}
				if g.json {
					return writeJSON(cmd.OutOrStdout(), report)
				}
				if report.Records > 0 && report.Beside == 0 {
					fmt.Fprintln(cmd.ErrOrStderr(), "no checkpoint is kept beside the log: it may have had more records; --since tells")
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d records are as they were written, by %s\n", report.Records, v)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&public, "key", "", "the public key that it has to be signed by, as naru audit key prints it")
	cmd.Flags().StringArrayVar(&since, "since", nil, "a file with an earlier checkpoint; may be given several times")
	return cmd
}

// checkpoints reads files that `naru audit checkpoint` has printed.
func checkpoints(v audit.Verifier, files []string) (all []audit.Checkpoint, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		c, err := v.Open(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, c)
	}
	return all, nil
}

func newAuditCheckpoint(g *globals) *cobra.Command {
	var public string
	cmd := &cobra.Command{
		Use:   "checkpoint",
		Short: "Print the latest signed checkpoint, to be kept elsewhere",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.log(cmd, func(c *config.Config, s state.Store) error {
				v, err := verifier(c, public)
				if err != nil {
					return err
				}
				signed, err := audit.Latest(cmd.Context(), s, v)
				if err == nil && signed == "" {
					err = errNoRecords
				}
				if err != nil {
					return err
				}
				_, err = io.WriteString(cmd.OutOrStdout(), signed)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&public, "key", "", "the public key that it has to be signed by")
	return cmd
}

var errNoRecords = errors.New("the audit log has no records: audit.on keeps one")

func newAuditKey(g *globals) *cobra.Command {
	var fresh bool
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Print the public key that the log is verified with",
		Long: `Prints the public key that the log is verified with. With --new it prints a new
private one instead, for audit.key, and changes nothing.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var text string
			if fresh {
				var err error
				if text, err = backend.NewAuditKey(); err != nil {
					return err
				}
			} else {
				c, err := g.config()
				if err != nil {
					return err
				}
				v, err := verifier(c, "")
				if err != nil {
					return err
				}
				text = v.String()
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), text)
			return err
		},
	}
	cmd.Flags().BoolVar(&fresh, "new", false, "make a private key and print it")
	return cmd
}

// wanted are the records that are shown.
type wanted struct {
	kinds            []string
	since            string
	caller, question string
}

func newAuditShow(g *globals) *cobra.Command {
	var w wanted
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print records, a line each: its number, and what was written",
		Long: `Prints records as they were written, each on a line behind its number, without
verifying them. --caller and --question find those of somebody, or of a question, as long
as the log's salt is there. A caller is named as in the server's log: key:ID for an API
key, oidc: and a number for a token.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.log(cmd, func(c *config.Config, s state.Store) error {
				show, err := w.filter(c)
				if err != nil {
					return err
				}
				for n, err := range audit.Records(cmd.Context(), s) {
					if err != nil {
						return err
					}
					if !show(n.Record) {
						continue
					}
					if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%d %s\n", n.Number, n.Line); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringSliceVar(&w.kinds, "kind", nil, "records of this kind only: question, reading, deletion or egress")
	cmd.Flags().StringVar(&w.since, "since", "", "records from this time on (2006-01-02 or RFC 3339)")
	cmd.Flags().StringVar(&w.caller, "caller", "", "records of what this caller asked for")
	cmd.Flags().StringVar(&w.question, "question", "", "records of this question, letter by letter")
	return cmd
}

// filter tells whether a record is wanted.
func (w *wanted) filter(c *config.Config) (func(audit.Record) bool, error) {
	for _, k := range w.kinds {
		if !slices.Contains(audit.Kinds, audit.Kind(k)) {
			return nil, &usageError{fmt.Errorf("audit show: --kind %s: there are question, reading, deletion and egress", k)}
		}
	}
	var from time.Time
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, w.since); err == nil {
			from = t
		}
	}
	if w.since != "" && from.IsZero() {
		return nil, &usageError{fmt.Errorf("audit show: --since %s: write 2026-11-30 or 2026-11-30T09:00:00Z", w.since)}
	}
	var caller, question audit.Hash
	if w.caller != "" || w.question != "" {
		salt, err := backend.AuditSalt(c)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("the log's salt is not there, and without it nobody can tell who asked what: %w", err)
		}
		if err != nil {
			return nil, err
		}
		caller, question = salt.Caller(w.caller), salt.Question(strings.TrimSpace(w.question))
	}
	return func(r audit.Record) bool {
		switch {
		case len(w.kinds) > 0 && !slices.Contains(w.kinds, string(r.Kind)), r.Time.Before(from), caller != "" && r.Caller != caller:
			return false
		}
		return question == "" || r.Question != nil && r.Question.Text == question
	}, nil
}
