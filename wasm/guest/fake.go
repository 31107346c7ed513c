//go:build !wasip1

package guest

import (
	"encoding/json"
	"errors"

	"github.com/naru-rag/naru/wasm/abi"
)

// Host stands in for the host where a plugin is tested with go test, outside of
// WebAssembly; see [Use]. A function that is nil is one that the plugin was not
// granted: to call it panics.
//
// Where a function returns a [HostError] the plugin gets its code, and -3 for any
// other error.
type Host struct {
	Log func(level Level, line string)
	// Config is the operator's configuration, as JSON.
	Config func() (json string, ok bool)
	Lookup func(key string) (value string, ok bool)
	Terms  func(text, language string) ([]Term, error)
	Embed  func(kind Kind, texts []string) ([][]float32, error)
	Search func(text string, limit int) ([]Passage, error)
}

// using is the host that calls go to.
var using Host

// Use has all calls go to a host, until the function that it returns is called:
//
//	t.Cleanup(guest.Use(guest.Host{Config: …}))
func Use(h Host) (restore func()) {
	before := using
	using = h
	return func() { using = before }
}

// Call makes a call of the plugin that was registered as the host does: with the
// number of a hook and a request in JSON. It returns the response in JSON.
func Call(hook int, request []byte) []byte {
	return registered.call(abi.Hook(hook), string(request))
}

func hostLog(level Level, line string) {
	granted(using.Log != nil, abi.ImportLog)
	using.Log(level, line)
}

func hostConfig() (string, int) {
	granted(using.Config != nil, abi.ImportConfig)
	config, ok := using.Config()
	return config, codeOf(ok)
}

func hostLookup(key string) (string, int) {
	granted(using.Lookup != nil, abi.ImportLookup)
	value, ok := using.Lookup(key)
	return value, codeOf(ok)
}

func hostTerms(asked string) (string, int) {
	granted(using.Terms != nil, abi.ImportTerms)
	return reply(asked, func(r abi.TermsRequest) (any, error) {
		terms, err := using.Terms(r.Text, r.Language)
		return abi.TermsResult{Terms: terms}, err
	})
}

func hostEmbed(asked string) (string, int) {
	granted(using.Embed != nil, abi.ImportEmbed)
	return reply(asked, func(r abi.EmbedRequest) (any, error) {
		vectors, err := using.Embed(Kind(r.Kind), r.Texts)
		return abi.EmbedResult{Vectors: vectors}, err
	})
}

func hostSearch(asked string) (string, int) {
	granted(using.Search != nil, abi.ImportSearch)
	return reply(asked, func(r abi.SearchRequest) (any, error) {
		passages, err := using.Search(r.Text, r.Limit)
		return abi.SearchResult{Passages: passages}, err
	})
}

// codeOf is what a function of the host's returns where there is something, or not.
func codeOf(ok bool) int {
	if !ok {
		return None
	}
	return 0
}

func granted(ok bool, name string) {
	if !ok {
		panic("guest: the plugin calls " + name + ", which the guest.Host of this test does not have")
	}
}

// reply answers in JSON, as the host does.
func reply[Q any](asked string, do func(Q) (any, error)) (string, int) {
	var request Q
	if json.Unmarshal([]byte(asked), &request) != nil {
		return "", Wrong
	}
	result, err := do(request)
	if failed, ok := errors.AsType[*HostError](err); ok {
		return "", failed.Code
	}
	if err != nil {
		return "", Failed
	}
	data, err := json.Marshal(result)
	if err != nil {
		return "", Failed
	}
	return string(data), 0
}
