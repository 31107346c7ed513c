package tokenize

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// nfkc is the precompiled_charsmap of a model that SentencePiece 0.2.3 trained
// with its rule nmt_nfkc, which is XLM-RoBERTa's too.
func nfkc(t testing.TB) []byte {
	t.Helper()
	file, err := os.Open("testdata/nmt_nfkc.charsmap.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

// normalized is a text as the vocabulary sees it.
func normalized(m *charsmap, text string) string {
	n := normalizer{charsmap: m, text: text, prefix: true, collapse: true}
	var chars []rune
	for more := true; more; {
		chars, more = n.more(chars)
	}
	return string(chars)
}

// sentencePieceNormalized is the SHA-256 of the lines that SentencePiece 0.2.3
// normalises "a", a character and "b" to, for every character but NUL.
const sentencePieceNormalized = "3d662cd3f3d9ca69f31b256189a4d68091195f9a6da346e2ec7ee737754684ad"

// TestCharsmapSentencePiece reads what SentencePiece wrote.
func TestCharsmapSentencePiece(t *testing.T) {
	m, err := newCharsmap(nfkc(t))
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if utf8.ValidRune(r) {
			io.WriteString(hash, normalized(m, "a"+string(r)+"b")+"\n")
		}
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sentencePieceNormalized {
		t.Errorf("single characters become others than in SentencePiece: %s", got)
	}
	for text, want := range map[string]string{
		"\u304b\u3099":             "▁\u304c",
		"\u1112\u1161\u11ab":       "▁\ud55c",
		"e\u0301":                  "▁\u00e9",
		"\uff8a\uff9f":             "▁\u30d1",
		"A\u030a\u0301x":           "▁\u01fax",
		"\u0f71\u0f72":             "▁\u0f71\u0f72",
		"\ufdfa\u2460\u3314":       "▁\u0635\u0644\u0649▁\u0627\u0644\u0644\u0647▁\u0639\u0644\u064a\u0647▁\u0648\u0633\u0644\u06451\u30ad\u30ed",
		"a\u200bb\u00adc":          "▁a▁b\u00adc",
		"▁x\ufffdy":                "▁x▁y",
		"\u2167 \u00bd \ufb03":     "▁VIII▁1\u20442▁ffi",
		"\u0344q\u0958":            "▁\u0308\u0301q\u0915\u093c",
		"q\u0307\u0323":            "▁q\u0307\u0323",
		"s\u0323\u0307":            "▁\u1e69",
		"":                         "▁",
		" ":                        "▁",
		"  a":                      "▁a",
		"a  ":                      "▁a▁",
		"a\xff\xc3b":               "▁a▁b", // each like U+FFFD
		"a\x00b":                   "▁a\x00b",
		"\x01":                     "▁",
		strings.Repeat("\t ", 600): "▁",
	} {
		if got := normalized(m, text); got != want {
			t.Errorf("%+q becomes %+q instead of %+q", text, got, want)
		}
	}
}

// TestBuildCharsmap reads what it wrote, of tables of any characters.
func TestBuildCharsmap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.MapOf(rapid.Rune().Filter(func(r rune) bool { return r > 0 }),
			rapid.StringN(0, 8, -1).Filter(func(s string) bool { return !strings.Contains(s, "\x00") })).Draw(t, "table")
		blob, err := BuildCharsmap(table)
		if err != nil {
			t.Fatal(err)
		}
		m, err := newCharsmap(blob)
		if err != nil {
			t.Fatal(err)
		}
		for r := range table {
			for _, near := range []rune{r, r + 1, r - 1, r + 64, r ^ 0x1000, 0} {
				want, ok := table[near]
				if near < 0 || !utf8.ValidRune(near) {
					continue
				}
				got, size, found := m.longest(string(near) + "x")
				if found != ok || got != want || ok && size != utf8.RuneLen(near) {
					t.Fatalf("%U becomes %q (%v), not %q (%v)", near, got, found, want, ok)
				}
			}
		}
	})
}

// TestBuildCharsmapNFKC writes a large table and compares all characters.
func TestBuildCharsmapNFKC(t *testing.T) {
	table := map[rune]string{}
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if to := norm.NFKC.String(string(r)); utf8.ValidRune(r) && to != string(r) {
			table[r] = to
		}
	}
	blob, err := BuildCharsmap(table)
	if err != nil {
		t.Fatal(err)
	}
	m, err := newCharsmap(blob)
	if err != nil {
		t.Fatal(err)
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		want, ok := table[r]
		if got, _, found := m.longest(string(r)); utf8.ValidRune(r) && (found != ok || got != want) {
			t.Fatalf("%U becomes %q (%v), not %q (%v)", r, got, found, want, ok)
		}
	}
	again, err := BuildCharsmap(table)
	if err != nil || !bytes.Equal(blob, again) {
		t.Errorf("the same table gave another map: %v", err)
	}
}

func TestBuildCharsmapErrors(t *testing.T) {
	for _, table := range []map[rune]string{
		{0: "a"}, {-1: "a"}, {0xd800: "a"}, {0x110000: "a"}, {'a': "\xff"}, {'a': "b\x00c"}, {'a': strings.Repeat("b", 1024)},
	} {
		if blob, err := BuildCharsmap(table); err == nil {
			t.Errorf("%q gave %d bytes", table, len(blob))
		}
	}
}

func TestCharsmapErrors(t *testing.T) {
	size := func(n uint32, rest string) []byte { return append(binary.LittleEndian.AppendUint32(nil, n), rest...) }
	for name, blob := range map[string][]byte{
		"three bytes":          {1, 2, 3},
		"no array":             size(0, "a\x00"),
		"an array of no units": size(6, "abcdefgh\x00"),
		"an array too long":    size(8, "abcd"),
		"the largest size":     size(1<<32-4, "abcdabcd"),
		"a replacement cut":    size(4, "abcdreplacement"),
		"a long replacement":   size(4, "abcd"+strings.Repeat("x", maxReplacement+1)+"\x00"),
	} {
		if _, err := newCharsmap(blob); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
