package embedded

import (
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// info describes a collection.
func (v *view) info() (*qdrant.CollectionInfo, error) {
	points, vectors := uint64(v.points), uint64(0)
	config := segmentConfig(v.record)
	for _, p := range v.parts {
		names := append([]string{}, config.Sparse...)
		for _, d := range config.Dense {
			names = append(names, d.Name)
		}
		for _, name := range names {
			with := emptyLike(p)
			if _, err := p.HasVector(name, with); err != nil {
				return nil, err
			}
			with.AndNot(p.dead)
			vectors += uint64(with.Count())
		}
	}
	schema := make(map[string]*qdrant.PayloadSchemaInfo, len(v.record.fields))
	for _, f := range v.record.fields {
		n, err := v.pointsWith(f.GetFieldName())
		if err != nil {
			return nil, err
		}
		schema[f.GetFieldName()] = &qdrant.PayloadSchemaInfo{DataType: schemaTypes[f.GetFieldType()], Params: proto.Clone(f.GetFieldIndexParams()).(*qdrant.PayloadIndexParams), Points: proto.Uint64(n)}
	}
	c := proto.Clone(v.record.config).(*qdrant.CreateCollection) // a caller may change it
	return &qdrant.CollectionInfo{
		Status:          qdrant.CollectionStatus_Green,
		OptimizerStatus: &qdrant.OptimizerStatus{Ok: true},
		SegmentsCount:   uint64(max(1, len(v.parts))),
		Config: &qdrant.CollectionConfig{
			Params: &qdrant.CollectionParams{
				ShardNumber: max(1, c.GetShardNumber()), OnDiskPayload: c.GetOnDiskPayload(),
				VectorsConfig: c.GetVectorsConfig(), SparseVectorsConfig: c.GetSparseVectorsConfig(),
				ReplicationFactor:      proto.Uint32(max(1, c.GetReplicationFactor())),
				WriteConsistencyFactor: proto.Uint32(max(1, c.GetWriteConsistencyFactor())),
			},
			HnswConfig:         over(hnswDefaults, c.GetHnswConfig()),
			OptimizerConfig:    over(optimizerDefaults, c.GetOptimizersConfig()),
			WalConfig:          over(walDefaults, c.GetWalConfig()),
			QuantizationConfig: c.GetQuantizationConfig(),
			Metadata:           c.GetMetadata(),
		},
		PayloadSchema:       schema,
		PointsCount:         &points,
		IndexedVectorsCount: &vectors,
	}, nil
}

// Qdrant's defaults, which clients take to be there.
var (
	hnswDefaults = &qdrant.HnswConfigDiff{
		M: proto.Uint64(16), EfConstruct: proto.Uint64(100), FullScanThreshold: proto.Uint64(10000),
		MaxIndexingThreads: proto.Uint64(0), OnDisk: proto.Bool(false),
	}
	optimizerDefaults = &qdrant.OptimizersConfigDiff{
		DeletedThreshold: proto.Float64(.2), VacuumMinVectorNumber: proto.Uint64(1000),
		DefaultSegmentNumber: proto.Uint64(0), FlushIntervalSec: proto.Uint64(5),
	}
	walDefaults = &qdrant.WalConfigDiff{WalCapacityMb: proto.Uint64(32), WalSegmentsAhead: proto.Uint64(0)}
)

// over returns defaults with what is set in their place.
func over[M proto.Message](defaults, set M) M {
	out := proto.Clone(defaults).(M)
	proto.Merge(out, set)
	return out
}

// pointsWith returns how many points have a field that is not empty.
func (v *view) pointsWith(field string) (uint64, error) {
	path, err := payload.Parse(field)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, p := range v.parts {
		empty := emptyLike(p)
		indexed, err := p.Empty(field, empty)
		if err != nil {
			return 0, err
		}
		docs := p.allowed()
		if indexed {
			docs.AndNot(empty)
			n += docs.Count()
			continue
		}
		docs.Each(func(doc uint32) bool {
			var point *qdrant.PointStruct
			if _, point, err = v.point(p.Key(doc)); err == nil && !path.IsEmpty(point.GetPayload()) {
				n++
			}
			return err == nil
		})
		if err != nil {
			return 0, err
		}
	}
	return uint64(n), nil
}

var schemaTypes = map[qdrant.FieldType]qdrant.PayloadSchemaType{
	qdrant.FieldType_FieldTypeKeyword:  qdrant.PayloadSchemaType_Keyword,
	qdrant.FieldType_FieldTypeInteger:  qdrant.PayloadSchemaType_Integer,
	qdrant.FieldType_FieldTypeFloat:    qdrant.PayloadSchemaType_Float,
	qdrant.FieldType_FieldTypeGeo:      qdrant.PayloadSchemaType_Geo,
	qdrant.FieldType_FieldTypeBool:     qdrant.PayloadSchemaType_Bool,
	qdrant.FieldType_FieldTypeDatetime: qdrant.PayloadSchemaType_Datetime,
	qdrant.FieldType_FieldTypeUuid:     qdrant.PayloadSchemaType_Uuid,
}
