package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decodeObject reads data as one JSON object into the variables that fields
// names, *string or *int, and returns which of them were given. It is stricter
// than encoding/json: names count exactly, none may be unknown or repeated, null
// is no value, and bytes that are not UTF-8 are refused rather than replaced.
func decodeObject(data []byte, fields map[string]any) (map[string]bool, error) {
	if !utf8.Valid(data) {
		return nil, invalid("", "The body must be JSON in UTF-8; it has bytes that are not.")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, invalid("", fmt.Sprintf("The body must be one JSON object; it stops being JSON at byte %d.", syntax.Offset))
		}
		return nil, invalid("", "The body must be one JSON object.")
	}
	// From here on the syntax is known to be right, and a walk over the tokens
	// can only fail on what is checked.
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, invalid("", "The body must be one JSON object.")
	}
	given := make(map[string]bool)
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, invalid("", "The body must be one JSON object.")
		}
		name, _ := token.(string)
		into, known := fields[name]
		if !known {
			return nil, invalid(clip(name), "There is no such field; allowed are "+
				strings.Join(slices.Sorted(maps.Keys(fields)), ", ")+".")
		}
		if given[name] {
			return nil, invalid(name, "The field is given more than once.")
		}
		given[name] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, invalid(name, "The field cannot be read.")
		}
		if err := json.Unmarshal(value, into); err != nil || string(value) == "null" {
			return nil, invalid(name, "The field must be "+kindOf(into)+".")
		}
	}
	return given, nil
}

func kindOf(into any) string {
	if _, ok := into.(*int); ok {
		return "a whole number"
	}
	return "a string"
}

// clip shortens what a caller sent before it is sent back.
func clip(s string) string {
	runes := []rune(s)
	if len(runes) > 64 {
		return string(runes[:64]) + "…"
	}
	return s
}

// mediaType returns the body's type without parameters, and its charset, both
// in lower case.
func mediaType(contentType string) (media, charset string, err error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", "", unsupported("The Content-Type cannot be read.")
	}
	return media, strings.ToLower(params["charset"]), nil
}

func requireJSON(r *http.Request) error {
	media, charset, err := mediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" || charset != "" && charset != "utf-8" {
		return unsupported("The Content-Type must be application/json, in UTF-8.")
	}
	return nil
}

// query returns the parameters of a request, each of which must be allowed and
// be given once.
func query(r *http.Request, allowed ...string) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalid("", "The query string cannot be read.")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(allowed, name) {
			detail := "There is no such parameter; this address takes none."
			if len(allowed) > 0 {
				detail = "There is no such parameter; allowed are " + strings.Join(allowed, ", ") + "."
			}
			return nil, invalid(clip(name), detail)
		}
		if len(values[name]) > 1 {
			return nil, invalid(name, "The parameter is given more than once.")
		}
	}
	return values, nil
}

func checkLimit(n, most int) error {
	if n < 1 || n > most {
		return invalid("limit", fmt.Sprintf("The limit must be between 1 and %d.", most))
	}
	return nil
}

// limitParameter reads ?limit=, which may be missing.
func limitParameter(values url.Values, otherwise, most int) (int, error) {
	if !values.Has("limit") {
		return otherwise, nil
	}
	n, err := strconv.Atoi(values.Get("limit"))
	if err != nil {
		n = 0 // out of range, so that the message names the range
	}
	return n, checkLimit(n, most)
}

// maxName is the length of a document's URI and title, in bytes.
const maxName = 1024

// checkName checks a URI or title. It is shown to people and kept, and is never
// opened, so that all it must be is short and printable.
func checkName(field, name string) error {
	switch {
	case len(name) > maxName:
		return invalid(field, fmt.Sprintf("The %s may have up to %d bytes.", field, maxName))
	case !utf8.ValidString(name):
		return invalid(field, fmt.Sprintf("The %s must be UTF-8.", field))
	case strings.ContainsFunc(name, unicode.IsControl):
		return invalid(field, fmt.Sprintf("The %s must have no control characters.", field))
	}
	return nil
}

func checkURI(uri string) error {
	if strings.TrimSpace(uri) == "" {
		return invalid("uri", "The document needs a uri, the name it is kept under.")
	}
	return checkName("uri", uri)
}
