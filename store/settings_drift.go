package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/qdrant/go-client/qdrant"
)

// Remedy is what removes a difference, in words for whoever runs the program.
type Remedy string

const (
	// RemedyEnsure is for what [Store.Ensure] puts right.
	RemedyEnsure Remedy = "the next `naru index` puts it right"
	// RemedyUpdate is for what a server changes in place.
	RemedyUpdate Remedy = "update the collection on the server, or run `naru index --rebuild`"
	// RemedyIndex is for what asks for a next version by itself.
	RemedyIndex Remedy = "the next `naru index` builds a version that has it"
	// RemedyRebuild is for what is fixed when a collection is created.
	RemedyRebuild Remedy = "run `naru index --rebuild`"
)

// Difference is one way in which a collection is not what the program needs or
// its configuration asks for.
type Difference struct {
	// Field is a key of [Settings], such as "hnsw.m", or names a vector or a
	// payload index, such as "payload index tenant".
	Field string `json:"field"`
	// Wanted and Found are values; "none" where there is nothing.
	Wanted string `json:"wanted"`
	Found  string `json:"found"`
	Remedy Remedy `json:"remedy"`
	// Breaks is set where searches or writes fail, or find what they should not;
	// without it they are only slower or less safe than was asked for.
	Breaks bool `json:"breaks"`
}

func (d Difference) String() string {
	return fmt.Sprintf("%s is %s and should be %s: %s", d.Field, d.Found, d.Wanted, d.Remedy)
}

// Drift compares a collection with what [Store.Ensure] would create from these
// settings: vectors first, then settings, then payload indexes, each in a fixed
// order. What the settings leave to the server is not compared.
func Drift(s Settings, v Vectors, existing *qdrant.CollectionInfo) []Difference {
	wanted := creation("", s, v)
	config := existing.GetConfig()
	var d drift
	d.meaning(v, denseVectors(config.GetParams().GetVectorsConfig())[vectorMeaning])
	d.dense(denseVectors(wanted.GetVectorsConfig()), denseVectors(config.GetParams().GetVectorsConfig()))
	d.sparse(wanted.GetSparseVectorsConfig().GetMap(), config.GetParams().GetSparseVectorsConfig().GetMap())
	d.params(s, config.GetParams())
	d.graph(s.HNSW, config)
	d.quantization(s.Quantization, config)
	d.onDisk(s.OnDiskVectors, config.GetParams())
	d.indexes(indexCreations("", s), existing.GetPayloadSchema())
	return d
}

// Drift compares the collection with its settings; see the function [Drift]. A
// collection that does not exist is an error with codes.NotFound.
func (s *Store) Drift(ctx context.Context, settings Settings) ([]Difference, error) {
	info, err := s.collections.Get(ctx, &qdrant.GetCollectionInfoRequest{CollectionName: s.opt.Collection})
	if err != nil {
		return nil, s.wrap(err, "compare settings")
	}
	return Drift(settings, s.opt.Vectors, info.GetResult()), nil
}

// nothing stands for a value that is not there.
const nothing = "none"

type drift []Difference

func (d *drift) compare(field, wanted, found string, remedy Remedy) {
	if wanted != found {
		*d = append(*d, Difference{Field: field, Wanted: wanted, Found: found, Remedy: remedy})
	}
}

func vectorField(name string) string {
	if name == "" {
		return "the vector without a name"
	}
	return "vector " + name
}

// vector compares a vector. One that is not needed breaks nothing.
func (d *drift) vector(name, wanted, found string) {
	if wanted != found {
		*d = append(*d, Difference{Field: vectorField(name), Wanted: wanted, Found: found, Remedy: RemedyRebuild, Breaks: wanted != nothing})
	}
}

// number compares with a setting, where it is set.
func (d *drift) number(field string, wanted int, found uint64, remedy Remedy) {
	if wanted > 0 {
		d.compare(field, strconv.Itoa(wanted), strconv.FormatUint(found, 10), remedy)
	}
}

// flag compares with a setting, where it is set.
func (d *drift) flag(field string, wanted *bool, found bool, remedy Remedy) {
	if wanted != nil {
		d.compare(field, strconv.FormatBool(*wanted), strconv.FormatBool(found), remedy)
	}
}

// meaning compares the vector of meaning, where one is wanted: a version without
// it, or by another model, is searched by words until the next one answers.
func (d *drift) meaning(wanted Vectors, found *qdrant.VectorParams) {
	if wanted.Dimensions > 0 {
		w := &qdrant.VectorParams{Size: uint64(wanted.Dimensions), Distance: qdrant.Distance_Cosine}
		d.compare(vectorField(vectorMeaning), describe(w), describe(found), RemedyIndex)
	}
}

func describe(v *qdrant.VectorParams) string {
	if v == nil {
		return nothing
	}
	return fmt.Sprintf("%d dimensions, %s", v.GetSize(), v.GetDistance())
}

func (d *drift) dense(wanted, found map[string]*qdrant.VectorParams) {
	for _, name := range keysOfBoth(wanted, found) {
		if name == vectorMeaning {
			continue
		}
		d.vector(name, describe(wanted[name]), describe(found[name]))
	}
}

func (d *drift) sparse(wanted, found map[string]*qdrant.SparseVectorParams) {
	describe := func(v *qdrant.SparseVectorParams) string {
		switch {
		case v == nil:
			return nothing
		case v.GetModifier() == qdrant.Modifier_Idf:
			return "sparse with IDF"
		default:
			return "sparse without IDF"
		}
	}
	for _, name := range keysOfBoth(wanted, found) {
		d.vector(name, describe(wanted[name]), describe(found[name]))
	}
}

func (d *drift) params(s Settings, found *qdrant.CollectionParams) {
	d.number("shards", s.Shards, uint64(found.GetShardNumber()), RemedyRebuild)
	// Where a server does not say, there is one.
	d.number("replication_factor", s.ReplicationFactor, uint64(max(1, found.GetReplicationFactor())), RemedyUpdate)
	d.number("write_consistency_factor", s.WriteConsistencyFactor, uint64(max(1, found.GetWriteConsistencyFactor())), RemedyUpdate)
	d.flag("on_disk_payload", s.OnDiskPayload, found.GetOnDiskPayload(), RemedyUpdate)
}

// graph compares the graph of the collection, and those of vectors that have
// parameters of their own.
func (d *drift) graph(wanted HNSW, config *qdrant.CollectionConfig) {
	compare := func(of string, h *qdrant.HnswConfigDiff, own bool) {
		if !own || h.M != nil {
			d.number("hnsw.m"+of, wanted.M, h.GetM(), RemedyUpdate)
		}
		if !own || h.EfConstruct != nil {
			d.number("hnsw.ef_construct"+of, wanted.EfConstruct, h.GetEfConstruct(), RemedyUpdate)
		}
		if !own || h.OnDisk != nil {
			d.flag("hnsw.on_disk"+of, wanted.OnDisk, h.GetOnDisk(), RemedyUpdate)
		}
	}
	compare("", config.GetHnswConfig(), false)
	vectors := denseVectors(config.GetParams().GetVectorsConfig())
	for _, name := range slices.Sorted(maps.Keys(vectors)) {
		if h := vectors[name].GetHnswConfig(); h != nil {
			compare(" of "+vectorField(name), h, true)
		}
	}
}

func (d *drift) quantization(wanted Quantization, config *qdrant.CollectionConfig) {
	if wanted == "" {
		return
	}
	d.compare("quantization", string(wanted), string(quantizationOf(config.GetQuantizationConfig())), RemedyUpdate)
	vectors := denseVectors(config.GetParams().GetVectorsConfig())
	for _, name := range slices.Sorted(maps.Keys(vectors)) {
		if q := vectors[name].GetQuantizationConfig(); q != nil {
			d.compare("quantization of "+vectorField(name), string(wanted), string(quantizationOf(q)), RemedyUpdate)
		}
	}
}

func quantizationOf(q *qdrant.QuantizationConfig) Quantization {
	switch {
	case q.GetScalar() != nil:
		return QuantizationInt8
	case q.GetBinary() != nil:
		return "binary"
	case q.GetProduct() != nil:
		return "product"
	case q.GetTurboquant() != nil:
		return "turbo"
	case q.GetQuantization() != nil:
		return "of a kind unknown here"
	default:
		return QuantizationNone
	}
}

func (d *drift) onDisk(wanted *bool, found *qdrant.CollectionParams) {
	dense := denseVectors(found.GetVectorsConfig())
	for _, name := range slices.Sorted(maps.Keys(dense)) {
		d.flag("on_disk_vectors of "+vectorField(name), wanted, dense[name].GetOnDisk(), RemedyUpdate)
	}
	sparse := found.GetSparseVectorsConfig().GetMap()
	for _, name := range slices.Sorted(maps.Keys(sparse)) {
		d.flag("on_disk_vectors of "+vectorField(name), wanted, sparse[name].GetIndex().GetOnDisk(), RemedyUpdate)
	}
}

// indexes compares payload indexes. One that is not needed costs memory and
// harms nothing else, so it is no difference.
func (d *drift) indexes(wanted []*qdrant.CreateFieldIndexCollection, found map[string]*qdrant.PayloadSchemaInfo) {
	for _, w := range wanted {
		f, ok := found[w.GetFieldName()]
		field := "payload index " + w.GetFieldName()
		kind := strings.ToLower(strings.TrimPrefix(w.GetFieldType().String(), "FieldType"))
		if !ok {
			d.compare(field, kind, nothing, RemedyEnsure)
			continue
		}
		d.compare(field, kind, strings.ToLower(f.GetDataType().String()), RemedyEnsure)
		if want := w.GetFieldIndexParams().GetKeywordIndexParams(); want != nil {
			d.compare(field+" (is_tenant)", strconv.FormatBool(want.GetIsTenant()),
				strconv.FormatBool(f.GetParams().GetKeywordIndexParams().GetIsTenant()), RemedyEnsure)
		}
	}
}

func keysOfBoth[K cmp.Ordered, V any](a, b map[K]V) []K {
	both := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(both)
	return slices.Compact(both)
}
