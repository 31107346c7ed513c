package payload_test

import (
	"fmt"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

func ExamplePath_Any() {
	p, err := payload.Parse("pages[].words")
	if err != nil {
		fmt.Println(err)
		return
	}
	document := qdrant.NewValueMap(map[string]any{"pages": []any{
		map[string]any{"words": []any{"to", "be"}}, map[string]any{"words": "or"},
	}})
	p.Any(document, func(v *qdrant.Value) bool {
		fmt.Println(v.GetStringValue())
		return false // go on
	})
	// Output:
	// to
	// be
	// or
}

func ExampleMerge() {
	old := qdrant.NewValueMap(map[string]any{"page": map[string]any{"title": "Old", "draft": true}})
	patch := qdrant.NewValueMap(map[string]any{"title": "New", "draft": nil})
	merged, err := payload.Merge(old, patch, "page")
	fmt.Println(merged["page"].GetStructValue().GetFields()["title"].GetStringValue(), len(merged["page"].GetStructValue().GetFields()), err)
	// Output: New 1 <nil>
}
