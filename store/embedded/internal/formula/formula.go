package formula

import (
	"math"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// Formula is a compiled formula.
type Formula struct {
	root         expression
	needsPayload bool
}

// Point is what a formula may ask about a point.
type Point struct {
	Key       pointid.Key
	Payload   map[string]*qdrant.Value // may be nil if not NeedsPayload
	HasVector func(name string) bool   // used by has_vector conditions only

	// Scores and Found are parallel, one for each prefetch in the order of the
	// request: Scores[i] counts where Found[i]. A formula may name prefetches
	// that do not exist, which have found nothing.
	Scores []float32
	Found  []bool
}

// expression is a node of a compiled formula.
type expression interface {
	eval(p *Point) (float64, error)
}

// Score computes the score of a point. Where the payload and the formula's
// defaults lack a value, or have one of the wrong type, and where a result is
// not a finite float32, it returns InvalidArgument, as Qdrant does for the whole
// request.
func (f *Formula) Score(p Point) (float32, error) {
	score, err := f.root.eval(&p)
	if err != nil {
		return 0, err
	}
	rounded := float32(score)
	if !finite(float64(rounded)) {
		return 0, notFinite("the score", score)
	}
	return rounded, nil
}

// NeedsPayload reports whether a score may depend on the payload.
func (f *Formula) NeedsPayload() bool { return f.needsPayload }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func notFinite(what string, value float64) error {
	return status.Errorf(codes.InvalidArgument,
		"formula: %s is %v, which is not a finite 32-bit number", what, value)
}
