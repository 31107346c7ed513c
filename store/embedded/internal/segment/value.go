package segment

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// Values of payload fields are kept as bytes whose order is that of the values.

// anyWidth is the width of values that differ in length.
const anyWidth = 0

// valueWidths are the value indexes of each type of field, by the length of
// their values. Both types of numbers have integers and floats, because a range
// selects both, whatever the field is said to hold.
var valueWidths = map[qdrant.FieldType][]int{
	qdrant.FieldType_FieldTypeKeyword:  {anyWidth},
	qdrant.FieldType_FieldTypeUuid:     {anyWidth},
	qdrant.FieldType_FieldTypeInteger:  {8, 8},
	qdrant.FieldType_FieldTypeFloat:    {8, 8},
	qdrant.FieldType_FieldTypeDatetime: {8},
	qdrant.FieldType_FieldTypeBool:     {1},
}

// Positions among the value indexes of a number field.
const (
	integers = 0
	floats   = 1
)

// appendValue appends a payload value for the index of a type of field. It
// returns which value index it belongs into, and whether it belongs in any.
func appendValue(dst []byte, t qdrant.FieldType, v *qdrant.Value) (value []byte, index int, ok bool) {
	switch v := v.GetKind().(type) {
	case *qdrant.Value_StringValue:
		switch t {
		case qdrant.FieldType_FieldTypeKeyword, qdrant.FieldType_FieldTypeUuid:
			return append(dst, v.StringValue...), 0, true
		case qdrant.FieldType_FieldTypeDatetime:
			if t, ok := payload.Time(v.StringValue); ok {
				return appendTime(dst, t), 0, true
			}
		}
	case *qdrant.Value_IntegerValue:
		if t == qdrant.FieldType_FieldTypeInteger || t == qdrant.FieldType_FieldTypeFloat {
			return appendInteger(dst, v.IntegerValue), integers, true
		}
	case *qdrant.Value_DoubleValue:
		if t == qdrant.FieldType_FieldTypeInteger || t == qdrant.FieldType_FieldTypeFloat {
			return appendFloat(dst, v.DoubleValue), floats, true
		}
	case *qdrant.Value_BoolValue:
		if t == qdrant.FieldType_FieldTypeBool {
			return appendBool(dst, v.BoolValue), 0, true
		}
	}
	return dst, 0, false
}

const signBit = 1 << 63

func appendInteger(dst []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(v)^signBit)
}

func integerOf(value []byte) int64 { return int64(binary.BigEndian.Uint64(value) ^ signBit) }

// appendFloat has one NaN, which comes last.
func appendFloat(dst []byte, v float64) []byte {
	if v != v {
		v = math.NaN()
	}
	b := math.Float64bits(v)
	if b&signBit != 0 {
		return binary.BigEndian.AppendUint64(dst, ^b)
	}
	return binary.BigEndian.AppendUint64(dst, b^signBit)
}

func floatOf(value []byte) float64 {
	b := binary.BigEndian.Uint64(value)
	if b&signBit == 0 {
		return math.Float64frombits(^b)
	}
	return math.Float64frombits(b ^ signBit)
}

// appendTime keeps microseconds, as payload.Time does.
func appendTime(dst []byte, t time.Time) []byte { return appendInteger(dst, t.UnixMicro()) }

func timeOf(value []byte) time.Time { return time.UnixMicro(integerOf(value)) }

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}
