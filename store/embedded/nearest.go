package embedded

import (
	"context"
	"math"
	"runtime"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// target is a vector that the nearest points are wanted of.
type target struct {
	name        string
	dense       []float32
	distance    qdrant.Distance
	approximate bool
	sparse      *qdrant.SparseVector
	idf         bool
	threshold   *float32
}

// target reads and checks the vector of a stage.
func (q *querier) target(input *qdrant.VectorInput, s queryStage) (*target, error) {
	t := &target{name: s.using, threshold: s.threshold}
	vector, err := q.inputVector(input, s)
	if err != nil {
		return nil, err
	}
	config := q.v.record.config
	if p, ok := denseParams(config)[t.name]; ok {
		values, err := denseOf(t.name, vector)
		if err != nil {
			return nil, err
		}
		if err := checkDense(p, values, ""); err != nil {
			return nil, err
		}
		t.dense, t.distance = prepared(p, values), p.GetDistance()
		t.approximate = quantized(config, p) && byCodesAlone(s.params)
		return t, nil
	}
	p, ok := config.GetSparseVectorsConfig().GetMap()[t.name]
	if !ok {
		return nil, noVector(t.name)
	}
	sparse := sparseOf(vector)
	if sparse == nil {
		return nil, errConversion
	}
	if t.sparse, err = sortSparse(sparse); err != nil {
		return nil, err
	}
	t.idf = p.GetModifier() == qdrant.Modifier_Idf
	return t, nil
}

// inputVector returns the vector of an input, that of a point where it names one.
func (q *querier) inputVector(input *qdrant.VectorInput, s queryStage) (*qdrant.Vector, error) {
	switch of := input.GetVariant().(type) {
	case *qdrant.VectorInput_Dense:
		return &qdrant.Vector{Vector: &qdrant.Vector_Dense{Dense: of.Dense}}, nil
	case *qdrant.VectorInput_Sparse:
		return &qdrant.Vector{Vector: &qdrant.Vector_Sparse{Sparse: of.Sparse}}, nil
	case *qdrant.VectorInput_Id:
		return q.vectorOf(of.Id, s)
	case nil:
		return nil, invalid("the query has no vector: set nearest to one, or to the id of a point")
	default:
		return nil, unsupported("a query by several vectors, a document, image or object")
	}
}

// vectorOf returns the vector of a point, of this collection or of another.
func (q *querier) vectorOf(id *qdrant.PointId, s queryStage) (*qdrant.Vector, error) {
	key, err := pointid.Parse(id)
	if err != nil {
		return nil, err
	}
	v, name := q.v, s.using
	if from := s.lookup; from != nil {
		if from.VectorName != nil {
			name = from.GetVectorName()
		}
		c, err := q.engine.collection(from.GetCollectionName())
		if err != nil {
			return nil, err
		}
		if v, err = c.acquire(); err != nil {
			return nil, err
		}
		defer func() { q.engine.report("let go of a view", v.release()) }()
	}
	_, p, err := v.read(key)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, noPoint(key)
	}
	vector := p.GetVectors().GetVectors().GetVectors()[name]
	if vector == nil {
		return nil, notFound("Not found: Vector with name %q for point not found", name)
	}
	return vector, nil
}

// byCodesAlone tells whether a search is to rank by quantised vectors alone.
func byCodesAlone(p *qdrant.SearchParams) bool {
	q := p.GetQuantization()
	return q != nil && q.Rescore != nil && !q.GetRescore() && !q.GetIgnore() && !p.GetExact()
}

// quantized tells whether a dense vector is configured to be compared by its
// codes first.
func quantized(config *qdrant.CreateCollection, p *qdrant.VectorParams) bool {
	c := p.GetQuantizationConfig()
	if c == nil {
		c = config.GetQuantizationConfig()
	}
	return c.GetScalar() != nil
}

// nearest returns the limit best of the points that pick leaves.
func (q *querier) nearest(ctx context.Context, t *target, pick func(*part) (selection, error), limit int) ([]hit, error) {
	selections := make([]selection, len(q.v.parts))
	for i, p := range q.v.parts {
		var err error
		if selections[i], err = pick(p); err != nil {
			return nil, err
		}
	}
	var found []segment.Hit
	var err error
	if t.sparse != nil {
		found, err = q.nearestSparse(ctx, t, selections, limit)
	} else {
		found, err = q.nearestDense(ctx, t, selections, limit)
	}
	if err != nil {
		return nil, err
	}
	hits := make([]hit, 0, len(found))
	for _, h := range found {
		score := shownScore(t.distance, h.Score)
		if score != score {
			break // what overflows has no score; NaN comes last
		}
		if t.threshold != nil && beyond(t.distance, score, *t.threshold) {
			break
		}
		hits = append(hits, hit{key: h.Key, score: score})
	}
	return hits, nil
}

// shownScore turns a segment's score, of which more is better, into Qdrant's.
func shownScore(d qdrant.Distance, score float32) float32 {
	switch d {
	case qdrant.Distance_Euclid:
		return float32(math.Sqrt(math.Abs(float64(score))))
	case qdrant.Distance_Manhattan:
		return float32(math.Abs(float64(score)))
	}
	return score
}

// beyond tells whether a score is not better than a threshold; none is better
// than NaN.
func beyond(d qdrant.Distance, score, threshold float32) bool {
	if d == qdrant.Distance_Euclid || d == qdrant.Distance_Manhattan {
		return !(score < threshold)
	}
	return !(score > threshold)
}

// collector keeps the best of a selection.
func (q *querier) collector(limit int, selections map[*segment.Segment]selection) *segment.Collector {
	c := segment.NewCollector(limit)
	c.Accept = func(s *segment.Segment, doc uint32) (bool, error) { return q.v.accepts(selections[s], doc) }
	return c
}

func bySegment(selections []selection) map[*segment.Segment]selection {
	m := make(map[*segment.Segment]selection, len(selections))
	for _, s := range selections {
		m[s.Segment] = s
	}
	return m
}

// nearestSparse scores the sum of query weight × document weight × idf.
func (q *querier) nearestSparse(ctx context.Context, t *target, selections []selection, limit int) ([]segment.Hit, error) {
	query := segment.SparseQuery{Name: t.name, Terms: t.sparse.GetIndices(), Weights: make([]float64, len(t.sparse.GetIndices()))}
	for i, w := range t.sparse.GetValues() {
		query.Weights[i] = float64(w)
	}
	if t.idf {
		points, freqs, err := q.v.frequencies(t.name, query.Terms)
		if err != nil {
			return nil, err
		}
		for i := range query.Weights {
			query.Weights[i] *= idf(points, freqs[i])
		}
	}
	all := bySegment(selections)
	for k := limit; ; {
		c := q.collector(k, all)
		for _, s := range selections {
			if err := s.SearchSparse(ctx, query, s.docs, c); err != nil {
				return nil, err
			}
		}
		// A score of zero is none, in Qdrant. Where weights are negative it may
		// stand before others, which are fetched then.
		found := c.Hits()
		some := slices.DeleteFunc(slices.Clone(found), func(h segment.Hit) bool { return h.Score == 0 })
		if len(some) >= limit || len(found) < k {
			return some[:min(len(some), limit)], nil
		}
		k = min(2*k, math.MaxInt32)
	}
}

// idf is Qdrant's inverse document frequency of a dimension that n of so many
// points have.
func idf(points, n int) float64 {
	return math.Log((float64(points)-float64(n)+0.5)/(float64(n)+0.5) + 1)
}

// frequencies returns how many points have a sparse vector, and how many have
// each of some dimensions in it. What is dead does not count.
func (v *view) frequencies(name string, terms []uint32) (points int, freqs []int, err error) {
	freqs = make([]int, len(terms))
	for _, p := range v.parts {
		points += p.SparsePoints(name)
		if err := p.DocFreqs(name, terms, freqs); err != nil {
			return 0, nil, err
		}
		if p.deadN == 0 {
			continue
		}
		with := emptyLike(p)
		if _, err := p.HasVector(name, with); err != nil {
			return 0, nil, err
		}
		with.And(p.dead)
		points -= with.Count()
		if err := p.SubtractDead(name, terms, p.dead, freqs); err != nil {
			return 0, nil, err
		}
	}
	return points, freqs, nil
}

func emptyLike(p *part) bitset.Set { return bitset.New(p.Len()) }

// rowsPerTask is how many rows one processor takes at a time; below it a search
// is not worth dividing.
const rowsPerTask = 16384

// nearestDense compares with every selected vector, on all processors.
func (q *querier) nearestDense(ctx context.Context, t *target, selections []selection, limit int) ([]segment.Hit, error) {
	query := segment.DenseQuery{Name: t.name, Vector: t.dense, Approximate: t.approximate}
	type task struct {
		selection
		from, to int
	}
	var tasks []task
	for _, s := range selections {
		rows := s.DenseRows(t.name)
		for from := 0; from < rows; from += rowsPerTask {
			tasks = append(tasks, task{s, from, min(from+rowsPerTask, rows)})
		}
	}
	all := bySegment(selections)
	workers := max(1, min(len(tasks), runtime.GOMAXPROCS(0)))
	next := make(chan task, len(tasks))
	for _, t := range tasks {
		next <- t
	}
	close(next)
	collectors := make([]*segment.Collector, workers)
	err := together(workers, func(i int) error {
		c := q.collector(limit, all)
		collectors[i] = c
		for t := range next {
			if err := t.SearchDense(ctx, query, t.from, t.to, t.docs, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, c := range collectors[1:] {
		collectors[0].Merge(c)
	}
	return collectors[0].Hits(), nil
}
