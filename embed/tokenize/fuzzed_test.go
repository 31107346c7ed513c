package tokenize

import (
	"iter"
	"math/rand/v2"
	"strings"
)

// fuzzed gives n texts, the same every time: valid UTF-8 without NUL, mixed of
// what has fooled tokenizers: scripts, emoji, marks, all kinds of spaces,
// compatibility forms, control characters, special tokens, long runs.
func fuzzed(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		for range n {
			if !yield(fuzzedText(random)) {
				return
			}
		}
	}
}

var fuzzedRanges = [][2]rune{
	{' ', '~'}, {' ', '~'}, {' ', '~'}, {1, 0x1f}, {0x7f, 0x24f}, {0x250, 0x36f}, {0x370, 0x52f}, {0x531, 0x5ff},
	{0x600, 0x6ff}, {0x700, 0x8ff}, {0x900, 0x97f}, {0x980, 0xdff}, {0xe00, 0xe7f}, {0xe80, 0x109f}, {0x10a0, 0x11ff},
	{0x1200, 0x1fff}, {0x2000, 0x206f}, {0x2070, 0x2bff}, {0x2580, 0x2583}, {0x2c00, 0x2fff}, {0x3000, 0x30ff}, {0x3000, 0x30ff},
	{0x3100, 0x33ff}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0x4e00, 0x5fff}, {0xa000, 0xabff}, {0xac00, 0xd7a3}, {0xac00, 0xd7a3},
	{0xd7b0, 0xd7fb}, {0xe000, 0xe0ff}, {0xf900, 0xfaff}, {0xfb00, 0xfdff}, {0xfe00, 0xfeff}, {0xff00, 0xffff},
	{0x10000, 0x1ffff}, {0x1d400, 0x1d7ff}, {0x1f300, 0x1faff}, {0x1f300, 0x1faff}, {0x20000, 0x2fa1f}, {0x30000, 0x3134f}, {0xe0000, 0x10ffff},
}

var fuzzedStrings = []string{
	"<s>", "</s>", "<pad>", "<unk>", "<mask>", "[CLS]", "[SEP]", "[UNK]", "▁", "▁▁", "query: ", "passage: ", "##",
	" ", "  ", "   ", "\t", "\r\n", "\n\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200d", "\ufeff", "\u00ad", "\ufffd", "\u2028",
	"👨‍👩‍👧‍👦", "🇰🇷", "👍🏽", "e\u0301", "가", "\u1112\u1161\u11ab", "が", "ﷺ", "ﬃ", "㌔", "①", "½", "İ", "ẞ", "Σ", "ǆ",
	"the", "ing", "international", "대한민국", "에서는", "であり", "しました", "的", "中华人民共和国", "ประเทศไทย", "भारत", "में", "الذي", "не", "của", "straße",
	"1234567890", "3.14", "https://example.com/a?b=c", "a.b@c.d", "....", "----", "!!!", "$€£",
}

func fuzzedText(random *rand.Rand) string {
	var text strings.Builder
	span := fuzzedRanges[random.IntN(len(fuzzedRanges))]
	for range random.IntN(24) {
		switch random.IntN(8) {
		case 0, 1:
			text.WriteString(fuzzedStrings[random.IntN(len(fuzzedStrings))])
		case 2:
			span = fuzzedRanges[random.IntN(len(fuzzedRanges))]
			fallthrough
		case 3, 4, 5:
			for range 1 + random.IntN(8) {
				text.WriteRune(validRune(span[0] + random.Int32N(span[1]-span[0]+1)))
			}
		case 6:
			text.WriteByte(' ')
		case 7:
			if random.IntN(6) == 0 {
				text.WriteString(strings.Repeat(string(validRune(span[0]+random.Int32N(span[1]-span[0]+1))), random.IntN(400)))
			}
		}
	}
	return text.String()
}

func validRune(r rune) rune {
	if 0xd800 <= r && r <= 0xdfff {
		return 0xfffd
	}
	return r
}
