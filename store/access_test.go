package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// Names that somebody may try to be taken for another with, among others.
var (
	tenants    = []string{"a", "b", "A", "a ", "*", "tenant", "a\x00", "기관"}
	principals = []string{"crew", "captain", "Crew", "", "crew,captain", "*", "승무원"}
	regions    = []string{"", "kr", "fr", "KR"}
)

// TestNobodyFindsWhatTheyMayNotSee asks at random, as anybody, and compares
// every hit with the rule; and what is found with all that may be.
func TestNobodyFindsWhatTheyMayNotSee(t *testing.T) {
	queries := 10_000
	if value := os.Getenv("NARU_TEST_ACCESS_QUERIES"); value != "" {
		var err error
		if queries, err = strconv.Atoi(value); err != nil {
			t.Fatal(err)
		}
	}
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	ctx := context.Background()
	s := store.New(engine.Conn(), store.Options{})
	if err := s.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(4, 4))
	words := []string{"ferry", "harbour", "anchor", "mill", "tower"}
	access := map[string]rag.Access{} // by document
	said := map[string]map[string]bool{}
	var entries []store.Entry
	for i := range 400 {
		a := rag.Access{Tenant: pick(random, tenants), Region: pick(random, regions)}
		for range random.IntN(3) {
			if p := pick(random, principals); p != "" {
				a.Principals = append(a.Principals, p)
			}
		}
		id := store.DocumentID(a.Tenant, fmt.Sprint(i))
		one, other := pick(random, words), pick(random, words)
		text := one + " " + other
		access[id], said[id] = a, map[string]bool{one: true, other: true}
		entries = append(entries, store.Entry{
			Document: rag.Document{ID: id, URI: fmt.Sprint(i), Text: text, Hash: "h", Language: "en", Access: a},
			Passages: []rag.Passage{{ID: store.PassageID(a.Tenant, id, 0), Document: id, Text: text, End: len(text), Language: "en", Access: a}},
		})
	}
	if err := s.Put(ctx, entries...); err != nil {
		t.Fatal(err)
	}
	workers := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 5))
			for range queries / workers {
				asker := rag.Asker{Tenant: pick(random, append(tenants, "", "c", "default"))}
				for range random.IntN(4) {
					asker.Principals = append(asker.Principals, pick(random, principals))
				}
				for range random.IntN(2) {
					asker.Regions = append(asker.Regions, pick(random, regions))
				}
				word := pick(random, words)
				found, err := s.Search(ctx, rag.Query{Text: word, Language: "en", Limit: 1000, Asker: asker})
				if asker.Tenant == "" {
					if !errors.Is(err, rag.ErrNoTenant) || len(found.Passages) > 0 {
						t.Errorf("without a tenant: %v, %v", found, err)
					}
					continue
				}
				if err != nil {
					t.Errorf("%+v: %v", asker, err)
					return
				}
				want := 0
				for id, a := range access {
					if asker.Sees(a) && said[id][word] {
						want++
					}
				}
				for _, p := range found.Passages {
					if !asker.Sees(access[p.Document]) {
						t.Errorf("%+v finds what belongs to %+v", asker, access[p.Document])
						return
					}
				}
				if len(found.Passages) != want {
					t.Errorf("%+v finds %d of %d passages with %q", asker, len(found.Passages), want, word)
					return
				}
			}
		})
	}
	wait.Wait()
}

func pick[T any](random *rand.Rand, of []T) T { return of[random.IntN(len(of))] }
