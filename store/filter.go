package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/naru-rag/naru/rag"
)

// This file decides which points a caller reaches. Every request to the points
// of the collection carries one of these filters; where the store has regions, each of
// them names those.
// Only must is used at their top: Qdrant merges filters of a query and of its
// prefetches clause by clause, so that a should could be widened by another.

// visible is what an asker may find: points of their tenant that name no
// principal or one that the asker acts as, and that belong to no region or to
// one of the asker's, where the asker has any. Where the store has regions, they
// belong to one of those.
func (s *Store) visible(asker rag.Asker) (*qdrant.Filter, error) {
	f, err := s.owned(asker.Tenant)
	if err != nil {
		return nil, err
	}
	f.Must = append(f.Must, emptyOrAny(fieldPrincipals, asker.Principals))
	if len(asker.Regions) > 0 {
		f.Must = append(f.Must, emptyOrAny(fieldRegion, asker.Regions))
	}
	return f, nil
}

// narrowed is a filter with conditions on top. Conditions can only be added: what a
// caller may see is not theirs to say.
func narrowed(f *qdrant.Filter, conditions []rag.Condition) (*qdrant.Filter, error) {
	f = &qdrant.Filter{Must: slices.Clone(f.Must)}
	for _, c := range conditions {
		switch name, annotated := strings.CutPrefix(c.Field, rag.FieldAnnotations); {
		case annotated:
			keywords := make([]string, len(c.Any))
			for i, value := range c.Any {
				keywords[i] = annotation(name, value)
			}
			f.Must = append(f.Must, qdrant.NewMatchKeywords(fieldAnnotations, keywords...))
		case c.Field == rag.FieldLanguage:
			f.Must = append(f.Must, qdrant.NewMatchKeywords(fieldLanguage, c.Any...))
		case c.Field == rag.FieldDocument:
			f.Must = append(f.Must, ofDocuments(c.Any...))
		case c.Field == rag.FieldModified:
			within := &qdrant.DatetimeRange{}
			if !c.From.IsZero() {
				within.Gte = timestamppb.New(c.From)
			}
			if !c.Before.IsZero() {
				within.Lt = timestamppb.New(c.Before)
			}
			f.Must = append(f.Must, qdrant.NewDatetimeRange(fieldModified, within))
		default:
			return nil, fmt.Errorf("there is no field %q to search by", c.Field)
		}
	}
	return f, nil
}

// owned are the points of a tenant in the store's regions, whoever may see them: what an
// indexer works with.
func (s *Store) owned(tenant string, more ...*qdrant.Condition) (*qdrant.Filter, error) {
	return s.ofTenant(tenant, false, more)
}

// writable are those, and points of no region. Nobody finds these where the store has
// regions: they were indexed before it had, and are there to be replaced.
func (s *Store) writable(tenant string, more ...*qdrant.Condition) (*qdrant.Filter, error) {
	return s.ofTenant(tenant, true, more)
}

func (s *Store) ofTenant(tenant string, orNone bool, more []*qdrant.Condition) (*qdrant.Filter, error) {
	if tenant == "" {
		return nil, rag.ErrNoTenant
	}
	f := &qdrant.Filter{Must: append([]*qdrant.Condition{qdrant.NewMatchKeyword(fieldTenant, tenant)}, more...)}
	f.Must = append(f.Must, s.inRegions(orNone)...)
	return f, nil
}

// inRegions are the conditions that only points of the store's regions have: none where
// any may be here.
func (s *Store) inRegions(orNone bool) []*qdrant.Condition {
	switch {
	case s.opt.Regions == nil:
		return nil
	case orNone:
		return []*qdrant.Condition{emptyOrAny(fieldRegion, s.opt.Regions)}
	case len(s.opt.Regions) == 0:
		// A condition of nothing is no condition to a server; no region is called that.
		return []*qdrant.Condition{qdrant.NewMatchKeyword(fieldRegion, "")}
	}
	return []*qdrant.Condition{qdrant.NewMatchKeywords(fieldRegion, s.opt.Regions...)}
}

// emptyOrAny matches a field without a value, and one with any of values.
func emptyOrAny(field string, values []string) *qdrant.Condition {
	either := []*qdrant.Condition{qdrant.NewIsEmpty(field)}
	if len(values) > 0 {
		either = append(either, qdrant.NewMatchKeywords(field, values...))
	}
	return qdrant.NewFilterAsCondition(&qdrant.Filter{Should: either})
}

// ofDocuments matches the points of documents.
func ofDocuments(ids ...string) *qdrant.Condition {
	return qdrant.NewMatchKeywords(fieldDocument, ids...)
}

// firstOnly matches the points that stand for a document as a whole.
func firstOnly() *qdrant.Condition { return qdrant.NewMatchInt(fieldOrdinal, 0) }

// ordinalsFrom matches the points whose ordinal is n or more.
func ordinalsFrom(n int) *qdrant.Condition {
	least := float64(n)
	return qdrant.NewRange(fieldOrdinal, &qdrant.Range{Gte: &least})
}
