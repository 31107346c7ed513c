package store

import (
	"slices"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

var full = Settings{
	Shards: 3, ReplicationFactor: 2, WriteConsistencyFactor: 1, OnDiskPayload: proto.Bool(false), OnDiskVectors: proto.Bool(true),
	Quantization: QuantizationInt8, HNSW: HNSW{M: 32, EfConstruct: 200, OnDisk: proto.Bool(true)}, TenantIndex: proto.Bool(false),
}

// asCreated is what a server says of a collection that was created by a request.
func asCreated(c *qdrant.CreateCollection, indexes []*qdrant.CreateFieldIndexCollection) *qdrant.CollectionInfo {
	shards, onDisk := c.ShardNumber, c.OnDiskPayload
	if shards == nil {
		shards = proto.Uint32(1)
	}
	if onDisk == nil {
		onDisk = proto.Bool(true)
	}
	info := &qdrant.CollectionInfo{
		Config: &qdrant.CollectionConfig{
			Params: &qdrant.CollectionParams{
				ShardNumber: *shards, OnDiskPayload: *onDisk, VectorsConfig: c.VectorsConfig, SparseVectorsConfig: c.SparseVectorsConfig,
				ReplicationFactor: c.ReplicationFactor, WriteConsistencyFactor: c.WriteConsistencyFactor,
			},
			HnswConfig:         &qdrant.HnswConfigDiff{M: proto.Uint64(16), EfConstruct: proto.Uint64(100), OnDisk: proto.Bool(false)},
			QuantizationConfig: c.QuantizationConfig,
		},
		PayloadSchema: map[string]*qdrant.PayloadSchemaInfo{},
	}
	proto.Merge(info.Config.HnswConfig, c.HnswConfig)
	for _, index := range indexes {
		info.PayloadSchema[index.FieldName] = &qdrant.PayloadSchemaInfo{
			DataType: qdrant.PayloadSchemaType(*index.FieldType) + 1, Params: index.FieldIndexParams,
		}
	}
	return proto.Clone(info).(*qdrant.CollectionInfo)
}

func TestSettingsApply(t *testing.T) {
	got := &qdrant.CreateCollection{
		VectorsConfig:       qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"meaning": {Size: 384, Distance: qdrant.Distance_Cosine}}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{"terms": {}}),
	}
	full.Apply(got)
	want := &qdrant.CreateCollection{
		VectorsConfig: qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
			"meaning": {Size: 384, Distance: qdrant.Distance_Cosine, OnDisk: proto.Bool(true)}}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			"terms": {Index: &qdrant.SparseIndexConfig{OnDisk: proto.Bool(true)}}}),
		ShardNumber: proto.Uint32(3), ReplicationFactor: proto.Uint32(2), WriteConsistencyFactor: proto.Uint32(1),
		OnDiskPayload: proto.Bool(false),
		HnswConfig:    &qdrant.HnswConfigDiff{M: proto.Uint64(32), EfConstruct: proto.Uint64(200), OnDisk: proto.Bool(true)},
		QuantizationConfig: qdrant.NewQuantizationScalar(&qdrant.ScalarQuantization{
			Type: qdrant.QuantizationType_Int8, Quantile: proto.Float32(0.99), AlwaysRam: proto.Bool(true)}),
	}
	if !proto.Equal(got, want) {
		t.Errorf("request is\n%v\nand should be\n%v", got, want)
	}
}

func TestZeroSettingsLeaveTheServersChoice(t *testing.T) {
	got := creation("c", Settings{}, Vectors{})
	want := &qdrant.CreateCollection{
		CollectionName: "c",
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			"terms": {Modifier: qdrant.Modifier_Idf.Enum()}}),
	}
	if !proto.Equal(got, want) {
		t.Errorf("request is\n%v\nand should be\n%v", got, want)
	}
}

func TestTenantIndex(t *testing.T) {
	for _, tt := range []struct {
		setting *bool
		want    bool
	}{{nil, true}, {proto.Bool(true), true}, {proto.Bool(false), false}} {
		for _, c := range indexCreations("c", Settings{TenantIndex: tt.setting}) {
			if c.FieldName == fieldTenant && c.FieldIndexParams.GetKeywordIndexParams().GetIsTenant() != tt.want {
				t.Errorf("with tenant_index %v the index is %v", tt.setting, c.FieldIndexParams)
			}
		}
	}
}

func TestDrift(t *testing.T) {
	for name, tt := range map[string]struct {
		settings Settings
		change   func(*qdrant.CollectionInfo)
		want     []Difference
	}{
		"none": {full, func(*qdrant.CollectionInfo) {}, nil},
		"shards": {full, func(i *qdrant.CollectionInfo) { i.Config.Params.ShardNumber = 1 },
			[]Difference{{"shards", "3", "1", RemedyRebuild, false}}},
		"replicas": {full, func(i *qdrant.CollectionInfo) {
			i.Config.Params.ReplicationFactor, i.Config.Params.WriteConsistencyFactor = nil, proto.Uint32(2)
		}, []Difference{{"replication_factor", "2", "1", RemedyUpdate, false}, {"write_consistency_factor", "1", "2", RemedyUpdate, false}}},
		"payload": {full, func(i *qdrant.CollectionInfo) { i.Config.Params.OnDiskPayload = true },
			[]Difference{{"on_disk_payload", "false", "true", RemedyUpdate, false}}},
		"graph": {full, func(i *qdrant.CollectionInfo) {
			i.Config.HnswConfig = &qdrant.HnswConfigDiff{M: proto.Uint64(16), EfConstruct: proto.Uint64(100)}
		}, []Difference{{"hnsw.m", "32", "16", RemedyUpdate, false}, {"hnsw.ef_construct", "200", "100", RemedyUpdate, false}, {"hnsw.on_disk", "true", "false", RemedyUpdate, false}}},
		"quantization": {full, func(i *qdrant.CollectionInfo) { i.Config.QuantizationConfig = nil },
			[]Difference{{"quantization", "int8", "none", RemedyUpdate, false}}},
		"quantization not wanted": {Settings{Quantization: QuantizationNone}, func(i *qdrant.CollectionInfo) {
			i.Config.QuantizationConfig = qdrant.NewQuantizationBinary(&qdrant.BinaryQuantization{})
		}, []Difference{{"quantization", "none", "binary", RemedyUpdate, false}}},
		"vectors in memory": {full, func(i *qdrant.CollectionInfo) { i.Config.Params.SparseVectorsConfig.Map[vectorTerms].Index = nil },
			[]Difference{{"on_disk_vectors of vector terms", "true", "false", RemedyUpdate, false}}},
		"no IDF": {full, func(i *qdrant.CollectionInfo) { i.Config.Params.SparseVectorsConfig.Map[vectorTerms].Modifier = nil },
			[]Difference{{"vector terms", "sparse with IDF", "sparse without IDF", RemedyRebuild, true}}},
		"another program's": {Settings{}, func(i *qdrant.CollectionInfo) {
			i.Config.Params.SparseVectorsConfig = nil
			i.Config.Params.VectorsConfig = qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 768, Distance: qdrant.Distance_Dot})
		}, []Difference{
			{"the vector without a name", "none", "768 dimensions, Dot", RemedyRebuild, false},
			{"vector terms", "sparse with IDF", "none", RemedyRebuild, true}}},
		"a vector with parameters of its own": {Settings{Quantization: QuantizationNone, HNSW: HNSW{M: 16}}, func(i *qdrant.CollectionInfo) {
			i.Config.Params.VectorsConfig = qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"v": {
				Size: 2, Distance: qdrant.Distance_Dot, HnswConfig: &qdrant.HnswConfigDiff{M: proto.Uint64(8)},
				QuantizationConfig: qdrant.NewQuantizationScalar(&qdrant.ScalarQuantization{})}})
		}, []Difference{
			{"vector v", "none", "2 dimensions, Dot", RemedyRebuild, false},
			{"hnsw.m of vector v", "16", "8", RemedyUpdate, false},
			{"quantization of vector v", "none", "int8", RemedyUpdate, false}}},
		"payload indexes": {Settings{}, func(i *qdrant.CollectionInfo) {
			delete(i.PayloadSchema, fieldRegion)
			i.PayloadSchema[fieldOrdinal].DataType = qdrant.PayloadSchemaType_Keyword
			i.PayloadSchema[fieldTenant].Params = nil
			i.PayloadSchema["more"] = &qdrant.PayloadSchemaInfo{DataType: qdrant.PayloadSchemaType_Text}
		}, []Difference{
			{"payload index tenant (is_tenant)", "true", "false", RemedyEnsure, false},
			{"payload index region", "keyword", "none", RemedyEnsure, false},
			{"payload index ordinal", "integer", "keyword", RemedyEnsure, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			info := asCreated(creation("c", tt.settings, Vectors{}), indexCreations("c", tt.settings))
			tt.change(info)
			if got := Drift(tt.settings, Vectors{}, info); !slices.Equal(got, tt.want) {
				t.Errorf("drift is\n%v\nand should be\n%v", got, tt.want)
			}
		})
	}
}

// TestDriftOfNothing: a server may leave out what it likes.
func TestDriftOfNothing(t *testing.T) {
	if got := Drift(full, Vectors{}, nil); len(got) < 5 {
		t.Errorf("drift is only %v", got)
	}
}

// TestSettingsDoNotDriftFromThemselves: a collection created from settings
// agrees with them, and with those that leave everything to the server.
func TestSettingsDoNotDriftFromThemselves(t *testing.T) {
	flags := rapid.SampledFrom([]*bool{nil, proto.Bool(false), proto.Bool(true)})
	numbers := rapid.IntRange(0, 70)
	rapid.Check(t, func(t *rapid.T) {
		s := Settings{
			Shards: numbers.Draw(t, "shards"), ReplicationFactor: numbers.Draw(t, "replicas"),
			WriteConsistencyFactor: numbers.Draw(t, "consistency"), OnDiskPayload: flags.Draw(t, "payload"), OnDiskVectors: flags.Draw(t, "vectors"),
			Quantization: rapid.SampledFrom([]Quantization{"", QuantizationNone, QuantizationInt8}).Draw(t, "quantization"),
			HNSW:         HNSW{M: numbers.Draw(t, "m"), EfConstruct: numbers.Draw(t, "ef"), OnDisk: flags.Draw(t, "graph")},
			TenantIndex:  flags.Draw(t, "tenant"),
		}
		info := asCreated(creation("c", s, Vectors{}), indexCreations("c", s))
		if got := Drift(s, Vectors{}, info); len(got) > 0 {
			t.Fatalf("settings drift from themselves: %v", got)
		}
		if s.TenantIndex != nil && !*s.TenantIndex {
			return
		}
		if got := Drift(Settings{}, Vectors{}, info); len(got) > 0 {
			t.Fatalf("unset settings drift: %v", got)
		}
	})
}
