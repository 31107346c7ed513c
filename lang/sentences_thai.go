package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Thai and Lao put spaces between phrases, not words, and have no full stop: a
// space is where a sentence may end, and most do not.
var (
	// thaiFinals are words that sentences end with.
	thaiFinals = strings.Fields(`ครับ ค่ะ คะ นะคะ นะครับ แล้ว เท่านั้น ด้วย ต่อไป เป็นต้น ดังนี้ หรือไม่ ไหม อีกด้วย`)
	// thaiStarters are words that sentences start with.
	thaiStarters = strings.Fields(`นอกจากนี้ นอกจากนั้น อย่างไรก็ตาม อย่างไรก็ดี ดังนั้น ทั้งนี้ เพราะฉะนั้น ในขณะที่ ต่อมา จากนั้น หลังจากนั้น แต่อย่างไรก็ตาม
		กรุณา โปรด หากท่าน หากผู้ หากไม่ หากต้องการ ถ้าหาก กรณีที่ ในกรณีที่ สำหรับผู้ ผู้ที่ ผู้ยื่น ผู้สมัคร เมื่อท่าน เมื่อผู้ ปัจจุบัน ขณะเดียวกัน ในปี ตั้งแต่ ก่อนหน้านี้`)
	// thaiJoiners are words that go on with the sentence before them.
	thaiJoiners = strings.Fields(`และ หรือ ซึ่ง ที่ โดย แต่ กับ รวมถึง รวมทั้ง เพราะ เพื่อ เนื่องจาก อัน ตลอดจน พร้อม คือ ได้แก่ เช่น จึง ก็ จน ทำให้ ส่งผล อีกทั้ง ขึ้นอยู่ ยกเว้น บวกกับ มีผล ได้ถูก ด้วยเหตุ ว่า ของ จาก ถึง ให้ แล้ว แห่ง`)
	// thaiUnfinished are words that need something to follow.
	thaiUnfinished = strings.Fields(`เป็น ใน ของ ที่ คือ ว่า และ หรือ กับ โดย จาก ได้แก่ เช่น เพื่อ ซึ่ง ตั้งแต่`)
)

// Lengths in characters.
const (
	leastThai    = 20  // of either side, where a word tells that a sentence ends
	enoughThai   = 90  // of a sentence, for the next longer phrase to start another
	longThai     = 180 // of a sentence, to be cut at the next space
	leastPhrase  = 12  // shorter ones may be names and members of a list
	thaiWordSize = 60  // bytes that are looked at for a word
)

// splitThai cuts a text at those of its spaces where a sentence probably ends.
func splitThai(text string, span Span) []Span {
	var spans []Span
	start := span.Start
	length, phrase := 0, 0 // characters since the last cut and the last space
	for at := span.Start; at < span.End; {
		r, size := utf8.DecodeRuneInString(text[at:span.End])
		if r != ' ' && r != 0xA0 && !newline(r) {
			length++
			phrase++
			at += size
			continue
		}
		gap := at
		for at < span.End && unicode.IsSpace(r) {
			at += size
			r, size = utf8.DecodeRuneInString(text[at:span.End])
		}
		if span.End-at >= leastThai*3 && !joined(text, at) && thaiEnds(text[start:gap], text[at:span.End], length, phrase) {
			spans = append(spans, Span{start, gap})
			start, length = at, 0
		}
		phrase = 0
	}
	return append(spans, Span{start, span.End})
}

// thaiEnds tells whether a sentence ends at the space between two texts.
func thaiEnds(left, right string, length, phrase int) bool {
	last, _ := utf8.DecodeLastRuneInString(left)
	first, _ := utf8.DecodeRuneInString(right)
	if !thaiLetter(last) || !thaiLetter(first) || length < leastThai {
		return false
	}
	right = right[:min(len(right), thaiWordSize)]
	left = left[max(0, len(left)-thaiWordSize):]
	if hasAnyPrefix(right, thaiStarters) {
		return true
	}
	if hasAnySuffix(left, thaiUnfinished) {
		return false
	}
	if hasAnyPrefix(right, thaiJoiners) {
		return length >= longThai && !hasAnyPrefix(right, thaiJoiners[:2])
	}
	if hasAnySuffix(left, thaiFinals) {
		return true
	}
	return length >= longThai || length >= enoughThai && phrase >= leastPhrase && nextPhrase(right) >= leastPhrase
}

// thaiLetter tells whether a space next to a character may end a sentence: not
// next to digits, other scripts, brackets and the marks of repetition (ๆ) and
// abbreviation (ฯ).
func thaiLetter(r rune) bool {
	return unicode.In(r, unicode.Thai, unicode.Lao) && (unicode.IsLetter(r) || unicode.IsMark(r)) && r != 'ๆ' && r != 'ฯ' && r != 'ໆ'
}

// nextPhrase returns the length of the phrase that a text starts with.
func nextPhrase(text string) int {
	if end := strings.IndexByte(text, ' '); end >= 0 {
		text = text[:end]
	}
	return utf8.RuneCountInString(text)
}

func hasAnyPrefix(text string, words []string) bool {
	for _, word := range words {
		if strings.HasPrefix(text, word) {
			return true
		}
	}
	return false
}

func hasAnySuffix(text string, words []string) bool {
	for _, word := range words {
		if strings.HasSuffix(text, word) {
			return true
		}
	}
	return false
}
