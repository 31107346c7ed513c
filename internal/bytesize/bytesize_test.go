package bytesize_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/internal/bytesize"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]bytesize.Size{"0": 0, "7": 7, "7B": 7, "64MiB": 64 << 20, "64 MiB": 64 << 20, "3GiB": 3 << 30, "1025KiB": 1025 << 10} {
		if got, err := bytesize.Parse(text); err != nil || got != want {
			t.Errorf("%q is read as %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "1.5GiB", "MiB", "1  MiB", "1 mib", "1MB", "0x10", "1e3", "4611686018427387904"} {
		if got, err := bytesize.Parse(text); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		b := bytesize.Size(rapid.Int64Range(0, 1<<61).Draw(t, "size"))
		if got, err := bytesize.Parse(b.String()); err != nil || got != b {
			t.Fatalf("%d is written %s and read as %d, %v", b, b, got, err)
		}
	})
}
