package filter_test

import (
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded/internal/filter"
)

func ExampleCompile() {
	f, err := filter.Compile(&qdrant.Filter{
		Must:    []*qdrant.Condition{qdrant.NewMatchKeyword("tenant", "acme")},
		MustNot: []*qdrant.Condition{qdrant.NewRange("pages[].number", &qdrant.Range{Gt: proto.Float64(10)})},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, last := range []int{9, 12} {
		fmt.Println(f.Matches(filter.Subject{Payload: qdrant.NewValueMap(map[string]any{
			"tenant": "acme", "pages": []any{map[string]any{"number": 1}, map[string]any{"number": last}},
		})}))
	}
	// Output:
	// true
	// false
}
