package extract

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// maxDeclaration is where a charset may be declared, in bytes. Browsers look at
// the first 1024; documents with long comments at the top mean it all the same.
const maxDeclaration = 8 << 10

// declaredCharset finds the encoding that HTML declares for itself, in a
// <meta> element or in the XML declaration, or returns "".
func declaredCharset(data []byte) string {
	head := data[:min(len(data), maxDeclaration)]
	z := html.NewTokenizer(bytes.NewReader(head))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.CommentToken:
			// "<?xml …?>" is a comment to an HTML tokenizer.
			if label := parameter(string(z.Text()), "encoding"); label != "" {
				return label
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tag, more := z.TagName()
			if string(tag) == "body" {
				return ""
			}
			if string(tag) != "meta" {
				continue
			}
			a := attributes{}
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				a.set(string(key), value)
			}
			if a.charset != "" {
				return a.charset
			}
			if a.httpEquiv == "content-type" {
				if label := parameter(a.content, "charset"); label != "" {
					return label
				}
			}
		}
	}
}

// parameter finds the value of name=value.
func parameter(s, name string) string {
	_, rest, found := strings.Cut(strings.ToLower(s), name)
	rest = strings.TrimLeft(rest, " \t")
	if !found || !strings.HasPrefix(rest, "=") {
		return ""
	}
	rest = strings.TrimLeft(rest[1:], ` "'`)
	if end := strings.IndexAny(rest, " ;\"'?>"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}
