package ingest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/indexer"
)

// refusal is what is wrong with a document, as the caller reads it.
type refusal struct{ reason string }

func (r *refusal) Error() string { return r.reason }

func refuse(format string, args ...any) error { return &refusal{fmt.Sprintf(format, args...)} }

// readEvent takes the documents out of an event. What they say is read one by one,
// so that one that is wrong does not keep the others out.
func readEvent(event json.RawMessage) ([]json.RawMessage, error) {
	if !utf8.Valid(event) {
		return nil, awslambda.InvalidEvent("the event must be in UTF-8")
	}
	fields, err := members(event, "documents")
	if err != nil {
		return nil, awslambda.InvalidEvent("the event %v", err)
	}
	list := fields["documents"]
	var all []json.RawMessage
	if list == nil || json.Unmarshal(list, &all) != nil || len(all) == 0 {
		return nil, awslambda.InvalidEvent(`the event has no documents: it must be {"documents": [{"uri": "…", "text": "…"}, {"path": "…"}]}`)
	}
	return all, nil
}

// members reads a JSON object more strictly than encoding/json does: names count
// exactly, and none may be unknown or repeated.
func members(object json.RawMessage, known ...string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("must be an object")
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, errors.New("must be an object")
		}
		name, _ := token.(string)
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("has the field %.64q, which is not known; known are %s", name, strings.Join(known, ", "))
		}
		if fields[name] != nil {
			return nil, fmt.Errorf("has the field %s more than once", name)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errors.New("must be an object")
		}
		fields[name] = value
	}
	return fields, nil
}

// document is what an event says of one document: either a path, or an upload.
type document struct {
	path   string
	upload indexer.Upload
}

// readDocument reads one document of an event. Where that fails the document says
// what is known of it.
func readDocument(raw json.RawMessage) (document, error) {
	fields, err := members(raw, "uri", "text", "data", "media_type", "title", "path")
	if err != nil {
		return document{}, refuse("it %v", err)
	}
	texts := map[string]string{}
	for name, value := range fields {
		var text *string
		if json.Unmarshal(value, &text) != nil || text == nil {
			return document{}, refuse("its %s must be a string", name)
		}
		texts[name] = *text
	}
	if path, ok := texts["path"]; ok {
		d := document{path: path}
		if len(texts) > 1 {
			return d, refuse("it has a path and other fields: a path goes alone")
		}
		return d, checkName("path", path)
	}
	d := document{upload: indexer.Upload{
		URI: strings.TrimSpace(texts["uri"]), Title: strings.TrimSpace(texts["title"]), MediaType: texts["media_type"],
	}}
	if err := checkName("uri", d.upload.URI); err != nil {
		return document{}, err // a name that cannot be shown is not said again
	}
	if _, ok := texts["title"]; ok {
		if err := checkName("title", d.upload.Title); err != nil {
			return d, err
		}
	}
	return d, d.content(texts)
}

// content takes the bytes of an upload from one of text and data.
func (d *document) content(texts map[string]string) error {
	text, isText := texts["text"]
	data, isData := texts["data"]
	switch {
	case isText == isData:
		return refuse("it must have one of text and data")
	case isText:
		d.upload.Data = []byte(text)
		// JSON has decoded it: whatever the file was in, this is UTF-8.
		if essence, params, err := mime.ParseMediaType(d.upload.MediaType); err == nil {
			params["charset"] = "utf-8"
			d.upload.MediaType = mime.FormatMediaType(essence, params)
		}
	default:
		decoded, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return refuse("its data is not base64")
		}
		d.upload.Data = decoded
	}
	if len(d.upload.Data) == 0 {
		return refuse("it is empty")
	}
	return nil
}

// maxName is the length of a uri, title or path, in bytes.
const maxName = 1024

// checkName checks what is shown to people and kept.
func checkName(field, name string) error {
	switch {
	case name == "":
		return refuse("its %s is missing or empty", field)
	case len(name) > maxName:
		return refuse("its %s has %d bytes; it may have up to %d", field, len(name), maxName)
	case strings.ContainsFunc(name, unicode.IsControl):
		return refuse("its %s has control characters", field)
	}
	return nil
}
