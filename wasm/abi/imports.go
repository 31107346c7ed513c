package abi

// What the functions that a module imports are asked and answer; see SPEC.md.
type (
	// TermsRequest asks for the search terms of a text.
	TermsRequest struct {
		Text     string `json:"text"`
		Language string `json:"language"`
	}
	// TermsResult are the terms in the order of the text.
	TermsResult struct {
		Terms []Term `json:"terms"`
	}
	// Term is a term, and where in the text it stands, in bytes.
	Term struct {
		Term  string `json:"term"`
		Start int    `json:"start"`
		End   int    `json:"end"`
	}
	// EmbedRequest asks for the vectors of texts; Kind is "query" or "passage".
	EmbedRequest struct {
		Texts []string `json:"texts"`
		Kind  string   `json:"kind"`
	}
	// EmbedResult has one vector a text, each of length 1.
	EmbedResult struct {
		Vectors [][]float32 `json:"vectors"`
	}
	// SearchRequest asks for passages that the asker may see.
	SearchRequest struct {
		Text  string `json:"text"`
		Limit int    `json:"limit"`
	}
	// SearchResult are passages, the best first.
	SearchResult struct {
		Passages []Passage `json:"passages"`
	}
)

// What a function of the host's returns in place of a length.
const (
	ResultNone    = -1 // there is no such thing
	ResultWrong   = -2 // the request is wrong
	ResultFailed  = -3 // it is not possible now
	ResultTooMany = -4 // asked too often in this call
)

// How much a function of the host's is asked, and how often in one call.
const (
	MaxAsked       = 128 << 10 // bytes of a request
	MaxTermsText   = 8 << 10   // bytes
	MaxEmbedTexts  = 50
	MaxEmbedText   = 8_000 // bytes
	MaxSearches    = 3
	MaxSearchLimit = 20
	MaxLogLine     = 1_000 // bytes
	MaxLogLines    = 100
)
