package embedded

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// allowed lists, message by message, the request fields that the engine acts
// on. A field set in a request and not listed here is refused by name, so that
// no part of a request is ever silently ignored. Messages in freeForm hold
// data (payload values, vectors, times) and are not looked into.
//
// Some fields ask for what the engine gives in any case: wait, ordering and
// read_consistency, because every write is waited for by the only node;
// hnsw_ef, acorn, indexed_only and oversampling, because every search is exact
// and everything is indexed. Others say how a server lays its data out (shards,
// replication, HNSW, optimizers, what is on disk): they are kept and shown, and
// change no answer.
var allowed = map[protoreflect.FullName]string{
	"qdrant.CreateCollection": "collection_name hnsw_config wal_config optimizers_config shard_number on_disk_payload timeout vectors_config replication_factor write_consistency_factor quantization_config sparse_vectors_config metadata",
	"qdrant.UpdateCollection": "collection_name optimizers_config timeout params hnsw_config vectors_config quantization_config sparse_vectors_config metadata",

	"qdrant.HnswConfigDiff":         "m ef_construct full_scan_threshold max_indexing_threads on_disk payload_m inline_storage",
	"qdrant.WalConfigDiff":          "wal_capacity_mb wal_segments_ahead wal_retain_closed",
	"qdrant.OptimizersConfigDiff":   "deleted_threshold vacuum_min_vector_number default_segment_number max_segment_size memmap_threshold indexing_threshold flush_interval_sec deprecated_max_optimization_threads max_optimization_threads",
	"qdrant.MaxOptimizationThreads": "value setting",
	"qdrant.CollectionParamsDiff":   "replication_factor write_consistency_factor read_fan_out_factor on_disk_payload",

	"qdrant.QuantizationConfig":     "scalar",
	"qdrant.QuantizationConfigDiff": "scalar disabled",
	"qdrant.ScalarQuantization":     "type quantile always_ram",
	"qdrant.Disabled":               "",

	"qdrant.VectorsConfig":       "params params_map",
	"qdrant.VectorParamsMap":     "map",
	"qdrant.VectorParams":        "size distance hnsw_config quantization_config on_disk datatype",
	"qdrant.VectorsConfigDiff":   "params params_map",
	"qdrant.VectorParamsDiffMap": "map",
	"qdrant.VectorParamsDiff":    "hnsw_config quantization_config on_disk",
	"qdrant.SparseVectorConfig":  "map",
	"qdrant.SparseVectorParams":  "index modifier",
	"qdrant.SparseIndexConfig":   "full_scan_threshold on_disk",

	"qdrant.DeleteCollection":             "collection_name timeout",
	"qdrant.GetCollectionInfoRequest":     "collection_name",
	"qdrant.CollectionExistsRequest":      "collection_name",
	"qdrant.ListCollectionsRequest":       "",
	"qdrant.ChangeAliases":                "actions timeout",
	"qdrant.AliasOperations":              "create_alias rename_alias delete_alias",
	"qdrant.CreateAlias":                  "collection_name alias_name",
	"qdrant.RenameAlias":                  "old_alias_name new_alias_name",
	"qdrant.DeleteAlias":                  "alias_name",
	"qdrant.ListCollectionAliasesRequest": "collection_name",
	"qdrant.ListAliasesRequest":           "",

	"qdrant.CreateSnapshotRequest":     "collection_name",
	"qdrant.CreateFullSnapshotRequest": "",
	"qdrant.ListSnapshotsRequest":      "collection_name",
	"qdrant.ListFullSnapshotsRequest":  "",
	"qdrant.DeleteSnapshotRequest":     "collection_name snapshot_name",
	"qdrant.DeleteFullSnapshotRequest": "snapshot_name",

	"qdrant.CreateFieldIndexCollection": "collection_name wait field_name field_type field_index_params ordering timeout",
	"qdrant.DeleteFieldIndexCollection": "collection_name wait field_name ordering timeout",
	"qdrant.PayloadIndexParams":         "keyword_index_params integer_index_params float_index_params geo_index_params bool_index_params datetime_index_params uuid_index_params",
	"qdrant.KeywordIndexParams":         "is_tenant on_disk enable_hnsw",
	"qdrant.IntegerIndexParams":         "lookup range is_principal on_disk enable_hnsw",
	"qdrant.FloatIndexParams":           "on_disk is_principal enable_hnsw",
	"qdrant.GeoIndexParams":             "on_disk enable_hnsw",
	"qdrant.BoolIndexParams":            "on_disk enable_hnsw",
	"qdrant.DatetimeIndexParams":        "on_disk is_principal enable_hnsw",
	"qdrant.UuidIndexParams":            "is_tenant on_disk enable_hnsw",

	"qdrant.UpsertPoints":        "collection_name wait points ordering update_filter timeout update_mode",
	"qdrant.DeletePoints":        "collection_name wait points ordering timeout",
	"qdrant.SetPayloadPoints":    "collection_name wait payload points_selector ordering key timeout",
	"qdrant.DeletePayloadPoints": "collection_name wait keys points_selector ordering timeout",
	"qdrant.ClearPayloadPoints":  "collection_name wait points ordering timeout",
	"qdrant.UpdatePointVectors":  "collection_name wait points ordering update_filter timeout",
	"qdrant.DeletePointVectors":  "collection_name wait points_selector vectors ordering timeout",
	"qdrant.UpdateBatchPoints":   "collection_name wait operations ordering timeout",
	"qdrant.GetPoints":           "collection_name ids with_payload with_vectors read_consistency timeout",
	"qdrant.ScrollPoints":        "collection_name filter offset limit with_payload with_vectors read_consistency order_by timeout",
	"qdrant.CountPoints":         "collection_name filter exact read_consistency timeout",
	"qdrant.QueryPoints":         "collection_name prefetch query using filter params score_threshold limit offset with_vectors with_payload read_consistency lookup_from timeout",
	"qdrant.QueryBatchPoints":    "collection_name query_points read_consistency timeout",

	"qdrant.PointsUpdateOperation":                  "upsert set_payload overwrite_payload delete_payload clear_payload update_vectors delete_vectors delete_points",
	"qdrant.PointsUpdateOperation.PointStructList":  "points update_filter update_mode",
	"qdrant.PointsUpdateOperation.SetPayload":       "payload points_selector key",
	"qdrant.PointsUpdateOperation.OverwritePayload": "payload points_selector key",
	"qdrant.PointsUpdateOperation.DeletePayload":    "keys points_selector",
	"qdrant.PointsUpdateOperation.ClearPayload":     "points",
	"qdrant.PointsUpdateOperation.UpdateVectors":    "points update_filter",
	"qdrant.PointsUpdateOperation.DeleteVectors":    "points_selector vectors",
	"qdrant.PointsUpdateOperation.DeletePoints":     "points",
	"qdrant.PointStruct":                            "id payload vectors",
	"qdrant.PointVectors":                           "id vectors",
	"qdrant.Vectors":                                "vector vectors",
	"qdrant.NamedVectors":                           "vectors",
	"qdrant.Vector":                                 "data indices dense sparse",
	"qdrant.PointsSelector":                         "points filter",
	"qdrant.PointsIdsList":                          "ids",

	"qdrant.Query":                    "nearest order_by fusion formula rrf",
	"qdrant.PrefetchQuery":            "prefetch query using filter params score_threshold limit lookup_from",
	"qdrant.VectorInput":              "id dense sparse",
	"qdrant.LookupLocation":           "collection_name vector_name",
	"qdrant.Rrf":                      "k weights",
	"qdrant.OrderBy":                  "key direction start_from",
	"qdrant.StartFrom":                "float integer timestamp datetime",
	"qdrant.SearchParams":             "hnsw_ef exact quantization indexed_only acorn",
	"qdrant.QuantizationSearchParams": "ignore rescore oversampling",
	"qdrant.AcornSearchParams":        "enable max_selectivity",
	"qdrant.WithPayloadSelector":      "enable include exclude",
	"qdrant.PayloadIncludeSelector":   "fields",
	"qdrant.PayloadExcludeSelector":   "fields",
	"qdrant.WithVectorsSelector":      "enable include",
	"qdrant.VectorsSelector":          "names",
}

// freeForm are the messages that hold data rather than instructions, and those
// whose every part is read by a package that refuses what it does not know:
// filters and formulas.
var freeForm = map[protoreflect.FullName]bool{
	"qdrant.Value":              true,
	"qdrant.PointId":            true,
	"qdrant.SparseVector":       true,
	"qdrant.SparseIndices":      true,
	"qdrant.DenseVector":        true,
	"qdrant.WriteOrdering":      true,
	"qdrant.ReadConsistency":    true,
	"qdrant.Filter":             true,
	"qdrant.Formula":            true,
	"google.protobuf.Timestamp": true,
}

var allowedFields = func() map[protoreflect.FullName]map[protoreflect.Name]bool {
	sets := make(map[protoreflect.FullName]map[protoreflect.Name]bool, len(allowed))
	for message, fields := range allowed {
		set := map[protoreflect.Name]bool{}
		for f := range strings.FieldsSeq(fields) {
			set[protoreflect.Name(f)] = true
		}
		sets[message] = set
	}
	return sets
}()

// checkSupported refuses a request that asks for anything the engine does not
// implement.
func checkSupported(request proto.Message) error {
	m := request.ProtoReflect()
	if refused := walk(m, maxNesting); refused != nil {
		return refused.err(m)
	}
	return nil
}

// refusal is what is not supported, and where: the names of the fields that
// lead to it, the last one first.
type refusal struct {
	path []string
	// wrong is what no server would take there, where it is that.
	wrong string
}

// maxNesting is how many messages may lie inside each other: what a wire lets
// through. More comes from a caller in this process only, and could take more
// stack than there is.
const maxNesting = protowire.DefaultRecursionLimit

var tooDeep = &refusal{wrong: fmt.Sprintf("is nested deeper than %d messages", maxNesting)}

// at adds a field to the way to what is refused, but for what is wrong with all
// of it.
func (r *refusal) at(name string) *refusal {
	if r != nil && r != tooDeep {
		r.path = append(r.path, name)
	}
	return r
}

func (r *refusal) err(m protoreflect.Message) error {
	var b strings.Builder
	b.WriteString(string(m.Descriptor().Name()))
	for i := len(r.path) - 1; i >= 0; i-- {
		b.WriteString("." + r.path[i])
	}
	if r.wrong != "" {
		return invalid("Wrong input: %s %s", &b, r.wrong)
	}
	return unsupported("%s", &b)
}

// walk looks into a message, and into what is in it at most depth deep.
func walk(m protoreflect.Message, depth int) (refused *refusal) {
	name := m.Descriptor().FullName()
	if freeForm[name] {
		return nil
	}
	if depth == 0 {
		return tooDeep
	}
	if !m.IsValid() {
		return &refusal{wrong: "is nil"} // from a caller in this process: a wire has no such thing
	}
	fields := allowedFields[name]
	if len(m.GetUnknown()) > 0 {
		return &refusal{path: []string{"(an unknown field)"}}
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if !fields[fd.Name()] {
			refused = &refusal{path: []string{string(fd.Name())}}
			return false
		}
		refused = walkField(fd, v, depth-1)
		return refused == nil
	})
	return refused
}

func walkField(fd protoreflect.FieldDescriptor, v protoreflect.Value, depth int) (refused *refusal) {
	switch {
	case fd.IsMap():
		value := fd.MapValue()
		if value.Message() == nil || freeForm[value.Message().FullName()] {
			return nil
		}
		v.Map().Range(func(k protoreflect.MapKey, item protoreflect.Value) bool {
			refused = walk(item.Message(), depth).at(fmt.Sprintf("%s[%q]", fd.Name(), k.String()))
			return refused == nil
		})
		return refused
	case fd.Enum() != nil && !fd.IsList():
		if fd.Enum().Values().ByNumber(v.Enum()) == nil {
			return (&refusal{wrong: fmt.Sprintf("has no value %d", v.Enum())}).at(string(fd.Name()))
		}
		return nil
	case fd.Message() == nil || freeForm[fd.Message().FullName()]:
		return nil
	case fd.IsList():
		list := v.List()
		for i := range list.Len() {
			if refused := walk(list.Get(i).Message(), depth); refused != nil {
				return refused.at(string(fd.Name()))
			}
		}
		return nil
	default:
		return walk(v.Message(), depth).at(string(fd.Name()))
	}
}
