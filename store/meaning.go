package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/rag"
)

// A passage is stored with its terms at once and gets its dense vector later:
// what has none is the queue of what is to be embedded, so that no other record
// of it can be lost or disagree.

// Vectors say what the dense vectors of passages are. The zero value has none:
// passages are found by their words alone.
type Vectors struct {
	// Model tells models apart whose vectors cannot be compared.
	Model string
	// Dimensions is the length of the vectors.
	Dimensions int
}

// Lacking is a passage that has no vector yet.
type Lacking struct {
	// ID is the passage's, and URI its document's.
	ID, URI string
	// Text is what to embed: the passage's title, headings and text.
	Text string
	// Digest is that of Text; with it [Store.SetVectors] sees whether the passage
	// still says the same.
	Digest string
}

// Vector is what a passage means. Without Values it cannot be embedded, for the
// reason in Refused, and is asked for no more.
type Vector struct {
	ID, Digest string
	Values     []float32
	Refused    string
}

// embedded is the text that the vector of a passage is made of. What stands above
// it is closed like a sentence: run into the text it draws questions in other
// languages to passages of the same title.
func embedded(p *rag.Passage) string {
	var text strings.Builder
	for _, head := range append([]string{p.Title}, p.Headings...) {
		last, _ := utf8.DecodeLastRuneInString(head)
		switch {
		case head == "":
			continue
		case unicode.IsPunct(last):
			text.WriteString(head + "\n")
		default:
			text.WriteString(head + ".\n")
		}
	}
	return text.String() + p.Text
}

// embeddedDigest names the text that a vector is made of.
func embeddedDigest(text string) string {
	sum := digest("embedded", text)
	return hex.EncodeToString(sum[:16])
}

// lacking matches the passages of a tenant that are to be embedded.
func (s *Store) lacking(tenant string) (*qdrant.Filter, error) {
	f, err := s.owned(tenant)
	if err != nil {
		return nil, err
	}
	f.MustNot = []*qdrant.Condition{
		qdrant.NewHasVector(vectorMeaning), qdrant.NewMatchBool(fieldEmpty, true),
		// Not is_empty under must, so that Must stays what filter.go put there.
		qdrant.NewFilterAsCondition(&qdrant.Filter{MustNot: []*qdrant.Condition{qdrant.NewIsEmpty(fieldRefused)}}),
	}
	return f, nil
}

// Lacking lists up to limit passages of a tenant that have no vector yet, those
// of the documents that were modified last first.
func (s *Store) Lacking(ctx context.Context, tenant string, limit int) ([]Lacking, error) {
	if s.opt.Vectors.Dimensions == 0 {
		return nil, nil
	}
	filter, err := s.lacking(tenant)
	if err != nil {
		return nil, fmt.Errorf("list passages without vectors: %w", err)
	}
	request := &qdrant.ScrollPoints{
		CollectionName: s.opt.Collection, Filter: filter, Limit: proto.Uint32(uint32(limit)),
		WithPayload: qdrant.NewWithPayload(true), WithVectors: qdrant.NewWithVectors(false),
		OrderBy: &qdrant.OrderBy{Key: fieldModified, Direction: qdrant.Direction_Desc.Enum()},
	}
	page, err := s.points.Scroll(ctx, request)
	if err == nil && len(page.GetResult()) == 0 {
		request.OrderBy = nil // those that nobody knows the time of are not in the order
		page, err = s.points.Scroll(ctx, request)
	}
	if err != nil {
		return nil, s.wrap(err, "list passages without vectors of tenant %s", tenant)
	}
	var list []Lacking
	for _, point := range page.GetResult() {
		p, err := passageOf(point.GetId(), point.GetPayload(), 0)
		if err != nil {
			return nil, s.wrap(err, "list passages without vectors of tenant %s", tenant)
		}
		list = append(list, Lacking{ID: p.ID, URI: p.URI, Text: embedded(&p), Digest: payload(point.GetPayload()).text(fieldDigest)})
	}
	return list, nil
}

// CountLacking returns how many passages of a tenant have no vector yet.
func (s *Store) CountLacking(ctx context.Context, tenant string) (int, error) {
	if s.opt.Vectors.Dimensions == 0 {
		return 0, nil
	}
	filter, err := s.lacking(tenant)
	if err != nil {
		return 0, fmt.Errorf("count passages without vectors: %w", err)
	}
	n, err := s.count(ctx, filter)
	if err != nil {
		return 0, s.wrap(err, "count passages without vectors of tenant %s", tenant)
	}
	return n, nil
}

// SetVectors gives passages of a tenant their vectors. A passage that has been
// deleted meanwhile, or says something else, is left alone.
func (s *Store) SetVectors(ctx context.Context, tenant string, vectors []Vector) error {
	ops := make([]*qdrant.PointsUpdateOperation, len(vectors))
	for i, v := range vectors {
		same, err := s.owned(tenant, qdrant.NewMatchKeyword(fieldDigest, v.Digest))
		if err != nil {
			return fmt.Errorf("set vectors: %w", err)
		}
		ops[i] = vectorUpdate(v, same)
	}
	err := s.update(ctx, ops)
	if status.Code(err) == codes.NotFound && len(ops) > 1 {
		for _, op := range ops {
			if err = s.update(ctx, []*qdrant.PointsUpdateOperation{op}); err != nil && status.Code(err) != codes.NotFound {
				break
			}
			err = nil
		}
	}
	if err != nil && status.Code(err) != codes.NotFound {
		return s.wrap(err, "set %d vectors", len(vectors))
	}
	return nil
}

// vectorUpdate gives a point its vector, or the reason why it has none, where it
// still is what the filter says.
func vectorUpdate(v Vector, same *qdrant.Filter) *qdrant.PointsUpdateOperation {
	id := qdrant.NewID(v.ID)
	if v.Values == nil {
		same.Must = append(same.Must, qdrant.NewHasID(id))
		return qdrant.NewPointsUpdateSetPayload(&qdrant.PointsUpdateOperation_SetPayload{
			Payload:        map[string]*qdrant.Value{fieldRefused: qdrant.NewValueString(v.Refused)},
			PointsSelector: qdrant.NewPointsSelectorFilter(same),
		})
	}
	return qdrant.NewPointsUpdateUpdateVectors(&qdrant.PointsUpdateOperation_UpdateVectors{
		Points: []*qdrant.PointVectors{{Id: id, Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
			vectorMeaning: qdrant.NewVectorDense(v.Values),
		})}},
		UpdateFilter: same,
	})
}

// knownVectors returns the vectors that the index has for texts of a tenant
// already, by their digests, also where a version before was made by the same
// model.
func (s *Store) knownVectors(ctx context.Context, tenant string, digests []string) (map[string][]float32, error) {
	known := map[string][]float32{}
	if s.opt.Vectors.Dimensions == 0 || len(digests) == 0 {
		return known, nil
	}
	for _, version := range []*Store{s, s.before} {
		if version == nil {
			continue
		}
		filter, err := s.owned(tenant, qdrant.NewMatchKeywords(fieldDigest, digests...), qdrant.NewHasVector(vectorMeaning))
		if err != nil {
			return nil, err
		}
		for point, err := range version.scrollVectors(ctx, filter, qdrant.NewWithPayloadInclude(fieldDigest)) {
			if err != nil {
				return nil, s.wrap(err, "look for known vectors")
			}
			if v := dense(point.GetVectors()); len(v) == s.opt.Vectors.Dimensions {
				known[payload(point.GetPayload()).text(fieldDigest)] = v
			}
		}
	}
	return known, nil
}

// dense reads the vector of meaning of a point, nil where it has none.
func dense(v *qdrant.VectorsOutput) []float32 {
	return v.GetVectors().GetVectors()[vectorMeaning].GetDense().GetData()
}
