package lang

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// share returns the part of a question's weight that a text's terms hold.
func share(question, text, language string) float64 {
	held := map[string]bool{}
	for _, t := range Analyze(text, language) {
		held[t.Text] = true
	}
	sum, whole := 0., 0.
	for _, t := range Asked(Analyze(question, language)) {
		whole += t.Weight
		if held[t.Text] {
			sum += t.Weight
		}
	}
	if whole == 0 {
		return 0
	}
	return sum / whole
}

// Writers vary without meaning to: the same word in another form is found. The
// word itself is most of a question's weight, so less than .6 means by parts only.
func TestAnalyzeFindsOtherForms(t *testing.T) {
	for _, c := range []struct{ name, language, question, text string }{
		{"Korean particles", "ko", "여객선은", "여객선을 타는 곳"},
		{"Korean particle on a loan word", "ko", "포토샵에서", "포토샵은"},
		{"Korean question ending", "ko", "재직했나요", "총독으로 재직했습니다"},
		{"Korean NFD", "ko", "나루터", "\u1102\u1161\u1105\u116e\u1110\u1165"},
		{"Japanese half width kana", "ja", "ガイド", "ｶﾞｲﾄﾞ"},
		{"Japanese one Han character", "ja", "駅", "東京駅前"},
		{"Chinese within a run", "zh", "渡轮", "末班渡轮十点开"},
		{"full width Latin", "ja", "ABC", "ＡＢＣ"},
		{"Arabic article and conjunction", "ar", "المدرسة", "ومدرسة"},
		{"Arabic hamza", "ar", "أحمد", "احمد"},
		{"Arabic alef maqsura", "ar", "مستشفى", "مستشفي"},
		{"Arabic harakat", "ar", "كتاب", "كِتَابٌ"},
		{"Arabic tatweel", "ar", "كتاب", "كتـــاب"},
		{"Arabic ta marbuta", "ar", "رحلة", "رحله"},
		{"Persian ya and kaf", "fa", "کتابی", "كتابي"},
		{"Persian plural with a joiner", "fa", "کتاب", "کتاب\u200cها"},
		{"Persian digits", "fa", "۱۲۳", "123"},
		{"Thai inside a phrase", "th", "เรือข้ามฟาก", "ตารางเรือข้ามฟากเที่ยวสุดท้าย"},
		{"Thai digits", "th", "๒๕", "25"},
		{"Vietnamese case", "vi", "HÀ NỘI", "Hà Nội"},
		{"Vietnamese NFD", "vi", "Hà Nội", "Hà Nội"},
		{"Indonesian", "id", "pelabuhan", "PELABUHAN"},
		{"Hindi digits", "hi", "२०२४", "2024"},
		{"Hindi nukta", "hi", "ज़मीन", "ज़मीन"},
		{"Turkish dotted capital", "tr", "istanbul", "İSTANBUL"},
		{"Turkish dotless capital", "tr", "ısparta", "ISPARTA"},
		{"Turkish suffix", "tr", "kitap", "kitaplar"},
		{"Russian case endings", "ru", "паромы", "паромов"},
		{"Russian yo", "ru", "ещё самолёт", "еще самолет"},
		{"Greek accent and capitals", "el", "πλοίο", "ΠΛΟΙΟ"},
		{"Greek final sigma", "el", "ΔΡΟΜΟΣ", "δρόμος"},
		{"German plural", "de", "Kinder", "Kindern"},
		{"German sharp s", "de", "Straße", "STRASSE"},
		{"French elision", "fr", "eau", "l’eau"},
		{"French plural", "fr", "horaires", "horaire"},
		{"Spanish plural", "es", "billetes", "billete"},
		{"Italian elision", "it", "arte", "dell'arte"},
		{"Portuguese plural", "pt", "bilhetes", "bilhete"},
		{"Dutch plural", "nl", "boeken", "boek"},
		{"Romanian cedilla and comma", "ro", "şcoală", "școală"},
		{"English plural", "en", "ferries", "ferry"},
		{"thousands in English", "en", "1,250,000", "1250000"},
		{"thousands in German", "de", "1.250", "1250"},
		{"zero width space", "en", "ferry", "fer\u200bry"},
		{"soft hyphen", "de", "Fährschiff", "Fähr\u00adschiff"},
		{"without accents", "fr", "mediatheque", "la médiathèque"},
		{"without tone marks", "vi", "thu vien", "thư viện"},
		{"ligature", "en", "office", "oﬃce"},
	} {
		t.Run(c.language+" "+c.name, func(t *testing.T) {
			if got := share(c.question, c.text, c.language); got < .6 {
				t.Errorf("%q finds %.2f of itself in %q; terms %v and %v", c.question, got, c.text, terms(c.question, c.language), terms(c.text, c.language))
			}
		})
	}
}

// A question whose language was not recognised finds the words as they stand.
func TestAnalyzeFindsWordsOfUnknownLanguage(t *testing.T) {
	for _, c := range []struct{ language, question, text string }{
		{"en", "warranty", "The warranty ends."}, {"de", "Öffnungszeiten Fundbüro", "Öffnungszeiten des Fundbüros: Fundbüro"},
		{"fr", "chevaux", "les chevaux"}, {"tr", "iade", "iade koşulları"}, {"es", "playa", "en la playa"},
	} {
		held := map[string]bool{}
		for _, term := range Analyze(c.text, c.language) {
			held[term.Text] = true
		}
		for _, term := range Asked(Analyze(c.question, "und")) {
			if term.Weight == weightWhole && !held[term.Text] {
				t.Errorf("%s: %q of %q is no term of %q", c.language, term.Text, c.question, c.text)
			}
		}
	}
}

// What is inflected beyond the stemmer, compounded or mistyped is still found,
// by its parts.
func TestAnalyzeFindsParts(t *testing.T) {
	for _, c := range []struct{ language, question, text string }{
		{"de", "Fahrplan", "Sommerfahrplanwechsel"},
		{"ko", "배는", "배를 타는 곳"},
		{"pl", "biblioteka", "w bibliotece"},
		{"id", "pendaftaran", "mendaftarkan"},
		{"en", "accomodation", "accommodation"},
		{"und", "kirjasto", "kirjastossa"},
	} {
		if got := share(c.question, c.text, c.language); got <= .05 {
			t.Errorf("%s: %q finds %.2f of itself in %q", c.language, c.question, got, c.text)
		}
	}
}

func TestAnalyzeKeepsApart(t *testing.T) {
	for _, c := range []struct{ name, language, question, text string }{
		{"Vietnamese tones", "vi", "má", "mà mạ mã"},
		{"decimals and thousands", "en", "3.5", "35"},
		{"a part is no word", "en", "err", "ferry"},
		{"words of different scripts", "ko", "나루", "naru"},
	} {
		if got := share(c.question, c.text, c.language); got > .1 {
			t.Errorf("%s: %q finds %.2f of itself in %q", c.name, c.question, got, c.text)
		}
	}
}

// Words that only ask weigh nothing, in every language that has a list.
func TestAnalyzeAskingWordsWeighNothing(t *testing.T) {
	for _, c := range []struct{ language, question, about string }{
		{"ko", "도서관은 언제 여나요?", "도서"}, {"ja", "図書館はどこですか", "図書"}, {"zh", "图书馆在哪里？", "图书"},
		{"ar", "متى تفتح المكتبة؟", "مكتب"}, {"fa", "کتابخانه کجاست؟", "كتابخان"}, {"th", "ห้องสมุดเปิดกี่โมง", "ห้อง"},
		{"vi", "thư viện ở đâu?", "thư"}, {"id", "di mana perpustakaan?", "perpustakaan"}, {"hi", "पुस्तकालय कहाँ है?", "पुस्तकालय"},
		{"tr", "kütüphane nerede?", "kütüphane"}, {"ru", "где библиотека?", "библиотек"}, {"el", "πού είναι η βιβλιοθήκη;", "βιβλιοθηκη"},
		{"de", "wo ist die Bibliothek?", "bibliothek"}, {"fr", "où est la bibliothèque ?", "bibliothequ"}, {"es", "¿dónde está la biblioteca?", "bibliotec"},
		{"it", "dove è la biblioteca?", "bibliotec"}, {"pt", "onde é a biblioteca?", "bibliotec"}, {"nl", "waar is de bibliotheek?", "bibliothek"},
		{"pl", "gdzie jest biblioteka?", "biblioteka"}, {"ro", "unde este biblioteca?", "bibliotec"}, {"en", "where is the library?", "librari"},
	} {
		asked := Asked(Analyze(c.question, c.language))
		if len(asked) == 0 {
			t.Errorf("%s: nothing is left of %q", c.language, c.question)
			continue
		}
		if !slices.ContainsFunc(asked, func(t Term) bool { return t.Weight == weightWhole }) {
			t.Errorf("%s: no term of %q has its whole weight: %v", c.language, c.question, asked)
		}
		if len(asked) == len(Analyze(c.question, c.language)) {
			t.Errorf("%s: nothing in %q only asks: %v", c.language, c.question, terms(c.question, c.language))
		}
	}
}

func TestAskedKeepsAQuestionOfAskingWords(t *testing.T) {
	if got := Asked(Analyze("how is it?", "en")); len(got) != 3 || got[0].Weight != weightWhole {
		t.Errorf("Asked = %v, want all three words at their whole weight", got)
	}
	if got := Asked(Analyze("?!", "en")); len(got) != 0 {
		t.Errorf("Asked = %v, want nothing", got)
	}
}

func TestAnalyzeNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"1,250,000 won": "1250000", "3.5 km": "3.5", "18:30": "18 30", "2024. 3. 5.": "2024 3 5", "a320": "a320",
		"5월": "5", "٣٫٥": "3.5", "１２３": "123", "1,2": "1 2", "1.": "1",
	} {
		var got []string
		for _, term := range Analyze(text, "und") {
			if r, _ := utf8.DecodeRuneInString(term.Text); '0' <= r && r <= '9' || term.Text == "a320" {
				got = append(got, term.Text)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: numbers %q, want %q", text, got, want)
		}
	}
}

// Terms lie in the text, in order, whatever the text is.
func TestAnalyzeOffsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkTerms(t, rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text"))
	})
}

func FuzzAnalyze(f *testing.F) {
	for _, seed := range []string{"나루터의 배", "\xff\xfe", "ﬃ İ ẞ", "\u0301\u0301\u0301", "1,000.5e", "ก\u0e31\u0e31"} {
		f.Add(seed, "ko")
	}
	f.Fuzz(func(t *testing.T, text, language string) { checkTerms(t, text) })
}

type failer interface {
	Fatalf(format string, args ...any)
}

func checkTerms(t failer, text string) {
	last := Term{}
	for i, term := range Analyze(text, "ko") {
		if term.Text == "" || !utf8.ValidString(term.Text) {
			t.Fatalf("term %d is %q", i, term.Text)
		}
		if term.Start < 0 || term.Start >= term.End || term.End > len(text) {
			t.Fatalf("term %d lies at %d..%d of %d bytes", i, term.Start, term.End, len(text))
		}
		if term.Word < last.Word || term.Weight < 0 || term.Weight > 1 {
			t.Fatalf("term %d is %+v after %+v", i, term, last)
		}
		last = term
	}
}

// A text of nothing but marks, or without any separator, takes linear time.
func TestAnalyzeIsLinear(t *testing.T) {
	for _, unit := range []string{"\u0301", "a", "가", "ก", "漢", "1", "1,"} {
		if got := len(Analyze(strings.Repeat(unit, 200_000), "und")); got > 800_000 {
			t.Errorf("%q: %d terms", unit, got)
		}
	}
}

func terms(text, language string) []string {
	var all []string
	for _, t := range Analyze(text, language) {
		all = append(all, t.Text)
	}
	return all
}

func BenchmarkAnalyze(b *testing.B) {
	for language, text := range map[string]string{
		"en": strings.Repeat("The last ferry leaves the landing at half past seven. ", 20),
		"ko": strings.Repeat("마지막 배는 오후 일곱 시 반에 나루터를 떠납니다. ", 20),
		"th": strings.Repeat("เรือเที่ยวสุดท้ายออกจากท่าเวลาสิบเก้านาฬิกา ", 20),
	} {
		b.Run(language, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Analyze(text, language)
			}
		})
	}
}
