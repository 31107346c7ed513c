package data

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/naru-rag/naru/eval"
	"github.com/naru-rag/naru/lang"
)

// Sets reads all question sets of a folder, in the order of their names.
func Sets(dir string) ([]*eval.Dataset, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	folders, err := filepath.Glob(filepath.Join(dir, "*", "corpus.jsonl"))
	if err != nil {
		return nil, err
	}
	for _, f := range folders {
		names = append(names, filepath.Dir(f))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no question sets in %s: set NARU_EVAL_DIR to the folder that has them", dir)
	}
	slices.Sort(names)
	sets := make([]*eval.Dataset, len(names))
	for i, name := range names {
		if sets[i], err = eval.Load(name); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// Language is the language that most passages of a set are in.
func Language(set *eval.Dataset) string {
	votes := map[string]int{}
	best := ""
	for _, p := range set.Passages[:min(100, len(set.Passages))] {
		l := lang.Detect(p.Text)
		if votes[l]++; votes[l] > votes[best] || votes[l] == votes[best] && l < best {
			best = l
		}
	}
	return best
}

// source is a question set cut into sentences.
type source struct {
	*eval.Dataset
	language string
	homes    []home
	// articles are the homes by title; a passage without one is in none.
	articles map[string][]int
}

// home is a passage of a set.
type home struct {
	title     string
	topic     uint64
	key       uint64
	sentences []sentence
}

type sentence struct {
	text string
	key  uint64
}

// clusters is how many topics the passages fall into whose set knows no articles.
const clusters = 500

func newSource(set *eval.Dataset) source {
	s := source{Dataset: set, language: Language(set), articles: map[string][]int{}}
	for i, p := range set.Passages {
		h := home{title: p.Title, key: hash("passage", set.Name, p.Text)}
		h.topic = hash("topic", p.Title)
		if p.Title == "" {
			h.topic = hash("topic", set.Name, fmt.Sprint(h.key%clusters))
		} else {
			s.articles[p.Title] = append(s.articles[p.Title], i)
		}
		for _, span := range lang.Sentences(p.Text, s.language) {
			text := p.Text[span.Start:span.End]
			h.sentences = append(h.sentences, sentence{text, hash("sentence", set.Name, text)})
		}
		s.homes = append(s.homes, h)
	}
	return s
}

// related are the homes that a passage may take sentences from beside its own.
func (s *source) related(of int) []int { return s.articles[s.homes[of].title] }

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(parts, "\x00")))
	return h.Sum64()
}

// fingerprint tells one state of the question sets from another.
func fingerprint(dir string) (uint64, error) {
	var parts []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		parts = append(parts, path, fmt.Sprint(info.Size(), info.ModTime().Unix()))
		return err
	})
	return hash(parts...), err
}
