package formula_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/naru-rag/naru/store/embedded/internal/formula"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// edgeRow is a row of testdata/edge.json; edge.py tells how it was made. The
// n-th row was asked of the point with the id n, counted from 1.
type edgeRow struct {
	Formula  json.RawMessage `json:"formula"`
	Defaults map[string]any  `json:"defaults"`
	Payload  map[string]any  `json:"payload"`
	Scores   []*float32      `json:"scores"` // null: the prefetch did not find the point
	Want     *float32        `json:"want"`
	Refused  string          `json:"refused"` // "compile" or "score"
}

func TestScoresAsQdrantsEngineDoes(t *testing.T) {
	data, err := os.ReadFile("testdata/edge.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []edgeRow
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber() // 1 is an integer, and 1.0 a double
	if err := decoder.Decode(&rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 1000 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			e := &qdrant.Expression{}
			if err := protojson.Unmarshal(row.Formula, e); err != nil {
				t.Fatal(err)
			}
			score, where, err := row.score(e, uint64(i+1))
			if where != row.Refused || err != nil && status.Code(err) != codes.InvalidArgument {
				t.Fatalf("refused %q (%v), Qdrant %q\n%s\ndefaults %v, payload %v", where, err, row.Refused, row.Formula, row.Defaults, row.Payload)
			}
			if row.Want != nil && score != *row.Want {
				t.Errorf("%v, Qdrant %v\n%s\ndefaults %v, payload %v", score, *row.Want, row.Formula, row.Defaults, row.Payload)
			}
		})
	}
}

// score also says at which step an error came up.
func (row edgeRow) score(e *qdrant.Expression, id uint64) (float32, string, error) {
	f, err := formula.Compile(&qdrant.Formula{Expression: e, Defaults: values(row.Defaults)})
	if err != nil {
		return 0, "compile", err
	}
	p := formula.Point{Key: key(id), Payload: values(row.Payload)}
	for _, s := range row.Scores {
		p.Found = append(p.Found, s != nil)
		p.Scores = append(p.Scores, 0)
		if s != nil {
			p.Scores[len(p.Scores)-1] = *s
		}
	}
	p.HasVector = func(name string) bool {
		var i int
		_, err := fmt.Sscanf(name, "v%d", &i)
		return err == nil && i < len(p.Found) && p.Found[i]
	}
	score, err := f.Score(p)
	if err != nil {
		return 0, "score", err
	}
	return score, "", nil
}

func key(id uint64) pointid.Key {
	k, err := pointid.Parse(qdrant.NewIDNum(id))
	if err != nil {
		panic(err)
	}
	return k
}

func values(of map[string]any) map[string]*qdrant.Value {
	out := make(map[string]*qdrant.Value, len(of))
	for name, v := range of {
		out[name] = value(v)
	}
	return out
}

func value(of any) *qdrant.Value {
	switch v := of.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return qdrant.NewValueInt(n)
		}
		n, err := v.Float64()
		if err != nil {
			panic(err)
		}
		return qdrant.NewValueDouble(n)
	case []any:
		list := &qdrant.ListValue{}
		for _, item := range v {
			list.Values = append(list.Values, value(item))
		}
		return qdrant.NewValueList(list)
	case map[string]any:
		return qdrant.NewValueStruct(&qdrant.Struct{Fields: values(v)})
	default:
		out, err := qdrant.NewValue(v)
		if err != nil {
			panic(err)
		}
		return out
	}
}
