package segment_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// TestMerge merges points that were spread over segments, some written more
// than once: the bytes are those of one segment built of what lives.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := drawMaker(r)
		config := everything(m.size)
		parts := make([][]point, rapid.IntRange(1, 5).Draw(r, "segments"))
		dead := make([]bitset.Set, len(parts))
		var live []point
		for _, p := range m.points(rapid.IntRange(0, 300).Draw(r, "points")) {
			at := m.IntN(len(parts)) // where it lives, having died in those before
			for i := range at + 1 {
				if i < at && m.IntN(3) > 0 {
					continue
				}
				if i < at {
					p := point{p.key, p.version - 1, m.point()}
					dead[i] = append(dead[i], make(bitset.Set, len(parts[i])/64+1-len(dead[i]))...)
					dead[i].Add(uint32(len(parts[i])))
					parts[i] = append(parts[i], p)
					continue
				}
				parts[i] = append(parts[i], p)
			}
			live = append(live, p)
		}
		var inputs []segment.Input
		for i, part := range parts {
			inputs = append(inputs, segment.Input{Segment: must(t, config, part), Dead: dead[i]})
		}
		var out bytes.Buffer
		if err := segment.Merge(t.Context(), &out, inputs); err != nil {
			r.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), built(t, config, live)) {
			r.Fatal("the merged segment is not the one built of all points")
		}
		if err := opened(t, out.Bytes()).Verify(t.Context()); err != nil {
			r.Fatal(err)
		}
	})
}

// TestMergeLarge crosses blocks, flushes and skips.
func TestMergeLarge(t *testing.T) {
	m := newMaker(64)
	config := everything(m.size)
	points := m.points(3000)
	parts := make([][]point, 3)
	for _, p := range points {
		i := m.IntN(3)
		parts[i] = append(parts[i], p)
	}
	var inputs []segment.Input
	for _, part := range parts {
		inputs = append(inputs, segment.Input{Segment: must(t, config, part)})
	}
	var out bytes.Buffer
	if err := segment.Merge(t.Context(), &out, inputs); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), built(t, config, points)) {
		t.Fatal("the merged segment is not the one built of all points")
	}
}

func TestMergeRefuses(t *testing.T) {
	m := newMaker(4)
	points := m.points(5)
	one := must(t, everything(4), points)
	other := must(t, segment.Config{}, points)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	full := errors.New("full")
	for name, c := range map[string]struct {
		ctx    context.Context
		w      writerFunc
		inputs []segment.Input
		is     error
	}{
		"nothing":          {ctx: t.Context()},
		"another config":   {ctx: t.Context(), inputs: []segment.Input{{Segment: one}, {Segment: other}}},
		"a key twice":      {ctx: t.Context(), inputs: []segment.Input{{Segment: one}, {Segment: one}}},
		"an ended context": {ctx: ended, inputs: []segment.Input{{Segment: one}}, is: context.Canceled},
		"a full disk": {ctx: t.Context(), inputs: []segment.Input{{Segment: one}}, is: full,
			w: func([]byte) (int, error) { return 0, full }},
		"a short write": {ctx: t.Context(), inputs: []segment.Input{{Segment: one}},
			w: func(p []byte) (int, error) { return len(p) - 1, nil }},
	} {
		w := c.w
		if w == nil {
			w = func(p []byte) (int, error) { return len(p), nil }
		}
		if err := segment.Merge(c.ctx, w, c.inputs); err == nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
