package embedded_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// BenchmarkQuery searches 5,000 points of 60 terms, whose frequencies fall off
// as those of words do, for 8 terms, under a filter such as package store makes.
func BenchmarkQuery(b *testing.B) {
	c := fresh(b)
	random := rand.New(rand.NewPCG(1, 2))
	words := rand.NewZipf(random, 1.2, 4, 20000)
	terms := func(n int) []uint32 {
		var out []uint32
		for len(out) < n {
			if w := uint32(words.Uint64()); !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
		return out
	}
	ones := slices.Repeat([]float32{1}, 60)
	var batch []*qdrant.PointStruct
	for i := range uint64(5000) {
		batch = append(batch, point(i, map[string]any{"tenant": "t", "document": fmt.Sprint(i / 10), "text": "text"}, terms(60), ones))
	}
	c.upsert(b, batch...)
	for _, f := range []string{"tenant", "document", "principals", "region"} {
		c.index(b, f, qdrant.FieldType_FieldTypeKeyword)
	}
	var queries []*qdrant.QueryPoints
	for range 64 {
		queries = append(queries, &qdrant.QueryPoints{
			CollectionName: collection, Query: qdrant.NewQuerySparse(terms(8), ones[:8]), Using: proto.String("v"),
			Filter: must(qdrant.NewMatchKeyword("tenant", "t"),
				qdrant.NewFilterAsCondition(should(qdrant.NewIsEmpty("principals"), qdrant.NewMatchKeywords("principals", "a", "b")))),
			WithPayload: qdrant.NewWithPayload(true),
		})
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := c.Query(context.Background(), queries[i%len(queries)]); err != nil {
				b.Error(err)
			}
		}
	})
}
