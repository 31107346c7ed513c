package embed_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/embed"
)

func TestUnit(t *testing.T) {
	v := []float32{3, 0, -4}
	if err := embed.Unit(v, 3); err != nil || !slices.Equal(v, []float32{.6, 0, -.8}) {
		t.Errorf("it becomes %v, %v", v, err)
	}
	tiny := []float32{1e-30, 0}
	if err := embed.Unit(tiny, 2); err != nil || tiny[0] != 1 {
		t.Errorf("a tiny vector becomes %v, %v", tiny, err)
	}
	huge := []float32{math.MaxFloat32, math.MaxFloat32}
	if err := embed.Unit(huge, 2); err != nil || math.Abs(float64(huge[0])-math.Sqrt(.5)) > 1e-6 {
		t.Errorf("a huge vector becomes %v, %v", huge, err)
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, c := range []struct {
		v    []float32
		says string
	}{
		{[]float32{1}, "1 dimensions and not 2"}, {[]float32{1, 2, 3}, "3 dimensions and not 2"}, {nil, "0 dimensions"},
		{[]float32{0, 0}, "no direction"}, {[]float32{nan, 1}, "no direction"}, {[]float32{1, inf}, "no direction"},
	} {
		if err := embed.Unit(c.v, 2); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v, want %q", c.v, err, c.says)
		}
	}
}
