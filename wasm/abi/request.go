package abi

// Header begins every request.
type Header struct {
	ABI  int  `json:"abi"`
	Hook Hook `json:"hook"`
	// Now is the time that counts for the call, RFC 3339 in UTC, in seconds. A plugin
	// has no other clock.
	Now string `json:"now"`
}

// DocumentRequest asks what is to become of a document.
type DocumentRequest struct {
	Header
	Document DocumentText `json:"document"`
}

// DocumentText is a document as it was read.
type DocumentText struct {
	ID       string `json:"id"`
	URI      string `json:"uri"`
	Title    string `json:"title"`
	Language string `json:"language"`
	Modified string `json:"modified"` // RFC 3339, or empty
	// Metadata is what the document says of itself (front matter, meta elements).
	Metadata map[string]string `json:"metadata"`
	Text     string            `json:"text"`
}

// QueryRequest asks how to search.
type QueryRequest struct {
	Header
	Question string `json:"question"`
	Language string `json:"language"`
}

// PassagesRequest asks which passages to use, and in which order.
type PassagesRequest struct {
	Header
	Question string    `json:"question"`
	Language string    `json:"language"`
	Passages []Passage `json:"passages"`
}

// Passage is one that was found.
type Passage struct {
	ID          string              `json:"id"`
	Document    string              `json:"document"`
	Title       string              `json:"title"`
	URI         string              `json:"uri"`
	Headings    []string            `json:"headings"`
	Language    string              `json:"language"`
	Modified    string              `json:"modified"` // RFC 3339, or empty
	Annotations map[string][]string `json:"annotations"`
	Score       float64             `json:"score"`
	Text        string              `json:"text"`
}

// AnswerRequest asks what of an answer may be shown.
type AnswerRequest struct {
	Header
	Question  string     `json:"question"`
	Language  string     `json:"language"`
	Sentences []Sentence `json:"sentences"`
	// Passages are those that the answer shows and cites.
	Passages []Passage `json:"passages"`
}

// Sentence is one of an answer, with the numbers of the passages that it rests on.
type Sentence struct {
	Text     string `json:"text"`
	Passages []int  `json:"passages"`
}
