package lambdatest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long anything may take before a test gives up. Nothing waits for
// it that goes well.
const patience = time.Minute

// bin holds what the tests run.
var bin struct {
	once                 sync.Once
	dir, emulator, wrong string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if bin.dir != "" {
		_ = os.RemoveAll(bin.dir)
	}
	os.Exit(code)
}

// binaries builds the functions as they are deployed, but for this machine's
// architecture, and the program. It skips the test where there is no emulator.
func binaries(t *testing.T) (built struct{ ask, index, reindex, naru string }) {
	t.Helper()
	if testing.Short() {
		t.Skip("this builds four programs")
	}
	bin.once.Do(func() {
		if bin.emulator = emulator(); bin.emulator == "" {
			return
		}
		var err error
		if bin.dir, err = os.MkdirTemp("", "lambdatest"); err != nil {
			bin.wrong = err.Error()
			return
		}
		function := func(name, folder string) []string {
			return []string{"make", "-f", "functions/Makefile", "build-" + name + "Function", "GOARCH=" + runtime.GOARCH, "ARTIFACTS_DIR=" + filepath.Join(bin.dir, folder)}
		}
		for _, command := range [][]string{
			function("Ask", "ask"), function("Index", "index"), function("Reindex", "reindex"),
			// With the flags of the functions, so that packages are compiled once.
			{"go", "build", "-trimpath", "-tags", "lambda.norpc", "-o", filepath.Join(bin.dir, "naru"), "./cmd/naru"},
		} {
			build := exec.Command(command[0], command[1:]...)
			build.Dir = filepath.Join("..", "..")
			build.Env = append(os.Environ(), "CGO_ENABLED=0")
			if out, err := build.CombinedOutput(); err != nil {
				bin.wrong = fmt.Sprintf("%s: %v\n%s", strings.Join(command, " "), err, out)
				return
			}
		}
	})
	switch {
	case bin.emulator == "":
		t.Skip("NARU_TEST_RIE: no runtime interface emulator; pip install aws-sam-cli, or name the program")
	case bin.wrong != "":
		t.Fatal(bin.wrong)
	}
	at := func(folder string) string { return filepath.Join(bin.dir, folder, "bootstrap") }
	built.ask, built.index, built.reindex, built.naru = at("ask"), at("index"), at("reindex"), filepath.Join(bin.dir, "naru")
	return built
}

// emulator is the path of the emulator; empty where there is none.
func emulator() string {
	if path := os.Getenv("NARU_TEST_RIE"); path != "" {
		return path
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	if runtime.GOOS != "linux" || architecture == "" {
		return ""
	}
	out, err := exec.Command("python3", "-c", "import os, samcli; print(os.path.dirname(samcli.__file__))").Output()
	if err != nil {
		return ""
	}
	path := filepath.Join(strings.TrimSpace(string(out)), "local", "rapid", "aws-lambda-rie-"+architecture)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// process is a program that a test has started.
type process struct {
	cmd *exec.Cmd

	mu   sync.Mutex
	said bytes.Buffer
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

// log is what the program has said until now.
func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// start runs a program in a folder, with a few variables only, until the test ends.
func start(t *testing.T, dir string, environ []string, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...)}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p, p
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, environ...)
	p.cmd.WaitDelay = patience
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("%s said\n%s", filepath.Base(name), p.log())
		}
	})
	return p
}

// stop ends the program orderly: the emulator ends its function with itself.
func (p *process) stop() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Signal(os.Interrupt)
		_ = p.cmd.Wait()
	}
}

// function is a function in an emulator of its own.
type function struct {
	*process
	t   *testing.T
	url string
}

// deploy starts an emulator for a function, which has so many seconds.
func deploy(t *testing.T, bootstrap, dir string, seconds int, environ ...string) *function {
	t.Helper()
	front, runtimeAPI := freeAddress(t), freeAddress(t)
	// As template.yaml has it, unless the test says otherwise.
	environ = append([]string{"NARU_ACCESS_GATEWAY=true", fmt.Sprintf("AWS_LAMBDA_FUNCTION_TIMEOUT=%d", seconds)}, environ...)
	f := &function{t: t, url: "http://" + front + "/2015-03-31/functions/function/invocations"}
	f.process = start(t, dir, environ, bin.emulator,
		"--runtime-interface-emulator-address", front, "--runtime-api-address", runtimeAPI, bootstrap)
	until(t, "the emulator listens", func() bool {
		conn, err := net.Dial("tcp", front)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return f
}

// invoke returns what the function answers; the emulator's own status is 200 even
// for errors of functions, but not where there is no function.
func (f *function) invoke(event []byte) (status int, payload []byte) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, bytes.NewReader(event))
	if err != nil {
		f.t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		f.t.Fatalf("%v\n%s", err, f.log())
	}
	defer response.Body.Close()
	if payload, err = io.ReadAll(response.Body); err != nil {
		f.t.Fatal(err)
	}
	return response.StatusCode, payload
}

// freeAddress is one that nobody listens at now.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// qdrant starts `naru qdrant` on an empty folder, and returns its address.
func qdrant(t *testing.T, naru string) string {
	t.Helper()
	p := start(t, t.TempDir(), nil, naru, "qdrant", "--addr", "127.0.0.1:0")
	var address string
	until(t, "the server says where it is", func() bool {
		_, rest, ok := strings.Cut(p.log(), "gRPC at ")
		address, _, _ = strings.Cut(rest, " ")
		return ok && address != ""
	})
	return address
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for began := time.Now(); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
