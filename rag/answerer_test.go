package rag_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

var harbour = map[string]string{
	"ferry.md":  "# 나루 여객선\n\n마지막 배는 오후 7시 40분에 떠납니다. 어른 요금은 2,500원입니다. 개는 갑판에만 태울 수 있습니다.\n",
	"museum.md": "# 소금 박물관\n\n박물관은 월요일에 쉽니다. 관람료는 없습니다.\n",
	"clinic.md": "# عيادة الضفة\n\nتفتح العيادة أبوابها في الساعة الثامنة صباحًا. رسوم الكشف خمسون ريالًا.\n",
	"bank.md":   "# Uferbank\n\nDie Kontoführung kostet 3,90 Euro im Monat. Der Dispokredit wird nach 14 Tagen gekündigt.\n",
}

// harbourSearcher indexes the documents the way everything else is indexed.
func harbourSearcher(t *testing.T, access rag.Access) *store.Store {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	stored := store.New(engine.Conn(), store.Options{})
	if err := stored.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	ix, err := indexer.New(stored, indexer.Options{Access: access})
	if err != nil {
		t.Fatal(err)
	}
	var uploads []indexer.Upload
	for uri, text := range harbour {
		uploads = append(uploads, indexer.Upload{URI: uri, Data: []byte(text)})
	}
	if _, err := ix.Put(t.Context(), uploads...); err != nil {
		t.Fatal(err)
	}
	return stored
}

// stopped is a clock that does not move, so that answers can be compared whole.
func stopped() time.Time { return time.Unix(0, 0) }

func answerer(t *testing.T) *rag.Answerer {
	return rag.NewAnswerer(harbourSearcher(t, rag.Access{Tenant: "t"}), rag.Options{Clock: stopped})
}

func ask(t *testing.T, a *rag.Answerer, question string) rag.Answer {
	t.Helper()
	answer, err := a.Answer(t.Context(), rag.Question{Text: question, Asker: rag.Asker{Tenant: "t"}})
	if err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return answer
}

func TestAnswerIsTheDocumentsOwnSentences(t *testing.T) {
	a := answerer(t)
	for question, want := range map[string]string{
		"마지막 배는 언제 떠나나요?":              "마지막 배는 오후 7시 40분에 떠납니다.",
		"박물관은 무슨 요일에 쉽니까?":             "박물관은 월요일에 쉽니다.",
		"كم رسوم الكشف؟":               "رسوم الكشف خمسون ريالًا.",
		"Was kostet die Kontoführung?": "Die Kontoführung kostet 3,90 Euro im Monat.",
	} {
		answer := ask(t, a, question)
		if answer.Abstained || !strings.Contains(answer.Answer, want) {
			t.Errorf("%s: answered %q, want %q in it", question, answer.Answer, want)
		}
		shown := map[string]rag.Hit{}
		for _, p := range answer.Passages {
			shown[p.ID] = p
		}
		for _, s := range answer.Sentences {
			if len(s.Citations) == 0 {
				t.Errorf("%s: %q has no citation", question, s.Text)
			}
			for _, c := range s.Citations {
				p, ok := shown[c.Passage]
				if !ok {
					t.Errorf("%s: cites passage %s, which is not shown", question, c.Passage)
					continue
				}
				if got := p.Text[c.Start-p.Start : c.End-p.Start]; got != c.Quote || !strings.Contains(c.Quote, s.Text) {
					t.Errorf("%s: quotes %q, and %q stands there", question, c.Quote, got)
				}
			}
		}
	}
}

func TestAnswerAbstains(t *testing.T) {
	a := answerer(t)
	for _, c := range []struct {
		question, language string
		reason             rag.Reason
		says               string
	}{
		{"비트코인 시세는 얼마입니까?", "ko", "", "찾지 못했습니다"},
		{"Who painted the ceiling of the opera house?", "en", "", "No answer to this question was found"},
		{"ตารางเดินรถไฟเป็นอย่างไร", "th", rag.ReasonNothingFound, "ไม่พบคำตอบ"},
		{"🙂🙂", "und", rag.ReasonNoTerms, "nothing in the question"},
	} {
		answer := ask(t, a, c.question)
		if !answer.Abstained || answer.Reason == rag.ReasonNone || c.reason != "" && answer.Reason != c.reason {
			t.Errorf("%s: abstained %v for %q, want %q", c.question, answer.Abstained, answer.Reason, c.reason)
		}
		if answer.Language != c.language || !strings.Contains(answer.Answer, c.says) {
			t.Errorf("%s: says %q in %s, want %q in %s", c.question, answer.Answer, answer.Language, c.says, c.language)
		}
		if len(answer.Sentences) != 0 {
			t.Errorf("%s: abstains and yet has sentences", c.question)
		}
	}
}

func TestAnswerRefusesBadQuestions(t *testing.T) {
	a := answerer(t)
	for name, q := range map[string]rag.Question{
		"empty":          {Text: ""},
		"blank":          {Text: " \t\u3000\n"},
		"too long":       {Text: strings.Repeat("가", rag.MaxQuestion+1)},
		"1 MB":           {Text: strings.Repeat("a", 1<<20)},
		"not UTF-8":      {Text: "ferry\xff"},
		"negative limit": {Text: "배", Limit: -1},
		"not a language": {Text: "배", Language: "a b"},
		"huge limit":     {Text: "배", Limit: rag.MaxPassages + 1},
	} {
		q.Asker.Tenant = "t"
		_, err := a.Answer(t.Context(), q)
		if _, ok := errors.AsType[*rag.QuestionError](err); !ok {
			t.Errorf("%s: error %v, want a QuestionError", name, err)
		}
	}
	if _, err := a.Answer(t.Context(), rag.Question{Text: "배"}); !errors.Is(err, rag.ErrNoTenant) {
		t.Errorf("no tenant: error %v, want ErrNoTenant", err)
	}
}

func TestAnswerStaysWithinWhatTheAskerMaySee(t *testing.T) {
	stored := harbourSearcher(t, rag.Access{Tenant: "t", Principals: []string{"crew"}, Region: "kr"})
	a := rag.NewAnswerer(stored, rag.Options{})
	for _, c := range []struct {
		asker rag.Asker
		found bool
	}{
		{rag.Asker{Tenant: "t", Principals: []string{"crew"}}, true},
		{rag.Asker{Tenant: "t", Principals: []string{"crew", "guest"}, Regions: []string{"kr", "jp"}}, true},
		{rag.Asker{Tenant: "t"}, false},
		{rag.Asker{Tenant: "t", Principals: []string{"guest"}}, false},
		{rag.Asker{Tenant: "t", Principals: []string{"crew"}, Regions: []string{"sa"}}, false},
		{rag.Asker{Tenant: "other", Principals: []string{"crew"}}, false},
	} {
		answer, err := a.Answer(t.Context(), rag.Question{Text: "마지막 배는 언제 떠나나요?", Asker: c.asker})
		if err != nil {
			t.Fatal(err)
		}
		if !c.found && answer.Reason != rag.ReasonEmptyIndex {
			t.Errorf("%+v: abstains for %q, want %q", c.asker, answer.Reason, rag.ReasonEmptyIndex)
		}
		if found := len(answer.Passages) > 0; found != c.found || answer.Abstained == c.found {
			t.Errorf("%+v: found %v (answer %q), want %v", c.asker, found, answer.Answer, c.found)
		}
	}
}

func TestAnswerShowsNoMoreThanAsked(t *testing.T) {
	a := answerer(t)
	answer, err := a.Answer(t.Context(), rag.Question{Text: "배 박물관 요금 관람료", Limit: 1, Asker: rag.Asker{Tenant: "t"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Passages) != 1 {
		t.Errorf("%d passages shown, want 1", len(answer.Passages))
	}
}

// A sentence without end is cut to what covers the question, word for word.
func TestAnswerShortensEndlessSentences(t *testing.T) {
	for name, filler := range map[string]string{
		"clauses":     "the landing has a bench and a lamp, ",
		"no clauses":  "the landing has a bench and a lamp and ",
		"no spaces":   "나루터에는긴의자와등불이있고",
		"no boundary": strings.Repeat("ㄱ", 50),
	} {
		text := strings.Repeat(filler, 40) + "the last ferry leaves at nineteen forty " + strings.Repeat(filler, 40)
		a := rag.NewAnswerer(onePassage{text}, rag.Options{})
		answer := ask(t, a, "When does the last ferry leave?")
		if answer.Abstained || len([]rune(answer.Answer)) > rag.DefaultCharacters || !strings.Contains(answer.Answer, "ferry leaves at nineteen") {
			t.Errorf("%s: answered %q (%s)", name, answer.Answer, answer.Reason)
		}
		if len(answer.Sentences) > 0 && !strings.Contains(text, answer.Sentences[0].Text) {
			t.Errorf("%s: %q is not in the text", name, answer.Sentences[0].Text)
		}
	}
}

// onePassage is a Searcher that always finds one text.
type onePassage struct{ text string }

func (s onePassage) Search(context.Context, rag.Query) (rag.Results, error) {
	return rag.Results{Passages: []rag.Passage{{
		ID: "1", Document: "d", URI: "ferry.md", Language: "en", Score: 1, Text: s.text, Start: 100, End: 100 + len(s.text),
	}}}, nil
}

func TestAnswerRepeats(t *testing.T) {
	a := answerer(t)
	first := ask(t, a, "어른 요금은 얼마인가요?")
	for range 20 {
		if again := ask(t, a, "어른 요금은 얼마인가요?"); !reflect.DeepEqual(first, again) {
			t.Fatalf("answers differ:\n%+v\n%+v", first, again)
		}
	}
}

// failing is a Searcher or Generator that fails.
type failing struct{ err error }

func (f failing) Search(context.Context, rag.Query) (rag.Results, error) {
	return rag.Results{}, f.err
}

func (f failing) Generate(context.Context, *rag.Evidence) ([]rag.Draft, error) { return nil, f.err }

func TestAnswerReportsFailures(t *testing.T) {
	down := errors.New("store is down")
	question := rag.Question{Text: "마지막 배는 언제 떠나나요?", Asker: rag.Asker{Tenant: "t"}}
	if _, err := rag.NewAnswerer(failing{down}, rag.Options{}).Answer(t.Context(), question); !errors.Is(err, down) {
		t.Errorf("error %v, want the searcher's", err)
	}
	a := rag.NewAnswerer(harbourSearcher(t, rag.Access{Tenant: "t"}), rag.Options{Generator: failing{down}})
	if _, err := a.Answer(t.Context(), question); !errors.Is(err, down) {
		t.Errorf("error %v, want the generator's", err)
	}
}

// inventing is a Generator whose drafts are not what stands in the passages.
type inventing []rag.Draft

func (g inventing) Generate(context.Context, *rag.Evidence) ([]rag.Draft, error) { return g, nil }

// A sentence that its places do not hold never reaches an answer.
func TestAnswerDropsWhatHasNoSupport(t *testing.T) {
	stored := harbourSearcher(t, rag.Access{Tenant: "t"})
	for name, draft := range map[string]rag.Draft{
		"no place":              {Text: "배는 없습니다."},
		"another text":          {Text: "배는 없습니다.", Support: []rag.Place{{Passage: 0, Start: 0, End: 9}}},
		"unknown passage":       {Text: "마", Support: []rag.Place{{Passage: 99, Start: 0, End: 3}}},
		"negative passage":      {Text: "마", Support: []rag.Place{{Passage: -1, Start: 0, End: 3}}},
		"outside the passage":   {Text: "마", Support: []rag.Place{{Passage: 0, Start: 0, End: 1 << 20}}},
		"backwards":             {Text: "", Support: []rag.Place{{Passage: 0, Start: 3, End: 0}}},
		"inside of a character": {Text: "\xeb", Support: []rag.Place{{Passage: 0, Start: 0, End: 1}}},
	} {
		a := rag.NewAnswerer(stored, rag.Options{Generator: inventing{draft}})
		if answer := ask(t, a, "마지막 배는 언제 떠나나요?"); !answer.Abstained {
			t.Errorf("%s: answered %q", name, answer.Answer)
		}
	}
}

func ExampleAnswerer_Answer() {
	a := rag.NewAnswerer(onePassage{"The last ferry leaves at 19:40."}, rag.Options{})
	answer, err := a.Answer(context.Background(), rag.Question{
		Text:  "When does the last ferry leave?",
		Asker: rag.Asker{Tenant: "harbour"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range answer.Sentences {
		fmt.Printf("%s (%s, bytes %d to %d)\n", s.Text, s.Citations[0].URI, s.Citations[0].Start, s.Citations[0].End)
	}
	// Output: The last ferry leaves at 19:40. (ferry.md, bytes 100 to 131)
}
