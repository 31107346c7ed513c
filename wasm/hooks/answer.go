package hooks

import (
	"context"
	"slices"
	"strings"

	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
)

// review is an answer that plugins take things from.
type review struct {
	asked     rag.Asked
	sentences []sentence
	passages  []passage
}

type sentence struct {
	rag.Sentence
	text redactable
}

type passage struct {
	rag.Hit
	text redactable
}

// Review implements rag.Hooks. Each plugin sees what those before it have left.
func (s *Set) Review(ctx context.Context, asked rag.Asked, answer rag.Answer) (rag.Review, error) {
	r := review{asked: asked}
	for _, of := range answer.Sentences {
		r.sentences = append(r.sentences, sentence{of, redactable{original: of.Text}})
	}
	for _, of := range answer.Passages {
		r.passages = append(r.passages, passage{of, redactable{original: of.Text}})
	}
	var taken rag.Taken
	for _, m := range s.at(abi.Answer) {
		request := r.request(s.header(abi.Answer))
		var response abi.AnswerResponse
		more, ok, err := ask(ctx, s, m, s.question(abi.Answer, asked), request, &response)
		add(&taken, more)
		if err != nil {
			return rag.Review{}, err
		}
		if ok {
			r.apply(m.Name(), &response)
		}
	}
	return r.result(taken), nil
}

// request is the answer as it stands now.
func (r *review) request(header abi.Header) *abi.AnswerRequest {
	request := &abi.AnswerRequest{Header: header, Question: r.asked.Text, Language: r.asked.Language, Sentences: []abi.Sentence{}, Passages: []abi.Passage{}}
	for _, s := range r.sentences {
		rests := []int{}
		for _, c := range s.Citations {
			if i := r.cited(c); i >= 0 && !slices.Contains(rests, i) {
				rests = append(rests, i)
			}
		}
		request.Sentences = append(request.Sentences, abi.Sentence{Text: s.text.text(), Passages: rests})
	}
	for _, p := range r.passages {
		request.Passages = append(request.Passages, abi.Passage{
			ID: p.ID, Document: p.Document, Title: p.Title, URI: p.URI, Headings: []string{}, Language: p.Language,
			Annotations: map[string][]string{}, Score: p.Score, Text: p.text.text(),
		})
	}
	return request
}

// cited is the number of the passage that a citation is of.
func (r *review) cited(c rag.Citation) int {
	return slices.IndexFunc(r.passages, func(p passage) bool { return p.ID == c.Passage })
}

func (r *review) apply(plugin string, response *abi.AnswerResponse) {
	for _, flag := range response.Flags {
		of := &r.sentences[flag.Sentence]
		of.Flags = append(slices.Clip(of.Flags), rag.Note{Plugin: plugin, Note: flag.Flag})
	}
	ofSentences, ofPassages := map[int][]extract.Redaction{}, map[int][]extract.Redaction{}
	for _, redaction := range response.Redact {
		of := extract.Redaction{Start: redaction.Start, End: redaction.End, Kind: redaction.Kind}
		if redaction.Sentence != nil {
			ofSentences[*redaction.Sentence] = append(ofSentences[*redaction.Sentence], of)
		} else {
			ofPassages[*redaction.Passage] = append(ofPassages[*redaction.Passage], of)
		}
	}
	for i, ranges := range ofSentences {
		r.sentences[i].text.redact(ranges)
	}
	for i, ranges := range ofPassages {
		r.passages[i].text.redact(ranges)
	}
	dropped := 0
	r.sentences = slices.DeleteFunc(r.sentences, func(sentence) bool {
		dropped++
		return slices.Contains(response.Drop, dropped-1)
	})
	r.spread()
}

// spread redacts in sentences what is redacted where they are taken from.
func (r *review) spread() {
	for i := range r.sentences {
		s := &r.sentences[i]
		for _, c := range s.Citations {
			n := r.cited(c)
			if n < 0 {
				continue
			}
			p := &r.passages[n]
			from, to := c.Start-p.Start, c.End-p.Start
			at := strings.Index(p.text.original[from:to], s.text.original)
			if at < 0 {
				continue
			}
			all := s.text.ranges
			for _, redaction := range p.text.ranges {
				start, end := max(0, redaction.Start-from-at), min(len(s.text.original), redaction.End-from-at)
				if start < end {
					all = append(slices.Clip(all), extract.Redaction{Start: start, End: end, Kind: redaction.Kind})
				}
			}
			s.text.ranges = extract.Merge(all)
		}
	}
}

// result is what is left of the answer.
func (r *review) result(taken rag.Taken) rag.Review {
	result := rag.Review{Taken: taken, Sentences: []rag.Sentence{}, Passages: []rag.Hit{}}
	for _, s := range r.sentences {
		s.Text = s.text.text()
		s.Citations = slices.Clone(s.Citations)
		for i := range s.Citations {
			c := &s.Citations[i]
			if n := r.cited(*c); n >= 0 {
				p := &r.passages[n]
				from, to := c.Start-p.Start, c.End-p.Start
				c.Quote, c.Redacted = p.text.part(from, to), p.text.touched(from, to)
			}
		}
		result.Sentences = append(result.Sentences, s.Sentence)
	}
	for _, p := range r.passages {
		p.Hit.Redacted = len(p.text.ranges) > 0
		p.Hit.Text = p.text.text()
		result.Passages = append(result.Passages, p.Hit)
	}
	return result
}
