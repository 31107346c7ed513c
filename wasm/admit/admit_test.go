package admit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
	"github.com/naru-rag/naru/wasm/module"
)

const asChild = "NARU_TEST_ADMIT_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(asChild) {
	case "":
		os.Exit(m.Run())
	case "hang":
		time.Sleep(time.Hour)
	case "babble":
		fmt.Println("hello")
		os.Exit(0)
	}
	if err := admit.Child(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

var limits = abi.Limits{Fuel: 10_000_000, Memory: 4 << 20, Deadline: 10 * time.Second, Output: 1 << 10}

func compile(t *testing.T, code []byte, opt admit.Options) (admit.Result, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	opt.Command = []string{self}
	if opt.Env == nil {
		opt.Env = []string{asChild + "=1"}
	}
	return admit.Compile(context.Background(), code, limits, nil, opt)
}

func noop(t *testing.T) []byte {
	t.Helper()
	code, err := os.ReadFile("../abitest/testdata/noop.wasm")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// plugin is noop with a function more.
func plugin(t *testing.T, f module.Function, params ...module.ValueType) []byte {
	t.Helper()
	m, err := module.Parse(noop(t))
	if err != nil {
		t.Fatal(err)
	}
	f.Type = m.AddType(module.FuncType{Params: params})
	m.Functions = append(m.Functions, f)
	return m.Bytes()
}

func TestCompile(t *testing.T) {
	r, err := compile(t, noop(t), admit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Files) != 1 || len(r.Metered) <= len(noop(t)) || r.Functions != 3 || r.Memory != 2<<16 || r.Initializes {
		t.Errorf("admitted %+v", r.Report)
	}
	p, err := host.Load(context.Background(), r.Metered, host.Options{Name: "noop", Limits: limits, Compiled: r.Files})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	if p.CompiledHere() {
		t.Error("what was compiled had to be compiled again")
	}
	if _, _, err := p.Call(context.Background(), host.Call{Hook: abi.Query}); err != nil {
		t.Error(err)
	}
}

// TestBombs: modules that are small, and large to compile. Whatever becomes of them,
// it does so in time and memory.
func TestBombs(t *testing.T) {
	i32 := func(n int64) []byte { return module.AppendS64([]byte{byte(module.OpI32Const)}, n) }
	repeat := func(n int, parts ...[]byte) []byte { return bytes.Repeat(slices.Concat(parts...), n) }
	end := []byte{byte(module.OpEnd)}
	set := func(i uint32) []byte { return module.AppendU32([]byte{byte(module.OpLocalSet)}, i) }
	get := func(i uint32) []byte { return module.AppendU32([]byte{byte(module.OpLocalGet)}, i) }
	block := []byte{byte(module.OpBlock), 0x40}
	loop := []byte{byte(module.OpLoop), 0x40}
	var everyLocal []byte
	for i := range uint32(4000) {
		everyLocal = slices.Concat(everyLocal, get(i), set((i*7+1)%4000))
	}
	many := []module.Local{{Count: 4000, Type: module.I32}}
	for name, tt := range map[string]struct {
		f    module.Function
		want string // in the error; empty where it may also be let in
	}{
		"locals":            {module.Function{Locals: []module.Local{{Count: 1 << 30, Type: module.I64}}, Code: end}, "locals, and at most"},
		"runs of locals":    {module.Function{Locals: slices.Repeat([]module.Local{{Count: 9000, Type: module.I64}}, 9), Code: end}, "locals, and at most"},
		"deep blocks":       {module.Function{Code: slices.Concat(repeat(100_000, block), repeat(100_000, end), end)}, "deeper in one another"},
		"branch tables":     {module.Function{Code: slices.Concat(block, repeat(100, i32(0), []byte{byte(module.OpBrTable)}, module.AppendU32(nil, 1000), make([]byte, 1001)), end, end)}, "too long"},
		"long code":         {module.Function{Code: slices.Concat(repeat(700_000, i32(1), []byte{0x1a}), end)}, "bytes of code"},
		"blocks and locals": {module.Function{Locals: many, Code: slices.Concat(repeat(20_000, loop, get(3), set(9), []byte{byte(module.OpBrIf), 0}[:0], end), everyLocal, end)}, ""},
		"nested loops":      {module.Function{Locals: many, Code: slices.Concat(repeat(490, loop), everyLocal, repeat(490, i32(0), []byte{byte(module.OpBrIf), 0}, end), end)}, ""},
		"many branches":     {module.Function{Locals: many, Code: slices.Concat(everyLocal, repeat(60_000, block, i32(1), []byte{byte(module.OpBrIf), 0}, end), everyLocal, end)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := compile(t, plugin(t, tt.f), admit.Options{Timeout: 10 * time.Second, Memory: 512 << 20})
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if err != nil && tt.want == "" && !strings.Contains(err.Error(), "takes longer than") && !strings.Contains(err.Error(), "of memory") {
				t.Errorf("error %v", err)
			}
			t.Log(err)
		})
	}
}

// TestTooMuch: what is small in a module, and large in each instance of it.
func TestTooMuch(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(m *module.Module)
		want   string
	}{
		"elements": {func(m *module.Module) {
			m.Elements = []module.Segment{append([]byte{1, 0}, append(module.AppendU32(nil, 1<<20), make([]byte, 1<<20)...)...)}
		}, "element segments have"},
		"segments": {func(m *module.Module) { m.Data = slices.Repeat([]module.Segment{{1, 0}}, 150_000) }, "data segments, and at most"},
		"globals": {func(m *module.Module) {
			m.Globals = slices.Repeat([]module.GlobalType{{Type: module.I64, Init: []byte{0x42, 0, 0x0b}}}, 20_000)
		}, "globals, and at most"},
	} {
		m, err := module.Parse(noop(t))
		if err != nil {
			t.Fatal(err)
		}
		tt.change(m)
		if _, _, err := admit.Prepare(m.Bytes()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		}
	}
}

// TestInstances: what an instance has of the largest module that is let in, beside
// its memory.
func TestInstances(t *testing.T) {
	m, err := module.Parse(noop(t))
	if err != nil {
		t.Fatal(err)
	}
	m.Tables = slices.Repeat([]module.TableType{{Element: module.FuncRef, Limits: module.Limits{Min: 1 << 16}}}, 2)
	m.Globals = slices.Repeat([]module.GlobalType{{Type: module.I64, Mutable: true, Init: []byte{0x42, 0, 0x0b}}}, 10_000)
	m.Data = slices.Repeat([]module.Segment{{1, 0}}, 100_000)
	m.Elements = slices.Repeat([]module.Segment{append([]byte{1, 0, 20}, make([]byte, 20)...)}, (64<<10)/23)
	metered, _, err := admit.Prepare(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	const instances = 8
	p, err := host.Load(context.Background(), metered, host.Options{Name: "large", Limits: limits, Idle: instances})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range instances {
		if _, _, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Audience: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if each := int64(heap()-before) / instances; each > 8<<20 || each < 1<<20 {
		t.Errorf("an instance has %d KiB beside its memory", each>>10)
	} else {
		t.Logf("an instance has %d KiB beside its memory", each>>10)
	}
}

// TestChild: a process that does not do its work is ended, and said to be.
func TestChild(t *testing.T) {
	for what, want := range map[string]string{"hang": "takes longer than", "babble": "has not answered"} {
		opt := admit.Options{Env: []string{asChild + "=" + what}, Timeout: 500 * time.Millisecond}
		if _, err := compile(t, noop(t), opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", what, err, want)
		}
	}
	for name, code := range map[string][]byte{"nothing": nil, "text": []byte("hello"), "a huge module": make([]byte, manifest.MaxModule+1)} {
		if _, err := compile(t, code, admit.Options{}); err == nil {
			t.Errorf("%s is admitted", name)
		}
	}
}

const text = `name: noop
version: 1.0.0
abi: 1
hooks: [query]
limits: {fuel: 1000, memory: 1MiB, deadline: 20ms, output: 64KiB}
`

func pack(t *testing.T, text string) *manifest.Package {
	t.Helper()
	p := &manifest.Package{Text: manifest.WithDigest([]byte(text), noop(t)), Module: noop(t)}
	var err error
	if p.Manifest, err = manifest.Parse(p.Text); err != nil {
		t.Fatal(err)
	}
	return p
}

func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func TestFolder(t *testing.T) {
	r, err := compile(t, noop(t), admit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := admit.Folder(filepath.Join(t.TempDir(), "plugins"))
	p := pack(t, text)
	for range 2 { // again is the same
		if _, err := folder.Add(p, []admit.Result{r}, key(1), time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	a, err := folder.Open("noop", "", public(key(1)))
	if err != nil || a.Manifest.Name != "noop" || !bytes.Equal(a.Metered, r.Metered) || len(a.Compiled) != 1 || a.Digest != p.Digest() {
		t.Fatalf("opened %+v, %v", a, err)
	}
	for name, data := range r.Files {
		if !bytes.Equal(a.Compiled[filepath.ToSlash(name)], data) {
			t.Errorf("%s is other", name)
		}
	}
	all, err := folder.List()
	if err != nil || len(all) != 1 || all[0].Name != "noop" || len(all[0].Compiled) != 1 {
		t.Errorf("listed %+v, %v", all, err)
	}
	if _, err := folder.Open("noop", "", public(key(2))); err == nil || !strings.Contains(err.Error(), "admitted under the key") {
		t.Errorf("under another key: %v", err)
	}
	if _, err := folder.Open("other", "", public(key(1))); err == nil || !strings.Contains(err.Error(), "naru plugin add") {
		t.Errorf("of another name: %v", err)
	}
	if _, err := folder.Open("noop", "sha256:../../etc", public(key(1))); err == nil {
		t.Error("a digest that is none is opened")
	}
	second := pack(t, strings.Replace(text, "1.0.0", "1.1.0", 1))
	if _, err := folder.Add(second, []admit.Result{r}, key(1), time.Unix(2, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Open("noop", "", public(key(1))); err == nil || !strings.Contains(err.Error(), second.Digest()) {
		t.Errorf("one of two: %v", err)
	}
	if a, err := folder.Open("noop", second.Digest(), public(key(1))); err != nil || a.Manifest.Version != "1.1.0" {
		t.Errorf("by its digest: %+v, %v", a, err)
	}
	if n, err := folder.Remove("noop"); n != 2 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if left, err := os.ReadDir(string(folder)); len(left) != 0 || err != nil {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestChangedByte: no file of an admitted plugin can be changed unseen, by any byte.
func TestChangedByte(t *testing.T) {
	r, err := compile(t, noop(t), admit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := admit.Folder(t.TempDir())
	p := pack(t, text)
	if _, err := folder.Add(p, []admit.Result{r}, key(1), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(string(folder), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i := 0; i < len(data); i += max(1, len(data)/50) {
			changed := bytes.Clone(data)
			changed[i] ^= 4
			if err := os.WriteFile(path, changed, 0o600); err != nil {
				return err
			}
			if _, err := folder.Open("noop", p.Digest(), public(key(1))); err == nil {
				t.Errorf("byte %d of %s is changed, and it is opened", i, path)
			}
		}
		if err := os.WriteFile(path, append(bytes.Clone(data), 0), 0o600); err != nil {
			return err
		}
		if _, err := folder.Open("noop", p.Digest(), public(key(1))); err == nil {
			t.Errorf("%s has a byte more, and it is opened", path)
		}
		if err := os.Remove(path); err != nil {
			return err
		}
		if _, err := folder.Open("noop", p.Digest(), public(key(1))); err == nil {
			t.Errorf("%s is gone, and it is opened", path)
		}
		return os.WriteFile(path, data, 0o600)
	})
	if err != nil || files != 5 {
		t.Fatalf("%d files, %v", files, err)
	}
	if _, err := folder.Open("noop", p.Digest(), public(key(1))); err != nil {
		t.Errorf("as it was: %v", err)
	}
}
