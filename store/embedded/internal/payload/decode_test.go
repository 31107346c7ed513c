package payload_test

import (
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// payloadField is the number of a point's payload.
const payloadField = 3

// anyValue draws a value of any kind, a message without one too.
func anyValue(depth int) *rapid.Generator[*qdrant.Value] {
	return rapid.Custom(func(t *rapid.T) *qdrant.Value {
		kinds := 8
		if depth == 0 {
			kinds = 6
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return &qdrant.Value{}
		case 1:
			return qdrant.NewValueNull()
		case 2:
			return qdrant.NewValueDouble(rapid.Float64().Draw(t, "number"))
		case 3:
			return qdrant.NewValueInt(rapid.Int64().Draw(t, "integer"))
		case 4:
			return qdrant.NewValueBool(rapid.Bool().Draw(t, "truth"))
		case 5:
			return qdrant.NewValueString(rapid.String().Draw(t, "text"))
		case 6:
			return qdrant.NewValueStruct(&qdrant.Struct{Fields: rapid.MapOfN(rapid.String(), anyValue(depth-1), 0, 3).Draw(t, "object")})
		default:
			return qdrant.NewValueList(&qdrant.ListValue{Values: rapid.SliceOfN(anyValue(depth-1), 0, 3).Draw(t, "array")})
		}
	})
}

func TestDecodeReadsWhatTheLibraryReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &qdrant.PointStruct{
			Payload: rapid.MapOfN(rapid.String(), anyValue(3), 0, 6).Draw(t, "payload"),
			Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{"v": qdrant.NewVectorSparse([]uint32{1, 2}, []float32{3, 4})}),
		}
		if rapid.Bool().Draw(t, "has an id") {
			p.Id = qdrant.NewIDUUID("d81f1a5e-9d4f-4a8e-8f3c-6f3f4f1d2a10")
		}
		encoded, err := proto.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := payload.Decode(encoded, payloadField)
		if err != nil {
			t.Fatal(err)
		}
		if got := (&qdrant.PointStruct{Id: p.Id, Payload: fields, Vectors: p.Vectors}); !proto.Equal(got, p) {
			t.Fatalf("decoded %v\nwant %v", got, p)
		}
	})
}

// FuzzDecode hands it bytes that are no payload: an error or something, and no
// panic.
func FuzzDecode(f *testing.F) {
	deep := qdrant.NewValueNull()
	for range payload.MaxDepth + 2 {
		deep = qdrant.NewValueList(&qdrant.ListValue{Values: []*qdrant.Value{deep}})
	}
	for _, v := range []*qdrant.Value{qdrant.NewValueString(strings.Repeat("x", 200)), deep, {}, qdrant.NewValueInt(-1)} {
		encoded, err := proto.Marshal(&qdrant.PointStruct{Payload: map[string]*qdrant.Value{"k": v}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(encoded)
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		fields, err := payload.Decode(encoded, payloadField)
		if err != nil {
			return
		}
		// What it lets pass the library does too, UTF-8 apart.
		if _, err := proto.Marshal(&qdrant.PointStruct{Payload: fields}); err != nil && !strings.Contains(err.Error(), "UTF-8") {
			t.Error(err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	p := &qdrant.PointStruct{Id: qdrant.NewIDUUID("d81f1a5e-9d4f-4a8e-8f3c-6f3f4f1d2a10"), Payload: qdrant.NewValueMap(map[string]any{
		"schema": 1, "ordinal": 3, "tenant": "bench", "document": "d81f1a5e", "uri": "a/b", "hash": "123", "title": "title", "language": "ko",
		"text": strings.Repeat("문서 ", 100), "start": 1000, "end": 2000, "before": "\n",
	})}
	indices, values := make([]uint32, 80), make([]float32, 80)
	for i := range indices {
		indices[i], values[i] = uint32(i*40_000_000), 1.5
	}
	p.Vectors = qdrant.NewVectorsMap(map[string]*qdrant.Vector{"terms": qdrant.NewVectorSparse(indices, values)})
	encoded, err := proto.Marshal(p)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("payload", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := payload.Decode(encoded, payloadField); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := proto.Unmarshal(encoded, &qdrant.PointStruct{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
