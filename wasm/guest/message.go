package guest

import "github.com/naru-rag/naru/wasm/abi"

// What a plugin is asked at the hooks; see SPEC.md of package abi.
type (
	// Header begins every request; its Now is the only clock that a plugin has.
	Header = abi.Header
	// DocumentRequest asks what is to become of a document.
	DocumentRequest = abi.DocumentRequest
	// DocumentText is a document as it was read.
	DocumentText = abi.DocumentText
	// QueryRequest asks how to search.
	QueryRequest = abi.QueryRequest
	// PassagesRequest asks which passages to use, and in which order.
	PassagesRequest = abi.PassagesRequest
	// Passage is one that was found.
	Passage = abi.Passage
	// AnswerRequest asks what of an answer may be shown.
	AnswerRequest = abi.AnswerRequest
	// Sentence is one of an answer, with the numbers of the passages that it rests on.
	Sentence = abi.Sentence
)

// What a plugin answers. The zero value of a response changes nothing.
type (
	// DocumentResponse is what becomes of a document.
	DocumentResponse = abi.DocumentResponse
	// Redaction is a range in bytes that nobody may read, and what stood there.
	Redaction = abi.Redaction
	// QueryResponse is how to search.
	QueryResponse = abi.QueryResponse
	// Condition is what passages are found by.
	Condition = abi.Condition
	// Boost multiplies the score of passages that a condition holds for.
	Boost = abi.Boost
	// PassagesResponse is which passages are used; a nil Order means all, and an empty
	// one none.
	PassagesResponse = abi.PassagesResponse
	// Note is a remark on a passage.
	Note = abi.Note
	// AnswerResponse is what of an answer is shown.
	AnswerResponse = abi.AnswerResponse
	// AnswerRedaction is a redaction of a sentence or of a passage, of exactly one:
	// see [InSentence] and [InPassage].
	AnswerRedaction = abi.AnswerRedaction
	// Flag is a remark on a sentence.
	Flag = abi.Flag
)

// Term is a search term, and where in the text it stands, in bytes.
type Term = abi.Term

// InSentence is a redaction of the sentence with this number.
func InSentence(number int, r Redaction) AnswerRedaction {
	return AnswerRedaction{Sentence: &number, Redaction: r}
}

// InPassage is a redaction of the passage with this number.
func InPassage(number int, r Redaction) AnswerRedaction {
	return AnswerRedaction{Passage: &number, Redaction: r}
}
