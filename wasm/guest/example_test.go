//go:build !wasip1

package guest_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/naru-rag/naru/wasm/guest"
)

// newestFirst is a function for the hook passages: the newest come first.
func newestFirst(r guest.PassagesRequest) (guest.PassagesResponse, error) {
	order := make([]int, len(r.Passages))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return strings.Compare(r.Passages[b].Modified, r.Passages[a].Modified)
	})
	return guest.PassagesResponse{Order: order}, nil
}

// In a plugin this stands in a function init.
func ExampleRegister() {
	guest.Register(guest.Plugin{Passages: newestFirst})

	response, err := newestFirst(guest.PassagesRequest{Passages: []guest.Passage{
		{Modified: "2025-01-01T00:00:00Z"}, {Modified: "2026-01-01T00:00:00Z"},
	}})
	fmt.Println(response.Order, err)
	// Output: [1 0] <nil>
}

func ExampleUse() {
	restore := guest.Use(guest.Host{
		Lookup: func(key string) (string, bool) { return "나루터", key == "ferry landing" },
	})
	defer restore()

	fmt.Println(guest.Lookup("ferry landing"))
	fmt.Println(guest.Lookup("harbour"))
	// Output:
	// 나루터 true <nil>
	//  false <nil>
}
