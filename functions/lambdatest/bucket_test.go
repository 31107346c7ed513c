package lambdatest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// asks returns what ask answers to a question.
func asks(t *testing.T, ask *function, question string) answered {
	t.Helper()
	body, err := json.Marshal(map[string]string{"question": question})
	if err != nil {
		t.Fatal(err)
	}
	return asAnswer(t, posted(t, ask, string(body), nil))
}

// cites tells whether an answer cites a sentence of a document.
func (a answered) cites(uri, sentence string) bool {
	for _, s := range a.Sentences {
		for _, c := range s.Citations {
			if c.URI == uri && strings.Contains(c.Quote, sentence) {
				return true
			}
		}
	}
	return false
}

// notices are documents in seven languages, with a question to which each has the answer.
var notices = []struct{ key, text, question, sentence string }{
	{"ko/나루 공지+.md", "# 나루터 공지\n\n은가람 나루의 마지막 배는 밤 9시 40분에 떠납니다. 표는 매표소에서 팝니다.\n", "은가람 나루의 마지막 배는 몇 시에 떠나나요?", "은가람 나루의 마지막 배는 밤 9시 40분에 떠납니다."},
	{"ja/お知らせ.md", "# 診療所のお知らせ\n\n初診の受付は午前11時30分までです。駐車場は裏にあります。\n", "初診の受付は何時までですか？", "初診の受付は午前11時30分までです。"},
	{"ar/إعلان.md", "# إعلان المكتبة\n\nتغلق مكتبة النخيل أبوابها في الساعة الثامنة مساءً. الدخول مجاني.\n", "متى تغلق مكتبة النخيل أبوابها؟", "تغلق مكتبة النخيل أبوابها في الساعة الثامنة مساءً."},
	{"th/ประกาศ.md", "# ประกาศตลาดน้ำ\n\nค่าจอดเรือพายที่ตลาดน้ำบางลำเพยวันละ 45 บาท ห้องน้ำอยู่ด้านหลัง\n", "ค่าจอดเรือพายที่ตลาดน้ำบางลำเพยวันละกี่บาท", "45 บาท"},
	{"zh/通知.md", "# 银行通知\n\n云渡支行的金库每天下午四点关闭。请提前预约。\n", "云渡支行的金库几点关闭？", "云渡支行的金库每天下午四点关闭。"},
	{"fr/l%27avis.md", "# Avis de la mairie\n\nLe guichet de la mairie de Valbrume ouvre à 8 h 15 le lundi. Il ferme à midi.\n", "À quelle heure ouvre le guichet de la mairie de Valbrume ?", "Le guichet de la mairie de Valbrume ouvre à 8 h 15 le lundi."},
	{"de/Hinweis & Preis.md", "# Hinweis des Schwimmbads\n\nEin verlorener Schlüssel im Seebad Tannau kostet 18 Euro. Hunde bleiben draußen.\n", "Was kostet ein verlorener Schlüssel im Seebad Tannau?", "Ein verlorener Schlüssel im Seebad Tannau kostet 18 Euro."},
}

// Objects that are put into a bucket, changed, renamed and deleted there are what ask
// answers from, also where their events are lost, come twice, or come in another order.
func TestBucketToAnswer(t *testing.T) {
	built := binaries(t)
	c := newCloud(t)
	store := qdrant(t, built.naru)
	c.keep("AuditKeySecret", "naru/audit/key", auditKey(t, built.naru))
	c.keep("AuditSaltSecret", "naru/audit/salt", "sixteen bytes are enough")
	c.schedule()
	start := func(role, bootstrap string) *function {
		return deploy(t, bootstrap, t.TempDir(), 30, c.environ(role, store)...)
	}
	index, reindex, ask := start(indexRole, built.index), start(reindexRole, built.reindex), start(askRole, built.ask)

	for _, n := range notices {
		c.put(n.key, []byte(n.text))
	}
	c.put("picture.png", []byte("no document"))
	c.settle(index, reindex)
	answers := func(t *testing.T, except ...string) {
		t.Helper()
		for _, n := range notices {
			want := !slices.Contains(except, n.key)
			if a := asks(t, ask, n.question); a.cites("s3://"+bucketName+"/"+n.key, n.sentence) != want {
				t.Errorf("%s: cited should be %v: %+v", n.key, want, a)
			}
		}
	}
	answers(t)

	t.Run("changed", func(t *testing.T) {
		n := notices[0]
		c.put(n.key, bytes.ReplaceAll([]byte(n.text), []byte("9시 40분"), []byte("10시 5분")))
		c.settle(index, reindex)
		if a := asks(t, ask, n.question); !strings.Contains(a.Answer, "10시 5분") || strings.Contains(a.Answer, "9시 40분") {
			t.Errorf("%+v", a)
		}
		c.put(n.key, []byte(n.text))
		c.settle(index, reindex)
		answers(t)
	})
	t.Run("renamed", func(t *testing.T) {
		n := notices[1]
		c.put("ja/新しい名前.md", []byte(n.text))
		c.remove(n.key)
		c.settle(index, reindex)
		if a := asks(t, ask, n.question); !a.cites("s3://"+bucketName+"/ja/新しい名前.md", n.sentence) || a.cites("s3://"+bucketName+"/"+n.key, n.sentence) {
			t.Errorf("%+v", a)
		}
		c.put(n.key, []byte(n.text))
		c.remove("ja/新しい名前.md")
		c.settle(index, reindex)
		answers(t)
	})
	t.Run("deleted", func(t *testing.T) {
		c.remove(notices[2].key)
		c.settle(index, reindex)
		answers(t, notices[2].key)
		c.put(notices[2].key, []byte(notices[2].text))
		c.settle(index, reindex)
		answers(t)
	})
	t.Run("events lost", func(t *testing.T) {
		c.notify(false)
		gone, changed := notices[3], notices[4]
		c.remove(gone.key)
		c.put(changed.key, bytes.ReplaceAll([]byte(changed.text), []byte("四点"), []byte("五点")))
		c.put("en/added.md", []byte("# Harbour\n\nThe harbour master of Quillmouth is called Edda Rowe.\n"))
		c.settle(index, reindex) // of which nobody was told
		answers(t)
		c.due()
		c.settle(index, reindex)
		answers(t, gone.key, changed.key)
		if a := asks(t, ask, changed.question); !strings.Contains(a.Answer, "五点") {
			t.Errorf("%+v", a)
		}
		if a := asks(t, ask, "Who is the harbour master of Quillmouth?"); !strings.Contains(a.Answer, "Edda Rowe") {
			t.Errorf("%+v", a)
		}
		c.notify(true)
		c.put(gone.key, []byte(gone.text))
		c.put(changed.key, []byte(changed.text))
		c.settle(index, reindex)
		answers(t)
	})
	t.Run("walked over by hand", func(t *testing.T) {
		c.notify(false)
		c.remove(notices[6].key)
		if _, payload := reindex.invoke([]byte(`{}`)); string(payload) != `{"walks":1}` {
			t.Fatalf("reindex answers %s", payload)
		}
		c.settle(index, reindex)
		answers(t, notices[6].key)
		c.notify(true)
		c.put(notices[6].key, []byte(notices[6].text))
		c.settle(index, reindex)
		answers(t)
	})
	t.Run("in any order, twice", func(t *testing.T) {
		n := notices[5]
		old := bytes.ReplaceAll([]byte(n.text), []byte("8 h 15"), []byte("7 h"))
		c.put(n.key, old)
		c.remove(n.key)
		c.put(n.key, old)
		c.put(n.key, []byte(n.text))
		batch := c.receive(c.index)
		slices.Reverse(batch.Records)
		first := batch
		first.Records = slices.Concat(batch.Records, batch.Records[:1])
		c.deliver(c.index, index, first)
		c.deliver(c.index, index, batch)
		c.settle(index, reindex)
		answers(t)
	})
	if n := c.waiting(c.dead); n > 0 {
		t.Errorf("%d messages are dead", n)
	}
	t.Run("dead, and sent back", func(t *testing.T) {
		c.put("scan.md", []byte("%PDF-1.4\n"))
		c.settle(index, reindex)
		naru := func(args ...string) string {
			cmd := exec.Command(built.naru, args...)
			cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), c.environ(operator, store)...)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			return string(out)
		}
		for range 2 { // who looks takes nothing
			if got := naru("redrive", "--look"); !strings.Contains(got, "left\tobject notices/scan.md\t") || !strings.Contains(got, "is a PDF") || !strings.Contains(got, "0 sent back, 1 left") {
				t.Errorf("redrive shows %s", got)
			}
		}
		if got := naru("sources"); !strings.Contains(got, "s3://notices/") || !strings.Contains(got, "done") {
			t.Errorf("sources shows %s", got)
		}
		c.put("scan.md", []byte("# Scan\n\nThe lighthouse keeper of Quillmouth is called Tam Orrin.\n"))
		c.settle(index, reindex)
		if got := naru("redrive"); !strings.Contains(got, "sent\tobject notices/scan.md") || !strings.Contains(got, "1 sent back, 0 left") {
			t.Errorf("redrive shows %s", got)
		}
		c.settle(index, reindex)
		if a := asks(t, ask, "Who is the lighthouse keeper of Quillmouth?"); !strings.Contains(a.Answer, "Tam Orrin") {
			t.Errorf("%+v", a)
		}
	})
	t.Run("what they did is what they may", func(t *testing.T) {
		keyed := deploy(t, built.ask, t.TempDir(), 30, append(c.environ(askRole, store), "NARU_ACCESS_GATEWAY=false")...)
		request := strings.Replace(string(event(t, "httpapi-ask.json")), "AWS4-HMAC-SHA256 Credential", "Bearer naru_aaaaaaaaaa_AWS4", 1)
		keyed.invoke([]byte(request))
		granted := c.template.grants()
		for _, role := range []string{askRole, indexRole, reindexRole, scheduleRole} {
			if did, may := c.did[role].actions(), granted[role]; !slices.Equal(did, may) {
				t.Errorf("%s did\n%v and may\n%v", role, did, may)
			}
		}
	})
	t.Run("a key of the store's", func(t *testing.T) {
		c.keep("StoreApiKeySecret", "naru/store", "open sesame")
		if told := c.environ(askRole, store); !slices.Contains(told, "NARU_STORE_API_KEY=open sesame") {
			t.Errorf("ask is told %v", told)
		}
	})
}
