package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Dataset is a question set with its passages.
type Dataset struct {
	// Name is the file's base name.
	Name      string
	Passages  []Passage
	Questions []Question
}

// Passage is one passage of a set. Each is indexed as a document.
type Passage struct {
	Title, Text string
}

// Question is a question with what answers it.
type Question struct {
	ID, Text string
	// Gold are indices into the set's Passages.
	Gold []int
	// Answers are the texts that answer it; none where the set has none.
	Answers []string
}

// Load reads a file in the SQuAD JSON format, or a folder in the BEIR layout.
func Load(path string) (*Dataset, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("question set: %w", err)
	}
	read := loadSQuAD
	if info.IsDir() {
		read = loadBEIR
	}
	set, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("question set %s: %w", path, err)
	}
	set.Name = filepath.Base(path)
	if len(set.Passages) == 0 || len(set.Questions) == 0 {
		return nil, fmt.Errorf("question set %s: has %d passages and %d questions; neither may be missing", path, len(set.Passages), len(set.Questions))
	}
	return set, nil
}

func loadSQuAD(path string) (*Dataset, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Data []struct {
			Title      string
			Paragraphs []struct {
				Context string
				Qas     []struct {
					ID       string
					Question string
					Answers  []struct{ Text string }
				}
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("not in the SQuAD format: %w", err)
	}
	set := &Dataset{}
	for _, article := range file.Data {
		for _, p := range article.Paragraphs {
			gold := len(set.Passages)
			set.Passages = append(set.Passages, Passage{strings.ReplaceAll(article.Title, "_", " "), withoutMark(p.Context)})
			for _, qa := range p.Qas {
				q := Question{ID: qa.ID, Text: qa.Question, Gold: []int{gold}}
				for _, a := range qa.Answers {
					q.Answers = append(q.Answers, a.Text)
				}
				set.Questions = append(set.Questions, q)
			}
		}
	}
	return set, nil
}

func loadBEIR(dir string) (*Dataset, error) {
	set := &Dataset{}
	passage := map[string]int{}
	err := eachLine(filepath.Join(dir, "corpus.jsonl"), func(line []byte) error {
		var row struct {
			ID          string `json:"_id"`
			Title, Text string
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return err
		}
		passage[row.ID] = len(set.Passages)
		set.Passages = append(set.Passages, Passage{row.Title, withoutMark(row.Text)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	question := map[string]int{}
	err = eachLine(filepath.Join(dir, "queries.jsonl"), func(line []byte) error {
		var row struct {
			ID   string `json:"_id"`
			Text string
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return err
		}
		question[row.ID] = len(set.Questions)
		set.Questions = append(set.Questions, Question{ID: row.ID, Text: row.Text})
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachLine(filepath.Join(dir, "qrels", "test.tsv"), func(line []byte) error {
		field := strings.Split(strings.TrimSpace(string(line)), "\t")
		if len(field) != 3 || field[0] == "query-id" || field[2] == "0" {
			return nil
		}
		q, known := question[field[0]]
		p, stored := passage[field[1]]
		if !known || !stored {
			return fmt.Errorf("names query %q and passage %q, which are not both there", field[0], field[1])
		}
		set.Questions[q].Gold = append(set.Questions[q].Gold, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	answered := set.Questions[:0]
	for _, q := range set.Questions {
		if len(q.Gold) > 0 {
			answered = append(answered, q)
		}
	}
	set.Questions = answered
	return set, nil
}

// withoutMark drops a byte order mark, which some sets have at the start of a
// passage: it is no text, and extraction drops it too.
func withoutMark(text string) string { return strings.TrimPrefix(text, "\uFEFF") }

// longestLine bounds a line of a BEIR file, in bytes.
const longestLine = 64 << 20

func eachLine(path string, f func(line []byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := f(lines.Bytes()); err != nil {
			return fmt.Errorf("%s:%d: %w", filepath.Base(path), n, err)
		}
	}
	return lines.Err()
}

// across gives the questions of one set the passages of another that shares
// its question ids, such as a translation. Questions that the other set does
// not have are left out.
func across(questions, passages *Dataset) (*Dataset, error) {
	other := make(map[string]Question, len(passages.Questions))
	for _, q := range passages.Questions {
		other[q.ID] = q
	}
	set := &Dataset{Name: questions.Name + " on " + passages.Name, Passages: passages.Passages}
	for _, q := range questions.Questions {
		if o, ok := other[q.ID]; ok {
			set.Questions = append(set.Questions, Question{ID: q.ID, Text: q.Text, Gold: o.Gold, Answers: o.Answers})
		}
	}
	if len(set.Questions) == 0 {
		return nil, fmt.Errorf("%s and %s share no question id", questions.Name, passages.Name)
	}
	return set, nil
}
