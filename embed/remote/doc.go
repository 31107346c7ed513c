// Package remote embeds with models that run elsewhere: behind the embeddings
// endpoint that OpenAI defined, which vLLM, text-embeddings-inference, Ollama,
// Upstage, CLOVA Studio and many more serve too, or on Amazon Bedrock.
//
// Start with [Open]. embedder.go is the way of a call, service.go what a service
// must do, openai.go and bedrock.go are the services.
//
// # What it promises
//
// A vector that it returns is one that the service gave for that very text, of as
// many dimensions as the model has, all of them numbers. A reply that is anything
// else counts as a failure of the service.
//
// A service that asks to be left alone (status 429) is left alone, by all calls
// together, for as long as it asks, and then asked by one call first; passages wait
// for hours. Other failures are tried again a few times. Where they go on, a short
// known text tells whether the service fails or only on these texts; those are then
// halved until the one is found, which is cut, if it is too long, and refused
// otherwise. A question waits for seconds at most.
//
// # What it does not
//
// It does not know the tokenizers of services: tokens are estimated from above for
// the size of a request, and are counted by the service for the sum.
package remote
