package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store/embedded"
	"github.com/naru-rag/naru/wasm/plugins"
)

func newAsk(g *globals) *cobra.Command {
	var q rag.Question
	cmd := &cobra.Command{
		Use:   "ask QUESTION",
		Short: "Answer a question from the indexed documents",
		Long: `Answers with sentences of the documents themselves, each with the place that it
stands at. Where the documents do not answer, says so in the question's language.`,
		Args: positional(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Text = strings.Join(args, " ")
			c, err := g.config()
			if err != nil {
				return err
			}
			q.Asker = backend.Asker(c)
			answer, err := answerFrom(cmd.Context(), c, q)
			if err != nil {
				if _, ok := errors.AsType[*rag.QuestionError](err); ok {
					return &usageError{err}
				}
				return err
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), answer)
			}
			printAnswer(cmd.OutOrStdout(), answer)
			return nil
		},
	}
	cmd.Flags().IntVar(&q.Limit, "limit", rag.DefaultPassages, "how many passages to search the answer in and to show")
	cmd.Flags().StringVar(&q.Language, "language", "", "the question's language (BCP 47), where detection is wrong")
	return cmd
}

// answerFrom answers from a data folder. Where `naru serve` holds it, that
// process answers.
func answerFrom(ctx context.Context, c *config.Config, q rag.Question) (answer rag.Answer, err error) {
	l, err := backend.OpenAudit(ctx, c, slog.Default())
	if err != nil {
		return answer, err
	}
	if l != nil {
		defer func() { err = closeWith(l.Close, err) }()
	}
	// A server will not let go of the folder: do not wait for it.
	b, err := backend.Open(ctx, c, backend.Options{Existing: true, LockTimeout: time.Millisecond, Bundled: bundled, Plugins: plugins.Find, Audit: l})
	if locked, ok := errors.AsType[*embedded.LockedError](err); ok {
		if locked.Holder.Address != "" {
			return askServer(ctx, locked.Holder.Address, q)
		}
		b, err = backend.Open(ctx, c, backend.Options{Existing: true, Bundled: bundled, Plugins: plugins.Find, Audit: l})
	}
	if err != nil {
		return answer, err
	}
	defer func() { err = closeWith(b.Close, err) }()
	return backend.Recorded(rag.NewAnswerer(b, rag.Options{Hooks: b.Hooks()}), c, l, slog.Default()).Answer(ctx, q)
}

// printAnswer writes the answer's sentences, each with the numbers of its
// citations, and then the places these stand for.
func printAnswer(w io.Writer, a rag.Answer) {
	if a.Abstained {
		fmt.Fprintln(w, a.Answer)
		for i, p := range a.Passages {
			if i == 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "    ? %s, %s, bytes %d to %d\n", printable(p.Title), printable(p.URI), p.Start, p.End)
		}
		return
	}
	var places []rag.Citation
	for _, s := range a.Sentences {
		fmt.Fprint(w, printable(s.Text))
		for _, c := range s.Citations {
			places = append(places, c)
			fmt.Fprintf(w, " [%d]", len(places))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	for i, c := range places {
		fmt.Fprintf(w, "[%d] %s, %s, bytes %d to %d\n", i+1, printable(c.Title), printable(c.URI), c.Start, c.End)
	}
	for _, d := range a.Degraded {
		fmt.Fprintf(w, "degraded: %s\n", d)
	}
}
