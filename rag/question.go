package rag

import (
	"slices"
	"time"
)

// Question is what somebody asks, and who they are.
type Question struct {
	// Text is the question as it was typed.
	Text string
	// Language overrides detection where it is not empty (BCP 47).
	Language string
	// Limit is how many passages the answer shows; zero means [DefaultPassages].
	Limit int
	// Asker decides what may be found. Its tenant is required.
	Asker Asker
}

// Asker is the identity a question is asked under. It is assigned by the
// configuration of a key or listener, never by the question.
type Asker struct {
	Tenant string
	// Principals the asker acts as. A document that names principals is seen
	// only by an asker who acts as one of them.
	Principals []string
	// Regions whose documents may be found; none means any.
	Regions []string
}

// Sees tells whether the asker may see what has this access: the rule that a
// store's filter follows.
func (a Asker) Sees(of Access) bool {
	either := func(have, want []string) bool {
		return slices.ContainsFunc(want, func(w string) bool { return slices.Contains(have, w) })
	}
	return a.Tenant != "" && a.Tenant == of.Tenant &&
		(len(of.Principals) == 0 || either(a.Principals, of.Principals)) &&
		(of.Region == "" || len(a.Regions) == 0 || slices.Contains(a.Regions, of.Region))
}

// Answer is what Naru says to a question. Its JSON form is extended over
// time, never broken.
type Answer struct {
	// Answer is the sentences joined, or what says that there is no answer,
	// in the language of the question.
	Answer    string `json:"answer"`
	Language  string `json:"language"`
	Abstained bool   `json:"abstained"`
	// Reason says why nothing was answered; empty otherwise.
	Reason    Reason     `json:"reason"`
	Sentences []Sentence `json:"sentences"`
	Passages  []Hit      `json:"passages"`
	// Index is the version of the index that the passages were found in.
	Index string `json:"index"`
	// Degraded names each part that could not do its work, with the reason.
	Degraded []string `json:"degraded"`
	// Timings are durations of the stages of the way, in milliseconds.
	Timings Timings `json:"timings"`
	// Confidence is in 0..1 and comparable between questions: how much of what
	// was asked the evidence covers. Below a threshold the answer abstains.
	Confidence float64 `json:"confidence"`
}

// Sentence is one sentence of an answer with the places that support it.
type Sentence struct {
	Text      string     `json:"text"`
	Citations []Citation `json:"citations"`
	// Flags are plugins' remarks on the sentence.
	Flags []Note `json:"flags,omitempty"`
}

// Citation points at the exact place: Quote is Document.Text[Start:End],
// byte for byte, unless Redacted is set.
type Citation struct {
	Document string `json:"document"`
	Title    string `json:"title"`
	URI      string `json:"uri"`
	Passage  string `json:"passage"`
	Start    int    `json:"start"`
	End      int    `json:"end"`
	Quote    string `json:"quote"`
	// Redacted is set where a plugin has put something else in place of parts of
	// the quote.
	Redacted bool `json:"redacted,omitempty"`
	// Source is where the quote was read from in the original file; nil where
	// that is not known.
	Source *Bytes `json:"source,omitempty"`
}

// Bytes is a range of bytes of an original file. What it holds is encoded and
// marked up as the file is.
type Bytes struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Hit is a found passage as an answer shows it.
type Hit struct {
	ID       string  `json:"id"`
	Document string  `json:"document"`
	Title    string  `json:"title"`
	URI      string  `json:"uri"`
	Language string  `json:"language"`
	Score    float64 `json:"score"`
	Text     string  `json:"text"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
	// Redacted is set where a plugin has put something else in place of parts of
	// the text.
	Redacted bool `json:"redacted,omitempty"`
	// Notes are plugins' remarks on the passage.
	Notes []Note `json:"notes,omitempty"`
}

// Reason is why an answer abstains. The values are part of the JSON form.
type Reason string

const (
	// ReasonNone: there is an answer.
	ReasonNone Reason = ""
	// ReasonEmptyIndex: there is nothing that the asker may search in.
	ReasonEmptyIndex Reason = "empty_index"
	// ReasonNoTerms: the question has no word that could be searched for.
	ReasonNoTerms Reason = "no_terms"
	// ReasonNothingFound: no passage shares a word with the question.
	ReasonNothingFound Reason = "nothing_found"
	// ReasonLowCoverage: what was found covers too little of the question.
	ReasonLowCoverage Reason = "low_coverage"
	// ReasonWithheld: there was an answer, and plugins have left none of it.
	ReasonWithheld Reason = "withheld"
)

// Timings are stage durations in milliseconds.
type Timings struct {
	Understand float64 `json:"understand"`
	Search     float64 `json:"search"`
	Ground     float64 `json:"ground"`
	Total      float64 `json:"total"`
	// Plugins are the calls of plugins; their time is part of the stage before
	// which, or after which, they are called.
	Plugins []PluginRun `json:"plugins,omitempty"`
}

// Clock tells the time; it is handed in so that tests repeat.
type Clock func() time.Time
