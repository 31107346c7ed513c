package lang

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The least share of questions told, per language and of all.
const (
	leastPerLanguage = .96
	leastOverall     = .985
)

// TestDetectQuestions reads short questions as people type them.
func TestDetectQuestions(t *testing.T) {
	total, told := detectFile(t, "testdata/questions.tsv")
	all, allTold := 0, 0
	for language, n := range total {
		if share := float64(told[language]) / float64(n); share < leastPerLanguage || n < 25 {
			t.Errorf("%s: %d of %d questions", language, told[language], n)
		}
		all += n
		allTold += told[language]
	}
	if share := float64(allTold) / float64(all); share < leastOverall {
		t.Errorf("%d of %d questions", allTold, all)
	}
}

// TestDetectPassages reads long sentences, which leave no room for doubt.
func TestDetectPassages(t *testing.T) {
	total, told := detectFile(t, "testdata/passages.tsv")
	for language, n := range total {
		if told[language] < n || n < 5 {
			t.Errorf("%s: %d of %d sentences", language, told[language], n)
		}
	}
}

// detectFile counts the lines of a file, each a language, a tab and a text, and
// those whose language was told.
func detectFile(t *testing.T, name string) (total, told map[string]int) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	total, told = map[string]int{}, map[string]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		want, text, ok := strings.Cut(lines.Text(), "\t")
		if !ok {
			t.Fatalf("no tab: %q", lines.Text())
		}
		total[want]++
		if got := Detect(text); got == want {
			told[want]++
		} else {
			t.Logf("Detect(%q) = %q, want %q", text, got, want)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(total) != 21 {
		t.Errorf("%d languages, want 21", len(total))
	}
	return total, told
}

func TestDetect(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "und"}, {" \n\t", "und"}, {"12345 + 67", "und"}, {"👍🏽🎉", "und"}, {"\xff\xfe", "und"}, {"№ §", "und"},
		{"IBAN", "und"}, {"ok", "und"}, {"kubernetes ingress", "und"},
		// Names and terms of another script count little.
		{"AWS Lambda 요금", "ko"}, {"Amazon Web Services Lambda 콜드 스타트 원인", "ko"}, {"iPhone 15 Pro Max の価格", "ja"},
		{"Kubernetes Ingress Controller วิธีติดตั้ง", "th"}, {"سعر iPhone 15 Pro Max", "ar"}, {"قیمت iPhone 15 چقدر است", "fa"},
		{"настройка GitHub Actions runner", "ru"}, {"what does 사랑 mean in English", "en"}, {"was bedeutet das wort 東京", "de"},
		{"the letter π is used for the ratio", "en"}, {"WLAN の設定方法", "ja"}, {"如何安装 Visual Studio Code", "zh"},
		// Han without kana.
		{"営業時間", "ja"}, {"营业时间", "zh"}, {"營業時間", "zh"}, {"駅前駐車場料金", "ja"}, {"東京都知事選挙結果", "ja"}, {"身份证丢了怎么办", "zh"},
		{"健保卡遺失補辦", "zh"}, {"戸籍謄本取得方法", "ja"}, {"学校時間割", "ja"}, {"「の」这个字是日本字，在台湾的招牌上很常见，大家都认识它", "zh"},
		// Scripts that languages share.
		{"як отримати закордонний паспорт", "uk"}, {"де знаходиться найближча аптека", "uk"}, {"как да подновя личната си карта", "bg"},
		{"къде се намира най-близката аптека", "bg"}, {"где је најближа апотека", "sr"}, {"дзе знаходзіцца бліжэйшая аптэка", "be"},
		{"паспортты қалай алуға болады", "kk"}, {"پاسپورٹ کی تجدید کیسے کریں", "ur"}, {"قریب ترین دواخانہ کہاں ہے", "ur"},
		{"پاسپورټ څنګه نوی کړم", "ps"}, {"पासपोर्ट नूतनीकरण कसे करावे", "mr"}, {"जवळचे औषधाचे दुकान कुठे आहे", "mr"}, {"पासपोर्ट कसरी नवीकरण गर्ने", "ne"},
		{"איך מחדשים דרכון", "he"}, {"ווי קען איך באקומען א פאספארט", "yi"}, {"পাসপোর্ট নবায়ন কিভাবে করব", "bn"}, {"পাছপৰ্ট কেনেকৈ নবীকৰণ কৰিব", "as"},
		// Scripts of one language.
		{"கடவுச்சீட்டை எப்படி புதுப்பிப்பது", "ta"}, {"పాస్\u200cపోర్ట్ ఎలా పునరుద్ధరించాలి", "te"}, {"പാസ്പോർട്ട് എങ്ങനെ പുതുക്കാം", "ml"},
		{"ಪಾಸ್\u200cಪೋರ್ಟ್ ನವೀಕರಿಸುವುದು ಹೇಗೆ", "kn"}, {"પાસપોર્ટ કેવી રીતે રિન્યુ કરવો", "gu"}, {"ਪਾਸਪੋਰਟ ਕਿਵੇਂ ਨਵਿਆਉਣਾ ਹੈ", "pa"},
		{"តើធ្វើដូចម្តេចដើម្បីបន្តលិខិតឆ្លងដែន", "km"}, {"ຕໍ່ອາຍຸໜັງສືຜ່ານແດນແນວໃດ", "lo"}, {"နိုင်ငံကူးလက်မှတ် ဘယ်လိုသက်တမ်းတိုးမလဲ", "my"},
		{"როგორ განვაახლო პასპორტი", "ka"}, {"ինչպես երկարաձգել անձնագիրը", "hy"}, {"ፓስፖርት እንዴት ማደስ እችላለሁ", "am"}, {"ගමන් බලපත්\u200dරය අලුත් කරන්නේ කෙසේද", "si"},
		// Other languages in Latin letters.
		{"hur förnyar jag mitt pass", "sv"}, {"hvordan fornyer jeg mit pas", "da"}, {"hvordan fornyer jeg passet mitt", "no"},
		{"miten uusin passini", "fi"}, {"jak si vyřídím nový pas", "cs"}, {"ako si vybavím nový pas", "sk"}, {"hogyan újíthatom meg az útlevelemet", "hu"},
		{"kako mogu obnoviti putovnicu", "hr"}, {"com puc renovar el passaport", "ca"},
		// Without accents, and decomposed.
		{"¿como puedo renovar mi pasaporte", "es"}, {"ou est la gare la plus proche", "fr"}, {"wo ist die naechste apotheke fuer kinder", "de"},
		{"co\u0302ng ty na\u0300y o\u031b\u0309 \u0111a\u0302u", "vi"}, {"한국의 수도는 어디", "ko"},
	} {
		if got := Detect(test.text); got != test.want {
			t.Errorf("Detect(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

// TestDetectSamples has a long text in one language with a foreign end, which is
// not read, and cuts in the middle of characters.
func TestDetectSamples(t *testing.T) {
	for pad := range 4 {
		text := strings.Repeat("a", pad) + strings.Repeat("서울의 인구는 얼마나 되나요 ", 2000)
		if got := Detect(text); got != "ko" {
			t.Errorf("Detect = %q, want ko", got)
		}
	}
	if got := Detect(strings.Repeat("Swali hili linahusu jinsi ya kupata hati ya kusafiria nchini Kenya. ", 40)); got != "sw" {
		t.Errorf("Detect = %q, want sw", got)
	}
}

func TestDetectIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t)
		first := Detect(text)
		for range 3 {
			if again := Detect(text); again != first {
				t.Fatalf("Detect(%q) = %q, then %q", text, first, again)
			}
		}
		if first == "" {
			t.Fatalf("Detect(%q) is empty", text)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	long := strings.Repeat("Wie lange dauert die Bearbeitung eines Antrags? ", 10000)
	for name, text := range map[string]string{"question": "where is the nearest pharmacy", "document": long} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Detect(text)
			}
		})
	}
}
