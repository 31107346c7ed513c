package embedded

import (
	"context"
	"slices"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// CreateFieldIndex has a payload field indexed. Segments that are there are made
// again in the background; until then conditions on the field read payloads.
func (s *pointsServer) CreateFieldIndex(ctx context.Context, r *qdrant.CreateFieldIndexCollection) (*qdrant.PointsOperationResponse, error) {
	return s.reindex(ctx, "create field index", r, r.GetCollectionName(), r.Timeout, func(old *record) (*record, error) {
		if err := checkFieldIndex(r); err != nil {
			return nil, err
		}
		f := &qdrant.CreateFieldIndexCollection{
			FieldName: r.GetFieldName(), FieldType: r.GetFieldType().Enum(),
			FieldIndexParams: proto.Clone(r.GetFieldIndexParams()).(*qdrant.PayloadIndexParams), // it is kept
		}
		if slices.ContainsFunc(old.fields, func(of *qdrant.CreateFieldIndexCollection) bool { return proto.Equal(of, f) }) {
			return nil, nil
		}
		next := without(old, f.GetFieldName())
		next.fields = append(next.fields, f)
		return next, nil
	})
}

// DeleteFieldIndex has a payload field indexed no more.
func (s *pointsServer) DeleteFieldIndex(ctx context.Context, r *qdrant.DeleteFieldIndexCollection) (*qdrant.PointsOperationResponse, error) {
	return s.reindex(ctx, "delete field index", r, r.GetCollectionName(), r.Timeout, func(old *record) (*record, error) {
		next := without(old, r.GetFieldName())
		if len(next.fields) == len(old.fields) {
			return nil, nil
		}
		return next, nil
	})
}

// without returns a record without an index.
func without(old *record, field string) *record {
	next := &record{id: old.id, config: old.config}
	for _, f := range old.fields {
		if f.GetFieldName() != field {
			next.fields = append(next.fields, f)
		}
	}
	return next
}

func (s *pointsServer) reindex(ctx context.Context, what string, request proto.Message, name string, timeout *uint64, f func(*record) (*record, error)) (*qdrant.PointsOperationResponse, error) {
	start := time.Now()
	if err := checkSupported(request); err != nil {
		return nil, err
	}
	ctx, cancel := withTimeout(ctx, timeout)
	defer cancel()
	if err := s.engine.reconfigure(ctx, what, name, f); err != nil {
		return nil, err
	}
	var number uint64
	err := s.engine.read(ctx, name, func(v *view) error { number = v.number; return nil })
	if err != nil {
		return nil, err
	}
	return completed(number, start), nil
}

func checkFieldIndex(r *qdrant.CreateFieldIndexCollection) error {
	if _, err := payload.Parse(r.GetFieldName()); err != nil {
		return err
	}
	if r.FieldType == nil {
		return invalid("field_type is missing for the index of %q", r.GetFieldName())
	}
	t := r.GetFieldType()
	if _, ok := schemaTypes[t]; !ok {
		return unsupported("CreateFieldIndexCollection.field_type %s", t)
	}
	want := t
	switch r.GetFieldIndexParams().GetIndexParams().(type) {
	case nil:
	case *qdrant.PayloadIndexParams_KeywordIndexParams:
		want = qdrant.FieldType_FieldTypeKeyword
	case *qdrant.PayloadIndexParams_IntegerIndexParams:
		want = qdrant.FieldType_FieldTypeInteger
	case *qdrant.PayloadIndexParams_FloatIndexParams:
		want = qdrant.FieldType_FieldTypeFloat
	case *qdrant.PayloadIndexParams_GeoIndexParams:
		want = qdrant.FieldType_FieldTypeGeo
	case *qdrant.PayloadIndexParams_BoolIndexParams:
		want = qdrant.FieldType_FieldTypeBool
	case *qdrant.PayloadIndexParams_DatetimeIndexParams:
		want = qdrant.FieldType_FieldTypeDatetime
	case *qdrant.PayloadIndexParams_UuidIndexParams:
		want = qdrant.FieldType_FieldTypeUuid
	default:
		return unsupported("this kind of CreateFieldIndexCollection.field_index_params")
	}
	if want != t {
		return invalid("field_index_params of %q are not those of its field_type %s", r.GetFieldName(), t)
	}
	return nil
}
