// Command index is the function on AWS Lambda that indexes documents. It is
// invoked directly, with an event that names them:
//
//	{"documents": [
//	  {"uri": "notices/ferry.md", "text": "…", "media_type": "text/markdown", "title": "…"},
//	  {"uri": "notices/old.txt", "data": "base64…", "media_type": "text/plain; charset=euc-kr"},
//	  {"path": "2026/timetable.html"}
//	]}
//
// What is given with the event belongs to the configured asker's tenant, and takes
// the place of what had the same uri. media_type and title may be left out: then
// the uri's ending and the document decide. A path is that of a file below one of
// the sources of the configuration; it is the same document that `naru index`
// reads there, and belongs to whom that source says. The answer has a [result] for
// each document, in order.
//
// What it promises:
//
//   - What is wrong with the event as a whole ends the invocation with an error of
//     type InvalidEvent, and nothing is indexed. What is wrong with a document is
//     in that document's result, and the others are indexed.
//   - The same event again changes nothing: the documents are unchanged.
//   - A result with retry was kept from by the store, or by the end of the time;
//     send that document again. Where that is so of all, the invocation ends with
//     an error of type Unavailable, after which Lambda repeats an asynchronous one
//     by itself.
//
// What it does not: two invocations that put the same document at the same time
// may leave passages of both, so do not index one document twice at once. A file
// that has disappeared is not removed; a run of `naru index` does that. Its callers
// read why a document was refused, so only operators may be let invoke it.
//
// To read the code: event.go is what events may say, documents.go what is done with
// them, path.go where a path leads. Package awslambda has the configuration.
package main

import (
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/e5small"
	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/wasm/plugins"
)

func model() (embed.Embedder, error) { return e5small.Open() }

func main() {
	awslambda.Start(awslambda.Bundled{Model: model, Plugins: plugins.Find}, func(f *awslambda.Function) (awslambda.Handler, error) {
		return (&documents{f}).index, nil
	})
}
