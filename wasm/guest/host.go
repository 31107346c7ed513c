package guest

import (
	"strconv"

	"github.com/naru-rag/naru/wasm/abi"
)

// Level is how much a line of the log matters.
type Level int32

// Levels of [Log].
const (
	Debug Level = iota
	Info
	Warning
	Error
)

// Kind is what a text is embedded as.
type Kind string

// Kinds of [Embed].
const (
	Question Kind = "query"
	Text     Kind = "passage"
)

// HostError is that the host did not answer.
type HostError struct {
	Function string // such as "search"
	// Code is [None], [Wrong], [Failed] or [TooMany].
	Code int
}

// Codes of a [HostError].
const (
	None    = abi.ResultNone    // there is no such thing
	Wrong   = abi.ResultWrong   // the request is wrong
	Failed  = abi.ResultFailed  // it is not possible now
	TooMany = abi.ResultTooMany // asked too often in this call
)

// Error is such as "search: -4".
func (e *HostError) Error() string { return e.Function + ": " + strconv.Itoa(e.Code) }

// Log writes a line to the operator's log, of which 1,000 bytes are kept. It takes
// the grant "log".
func Log(level Level, line string) { hostLog(level, line) }

// Config is the operator's configuration, which is JSON, and whether there is any:
// [Decode] reads it. It takes the grant "config".
func Config() (json string, ok bool, err error) {
	return present(abi.ImportConfig)(hostConfig())
}

// Lookup is the value of a key in the operator's table, and whether there is one. It
// takes the grant "lookup".
func Lookup(key string) (value string, ok bool, err error) {
	return present(abi.ImportLookup)(hostLookup(key))
}

// present tells that there is no such thing from that the host did not answer.
func present(function string) func(result string, code int) (string, bool, error) {
	return func(result string, code int) (string, bool, error) {
		switch {
		case code == None:
			return "", false, nil
		case code < 0:
			return "", false, &HostError{function, code}
		}
		return result, true, nil
	}
}

// Terms are the search terms of a text; where language is empty the host finds it
// out. It takes the grant "terms".
func Terms(text, language string) ([]Term, error) {
	asked := appendString([]byte(`{"text":`), text)
	asked = append(appendText(asked, "language", language), '}')
	return ask(abi.ImportTerms, hostTerms, asked, "terms", readTerm)
}

// Embed are the vectors of up to 64 texts of up to 8,000 bytes, each of length 1. It
// takes the grant "embed".
func Embed(kind Kind, texts ...string) ([][]float32, error) {
	asked := appendList([]byte(`{"texts":`), texts, appendString)
	asked = append(appendText(asked, "kind", string(kind)), '}')
	return ask(abi.ImportEmbed, hostEmbed, asked, "vectors", readVector)
}

// Search finds up to limit passages, at most 20, that the asker may see; at the hooks
// query, passages and answer, three times a call. It takes the grant "search".
func Search(text string, limit int) ([]Passage, error) {
	asked := appendString([]byte(`{"text":`), text)
	asked = append(appendNumber(asked, "limit", limit), '}')
	return ask(abi.ImportSearch, hostSearch, asked, "passages", readPassage)
}

// ask asks a function of the host's, and reads the list of that name in its result.
// The function is a parameter so that a plugin imports only those that it calls.
func ask[T any](name string, function func(string) (string, int), request []byte, member string, element func(*reader) T) ([]T, error) {
	result, code := function(string(request))
	if code < 0 {
		return nil, &HostError{name, code}
	}
	return read(result, func(r *reader) (all []T) {
		r.fields(func(name string) bool {
			if name == member {
				all = list(r, element)
			}
			return name == member
		})
		return all
	})
}

func readTerm(r *reader) (t Term) {
	r.fields(func(name string) bool {
		switch name {
		case "term":
			t.Term = r.string()
		case "start":
			t.Start = r.int()
		case "end":
			t.End = r.int()
		default:
			return false
		}
		return true
	})
	return t
}

func readVector(r *reader) []float32 {
	return list(r, func(r *reader) float32 { return float32(r.float(32)) })
}
