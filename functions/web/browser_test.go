package web_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/rag"
)

// TestBrowser asks in a real browser and reads the page that comes of it. With
// NARU_SCREENSHOTS set to a folder it leaves pictures there.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium")
	}
	tests := []struct {
		name, language, dir string
		before, passage     string // the document's text up to the passage, and the passage
		quotes              []string
	}{
		{"korean", "ko", "ltr", "휴가 규정\n", "연차 유급휴가는 1년에 15일입니다. 사용하지 않은 휴가는 다음 해로 넘어가지 않습니다.",
			[]string{"연차 유급휴가는 1년에 15일입니다."}},
		{"arabic", "ar", "rtl", "سياسة الإجازات\n", "يحق للموظف الحصول على إجازة سنوية مدتها 30 يوما. ويجب تقديم الطلب قبل أسبوعين.",
			[]string{"ويجب تقديم الطلب قبل أسبوعين."}},
		{"emoji", "en", "ltr", "👋🏽 Welcome\n", "🏖️ Leave: 👩‍👩‍👧 parents get 20 days 🎉. Others get 15 days 🙂.",
			[]string{"👩‍👩‍👧 parents get 20 days 🎉", "15 days 🙂"}},
		{"thai", "th", "ltr", "ระเบียบการลา\n", "พนักงานลาพักร้อนได้ปีละ 10 วัน โดยต้องแจ้งล่วงหน้า", []string{"พนักงานลาพักร้อนได้ปีละ 10 วัน"}},
		{"markup", "en", "ltr", "", `<img src=x onerror="document.title='owned'"><script>1</script> & <mark>five</mark> days`,
			[]string{"<mark>five</mark> days"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := start(t, web.Options{Library: &library{}, Answerer: answerFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
				return cited(q.Text, tt.language, tt.before, tt.passage, tt.quotes), nil
			})})
			page := browse(t, chromium, server.URL+"/?q="+url.QueryEscape(tt.name), "--dump-dom")
			var marks []string
			for _, m := range regexp.MustCompile(`(?s)<mark [^>]*>(.*?)</mark>`).FindAllStringSubmatch(page, -1) {
				marks = append(marks, text(m[1]))
			}
			if !slices.Equal(marks, tt.quotes) {
				t.Fatalf("marked %q, want %q in\n%s", marks, tt.quotes, page)
			}
			list := regexp.MustCompile(`(?s)<p class="text"([^>]*)>(.*?)</p>`).FindStringSubmatch(page)
			if list == nil || text(regexp.MustCompile(`</?mark[^>]*>`).ReplaceAllString(list[2], "")) != tt.passage {
				t.Errorf("passage is shown as %q", list)
			}
			want := []string{`dir="` + tt.dir + `"`, `lang="` + tt.language + `"`}
			answer := regexp.MustCompile(`<div id="answer-text"([^>]*)>`).FindStringSubmatch(page)
			for _, w := range want {
				if !strings.Contains(list[1], w) || !strings.Contains(answer[1], w) {
					t.Errorf("passage%s or answer%s lacks %s", list[1], answer[1], w)
				}
			}
			if strings.Contains(page, "owned") && !strings.Contains(page, "&lt;img") {
				t.Error("document text became markup")
			}
			if folder := os.Getenv("NARU_SCREENSHOTS"); folder != "" {
				browse(t, chromium, server.URL+"/?q="+url.QueryEscape(tt.name),
					"--window-size=900,900", "--screenshot="+filepath.Join(folder, tt.name+".png"))
			}
		})
	}
}

func TestBrowserShowsAbstentionAndFailure(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium")
	}
	server := start(t, web.Options{Answerer: answerFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
		if q.Text == "panic" {
			panic("secret")
		}
		return rag.Answer{Answer: "문서에서 답을 찾지 못했습니다.", Language: "ko", Abstained: true,
			Reason: rag.ReasonNothingFound, Degraded: []string{"vectors: not there yet"}}, nil
	})})
	page := browse(t, chromium, server.URL+"/?q=x", "--dump-dom")
	for _, want := range []string{`lang="ko" dir="ltr" class="abstained"><p>문서에서 답을 찾지 못했습니다.</p>`, "vectors: not there yet"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	page = browse(t, chromium, server.URL+"/?q=panic", "--dump-dom")
	if !strings.Contains(page, "Internal error. (id-1)") {
		t.Errorf("the failure is not shown in\n%s", page)
	}
}

// TestBrowserShowsRemarks: what plugins say of a sentence and of a passage stands there,
// as text.
func TestBrowserShowsRemarks(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium")
	}
	server := start(t, web.Options{Answerer: answerFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
		answer := cited(q.Text, "en", "", "The ferry leaves at nine.", []string{"The ferry leaves at nine."})
		answer.Sentences[0].Flags = []rag.Note{{Plugin: "checker", Note: "check the <b>time</b>"}}
		answer.Passages[0].Notes = []rag.Note{{Plugin: "freshness", Note: "no longer in force"}}
		return answer, nil
	})})
	page := browse(t, chromium, server.URL+"/?q=x", "--dump-dom")
	var got []string
	for _, m := range regexp.MustCompile(`<small class="remark"[^>]*>(.*?)</small>`).FindAllStringSubmatch(page, -1) {
		got = append(got, text(m[1]))
	}
	if want := []string{"check the <b>time</b>", "no longer in force"}; !slices.Equal(got, want) {
		t.Errorf("shown are %q, want %q in\n%s", got, want, page)
	}
}

// TestBrowserAsksForKey: where the server does not know who asks, the page asks for a key.
func TestBrowserAsksForKey(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium")
	}
	server := start(t, web.Options{Callers: callersFunc(some)})
	page := browse(t, chromium, server.URL+"/?q=x", "--dump-dom")
	if !strings.Contains(page, "This server asks for a key.") || !strings.Contains(page, `<form id="key-form">`) {
		t.Errorf("no form for a key in\n%s", page)
	}
	if page := browse(t, chromium, server.URL+"/", "--dump-dom"); !strings.Contains(page, `<form id="key-form" hidden="">`) {
		t.Errorf("a form for a key before it is wanted in\n%s", page)
	}
}

// cited builds an answer of one sentence for each quote out of one passage.
func cited(question, language, before, passage string, quotes []string) rag.Answer {
	hit := rag.Hit{ID: "p1", Document: "d1", Title: "규정 " + question, URI: "https://example.org/rules.html", Language: language,
		Text: passage, Start: len(before), End: len(before) + len(passage)}
	answer := rag.Answer{Answer: strings.Join(quotes, " "), Language: language, Passages: []rag.Hit{hit}, Degraded: []string{"vectors: not there yet"}}
	for _, quote := range quotes {
		at := hit.Start + strings.Index(passage, quote)
		answer.Sentences = append(answer.Sentences, rag.Sentence{Text: quote, Citations: []rag.Citation{{Document: "d1",
			Title: hit.Title, URI: hit.URI, Passage: "p1", Start: at, End: at + len(quote), Quote: quote}}})
	}
	return answer
}

// browse opens a page in a browser of its own, which reaches nothing else, and
// returns what it prints.
func browse(t *testing.T, chromium, address string, what ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"--user-data-dir=" + t.TempDir(), "--virtual-time-budget=5000"}, what...)
	out, err := exec.CommandContext(ctx, chromium, append(args, address)...).Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	return string(out)
}

// text undoes the escaping of a dumped page.
func text(html string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&nbsp;", "\u00a0").Replace(html)
}
