package embedded

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// allowed lists, message by message, the request fields that the engine acts
// on. A field set in a request and not listed here is refused by name, so that
// no part of a request is ever silently ignored. Messages in freeForm hold
// data (payload values, vectors, times) and are not looked into.
//
// wait, ordering and read_consistency are listed because the engine always
// gives the strongest there is: one node, every write waited for.
var allowed = map[protoreflect.FullName]string{
	"qdrant.CreateCollection":           "collection_name timeout vectors_config sparse_vectors_config metadata",
	"qdrant.VectorsConfig":              "params_map",
	"qdrant.VectorParamsMap":            "",
	"qdrant.SparseVectorConfig":         "map",
	"qdrant.SparseVectorParams":         "modifier",
	"qdrant.DeleteCollection":           "collection_name timeout",
	"qdrant.GetCollectionInfoRequest":   "collection_name",
	"qdrant.CollectionExistsRequest":    "collection_name",
	"qdrant.ListCollectionsRequest":     "",
	"qdrant.CreateFieldIndexCollection": "collection_name wait field_name field_type field_index_params ordering timeout",
	"qdrant.PayloadIndexParams":         "keyword_index_params integer_index_params datetime_index_params",
	"qdrant.KeywordIndexParams":         "is_tenant",
	"qdrant.IntegerIndexParams":         "lookup range",
	"qdrant.DatetimeIndexParams":        "",

	"qdrant.UpsertPoints":      "collection_name wait points ordering timeout",
	"qdrant.DeletePoints":      "collection_name wait points ordering timeout",
	"qdrant.SetPayloadPoints":  "collection_name wait payload points_selector ordering timeout",
	"qdrant.UpdateBatchPoints": "collection_name wait operations ordering timeout",
	"qdrant.GetPoints":         "collection_name ids with_payload with_vectors read_consistency timeout",
	"qdrant.ScrollPoints":      "collection_name filter offset limit with_payload with_vectors read_consistency timeout",
	"qdrant.CountPoints":       "collection_name filter exact read_consistency timeout",
	"qdrant.QueryPoints":       "collection_name query using filter params score_threshold limit offset with_vectors with_payload read_consistency timeout",
	"qdrant.QueryBatchPoints":  "collection_name query_points read_consistency timeout",

	"qdrant.PointsUpdateOperation":                 "upsert set_payload delete_points",
	"qdrant.PointsUpdateOperation.PointStructList": "points",
	"qdrant.PointsUpdateOperation.SetPayload":      "payload points_selector",
	"qdrant.PointsUpdateOperation.DeletePoints":    "points",
	"qdrant.PointStruct":                           "id payload vectors",
	"qdrant.Vectors":                               "vectors",
	"qdrant.NamedVectors":                          "vectors",
	"qdrant.Vector":                                "sparse",
	"qdrant.PointsSelector":                        "points filter",
	"qdrant.PointsIdsList":                         "ids",

	"qdrant.Query":                  "nearest",
	"qdrant.VectorInput":            "sparse",
	"qdrant.SearchParams":           "exact",
	"qdrant.WithPayloadSelector":    "enable include exclude",
	"qdrant.PayloadIncludeSelector": "fields",
	"qdrant.PayloadExcludeSelector": "fields",
	"qdrant.WithVectorsSelector":    "enable include",
	"qdrant.VectorsSelector":        "names",

	"qdrant.Filter":           "should must must_not min_should",
	"qdrant.MinShould":        "conditions min_count",
	"qdrant.Condition":        "field is_empty has_id filter is_null",
	"qdrant.IsEmptyCondition": "key",
	"qdrant.IsNullCondition":  "key",
	"qdrant.HasIdCondition":   "has_id",
	"qdrant.FieldCondition":   "key match range datetime_range is_empty is_null",
	"qdrant.Match":            "keyword integer boolean keywords integers except_integers except_keywords",
	"qdrant.RepeatedStrings":  "strings",
	"qdrant.RepeatedIntegers": "integers",
	"qdrant.Range":            "lt gt gte lte",
	"qdrant.DatetimeRange":    "lt gt gte lte",
}

// freeForm are the messages that hold data rather than instructions.
var freeForm = map[protoreflect.FullName]bool{
	"qdrant.Value":              true,
	"qdrant.PointId":            true,
	"qdrant.SparseVector":       true,
	"qdrant.WriteOrdering":      true,
	"qdrant.ReadConsistency":    true,
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
	return walk(m, string(m.Descriptor().Name()))
}

func walk(m protoreflect.Message, path string) error {
	name := m.Descriptor().FullName()
	if freeForm[name] {
		return nil
	}
	fields := allowedFields[name]
	if len(m.GetUnknown()) > 0 {
		return unsupported("an unknown field in %s", path)
	}
	var err error
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if !fields[fd.Name()] {
			err = unsupported("%s.%s", path, fd.Name())
			return false
		}
		err = walkField(fd, v, path)
		return err == nil
	})
	return err
}

func walkField(fd protoreflect.FieldDescriptor, v protoreflect.Value, path string) error {
	switch {
	case fd.IsMap():
		value := fd.MapValue()
		if value.Message() == nil || freeForm[value.Message().FullName()] {
			return nil
		}
		var err error
		v.Map().Range(func(k protoreflect.MapKey, item protoreflect.Value) bool {
			err = walk(item.Message(), fmt.Sprintf("%s.%s[%q]", path, fd.Name(), k.String()))
			return err == nil
		})
		return err
	case fd.Message() == nil || freeForm[fd.Message().FullName()]:
		return nil
	case fd.IsList():
		list := v.List()
		at := path + "." + string(fd.Name())
		for i := range list.Len() {
			if err := walk(list.Get(i).Message(), at); err != nil {
				return err
			}
		}
		return nil
	default:
		return walk(v.Message(), path+"."+string(fd.Name()))
	}
}
