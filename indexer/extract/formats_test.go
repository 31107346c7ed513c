package extract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/indexer/extract"
)

func TestStructure(t *testing.T) {
	for _, c := range []struct {
		name, file, input, want string
	}{
		{"text: paragraphs", "a.txt", "하나\n둘\n \n\n셋\n", lines("heading 1: 하나⏎둘", "[하나 둘] paragraph: 셋")},
		{"text: lines of Windows", "a.txt", "a\r\nb\r\n\r\nc\rd", lines("heading 1: a⏎b", "[a b] paragraph: c⏎d")},
		{"text: form feed", "a.txt", "a\fb\n\f\nc", lines("heading 1: a", "[a] paragraph: b", "[a] paragraph: c")},
		{"text: ideographic space", "a.txt", "　一\n　\n　二", lines("heading 1: 一", "[一] paragraph: 二")},
		{"text: headings", "a.txt", "TOWN\nNOTICE\n\nIt rains.\n\n1. Bins\n\nPut them out.\nEarly.\n\n2. Bread\n\nBuy it.", lines(
			"heading 1: TOWN⏎NOTICE", "[TOWN NOTICE] paragraph: It rains.", "[TOWN NOTICE] heading 2: 1. Bins",
			"[TOWN NOTICE > 1. Bins] paragraph: Put them out.⏎Early.", "[TOWN NOTICE] heading 2: 2. Bread", "[TOWN NOTICE > 2. Bread] paragraph: Buy it.")},
		{"text: a list of short lines is no heap of headings", "a.txt", "It rains.\n\nflour\n\nsalt\n\nThen bake.", lines(
			"paragraph: It rains.", "paragraph: flour", "heading 2: salt", "[salt] paragraph: Then bake.")},

		{"markdown: headings", "a.md", "# A\n\na\n\n### C\nc\n## B ##\nb\n\nA2\n==\nx", lines(
			"heading 1: A", "[A] paragraph: a", "[A] heading 3: C", "[A > C] paragraph: c", "[A] heading 2: B", "[A > B] paragraph: b",
			"heading 1: A2", "[A2] paragraph: x")},
		{"markdown: marks are dropped", "a.md", "a *b* **c** ~~d~~ `e  f` [g](h \"i\") ![j](k) <https://l.m> \\*n\\* &lt;&auml;&#x1F6F6; o_p_q", lines(
			"paragraph: a b c d e f g j https://l.m *n* <ä🛶 o_p_q")},
		{"markdown: reference links", "a.md", "[가][x] 나 [x]\n\n[x]: http://y.z", lines("paragraph: 가 나 x")},
		{"markdown: line ends", "a.md", "a\nb  \nc\\\nd<br>e\n中\n文", lines("paragraph: a b⏎c⏎d⏎e 中文")},
		{"markdown: lists", "a.md", "- a\n- b\n  1. c\n\n     d\n- [x] e\n\nf", lines(
			"list item 1: a", "list item 1: b", "list item 2: c", "list item 2: d", "list item 1: e", "paragraph: f")},
		{"markdown: table", "a.md", "| 가 | 나 |\n|---|:-:|\n| 1 | `a\\|b` |\n| 2 | |\n", lines("table row: 가 | 나", "table row: 1 | a|b", "table row: 2")},
		{"markdown: code", "a.md", "```go\nif x {\n\ty()\n}\n```\n\n    z\n", lines("code: if x {⏎\ty()⏎}", "code: z")},
		{"markdown: quotation", "a.md", "> a\n> b\n>\n> ```\n> c\n> d\n> ```", lines("paragraph: a b", "code: c⏎d")},
		{"markdown: HTML", "a.md", "<div align=\"center\">\n<h2>A</h2>\n\nb <b>c</b> <!-- d -->e\n\n</div>\n\n<script>\nf\n</script>\n", lines("heading 2: A", "[A] paragraph: b c e")},
		{"markdown: HTML in a quotation", "a.md", "> <p>a\n> b</p>", lines("paragraph: a b")},
		{"markdown: lines of Windows", "a.md", "# A\r\n\r\na\r\nb\r\n\r\n```\r\nc\r\nd\r\n```\r\n", lines("heading 1: A", "[A] paragraph: a b", "[A] code: c⏎d")},
		{"markdown: a rule is no front matter", "a.md", "---\nA sentence, not YAML.\n---\nb", lines("heading 2: A sentence, not YAML.", "[A sentence, not YAML.] paragraph: b")},

		{"html: white space", "a.html", "<p> a\n\t b <b> c</b>d&nbsp;e</p>", lines("paragraph: a b cd\u00A0e")},
		{"html: line wrapped in Chinese", "a.html", "<p>中文\n中文，\nabc\n中", lines("paragraph: 中文中文， abc 中")},
		{"html: line wrapped in Korean", "a.html", "<p>나루는\n강가에", lines("paragraph: 나루는 강가에")},
		{"html: blocks", "a.html", "a<div>b<p>c<p>d</div>e<br>f<hr>g", lines("paragraph: a", "paragraph: b", "paragraph: c", "paragraph: d", "paragraph: e⏎f", "paragraph: g")},
		{"html: headings", "a.html", "<h1>A</h1>a<h2>B</h2><p>b<h1>C<p>c", lines("heading 1: A", "[A] paragraph: a", "[A] heading 2: B", "[A > B] paragraph: b", "heading 1: C", "[C] paragraph: c")},
		{"html: lists", "a.html", "<ul><li>a<li><p>b</p><p>c</p><ol><li>d</ol>e</ul>f", lines("list item 1: a", "list item 1: b", "list item 1: c", "list item 2: d", "list item 1: e", "paragraph: f")},
		{"html: table", "a.html", "<table><tr><th>가<th>나<tr><td><p>1</p><p>2</p><td>3</table>a", lines("table row: 가 | 나", "table row: 1 2 | 3", "paragraph: a")},
		{"html: table for layout", "a.html", "<table><tr><td><h1>A</h1><div>" + strings.Repeat("b", 1200) + "</div><div>c</div><td>d</table>", lines(
			"heading 1: A", "[A] paragraph: "+strings.Repeat("b", 1200), "[A] paragraph: c", "[A] table row: d")},
		{"html: entities", "a.html", "<p>&lt;a&gt; &amp;amp; &eacute; &#54620;&#xAE00; &unknown; &copy2024 & AT&T &#0; &#1;", lines("paragraph: <a> &amp; é 한글 &unknown; ©2024 & AT&T \uFFFD")},
		{"html: soft hyphens", "a.html", "<p>Donau\u00ADdampf&shy;schiff", lines("paragraph: Donaudampfschiff")},
		{"html: not shown", "a.html", "<p>a<script>b</script><style>c</style><noscript>d</noscript><template>e</template><svg><title>f</title><text>g</text></svg>" +
			"<nav>h</nav><footer>i</footer><aside>j</aside><span hidden>k</span><b aria-hidden=true>l</b><i style='display: none'>m</i><!-- n --><button>o</button>p",
			lines("paragraph: a", "paragraph: p")},
		{"html: ruby", "a.html", "<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>です", lines("paragraph: 漢字です")},
		{"html: pre", "a.html", "<pre>\n a\n  b<br>c &lt;\n</pre>d", lines("code: a⏎  b⏎c <", "paragraph: d")},
		{"html: image", "a.html", "<p>a <img src=x alt='나루 사진'> b <img alt=''>", lines("paragraph: a 나루 사진 b")},
		{"html: head without an end", "a.html", "<head><title>T</title><meta name=x><p>a", lines("paragraph: a")},
		{"html: hidden paragraph without an end", "a.html", "<p hidden>a<p>b", lines("paragraph: b")},
		{"html: everything in a nav", "a.html", "<nav><p>a</nav>", lines("paragraph: a")},
		{"html: XHTML", "a.xhtml", "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><nav/><div/><p>a</p></body></html>", lines("paragraph: a")},
		{"html: tag without an end", "a.html", "<p>a</p><p class=\"b", lines("paragraph: a")},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustExtract(t, c.file, []byte(c.input))
			if got := outline(r); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestMetadata(t *testing.T) {
	day := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, file, input, title, language string
		modified                           time.Time
	}{
		{"file name", "폴더/휴가 규정.txt", "한 줄", "휴가 규정", "", time.Time{}},
		{"first line", "a.txt", "휴가 규정\n\n본문", "휴가 규정", "", time.Time{}},
		{"first line too long", "a.txt", strings.Repeat("가", 81) + "\n\n본문", "a", "", time.Time{}},
		{"first two lines", "a.txt", "하나\n둘\n\n셋", "하나 둘", "", time.Time{}},
		{"first line of prose", "a.txt", "하나는 길다.\n둘\n\n셋", "a", "", time.Time{}},
		{"one line alone", "a.txt", "하나", "a", "", time.Time{}},
		{"heading", "a.md", "## B\n\n# *A* & b", "A & b", "", time.Time{}},
		{"front matter", "a.md", "---\ntitle: \"나루: 안내\" # 제목\nlang: ko-KR\ntags:\n  - a\nempty:\ndate: 2024-03-01\n---\n# A", "나루: 안내", "ko", day},
		{"front matter without end", "a.md", "---\n" + strings.Repeat("title: b\n", 8000) + "---\nbody", "a", "", time.Time{}},
		{"a date beyond the calendar", "a.md", "---\ndate: 9999-12-31T23:59:59-01:00\n---\na", "a", "", time.Time{}},
		{"front matter with CRLF", "a.md", "---\r\ntitle: 'It''s'\r\nlanguage: EN\r\n...\r\na", "It's", "en", time.Time{}},
		{"html", "a.html", "<html lang=zh-Hant-TW><title> A &amp;\n B </title><meta property=article:modified_time content='2024-03-01T09:00:00+09:00'><h1>C</h1>", "A & B", "zh", day},
		{"html heading", "a.html", "<html lang=''><h1>C <i>d</i></h1>", "C d", "", time.Time{}},
		{"hidden file", ".txt", "", ".txt", "", time.Time{}},
		{"name that is not UTF-8", "a\xFF.txt", "", "a\uFFFD", "", time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustExtract(t, c.file, []byte(c.input))
			if r.Title != c.title || r.Language != c.language || !r.Modified.Equal(c.modified) {
				t.Errorf("got %q %q %v", r.Title, r.Language, r.Modified)
			}
		})
	}
}

func TestMediaTypes(t *testing.T) {
	html := []byte("<p>a")
	for _, c := range []struct{ name, mediaType, want string }{
		{"a.html", "", "a"},
		{"a.HTM", "", "a"},
		{"a.txt", "", "<p>a"},
		{"a.txt", "text/html", "a"},
		{"a", "application/xhtml+xml; charset=utf-8", "a"},
		{"a.html", "application/octet-stream", "a"},
		{"a", "", "<p>a"},
		{"a", `text/html; charset="utf-8`, "a"},
	} {
		r, err := extract.Extract(c.name, c.mediaType, html, extract.Options{})
		if err != nil || r.Text != c.want {
			t.Errorf("%q as %q: %q, %v", c.name, c.mediaType, r.Text, err)
		}
	}
	if r, err := extract.Extract("a", "", []byte("\n<!DOCTYPE html><p>a"), extract.Options{}); err != nil || r.Text != "a" {
		t.Errorf("told by its first bytes: %q, %v", r.Text, err)
	}
}
