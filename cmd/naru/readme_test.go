package main

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// block is one fenced block of commands of the README.
type block struct {
	// kind is what stands behind "sh": nothing (run it), "background" (run it
	// until the end), "tests" or "ci" (this test is part of those).
	kind     string
	commands string
}

func readmeBlocks(t *testing.T, root string) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for i, part := range strings.Split(string(text), "```") {
		info, body, _ := strings.Cut(part, "\n")
		language, kind, _ := strings.Cut(info, " ")
		if i%2 == 1 && language == "sh" {
			blocks = append(blocks, block{kind, body})
		}
	}
	return blocks
}

// TestREADME does what the README says, in order, in a copy of the files that a
// clone would have.
func TestREADME(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program anew")
	}
	t.Setenv(embedderVariable, "bundled")
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	clone := t.TempDir()
	copyTree(t, root, clone)
	address, qdrant := freeAddress(t), freeAddress(t)
	output := map[string]string{}
	for _, b := range readmeBlocks(t, root) {
		commands := strings.ReplaceAll(strings.ReplaceAll(b.commands, "127.0.0.1:7117", address), "127.0.0.1:6334", qdrant)
		switch b.kind {
		case "":
			for line := range strings.Lines(commands) {
				line = strings.TrimSpace(line)
				out, err := shell(t.Context(), clone, line).CombinedOutput()
				if err != nil {
					t.Fatalf("%s: %v\n%s", line, err, out)
				}
				output[line] = string(out)
			}
		case "background":
			background(t, clone, commands)
		case "tests":
			if strings.TrimSpace(commands) != "go test ./..." {
				t.Errorf("the test command is %q; .ci/run runs another", commands)
			}
		case "ci":
			checkCI(t, root, commands)
		default:
			t.Errorf("unknown kind of block %q", b.kind)
		}
	}

	// What the README says is printed is printed.
	for _, c := range []struct{ command, prints string }{
		{"go run ./cmd/naru index", " added, 0 updated, 0 unchanged, 0 deleted, 0 failed)"},
		{"bin/naru index --rebuild", "naru-v2 answers now"},
		{"bin/naru index --rollback", "naru-v1 answers now"},
		{"bin/naru forget", " documents of samples/fr removed"},
		{"bin/naru index samples", " added, 0 updated, "},
		{`bin/naru ask "평일에`, "막차는 밤 9시 50분에 떠납니다. ["},
		{`bin/naru ask "كم`, "على المريض أن يصوم اثنتي عشرة ساعة قبل تحليل السكر والدهون، ويُسمح له بشرب الماء فقط. [1]"},
		{`bin/naru ask "كم`, "samples/ar/عيادة-الزيتونة.html, bytes 1415 to 1569"},
		{`bin/naru ask "ค่า`, "35 บาทต่อวัน"},
		{`bin/naru ask --json "여권`, `"abstained": true`},
		{`bin/naru ask "Wann`, "samples/de/fahrplan-faehre.html"},
		{"curl -s http://127.0.0.1:7117/v1/ask", `"sentences":[{`},
		{"curl -sN", "event: done"},
		{"curl -s 'http://127.0.0.1:7117/v1/documents?uri=pier.md'", `"status":"added"`},
		{"curl -s 'http://127.0.0.1:7117/v1/documents?limit=2'", `"next":"`},
		{"curl -s http://127.0.0.1:7117/healthz", `"documents":68`},
		{"bin/naru doctor", "configuration"},
		{"bin/naru eval", "landing.json"},
	} {
		start := strings.ReplaceAll(c.command, "127.0.0.1:7117", address)
		found := false
		for line, out := range output {
			if strings.HasPrefix(line, start) {
				found = true
				if !strings.Contains(out, c.prints) {
					t.Errorf("%s prints\n%s\nwant %q in it", line, out, c.prints)
				}
			}
		}
		if !found {
			t.Errorf("the README has no command that starts with %s", c.command)
		}
	}
}

// checkCI: what only CI can run must be in its script, or in the Makefile.
func checkCI(t *testing.T, root, commands string) {
	t.Helper()
	for line := range strings.Lines(commands) {
		line = strings.TrimSpace(line)
		if target, ok := strings.CutPrefix(line, "make "); ok {
			if err := exec.Command("make", "-C", root, "--dry-run", target).Run(); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		} else if _, err := os.Stat(filepath.Join(root, line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func shell(ctx context.Context, dir, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", command)
	cmd.Dir = dir
	return cmd
}

// listens finds where a command is told to listen.
var listens = regexp.MustCompile(`--addr (\S+)`)

// background runs a server until the test ends, and waits until it answers.
func background(t *testing.T, dir, command string) {
	t.Helper()
	var log bytes.Buffer
	cmd := shell(context.Background(), dir, "exec "+strings.TrimSpace(command))
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v\n%s", command, err, log.String())
		}
	})
	address := listens.FindStringSubmatch(command)
	if address == nil {
		t.Fatalf("%s does not say where it listens", command)
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address[1]); err == nil {
			conn.Close()
			return
		}
	}
	t.Fatalf("%s does not answer at %s", command, address[1])
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// copyTree copies what a clone would have: everything but hidden folders and
// what is built here.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(d.Name(), ".") || name == "bin") {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
