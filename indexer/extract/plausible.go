package extract

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// model says what a character costs, in bits, in a text of one language. What
// a text costs in all is how implausible it is: between decodings of the same
// bytes the one that costs least is taken.
type model struct {
	costs  map[rune]float64
	script *unicode.RangeTable
	// other is what letters of the script cost that are in no tier.
	other float64
	// spaces tells whether words are set apart by spaces.
	spaces bool
	// foreign is what letters of other scripts cost, kanji in Korean for example.
	foreign map[*unicode.RangeTable]float64
}

// What characters cost that no tier names.
const (
	costInvalid   = 30
	costControl   = 25
	costASCII     = 6
	costSpace     = 3
	costMark      = 7  // punctuation that texts have
	costSymbol    = 13 // what texts seldom have
	costUpper     = 3  // more than the same letter in lower case
	costCase      = 8  // a capital behind a small letter
	costScript    = 4  // two scripts in a word
	costAccents   = 5  // two accented Latin letters in a row
	costSpacedHan = 5  // a space where none is written
	costThaiOrder = 8  // a vowel or tone mark that has nothing to stand on
)

// newModel makes a model of letters in tiers, the first of which costs first
// bits and each further one step bits more.
func newModel(script *unicode.RangeTable, first, step, other float64, tiers []string) *model {
	m := &model{costs: map[rune]float64{}, script: script, other: other, spaces: true}
	for i, tier := range tiers {
		for _, r := range tier {
			cost := first + step*float64(i)
			if _, ok := m.costs[r]; ok {
				continue
			}
			m.costs[r] = cost
			if u := unicode.ToUpper(r); u != r && r != 'ı' {
				m.costs[u] = cost + costUpper
			}
		}
	}
	return m
}

// han makes a model of Chinese, in which kana are a sign of Japanese.
func han(m *model, kana float64) *model {
	m.spaces = false
	m.foreign = map[*unicode.RangeTable]float64{unicode.Hiragana: kana, unicode.Katakana: kana}
	return m
}

// The models; they are only read.
var (
	korean       = newModel(unicode.Hangul, 7, 2, 12, hangulLetters)
	japaneseText = newModel(unicode.Han, 5.5, 2, 12.5, japaneseLetters)
	simplified   = han(newModel(unicode.Han, 8, 2, 13, simplifiedLetters), 15)
	traditional  = han(newModel(unicode.Han, 8, 2, 13, traditionalLetters), 15)
	cyrillic     = newModel(unicode.Cyrillic, 4, 1.5, 11, cyrillicLetters)
	greek        = newModel(unicode.Greek, 4, 1.5, 11, greekLetters)
	hebrew       = newModel(unicode.Hebrew, 4, 1.5, 10, hebrewLetters)
	arabic       = newModel(unicode.Arabic, 4, 1.5, 11, arabicLetters)
	thai         = newModel(unicode.Thai, 4.3, 1.5, 11, thaiLetters)
	western      = newModel(unicode.Latin, 5.5, 1.3, 13, westernLetters)
	central      = newModel(unicode.Latin, 5.5, 1.3, 13, centralLetters)
	turkish      = newModel(unicode.Latin, 5.5, 1, 13, turkishLetters)
)

func init() {
	korean.foreign = map[*unicode.RangeTable]float64{unicode.Han: 14, unicode.Hiragana: 16, unicode.Katakana: 16}
	japaneseText.spaces = false
	japaneseText.foreign = map[*unicode.RangeTable]float64{unicode.Hiragana: 9, unicode.Katakana: 9}
}

// marksOfTexts is the punctuation beside ASCII that texts have.
const marksOfTexts = "\u00A0«»“”‘’„‚–—…·•°§№€£©®¿¡ºª、。，；：！？「」『』（）《》〈〉【】・～〜％　•→※○●■□◆△▲☆★①②③④⑤ㆍ"

// letter is the cost of a character by itself.
func (m *model) letter(r rune) float64 {
	if r < utf8.RuneSelf {
		switch {
		case isControl(byte(r)) || r == 0x7F:
			return costControl
		case r <= ' ':
			return costSpace
		}
		return costASCII
	}
	if c, ok := m.costs[r]; ok {
		return c
	}
	if strings.ContainsRune(marksOfTexts, r) {
		return costMark
	}
	switch {
	case r < 0xA0 || 0xE000 <= r && r < 0xF900 || r == utf8.RuneError:
		return costControl
	case unicode.Is(m.script, r):
		if unicode.IsUpper(r) {
			return m.other + costUpper
		}
		return m.other
	case 0xFF01 <= r && r <= 0xFF5E:
		return costMark + 2 // full-width forms of ASCII
	}
	for table, cost := range m.foreign {
		if unicode.Is(table, r) {
			return cost
		}
	}
	if unicode.IsLetter(r) {
		return costSymbol + 3
	}
	return costSymbol
}

// context is what a character costs more because of the one before.
func (m *model) context(prev, r rune) float64 {
	cost := 0.0
	if unicode.IsLetter(r) && unicode.IsLetter(prev) {
		switch {
		case unicode.IsUpper(r) && unicode.IsLower(prev):
			cost += costCase
		case unicode.IsUpper(r) && unicode.IsUpper(prev):
			cost--
		}
		if m.script == unicode.Latin {
			if r >= utf8.RuneSelf && prev >= utf8.RuneSelf {
				cost += costAccents
			}
		} else if (r < utf8.RuneSelf) != (prev < utf8.RuneSelf) {
			cost += costScript
		}
	}
	if m == thai {
		cost += thaiOrder(prev, r)
	}
	return cost
}

// thaiOrder checks that marks stand on consonants: prev is the character before.
func thaiOrder(prev, r rune) float64 {
	consonant := 0x0E01 <= prev && prev <= 0x0E2E
	vowel := prev == 0x0E31 || 0x0E34 <= prev && prev <= 0x0E3A
	switch {
	case r == 0x0E31 || 0x0E33 <= r && r <= 0x0E3A || r == 0x0E47:
		tone := r == 0x0E33 && 0x0E48 <= prev && prev <= 0x0E4B
		if !consonant && !tone {
			return costThaiOrder
		}
	case 0x0E48 <= r && r <= 0x0E4E:
		if !consonant && !vowel {
			return costThaiOrder
		}
	case 0x0E40 <= prev && prev <= 0x0E44 && (r < 0x0E01 || r > 0x0E2E):
		return costThaiOrder
	}
	return 0
}

// price adds up what a text costs.
func (m *model) price(text []rune, invalid int) float64 {
	total := float64(invalid) * costInvalid
	var prev, before rune
	for _, r := range text {
		if r == utf8.RuneError {
			prev, before = 0, prev
			continue
		}
		total += m.letter(r) + m.context(prev, r)
		if !m.spaces && prev == ' ' && r >= 0x2E80 && before >= 0x2E80 {
			total += costSpacedHan
		}
		prev, before = r, prev
	}
	return total
}

// candidates are the encodings that are looked for, with the languages that
// are written in them. Of equals the first is taken. Rare is what an encoding
// costs because few texts are in it, in bits.
var candidates = []struct {
	name   string
	models []*model
	rare   float64
}{
	{"windows-1252", []*model{western}, 0},
	{"EUC-KR", []*model{korean}, 0},
	{"Shift_JIS", []*model{japaneseText}, 0},
	{"EUC-JP", []*model{japaneseText}, 0},
	{"GB18030", []*model{simplified, traditional}, 0},
	{"Big5", []*model{traditional}, 0},
	{"windows-1251", []*model{cyrillic}, 0},
	{"KOI8-R", []*model{cyrillic}, 0},
	{"KOI8-U", []*model{cyrillic}, 0},
	{"IBM866", []*model{cyrillic}, 10},
	{"ISO-8859-5", []*model{cyrillic}, 10},
	{"windows-1256", []*model{arabic}, 0},
	{"ISO-8859-6", []*model{arabic}, 12},
	{"windows-874", []*model{thai}, 0},
	{"windows-1253", []*model{greek}, 0},
	{"windows-1254", []*model{turkish}, 0},
	{"windows-1250", []*model{central}, 0},
	{"ISO-8859-2", []*model{central}, 4},
	{"windows-1255", []*model{hebrew}, 0},
}

// allModels price what may be in any language.
var allModels = []*model{korean, japaneseText, simplified, traditional, cyrillic, greek, hebrew, arabic, thai, western, central, turkish}

const (
	// sampleSize is how many bytes of lines that are not ASCII are looked at.
	sampleSize = 8 << 10
	// A label that is given is believed unless the bytes cost this many bits,
	// and this many times, more in it than in the best encoding.
	hintBits, hintFactor = 24, 1.15
	// maxCost is how many bits a byte outside ASCII may cost where there are at
	// least judged of them and they are not rare. Text costs four to six; noise,
	// which has seven, costs more in every encoding.
	maxCost, judged = 7, 64
)

// mostPlausible finds the encoding in which data makes most sense. It reports
// false if it makes none in any.
func mostPlausible(data []byte, hint string) (string, bool) {
	text := sample(data)
	best, least := "", math.Inf(1)
	for _, c := range candidates {
		if cost := priceIn(c.name, c.models, text) + c.rare; cost < least {
			best, least = c.name, cost
		}
	}
	if hint != "" && hint != utf8Name {
		models := allModels
		for _, c := range candidates {
			if c.name == hint {
				models = c.models
			}
		}
		if cost := priceIn(hint, models, text); cost <= least*hintFactor+hintBits {
			best, least = hint, cost
		}
	}
	high := 0
	for _, b := range text {
		if b >= utf8.RuneSelf {
			high++
		}
	}
	ascii := float64(len(text)-high) * costASCII
	return best, high < judged || high < len(text)/3 || least-ascii < maxCost*float64(high)
}

// priceIn decodes a sample and adds up what it costs in the model it fits best.
func priceIn(name string, models []*model, sample []byte) float64 {
	d := decoder{data: sample, name: name}
	switch name {
	case "UTF-16LE", "UTF-16BE":
		d.utf16(name == "UTF-16BE")
	default:
		if d.legacy() != nil {
			return math.Inf(1)
		}
	}
	runes := []rune(d.out.String())
	least := math.Inf(1)
	for _, m := range models {
		least = min(least, m.price(runes, d.replaced))
	}
	return least
}

// sample collects lines that have bytes outside ASCII.
func sample(data []byte) []byte {
	var out []byte
	for len(data) > 0 && len(out) < sampleSize {
		end := slices.Index(data, '\n') + 1
		if end == 0 {
			end = len(data)
		}
		line := data[:end]
		data = data[end:]
		high := slices.IndexFunc(line, func(b byte) bool { return b >= utf8.RuneSelf })
		if high < 0 {
			continue
		}
		// Of a long line, what is around the first such byte.
		line = line[max(0, high-64):]
		out = append(out, line[:min(len(line), sampleSize-len(out))]...)
	}
	return out
}
