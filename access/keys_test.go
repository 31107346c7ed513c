package access_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/state"
	"github.com/naru-rag/naru/state/embedded"
)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func start() *clock { return &clock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func TestKeys(t *testing.T) {
	ctx, c := t.Context(), start()
	file := filepath.Join(t.TempDir(), "state.db")
	open := func() *access.Keys {
		return access.NewKeys(embedded.Open(file, embedded.Options{Clock: c.Now}), access.Options{Clock: c.Now, NewText: rand.Text})
	}
	keys := open()
	asker := rag.Asker{Tenant: "acme", Principals: []string{"staff"}, Regions: []string{"kr"}}
	key, token, err := keys.Add(ctx, access.Key{Name: "부산", Asker: asker, Role: access.Editor, PerMinute: 60, Expires: c.now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(file); err != nil || bytes.Contains(data, []byte(token[len(token)-20:])) {
		t.Errorf("the secret is in the file, %v", err)
	}
	all := access.Access{Keys: keys}
	got, err := all.Caller(ctx, token)
	if err != nil || got.ID != "key:"+key.ID || got.Asker.Tenant != "acme" || got.Asker.Principals[0] != "staff" || got.Asker.Regions[0] != "kr" || got.Role != access.Editor || got.PerMinute != 60 {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, wrong := range map[string]string{
		"nothing": "", "another secret": token[:len(token)-1] + "0", "no secret": "naru_" + key.ID + "_", "no such key": "naru_aaaaaaaaaa_" + token[16:],
		"another kind": "naru_../../../x_" + token[16:], "some text": "hello", "a token": "a.b.c", "capitals": strings.ToUpper(token), "twice": token + token,
		"much": "naru_" + strings.Repeat("a", 1<<20),
	} {
		if c, err := all.Caller(ctx, wrong); !errors.Is(err, access.ErrUnknown) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	second, _, err := keys.Add(ctx, access.Key{Asker: rag.Asker{Tenant: "b"}, Role: access.Reader})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := open().List(ctx); err != nil || len(list) != 2 || list[0].Name != "부산" && list[1].Name != "부산" {
		t.Errorf("%+v, %v", list, err)
	}
	// Another process removes it: it ends here after the cache at the latest.
	if err := open().Remove(ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	if err := open().Remove(ctx, key.ID); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	c.now = c.now.Add(access.Cache)
	if _, err := all.Caller(ctx, token); !errors.Is(err, access.ErrUnknown) {
		t.Errorf("a removed key works: %v", err)
	}
	if list, err := keys.List(ctx); err != nil || len(list) != 1 || list[0].ID != second.ID {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestKeyExpires(t *testing.T) {
	c := start()
	keys := access.NewKeys(embedded.Open(filepath.Join(t.TempDir(), "state.db"), embedded.Options{Clock: c.Now}), access.Options{Clock: c.Now, NewText: rand.Text})
	_, token, err := keys.Add(t.Context(), access.Key{Asker: rag.Asker{Tenant: "a"}, Role: access.Reader, Expires: c.now.Add(2 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Caller(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(2 * time.Second)
	if _, err := keys.Caller(t.Context(), token); !errors.Is(err, access.ErrUnknown) {
		t.Errorf("it works after its end, and within what is cached: %v", err)
	}
	for name, key := range map[string]access.Key{
		"no tenant": {Role: access.Reader}, "no role": {Asker: rag.Asker{Tenant: "a"}}, "another role": {Asker: rag.Asker{Tenant: "a"}, Role: "admin"},
		"a negative rate": {Asker: rag.Asker{Tenant: "a"}, Role: access.Reader, PerMinute: -1}, "over already": {Asker: rag.Asker{Tenant: "a"}, Role: access.Reader, Expires: c.now},
	} {
		if _, _, err := keys.Add(t.Context(), key); err == nil {
			t.Errorf("a key with %s is made", name)
		}
	}
}

// broken is a state that cannot be reached.
type broken struct{ state.Store }

func (broken) Get(context.Context, string) (state.Entry, error) {
	return state.Entry{}, errors.New("secret address")
}

func TestStateDown(t *testing.T) {
	keys := access.NewKeys(broken{}, access.Options{})
	if _, err := keys.Caller(t.Context(), "naru_aaaaaaaaaa_b"); !errors.Is(err, access.ErrUnreachable) || errors.Is(err, access.ErrUnknown) {
		t.Errorf("a state that is down says %v", err)
	}
}

func TestRates(t *testing.T) {
	c := start()
	rates := access.NewRates(c.Now)
	one, other, free := access.Caller{ID: "a", PerMinute: 60}, access.Caller{ID: "b", PerMinute: 60}, access.Caller{ID: "c"}
	for i := range 10 {
		if wait := rates.Wait(one); wait != 0 {
			t.Fatalf("%d: waits %v", i, wait)
		}
	}
	if wait := rates.Wait(one); wait <= 0 || wait > time.Second {
		t.Errorf("the eleventh waits %v", wait)
	}
	if wait := rates.Wait(other); wait != 0 {
		t.Errorf("another waits %v", wait)
	}
	for range 10_000 {
		if wait := rates.Wait(free); wait != 0 {
			t.Fatalf("without limit: waits %v", wait)
		}
	}
	// Who is refused does not wait longer for having come.
	for range 100 {
		rates.Wait(one)
	}
	came := 0
	for range 120 {
		c.now = c.now.Add(500 * time.Millisecond)
		if rates.Wait(one) == 0 {
			came++
		}
	}
	if came != 60 {
		t.Errorf("came %d times in a minute", came)
	}
}
