package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/state"
)

// written is what a state holds, to be changed as whoever has its file could.
type written []state.Entry

func (w written) Get(_ context.Context, key string) (state.Entry, error) {
	for _, e := range w {
		if e.Key == key {
			return e, nil
		}
	}
	return state.Entry{}, state.ErrNotFound
}

func (w written) Scan(_ context.Context, prefix, after string, limit int) (found []state.Entry, err error) {
	for _, e := range w {
		if strings.HasPrefix(e.Key, prefix) && e.Key > after && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, nil
}

var errReadOnly = errors.New("what was written is looked at only")

func (written) Put(context.Context, state.Entry) (state.Entry, error) {
	return state.Entry{}, errReadOnly
}
func (written) Delete(context.Context, state.Entry) error { return errReadOnly }
func (written) Close() error                              { return nil }

// snapshot reads all that a log has written, in the order of the keys.
func snapshot(t testing.TB, s state.Store) (w written) {
	t.Helper()
	for _, kind := range []string{"audit/", "audit-head/"} {
		entries, err := s.Scan(t.Context(), kind, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		w = append(w, entries...)
	}
	return w
}

// with is w with another value at one place.
func (w written) with(i int, value []byte) written {
	changed := slices.Clone(w)
	changed[i].Value = value
	return changed
}

// logOf writes batches of as many records each, the same ones again at the same time.
func logOf(t testing.TB, key audit.Key, at time.Time, batches ...int) written {
	t.Helper()
	s := newState(t)
	for i, n := range batches {
		l, err := audit.New(s, audit.Options{Key: key, Salt: salt, Clock: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		// What is held goes with the next record: a batch of a known length.
		for j := range n - 1 {
			l.Connection(audit.Egress{To: fmt.Sprintf("%d-%d.example:443", i, j), Allowed: true, Why: "store.url"}, true)
		}
		write(t, l, fmt.Sprint(i))
		closed(t, l)
	}
	w := snapshot(t, s)
	if len(w) != len(batches)+1 {
		t.Fatalf("there are %d entries of %d batches", len(w), len(batches))
	}
	return w
}

// TestEveryByte: whatever byte of what is kept is changed, or left out, is found.
func TestEveryByte(t *testing.T) {
	if testing.Short() {
		t.Skip("verifies 11,000 logs")
	}
	key := newKey(t)
	w := logOf(t, key, morning, 1, 3, 2)
	if n := verified(t, w, key); n != 6 {
		t.Fatalf("there are %d records", n)
	}
	changes := 0
	for i, e := range w {
		for at := range e.Value {
			for _, value := range [][]byte{
				slices.Concat(e.Value[:at], []byte{e.Value[at] ^ 1}, e.Value[at+1:]),
				slices.Concat(e.Value[:at], []byte{e.Value[at] ^ 0x20}, e.Value[at+1:]), // another case
				slices.Concat(e.Value[:at], e.Value[at+1:]),
				slices.Concat(e.Value[:at], []byte{' '}, e.Value[at:]),
			} {
				if bytes.Equal(value, e.Value) {
					continue
				}
				changes++
				if r, err := audit.Verify(t.Context(), w.with(i, value), key.Verifier()); !errors.Is(err, audit.ErrChanged) {
					t.Fatalf("%s: what became of byte %d of %s is not found: %+v, %v\n%s", e.Key, at, e.Value, r, err, value)
				}
			}
		}
	}
	t.Logf("%d changes", changes)
}

// TestNamesTheFirst: the record is named that is not as it was written.
func TestNamesTheFirst(t *testing.T) {
	key := newKey(t)
	w := logOf(t, key, morning, 2, 3, 2, 1) // the newest is w[0], and 0 to 7 are records
	line := func(n int) []byte {
		var lines [][]byte
		for r, err := range audit.Records(t.Context(), w) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, r.Line)
		}
		return lines[n]
	}
	cut := func(i, n int) []byte { return bytes.Replace(w[i].Value, append(line(n), ','), nil, 1) }
	for name, tt := range map[string]struct {
		changed     written
		first, last int64
	}{
		"a record changed":                  {w.with(2, bytes.Replace(w[2].Value, []byte("1-1.example"), []byte("1-7.example"), 1)), 3, 3},
		"a record removed":                  {w.with(2, cut(2, 2)), 2, 2},
		"a record twice":                    {w.with(2, bytes.Replace(w[2].Value, line(3), slices.Concat(line(3), []byte(","), line(3)), 1)), 4, 4},
		"two records exchanged":             {w.with(2, bytes.Replace(w[2].Value, slices.Concat(line(2), []byte(","), line(3)), slices.Concat(line(3), []byte(","), line(2)), 1)), 2, 2},
		"a batch removed":                   {slices.Concat(w[:2], w[3:]), 2, 2},
		"the first batch removed":           {slices.Concat(w[:3], w[4:]), 0, 0},
		"the last batch removed":            {w[1:], 7, 7},
		"two batches exchanged":             {w.with(1, w[2].Value).with(2, w[1].Value), 2, 2},
		"everything removed but the mark":   {w[4:], 0, 7},
		"a batch of another log put inside": {w.with(1, logOf(t, key, morning.Add(time.Hour), 2, 3, 2, 1)[1].Value), 5, 5},
	} {
		_, err := audit.Verify(t.Context(), tt.changed, key.Verifier())
		changed, ok := errors.AsType[*audit.ChangedError](err)
		if !ok || changed.First != tt.first && name != "a batch of another log put inside" || tt.last > changed.Last {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text := changed.Error(); !strings.Contains(text, fmt.Sprint(changed.First)) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestAnyLog: logs of any form verify, from any earlier checkpoint, and not with an entry
// left out, put at another's place, cut or exchanged.
func TestAnyLog(t *testing.T) {
	key := newKey(t)
	rapid.Check(t, func(r *rapid.T) {
		w := logOf(t, key, morning, rapid.SliceOfN(rapid.IntRange(1, 40), 1, 6).Draw(r, "batches")...)
		report, err := audit.Verify(t.Context(), w, key.Verifier())
		if err != nil || report.Beside != report.Records {
			r.Fatalf("%+v, %v", report, err)
		}
		i := rapid.IntRange(0, len(w)-2).Draw(r, "entry")
		var earlier []audit.Checkpoint
		for from := range w[:len(w)-1] {
			signed, err := audit.Latest(t.Context(), w[from:], key.Verifier())
			if err != nil {
				r.Fatal(err)
			}
			c, err := key.Verifier().Open(signed)
			if err != nil {
				r.Fatal(err)
			}
			earlier = append(earlier, c)
		}
		if _, err := audit.Verify(t.Context(), w, key.Verifier(), earlier...); err != nil {
			r.Fatalf("with earlier checkpoints: %v", err)
		}
		at := rapid.IntRange(0, len(w[i].Value)-1).Draw(r, "byte")
		other := rapid.IntRange(0, len(w)-2).Draw(r, "other")
		changes := map[string]written{
			"left out": slices.Concat(w[:i], w[i+1:]),
			"cut":      w.with(i, w[i].Value[:at]),
			"changed":  w.with(i, slices.Concat(w[i].Value[:at], []byte{w[i].Value[at] + byte(rapid.IntRange(1, 255).Draw(r, "by"))}, w[i].Value[at+1:])),
			// Without the mark, an end that was cut off is found by who has kept a checkpoint.
			"cut off": w[i+1 : len(w)-1],
		}
		if other != i {
			changes["exchanged"] = w.with(i, w[other].Value).with(other, w[i].Value)
		}
		for name, changed := range changes {
			if _, err := audit.Verify(t.Context(), changed, key.Verifier(), earlier...); !errors.Is(err, audit.ErrChanged) {
				r.Fatalf("%s: entry %d: %v", name, i, err)
			}
		}
	})
}

var morning = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// fixedKey is the same in each of a fuzzer's processes.
func fixedKey(t testing.TB) audit.Key {
	t.Helper()
	key, err := audit.ParseKey("PRIVATE+KEY+naru.test/audit+fa70e2bc+AWvAGEa21RfKNNUyhea5D4we3lCsn50UxTAu5Ef0kWuF")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func FuzzVerify(f *testing.F) {
	key := fixedKey(f)
	w := logOf(f, key, morning, 1, 2)
	for _, e := range w {
		f.Add(e.Value)
	}
	f.Add([]byte(`{"number":2,"first":1,"records":[],"hashes":[],"edge":[],"checkpoint":""}`))
	f.Add([]byte(`{"number":2,"first":-9223372036854775807}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		for i := range w {
			_, err := audit.Verify(t.Context(), w.with(i, value), key.Verifier())
			if (err == nil) != bytes.Equal(value, w[i].Value) {
				t.Errorf("entry %d: %v", i, err)
			}
		}
		if _, err := audit.Latest(t.Context(), w.with(0, value), key.Verifier()); err != nil && !errors.Is(err, audit.ErrChanged) {
			t.Error(err)
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	key := fixedKey(f)
	signed, err := audit.Latest(f.Context(), logOf(f, key, morning, 3), key.Verifier())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Add(signed + "— naru.test/audit AAAA\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := key.Verifier().Open(text)
		if (err == nil) != (text == signed) || err == nil && c.Size != 3 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"time":"2026-11-30T09:00:00Z","kind":"egress","egress":{"to":"a:443","why":"store.url"},"later":1}`))
	f.Add([]byte(`{"kind":"deletion","question":{"text":"0"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := audit.ParseRecord(data)
		if err == nil && r.Question == nil && r.Reading == nil && r.Deletion == nil && r.Egress == nil {
			t.Errorf("a record about nothing: %+v", r)
		}
	})
}
