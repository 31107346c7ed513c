package fusion_test

import (
	"fmt"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/fusion"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
)

func ids(numbers ...uint64) []pointid.Key {
	var keys []pointid.Key
	for _, n := range numbers {
		key, _ := pointid.Parse(qdrant.NewIDNum(n))
		keys = append(keys, key)
	}
	return keys
}

func ExampleRRF() {
	id := ids(0, 1, 2, 3)
	words := []fusion.Hit{{Key: id[1], Score: 14.2}, {Key: id[2], Score: 9.7}}
	meaning := []fusion.Hit{{Key: id[2], Score: 0.83}, {Key: id[3], Score: 0.79}}

	hits, err := fusion.RRF([][]fusion.Hit{words, meaning}, fusion.DefaultK, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, hit := range hits {
		fmt.Printf("%d %.3f\n", hit.Key.ID().GetNum(), hit.Score)
	}
	// Output:
	// 2 0.833
	// 1 0.500
	// 3 0.333
}

func ExampleDBSF() {
	id := ids(0, 1, 2, 3)
	words := []fusion.Hit{{Key: id[1], Score: 14.2}, {Key: id[2], Score: 9.7}, {Key: id[3], Score: 3}}
	meaning := []fusion.Hit{{Key: id[2], Score: 0.83}, {Key: id[3], Score: 0.79}}

	for _, hit := range fusion.DBSF([][]fusion.Hit{words, meaning}) {
		fmt.Printf("%d %.3f\n", hit.Key.ID().GetNum(), hit.Score)
	}
	// Output:
	// 2 1.140
	// 3 0.706
	// 1 0.655
}
