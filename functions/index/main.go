// Command index is the function on AWS Lambda that indexes documents: objects that a
// queue names, and documents that it is invoked with. Package ingest says what events
// are like, and package awslambda how it is configured.
package main

import (
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/e5small"
	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/functions/ingest"
	"github.com/naru-rag/naru/wasm/plugins"
)

func main() {
	awslambda.Start(awslambda.Bundled{Model: model, Plugins: plugins.Find}, func(f *awslambda.Function) (awslambda.Handler, error) {
		return ingest.Index(f), nil
	})
}

func model() (embed.Embedder, error) { return e5small.Open() }
