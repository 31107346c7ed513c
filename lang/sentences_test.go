package lang

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"pgregory.net/rapid"
)

// TestSentencesGolden reads testdata/sentences.txt: a line "# de" opens the cases
// of a language, each other line is one text, "|" stands where a sentence ends,
// "⏎" for a line end. White space around "|" belongs to the text.
func TestSentencesGolden(t *testing.T) {
	file, err := os.Open("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	language, cases := "", map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			language = heading
			continue
		}
		if line == "" {
			continue
		}
		cases[language]++
		line = strings.ReplaceAll(line, "⏎", "\n")
		want := strings.Split(line, "|")
		for i := range want {
			want[i] = strings.TrimSpace(want[i])
		}
		text := strings.ReplaceAll(line, "|", "")
		got := texts(text, Sentences(text, language))
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s:\n got %s\nwant %s", language, strings.Join(got, " | "), strings.Join(want, " | "))
		}
	}
	if len(cases) < 21 {
		t.Errorf("%d languages, want 21", len(cases))
	}
	for language, n := range cases {
		if n < 12 && language != "und" {
			t.Errorf("%s: %d cases, want 12", language, n)
		}
	}
}

func texts(text string, spans []Span) []string {
	var all []string
	for _, span := range spans {
		all = append(all, text[span.Start:span.End])
	}
	return all
}

func TestClauses(t *testing.T) {
	for _, test := range []struct{ text, language, want string }{
		{"If you move, register within two weeks; bring your ID.", "en", "If you move,|register within two weeks;|bring your ID."},
		{"It costs 1,250.50 euros, at least. Pay now.", "en", "It costs 1,250.50 euros,|at least.|Pay now."},
		{"申請書、身分証、手数料が必要です。", "ja", "申請書、|身分証、|手数料が必要です。"},
		{"请携带身份证，并填写表格；费用为20元。", "zh", "请携带身份证，|并填写表格；|费用为20元。"},
		{"إذا انتقلت، فسجل عنوانك؛ وأحضر هويتك.", "ar", "إذا انتقلت،|فسجل عنوانك؛|وأحضر هويتك."},
		{"", "en", ""},
	} {
		if got := strings.Join(texts(test.text, Clauses(test.text, test.language, maxSentence)), "|"); got != test.want {
			t.Errorf("Clauses(%q)\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

// checkSpans tests what Sentences and Clauses promise of any text.
func checkSpans(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string, spans []Span) {
	t.Helper()
	valid := utf8.ValidString(text) // what is not has no grapheme clusters
	cluster := map[int]bool{0: true}
	for it := graphemes.FromString(text); it.Next(); {
		cluster[it.End()] = true
	}
	at := 0
	for _, span := range spans {
		if span.Start < at || span.End <= span.Start || span.End > len(text) {
			t.Fatalf("%q: span %v after %d", text, span, at)
		}
		if valid && (!cluster[span.Start] || !cluster[span.End]) {
			t.Fatalf("%q: %v cuts a grapheme cluster", text, span)
		}
		if gap := text[at:span.Start]; strings.TrimSpace(gap) != "" {
			t.Fatalf("%q: %q left out", text, gap)
		}
		sentence := text[span.Start:span.End]
		first, size := utf8.DecodeRuneInString(sentence)
		if valid && unicode.IsSpace(first) && cluster[span.Start+size] {
			t.Fatalf("%q: %q not trimmed", text, sentence)
		}
		last, size := utf8.DecodeLastRuneInString(sentence)
		if valid && unicode.IsSpace(last) && cluster[span.End-size] {
			t.Fatalf("%q: %q not trimmed", text, sentence)
		}
		at = span.End
	}
	if strings.TrimSpace(text[at:]) != "" {
		t.Fatalf("%q: %q left out", text, text[at:])
	}
}

// pieces are what texts are made of to find rules that get in one another's way.
var pieces = []string{
	"a", "Das", "J", "U.S", "z.B", "3", "15", "2024", "٣", ".", "..", "…", "!", "?", ";", "。", "？", "।", "؟", "۔", "።", "\"", "“", "”", "(", ")", "「", "」", "[1]",
	" ", "  ", "\n", "\n\n", "\r\n", "\r", "\t", "\u00a0", "\u2028", "\u2029", "\u0085", "-", "•", "1.", "가.", ",", "、", "입니다", "습니다", "하세요", "라고", "ㄱ", "각",
	"ครับ", "นอกจากนี้", "ำ", "ๆ", "ผู้", "क्ष", "ि", "é", "́", "\u0308", "\u200d", "\u200c", "👩\u200d👩\u200d👧", "🇰🇷", "🏽", "⁉", "©", "\u0600", "\xff", "\xe2\x80", "\xf0\x9f", "\u115f", "東京", "と",
}

func drawText(t *rapid.T) string {
	if rapid.Bool().Draw(t, "free") {
		return rapid.String().Draw(t, "text")
	}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 60).Draw(t, "pieces"), "")
}

var languagesTested = []string{"und", "en", "de", "tr", "ko", "ja", "th", "ar", "hi", "el", "zh", "xx", ""}

func TestSentencesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, language := drawText(t), rapid.SampledFrom(languagesTested).Draw(t, "language")
		checkSpans(t, text, Sentences(text, language))
		checkSpans(t, text, Clauses(text, language, maxSentence))
	})
}

func FuzzSentences(f *testing.F) {
	for _, text := range []string{"", "Dr. Müller kam am 3. Mai. Er blieb.", "2024. 3. 5. 시행합니다 그리고", "\xff. \xe2\x80\n\n", "「あ。」と"} {
		for _, language := range languagesTested {
			f.Add(text, language)
		}
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		checkSpans(t, text, Sentences(text, language))
		checkSpans(t, text, Clauses(text, language, maxSentence))
		Detect(text)
	})
}

func TestSentencesBoundLength(t *testing.T) {
	for name, text := range map[string]string{
		"clauses":  strings.Repeat("eins zwei drei, ", 500),
		"spaces":   strings.Repeat("wort ", 1000),
		"nothing":  strings.Repeat("漢字", 3000),
		"families": strings.Repeat("👩\u200d👩\u200d👧", 2000),
		"jamo":     strings.Repeat("한글", 2000),
		"thai":     strings.Repeat("ภาษาไทย", 3000),
		"commas":   strings.Repeat("一二三，", 2000),
	} {
		spans := Sentences(text, "und")
		checkSpans(t, text, spans)
		for _, span := range spans {
			if n := utf8.RuneCountInString(text[span.Start:span.End]); n > maxSentence {
				t.Errorf("%s: a sentence of %d characters", name, n)
			}
		}
	}
	text := strings.Repeat("eins zwei drei, ", 500)
	for _, span := range Sentences(text, "de")[:3] {
		if !strings.HasSuffix(text[span.Start:span.End], ",") {
			t.Errorf("not cut behind a clause: …%q", text[span.End-20:span.End])
		}
	}
}

// TestSentencesLinear would run for minutes if any rule looked back or ahead
// without a bound.
func TestSentencesLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("reads many megabytes")
	}
	const size = 20 << 20
	for _, piece := range []string{
		"word ", "a", "J. ", "3. ", "1.", ".", "!\"", "「", "「。", "( ", " ", "\n", "a\n", "- a\n", "\u0308", "가나 ", "합니다 ", "ภาษา ", "ไ", "👩\u200d", "é", "\xff", ". ́", "，", "\u0600",
	} {
		text := strings.Repeat(piece, size/16/len(piece))
		if piece == "word " {
			text = strings.Repeat(piece, size/len(piece))
		}
		began := time.Now()
		Sentences(text, "und")
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%d bytes of %q took %v", len(text), piece, took)
		}
	}
}
