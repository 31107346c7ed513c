package segment_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/payload"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// answers is all that a segment says, to be compared with what it says after
// its bytes changed. An error is part of it.
func answers(s *segment.Segment) map[string]any {
	all := map[string]any{"len": s.Len(), "config": s.Config()}
	set := func(what string, lookup func(bitset.Set) (bool, error)) {
		into := bitset.New(s.Len())
		if ok, err := lookup(into); err != nil {
			all[what] = err
		} else {
			all[what] = []any{ok, into}
		}
	}
	for doc := range uint32(s.Len()) {
		found, ok := s.Find(s.Key(doc))
		all[fmt.Sprint("document ", doc)] = []any{s.Key(doc), s.Version(doc), found, ok}
	}
	for _, f := range s.Config().Fields {
		path, _ := payload.Parse(f.Name)
		name := path.String()
		set("empty "+name, func(into bitset.Set) (bool, error) { return s.Empty(name, into) })
		set("keywords "+name, func(into bitset.Set) (bool, error) { return s.Keywords(name, []string{"a", "x", "\x00"}, into) })
		set("integers "+name, func(into bitset.Set) (bool, error) { return s.Integers(name, []int64{0, 3, 1 << 53}, into) })
		set("bool "+name, func(into bitset.Set) (bool, error) { return s.Bool(name, true, into) })
		set("range "+name, func(into bitset.Set) (bool, error) { return s.Range(name, &qdrant.Range{Gt: qdrant.PtrOf(0.0)}, into) })
		set("datetime "+name, func(into bitset.Set) (bool, error) {
			return s.DatetimeRange(name, &qdrant.DatetimeRange{}, into)
		})
	}
	search := func(what string, f func(*segment.Collector) error) {
		c := segment.NewCollector(3)
		if err := f(c); err != nil {
			all[what] = err
		} else {
			all[what] = hitsOf(c)
		}
	}
	half := bitset.New(s.Len())
	for doc := 0; doc < s.Len(); doc += 2 {
		half.Add(uint32(doc))
	}
	for _, d := range s.Config().Dense {
		set("has "+d.Name, func(into bitset.Set) (bool, error) { return s.HasVector(d.Name, into) })
		vector := make([]float32, d.Size)
		for i := range vector {
			vector[i] = float32(i%3) - 1
		}
		for i, allowed := range []bitset.Set{nil, half} {
			for _, approximate := range []bool{false, true} {
				search(fmt.Sprint("dense ", d.Name, i, approximate), func(c *segment.Collector) error {
					q := segment.DenseQuery{Name: d.Name, Vector: vector, Approximate: approximate}
					return s.SearchDense(context.Background(), q, 0, s.DenseRows(d.Name), allowed, c)
				})
			}
		}
	}
	for _, name := range s.Config().Sparse {
		set("has "+name, func(into bitset.Set) (bool, error) { return s.HasVector(name, into) })
		terms := []uint32{0, 2, 3, 7, 20, math.MaxUint32}
		freqs := make([]int, len(terms))
		err := s.DocFreqs(name, terms, freqs)
		all["frequencies "+name] = []any{freqs, err}
		if err := s.SubtractDead(name, terms, half, freqs); err != nil {
			all["frequencies "+name] = err
		}
		for i, allowed := range []bitset.Set{nil, half} {
			for _, weight := range []float64{1, -1} {
				search(fmt.Sprint("sparse ", name, i, weight), func(c *segment.Collector) error {
					q := segment.SparseQuery{Name: name, Terms: terms, Weights: []float64{weight, 1, 2, 3, 4, 5}}
					return s.SearchSparse(context.Background(), q, allowed, c)
				})
			}
		}
	}
	err := segment.Merge(context.Background(), io.Discard, []segment.Input{{Segment: s, Dead: half}})
	all["merge"] = err
	return all
}

// onlyDamage tells whether all errors among answers are about damage.
func onlyDamage(answers map[string]any) error {
	for what, a := range answers {
		if err, ok := a.(error); ok && !errors.Is(err, segment.ErrDamaged) {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

func smallSegment(t testing.TB, points int) []byte {
	m := newMaker(3)
	m.terms, m.share = 20, 0.7
	return built(t, everything(m.size), m.points(points))
}

// TestFlippedBits changes every bit of a segment, one at a time. What is
// answered nevertheless is right, and verifying finds each.
func TestFlippedBits(t *testing.T) {
	data := smallSegment(t, 6)
	want := answers(opened(t, data))
	step := 5 // in each byte one or two of its bits
	if testing.Short() {
		step = 61
	}
	for bit := 0; bit < len(data)*8; bit += step {
		data[bit/8] ^= 1 << (bit % 8)
		s, err := segment.Open("flipped", data)
		if err != nil {
			if !errors.Is(err, segment.ErrDamaged) {
				t.Fatalf("bit %d: Open returns %v", bit, err)
			}
		} else {
			for what, got := range answers(s) {
				if err, ok := got.(error); ok {
					if !errors.Is(err, segment.ErrDamaged) {
						t.Fatalf("bit %d: %s returns %v", bit, what, err)
					}
				} else if !reflect.DeepEqual(got, want[what]) {
					t.Fatalf("bit %d: %s is %v instead of %v", bit, what, got, want[what])
				}
			}
			if err := s.Verify(t.Context()); !errors.Is(err, segment.ErrDamaged) {
				t.Fatalf("bit %d: Verify returns %v", bit, err)
			}
		}
		data[bit/8] ^= 1 << (bit % 8)
	}
}

// TestDamageIsNamed wants file, section and offset in an error.
func TestDamageIsNamed(t *testing.T) {
	m := newMaker(64)
	data := built(t, everything(m.size), m.points(2000))
	s, err := segment.Open("of/some/file", data)
	if err != nil {
		t.Fatal(err)
	}
	// The float32 vectors of "manhattan" come after seven times as many bytes.
	data[len(data)/2] ^= 4
	var errs []string
	for _, d := range s.Config().Dense {
		q := segment.DenseQuery{Name: d.Name, Vector: make([]float32, d.Size)}
		if err := s.SearchDense(t.Context(), q, 0, s.DenseRows(d.Name), nil, segment.NewCollector(5000)); err != nil {
			errs = append(errs, err.Error())
		}
	}
	if len(errs) != 1 || !strings.Contains(errs[0], "of/some/file") || !strings.Contains(errs[0], "vectors of vector") ||
		!strings.Contains(errs[0], fmt.Sprint(len(data)/2>>16<<16)) {
		t.Errorf("errors are %q", errs)
	}
}

// aligned returns data in memory as Open wants it.
func aligned(data []byte) []byte {
	words := make([]uint64, len(data)/8+1)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(words)*8), data)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(words)*8)[:len(data)]
}

// repair gives the bytes right checksums wherever they can be, so that what is
// behind them is reached.
func repair(data []byte) {
	le, castagnoli := binary.LittleEndian, crc32.MakeTable(crc32.Castagnoli)
	if len(data) < 96 {
		return
	}
	trailer := data[len(data)-32:]
	at, end := le.Uint64(trailer), uint64(len(data)-32)
	if at > end {
		return
	}
	for i, block := uint64(0), uint64(1<<16); i*block < at && at+i*4+4 <= end; i++ {
		le.PutUint32(data[at+i*4:], crc32.Checksum(data[i*block:min((i+1)*block, at)], castagnoli))
	}
	le.PutUint32(trailer[20:], crc32.Checksum(data[at:end+20], castagnoli))
}

// FuzzOpen overwrites bytes of a segment, eight at a time, and uses what opens:
// nothing panics, and every error is about damage.
func FuzzOpen(f *testing.F) {
	var originals [][]byte
	for _, n := range []int{0, 1, 7, 150} {
		originals = append(originals, smallSegment(f, n))
	}
	for i, data := range originals {
		for at := 0; at < len(data); at += len(data) / 50 {
			edit := binary.LittleEndian.AppendUint32(nil, uint32(at))
			f.Add(uint8(i), binary.LittleEndian.AppendUint64(edit, 1<<(at%64)), at%5 > 0)
		}
	}
	f.Fuzz(func(t *testing.T, original uint8, edits []byte, repaired bool) {
		data := aligned(originals[int(original)%len(originals)])
		for ; len(edits) >= 12; edits = edits[12:] {
			// Negative offsets count from the end.
			at := int(int32(binary.LittleEndian.Uint32(edits))) % len(data)
			copy(data[(at+len(data))%len(data):], edits[4:12])
		}
		if repaired {
			repair(data)
		}
		s, err := segment.Open("fuzz", data)
		if err != nil {
			if !errors.Is(err, segment.ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		if err := onlyDamage(answers(s)); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(t.Context()); err != nil && !errors.Is(err, segment.ErrDamaged) {
			t.Fatal(err)
		}
	})
}

// TestRepairedDamage changes every byte of a segment and gives it right
// checksums: nothing panics.
func TestRepairedDamage(t *testing.T) {
	original := smallSegment(t, 200)
	step := 67
	if testing.Short() {
		step = 601
	}
	for at := 0; at < len(original); at += step {
		for _, change := range []byte{0xff, 0x80, 1} {
			data := slices.Clone(original)
			data[at] ^= change
			repair(data)
			s, err := segment.Open("repaired", data)
			if err != nil {
				if !errors.Is(err, segment.ErrDamaged) {
					t.Fatalf("byte %d: %v", at, err)
				}
				continue
			}
			if err := onlyDamage(answers(s)); err != nil {
				t.Fatalf("byte %d: %v", at, err)
			}
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	data := smallSegment(t, 5)
	if _, err := segment.Open("misaligned", aligned(append([]byte{0}, data...))[1:]); err == nil || errors.Is(err, segment.ErrDamaged) {
		t.Errorf("misaligned bytes: error is %v", err)
	}
	for n := range len(data) {
		if _, err := segment.Open("short", data[:n]); !errors.Is(err, segment.ErrDamaged) {
			t.Fatalf("%d bytes: error is %v", n, err)
		}
	}
	if _, err := segment.Open("long", append(slices.Clone(data), make([]byte, 64)...)); !errors.Is(err, segment.ErrDamaged) {
		t.Errorf("longer bytes: error is %v", err)
	}
}
