// Command reindex is the function on AWS Lambda that walks over the buckets on schedule,
// and names to function index what differs from what is indexed. Package ingest says what
// events are like, and package awslambda how it is configured.
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
		return ingest.Reindex(f), nil
	})
}

func model() (embed.Embedder, error) { return e5small.Open() }
