package extract_test

import (
	"testing"

	"github.com/naru-rag/naru/indexer/extract"
)

// fuzz checks that whatever is read keeps its promises, and that nothing
// panics.
func fuzz(f *testing.F, name string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	for _, s := range sentences {
		f.Add(encode(f, s.encoding, s.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := extract.Extract(name, "", data, extract.Options{})
		if err == nil {
			check(t, data, r)
		}
	})
}

func FuzzText(f *testing.F) {
	fuzz(f, "a.txt", "", "a\r\n\r\nb\fc", "\xFF\xFEa\x00", "a\x00b\xFFc", "\x1B$B%J%k\x1B(B", "\xEF\xBB\xBFa")
}

func FuzzMarkdown(f *testing.F) {
	fuzz(f, "a.md", "---\ntitle: a\n---\n# b *c*\n\n- d\n  - e\n\n|f|g|\n|-|-|\n|h|`i\\|j`|\n", "> <p>a\n> b &amp; \\* <br> <https://c.d>\n\n```\ne\n```\n",
		"<div>\na\n\n</div>\n![b](c \"d\") [e][f]\n\n[f]: g", "\ta\r\n\tb\r\n\r\n1. c\r\n\r\n       d")
}

func FuzzHTML(f *testing.F) {
	fuzz(f, "a.html", "<!doctype html><html lang=ko><meta charset=euc-kr><title>a</title><body><h1>b</h1><p>c &amp; d<br>e<ul><li>f<ol><li>g</ul><pre>\nh\r\n</pre>",
		"<table><tr><th>a<td><p>b<table><td>c</table></table><nav>d<p hidden>e<img alt=f>", "<ruby>a<rt>b</ruby>&shy;\u00AD&#10;&nbsp;<![CDATA[c]]><?d?><svg/><x")
}

// FuzzEncoding reads with an encoding that is given, fit or not.
func FuzzEncoding(f *testing.F) {
	for _, s := range sentences {
		f.Add(s.encoding, encode(f, s.encoding, s.text))
	}
	f.Fuzz(func(t *testing.T, encoding string, data []byte) {
		r, err := extract.Extract("a.txt", "", data, extract.Options{Encoding: encoding})
		if err == nil {
			check(t, data, r)
		}
	})
}
