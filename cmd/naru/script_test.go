package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/naru-rag/naru/indexer"
)

// The test binary is also the program: testscript puts it into PATH as naru,
// for scripts and for every test here that starts a real process.
// They search by words alone, which is quick, but for those that are about meaning.
func TestMain(m *testing.M) {
	if os.Getenv(embedderVariable) == "" {
		if err := os.Setenv(embedderVariable, "none"); err != nil {
			panic(err)
		}
	}
	testscript.Main(leakFree{m}, map[string]func(){"naru": main, "naru-next": nextRelease})
}

const embedderVariable = "NARU_EMBEDDER_KIND"

// nextRelease is the program as a later release might be, which cuts documents
// otherwise.
func nextRelease() {
	indexer.DefaultChunking.Target /= 2
	main()
}

// leakFree runs the tests and fails where they leave goroutines behind.
type leakFree struct{ *testing.M }

func (m leakFree) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// TestScripts runs testdata/script, one behaviour a file. Besides testscript's
// own commands there are
//
//	exits CODE COMMAND…      the command ends with this exit status
//	json PATH VALUE          the last output has this value at a path such as
//	                         sentences.0.text, where files.len is a list's length
//	fields PATH NAME…        the object at the path has exactly these fields
//	append FILE COUNT TEXT   writes TEXT, with Go's escapes, COUNT times
//	address VARIABLE         sets it to an address of this machine that is free
//	listens ADDRESS          waits until a program listens there
//	snapshot ADDRESS NAME FILE  has the Qdrant there write a snapshot of a
//	                         collection, or with * of everything, and sets FILE
//	                         to its path below the data folder
//	damage FILE              changes a byte in the middle of the one file of a pattern
//
// and in $GUESTS are the plugins of package abitest.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(embedderVariable, "none")
			guests, err := filepath.Abs("../../wasm/abitest")
			env.Setenv("GUESTS", guests)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "json": jsonValue, "fields": jsonFields, "append": appendText,
			"address": address, "listens": listening, "snapshot": snapshot, "damage": damage,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if (got == want) == neg {
		ts.Fatalf("exit status is %d; want %d, negated: %v", got, want, neg)
	}
	for _, sign := range []string{"panic:", "goroutine "} {
		if strings.Contains(ts.ReadFile("stderr"), sign) {
			ts.Fatalf("it panicked")
		}
	}
}

func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	value, err := lookUp([]byte(ts.ReadFile("stdout")), args[0])
	ts.Check(err)
	if got := fmt.Sprint(value); (got == args[1]) == neg {
		ts.Fatalf("%s is %q; want %q, negated: %v", args[0], got, args[1], neg)
	}
}

func jsonFields(ts *testscript.TestScript, _ bool, args []string) {
	value, err := lookUp([]byte(ts.ReadFile("stdout")), args[0])
	ts.Check(err)
	object, ok := value.(map[string]any)
	if !ok {
		ts.Fatalf("%s is no object but %v", args[0], value)
	}
	for _, name := range args[1:] {
		if _, ok := object[name]; !ok {
			ts.Fatalf("%s has no field %s", args[0], name)
		}
	}
	for name := range object {
		if !slices.Contains(args[1:], name) {
			ts.Fatalf("%s has a field %s that the contract does not know: add it there", args[0], name)
		}
	}
}

// lookUp reads one JSON value, the whole of the data, and goes down a path.
func lookUp(data []byte, path string) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("more than one JSON value")
	}
	if path == "." {
		return value, nil
	}
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			field, ok := v[step]
			if !ok {
				return nil, fmt.Errorf("%s: no field %s", path, step)
			}
			value = field
		case []any:
			if step == "len" {
				value = len(v)
				continue
			}
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil, fmt.Errorf("%s: the list has %d elements", path, len(v))
			}
			value = v[i]
		default:
			return nil, fmt.Errorf("%s: %s of %v", path, step, v)
		}
	}
	return value, nil
}

func appendText(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: append FILE COUNT TEXT")
	}
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	text, err := strconv.Unquote(`"` + args[2] + `"`)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	ts.Check(err)
	_, err = file.WriteString(strings.Repeat(text, count))
	ts.Check(errors.Join(err, file.Close()))
}
