package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// TestVisibleIffHereOrOpened: under any policy a document is found and counted where it
// belongs and where a flow of kind search leads, and nowhere else, as whomever one asks;
// and closing a flow never makes one visible.
func TestVisibleIffHereOrOpened(t *testing.T) {
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	all := store.New(engine.Conn(), store.Options{})
	if err := all.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	names := []string{"kr", "sa", "fr"}
	declared := []region.Region{{Name: "kr", Jurisdiction: "KR"}, {Name: "sa", Jurisdiction: "SA"}, {Name: "fr", Jurisdiction: "FR"}}
	var entries []store.Entry
	for _, belongs := range append(names, "", "KR", "kr ") {
		a := rag.Access{Tenant: "t", Region: belongs}
		id := store.DocumentID("t", belongs)
		text := fmt.Sprintf("ferry %q", belongs)
		entries = append(entries, store.Entry{
			Document: rag.Document{ID: id, URI: belongs, Text: text, Hash: "h", Language: "en", Access: a},
			Passages: []rag.Passage{{Text: text, End: len(text), Language: "en"}},
		})
	}
	if err := all.Put(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		var flows []region.Flow
		for _, data := range names {
			for _, to := range names {
				kinds := rapid.SliceOfNDistinct(rapid.SampledFrom(region.Kinds), 0, 4, rapid.ID).Draw(r, data+" to "+to)
				if data != to && len(kinds) > 0 {
					flows = append(flows, region.Flow{Data: data, To: to, Kinds: kinds})
				}
			}
		}
		here := rapid.SampledFrom(names).Draw(r, "here")
		asker := rag.Asker{Tenant: "t", Regions: rapid.SliceOfN(rapid.SampledFrom(append(names, "", "KR")), 0, 3).Draw(r, "regions")}
		found := func(flows []region.Flow) []string {
			p, wrong := region.NewPolicy(here, declared, flows)
			if len(wrong) > 0 {
				r.Fatalf("%v", wrong)
			}
			s := store.New(engine.Conn(), store.Options{Regions: p.Visible()})
			got, err := s.Search(t.Context(), rag.Query{Text: "ferry", Language: "en", Limit: 10, Asker: asker})
			if err != nil {
				r.Fatal(err)
			}
			if n, _, err := s.Count(t.Context(), "t"); err != nil || n != len(p.Visible()) {
				r.Errorf("%d are counted of %v, %v", n, p.Visible(), err)
			}
			var regions []string
			for _, passage := range got.Passages {
				if ok, why := p.Allows(region.Search, passage.Region, here); !ok || !asker.Sees(passage.Access) {
					r.Errorf("in %s, %q is found: %s", here, passage.Region, why)
				}
				regions = append(regions, passage.Region)
			}
			for _, name := range names {
				ok, _ := p.Allows(region.Search, name, here)
				if sees := asker.Sees(rag.Access{Tenant: "t", Region: name}); slices.Contains(regions, name) != (ok && sees) {
					r.Errorf("in %s, %s is found: %v; it is open: %v, and seen: %v", here, name, !(ok && sees), ok, sees)
				}
			}
			slices.Sort(regions)
			return regions
		}
		before := found(flows)
		if len(flows) == 0 {
			return
		}
		i := rapid.IntRange(0, len(flows)-1).Draw(r, "closed")
		after := found(slices.Delete(slices.Clone(flows), i, i+1))
		for _, name := range after {
			if !slices.Contains(before, name) {
				r.Errorf("closing %+v opens %s: %s, then %s", flows[i], name, strings.Join(before, " "), strings.Join(after, " "))
			}
		}
	})
}
