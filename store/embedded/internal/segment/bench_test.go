package segment_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// The benchmarks' corpus: documents about topics. The vectors of one topic lie
// near each other, and its terms come from a Zipf vocabulary of its own as often
// as from the common one, as words do.
const (
	benchDocs   = 100_000
	benchSize   = 384
	benchTerms  = 60
	benchTopics = 500
)

var benchConfig = segment.Config{
	Dense:  []segment.Dense{{Name: "", Size: benchSize, Distance: qdrant.Distance_Cosine}},
	Sparse: []string{"sparse"},
	Fields: []segment.Field{{Name: "topic", Type: qdrant.FieldType_FieldTypeKeyword}},
}

type benchCorpus struct {
	*rand.Rand
	topics [][]float32
	zipf   *rand.Zipf
}

func newBenchCorpus() *benchCorpus {
	c := &benchCorpus{Rand: rand.New(rand.NewPCG(1, 2))}
	c.zipf = rand.NewZipf(c.Rand, 1.1, 4, 1<<18)
	for range benchTopics {
		topic := make([]float32, benchSize)
		for i := range topic {
			topic[i] = float32(c.NormFloat64())
		}
		c.topics = append(c.topics, topic)
	}
	return c
}

func (c *benchCorpus) vector(topic int) []float32 {
	v := make([]float32, benchSize)
	sum := float32(0)
	for i := range v {
		v[i] = c.topics[topic][i] + 1.5*float32(c.NormFloat64()) + 1
		sum += v[i] * v[i]
	}
	for i := range v {
		v[i] /= sqrt32(sum)
	}
	return v
}

// terms returns n terms about a topic.
func (c *benchCorpus) terms(topic, n int) []uint32 {
	var terms []uint32
	for len(terms) < n {
		term := uint32(c.zipf.Uint64())
		if c.IntN(2) == 0 {
			term = term*benchTopics + uint32(topic) + 1<<20
		}
		if at, ok := slices.BinarySearch(terms, term*2654435761); !ok {
			terms = slices.Insert(terms, at, term*2654435761)
		}
	}
	return terms
}

func (c *benchCorpus) point(i int) point {
	key, _ := pointid.Parse(qdrant.NewIDNum(uint64(i)))
	topic := c.IntN(benchTopics)
	terms := c.terms(topic, benchTerms)
	weights := make([]float32, len(terms))
	for i := range weights {
		tf := float32(1 + c.zipf.Uint64()%3)
		weights[i] = tf * 2.2 / (tf + 1.2*(0.5+c.Float32()))
	}
	return point{key, uint64(i), &qdrant.PointStruct{
		Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
			"": qdrant.NewVectorDense(c.vector(topic)), "sparse": qdrant.NewVectorSparse(terms, weights),
		}),
		Payload: map[string]*qdrant.Value{"topic": qdrant.NewValueString(fmt.Sprint(topic))},
	}}
}

var benchPoints = sync.OnceValue(func() []point {
	c := newBenchCorpus()
	points := make([]point, benchDocs)
	for i := range points {
		points[i] = c.point(i)
	}
	return points
})

var benchSegment = sync.OnceValue(func() *segment.Segment {
	b := segment.NewBuilder(benchConfig)
	for _, p := range benchPoints() {
		if err := b.Add(p.key, p.version, p.PointStruct); err != nil {
			panic(err)
		}
	}
	data, err := b.Build()
	if err != nil {
		panic(err)
	}
	s, err := segment.Open("benchmark", data)
	if err != nil {
		panic(err)
	}
	return s
})

// eachQuery runs every query once in each round, and reports the time of one in
// the fastest round: the machine may be busy with other things.
func eachQuery[Q any](b *testing.B, queries []Q, search func(Q) error) {
	fastest := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		for _, q := range queries {
			if err := search(q); err != nil {
				b.Fatal(err)
			}
		}
		fastest = min(fastest, time.Since(start))
	}
	b.ReportMetric(float64(fastest.Microseconds())/float64(len(queries)), "µs/query")
}

func BenchmarkDense(b *testing.B) {
	s, c := benchSegment(), newBenchCorpus()
	var queries [][]float32
	for i := range 64 {
		queries = append(queries, c.vector(i*7%benchTopics))
	}
	for _, share := range []float64{1, 0.9, 0.6, 0.3, 0.1, 0.03, 0.01, 0.001} {
		allowed := bitset.New(s.Len())
		for doc := range uint32(s.Len()) {
			if c.Float64() < share {
				allowed.Add(doc)
			}
		}
		for _, approximate := range []bool{false, true} {
			for _, k := range []int{10, 100} {
				b.Run(fmt.Sprintf("allowed=%v/approximate=%v/k=%d", share, approximate, k), func(b *testing.B) {
					eachQuery(b, queries, func(query []float32) error {
						q := segment.DenseQuery{Vector: query, Approximate: approximate}
						return s.SearchDense(context.Background(), q, 0, s.Len(), allowed, segment.NewCollector(k))
					})
				})
			}
		}
	}
}

func BenchmarkSparse(b *testing.B) {
	s, c := benchSegment(), newBenchCorpus()
	for _, n := range []int{10, 60, 200} {
		var queries []segment.SparseQuery
		for i := range 64 {
			q := segment.SparseQuery{Name: "sparse", Terms: c.terms(i*7%benchTopics, n)}
			freqs := make([]int, n)
			if err := s.DocFreqs("sparse", q.Terms, freqs); err != nil {
				b.Fatal(err)
			}
			for _, f := range freqs {
				q.Weights = append(q.Weights, idf(s.Len(), f))
			}
			queries = append(queries, q)
		}
		for _, share := range []float64{1, 0.01, 0.0005} {
			allowed := bitset.New(s.Len())
			for doc := range uint32(s.Len()) {
				if c.Float64() < share {
					allowed.Add(doc)
				}
			}
			for _, way := range []struct {
				name   string
				search func(context.Context, segment.SparseQuery, bitset.Set, *segment.Collector) error
			}{{"skipping", s.SearchSparse}, {"exhaustive", s.SearchSparseExhaustively}} {
				for _, k := range []int{10, 100} {
					b.Run(fmt.Sprintf("terms=%d/allowed=%v/%s/k=%d", n, share, way.name, k), func(b *testing.B) {
						eachQuery(b, queries, func(q segment.SparseQuery) error {
							return way.search(context.Background(), q, allowed, segment.NewCollector(k))
						})
					})
				}
			}
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	points := benchPoints()[:10_000]
	for b.Loop() {
		built(b, benchConfig, points)
	}
	b.ReportMetric(float64(len(points)*b.N)/b.Elapsed().Seconds(), "points/s")
}

// BenchmarkBuildOne makes a segment of one point, as every small write does.
func BenchmarkBuildOne(b *testing.B) {
	points := benchPoints()[:1]
	for b.Loop() {
		must(b, benchConfig, points)
	}
}

func BenchmarkMerge(b *testing.B) {
	parts := make([][]point, 4)
	for i, p := range benchPoints()[:20_000] {
		parts[i/64%4] = append(parts[i/64%4], p)
	}
	var inputs []segment.Input
	size := int64(0)
	for _, part := range parts {
		s := must(b, benchConfig, part)
		inputs = append(inputs, segment.Input{Segment: s})
		size += s.Size()
	}
	b.SetBytes(size)
	for b.Loop() {
		if err := segment.Merge(context.Background(), writerFunc(func(p []byte) (int, error) { return len(p), nil }), inputs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(20_000*b.N)/b.Elapsed().Seconds(), "points/s")
}

func BenchmarkOpen(b *testing.B) {
	data := built(b, benchConfig, benchPoints()[:20_000])
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		s := opened(b, data)
		if err := s.Verify(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func idf(points, n int) float64 {
	return math.Log((float64(points)-float64(n)+0.5)/(float64(n)+0.5) + 1)
}
