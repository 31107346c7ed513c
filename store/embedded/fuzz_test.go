package embedded_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/naru-rag/naru/store/embedded"
)

// How the bytes of an input become a request.
const (
	asEncoded  = iota // they are the encoded message
	asChoices         // each decides something
	withNils          // and messages may be nil, as a caller in this process may have them
	inputKinds        // how many there are
)

// FuzzRequests sends a request made of bytes: the first chooses how, the second
// a method. No request panics, hangs or finds the store damaged, and none
// changes the collection of the workload, which none names.
func FuzzRequests(f *testing.F) {
	e, err := embedded.Open(f.TempDir(), embedded.Small(vfs.NewMem()))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := e.Close(); err != nil {
			f.Error(err)
		}
	})
	ctx := context.Background()
	if err := prepareWorkload(ctx, e.Conn()); err != nil {
		f.Fatal(err)
	}
	untouched := newWorkload(e.Conn(), 5)
	for range 30 {
		write, after := untouched.next()
		if err := write(ctx); err != nil {
			f.Fatal(err)
		}
		untouched.state = after
	}
	c := newClient(e)
	methods := c.implemented(f)
	seedRequests(f, methods)
	prepared := false
	f.Fuzz(func(t *testing.T, data []byte) {
		m, request := requestOf(data, methods)
		if request == nil {
			return
		}
		// Each input begins with the same points, so that it fails again alone.
		if !prepared {
			c.prepare(t)
		}
		prepared = reads(m.name)
		sendOne(t, c, m, request)
		if prepared {
			return
		}
		found, err := untouched.found(ctx)
		if err != nil {
			t.Fatalf("after %s: %v", m.name, err)
		}
		if !maps.Equal(found, untouched.state) {
			t.Fatalf("after %s %.2000v\nfound %v\nwant %v", m.name, request, found, untouched.state)
		}
	})
}

// seedRequests adds what is known to be bad, what the workload writes, and
// choices at random.
func seedRequests(f *testing.F, methods []rpc) {
	encoded := func(request proto.Message) {
		data, err := proto.Marshal(request)
		for i, m := range methods {
			if m.in == request.ProtoReflect().Type() && err == nil && len(data) < 1<<12 {
				f.Add(append([]byte{asEncoded, byte(i)}, data...))
			}
		}
	}
	for _, tt := range badInputs() {
		if !tt.local {
			encoded(tt.request)
		}
	}
	w := newWorkload(nil, 7)
	for range 50 {
		encoded(&qdrant.UpdateBatchPoints{CollectionName: collection, Operations: []*qdrant.PointsUpdateOperation{w.operation(w.state)}})
	}
	for i := range methods {
		for kind := asChoices; kind < inputKinds; kind++ {
			choices := []byte{byte(kind), byte(i)}
			for len(choices) < 200 {
				choices = append(choices, byte(w.random.Uint32()))
			}
			f.Add(choices)
		}
	}
}

// implemented returns the methods that there are, but for those that make a file
// with each call.
func (c *client) implemented(t testing.TB) (all []rpc) {
	for _, m := range rpcs {
		if strings.Contains(m.name, "Snapshots/Create") {
			continue
		}
		err := c.conn.Invoke(t.Context(), m.name, m.in.New().Interface(), m.out.New().Interface())
		if status.Code(err) != codes.Unimplemented {
			all = append(all, m)
		}
	}
	return all
}

// requestOf makes a request of bytes, or none.
func requestOf(data []byte, methods []rpc) (rpc, proto.Message) {
	if len(data) < 2 {
		return rpc{}, nil
	}
	m := methods[int(data[1])%len(methods)]
	request := m.in.New().Interface()
	if kind := data[0] % inputKinds; kind != asEncoded {
		c := &chooser{rest: data[2:], nils: kind == withNils}
		c.fill(request.ProtoReflect(), 0)
	} else if proto.Unmarshal(data[2:], request) != nil {
		return m, nil
	}
	if encoded, err := proto.Marshal(request); err == nil && bytes.Contains(encoded, []byte(workCollection)) {
		return m, nil
	}
	return m, request
}

// reads tells whether a method changes nothing.
func reads(method string) bool {
	_, method, _ = strings.Cut(method[1:], "/")
	for _, verb := range []string{"Get", "Scroll", "Query", "Count", "List", "Search", "Recommend", "Discover", "Facet", "Health", "CollectionExists", "CollectionClusterInfo"} {
		if strings.HasPrefix(method, verb) {
			return true
		}
	}
	return false
}

// prepare deletes every collection but the workload's and makes anew what
// requests are about.
func (c *client) prepare(t *testing.T) {
	t.Helper()
	list, err := c.collections.List(t.Context(), &qdrant.ListCollectionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list.GetCollections() {
		if d.GetName() == workCollection {
			continue
		}
		if _, err := c.collections.Delete(t.Context(), &qdrant.DeleteCollection{CollectionName: d.GetName()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	c.index(t, "n", qdrant.FieldType_FieldTypeInteger)
	if _, err := c.collections.UpdateAliases(t.Context(), aliases(qdrant.NewAliasCreate("alias", collection))); err != nil {
		t.Fatal(err)
	}
	var points []*qdrant.PointStruct
	for id := range uint64(4) {
		p := point(id, map[string]any{"k": "a", "n": int64(id), "t": aTime, "g": map[string]any{"lat": 0.5, "lon": float64(id)}, "l": []any{int64(id), "b", map[string]any{"n": nil}}},
			[]uint32{1, uint32(id) + 2}, []float32{1, float32(id) - 2})
		p.Vectors.GetVectors().Vectors["d"] = qdrant.NewVector(1, float32(id), 2)
		points = append(points, p)
	}
	c.upsert(t, append(points, &qdrant.PointStruct{Id: qdrant.NewID(aUUID)})...)
}

const (
	aTime = "2024-01-01T00:00:00Z"
	aUUID = "0fa4dc92-5b5c-8a9b-b6aa-2a4fbd3bd0f1"
)

// sendOne sends a request and looks at how it is answered.
func sendOne(t *testing.T, c *client, m rpc, request proto.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := c.conn.Invoke(ctx, m.name, request, m.out.New().Interface())
	if ctx.Err() != nil {
		t.Fatalf("%s hangs: %v\n%.2000v", m.name, err, request)
	}
	if strings.Contains(status.Convert(err).Message(), "rpc error") {
		t.Fatalf("%s: a status is in the message of another: %v", m.name, err)
	}
	switch status.Code(err) {
	case codes.OK, codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.Unimplemented:
	case codes.DeadlineExceeded: // where the request sets a time limit of its own
		timeout := m.in.Descriptor().Fields().ByName("timeout")
		if timeout == nil || !request.ProtoReflect().Has(timeout) {
			t.Fatalf("%s: %v\n%.2000v", m.name, err, request)
		}
	default:
		t.Fatalf("%s: %v\n%.2000v", m.name, err, request)
	}
}

// chooser makes messages of bytes, each of which decides something: encoded
// messages made at random seldom get past the first check. Used up, it chooses
// the first of everything, and no optional field.
type chooser struct {
	rest []byte
	nils bool
}

func (c *chooser) n(below int) int {
	if len(c.rest) == 0 {
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return int(b) % below
}

func pick[T any](c *chooser, from ...T) T { return from[c.n(len(from))] }

func (c *chooser) uint64() uint64 {
	if c.n(8) < 7 {
		return uint64(c.n(7))
	}
	var raw [8]byte
	c.rest = c.rest[copy(raw[:], c.rest):]
	return pick(c, binary.LittleEndian.Uint64(raw[:]), 1<<31, 1<<32, 1<<63, math.MaxUint64, math.MaxInt64, 1_000_000_000)
}

func (c *chooser) float64() float64 {
	return pick(c, 1, 0, -1, 0.5, 2, 3, -3.5, 90, 181, 1e-30, 3e38, -3e38, 1e300, 5e-324, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1))
}

// text returns a string that makes sense, or does not, in a field of a name.
func (c *chooser) text(field protoreflect.Name) string {
	switch {
	case strings.Contains(string(field), "collection"):
		return pick(c, collection, collection, collection, collection, collection, collection, collection, collection, "alias", "new", "")
	case strings.Contains(string(field), "alias"):
		return pick(c, "alias", "second", collection, "", "a/b")
	}
	switch field {
	case "using", "vector_name", "has_vector", "names", "vectors", "map", "params_map":
		return pick(c, "v", "d", "v", "d", "plain", "", "w")
	case "key", "keys", "field_name", "fields", "payload", "variable", "datetime_key", "to", "defaults", "metadata":
		return pick(c, "n", "k", "t", "g", "l", "l[]", "l[2].n", "l[].n", "g.lat", "x", "x.y.z", "$score", "$score[1]", `"a b"`, "", "a..b")
	}
	return pick(c, "a", "b", "", aTime, aUUID, "a b", "é", strings.Repeat("x", 300))
}

func (c *chooser) scalar(fd protoreflect.FieldDescriptor) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(c.n(2) == 0)
	case protoreflect.EnumKind:
		values := fd.Enum().Values()
		if c.n(32) == 1 {
			return protoreflect.ValueOfEnum(99)
		}
		return protoreflect.ValueOfEnum(values.Get(c.n(values.Len())).Number())
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(c.uint64()))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(int64(c.uint64()))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(c.uint64()))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(c.uint64())
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(c.float64()))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(c.float64())
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(c.text(fd.Name())))
	}
	return protoreflect.ValueOfString(c.text(fd.Name()))
}

// element fills m for a list or map, or chooses a nil one in its place.
func (c *chooser) element(m protoreflect.Message, depth int) protoreflect.Value {
	if c.nils && c.n(24) == 1 {
		return protoreflect.ValueOfMessage(m.Type().Zero())
	}
	c.fill(m, depth+1)
	return protoreflect.ValueOfMessage(m)
}

// unknownFields are those that the engine refuses at once: requests without them
// get further.
const unknownFields = " shard_key_selector sharding_method strict_mode_config multivector_config datatype product binary turboquant text_index_params vectors_count inference document image object multi_dense context discover recommend sample nearest_with_mmr relevance_feedback prevent_unoptimized idf "

// neededFields are those without which a request says nothing.
const neededFields = " collection_name points points_selector operations query query_points field_type field_name vectors actions id ids key keys alias_name old_alias_name new_alias_name expression dense sparse indices values payload left right exponent base x snapshot_name "

// fill sets some fields of a message, and one of each oneof.
func (c *chooser) fill(m protoreflect.Message, depth int) {
	switch v := m.Interface().(type) {
	case *qdrant.SparseVector: // mostly as it has to be
		for i := range c.n(5) {
			v.Indices = append(v.Indices, pick(c, uint32(i), uint32(i), uint32(i), uint32(5-i), math.MaxUint32))
			v.Values = append(v.Values, float32(c.float64()))
		}
		return
	case *qdrant.DenseVector:
		for range pick(c, 3, 3, 3, 3, 2, 0, 4) {
			v.Data = append(v.Data, float32(c.float64()))
		}
		return
	}
	const deepest = 12
	oneofs := m.Descriptor().Oneofs()
	for i := range oneofs.Len() {
		of := oneofs.Get(i)
		if of.IsSynthetic() {
			continue
		}
		for range 3 { // it may choose what is not there
			if j := c.n(of.Fields().Len() + 1); j < of.Fields().Len() && depth < deepest && m.WhichOneof(of) == nil {
				c.set(m, of.Fields().Get(j), depth)
			}
		}
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if of := fd.ContainingOneof(); of != nil && !of.IsSynthetic() || depth >= deepest {
			continue
		}
		of := 3
		if strings.Contains(neededFields, " "+string(fd.Name())+" ") {
			of = 1
		}
		if c.n(of) == of-1 {
			c.set(m, fd, depth)
		}
	}
	c.mend(m)
}

// mend makes most messages agree with themselves, as their parts chosen one by
// one seldom do.
func (c *chooser) mend(m protoreflect.Message) {
	if c.n(8) == 7 {
		return
	}
	switch m := m.Interface().(type) {
	case *qdrant.PointId:
		if _, ok := m.GetPointIdOptions().(*qdrant.PointId_Uuid); ok || m.PointIdOptions == nil {
			m.PointIdOptions = qdrant.NewID(aUUID).PointIdOptions
		}
	case *qdrant.PointStruct:
		m.Vectors = c.vectors()
	case *qdrant.PointVectors:
		m.Vectors = c.vectors()
	case *qdrant.PrefetchQuery:
		m.Query, m.Using, m.Prefetch = c.mendQuery(m.Query, m.Prefetch)
		if m.GetQuery().GetNearest() == nil {
			m.ScoreThreshold = nil
		}
	case *qdrant.QueryPoints:
		m.Query, m.Using, m.Prefetch = c.mendQuery(m.Query, m.Prefetch)
		if m.GetQuery().GetNearest() == nil {
			m.ScoreThreshold = nil
		}
	case *qdrant.OrderBy:
		m.Key = "n"
	}
}

func (c *chooser) vectors() *qdrant.Vectors {
	dense, sparse := &qdrant.DenseVector{}, &qdrant.SparseVector{}
	c.fill(dense.ProtoReflect(), 0)
	c.fill(sparse.ProtoReflect(), 0)
	vectors := map[string]*qdrant.Vector{
		"d": {Vector: &qdrant.Vector_Dense{Dense: dense}}, "v": {Vector: &qdrant.Vector_Sparse{Sparse: sparse}}, "plain": {Vector: &qdrant.Vector_Sparse{Sparse: sparse}},
	}
	for _, name := range []string{"d", "v", "plain"} {
		if c.n(3) == 1 {
			delete(vectors, name)
		}
	}
	return qdrant.NewVectorsMap(vectors)
}

// mendQuery gives a query the vector name and the prefetches that it needs.
func (c *chooser) mendQuery(q *qdrant.Query, prefetch []*qdrant.PrefetchQuery) (*qdrant.Query, *string, []*qdrant.PrefetchQuery) {
	switch of := q.GetVariant().(type) {
	case nil:
		return nil, nil, nil
	case *qdrant.Query_Nearest:
		switch of.Nearest.GetVariant().(type) {
		case *qdrant.VectorInput_Dense:
			return q, proto.String("d"), prefetch
		case *qdrant.VectorInput_Sparse:
			return q, proto.String(pick(c, "v", "plain")), prefetch
		}
		return q, proto.String(pick(c, "d", "v")), prefetch
	case *qdrant.Query_Fusion, *qdrant.Query_Rrf, *qdrant.Query_Formula:
		if len(prefetch) == 0 {
			prefetch = []*qdrant.PrefetchQuery{sparsePrefetch(), {Query: qdrant.NewQuery(1, 0, 2), Using: proto.String("d")}}
		}
		return q, nil, prefetch
	}
	return q, nil, prefetch
}

func (c *chooser) set(m protoreflect.Message, fd protoreflect.FieldDescriptor, depth int) {
	if strings.Contains(unknownFields, " "+string(fd.Name())+" ") && c.n(64) != 1 {
		return
	}
	switch {
	case fd.IsMap():
		values := m.Mutable(fd).Map()
		for range pick(c, 1, 2, 3) {
			key := fd.MapKey()
			name := protoreflect.ValueOfString(c.text(fd.Name())).MapKey()
			if key.Kind() != protoreflect.StringKind {
				name = c.scalar(key).MapKey()
			}
			if fd.MapValue().Message() == nil {
				values.Set(name, c.scalar(fd.MapValue()))
			} else {
				values.Set(name, c.element(values.NewValue().Message(), depth))
			}
		}
	case fd.IsList():
		values := m.Mutable(fd).List()
		for range pick(c, 1, 2, 0, 3) {
			if fd.Message() == nil {
				values.Append(c.scalar(fd))
			} else {
				values.Append(c.element(values.NewElement().Message(), depth))
			}
		}
	case fd.Message() != nil:
		v := m.NewField(fd)
		c.fill(v.Message(), depth+1)
		m.Set(fd, v)
	default:
		m.Set(fd, c.scalar(fd))
	}
}

// FuzzRestore restores a snapshot whose frames are made of bytes, with checksums
// that are right: it is refused as none, or restored and readable.
func FuzzRestore(f *testing.F) {
	made := f.TempDir()
	from := open(f, made)
	from.fill(f)
	data, err := os.ReadFile(snapshotOf(f, from, made, ""))
	if err != nil {
		f.Fatal(err)
	}
	var all []byte
	for _, part := range framesOf(f, data) {
		one := append(binary.AppendUvarint([]byte{part.kind}, uint64(len(part.data))), part.data...)
		if all = append(all, one...); part.kind != 'P' {
			f.Add(slices.Clone(all))
		}
	}
	e, err := embedded.Open(f.TempDir(), embedded.Small(vfs.NewMem()))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := e.Close(); err != nil {
			f.Error(err)
		}
	})
	c, path := newClient(e), filepath.Join(f.TempDir(), "a.snapshot")
	f.Fuzz(func(t *testing.T, data []byte) {
		var frames []frame
		for len(data) > 0 {
			n, size := binary.Uvarint(data[1:])
			if size <= 0 {
				break
			}
			part := frame{kind: data[0]}
			data = data[1+size:]
			n = min(n, uint64(len(data)))
			part.data, data = data[:n], data[n:]
			frames = append(frames, part)
		}
		if len(frames) > 0 && frames[len(frames)-1].kind == 'E' {
			frames = frames[:len(frames)-1]
		}
		if err := os.WriteFile(path, ended(frames...), 0o600); err != nil {
			t.Fatal(err)
		}
		restored, err := e.Restore(t.Context(), path, "", true)
		if err != nil && strings.Contains(err.Error(), "panic") {
			t.Fatal(err)
		}
		for _, r := range restored {
			points, err := c.Scroll(t.Context(), &qdrant.ScrollPoints{CollectionName: r.Collection, Limit: proto.Uint32(1000), WithVectors: qdrant.NewWithVectors(true)})
			if err != nil || len(points.GetResult()) != r.Points {
				t.Errorf("%d points of %d, %v", len(points.GetResult()), r.Points, err)
			}
			if _, err := c.collections.Get(t.Context(), &qdrant.GetCollectionInfoRequest{CollectionName: r.Collection}); err != nil {
				t.Error(err)
			}
			if _, err := c.collections.Delete(t.Context(), &qdrant.DeleteCollection{CollectionName: r.Collection}); err != nil {
				t.Error(err)
			}
		}
	})
}
