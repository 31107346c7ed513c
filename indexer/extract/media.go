package extract

import (
	"bytes"
	"fmt"
	"mime"
	"path"
	"strings"
)

type format uint8

const (
	formatText format = iota
	formatMarkdown
	formatHTML
)

// extensions are the file name extensions that are read, and as what.
var extensions = map[string]string{
	".txt":      "text/plain",
	".text":     "text/plain",
	".md":       "text/markdown",
	".markdown": "text/markdown",
	".html":     "text/html",
	".htm":      "text/html",
	".xhtml":    "application/xhtml+xml",
}

// formats are the media types that are read.
var formats = map[string]format{
	"text/plain":            formatText,
	"text/markdown":         formatMarkdown,
	"text/x-markdown":       formatMarkdown,
	"text/html":             formatHTML,
	"application/xhtml+xml": formatHTML,
}

// MediaType gives the media type of a file name by its extension, in any case
// of letters. It reports false for what [Extract] does not read by name.
func MediaType(name string) (string, bool) {
	t, ok := extensions[strings.ToLower(path.Ext(name))]
	return t, ok
}

// formatOf decides how to read, and returns the charset parameter if there is
// one. The media type comes first because a server's answer knows better than
// the last part of an address; "application/octet-stream" says nothing.
func formatOf(name, mediaType string, data []byte) (format, string, error) {
	var charset string
	if mediaType != "" {
		essence, params, err := mime.ParseMediaType(mediaType)
		if err != nil {
			// Parameters are often malformed; the type before them seldom is.
			essence, _, _ = strings.Cut(mediaType, ";")
			essence = strings.ToLower(strings.TrimSpace(essence))
		}
		charset = params["charset"]
		if f, ok := formats[essence]; ok {
			return f, charset, nil
		}
		if essence != "application/octet-stream" {
			return 0, "", fmt.Errorf("%w: media type %q; text, Markdown and HTML can be read", ErrUnsupported, mediaType)
		}
	}
	if t, ok := MediaType(name); ok {
		return formats[t], charset, nil
	}
	if looksHTML(data) {
		return formatHTML, charset, nil
	}
	return formatText, charset, nil
}

// looksHTML tells whether a document begins as HTML does. Encodings in which
// ASCII is not one byte a letter are told apart later; a document without name
// and type in one of them is read as text.
func looksHTML(data []byte) bool {
	head := bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	head = bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 1024)], " \t\r\n\f"))
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(head, []byte(start)) {
			return true
		}
	}
	return false
}

// magics are the first bytes of formats that people put beside their texts.
var magics = []struct{ start, what string }{
	{"%PDF-", "a PDF"},
	{"PK\x03\x04", "a ZIP archive or an office document (docx, xlsx, pptx, hwpx, odt, epub)"},
	{"PK\x05\x06", "an empty ZIP archive"},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an older office document (doc, xls, ppt, hwp)"},
	{"\x89PNG\r\n\x1A\n", "a PNG image"},
	{"\xFF\xD8\xFF", "a JPEG image"},
	{"GIF87a", "a GIF image"},
	{"GIF89a", "a GIF image"},
	{"II*\x00", "a TIFF image"},
	{"MM\x00*", "a TIFF image"},
	{"RIFF", "a media file (RIFF)"},
	{"\x1F\x8B\x08", "compressed with gzip"},
	{"BZh91AY&SY", "compressed with bzip2"},
	{"\xFD7zXZ\x00", "compressed with xz"},
	{"\x28\xB5\x2F\xFD", "compressed with zstd"},
	{"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"},
	{"\x7FELF", "a program"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"{\\rtf1", "a rich text document (rtf)"},
}

// magic names the format that the first bytes announce, or returns "". Starts
// that are all letters could begin a text too, so they must be followed by
// bytes that are none.
func magic(data []byte) string {
	for _, m := range magics {
		if !bytes.HasPrefix(data, []byte(m.start)) {
			continue
		}
		switch m.start {
		case "RIFF", "GIF87a", "GIF89a":
			rest := data[len(m.start):min(len(data), 32)]
			if !bytes.ContainsFunc(rest, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) {
				continue
			}
		case "%PDF-":
			if len(data) < 6 || data[5] < '0' || data[5] > '9' {
				continue
			}
		}
		return m.what
	}
	return ""
}
