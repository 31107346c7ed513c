package guest

import (
	"errors"
	"strconv"

	"github.com/naru-rag/naru/wasm/abi"
)

// Plugin is what a plugin does at the hooks. Those that its manifest does not name
// are left nil. An error becomes the response's error, which the operator reads; a
// panic ends the call and the instance.
//
// A function must not rely on what an earlier call has left in variables: the next
// call may go to another instance.
type Plugin struct {
	Document func(DocumentRequest) (DocumentResponse, error)
	Query    func(QueryRequest) (QueryResponse, error)
	Passages func(PassagesRequest) (PassagesResponse, error)
	Answer   func(AnswerRequest) (AnswerResponse, error)
}

// registered is the plugin that calls go to.
var registered Plugin

// Register names the plugin. It is called from a function init: nothing calls main,
// for a plugin is started and then waits for calls.
func Register(p Plugin) { registered = p }

// call answers a request at a hook.
func (p Plugin) call(hook abi.Hook, request string) []byte {
	response, err := p.answer(hook, request)
	if err == nil {
		return response
	}
	said := err.Error()
	if said == "" {
		said = "it failed and does not say why"
	}
	return append(appendText([]byte{'{'}, "error", said), '}')
}

func (p Plugin) answer(hook abi.Hook, request string) ([]byte, error) {
	switch {
	case hook == abi.Document && p.Document != nil:
		return respond(request, readDocumentRequest, p.Document, writeDocumentResponse)
	case hook == abi.Query && p.Query != nil:
		return respond(request, readQueryRequest, p.Query, writeQueryResponse)
	case hook == abi.Passages && p.Passages != nil:
		return respond(request, readPassagesRequest, p.Passages, writePassagesResponse)
	case hook == abi.Answer && p.Answer != nil:
		return respond(request, readAnswerRequest, p.Answer, writeAnswerResponse)
	}
	return nil, errors.New("this plugin does nothing at hook " + strconv.Itoa(int(hook)))
}

func respond[Q, R any](request string, from func(*reader) Q, do func(Q) (R, error), to func(R) ([]byte, error)) ([]byte, error) {
	q, err := read(request, from)
	if err != nil {
		return nil, err
	}
	response, err := do(q)
	if err != nil {
		return nil, err
	}
	return to(response)
}
