package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// Fusion is how what is found by words and by meaning becomes one order.
type Fusion string

const (
	// FusionCalibrated adds signals that mean the same for every question, in this
	// program; see fuse.go. It needs no tuning, and is the best that was measured.
	FusionCalibrated Fusion = "calibrated"
	// FusionRRF has the server add reciprocal ranks.
	FusionRRF Fusion = "rrf"
	// FusionDBSF has the server add scores, each normalised by what its half found.
	FusionDBSF Fusion = "dbsf"
	// FusionFormula has the server add the cosine and a share of the score by words
	// that grows ever more slowly.
	FusionFormula Fusion = "formula"
)

// Fusions are all there are.
var Fusions = []Fusion{FusionCalibrated, FusionRRF, FusionDBSF, FusionFormula}

// CheckFusion returns an error that says what is allowed.
func CheckFusion(f Fusion) error {
	if slices.Contains(Fusions, f) {
		return nil
	}
	names := make([]string, len(Fusions))
	for i, known := range Fusions {
		names[i] = string(known)
	}
	return fmt.Errorf("is %q: must be one of %s", f, strings.Join(names, ", "))
}

// The formula of FusionFormula is cosine + formulaWeight · w/(w+formulaHalf), w
// being the score by words.
const (
	formulaWeight = .3
	formulaHalf   = 40
)

// byServer is a query that brings both halves together on the server.
func (h *halves) byServer(sparse, dense *qdrant.QueryPoints) *qdrant.QueryPoints {
	half := func(q *qdrant.QueryPoints, among ...*qdrant.PrefetchQuery) *qdrant.PrefetchQuery {
		return &qdrant.PrefetchQuery{Prefetch: among, Query: q.Query, Using: q.Using, Filter: q.Filter, Limit: q.Limit}
	}
	q := &qdrant.QueryPoints{Prefetch: []*qdrant.PrefetchQuery{half(sparse), half(dense)}, Filter: h.filter, Limit: proto.Uint64(uint64(h.limit))}
	switch h.fusion {
	case FusionRRF:
		q.Query = qdrant.NewQueryRRF(&qdrant.Rrf{})
	case FusionDBSF:
		q.Query = qdrant.NewQueryFusion(qdrant.Fusion_DBSF)
	case FusionFormula:
		// Each half scores what either found: a passage that only one of them has
		// among its best is not to be taken for one that the other knows nothing of.
		all := 2 * sparse.GetLimit()
		both := []*qdrant.PrefetchQuery{half(sparse), half(dense)}
		q.Prefetch = []*qdrant.PrefetchQuery{half(sparse, both...), half(dense, both...)}
		for _, p := range q.Prefetch {
			p.Limit = &all
		}
		words := qdrant.NewExpressionVariable("$score[0]")
		q.Query = qdrant.NewQueryFormula(&qdrant.Formula{
			Expression: qdrant.NewExpressionSum(&qdrant.SumExpression{Sum: []*qdrant.Expression{
				qdrant.NewExpressionVariable("$score[1]"),
				qdrant.NewExpressionMult(&qdrant.MultExpression{Mult: []*qdrant.Expression{
					qdrant.NewExpressionConstant(formulaWeight),
					qdrant.NewExpressionDiv(&qdrant.DivExpression{
						Left:  words,
						Right: qdrant.NewExpressionSum(&qdrant.SumExpression{Sum: []*qdrant.Expression{words, qdrant.NewExpressionConstant(formulaHalf)}}),
					}),
				}}),
			}}),
			Defaults: map[string]*qdrant.Value{"$score[0]": qdrant.NewValueDouble(0), "$score[1]": qdrant.NewValueDouble(0)},
		})
	}
	return q
}
