package embedded

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/filter"
	"github.com/naru-rag/naru/store/embedded/internal/formula"
	"github.com/naru-rag/naru/store/embedded/internal/fusion"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// hit is a found point.
type hit struct {
	key   pointid.Key
	score float32
	order *qdrant.OrderValue // where the points are ordered by a field
}

// queryStage is a stage of a query: what finds points, either among all of them or among those
// that its prefetches found.
type queryStage struct {
	prefetch  []*qdrant.PrefetchQuery
	query     *qdrant.Query
	using     string
	filter    *qdrant.Filter
	params    *qdrant.SearchParams
	threshold *float32
	limit     int
	lookup    *qdrant.LookupLocation
}

// defaultLimit is how many points a query returns where it does not say.
const defaultLimit = 10

// maxPrefetchDepth is how deep prefetches nest at most; Qdrant's is the same.
const maxPrefetchDepth = 64

// querier runs one query on a view.
type querier struct {
	engine *Engine
	v      *view
}

// rootStage reads a request. The offset is taken off at the end, so that much
// more has to be found.
func rootStage(r *qdrant.QueryPoints) (queryStage, error) {
	limit, err := limitOf(r.Limit)
	if err != nil {
		return queryStage{}, err
	}
	filter := r.GetFilter()
	if ids := named(r.GetQuery(), r.GetLookupFrom(), r.GetPrefetch()); len(ids) > 0 {
		// A point is not among those nearest to it.
		filter = both(filter, &qdrant.Filter{MustNot: []*qdrant.Condition{qdrant.NewHasID(ids...)}})
	}
	return queryStage{
		prefetch: r.GetPrefetch(), query: r.GetQuery(), using: r.GetUsing(), filter: filter, params: r.GetParams(),
		threshold: r.ScoreThreshold, limit: limit + int(min(r.GetOffset(), math.MaxInt32)), lookup: r.GetLookupFrom(),
	}, nil
}

// named returns the points of this collection whose vectors a query and its
// prefetches ask for.
func named(query *qdrant.Query, lookup *qdrant.LookupLocation, prefetch []*qdrant.PrefetchQuery) []*qdrant.PointId {
	var ids []*qdrant.PointId
	if id := query.GetNearest().GetId(); id != nil && lookup == nil {
		ids = append(ids, id)
	}
	for _, p := range prefetch {
		ids = append(ids, named(p.GetQuery(), p.GetLookupFrom(), p.GetPrefetch())...)
	}
	return ids
}

func limitOf(limit *uint64) (int, error) {
	if limit == nil {
		return defaultLimit, nil
	}
	if *limit == 0 {
		return 0, invalid("Validation error in body: [limit: value 0 invalid, must be 1 or larger]")
	}
	return int(min(*limit, math.MaxInt32)), nil
}

// run returns what a stage finds, best first. Filters hold for everything that
// is found below them.
func (q *querier) run(ctx context.Context, s queryStage, depth int) ([]hit, error) {
	if depth > maxPrefetchDepth {
		return nil, invalid("Wrong input: Validation failed: prefetches depth %d exceeds max depth %d", depth, maxPrefetchDepth)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if len(s.prefetch) == 0 {
		return q.leaf(ctx, s)
	}
	sources := make([][]hit, len(s.prefetch))
	for i, p := range s.prefetch {
		limit, err := limitOf(p.Limit)
		if err != nil {
			return nil, err
		}
		sources[i], err = q.run(ctx, queryStage{
			prefetch: p.GetPrefetch(), query: p.GetQuery(), using: p.GetUsing(), filter: both(s.filter, p.GetFilter()),
			params: p.GetParams(), threshold: p.ScoreThreshold, limit: limit, lookup: p.GetLookupFrom(),
		}, depth+1)
		if err != nil {
			return nil, err
		}
	}
	return q.rescore(ctx, s, sources)
}

// check refuses what makes no sense together, as Qdrant does.
func (s *queryStage) check() error {
	switch s.query.GetVariant().(type) {
	case nil:
		if s.query != nil {
			return invalid("Query variant is missing")
		}
		if len(s.prefetch) > 0 {
			return invalid("Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.")
		}
		if s.threshold != nil {
			return invalid("Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query.")
		}
	case *qdrant.Query_OrderBy:
		if s.threshold != nil {
			return invalid("Bad request: Can't use score_threshold with an order_by query.")
		}
	case *qdrant.Query_Fusion, *qdrant.Query_Rrf:
		if s.using != "" {
			return invalid("Bad request: Fusion queries cannot be combined with the 'using' field.")
		}
	}
	return nil
}

// both merges two filters into one, clause by clause, as Qdrant does: what must
// hold or must not adds up, and alternatives become alternatives of each other.
func both(a, b *qdrant.Filter) *qdrant.Filter {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	f := &qdrant.Filter{
		Must:      slices.Concat(a.Must, b.Must),
		Should:    slices.Concat(a.Should, b.Should),
		MustNot:   slices.Concat(a.MustNot, b.MustNot),
		MinShould: a.MinShould,
	}
	switch {
	case f.MinShould == nil:
		f.MinShould = b.MinShould
	case b.MinShould != nil:
		f.MinShould = &qdrant.MinShould{
			Conditions: slices.Concat(a.MinShould.GetConditions(), b.MinShould.GetConditions()),
			MinCount:   max(a.MinShould.GetMinCount(), b.MinShould.GetMinCount()),
		}
	}
	return f
}

// leaf finds points among all.
func (q *querier) leaf(ctx context.Context, s queryStage) ([]hit, error) {
	f, err := filter.Compile(s.filter)
	if err != nil {
		return nil, err
	}
	switch variant := s.query.GetVariant().(type) {
	case nil:
		var hits []hit
		err := q.v.page(ctx, f, pointid.Key{}, func(key pointid.Key) bool {
			hits = append(hits, hit{key: key, score: 1})
			return len(hits) < s.limit
		})
		return hits, err
	case *qdrant.Query_Nearest:
		t, err := q.target(variant.Nearest, s)
		if err != nil {
			return nil, err
		}
		return q.nearest(ctx, t, func(p *part) (selection, error) { return q.v.resolve(p, f) }, s.limit)
	case *qdrant.Query_OrderBy:
		return q.ordered(ctx, variant.OrderBy, func(p *part) (selection, error) { return q.v.resolve(p, f) }, s.limit)
	case *qdrant.Query_Fusion, *qdrant.Query_Rrf:
		return nil, invalid("Wrong input: Validation failed: cannot apply Fusion without prefetches")
	case *qdrant.Query_Formula:
		return nil, invalid("Wrong input: Validation failed: cannot apply Formula without prefetches")
	default:
		return nil, unsupportedQuery(s.query)
	}
}

// rescore orders what prefetches found.
func (q *querier) rescore(ctx context.Context, s queryStage, sources [][]hit) ([]hit, error) {
	among := func(p *part) (selection, error) {
		docs := emptyLike(p)
		for _, source := range sources {
			for _, h := range source {
				if doc, ok := p.find(h.key); ok {
					docs.Add(doc)
				}
			}
		}
		return selection{part: p, docs: docs}, nil
	}
	switch variant := s.query.GetVariant().(type) {
	case *qdrant.Query_Nearest:
		t, err := q.target(variant.Nearest, s)
		if err != nil {
			return nil, err
		}
		return q.nearest(ctx, t, among, s.limit)
	case *qdrant.Query_OrderBy:
		return q.ordered(ctx, variant.OrderBy, among, s.limit)
	case *qdrant.Query_Fusion:
		if variant.Fusion == qdrant.Fusion_DBSF {
			return best(hitsOf(fusion.DBSF(lists(sources))), s), nil
		}
		return fuse(sources, &qdrant.Rrf{}, s)
	case *qdrant.Query_Rrf:
		return fuse(sources, variant.Rrf, s)
	case *qdrant.Query_Formula:
		return q.formula(ctx, variant.Formula, sources, s)
	default:
		return nil, unsupportedQuery(s.query)
	}
}

func unsupportedQuery(q *qdrant.Query) error {
	m := q.ProtoReflect()
	return unsupported("Query.%s", m.WhichOneof(m.Descriptor().Oneofs().ByName("variant")).Name())
}

func fuse(sources [][]hit, r *qdrant.Rrf, s queryStage) ([]hit, error) {
	k := uint32(fusion.DefaultK)
	if r.K != nil {
		k = r.GetK()
	}
	hits, err := fusion.RRF(lists(sources), k, r.GetWeights())
	if err != nil {
		return nil, err
	}
	return best(hitsOf(hits), s), nil
}

func lists(sources [][]hit) [][]fusion.Hit {
	out := make([][]fusion.Hit, len(sources))
	for i, source := range sources {
		for _, h := range source {
			out[i] = append(out[i], fusion.Hit{Key: h.key, Score: h.score})
		}
	}
	return out
}

func hitsOf(fused []fusion.Hit) []hit {
	hits := make([]hit, len(fused))
	for i, h := range fused {
		hits[i] = hit{key: h.Key, score: h.Score}
	}
	return hits
}

// best keeps what a stage asks for of hits that are in order.
func best(hits []hit, s queryStage) []hit {
	if s.threshold != nil {
		for i, h := range hits {
			if !(h.score >= *s.threshold) {
				hits = hits[:i]
				break
			}
		}
	}
	return hits[:min(len(hits), s.limit)]
}

// formula scores everything that was found by an expression.
func (q *querier) formula(ctx context.Context, expression *qdrant.Formula, sources [][]hit, s queryStage) ([]hit, error) {
	f, err := formula.Compile(expression)
	if err != nil {
		return nil, err
	}
	points := map[pointid.Key]*formula.Point{}
	for i, source := range sources {
		for _, h := range source {
			p := points[h.key]
			if p == nil {
				p = &formula.Point{Key: h.key, Scores: make([]float32, len(sources)), Found: make([]bool, len(sources))}
				points[h.key] = p
			}
			p.Scores[i], p.Found[i] = h.score, true
		}
	}
	hits := make([]hit, 0, len(points))
	for _, key := range slices.SortedFunc(maps.Keys(points), pointid.Key.Compare) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := points[key]
		if f.NeedsPayload() {
			_, point, err := q.v.point(key)
			if err != nil {
				return nil, err
			}
			s := subject(key, point)
			p.Payload, p.HasVector = s.Payload, s.HasVector
		}
		score, err := f.Score(*p)
		if err != nil {
			return nil, err
		}
		hits = append(hits, hit{key: key, score: score})
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	return best(hits, s), nil
}
