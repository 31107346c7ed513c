package admit

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
)

// Options of [Compile]. Command is required.
type Options struct {
	// Command starts a program that calls [Child] with its standard input and output.
	Command []string
	// Name is what the program is called as, where that is not Command's first.
	Name string
	// Env are variables that the program gets; it has no others.
	Env []string
	// Timeout bounds how long it may take; zero means a minute.
	Timeout time.Duration
	// Memory bounds how many bytes it may have; zero means 1 GiB.
	Memory uint64
}

// Job is what the other process is asked to do.
type job struct {
	Code   []byte
	Limits abi.Limits
	Grants []string
	Memory uint64
}

// Result is an admitted module.
type Result struct {
	Report
	// Metered is the module with the metering in it.
	Metered []byte
	// Files are its compiled form for the architecture of the program that compiled.
	Files host.Files
}

// outcome is what the other process answers: Error is empty where it went well.
type outcome struct {
	Result
	Error string
}

// Compile checks a module, writes the metering into it, compiles it, and starts it
// once within the limits and grants, in another process.
func Compile(ctx context.Context, code []byte, limits abi.Limits, grants []string, opt Options) (Result, error) {
	if opt.Timeout == 0 {
		opt.Timeout = time.Minute
	}
	if opt.Memory == 0 {
		opt.Memory = 1 << 30
	}
	if len(code) > manifest.MaxModule {
		return Result{}, fmt.Errorf("the module has %d bytes, and at most %d are taken", len(code), manifest.MaxModule)
	}
	var request bytes.Buffer
	if err := gob.NewEncoder(&request).Encode(job{code, limits, grants, opt.Memory}); err != nil {
		return Result{}, err
	}
	bounded, cancel := context.WithTimeout(ctx, opt.Timeout)
	defer cancel()
	command := exec.CommandContext(bounded, opt.Command[0], opt.Command[1:]...)
	if opt.Name != "" {
		command.Args[0] = opt.Name
	}
	answer, complaints := &limited{left: 512 << 20}, &limited{left: 4 << 10}
	command.Stdin, command.Stdout, command.Stderr, command.Env = &request, answer, complaints, opt.Env
	command.WaitDelay = time.Second
	err := command.Run()
	switch {
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	case bounded.Err() != nil:
		return Result{}, fmt.Errorf("the module is not admitted: checking and compiling it takes longer than %v", opt.Timeout)
	case err != nil:
		first, _, _ := bytes.Cut(complaints.Bytes(), []byte("\n"))
		return Result{}, fmt.Errorf("the module is not admitted: the process that checks and compiles it ended, for want of more than %d MiB of memory or by an error in it: %w: %s", opt.Memory>>20, err, first)
	}
	var o outcome
	if err := gob.NewDecoder(&answer.Buffer).Decode(&o); err != nil {
		return Result{}, fmt.Errorf("the module is not admitted: what checks and compiles it has not answered: %w", err)
	}
	if o.Error != "" {
		return Result{}, errors.New(o.Error)
	}
	return o.Result, nil
}

// limited takes so many bytes and drops the rest.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.Buffer.Write(p[:n])
	return len(p), nil
}

// Child does what [Compile] asks for, in a process of its own whose limits it sets:
// it is the whole of that process's work.
func Child(in io.Reader, out io.Writer) error {
	var j job
	if err := gob.NewDecoder(in).Decode(&j); err != nil {
		return err
	}
	if err := limitMemory(j.Memory); err != nil {
		return err
	}
	var o outcome
	var err error
	if o.Result, err = j.do(context.Background()); err != nil {
		o = outcome{Error: err.Error()}
	}
	return gob.NewEncoder(out).Encode(o)
}

func (j job) do(ctx context.Context) (r Result, err error) {
	if r.Metered, r.Report, err = Prepare(j.Code); err != nil {
		return r, err
	}
	if r.Files, err = host.Compile(ctx, r.Metered); err != nil {
		return r, fmt.Errorf("the module: %w", err)
	}
	p, err := host.Load(ctx, r.Metered, host.Options{Name: "admitted", Limits: j.Limits, Grants: j.Grants, Compiled: r.Files})
	if err != nil {
		return r, err
	}
	defer p.Close(ctx)
	return r, p.Start(ctx)
}
