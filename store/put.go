package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// Entry is a document with its passages, as Put takes it.
type Entry struct {
	// Document needs its ID and tenant. Its Text is what the passages were cut
	// from; without it, [Store.Text] has blanks between them.
	Document rag.Document
	// Source is the id of the configured source the document came from, and Key
	// what that source knows it by. Neither is shown to askers.
	Source, Key string
	removed     bool
	// Passages are in order. Their ID, Ordinal, Document, URI, Hash, Modified
	// and Access are taken from the document and their place in this list.
	Passages []rag.Passage
}

// ErrRegion is in the error of a document that may not be here.
var ErrRegion = errors.New("its region's documents may not be indexed here")

// Admits returns an [ErrRegion] for a region whose documents may not be here.
func (s *Store) Admits(region string) error {
	if s.opt.Regions == nil || slices.Contains(s.opt.Regions, region) {
		return nil
	}
	return fmt.Errorf("it belongs to region %q, and %w: those of %s may", region, ErrRegion, strings.Join(s.opt.Regions, ", "))
}

// Regional tells whether only documents of some regions may be here.
func (s *Store) Regional() bool { return s.opt.Regions != nil }

// Put replaces each document and its passages, in the order given.
func (s *Store) Put(ctx context.Context, entries ...Entry) error {
	var passages []*rag.Passage
	for i := range entries {
		if d := &entries[i].Document; s.Admits(d.Region) != nil {
			return fmt.Errorf("put document %q: %w", d.ID, s.Admits(d.Region))
		}
		for j := range entries[i].Passages {
			passages = append(passages, &entries[i].Passages[j])
		}
	}
	vectors := s.passageVectors(passages)
	meanings, err := s.knownMeanings(ctx, entries)
	if err != nil {
		return fmt.Errorf("put %d documents: %w", len(entries), err)
	}
	var ops []*qdrant.PointsUpdateOperation
	for i := range entries {
		n := len(entries[i].Passages)
		e, err := s.operations(&entries[i], vectors[:n], meanings)
		vectors = vectors[n:]
		if err != nil {
			return fmt.Errorf("put document %q: %w", entries[i].Document.ID, err)
		}
		ops = append(ops, e...)
	}
	if err := s.update(ctx, ops); err != nil {
		return s.wrap(err, "put %d documents", len(entries))
	}
	return nil
}

// knownMeanings returns the vectors of passages that are in the index already,
// by their digests: what is put again keeps them.
func (s *Store) knownMeanings(ctx context.Context, entries []Entry) (map[string][]float32, error) {
	digests := map[string][]string{} // by tenant
	for i := range entries {
		tenant := entries[i].Document.Tenant
		for j := range entries[i].Passages {
			digests[tenant] = append(digests[tenant], embeddedDigest(embedded(&entries[i].Passages[j])))
		}
	}
	known := map[string][]float32{}
	for _, tenant := range slices.Sorted(maps.Keys(digests)) {
		of, err := s.knownVectors(ctx, tenant, digests[tenant])
		if err != nil {
			return nil, err
		}
		maps.Copy(known, of)
	}
	return known, nil
}

// operations replaces one document, whose passages have these terms and, by their
// digests, these meanings. The point at ordinal 0 says that the
// document is complete, so it comes last: a server that stops half way is left
// with the old hash, or with none, and the next run puts the document again.
func (s *Store) operations(e *Entry, vectors []*qdrant.Vector, meanings map[string][]float32) ([]*qdrant.PointsUpdateOperation, error) {
	d := &e.Document
	if d.ID == "" {
		return nil, errors.New("it has no ID")
	}
	stale, err := s.writable(d.Tenant, ofDocuments(d.ID), ordinalsFrom(max(1, len(e.Passages))))
	if err != nil {
		return nil, err
	}
	points := make([]*qdrant.PointStruct, max(1, len(e.Passages)))
	reached := 0
	for i := range points {
		points[i] = &qdrant.PointStruct{Id: qdrant.NewID(PassageID(d.Tenant, d.ID, i))}
		if len(e.Passages) == 0 {
			points[i].Payload = emptyPayload(e)
			continue
		}
		p := &e.Passages[i]
		points[i].Payload = passagePayload(e, p, i, reached)
		reached = max(reached, p.End)
		points[i].Vectors = vectorsOf(vectors[i], meanings[points[i].Payload[fieldDigest].GetStringValue()])
	}
	var ops []*qdrant.PointsUpdateOperation
	for rest := points[1:]; len(rest) > 0; {
		n := s.fitting(rest)
		ops, rest = append(ops, upsert(rest[:n])), rest[n:]
	}
	return append(ops, deletion(stale), upsert(points[:1])), nil
}

// Remove removes a document that its source still has, or returns
// [ErrNotFound]. Nothing of it is found any more, but its hash stays known, so
// that the next run over the source does not bring the same version back.
func (s *Store) Remove(ctx context.Context, tenant, id string) error {
	info, err := s.Info(ctx, tenant, id)
	if err != nil {
		return err
	}
	return s.Put(ctx, Entry{
		Document: rag.Document{ID: info.ID, URI: info.URI, Hash: info.Hash, Modified: info.Modified, Access: info.Access},
		Source:   info.Source, Key: info.Key, removed: true,
	})
}

// Delete removes documents, whether they are there or not.
func (s *Store) Delete(ctx context.Context, tenant string, documents ...string) error {
	if tenant == "" {
		return fmt.Errorf("delete documents: %w", rag.ErrNoTenant)
	}
	if len(documents) == 0 {
		return nil
	}
	// The points that stand for the documents go last, so that what a server
	// that stopped half way has left is still listed.
	rest, err := s.writable(tenant, ofDocuments(documents...), ordinalsFrom(1))
	if err != nil {
		return err
	}
	all, err := s.writable(tenant, ofDocuments(documents...))
	if err != nil {
		return err
	}
	if err := s.update(ctx, []*qdrant.PointsUpdateOperation{deletion(rest), deletion(all)}); err != nil {
		return s.wrap(err, "delete %d documents of tenant %s", len(documents), tenant)
	}
	return nil
}

// update sends operations in as few requests as MaxBatchBytes allows.
func (s *Store) update(ctx context.Context, ops []*qdrant.PointsUpdateOperation) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	for len(ops) > 0 {
		n, size := 0, 0
		for n < len(ops) {
			size += proto.Size(ops[n])
			if n > 0 && s.opt.MaxBatchBytes > 0 && size > s.opt.MaxBatchBytes {
				break
			}
			n++
		}
		_, err := s.points.UpdateBatch(ctx, &qdrant.UpdateBatchPoints{
			CollectionName: s.opt.Collection,
			Wait:           proto.Bool(true),
			Operations:     ops[:n],
		})
		if err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}

// fitting returns how many points, at least one, go into one operation.
func (s *Store) fitting(points []*qdrant.PointStruct) int {
	if s.opt.MaxBatchBytes <= 0 {
		return len(points)
	}
	size := 0
	for n, p := range points {
		if size += proto.Size(p); n > 0 && size > s.opt.MaxBatchBytes {
			return n
		}
	}
	return len(points)
}

// vectorsOf are the vectors of a point, nil where it has none.
func vectorsOf(terms *qdrant.Vector, meaning []float32) *qdrant.Vectors {
	vectors := map[string]*qdrant.Vector{}
	if terms != nil {
		vectors[vectorTerms] = terms
	}
	if meaning != nil {
		vectors[vectorMeaning] = qdrant.NewVectorDense(meaning)
	}
	if len(vectors) == 0 {
		return nil
	}
	return qdrant.NewVectorsMap(vectors)
}

func upsert(points []*qdrant.PointStruct) *qdrant.PointsUpdateOperation {
	return qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: points})
}

func deletion(f *qdrant.Filter) *qdrant.PointsUpdateOperation {
	return qdrant.NewPointsUpdateDeletePoints(&qdrant.PointsUpdateOperation_DeletePoints{Points: qdrant.NewPointsSelectorFilter(f)})
}
