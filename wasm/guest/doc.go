// Package guest is for writing plugins of Naru in Go.
//
// A plugin is a package main that registers what it does at the hooks:
//
//	package main
//
//	import "github.com/naru-rag/naru/wasm/guest"
//
//	func init() {
//		guest.Register(guest.Plugin{Passages: newestFirst})
//	}
//
//	func newestFirst(r guest.PassagesRequest) (guest.PassagesResponse, error) { … }
//
//	func main() {}
//
// It is built as a WebAssembly module with
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -trimpath -ldflags="-s -w" -o plugin.wasm .
//
// and described by a plugin.yaml beside it; the folder example has a whole one.
// plugin.go has what a plugin is, message.go what it is asked and answers, host.go
// what it may ask of the host: [Log], [Config], [Lookup], [Terms], [Embed] and
// [Search]. A module imports only those that it calls, and each takes a grant of the
// same name. reader.go and writer.go are JSON, request.go and response.go the messages
// in it; exports.go and imports.go meet the host, for which fake.go stands in tests.
//
// # What it promises
//
// The memory of an instance stays where it is over any number of calls. The same code
// runs outside of WebAssembly, so that go test tests a plugin; there the functions of
// the host go to a [Host] that the test brings.
//
// # What it does not
//
// It does not check responses: package abi does, on the host's side. A plugin has no
// files, network, threads or time but the request's; what the standard library does
// with those fails. A goroutine that is still waiting when a call ends goes on with
// the next call, or never.
package guest
