package remote

import (
	"unicode/utf8"

	"github.com/naru-rag/naru/embed"
)

// request is what is sent at once.
type request struct {
	texts  []string
	places []int // of each in the call
	cuts   int   // how often the only text was cut
}

// requests divides texts by their number and their tokens.
func (e *Embedder) requests(kind embed.Kind, texts []string) []request {
	var all []request
	tokens := 0
	for i, text := range texts {
		n := estimate(e.opt.form(kind).Prefix) + estimate(text)
		if last := len(all) - 1; last < 0 || len(all[last].texts) == e.opt.Batch || tokens+n > e.opt.BatchTokens {
			all, tokens = append(all, request{}), 0
		}
		r := &all[len(all)-1]
		r.texts, r.places, tokens = append(r.texts, text), append(r.places, i), tokens+n
	}
	return all
}

// estimate is about how many tokens a text has, rather too many than too few: one
// for three bytes of ASCII and for every other character.
func estimate(text string) int {
	ascii, other := 0, 0
	for _, r := range text {
		if r < utf8.RuneSelf {
			ascii++
		} else {
			other++
		}
	}
	return 2 + (ascii+2)/3 + other
}

func (r *request) part(from, to int) request {
	return request{texts: r.texts[from:to], places: r.places[from:to]}
}

// A text that is too long is cut in half so often, and not to less than so much.
const (
	mostCuts = 6
	shortest = 64 // bytes
)

// shorten cuts the only text in half, at the end of a character, and tells whether
// it did.
func (r *request) shorten() bool {
	text := r.texts[0]
	if r.cuts == mostCuts || len(text) < 2*shortest {
		return false
	}
	half := len(text) / 2
	for !utf8.RuneStart(text[half]) {
		half--
	}
	r.cuts++
	r.texts = []string{text[:half]}
	return true
}
