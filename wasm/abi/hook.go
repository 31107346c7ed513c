package abi

import "fmt"

// Version is the version of the interface, which naru_abi returns.
const Version = 1

// What a module exports; see SPEC.md.
const (
	ExportMemory  = "memory"
	ExportVersion = "naru_abi"
	ExportAlloc   = "naru_alloc"
	ExportCall    = "naru_call"
	ExportReset   = "naru_reset"
)

// What a module may import, from the module [ImportModule].
const (
	ImportModule = "naru"
	ImportResult = "result"
	ImportLog    = "log"
	ImportConfig = "config"
	ImportLookup = "lookup"
	ImportTerms  = "terms"
	ImportEmbed  = "embed"
	ImportSearch = "search"
)

// Hook is a place on the way of a document or a question at which a plugin takes
// part. Its number is the op of naru_call.
type Hook uint32

const (
	// Document: a document was read, and is not cut into passages yet.
	Document Hook = 1
	// Query: a question was understood, and nothing searched yet.
	Query Hook = 2
	// Passages: passages were found, the best first.
	Passages Hook = 3
	// Answer: an answer stands, and nobody has seen it.
	Answer Hook = 4
)

// Hooks are all of them.
var Hooks = []Hook{Document, Query, Passages, Answer}

var hookNames = map[Hook]string{Document: "document", Query: "query", Passages: "passages", Answer: "answer"}

func (h Hook) String() string {
	if name, ok := hookNames[h]; ok {
		return name
	}
	return fmt.Sprintf("hook %d", uint32(h))
}

// MarshalText implements encoding.TextMarshaler.
func (h Hook) MarshalText() ([]byte, error) {
	name, ok := hookNames[h]
	if !ok {
		return nil, fmt.Errorf("%v is not known", h)
	}
	return []byte(name), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hook) UnmarshalText(text []byte) error {
	for hook, name := range hookNames {
		if name == string(text) {
			*h = hook
			return nil
		}
	}
	return fmt.Errorf("there is no hook %q: there are document, query, passages and answer", text)
}
