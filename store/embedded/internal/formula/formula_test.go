package formula_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded/internal/formula"
)

func TestCompileNamesThePart(t *testing.T) {
	one, empty := qdrant.NewExpressionConstant(1), &qdrant.Expression{}
	list := qdrant.NewValueList(&qdrant.ListValue{Values: []*qdrant.Value{qdrant.NewValueDouble(math.Inf(1))}})
	object := qdrant.NewValueStruct(&qdrant.Struct{Fields: map[string]*qdrant.Value{"x": qdrant.NewValueDouble(math.NaN())}})
	defaults := func(name string, v *qdrant.Value) *qdrant.Formula {
		return &qdrant.Formula{Expression: one, Defaults: map[string]*qdrant.Value{name: v}}
	}
	of := func(e *qdrant.Expression) *qdrant.Formula { return &qdrant.Formula{Expression: e} }
	deep := one
	for range formula.MaxDepth {
		deep = qdrant.NewExpressionNeg(deep)
	}
	for part, f := range map[string]*qdrant.Formula{
		"formula.expression:":                              nil,
		"formula.expression: the expression is empty":      of(empty),
		"formula.expression.neg:":                          of(qdrant.NewExpressionNeg(nil)),
		"formula.expression.sum[1].div.left:":              of(qdrant.NewExpressionSum(&qdrant.SumExpression{Sum: []*qdrant.Expression{one, qdrant.NewExpressionDiv(&qdrant.DivExpression{Right: one})}})),
		"formula.expression.div.right:":                    of(qdrant.NewExpressionDiv(&qdrant.DivExpression{Left: one})),
		"formula.expression.mult[0]:":                      of(qdrant.NewExpressionMult(&qdrant.MultExpression{Mult: []*qdrant.Expression{nil}})),
		"formula.expression.pow.base:":                     of(qdrant.NewExpressionPow(&qdrant.PowExpression{Exponent: one})),
		"formula.expression.pow.exponent:":                 of(qdrant.NewExpressionPow(&qdrant.PowExpression{Base: one})),
		"formula.expression.exp_decay.x:":                  of(qdrant.NewExpressionExpDecay(&qdrant.DecayParamsExpression{})),
		"formula.expression.lin_decay.target.variable:":    of(qdrant.NewExpressionLinDecay(&qdrant.DecayParamsExpression{X: one, Target: qdrant.NewExpressionVariable("$x")})),
		"formula.expression.lin_decay.midpoint:":           of(qdrant.NewExpressionLinDecay(&qdrant.DecayParamsExpression{X: one, Midpoint: qdrant.PtrOf(float32(2))})),
		"formula.expression.gauss_decay.scale:":            of(qdrant.NewExpressionGaussDecay(&qdrant.DecayParamsExpression{X: one, Scale: qdrant.PtrOf(float32(0))})),
		"formula.expression.geo_distance.origin:":          of(qdrant.NewExpressionGeoDistance(&qdrant.GeoDistance{To: "a"})),
		"formula.expression.geo_distance.to:":              of(qdrant.NewExpressionGeoDistance(&qdrant.GeoDistance{Origin: &qdrant.GeoPoint{}, To: "a["})),
		"formula.expression.datetime:":                     of(qdrant.NewExpressionDatetime("soon")),
		"formula.expression.datetime_key:":                 of(qdrant.NewExpressionDatetimeKey("")),
		"formula.expression.condition:":                    of(qdrant.NewExpressionCondition(&qdrant.Condition{})),
		`formula.defaults["$x"]:`:                          defaults("$x", qdrant.NewValueInt(1)),
		`formula.defaults["a"]: payload key "a" holds`:     defaults("a", list),
		`formula.defaults["b"]: payload key "b" holds`:     defaults("b", object),
		`formula.defaults["$score[0]"]: another default`:   {Expression: one, Defaults: map[string]*qdrant.Value{"$score": nil, "$score[0]": nil}},
		`formula.defaults["a"]: another default`:           {Expression: one, Defaults: map[string]*qdrant.Value{`"a"`: nil, "a": nil}},
		strings.Repeat(".neg", formula.MaxDepth) + ": exp": of(deep),
	} {
		_, err := formula.Compile(f)
		if status.Code(err) != codes.InvalidArgument || !strings.Contains(status.Convert(err).Message(), part) {
			t.Errorf("%s: %v", part, err)
		}
	}
	if _, err := formula.Compile(of(deep.GetNeg())); err != nil {
		t.Errorf("as deep as allowed: %v", err)
	}
}

// Max, min and acosh came to Qdrant after this client.
func TestUnknownKindsAreUnimplemented(t *testing.T) {
	unknown := protowire.AppendTag(nil, 1000, protowire.BytesType)
	unknown = protowire.AppendBytes(unknown, nil)
	expression, condition := &qdrant.Expression{}, &qdrant.Condition{}
	for _, m := range []proto.Message{expression, condition} {
		if err := proto.Unmarshal(unknown, m); err != nil {
			t.Fatal(err)
		}
	}
	for part, e := range map[string]*qdrant.Expression{
		"formula.expression.neg.sqrt:":      qdrant.NewExpressionNeg(qdrant.NewExpressionSqrt(expression)),
		"formula.expression.neg.condition:": qdrant.NewExpressionNeg(qdrant.NewExpressionCondition(condition)),
	} {
		_, err := formula.Compile(&qdrant.Formula{Expression: e})
		if status.Code(err) != codes.Unimplemented || !strings.Contains(status.Convert(err).Message(), part) {
			t.Errorf("%s %v", part, err)
		}
	}
}

func TestScoreNamesPointAndKey(t *testing.T) {
	f, err := formula.Compile(&qdrant.Formula{Expression: qdrant.NewExpressionVariable("views.today")})
	if err != nil {
		t.Fatal(err)
	}
	for name, payload := range map[string]map[string]*qdrant.Value{
		"nothing there": nil,
		"a text":        qdrant.NewValueMap(map[string]any{"views": map[string]any{"today": "many"}}),
	} {
		_, err := f.Score(formula.Point{Key: key(17), Payload: payload})
		if message := status.Convert(err).Message(); status.Code(err) != codes.InvalidArgument ||
			!strings.Contains(message, "17") || !strings.Contains(message, `"views.today"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNeedsPayload(t *testing.T) {
	for name, test := range map[string]struct {
		e    *qdrant.Expression
		want bool
	}{
		"score":        {qdrant.NewExpressionVariable("$score"), false},
		"time":         {qdrant.NewExpressionDatetime("2026-01-01"), false},
		"key":          {qdrant.NewExpressionNeg(qdrant.NewExpressionVariable("a")), true},
		"datetime_key": {qdrant.NewExpressionDatetimeKey("a"), true},
		"geo_distance": {qdrant.NewExpressionGeoDistance(&qdrant.GeoDistance{Origin: &qdrant.GeoPoint{}, To: "a"}), true},
		"has_id":       {qdrant.NewExpressionCondition(qdrant.NewHasID(qdrant.NewIDNum(1))), false},
		"condition":    {qdrant.NewExpressionCondition(qdrant.NewMatch("a", "b")), true},
	} {
		f, err := formula.Compile(&qdrant.Formula{Expression: test.e})
		if err != nil {
			t.Fatal(name, err)
		}
		if f.NeedsPayload() != test.want {
			t.Errorf("%s: %v", name, f.NeedsPayload())
		}
	}
}

// A logarithm that is almost a whole number would miss the short cut that Qdrant
// takes here, a product with 0.
func TestLog10IsExactAtPowersOfTen(t *testing.T) {
	for n := -37; n <= 38; n++ {
		f, err := formula.Compile(&qdrant.Formula{Expression: qdrant.NewExpressionMult(&qdrant.MultExpression{Mult: []*qdrant.Expression{
			qdrant.NewExpressionSum(&qdrant.SumExpression{Sum: []*qdrant.Expression{
				qdrant.NewExpressionLog10(qdrant.NewExpressionVariable("a")), qdrant.NewExpressionConstant(float32(-n)),
			}}),
			qdrant.NewExpressionVariable("missing"),
		}})})
		if err != nil {
			t.Fatal(err)
		}
		payload := map[string]*qdrant.Value{"a": qdrant.NewValueDouble(math.Pow10(n))}
		if score, err := f.Score(formula.Point{Payload: payload}); score != 0 || err != nil {
			t.Errorf("log10(1e%d): %v, %v", n, score, err)
		}
	}
}

// FuzzScore feeds messages off the wire: neither reading nor scoring may panic,
// refusals have Qdrant's codes, scores are finite and repeat.
func FuzzScore(f *testing.F) {
	data, err := os.ReadFile("testdata/edge.json")
	if err != nil {
		f.Fatal(err)
	}
	var rows []edgeRow
	if err := json.Unmarshal(data, &rows); err != nil {
		f.Fatal(err)
	}
	for i := 0; i < len(rows); i += 7 {
		e := &qdrant.Expression{}
		if err := protojson.Unmarshal(rows[i].Formula, e); err != nil {
			f.Fatal(err)
		}
		message, err := proto.Marshal(&qdrant.Formula{Expression: e, Defaults: values(rows[i].Defaults)})
		if err != nil {
			f.Fatal(err)
		}
		payload, err := proto.Marshal(&qdrant.Struct{Fields: values(rows[i].Payload)})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(message, payload, float32(0.5))
	}
	f.Fuzz(func(t *testing.T, message, payload []byte, score float32) {
		asked, holds := &qdrant.Formula{}, &qdrant.Struct{}
		if proto.Unmarshal(message, asked) != nil || proto.Unmarshal(payload, holds) != nil {
			t.Skip()
		}
		compiled, err := formula.Compile(asked)
		if err != nil {
			if code := status.Code(err); code != codes.InvalidArgument && code != codes.Unimplemented {
				t.Fatal(err)
			}
			return
		}
		point := formula.Point{
			Payload:   holds.GetFields(),
			HasVector: func(string) bool { return true },
			Scores:    []float32{score, 1},
			Found:     []bool{true, false},
		}
		got, err := compiled.Score(point)
		again, _ := compiled.Score(point)
		if got != again || math.IsNaN(float64(got)) || math.IsInf(float64(got), 0) {
			t.Fatalf("scores %v and %v", got, again)
		}
		if err != nil && status.Code(err) != codes.InvalidArgument {
			t.Fatal(err)
		}
	})
}
