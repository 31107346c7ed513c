//go:build linux

package infra_test

import (
	"bufio"
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nobody is the user of the image.
const nobody = 65532

// patience is how long anything may take before the test gives up.
const patience = time.Minute

// TestImage runs Naru as compose.yaml does, as far as that goes without Docker: built by
// the command of the Dockerfile, in a folder that is its whole file system and has what
// is mounted there, as the user of the image, who can write to its volume and /tmp only.
// `naru qdrant` stands in for the server, under the name and port that it has there.
func TestImage(t *testing.T) {
	if testing.Short() {
		t.Skip("this builds the program")
	}
	if os.Getuid() != 0 {
		t.Skip("only root may change the root of a process")
	}
	root := t.TempDir()
	build(t, filepath.Join(root, "naru"))
	naru := project(t).Services["naru"]
	for _, c := range naru.Configs {
		content, err := os.ReadFile(project(t).Configs[c.Source].File)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, c.Target), string(content))
	}
	for _, s := range naru.Secrets {
		write(t, filepath.Join(root, s.Target), "0123456789abcdef\n")
	}
	for _, v := range naru.Volumes {
		if err := os.MkdirAll(filepath.Join(root, v.Target), 0o755); err != nil {
			t.Fatal(err)
		}
		if v.ReadOnly {
			write(t, filepath.Join(root, v.Target, "ferry.md"), "# The ferry\n\nThe last ferry leaves the island at half past nine in the evening.\n")
		} else if err := os.Chown(filepath.Join(root, v.Target), nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "etc/hosts"), "127.0.71.3 qdrant\n")
	if err := os.Mkdir(filepath.Join(root, "tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "tmp"), 0o1777); err != nil {
		t.Fatal(err)
	}
	inside := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "/naru", args...)
		cmd.Dir = "/"
		cmd.Env = []string{"NARU_EGRESS_NETWORKS=127.0.71.0/24"} // where qdrant is here
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return cmd
	}
	healthy := func(when string) {
		t.Helper()
		if out, err := inside(naru.HealthCheck.Test[2:]...).CombinedOutput(); err != nil {
			t.Errorf("the health check %s: %v\n%s", when, err, out)
		}
	}

	if out, err := inside(naru.HealthCheck.Test[2:]...).CombinedOutput(); err == nil || !bytes.Contains(out, []byte("qdrant:6334")) {
		t.Errorf("the health check without a server: %v\n%s", err, out)
	}
	server := exec.CommandContext(t.Context(), filepath.Join(root, "naru"), "qdrant", "--data", t.TempDir(), "--addr", "127.0.71.3:6334")
	server.Dir = t.TempDir() // away from the configuration here
	start(t, server)
	until(t, "the server answers", func() bool {
		conn, err := net.Dial("tcp", "127.0.71.3:6334")
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	healthy("before anything is indexed")

	command := strings.Split(strings.Replace(strings.Join(naru.Command, "\n"), "0.0.0.0:7117", "0.0.0.0:0", 1), "\n")
	serving := inside(command...)
	log, err := serving.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, serving)
	address := "http://127.0.0.1:" + port(t, log)
	ask := func(key string) (int, string) {
		request, err := http.NewRequest(http.MethodPost, address+"/v1/ask", strings.NewReader(`{"question":"When does the last ferry leave the island?"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		if key != "" {
			request.Header.Set("Authorization", "Bearer "+key)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	if status, body := ask(""); status != http.StatusUnauthorized {
		t.Errorf("without a key: %d %s", status, body)
	}
	key, err := inside("key", "add", "--config", "/etc/naru/naru.yaml", "intranet").Output()
	if err != nil {
		t.Fatalf("key add: %v", err)
	}
	var answer string
	until(t, "the document is found", func() bool {
		var status int
		status, answer = ask(strings.TrimSpace(string(key)))
		return status == http.StatusOK && strings.Contains(answer, "half past nine") && strings.Contains(answer, "/documents/ferry.md")
	}, &answer)
	healthy("while it serves")
	out, err := inside("audit", "verify", "--config", "/etc/naru/naru.yaml").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "are as they were written") {
		t.Errorf("audit verify: %v\n%s", err, out)
	}
	if err := serving.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serving.Wait(); err != nil {
		t.Errorf("stopped as Docker stops it: %v", err)
	}
}

// build runs the command that the Dockerfile builds with, and checks that what it makes
// needs nothing else in the image.
func build(t *testing.T, to string) {
	t.Helper()
	var command string
	for _, line := range dockerfile(t) {
		if strings.Contains(line, "go build") {
			command = strings.Replace(strings.TrimPrefix(line, "RUN "), "/out/naru", "'"+to+"'", 1)
		}
	}
	if !strings.Contains(command, to) {
		t.Fatalf("the Dockerfile builds nothing at /out/naru: %q", command)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	program, err := elf.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the program is not static: it has a %v", p.Type)
		}
	}
}

func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &said
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s\n%s", strings.Join(cmd.Args, " "), &said)
		}
	})
}

// port reads where `naru serve` answers, and what else it says until it ends.
func port(t *testing.T, log io.Reader) string {
	t.Helper()
	found := make(chan string, 1)
	go func() {
		defer close(found)
		var said strings.Builder
		for scanner := bufio.NewScanner(log); scanner.Scan(); {
			fmt.Fprintln(&said, scanner.Text())
			if m := regexp.MustCompile(`Answering at http://\S*:(\d+) `).FindStringSubmatch(scanner.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	select {
	case p, ok := <-found:
		if ok {
			return p
		}
		t.Fatal("naru serve ended before it answered")
	case <-time.After(patience):
		t.Fatal("naru serve does not say where it answers")
	}
	return ""
}

// until waits for something; said is what was seen last.
func until(t *testing.T, what string, done func() bool, said ...*string) {
	t.Helper()
	for began := time.Now(); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > patience {
			for _, s := range said {
				t.Log(*s)
			}
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}
