package extract_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/naru-rag/naru/indexer/extract"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// sentences are one sentence each, in the encodings they used to be written in.
var sentences = []struct {
	encoding string
	text     string
}{
	{"EUC-KR", "연차 휴가를 신청하려면 사내 포털에서 신청서를 작성한 뒤 팀장의 승인을 받아야 합니다."},
	{"EUC-KR", "나루터에서 강을 건너는 배는 아침 여섯 시부터 한 시간마다 떠난다."},
	{"EUC-KR", "제12조(환불) 구매일로부터 7일 이내에는 전액을 돌려드립니다."},
	{"EUC-KR", "펲시콜라를 똠방각하와 함께 마시던 햏자는 쀍스럽게 웃으며 뷁이라고 말했다."},
	{"Shift_JIS", "有給休暇を申請するときは、前日までに上司の承認を得てください。"},
	{"Shift_JIS", "この川の渡し船は朝六時から一時間ごとに出ています。"},
	{"Shift_JIS", "サーバーのログファイルは三十日後に自動的に削除されます。"},
	{"EUC-JP", "有給休暇を申請するときは、前日までに上司の承認を得てください。"},
	{"EUC-JP", "この川の渡し船は朝六時から一時間ごとに出ています。"},
	{"EUC-JP", "サーバーのログファイルは三十日後に自動的に削除されます。"},
	{"ISO-2022-JP", "会議の資料は明日の午前中までに送ってください。"},
	{"GB18030", "员工申请年假时，应当提前三个工作日向部门经理提交申请表。"},
	{"GB18030", "渡船从早上六点开始，每小时一班，下午七点以后停止运行。"},
	{"GB18030", "本合同自双方签字盖章之日起生效，有效期为两年。"},
	{"Big5", "員工申請特別休假時，應於三個工作日前向部門主管提出申請。"},
	{"Big5", "渡船從早上六點開始，每小時一班，下午七點以後停止行駛。"},
	{"Big5", "本契約自雙方簽名蓋章之日起生效，有效期間為兩年。"},
	{"windows-1251", "Заявление на отпуск подаётся не позднее чем за две недели до его начала."},
	{"windows-1251", "Паром через реку ходит каждый час с шести утра до семи вечера."},
	{"windows-1251", "Договір набирає чинності з дня його підписання і діє протягом двох років."},
	{"KOI8-R", "Заявление на отпуск подаётся не позднее чем за две недели до его начала."},
	{"KOI8-R", "Паром через реку ходит каждый час с шести утра до семи вечера."},
	{"IBM866", "Паром через реку ходит каждый час с шести утра до семи вечера."},
	{"windows-1252", "Die Anträge für Überstunden müssen spätestens drei Tage früher beim zuständigen Büro für Löhne eingehen; größere Änderungen möglichst noch früher, natürlich schriftlich."},
	{"windows-1252", "Le congé demandé à l’été dernier a été accordé après réflexion, même si la décision définitive a été différée à la rentrée; élèves et employés ont déjà été prévenus."},
	{"windows-1252", "La petición de vacaciones deberá presentarse con más de quince días de antelación; según el año, también podrá enviarse aquí por vía electrónica, así como a través del teléfono de atención."},
	{"windows-1254", "İzin başvurusu, yıllık çalışma takvimine göre en geç üç gün önce yöneticiye iletilmelidir; değişiklikler ayrıca yazılı olarak bildirilir."},
	{"windows-1250", "Žádost o dovolenou je třeba podat nejpozději tři dny předem; příliš pozdě podané žádosti vedoucí oddělení zpravidla zamítne."},
	{"windows-1250", "Wniosek o urlop należy złożyć najpóźniej trzy dni wcześniej; później złożone wnioski będą rozpatrywane w następnym miesiącu, jeśli będzie to możliwe."},
	{"ISO-8859-2", "Wniosek o urlop należy złożyć najpóźniej trzy dni wcześniej; później złożone wnioski będą rozpatrywane w następnym miesiącu, jeśli będzie to możliwe."},
	{"windows-1256", "يجب تقديم طلب الإجازة قبل ثلاثة أيام على الأقل من بدايتها."},
	{"windows-1256", "تنطلق العبارة كل ساعة من السادسة صباحا حتى السابعة مساء."},
	{"windows-1253", "Η αίτηση για άδεια πρέπει να υποβληθεί τουλάχιστον τρεις ημέρες πριν από την έναρξή της."},
	{"windows-1255", "יש להגיש את הבקשה לחופשה לפחות שלושה ימים לפני תחילתה."},
	{"windows-874", "พนักงานต้องยื่นใบลาล่วงหน้าอย่างน้อยสามวันก่อนวันหยุด"},
	{"windows-874", "เรือข้ามฟากออกทุกชั่วโมงตั้งแต่หกโมงเช้าถึงหนึ่งทุ่ม"},
}

// encode writes text in an encoding known by its WHATWG name.
func encode(t testing.TB, name, text string) []byte {
	t.Helper()
	e, err := encodingByName(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return data
}

func encodingByName(name string) (encoding.Encoding, error) {
	switch name {
	case "UTF-8":
		return encoding.Nop, nil
	case "UTF-16BE":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	case "UTF-16LE":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case "UTF-32LE":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), nil
	case "UTF-32BE":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), nil
	}
	return htmlindex.Get(name)
}

func TestOneSentenceIsEnoughToTellTheEncoding(t *testing.T) {
	for _, s := range sentences {
		for _, e := range []string{s.encoding, "UTF-8", "UTF-16LE", "UTF-16BE"} {
			r, err := extract.Extract("a.txt", "", encode(t, e, s.text), extract.Options{})
			if err != nil {
				t.Errorf("%s, %q: %v", e, s.text, err)
				continue
			}
			if r.Text != s.text || r.Replaced != 0 {
				t.Errorf("%s was taken for %s: %q", e, r.Encoding, r.Text)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	korean := "환불은 구매일로부터 7일 이내에 신청하실 수 있습니다."
	for _, c := range []struct {
		name, encoding, label, want string
		text                        string
	}{
		{"UTF-8 labelled EUC-KR", "UTF-8", "euc-kr", "UTF-8", korean},
		{"UTF-8 labelled windows-1252", "UTF-8", "windows-1252", "UTF-8", "café"},
		{"EUC-KR labelled windows-1252", "EUC-KR", "windows-1252", "EUC-KR", korean},
		{"EUC-KR labelled UTF-8", "EUC-KR", "utf-8", "EUC-KR", korean},
		{"EUC-KR labelled nonsense", "EUC-KR", "korean-of-some-sort", "EUC-KR", korean},
		{"Shift_JIS labelled EUC-JP", "Shift_JIS", "euc-jp", "Shift_JIS", "渡し船は朝六時から一時間ごとに出ています。"},
		{"the label decides what the bytes leave open", "KOI8-U", "koi8-u", "KOI8-U", "Порядок надання відпусток"},
		{"a label for few characters", "windows-1250", "windows-1250", "windows-1250", "Žižkov"},
		{"a label that is no candidate", "macintosh", "macintosh", "macintosh", "Der Ausflug fällt wegen schlechten Wetters aus, schöne Grüße"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, media := range []string{"parameter", "meta", "http-equiv", "xml"} {
				var data []byte
				mediaType, text := "text/html", "<p>"+c.text
				switch media {
				case "parameter":
					mediaType = "text/html; charset=" + c.label
				case "meta":
					text = "<!doctype html><meta charset='" + c.label + "'>" + text
				case "http-equiv":
					text = `<meta http-equiv="Content-Type" content="text/html; charset=` + c.label + `">` + text
				case "xml":
					text = `<?xml version="1.0" encoding="` + c.label + `"?>` + text
				}
				data = encode(t, c.encoding, text)
				r, err := extract.Extract("a", mediaType, data, extract.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if r.Encoding != c.want || r.Text != c.text {
					t.Errorf("label as %s: %s %q", media, r.Encoding, r.Text)
				}
			}
		})
	}
}

func TestByteOrderMarks(t *testing.T) {
	for name, mark := range map[string]string{
		"UTF-8":    "\xEF\xBB\xBF",
		"UTF-16LE": "\xFF\xFE",
		"UTF-16BE": "\xFE\xFF",
		"UTF-32LE": "\xFF\xFE\x00\x00",
		"UTF-32BE": "\x00\x00\xFE\xFF",
	} {
		for _, text := range []string{"", "가", "나루 🛶 naru"} {
			data := append([]byte(mark), encode(t, name, text)...)
			r, err := extract.Extract("a.txt", "text/plain; charset=euc-kr", data, extract.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Text != text || r.Encoding != name || (text == "") != (len(r.Blocks) == 0) {
				t.Errorf("%s: got %q as %s, %d blocks", name, r.Text, r.Encoding, len(r.Blocks))
			}
		}
	}
}

func TestForcedEncoding(t *testing.T) {
	data := encode(t, "windows-1251", "да")
	r, err := extract.Extract("a.txt", "", data, extract.Options{Encoding: "cp1251"})
	if err != nil || r.Text != "да" {
		t.Errorf("got %q, %v", r.Text, err)
	}
	_, err = extract.Extract("a.txt", "", data, extract.Options{Encoding: "klingon"})
	if !errors.Is(err, extract.ErrUnsupported) || !strings.Contains(err.Error(), "klingon") {
		t.Errorf("unknown encoding: %v", err)
	}
}
