package eval_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/naru-rag/naru/eval"
)

// FuzzLoad: whatever a file holds, Load returns an error or a set whose
// questions point at its passages.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(korean))
	f.Add([]byte(`{"data":[{"paragraphs":[{"context":null,"qas":[{}]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "set.json")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		set, err := eval.Load(path)
		if err != nil {
			return
		}
		for _, q := range set.Questions {
			for _, p := range q.Gold {
				if p < 0 || p >= len(set.Passages) {
					t.Fatalf("question %q points at passage %d of %d", q.ID, p, len(set.Passages))
				}
			}
		}
	})
}
