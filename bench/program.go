package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// root is the folder of the repository.
func root() string { return filepath.Dir(filepath.Dir(beside("functions/Makefile"))) }

// functions are those that are deployed.
var functions = []string{"Ask", "Index", "Reindex"}

// built builds the program and the functions, as they are deployed but for this machine,
// and returns the path of one of them: "naru", or a function.
func (b *bench) built(name string) (string, error) {
	folder := filepath.Join(b.work, "bin", name)
	command := []string{"make", "-s", "-f", "functions/Makefile", "build-" + name + "Function", "GOARCH=" + runtime.GOARCH, "ARTIFACTS_DIR=" + folder}
	path := filepath.Join(folder, "bootstrap")
	if name == "naru" {
		path = filepath.Join(folder, name)
		command = []string{"go", "build", "-trimpath", "-tags", "lambda.norpc", "-o", path, "./cmd/naru"}
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	build := exec.Command(command[0], command[1:]...)
	build.Dir = root()
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
	}
	return path, nil
}

// program is one that runs.
type program struct {
	*exec.Cmd

	mu   sync.Mutex
	said bytes.Buffer
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *program) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// runs starts a program in a folder with a few variables only. It ends with this one.
func runs(dir string, environment []string, name string, args ...string) (*program, error) {
	p := &program{Cmd: exec.Command(name, args...)}
	p.Dir, p.Stdout, p.Stderr = dir, p, p
	p.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, environment...)
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.WaitDelay = time.Second
	return p, p.Start()
}

// says waits until the program has said what matches, and returns the group of it.
func (p *program) says(what *regexp.Regexp) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if found := what.FindStringSubmatch(p.log()); found != nil {
			return found[1], nil
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("%s does not say %s, but\n%s", p.Path, what, p.log())
		case <-time.After(time.Millisecond):
		}
	}
}

// stop ends the program as an operator would.
func (p *program) stop() {
	_ = p.Process.Signal(os.Interrupt)
	_ = p.Wait()
}

// resident is the memory of a process, in bytes. What is mapped from files can be read
// again, so that the system takes it back where memory is short; it counts where it is
// resident all the same.
type resident struct{ now, most, anonymous, files int64 }

func residentOf(pid int) (resident, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return resident{}, err
	}
	var r resident
	for line := range strings.Lines(string(raw)) {
		to, ok := map[string]*int64{"VmRSS": &r.now, "VmHWM": &r.most, "RssAnon": &r.anonymous, "RssFile": &r.files}[strings.Split(line, ":")[0]]
		if !ok {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.Fields(line)[1], 10, 64)
		if err != nil {
			return r, err
		}
		*to = kilobytes << 10
	}
	return r, nil
}

// childOf is the process that another has started.
func childOf(parent int) (int, error) {
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, name := range all {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			return strconv.Atoi(filepath.Base(filepath.Dir(name)))
		}
	}
	return 0, fmt.Errorf("process %d has started none", parent)
}
