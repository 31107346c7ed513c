package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/eval"
	"github.com/naru-rag/naru/functions/backend"
)

func newEval(g *globals) *cobra.Command {
	var (
		opt                 eval.Options
		questions, passages string
	)
	cmd := &cobra.Command{
		Use:   "eval [FILE…]",
		Short: "Measure retrieval, citations and abstention on question sets",
		Long: `Reads question sets (files in the SQuAD JSON format, folders in the BEIR layout),
indexes each passage as a document in a temporary folder, asks the questions and
reports how well they were answered.`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if !slices.Contains([]eval.Mode{"", eval.ModeHybrid, eval.ModeLexical, eval.ModeDense}, opt.Mode) {
				return &usageError{fmt.Errorf("--mode %s: is none of hybrid, lexical and dense", opt.Mode)}
			}
			across := questions != "" || passages != ""
			switch {
			case across && (questions == "" || passages == "" || len(files) > 0):
				return &usageError{errors.New("eval: --questions and --passages go together, and without other files")}
			case !across && len(files) == 0:
				return &usageError{errors.New("eval: name at least one question set")}
			case opt.Sample < 0:
				return &usageError{errors.New("eval: --sample must not be negative")}
			}
			if opt.Mode != eval.ModeLexical {
				c, err := g.config()
				if err != nil {
					return err
				}
				if opt.Embedder, err = backend.OpenEmbedder(cmd.Context(), c, backend.Options{Bundled: bundled}); err != nil {
					return err
				}
				if opt.Embedder == nil && opt.Mode != "" {
					return &usageError{fmt.Errorf("--mode %s: embedder.kind is none, which leaves words: use --mode lexical", opt.Mode)}
				}
			}
			if across {
				files = []string{questions, passages}
			}
			sets := make([]*eval.Dataset, len(files))
			for i, file := range files {
				set, err := eval.Load(file)
				if err != nil {
					return err
				}
				sets[i] = set
			}
			var shown *progress
			opt.Progress = func(set string, done, total int) {
				if shown == nil || shown.what != set {
					shown = newProgress(cmd.ErrOrStderr(), set)
				}
				shown.step(done, total, "questions")
			}
			var (
				report eval.Report
				err    error
			)
			if across {
				report, err = eval.Across(cmd.Context(), sets[0], sets[1], opt)
			} else {
				report, err = eval.Run(cmd.Context(), sets, opt)
			}
			if err != nil {
				return err
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), report)
			}
			return printFigures(cmd.OutOrStdout(), report)
		},
	}
	cmd.Flags().StringVar((*string)(&opt.Mode), "mode", "", "what to search by: lexical is words, dense meaning, and hybrid, the default where there is an embedder, both")
	cmd.Flags().BoolVar(&opt.Pool, "pool", false, "put the passages of all files in one index")
	cmd.Flags().StringVar(&questions, "questions", "", "ask the questions of this file …")
	cmd.Flags().StringVar(&passages, "passages", "", "… of the passages of this one, which has the same question ids")
	cmd.Flags().IntVar(&opt.Sample, "sample", 0, "how many questions to ask of each file; 0 asks all")
	cmd.Flags().Uint64Var(&opt.Seed, "seed", 1, "what the sample is drawn with")
	return cmd
}

func printFigures(w io.Writer, report eval.Report) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "file\tquestions\tR@1\tR@5\tR@10\tMRR@10\tnDCG@10\tanswer\texact\tAUROC\tanswered\twithout\t")
	for _, f := range report.Files {
		fmt.Fprintf(table, "%s\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%s\t%s\t%.4f\t%.3f\t%.3f\t\n", f.File, f.Questions,
			f.Recall1, f.Recall5, f.Recall10, f.MRR10, f.NDCG10, optional(f.AnswerRecall), optional(f.CitationExact),
			f.AbstentionAUROC, f.Answered, f.AnsweredWithout)
	}
	return table.Flush()
}

func optional(f *float64) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%.4f", *f)
}
