package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// koreanFinals end a sentence when a space and more text follow them without a
// full stop. Endings that also stand within a sentence are left out.
var koreanFinals = strings.Fields(`습니다 습니까 입니다 입니까 합니다 합니까 됩니다 됩니까 십시오 세요 셔요 까요 나요 가요 데요 네요 군요 지요 어요 아요 해요 예요 에요 돼요 져요 려요 봐요 와요 줘요`)

// koreanLineFinals are the syllables that a complete line ends with.
const koreanLineFinals = "다요죠까음함임됨"

// koreanLineEnds tells whether a line ends as Korean sentences do.
func koreanLineEnds(line string) bool {
	r, _ := utf8.DecodeLastRuneInString(line)
	return strings.ContainsRune(koreanLineFinals, r)
}

// notAfterKorean are words that go on with what precedes them: they report it,
// or take a verb form as a name ("좋아요 버튼").
var notAfterKorean = []string{"라고", "라는", "라며", "하고", "라면", "버튼", "기능", "표시", "수 ", "등"}

// leastKorean is the least length, in bytes, of what a Korean sentence without
// a full stop is cut into.
const leastKorean = 24

// splitKorean cuts a sentence after verb forms that end one although no full
// stop follows.
func splitKorean(text string, span Span) []Span {
	var spans []Span
	start, depth := span.Start, 0
	for at := span.Start; at < span.End; {
		r, size := utf8.DecodeRuneInString(text[at:span.End])
		switch {
		case unicode.In(r, unicode.Ps, unicode.Pi):
			depth++
		case unicode.In(r, unicode.Pe, unicode.Pf):
			depth = max(0, depth-1)
		case depth == 0 && r == ' ' && at-start >= leastKorean && span.End-at >= leastKorean &&
			koreanFinal(text[start:at]) && koreanStart(text[at+size:span.End]) && !joined(text, at+size):
			spans = append(spans, trim(text, Span{start, at}))
			start = at + size
		}
		at += size
	}
	return append(spans, trim(text, Span{start, span.End}))
}

// koreanFinal tells whether a text ends with a verb form that ends a sentence.
func koreanFinal(text string) bool {
	for _, final := range koreanFinals {
		if strings.HasSuffix(text, final) {
			return true
		}
	}
	rest, ok := strings.CutSuffix(text, "니다")
	if !ok {
		return false
	}
	// Any syllable that closes with ㅂ: 봅니다, 갑니다.
	r, _ := utf8.DecodeLastRuneInString(rest)
	return 0xAC00 <= r && r <= 0xD7A3 && (r-0xAC00)%28 == 17
}

func koreanStart(text string) bool {
	text = strings.TrimLeft(text, " ")
	for _, word := range notAfterKorean {
		if strings.HasPrefix(text, word) {
			return false
		}
	}
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.In(r, unicode.Ps, unicode.Pi)
}
