package abi

// DocumentResponse is what becomes of a document. An empty one leaves it as it is.
type DocumentResponse struct {
	Failure
	// Skip is the reason for which the document is not indexed.
	Skip string `json:"skip,omitempty"`
	// Redact are ranges of the text that nobody may read.
	Redact []Redaction `json:"redact,omitempty"`
	// Annotate are properties of the document, by which it can be searched.
	Annotate map[string][]string `json:"annotate,omitempty"`
}

// Redaction is a range in UTF-8 bytes, and what stood there, such as "email": in its
// place one reads "[email]".
type Redaction struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Kind  string `json:"kind"`
}

// QueryResponse is how to search. An empty one searches as it would be without.
type QueryResponse struct {
	Failure
	// Variants are the same question in other words.
	Variants []string `json:"variants,omitempty"`
	// Filters all hold for what is found.
	Filters []Condition `json:"filters,omitempty"`
	// Boosts multiply the scores of passages.
	Boosts []Boost `json:"boosts,omitempty"`
}

// Boost multiplies the score of passages that a condition holds for.
type Boost struct {
	When   Condition `json:"when"`
	Factor float64   `json:"factor"`
}

// PassagesResponse is which passages are used. An empty one uses all as they come.
type PassagesResponse struct {
	Failure
	// Order has the numbers of those that are used, the best first; nil means all.
	Order []int `json:"order,omitzero"`
	// Notes are shown beside passages.
	Notes []Note `json:"notes,omitempty"`
}

// Note is a remark on a passage.
type Note struct {
	Passage int    `json:"passage"`
	Note    string `json:"note"`
}

// AnswerResponse is what of an answer is shown. An empty one shows it as it is.
type AnswerResponse struct {
	Failure
	// Drop has the numbers of sentences that are left out.
	Drop []int `json:"drop,omitempty"`
	// Redact are ranges of sentences and passages that nobody may read.
	Redact []AnswerRedaction `json:"redact,omitempty"`
	// Flags are shown beside sentences.
	Flags []Flag `json:"flags,omitempty"`
}

// AnswerRedaction is a redaction of a sentence or of a passage, of exactly one.
type AnswerRedaction struct {
	Sentence *int `json:"sentence,omitempty"`
	Passage  *int `json:"passage,omitempty"`
	Redaction
}

// Flag is a remark on a sentence.
type Flag struct {
	Sentence int    `json:"sentence"`
	Flag     string `json:"flag"`
}

// Failure is how a plugin says that it could not do its work. Nothing else of the
// response counts then.
type Failure struct {
	Error string `json:"error,omitempty"`
}

func (f Failure) failure() string { return f.Error }

// Response is what a plugin answers at one of the hooks.
type Response interface {
	*DocumentResponse | *QueryResponse | *PassagesResponse | *AnswerResponse
	failure() string
}
