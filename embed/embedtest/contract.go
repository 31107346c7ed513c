package embedtest

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/embed"
)

// texts are what an embedder may be given.
var texts = []string{
	"The last ferry leaves at seven.", "마지막 배는 일곱 시에 떠난다.", "最終フェリーは七時に出ます。", "เรือเที่ยวสุดท้ายออกเจ็ดโมง",
	"آخر عبارة تغادر في السابعة", "🚢🌊", "x", "1", "e\u0301", "<script>alert(1)</script>", strings.Repeat("ferry ", 2000),
}

// Run checks that an embedder keeps the contract.
func Run(t *testing.T, e embed.Embedder) {
	ctx := t.Context()
	m := e.Model()
	if m.Name == "" || m.ID == "" || m.Dimensions < 1 || m.Batch < 1 {
		t.Errorf("the model is %+v", m)
	}
	for _, kind := range []embed.Kind{embed.Query, embed.Passage} {
		together, err := e.Embed(ctx, kind, texts)
		if err != nil {
			t.Fatal(err)
		}
		if len(together.Vectors) != len(texts) {
			t.Fatalf("%d texts have %d vectors", len(texts), len(together.Vectors))
		}
		for i, v := range together.Vectors {
			refused := slices.ContainsFunc(together.Refused, func(r embed.Refusal) bool { return r.Text == i && r.Err != nil })
			if refused != (v == nil) {
				t.Errorf("text %d has %d dimensions and is among %v", i, len(v), together.Refused)
			}
			if v == nil {
				continue
			}
			if n := length(v); len(v) != m.Dimensions || math.Abs(n-1) > 1e-4 {
				t.Errorf("the vector of text %d has %d dimensions and the length %v", i, len(v), n)
			}
			alone, err := e.Embed(ctx, kind, texts[i:i+1])
			if err != nil {
				t.Fatal(err)
			}
			if near := dot(alone.Vectors[0], v); near < .9999 {
				t.Errorf("text %d alone and among others has vectors with the cosine %v", i, near)
			}
		}
	}
	if r, err := e.Embed(ctx, embed.Passage, nil); err != nil || len(r.Vectors) != 0 || len(r.Refused) != 0 {
		t.Errorf("no texts become %+v, %v", r, err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.Embed(ended, embed.Passage, texts); err == nil {
		t.Error("a call whose time is up succeeds")
	}
}

func length(v []float32) float64 { return math.Sqrt(dot(v, v)) }

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
