package filter_test

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/naru-rag/naru/store/embedded/internal/filter"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// edgeTable is testdata/conditions.json; edge.py tells how it was made.
type edgeTable struct {
	Points []struct {
		UUID    string         `json:"uuid"`
		Payload map[string]any `json:"payload"`
		Vectors []string       `json:"vectors"`
	} `json:"points"`
	Rows []struct {
		Filter json.RawMessage `json:"filter"`
		Want   *string         `json:"want"` // missing: refused
	} `json:"rows"`
}

func TestMatchesAsQdrantsEngine(t *testing.T) {
	data, err := os.ReadFile("testdata/conditions.json")
	if err != nil {
		t.Fatal(err)
	}
	var table edgeTable
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber() // 1 is an integer, and 1.0 a double
	if err := decoder.Decode(&table); err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) < 500 {
		t.Fatalf("only %d rows", len(table.Rows))
	}
	var subjects []filter.Subject
	for i, p := range table.Points {
		id := qdrant.NewIDNum(uint64(i + 1))
		if p.UUID != "" {
			id = qdrant.NewIDUUID(p.UUID)
		}
		key, err := pointid.Parse(id)
		if err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, filter.Subject{
			Key: key, Payload: values(p.Payload), HasVector: func(name string) bool { return slices.Contains(p.Vectors, name) },
		})
	}
	for _, row := range table.Rows {
		message := &qdrant.Filter{}
		if err := protojson.Unmarshal(row.Filter, message); err != nil {
			t.Fatalf("%v in %s", err, row.Filter)
		}
		f, err := filter.Compile(message)
		if (err != nil) != (row.Want == nil) {
			t.Errorf("%v\nof %s", err, row.Filter)
		}
		if err != nil {
			if code := status.Code(err); code != codes.InvalidArgument {
				t.Errorf("code is %v of %s", code, row.Filter)
			}
			continue
		}
		var got []int
		for i, s := range subjects {
			if f.Matches(s) {
				got = append(got, i+1)
			}
		}
		if want := numbers(t, *row.Want); !slices.Equal(got, want) {
			t.Errorf("matching are %v\nof          %v\nby %s", got, want, row.Filter)
		}
	}
}

// numbers reads "2 5-7" as 2, 5, 6 and 7.
func numbers(t *testing.T, text string) []int {
	t.Helper()
	var out []int
	for _, part := range strings.Fields(text) {
		first, last, found := strings.Cut(part, "-")
		if !found {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil {
			t.Fatalf("%q is no list of numbers", text)
		}
		for n := from; n <= to; n++ {
			out = append(out, n)
		}
	}
	return out
}

func values(of map[string]any) map[string]*qdrant.Value {
	out := make(map[string]*qdrant.Value, len(of))
	for name, v := range of {
		out[name] = value(v)
	}
	return out
}

// value reads numbers as Qdrant does: those that are no int64 are doubles.
func value(of any) *qdrant.Value {
	switch v := of.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return qdrant.NewValueInt(n)
		}
		x, err := v.Float64()
		if err != nil {
			panic(err)
		}
		return qdrant.NewValueDouble(x)
	case []any:
		list := make([]*qdrant.Value, len(v))
		for i, element := range v {
			list[i] = value(element)
		}
		return qdrant.NewValueList(&qdrant.ListValue{Values: list})
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
