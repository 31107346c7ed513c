// Package statetest is what every driver of package state has to do.
//
// Start with [Run].
package statetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-rag/naru/state"
)

// Run holds a driver to the contract. open opens an empty store that tells the time
// by clock.
func Run(t *testing.T, open func(t *testing.T, clock func() time.Time) state.Store) {
	for name, test := range map[string]func(t *testing.T, s state.Store, clock *clock){
		"what is written is read":               written,
		"a write needs the version that it saw": swapped,
		"nobody's update is lost":               updated,
		"what has expired is not there":         expired,
		"scans are ordered and paged":           scanned,
		"what cannot be stored is refused":      refused,
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
			s := open(t, c.Now)
			t.Cleanup(func() { s.Close() })
			test(t, s, c)
		})
	}
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func put(t *testing.T, s state.Store, e state.Entry) state.Entry {
	t.Helper()
	e, err := s.Put(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func written(t *testing.T, s state.Store, _ *clock) {
	ctx := t.Context()
	if _, err := s.Get(ctx, "key/a"); !errors.Is(err, state.ErrNotFound) {
		t.Fatalf("an empty store has %v", err)
	}
	for key, value := range map[string][]byte{"key/a": []byte("1"), "key/": nil, "key/나루/배": {}, "key/b c": {0, 255, 0}, "other/a": bytes.Repeat([]byte{7}, state.MaxValue)} {
		if key == "key/" {
			continue
		}
		e := put(t, s, state.Entry{Key: key, Value: value})
		if e.Version == "" {
			t.Errorf("%s has no version", key)
		}
		got, err := s.Get(ctx, key)
		if err != nil || got.Key != key || !bytes.Equal(got.Value, value) || got.Version != e.Version || !got.Expires.IsZero() {
			t.Errorf("%s: written %+.60v, read %+.60v, %v", key, e, got, err)
		}
	}
	if err := s.Delete(ctx, state.Entry{Key: "key/none"}); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("what is not there is deleted: %v", err)
	}
}

func swapped(t *testing.T, s state.Store, _ *clock) {
	ctx := t.Context()
	first := put(t, s, state.Entry{Key: "key/a", Value: []byte("1")})
	if _, err := s.Put(ctx, state.Entry{Key: "key/a", Value: []byte("2")}); !errors.Is(err, state.ErrConflict) {
		t.Errorf("what is there was written as if it were not: %v", err)
	}
	second := put(t, s, state.Entry{Key: "key/a", Value: []byte("2"), Version: first.Version})
	for _, e := range []state.Entry{first, {Key: "key/b", Version: first.Version}} {
		if _, err := s.Put(ctx, e); !errors.Is(err, state.ErrConflict) {
			t.Errorf("%s: written over a version that is not there: %v", e.Key, err)
		}
	}
	if err := s.Delete(ctx, first); !errors.Is(err, state.ErrConflict) {
		t.Errorf("deleted by an old version: %v", err)
	}
	if err := s.Delete(ctx, second); err != nil {
		t.Fatal(err)
	}
	third := put(t, s, state.Entry{Key: "key/a", Value: []byte("1")})
	if _, err := s.Put(ctx, state.Entry{Key: "key/a", Version: first.Version}); !errors.Is(err, state.ErrConflict) {
		t.Errorf("a version came back after a deletion: %v", err)
	}
	if got, err := s.Get(ctx, "key/a"); err != nil || string(got.Value) != "1" || got.Version != third.Version {
		t.Errorf("there is %+v, %v", got, err)
	}
}

func updated(t *testing.T, s state.Store, _ *clock) {
	const writers, each = 4, 5
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				for {
					_, err := state.Update(t.Context(), s, "count/all", func(e *state.Entry) error {
						e.Value = append(e.Value, 'x')
						return nil
					})
					if errors.Is(err, state.ErrConflict) {
						continue
					}
					if err != nil {
						t.Error(err)
					}
					break
				}
			}
		})
	}
	all.Wait()
	if got, err := s.Get(t.Context(), "count/all"); err != nil || len(got.Value) != writers*each {
		t.Errorf("%d updates are left of %d, %v", len(got.Value), writers*each, err)
	}
	wrong := errors.New("wrong")
	if _, err := state.Update(t.Context(), s, "count/all", func(*state.Entry) error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("the error of a change is %v", err)
	}
}

func expired(t *testing.T, s state.Store, c *clock) {
	ctx := t.Context()
	e := put(t, s, state.Entry{Key: "id/a", Expires: c.Now().Add(time.Minute)})
	if got, err := s.Get(ctx, "id/a"); err != nil || !got.Expires.Equal(e.Expires) {
		t.Fatalf("%+v, %v", got, err)
	}
	c.pass(time.Minute)
	if _, err := s.Get(ctx, "id/a"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if all, err := s.Scan(ctx, "id/", "", 10); err != nil || len(all) > 0 {
		t.Errorf("a scan shows %v, %v", all, err)
	}
	if err := s.Delete(ctx, e); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("deleted: %v", err)
	}
	if _, err := s.Put(ctx, e); !errors.Is(err, state.ErrConflict) {
		t.Errorf("written over as if it were there: %v", err)
	}
	put(t, s, state.Entry{Key: "id/a", Value: []byte("new")})
}

func scanned(t *testing.T, s state.Store, _ *clock) {
	ctx := t.Context()
	var want []string
	for i := range 25 {
		key := fmt.Sprintf("source/%02d", i)
		put(t, s, state.Entry{Key: key, Value: []byte(key)})
		want = append(want, key)
	}
	put(t, s, state.Entry{Key: "sourcf/00"})
	put(t, s, state.Entry{Key: "source/나루"})
	want = append(want, "source/나루")
	var got []string
	for after := ""; ; {
		page, err := s.Scan(ctx, "source/", after, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			if got = append(got, e.Key); e.Version == "" || e.Key != "source/나루" && string(e.Value) != e.Key {
				t.Errorf("%+v", e)
			}
		}
		if len(page) < 7 {
			break
		}
		after = page[len(page)-1].Key
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if page, err := s.Scan(ctx, "source/1", "source/15", 100); err != nil || len(page) != 4 {
		t.Errorf("%d begin with 1 and come after 15, %v", len(page), err)
	}
	if page, err := s.Scan(ctx, "none/", "", 100); err != nil || len(page) != 0 {
		t.Errorf("%d of a kind that is not there, %v", len(page), err)
	}
}

func refused(t *testing.T, s state.Store, _ *clock) {
	ctx := t.Context()
	for _, key := range []string{"", "a", "key/", "/a", "Key/a", "k y/a", "key/\xff", "key/" + strings.Repeat("a", state.MaxKey)} {
		if _, err := s.Put(ctx, state.Entry{Key: key}); err == nil || errors.Is(err, state.ErrConflict) {
			t.Errorf("%.20q is written: %v", key, err)
		}
		if _, err := s.Get(ctx, key); err == nil || errors.Is(err, state.ErrNotFound) {
			t.Errorf("%.20q is read: %v", key, err)
		}
		if err := s.Delete(ctx, state.Entry{Key: key}); err == nil || errors.Is(err, state.ErrNotFound) {
			t.Errorf("%.20q is deleted: %v", key, err)
		}
	}
	if _, err := s.Put(ctx, state.Entry{Key: "key/a", Value: make([]byte, state.MaxValue+1)}); err == nil {
		t.Error("a value that is too long is written")
	}
	for _, prefix := range []string{"", "key", "/"} {
		if _, err := s.Scan(ctx, prefix, "", 1); err == nil {
			t.Errorf("%q is a prefix", prefix)
		}
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Get(done, "key/a"); !errors.Is(err, context.Canceled) {
		t.Errorf("read after the end: %v", err)
	}
}
