package plugins_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/naru-rag/naru/eval"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
)

// TestGuardLeavesSamples holds injection-guard to dropping nothing of documents that
// address their readers.
func TestGuardLeavesSamples(t *testing.T) {
	var texts []string
	err := filepath.WalkDir("../../samples", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) == ".go" {
			return err
		}
		data, err := os.ReadFile(path)
		texts = append(texts, strings.Split(string(data), "\n\n")...)
		return err
	})
	if err != nil || len(texts) < 400 {
		t.Fatalf("%d passages, %v", len(texts), err)
	}
	if dropped := guarded(t, texts); len(dropped) > 0 {
		t.Errorf("of %d passages %d are dropped: %q", len(texts), len(dropped), dropped)
	}
}

// TestGuardLeavesQuestionSets: under 1 % of the passages of each question set.
func TestGuardLeavesQuestionSets(t *testing.T) {
	dir := os.Getenv("NARU_EVAL_DIR")
	if dir == "" {
		dir = "../../../shared/eval"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	measured := 0
	for _, file := range files {
		if filepath.Base(file) == "README.md" {
			continue
		}
		set, err := eval.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		texts := make([]string, 0, len(set.Passages))
		for _, p := range set.Passages {
			texts = append(texts, p.Text)
		}
		dropped := guarded(t, texts)
		t.Logf("%s: %d of %d dropped", set.Name, len(dropped), len(texts))
		if len(dropped)*100 >= max(len(texts), 101) {
			t.Errorf("%s: of %d passages %d are dropped, such as %.300q", set.Name, len(texts), len(dropped), dropped)
		}
		measured += len(texts)
	}
	if measured == 0 {
		t.Skipf("needs the question sets: set NARU_EVAL_DIR to their folder; there are none in %s", dir)
	}
}

// guarded are the texts that injection-guard drops.
func guarded(t *testing.T, texts []string) (dropped []string) {
	t.Helper()
	p := open(t, "injection-guard")
	for len(texts) > 0 {
		n := min(50, len(texts))
		request := &abi.PassagesRequest{Header: abi.Header{Hook: abi.Passages}}
		for i, text := range texts[:n] {
			request.Passages = append(request.Passages, abi.Passage{ID: strconv.Itoa(i), Headings: []string{}, Annotations: map[string][]string{}, Text: text})
		}
		data, err := abi.Encode(request)
		if err != nil {
			t.Fatal(err)
		}
		data, _, err = p.Call(context.Background(), host.Call{Hook: abi.Passages, Request: data})
		if err != nil {
			t.Fatal(err)
		}
		var response struct{ Order *[]int }
		if err := json.Unmarshal(data, &response); err != nil {
			t.Fatal(err)
		}
		if response.Order != nil {
			kept := make([]bool, n)
			for _, i := range *response.Order {
				kept[i] = true
			}
			for i, text := range texts[:n] {
				if !kept[i] {
					dropped = append(dropped, text)
				}
			}
		}
		texts = texts[n:]
	}
	return dropped
}
