package fusion_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"github.com/naru-rag/naru/store/embedded/internal/fusion"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

// edgeRow is a row of testdata/edge.json; edge.py tells how it was made.
type edgeRow struct {
	Method  string         `json:"method"`
	K       uint32         `json:"k"`
	Weights []float32      `json:"weights"`
	Lists   [][][2]float64 `json:"lists"`
	Want    [][2]float64   `json:"want"` // null: refused
}

func key(t interface{ Fatal(...any) }, id uint64) pointid.Key {
	k, err := pointid.Parse(qdrant.NewIDNum(id))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func hits(t *testing.T, pairs ...[2]float64) []fusion.Hit {
	var out []fusion.Hit
	for _, p := range pairs {
		out = append(out, fusion.Hit{Key: key(t, uint64(p[0])), Score: float32(p[1])})
	}
	return out
}

func TestFusesAsQdrantsEngineDoes(t *testing.T) {
	data, err := os.ReadFile("testdata/edge.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []edgeRow
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 150 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		t.Run(fmt.Sprintf("%d/%s", i, row.Method), func(t *testing.T) {
			var lists [][]fusion.Hit
			for _, list := range row.Lists {
				lists = append(lists, hits(t, list...))
			}
			var got []fusion.Hit
			var err error
			if row.Method == "dbsf" {
				got = fusion.DBSF(lists)
			} else {
				got, err = fusion.RRF(lists, row.K, row.Weights)
			}
			if (err != nil) != (row.Want == nil) || err != nil && status.Code(err) != codes.InvalidArgument {
				t.Fatalf("error %v, Qdrant answers %v", err, row.Want)
			}
			if want := hits(t, row.Want...); !slices.Equal(got, want) {
				t.Errorf("lists %v, k %d, weights %v\n got %v\nwant %v", row.Lists, row.K, row.Weights, got, want)
			}
		})
	}
}

// What a vector search cannot bring about, so that Qdrant's engine could not be
// asked: expected values are computed by hand from the definition.
func TestFusesWhatNoSearchReturns(t *testing.T) {
	nan := math.NaN()
	rrf := func(k uint32, weights ...float32) func([][]fusion.Hit) ([]fusion.Hit, error) {
		return func(lists [][]fusion.Hit) ([]fusion.Hit, error) { return fusion.RRF(lists, k, weights) }
	}
	dbsf := func(lists [][]fusion.Hit) ([]fusion.Hit, error) { return fusion.DBSF(lists), nil }
	for name, test := range map[string]struct {
		fuse func([][]fusion.Hit) ([]fusion.Hit, error)
		list [][2]float64
		want [][2]float64
	}{
		"RRF no list":             {rrf(2), nil, nil},
		"RRF same point twice":    {rrf(2), [][2]float64{{1, 9}, {2, 8}, {1, 7}}, [][2]float64{{1, 0.75}, {2, float64(float32(1) / 3)}}},
		"RRF infinite weight":     {rrf(2, float32(math.Inf(1))), [][2]float64{{2, 9}, {1, 8}}, [][2]float64{{1, 1}, {2, 1}}},
		"RRF weight that hides k": {rrf(1, 1e30), [][2]float64{{2, 9}, {1, 8}}, [][2]float64{{1, math.Inf(1)}, {2, math.Inf(1)}}},
		"RRF worst weight":        {rrf(2, float32(math.Inf(-1))), [][2]float64{{2, 9}, {1, 8}}, [][2]float64{{1, 0}, {2, 0}}},
		"RRF weight NaN":          {rrf(2, float32(nan)), [][2]float64{{2, 9}, {1, 8}}, [][2]float64{{1, nan}, {2, nan}}},
		"DBSF no list":            {dbsf, nil, nil},
		"DBSF same point twice":   {dbsf, [][2]float64{{1, 1}, {1, 1}}, [][2]float64{{1, 1}}},
		"DBSF infinite score":     {dbsf, [][2]float64{{2, math.Inf(1)}, {1, 1}}, [][2]float64{{1, nan}, {2, nan}}},
		"DBSF overflow":           {dbsf, [][2]float64{{2, 3e38}, {1, -3e38}}, [][2]float64{{1, nan}, {2, nan}}},
	} {
		t.Run(name, func(t *testing.T) {
			var lists [][]fusion.Hit
			if test.list != nil {
				lists = [][]fusion.Hit{hits(t, test.list...)}
			}
			got, err := test.fuse(lists)
			if err != nil {
				t.Fatal(err)
			}
			if want := hits(t, test.want...); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestRRFRefuses(t *testing.T) {
	list := hits(t, [2]float64{1, 1})
	for name, err := range map[string]error{
		"k 0":              second(fusion.RRF([][]fusion.Hit{list}, 0, nil)),
		"too many weights": second(fusion.RRF([][]fusion.Hit{list}, 2, []float32{1, 1})),
		"too few weights":  second(fusion.RRF([][]fusion.Hit{list, list}, 2, []float32{1})),
		"weights, no list": second(fusion.RRF(nil, 2, []float32{1})),
	} {
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ []fusion.Hit, err error) error { return err }

func TestFusionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hit := rapid.Custom(func(t *rapid.T) fusion.Hit {
			return fusion.Hit{
				Key:   key(t, rapid.Uint64Range(1, 20).Draw(t, "id")),
				Score: rapid.Float32().Draw(t, "score"),
			}
		})
		lists := rapid.SliceOfN(rapid.SliceOf(hit), 0, 4).Draw(t, "lists")
		before := fmt.Sprint(lists)
		weights := rapid.SliceOfN(rapid.Float32(), len(lists), len(lists)).Draw(t, "weights")
		ranks, err := fusion.RRF(lists, rapid.Uint32Min(1).Draw(t, "k"), weights)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[pointid.Key]bool{}
		for _, list := range lists {
			for _, hit := range list {
				ids[hit.Key] = true
			}
		}
		for _, fused := range [][]fusion.Hit{ranks, fusion.DBSF(lists)} {
			if len(fused) != len(ids) {
				t.Fatalf("%d points of %d", len(fused), len(ids))
			}
			for i, hit := range fused {
				if !ids[hit.Key] {
					t.Fatalf("%v is in no list", hit.Key)
				}
				if i == 0 {
					continue
				}
				above := fused[i-1]
				ordered := above.Score > hit.Score ||
					above.Score == hit.Score && above.Key.Compare(hit.Key) < 0 ||
					above.Score != above.Score && (hit.Score == hit.Score || above.Key.Compare(hit.Key) < 0)
				if !ordered {
					t.Fatalf("%v before %v", above, hit)
				}
			}
		}
		if fmt.Sprint(lists) != before {
			t.Fatal("lists changed")
		}
	})
}
