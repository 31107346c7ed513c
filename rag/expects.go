package rag

import (
	"slices"
	"strings"
	"unicode"

	"github.com/naru-rag/naru/lang"
)

// expectation is the type of answer that a question asks for.
type expectation uint8

const (
	expectAnything expectation = iota
	expectNumber
	expectDate
	expectPerson
	expectPlace
)

// expected reads the type of answer off the words of a question. The first
// type with a cue in it wins, in the order of the constants' specificity:
// "how many people" asks for a number, not for people.
func expected(question, language string) expectation {
	cues := answerCues[language]
	text := " " + strings.Join(strings.FieldsFunc(strings.ToLower(question), separates), " ") + " "
	for _, kind := range []expectation{expectDate, expectNumber, expectPlace, expectPerson} {
		for _, cue := range strings.Split(cues[kind], ",") {
			if cue = strings.TrimSpace(cue); cue == "" {
				continue
			}
			if !unspaced(language) {
				cue = " " + cue
				if language != "ko" { // Korean puts particles after the cue
					cue += " "
				}
			}
			if strings.Contains(text, cue) {
				return kind
			}
		}
	}
	return expectAnything
}

func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r)
}

func unspaced(language string) bool { return slices.Contains([]string{"ja", "zh", "th"}, language) }

// answerCues are the words that ask for each type of answer.
var answerCues = map[string]map[expectation]string{
	"en": {expectDate: "when, what year, which year, what date, what day, what time, what month, since when",
		expectNumber: "how many, how much, how long, how far, how old, how often, how tall, how big, what percentage, what number, cost, price, fee, phone",
		expectPlace:  "where, what city, which city, what country, which country, what place", expectPerson: "who, whom, whose"},
	"de": {expectDate: "wann, welchem jahr, welches jahr, welchem tag, um wie viel uhr, seit wann, bis wann",
		expectNumber: "wie viele, wie viel, wieviel, wieviele, wie lange, wie hoch, wie weit, wie oft, wie alt, wie groß, kostet, kosten, prozent, telefonnummer",
		expectPlace:  "wo, wohin, woher, welcher stadt, welchem land", expectPerson: "wer, wen, wem, wessen"},
	"fr": {expectDate: "quand, quelle année, quelle date, quelle heure, quel jour, à partir de quand",
		expectNumber: "combien, quel pourcentage, quel est le prix, quel nombre, quel âge, quelle distance, quel tarif, quel montant",
		expectPlace:  "où, quelle ville, quel pays, quel endroit", expectPerson: "qui"},
	"es": {expectDate: "cuándo, cuando, qué año, qué fecha, qué hora, qué día, desde cuándo",
		expectNumber: "cuánto, cuántos, cuánta, cuántas, cuanto, cuantos, cuantas, qué porcentaje, qué número, qué edad",
		expectPlace:  "dónde, adónde, donde, qué ciudad, qué país, qué lugar", expectPerson: "quién, quiénes, quien"},
	"it": {expectDate: "quando, quale anno, che anno, che ora, quale data", expectNumber: "quanto, quanti, quanta, quante, quale percentuale",
		expectPlace: "dove, quale città, quale paese", expectPerson: "chi"},
	"pt": {expectDate: "quando, que ano, qual ano, que horas, que dia, qual data", expectNumber: "quanto, quantos, quanta, quantas, qual o preço, qual porcentagem",
		expectPlace: "onde, aonde, qual cidade, que cidade, qual país", expectPerson: "quem"},
	"nl": {expectDate: "wanneer, welk jaar, hoe laat, welke datum, welke dag", expectNumber: "hoeveel, hoe lang, hoe ver, hoe oud, hoe hoog, hoe vaak, kost, kosten",
		expectPlace: "waar, welke stad, welk land", expectPerson: "wie, wiens"},
	"pl": {expectDate: "kiedy, którym roku, o której, jakiego dnia", expectNumber: "ile, ilu, jaki procent, jak długo, jak daleko, jak wysoki",
		expectPlace: "gdzie, skąd, dokąd, jakim mieście", expectPerson: "kto, kogo, komu, kim"},
	"ro": {expectDate: "când, ce an, ce oră, ce dată, ce zi", expectNumber: "cât, câți, câte, câtă, ce procent",
		expectPlace: "unde, ce oraș, ce țară", expectPerson: "cine, cui"},
	"tr": {expectDate: "ne zaman, hangi yıl, hangi yılda, saat kaçta, hangi gün, hangi tarihte", expectNumber: "kaç, kaçtır, ne kadar, yüzde kaç, kaça",
		expectPlace: "nerede, nereye, nereden, neresi, hangi şehir, hangi ülke", expectPerson: "kim, kimdir, kimin, kime, kimler"},
	"id": {expectDate: "kapan, tahun berapa, jam berapa, tanggal berapa, hari apa", expectNumber: "berapa, berapakah",
		expectPlace: "di mana, dimana, ke mana, kota mana", expectPerson: "siapa, siapakah"},
	"vi": {expectDate: "khi nào, năm nào, ngày nào, mấy giờ, bao giờ, lúc nào", expectNumber: "bao nhiêu, mấy, bao lâu, bao xa",
		expectPlace: "ở đâu, đâu, thành phố nào, nước nào", expectPerson: "ai"},
	"ru": {expectDate: "когда, каком году, какого числа, в котором часу, во сколько", expectNumber: "сколько, какой процент, как долго, какова цена",
		expectPlace: "где, куда, откуда, каком городе, какой стране", expectPerson: "кто, кого, кому, кем"},
	"el": {expectDate: "πότε, ποιο έτος, ποια χρονιά, τι ώρα", expectNumber: "πόσο, πόσα, πόσοι, πόσες, πόση",
		expectPlace: "πού, ποια πόλη, ποια χώρα", expectPerson: "ποιος, ποια, ποιοι, ποιον"},
	"hi": {expectDate: "कब, किस वर्ष, किस साल, कितने बजे, किस तारीख, किस दिन", expectNumber: "कितने, कितनी, कितना, प्रतिशत",
		expectPlace: "कहाँ, कहां, किस शहर, किस देश", expectPerson: "कौन, किसने, किसके द्वारा"},
	"ar": {expectDate: "متى, في أي عام, أي عام, أي سنة, أي ساعة, أي يوم", expectNumber: "كم, ما عدد, ما نسبة, كم عدد",
		expectPlace: "أين, اين, أي مدينة, أي بلد", expectPerson: "من هو, من هي, من الذي, من"},
	"fa": {expectDate: "کی, چه زمانی, چه سالی, چه ساعتی, چه روزی", expectNumber: "چند, چقدر, چه تعداد, چه قدر",
		expectPlace: "کجا, کجاست, کدام شهر, کدام کشور", expectPerson: "چه کسی, کیست, کدام شخص"},
	"ko": {expectDate: "언제, 몇 년, 몇년, 며칠, 몇 시, 몇시, 몇 월, 연도, 날짜, 날은", expectNumber: "몇, 얼마, 비율",
		expectPlace: "어디, 어느 나라, 어느 도시, 장소, 곳은", expectPerson: "누구, 누가, 사람은, 인물은"},
	"ja": {expectDate: "いつ, 何年, 何月, 何日, 何時", expectNumber: "何人, 何歳, 何個, 何回, 何円, 何番, いくつ, いくら, どれくらい, どのくらい, 何パーセント, 何%",
		expectPlace: "どこ, 何県, 何市, 何国", expectPerson: "誰, だれ, どなた"},
	"zh": {expectDate: "什么时候, 何时, 哪一年, 哪年, 几点, 几月, 哪天", expectNumber: "多少, 几, 多长, 多久, 多远, 多大, 多高",
		expectPlace: "哪里, 哪儿, 何处, 哪个城市, 哪个国家, 什么地方", expectPerson: "谁, 何人, 哪位"},
	"th": {expectDate: "เมื่อไหร่, เมื่อไร, เมื่อใด, ปีใด, ปีไหน, ปีอะไร, กี่โมง, วันไหน", expectNumber: "เท่าไหร่, เท่าไร, กี่, เท่าใด",
		expectPlace: "ที่ไหน, ที่ใด, เมืองใด, ประเทศใด", expectPerson: "ใคร"},
}

// meets tells whether a sentence has something of the expected type that the
// question itself does not: a sentence with a number answers "how many" only
// with another number than the question's own.
func (x expectation) meets(sentence string, question string, language string) bool {
	switch x {
	case expectNumber, expectDate:
		return hasNewNumber(sentence, question)
	case expectPerson:
		return hasNewName(sentence, question) || containsAny(sentence, personMarks[language])
	case expectPlace:
		return hasNewName(sentence, question) || containsAny(sentence, placeMarks[language])
	}
	return false
}

// Marks of persons and places in scripts that have no capitals.
var (
	personMarks = map[string]string{
		"ko": "씨, 님, 의원, 교수, 박사, 대통령, 장관, 감독, 소장, 원장", "ja": "氏, さん, 様, 博士, 教授, 大臣, 監督, 王", "zh": "先生, 女士, 博士, 教授, 总统, 主席, 王",
		"th": "นาย, นาง, ดร., พระ, ประธาน, กษัตริย์", "ar": "الدكتور, الأستاذ, الملك, الرئيس, السيد, الشيخ, الأمير", "hi": "श्री, डॉ, राजा, राष्ट्रपति, सम्राट",
		"fa": "آقای, خانم, دکتر, استاد, شاه",
	}
	placeMarks = map[string]string{
		"ko": "에서, 시 , 도 , 구 , 동 , 역, 나라", "ja": "市, 県, 町, 村, 駅, 国, 都, 島", "zh": "市, 省, 县, 区, 路, 国, 州, 岛",
		"th": "จังหวัด, เมือง, ประเทศ, ถนน, อำเภอ, เกาะ", "ar": "مدينة, في, شارع, منطقة, دولة, محافظة", "hi": "शहर, में, राज्य, देश, जिला", "fa": "شهر, در, خیابان, استان, کشور",
	}
)

func containsAny(text, list string) bool {
	for mark := range strings.SplitSeq(list, ",") {
		if mark = strings.TrimLeft(mark, " "); mark != "" && strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

// hasNewNumber tells whether a text has a number that the question has not.
func hasNewNumber(text, question string) bool {
	asked := numbers(question)
	for _, n := range numbers(text) {
		if !slices.Contains(asked, n) {
			return true
		}
	}
	return false
}

func numbers(text string) []string {
	return strings.FieldsFunc(strings.Map(func(r rune) rune {
		if d, ok := lang.Digit(r); ok {
			return rune('0' + d)
		}
		return ' '
	}, text), unicode.IsSpace)
}

// hasNewName tells whether a text has a capitalised word, not its first, that
// the question has not.
func hasNewName(text, question string) bool {
	for i, word := range strings.FieldsFunc(text, separates) {
		if i > 0 && unicode.IsUpper([]rune(word)[0]) && !strings.Contains(question, word) {
			return true
		}
	}
	return false
}
