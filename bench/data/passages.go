package data

import (
	"math/rand/v2"
	"strings"
)

// Passage is a passage of recombined sentences.
type Passage struct {
	Title    string `json:"title,omitempty"`
	Text     string `json:"text"`
	Language string `json:"language"`
}

// PerDocument is how many passages in a row make a document.
const PerDocument = 10

// mixture is a passage, and what it was made of.
type mixture struct {
	Passage
	home  home
	parts []part
}

// part is a sentence and where it is at home.
type part struct {
	home     home
	sentence sentence
}

const (
	fewest, most = 2, 8 // sentences of a passage
	fromHome     = .6   // share of them that come from its home
)

// mix makes passage number i.
func (m *maker) mix(i int) mixture {
	s := m.draw(rand.New(rand.NewPCG(m.seed, uint64(1+i/PerDocument))))
	random := rand.New(rand.NewPCG(m.seed+1, uint64(i)))
	at := random.IntN(len(s.homes))
	h := s.homes[at]
	related := s.related(at)
	count := min(max(len(s.homes[random.IntN(len(s.homes))].sentences), fewest), most)
	out := mixture{Passage: Passage{Title: h.title, Language: s.language}, home: h}
	for range count {
		from := h
		if len(from.sentences) == 0 || random.Float64() >= fromHome {
			if len(related) > 0 {
				from = s.homes[related[random.IntN(len(related))]]
			} else {
				from = s.homes[random.IntN(len(s.homes))]
			}
		}
		if len(from.sentences) > 0 {
			out.parts = append(out.parts, part{from, from.sentences[random.IntN(len(from.sentences))]})
		}
	}
	texts := make([]string, len(out.parts))
	for i, p := range out.parts {
		texts[i] = p.sentence.text
	}
	out.Text = strings.Join(texts, " ")
	return out
}

// draw takes a set, larger ones more often.
func (m *maker) draw(random *rand.Rand) *source {
	total := 0
	for _, s := range m.sources {
		total += len(s.homes)
	}
	at := random.IntN(total)
	for i := range m.sources {
		if at -= len(m.sources[i].homes); at < 0 {
			return &m.sources[i]
		}
	}
	panic("unreachable")
}

// Question is a question of one of the sets.
type Question struct {
	Text     string `json:"text"`
	Language string `json:"language"`
}

// ask makes question number i, and returns the home of what answers it.
func (m *maker) ask(i int) (Question, home) {
	random := rand.New(rand.NewPCG(m.seed+2, uint64(i)))
	s := m.draw(random)
	q := s.Questions[random.IntN(len(s.Questions))]
	return Question{Text: q.Text, Language: s.language}, s.homes[q.Gold[0]]
}
