package extract_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
)

func TestMap(t *testing.T) {
	for _, c := range []struct {
		name, file, encoding, input string
		find                        string
		want                        []rag.SourceSpan
		verbatim                    bool
	}{
		{"UTF-8 is one span", "a.txt", "UTF-8", "하나 two\n\n셋", "", []rag.SourceSpan{{Start: 0, End: 15, From: 0, To: 15}}, true},
		{"inside", "a.txt", "UTF-8", "하나 two", "two", []rag.SourceSpan{{Start: 7, End: 10, From: 7, To: 10}}, true},
		{"EUC-KR", "a.txt", "EUC-KR", "배가 오지 않는다", "오지", []rag.SourceSpan{{Start: 7, End: 13, From: 5, To: 9}}, true},
		{"UTF-16", "a.txt", "UTF-16LE", "배가 오지 않는다", "오지", []rag.SourceSpan{{Start: 7, End: 13, From: 6, To: 10}}, true},
		{"an entity", "a.html", "UTF-8", "<p>a&lt;b", "<", []rag.SourceSpan{{Start: 1, End: 2, From: 4, To: 8}}, false},
		{"emphasis", "a.md", "UTF-8", "a **bc** d", "bc", []rag.SourceSpan{{Start: 2, End: 4, From: 4, To: 6}}, true},
		{"cells", "a.md", "UTF-8", "|a|b|\n|-|-|\n", "a | b", []rag.SourceSpan{{Start: 0, End: 1, From: 1, To: 2}, {Start: 4, End: 5, From: 3, To: 4}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := encode(t, c.encoding, c.input)
			r := mustExtract(t, c.file, data)
			start := strings.Index(r.Text, c.find)
			end := start + len(c.find)
			if c.find == "" {
				end = len(r.Text)
			}
			if got := r.Map.Source(start, end); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if got := r.Map.Verbatim(start, end); got != c.verbatim {
				t.Errorf("verbatim %v", got)
			}
		})
	}
}

func TestMapOutsideTheText(t *testing.T) {
	r := mustExtract(t, "a.txt", []byte("abc"))
	for _, c := range []struct{ start, end int }{{3, 4}, {2, 1}, {-2, 0}, {5, 9}} {
		if got := r.Map.Source(c.start, c.end); got != nil {
			t.Errorf("%v: %v", c, got)
		}
		if r.Map.Verbatim(c.start, c.end) {
			t.Errorf("%v is verbatim", c)
		}
	}
	want := []rag.SourceSpan{{Start: 0, End: 3, From: 0, To: 3}}
	if got := r.Map.Source(-1, 9); !reflect.DeepEqual(got, want) {
		t.Errorf("cut off: %v", got)
	}
	if (extract.Map{}).Source(0, 1) != nil {
		t.Error("the zero map has spans")
	}
}

func TestMapInEveryEncoding(t *testing.T) {
	for _, s := range sentences {
		for _, file := range []string{"a.txt", "a.md", "a.html"} {
			input := "<h1>A &amp; b</h1>\r\n\r\n* " + s.text + "\r\n* " + s.text
			mustExtract(t, file, encode(t, s.encoding, input))
		}
	}
}
