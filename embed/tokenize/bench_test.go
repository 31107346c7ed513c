package tokenize

import (
	"strings"
	"testing"
)

func BenchmarkNewUnigram(b *testing.B) {
	xlmr(b)
	config, _ := readXLMR()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewUnigram(config); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	u := xlmr(b)
	english := strings.Repeat("The quick brown fox jumps over the lazy dog near the river bank, while 42 children watched. ", 14)[:1200]
	korean := string([]rune(strings.Repeat("서울특별시는 대한민국의 수도이자 최대 도시이다. 한강을 끼고 있으며, 인구는 약 940만 명이다. ", 40))[:1200])
	thai := string([]rune(strings.Repeat("ทีมรับของแพนเธอร์สถอดใจที่คะแนนได้อันดับที่หกของลีกในขณะที่เป็นผู้นำ", 40))[:1200])
	chinese := string([]rune(strings.Repeat("北京是中华人民共和国的首都，也是全国的政治中心、文化中心和国际交往中心。", 50))[:1200])
	mixed := testTexts(b, 50)
	for _, c := range []struct {
		name string
		text string
	}{
		{"query", "query: how long does the ferry take in winter"},
		{"english1200", english}, {"korean1200", korean}, {"thai1200", thai}, {"chinese1200", chinese},
		{"10MBspaceless", strings.Repeat("a", 10<<20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			ids := make([]int32, 0, 2048)
			for b.Loop() {
				ids, _ = u.Encode(ids[:0], c.text, 510)
			}
			b.ReportMetric(float64(len(ids)), "tokens")
		})
	}
	b.Run("mixed", func(b *testing.B) {
		ids := make([]int32, 0, 2048)
		tokens := 0
		for b.Loop() {
			tokens = 0
			for _, text := range mixed {
				ids, _ = u.Encode(ids[:0], text, -1)
				tokens += len(ids)
			}
		}
		b.ReportMetric(float64(tokens), "tokens")
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tokens), "ns/token")
	})
}
