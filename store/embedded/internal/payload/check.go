package payload

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// MaxDepth is how many arrays and objects of a payload may lie inside each
// other, the payload itself not counted. Qdrant reads stored payloads with a
// JSON parser that stops at 128 levels; protobuf-go decodes 10,000 messages
// deep, of which a level takes up to three.
const MaxDepth = 127

// Check refuses what JSON, and so Qdrant, cannot hold: numbers that are not
// finite, text that is not UTF-8, and values nested deeper than [MaxDepth]. The
// error is an InvalidArgument status that names the key.
func Check(payload map[string]*qdrant.Value) error {
	for name, v := range payload {
		if !utf8.ValidString(name) {
			return invalid("payload key %.200q is not valid UTF-8", name)
		}
		if problem := check(v, MaxDepth); problem != "" {
			return invalid("payload key %.200q %s", name, problem)
		}
	}
	return nil
}

// check returns what is wrong with v, or nothing; depth is how many more levels
// it may have.
func check(v *qdrant.Value, depth int) string {
	switch k := v.GetKind().(type) {
	case *qdrant.Value_DoubleValue:
		if math.IsNaN(k.DoubleValue) || math.IsInf(k.DoubleValue, 0) {
			return "holds a number that is not finite"
		}
	case *qdrant.Value_StringValue:
		if !utf8.ValidString(k.StringValue) {
			return "holds text that is not valid UTF-8"
		}
	case *qdrant.Value_ListValue:
		if depth == 0 {
			return tooDeep
		}
		for _, element := range k.ListValue.GetValues() {
			if problem := check(element, depth-1); problem != "" {
				return problem
			}
		}
	case *qdrant.Value_StructValue:
		if depth == 0 {
			return tooDeep
		}
		for name, field := range k.StructValue.GetFields() {
			if !utf8.ValidString(name) {
				return "holds a field name that is not valid UTF-8"
			}
			if problem := check(field, depth-1); problem != "" {
				return problem
			}
		}
	}
	return ""
}

var tooDeep = fmt.Sprintf("is nested deeper than %d levels", MaxDepth)

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}
