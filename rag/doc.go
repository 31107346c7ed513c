// Package rag is the domain of Naru and the path from a question to an answer.
//
// Start with [Answerer.Answer]: it is the whole path, readable top to bottom.
// [Document], [Passage] and [Citation] say what is found and cited; [Searcher]
// and [Generator] are what the path needs from elsewhere. The package imports
// no SDK, no database and no network.
//
// It promises that every sentence of an answer carries at least one citation,
// that a citation's quote is byte for byte what stands at its offsets, that a
// question without a tenant is refused, and that equal input gives equal
// answers. Where the evidence covers too little of the question, the answer is
// an abstention that says why, in the asker's language. It does not promise
// that the documents are right.
package rag
