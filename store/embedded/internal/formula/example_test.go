package formula_test

import (
	"fmt"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded/internal/formula"
)

// Half a point more for what is pinned, and up to one for what is fresh.
func Example() {
	f, err := formula.Compile(&qdrant.Formula{
		Expression: qdrant.NewExpressionSum(&qdrant.SumExpression{Sum: []*qdrant.Expression{
			qdrant.NewExpressionVariable("$score"),
			qdrant.NewExpressionMult(&qdrant.MultExpression{Mult: []*qdrant.Expression{
				qdrant.NewExpressionConstant(0.5),
				qdrant.NewExpressionCondition(qdrant.NewMatchBool("pinned", true)),
			}}),
			qdrant.NewExpressionExpDecay(&qdrant.DecayParamsExpression{
				X:      qdrant.NewExpressionDatetimeKey("changed"),
				Target: qdrant.NewExpressionDatetime("2026-03-11T00:00:00Z"),
				Scale:  qdrant.PtrOf(float32(86400)), // half of it a day later
			}),
		}}),
		Defaults: qdrant.NewValueMap(map[string]any{"changed": "1970-01-01"}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	score, err := f.Score(formula.Point{
		Payload: qdrant.NewValueMap(map[string]any{"changed": "2026-03-10", "pinned": true}),
		Scores:  []float32{0.25},
		Found:   []bool{true},
	})
	fmt.Println(score, err)

	_, err = f.Score(formula.Point{
		Payload: qdrant.NewValueMap(map[string]any{"changed": "yesterday"}),
	})
	fmt.Println(status.Code(err)) // the message names the point and the key
	// Output:
	// 1.25 <nil>
	// InvalidArgument
}
