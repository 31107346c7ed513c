package embedded_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/naru-rag/naru/store/embedded"
)

// The test binary runs itself as another process where a test needs one: the
// variable names what that process does.
const childVariable = "NARU_EMBEDDED_TEST_CHILD"

func TestMain(m *testing.M) {
	switch mode := os.Getenv(childVariable); mode {
	case "":
		goleak.VerifyTestMain(m)
	case "damage":
		// Without goleak: a store that is damaged may not end all that it began.
		os.Exit(m.Run())
	case "write":
		writeForever(os.Args[len(os.Args)-1])
	case "hold":
		hold(os.Args[len(os.Args)-1])
	case "full":
		fillDisk(os.Args[len(os.Args)-1])
	default:
		fmt.Fprintln(os.Stderr, "unknown child mode", mode)
		os.Exit(2)
	}
}

const collection = "c"

// client is an engine with the clients a caller would have.
type client struct {
	qdrant.PointsClient
	collections qdrant.CollectionsClient
	conn        grpc.ClientConnInterface
	engine      *embedded.Engine
}

func open(t testing.TB, dir string) *client {
	t.Helper()
	e, err := embedded.Open(dir, embedded.Options{LockTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return newClient(e)
}

func newClient(e *embedded.Engine) *client {
	return &client{qdrant.NewPointsClient(e.Conn()), qdrant.NewCollectionsClient(e.Conn()), e.Conn(), e}
}

// fresh is an engine with one empty collection: sparse vectors "v" with idf and
// "plain" without, and dense vectors "d" of three values, compared by angle.
func fresh(t testing.TB) *client {
	t.Helper()
	c := open(t, t.TempDir())
	if err := c.create(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *client) create() error {
	_, err := c.collections.Create(context.Background(), &qdrant.CreateCollection{
		CollectionName: collection,
		VectorsConfig: qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
			"d": {Size: 3, Distance: qdrant.Distance_Cosine},
		}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			"v": {Modifier: qdrant.Modifier_Idf.Enum()}, "plain": {},
		}),
	})
	return err
}

func (c *client) upsert(t testing.TB, points ...*qdrant.PointStruct) {
	t.Helper()
	if _, err := c.Upsert(context.Background(), &qdrant.UpsertPoints{CollectionName: collection, Points: points}); err != nil {
		t.Fatal(err)
	}
}

func (c *client) index(t testing.TB, field string, kind qdrant.FieldType) {
	t.Helper()
	_, err := c.CreateFieldIndex(context.Background(), &qdrant.CreateFieldIndexCollection{
		CollectionName: collection, FieldName: field, FieldType: kind.Enum(),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// all returns every point, by way of pages of two.
func (c *client) all(t testing.TB, filter *qdrant.Filter) []*qdrant.RetrievedPoint {
	t.Helper()
	var points []*qdrant.RetrievedPoint
	var offset *qdrant.PointId
	for {
		r, err := c.Scroll(context.Background(), &qdrant.ScrollPoints{
			CollectionName: collection, Filter: filter, Offset: offset, Limit: proto.Uint32(2), WithVectors: qdrant.NewWithVectors(true),
		})
		if err != nil {
			t.Fatal(err)
		}
		points = append(points, r.GetResult()...)
		if offset = r.GetNextPageOffset(); offset == nil {
			return points
		}
	}
}

func numbers[P interface{ GetId() *qdrant.PointId }](points []P) []uint64 {
	ids := []uint64{}
	for _, p := range points {
		ids = append(ids, p.GetId().GetNum())
	}
	return ids
}

func point(id uint64, payload map[string]any, indices []uint32, values []float32) *qdrant.PointStruct {
	p := &qdrant.PointStruct{Id: qdrant.NewIDNum(id), Payload: qdrant.NewValueMap(payload)}
	if indices != nil {
		p.Vectors = qdrant.NewVectorsMap(map[string]*qdrant.Vector{"v": qdrant.NewVectorSparse(indices, values)})
	}
	return p
}

func wantCode(t testing.TB, err error, want codes.Code) {
	t.Helper()
	if status.Code(err) != want {
		t.Fatalf("error is %v, want code %v", err, want)
	}
}
