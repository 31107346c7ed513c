package store

import (
	"errors"
	"reflect"
	"testing"

	"github.com/naru-rag/naru/rag"
)

var spanLists = [][]rag.SourceSpan{
	nil,
	{{Start: 0, End: 5, From: 0, To: 5}},
	{{Start: 10, End: 15, From: 1 << 40, To: 1<<40 + 5}, {Start: 15, End: 40, From: 7, To: 9}, {Start: 50, End: 50, From: 9, To: 9}},
}

func TestSpansRoundTrip(t *testing.T) {
	for _, spans := range spanLists {
		got, err := unpackSpans(packSpans(spans))
		if err != nil || !reflect.DeepEqual(got, spans) {
			t.Errorf("%v comes back as %v, %v", spans, got, err)
		}
	}
}

func TestMalformedSpans(t *testing.T) {
	whole := packSpans(spanLists[2])
	for _, packed := range []string{"!", "A", whole[:3], whole + "A", "AAA=", "////////////////"} {
		if spans, err := unpackSpans(packed); !errors.Is(err, errSpans) {
			t.Errorf("%q is read as %v, %v", packed, spans, err)
		}
	}
}

func FuzzUnpackSpans(f *testing.F) {
	for _, spans := range spanLists {
		f.Add(packSpans(spans))
	}
	f.Fuzz(func(t *testing.T, packed string) {
		spans, err := unpackSpans(packed)
		if err != nil {
			return
		}
		again, err := unpackSpans(packSpans(spans))
		if err != nil || !reflect.DeepEqual(again, spans) {
			t.Errorf("%v comes back as %v, %v", spans, again, err)
		}
	})
}
