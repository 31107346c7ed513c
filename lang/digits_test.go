package lang

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestDigit(t *testing.T) {
	for _, digits := range []string{
		"0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "੦੧੨੩੪੫੬੭੮੯", "૦૧૨૩૪૫૬૭૮૯", "௦௧௨௩௪௫௬௭௮௯",
		"๐๑๒๓๔๕๖๗๘๙", "໐໑໒໓໔໕໖໗໘໙", "០១២៣៤៥៦៧៨៩", "၀၁၂၃၄၅၆၇၈၉", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿", "𑁦𑁧𑁨𑁩𑁪𑁫𑁬𑁭𑁮𑁯",
	} {
		want := byte(0)
		for _, r := range digits {
			if got, ok := Digit(r); !ok || got != want {
				t.Errorf("Digit(%q) = %d, %v; want %d", r, got, ok, want)
			}
			want++
		}
	}
	for _, r := range "a/:½²七Ⅶ①٪٫Z̀😀" {
		if got, ok := Digit(r); ok || got != 0 {
			t.Errorf("Digit(%q) = %d, %v; want none", r, got, ok)
		}
	}
}

// TestDigitKnowsEveryDigit compares with the category, and with the value that
// compatibility decomposition gives where it gives one.
func TestDigitKnowsEveryDigit(t *testing.T) {
	for r := rune(-1); r <= utf8.MaxRune+1; r++ {
		value, ok := Digit(r)
		if ok != unicode.IsDigit(r) {
			t.Fatalf("Digit(%U) = %v, unicode.IsDigit says otherwise", r, ok)
		}
		if plain := norm.NFKC.String(string(r)); ok && len(plain) == 1 && plain[0] != '0'+value {
			t.Errorf("Digit(%U) = %d, want %s", r, value, plain)
		}
		if ok && value > 9 {
			t.Errorf("Digit(%U) = %d", r, value)
		}
	}
}

func BenchmarkDigit(b *testing.B) {
	for b.Loop() {
		for _, r := range "한글 2024년 ٣" {
			Digit(r)
		}
	}
}
