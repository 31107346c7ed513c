package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// command runs one command line in this process.
func command(t interface{ Context() context.Context }, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// A question that the system would not take as an argument comes by other ways.
func TestLongQuestions(t *testing.T) {
	t.Parallel()
	data, docs := t.TempDir(), t.TempDir()
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	if code, _, said := command(t, "index", "--data", data, docs); code != 0 {
		t.Fatal(said)
	}
	for name, c := range map[string]struct {
		question string
		code     int
		says     string
	}{
		"1 MB":                   {strings.Repeat("ferry ", 1<<20/6), 2, "at most 4000"},
		"1 MB, one word":         {strings.Repeat("나", 1<<20/3), 2, "at most 4000"},
		"as long as allowed":     {strings.Repeat("ferry leaves ", 307), 0, ""},
		"one allowed word":       {strings.Repeat("가", 4000), 0, ""},
		"one character too long": {strings.Repeat("가", 4001), 2, "4001 characters"},
		"not UTF-8":              {"ferry \xff\xfe", 2, "not valid UTF-8"},
	} {
		code, _, said := command(t, "ask", "--data", data, "--json", c.question)
		if code != c.code || !strings.Contains(said, c.says) || len(said) > 1000 {
			t.Errorf("%s: ended with %d and %.300q, want %d and %q", name, code, said, c.code, c.says)
		}
	}
}

// Whatever is asked, the command line ends with an answer or with a usage
// error, and its JSON is whole.
func TestAnyQuestion(t *testing.T) {
	data, docs := t.TempDir(), t.TempDir()
	write(t, filepath.Join(docs, "ferry.md"), "# 나루\n\n배는 아홉 시에 떠납니다. The ferry costs 4,50 €.\n")
	if code, _, said := command(t, "index", "--data", data, docs); code != 0 {
		t.Fatal(said)
	}
	letters := rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("배는 나루 ferry 船เรือقارب\u200d\u202e\u0301\x00\x1b%\"'<>-")))
	rapid.Check(t, func(r *rapid.T) {
		question := rapid.StringOfN(letters, 0, 60, -1).Draw(r, "question")
		code, out, said := command(t, "ask", "--data", data, "--json", "--", question)
		switch code {
		case 0:
			for _, path := range []string{"answer", "language", "abstained", "reason", "sentences", "passages", "degraded", "timings"} {
				if _, err := lookUp([]byte(out), path); err != nil {
					r.Fatalf("%v\n%s", err, out)
				}
			}
		case 2:
			if out != "" || !strings.HasPrefix(said, "naru: question: ") {
				r.Fatalf("wrote %q and said %q", out, said)
			}
		default:
			r.Fatalf("ended with %d: %s", code, said)
		}
	})
}

// No passage begins or ends inside of what is one character to a reader.
func TestPassagesKeepCharactersWhole(t *testing.T) {
	t.Parallel()
	data, docs := t.TempDir(), t.TempDir()
	clusters := map[string]string{"family": "👨‍👩‍👧‍👦", "flag": "🇰🇷", "skin": "🤝🏽", "jamo": "\u1112\u1161\u11ab", "accents": "e\u0301\u0323"}
	for name, cluster := range clusters {
		write(t, filepath.Join(docs, name+".txt"), strings.Repeat(cluster, 4000))
	}
	if code, out, said := command(t, "index", "--data", data, docs); code != 0 || said != "" {
		t.Fatal(out, said)
	}
	for _, document := range contents(t, data) {
		cluster := clusters[document.info.Title]
		for _, p := range document.passages {
			if strings.Trim(strings.ReplaceAll(p.Text, cluster, ""), " ") != "" || !utf8.ValidString(p.Text) {
				t.Errorf("%s: a passage of %d bytes cuts a character: it begins %.20q and ends %q",
					document.info.Title, len(p.Text), p.Text, p.Text[max(0, len(p.Text)-20):])
				break
			}
		}
	}
}

// TestHugeLine indexes 100 MB without a line end. By default that is too large
// and says so; with the limit raised it is read, in time and memory that are a
// small multiple of its size.
func TestHugeLine(t *testing.T) {
	if testing.Short() {
		t.Skip("100 MB take half a minute")
	}
	t.Parallel()
	const size = 100 << 20
	work := t.TempDir()
	docs, data := filepath.Join(work, "docs"), filepath.Join(work, "data")
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	line := []byte(strings.Repeat("The harbour keeps its long record of every boat and cargo. ", size/59+1)[:size])
	copy(line[size/2:], "The lighthouse keeper is called Miriam. ")
	if err := os.WriteFile(filepath.Join(docs, "line.txt"), line, 0o644); err != nil {
		t.Fatal(err)
	}

	r := indexedBy(t, "naru", data, docs)
	if r.Documents != 1 || len(r.Failed) != 1 || r.Failed[0].URI != "docs/line.txt" ||
		!strings.Contains(r.Failed[0].Error, "104857600 bytes, and the limit is 67108864; split it or raise the limit") {
		t.Fatalf("with the default limit the report is %+v", r)
	}
	if raced() {
		t.Skip("the race detector makes minutes of the rest, which has one goroutine")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "naru", "--data", data, "index", "--json", "--max-bytes", fmt.Sprint(size), "docs")
	cmd.Dir = work
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if documents, err := lookUp(out, "documents"); err != nil || fmt.Sprint(documents) != "2" {
		t.Errorf("with the limit raised the report is %s", out)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("%v of processor time, %d MB of memory", cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), usage.Maxrss>>10)
	if usage.Maxrss > 40*size>>10 {
		t.Errorf("it took %d MB of memory", usage.Maxrss>>10)
	}
}

// raced tells whether the race detector is on.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
