package store

import (
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// Quantization is how dense vectors are kept for the first, rough comparison.
type Quantization string

const (
	// QuantizationNone keeps float32 only.
	QuantizationNone Quantization = "none"
	// QuantizationInt8 keeps one byte a dimension beside the vector itself:
	// a quarter of the memory, and results are rescored from the originals.
	QuantizationInt8 Quantization = "int8"
)

// int8Quantile is how much of the range of values int8 spreads over; what lies
// outside is cut off. The value that Qdrant's documentation recommends.
const int8Quantile = 0.99

// Settings are how a collection is laid out on a Qdrant server. The zero value
// of each leaves the choice to the server. The tags name the keys of naru.yaml.
type Settings struct {
	// Shards is the number of parts that the collection is split into, for
	// spreading it over nodes. It is fixed when the collection is created.
	Shards int `yaml:"shards"`
	// ReplicationFactor is on how many nodes each shard is kept.
	ReplicationFactor int `yaml:"replication_factor"`
	// WriteConsistencyFactor is how many replicas must have a write before it is
	// confirmed.
	WriteConsistencyFactor int `yaml:"write_consistency_factor"`
	// OnDiskPayload keeps payloads on disk and not in memory.
	OnDiskPayload *bool `yaml:"on_disk_payload"`
	// OnDiskVectors keeps dense vectors and the inverted index of the sparse
	// ones on disk and not in memory.
	OnDiskVectors *bool `yaml:"on_disk_vectors"`
	// Quantization is of dense vectors; they alone have one.
	Quantization Quantization `yaml:"quantization"`
	// HNSW shapes the graph over dense vectors.
	HNSW HNSW `yaml:"hnsw"`
	// TenantIndex tells the server that points are searched a tenant at a time,
	// so that it keeps those of one together. Nil means true: they always are.
	TenantIndex *bool `yaml:"tenant_index"`
}

// HNSW are the parameters of the graph over dense vectors (Malkov and Yashunin
// 2016).
type HNSW struct {
	// M is the number of edges of a node.
	M int `yaml:"m"`
	// EfConstruct is how many neighbours are considered when a node is added.
	EfConstruct int `yaml:"ef_construct"`
	// OnDisk keeps the graph on disk and not in memory.
	OnDisk *bool `yaml:"on_disk"`
}

// Apply writes the settings into a request that names its vectors already.
func (s Settings) Apply(c *qdrant.CreateCollection) {
	c.ShardNumber = positive[uint32](s.Shards)
	c.ReplicationFactor = positive[uint32](s.ReplicationFactor)
	c.WriteConsistencyFactor = positive[uint32](s.WriteConsistencyFactor)
	c.OnDiskPayload = s.OnDiskPayload
	if s.HNSW != (HNSW{}) {
		c.HnswConfig = &qdrant.HnswConfigDiff{
			M:           positive[uint64](s.HNSW.M),
			EfConstruct: positive[uint64](s.HNSW.EfConstruct),
			OnDisk:      s.HNSW.OnDisk,
		}
	}
	if s.Quantization == QuantizationInt8 {
		c.QuantizationConfig = qdrant.NewQuantizationScalar(&qdrant.ScalarQuantization{
			Type:     qdrant.QuantizationType_Int8,
			Quantile: proto.Float32(int8Quantile),
			// Searching compressed vectors from disk would lose what they are for.
			AlwaysRam: proto.Bool(true),
		})
	}
	if s.OnDiskVectors == nil {
		return
	}
	for _, v := range denseVectors(c.GetVectorsConfig()) {
		v.OnDisk = s.OnDiskVectors
	}
	for _, v := range c.GetSparseVectorsConfig().GetMap() {
		if v.Index == nil {
			v.Index = &qdrant.SparseIndexConfig{}
		}
		v.Index.OnDisk = s.OnDiskVectors
	}
}

// positive is a number for the server, or nil where nothing is set.
func positive[N uint32 | uint64](n int) *N {
	if n <= 0 {
		return nil
	}
	v := N(n)
	return &v
}

// denseVectors are the parameters of the dense vectors by name; the one that
// has none goes by "".
func denseVectors(c *qdrant.VectorsConfig) map[string]*qdrant.VectorParams {
	if one := c.GetParams(); one != nil {
		return map[string]*qdrant.VectorParams{"": one}
	}
	return c.GetParamsMap().GetMap()
}

// creation is the request that creates a collection.
func creation(name string, s Settings, v Vectors) *qdrant.CreateCollection {
	c := &qdrant.CreateCollection{
		CollectionName: name,
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			vectorTerms: {Modifier: qdrant.Modifier_Idf.Enum()},
		}),
	}
	if v.Dimensions > 0 {
		c.VectorsConfig = qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
			vectorMeaning: {Size: uint64(v.Dimensions), Distance: qdrant.Distance_Cosine},
		})
	}
	s.Apply(c)
	return c
}

// indexCreations are the requests that create the payload indexes of a
// collection.
func indexCreations(name string, s Settings) []*qdrant.CreateFieldIndexCollection {
	all := make([]*qdrant.CreateFieldIndexCollection, len(payloadIndexes))
	for i, index := range payloadIndexes {
		params := index.params
		if index.field == fieldTenant && s.TenantIndex != nil {
			params = qdrant.NewPayloadIndexParams(&qdrant.KeywordIndexParams{IsTenant: s.TenantIndex})
		}
		all[i] = &qdrant.CreateFieldIndexCollection{
			CollectionName:   name,
			Wait:             proto.Bool(true),
			FieldName:        index.field,
			FieldType:        index.kind.Enum(),
			FieldIndexParams: params,
		}
	}
	return all
}
