package gguf_test

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/naru-rag/naru/embed/gguf"
	"github.com/naru-rag/naru/internal/pythontest"
)

var types = []gguf.Type{gguf.F32, gguf.F16, gguf.BF16, gguf.Q8_0, gguf.Q4_0, gguf.Q5_0, gguf.IQ4_NL, gguf.Q4_K, gguf.Q6_K}

func name(t gguf.Type) string {
	s, _, _ := strings.Cut(t.String(), " ")
	return s
}

func open(t testing.TB) *gguf.File {
	t.Helper()
	f, err := gguf.Open("testdata/types.gguf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func tensor(t testing.TB, f *gguf.File, name string) gguf.Tensor {
	t.Helper()
	x, err := f.Tensor(name)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestTypes reads what the package gguf wrote, and compares each value with what
// that makes of it.
func TestTypes(t *testing.T) {
	f := open(t)
	for _, kind := range types {
		packed, want := tensor(t, f, "t."+name(kind)), tensor(t, f, "want."+name(kind))
		if packed.Type != kind || packed.Rows() != 3 || packed.Columns() != 512 {
			t.Fatalf("%s has %d rows of %d values of type %s", packed.Name, packed.Rows(), packed.Columns(), packed.Type)
		}
		got, wanted := make([]float32, 512), make([]float32, 512)
		block := packed.CodeBlock()
		codes, scales, minimums := make([]int8, 512), make([]float32, 512/block), make([]float32, 512/block)
		for row := range 3 {
			if err := packed.Dequantise(got, row); err != nil {
				t.Fatal(err)
			}
			if err := want.Dequantise(wanted, row); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, wanted) {
				t.Errorf("%s, row %d:\n%v, want\n%v", kind, row, got[:8], wanted[:8])
			}
			some, err := packed.Codes(codes, scales, minimums, row)
			if err != nil {
				t.Fatal(err)
			}
			if some != (kind == gguf.Q4_K) {
				t.Errorf("%s has minimums: %v", kind, some)
			}
			for i, w := range wanted {
				b := i / block
				value := float32(scales[b]*float32(codes[i])) - minimums[b]
				off := math.Abs(float64(value - w))
				allowed := 0.
				if kind == gguf.F32 || kind == gguf.F16 || kind == gguf.BF16 {
					allowed = float64(scales[b]) / 2 * 1.0001
				}
				if off > allowed {
					t.Fatalf("%s, row %d: value %d is %v, want %v", kind, row, i, value, w)
				}
			}
		}
		if err := packed.Dequantise(got, 3); err == nil {
			t.Errorf("%s has a row 3", kind)
		}
	}
}

func TestMetadata(t *testing.T) {
	f := open(t)
	if s, err := f.String("test.text"); s != "나루 — ferry" || err != nil {
		t.Errorf("text is %q, %v", s, err)
	}
	if v, err := f.Bool("test.yes"); !v || err != nil {
		t.Error(v, err)
	}
	if v, err := f.Float("test.float"); v != .25 || err != nil {
		t.Error(v, err)
	}
	if v, err := f.Float("test.double"); v != 1e-300 || err != nil {
		t.Error(v, err)
	}
	if v, err := f.Uint("test.large"); v != 1<<40 || err != nil {
		t.Error(v, err)
	}
	if v, err := f.Float32s("test.floats"); !slices.Equal(v, []float32{1.5, -2, 0}) || err != nil {
		t.Error(v, err)
	}
	if v, err := f.Int32s("test.numbers"); !slices.Equal(v, []int32{3, -4, 5}) || err != nil {
		t.Error(v, err)
	}
	words, err := f.Strings("test.words")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range words.Len() {
		got = append(got, string(words.Piece(i)))
	}
	if !slices.Equal(got, []string{"a", "", "낱말", strings.Repeat("x", 300)}) {
		t.Errorf("words are %q", got)
	}
	for what, err := range map[string]error{
		"test.negative": second(f.Uint("test.negative")), "test.text": second(f.Uint("test.text")),
		"test.none": second(f.String("test.none")), "test.words": second(f.Float32s("test.words")), "no tensor": second(f.Tensor("no tensor")),
	} {
		if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "types.gguf") {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// made is a small file of ours.
func made(t testing.TB) []byte {
	t.Helper()
	var w gguf.Writer
	w.Add("general.architecture", "bert")
	w.Add("test.words", []string{"나루", "", "x"})
	w.Add("test.floats", []float32{1, 2})
	w.Add("test.numbers", []int32{-1})
	w.Add("test.bytes", []byte{1, 2, 3})
	w.Add("test.yes", true)
	w.Add("test.count", uint32(7))
	w.Add("test.epsilon", float32(1e-12))
	w.AddTensor("a", gguf.Q4_0, bytes.Repeat([]byte{0, 60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 4), 64, 2)
	w.AddTensor("b", gguf.F32, make([]byte, 12), 3)
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWriterRoundTrip(t *testing.T) {
	data := made(t)
	if !bytes.Equal(data, made(t)) {
		t.Error("the same additions give other bytes")
	}
	f, err := gguf.Parse("made", data)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Tensors(), []string{"a", "b"}) || f.Keys()[0] != "general.architecture" {
		t.Errorf("tensors %q, keys %q", f.Tensors(), f.Keys())
	}
	row := make([]float32, 64)
	if err := tensor(t, f, "a").Dequantise(row, 1); err != nil || row[0] != 1-8 || row[16] != -8 {
		t.Errorf("row is %v, %v", row, err)
	}
	if b, err := f.Bytes("test.bytes"); !bytes.Equal(b, []byte{1, 2, 3}) || err != nil {
		t.Error(b, err)
	}
}

// TestPythonReadsOurs has the package gguf read what the Writer made.
func TestPythonReadsOurs(t *testing.T) {
	pythontest.Folder(t, "gguf")
	path := filepath.Join(t.TempDir(), "made.gguf")
	if err := os.WriteFile(path, made(t), 0o600); err != nil {
		t.Fatal(err)
	}
	program := `
import sys, gguf
r = gguf.GGUFReader(sys.argv[1])
for f in r.fields.values(): print(f.name, f.contents())
for t in r.tensors: print(t.name, t.tensor_type.name, [int(n) for n in t.shape], gguf.quants.dequantize(t.data, t.tensor_type).sum())
`
	out, err := exec.Command("python3", "-c", program, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range []string{"general.architecture bert", "test.words ['나루', '', 'x']", "test.floats [1.0, 2.0]", "test.numbers [-1]", "test.bytes [1, 2, 3]", "test.yes True", "test.count 7", "a Q4_0 [64, 2] -540.0", "b F32 [3] 0.0"} {
		if !strings.Contains(string(out), line+"\n") && !strings.Contains(string(out), line+" ") {
			t.Errorf("it does not say %q:\n%s", line, out)
		}
	}
}

// TestHostileFiles wants errors for files that are not what they say.
func TestHostileFiles(t *testing.T) {
	good := made(t)
	at := func(i int, b ...byte) []byte {
		data := slices.Clone(good)
		copy(data[i:], b)
		return data
	}
	tensors := bytes.Index(good, []byte("\x01\x00\x00\x00\x00\x00\x00\x00a")) // the length of a name, and it
	for _, tt := range []struct {
		name string
		data []byte
		says string
	}{
		{"nothing", nil, "no GGUF file"},
		{"another magic", at(0, 'G', 'G', 'M', 'L'), "no GGUF file"},
		{"version 1", at(4, 1), "version 1"},
		{"big endian", at(4, 0, 0, 0, 3), "big endian"},
		{"more keys than bytes", at(16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), "metadata key"},
		{"more tensors than bytes", at(8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), "tensor"},
		{"a name without end", at(24, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "name has"},
		{"an unknown kind", at(24+8+len("general.architecture"), 77), "unknown (77)"},
		{"five dimensions", at(tensors+9, 5), "5 dimensions"},
		{"no values", at(tensors+13, 0), "dimension 0 of 2 is 0"},
		{"dimensions that overflow", at(tensors+13, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x80), "no file can hold"},
		{"half a block", at(tensors+13, 63), "blocks of 32"},
		{"a type that is not supported", at(tensors+29, 10), "Q2_K (10)"},
		{"an unknown type", at(tensors+29, 200), "unknown (200)"},
		{"an offset that is not aligned", at(tensors+33, 1), "no multiple"},
		{"an offset past the end", at(tensors+33, 0, 0, 0, 0, 0, 0, 0, 0x7f), "cut short"},
		{"a name twice", bytes.Replace(good, []byte("\x01\x00\x00\x00\x00\x00\x00\x00b"), []byte("\x01\x00\x00\x00\x00\x00\x00\x00a"), 1), "twice"},
		{"a key twice", bytes.Replace(good, []byte("test.count"), []byte("test.words"), 1), "twice"},
	} {
		_, err := gguf.Parse("hostile", tt.data)
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "hostile") {
			t.Errorf("%s: the error is %v", tt.name, err)
		}
	}
	for n := range len(good) - 32 { // the last bytes only fill up
		if _, err := gguf.Parse("cut", good[:n]); err == nil {
			t.Errorf("%d bytes of %d are a file", n, len(good))
		}
	}
	if _, err := gguf.Open(t.TempDir()); err == nil {
		t.Error("a folder is a file")
	}
	if _, err := gguf.Open(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("a file that is not there: %v", err)
	}
	var w gguf.Writer
	w.AddTensor("x", gguf.Q4_0, make([]byte, 17), 32)
	if _, err := w.WriteTo(&bytes.Buffer{}); err == nil {
		t.Error("half a block is written")
	}
}

// FuzzParse reads anything, and all that it then offers.
func FuzzParse(f *testing.F) {
	f.Add(made(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := gguf.Parse("fuzz", data)
		if err != nil {
			return
		}
		for _, key := range file.Keys() {
			_, _ = file.Uint(key)
			_, _ = file.Float(key)
			_, _ = file.Bool(key)
			if words, err := file.Strings(key); err == nil {
				for i := range words.Len() {
					_ = words.Piece(i)
				}
			}
			_, _ = file.Float32s(key)
			_, _ = file.Int32s(key)
		}
		for _, name := range file.Tensors() {
			x, err := file.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			row := make([]float32, x.Columns())
			if err := x.Dequantise(row, x.Rows()-1); err != nil {
				t.Error(err)
			}
			if n := x.CodeBlock(); x.Columns()%n == 0 {
				_, _ = x.Codes(make([]int8, x.Columns()), make([]float32, x.Columns()/n), make([]float32, x.Columns()/n), 0)
			}
		}
	})
}

func BenchmarkCodes(b *testing.B) {
	f := open(b)
	for _, kind := range []gguf.Type{gguf.Q4_0, gguf.Q8_0, gguf.Q4_K} {
		x := tensor(b, f, "t."+name(kind))
		codes, scales, minimums := make([]int8, 512), make([]float32, 16), make([]float32, 16)
		b.Run(name(kind), func(b *testing.B) {
			b.SetBytes(512)
			for b.Loop() {
				if _, err := x.Codes(codes, scales, minimums, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
