package manifest_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/manifest"
)

const text = `# a comment
name: glossary
version: 1.2.0
abi: 1
description: synonyms
hooks: [query, passages]
limits: {fuel: 1000, memory: 1MiB, deadline: 20ms, output: 64KiB}
grants: [config, lookup]
`

// bomb is a list of ten lists of ten lists, and so on.
func bomb() string {
	text := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		text += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), c-1)
	}
	return text
}

func TestParse(t *testing.T) {
	m, err := manifest.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := &manifest.Manifest{Name: "glossary", Version: "1.2.0", ABI: 1, Description: "synonyms", Hooks: []abi.Hook{abi.Query, abi.Passages},
		Limits: abi.Limits{Fuel: 1000, Memory: 1 << 20, Deadline: 20 * time.Millisecond, Output: 64 << 10}, Grants: []string{"config", "lookup"}}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("read %+v", m)
	}
	for _, tt := range []struct{ from, to, want string }{
		{"name: glossary", "name: Glossary", "name: is"},
		{"name: glossary", "name: ../x", "name: is"},
		{"name: glossary\n", "", "name: is"},
		{"version: 1.2.0", "version: latest", "version: is"},
		{"abi: 1", "abi: 2", "abi: is 2"},
		{"[query, passages]", "[]", "name at least one"},
		{"[query, passages]", "[query, query]", "twice"},
		{"[query, passages]", "[queries]", `no hook "queries"`},
		{"[config, lookup]", "[network]", `no "network"`},
		{"[config, lookup]", "[log, log]", "twice"},
		{"fuel: 1000", "fuel: 0", "limits.fuel"},
		{"fuel: 1000", "fuel: lots", "cannot unmarshal"},
		{"memory: 1MiB", "memory: 1TB", "limits.memory"},
		{"memory: 1MiB", "memory: 2GiB", "limits.memory"},
		{"deadline: 20ms", "deadline: soon", "limits.deadline"},
		{"deadline: 20ms", "deadline: 24h", "limits.deadline"},
		{"output: 64KiB", "output: 1GiB", "limits.output"},
		{"description: synonyms", "descriptoin: synonyms", "descriptoin"},
		{"description: synonyms", "description: [", "]"},
		{"abi: 1", "abi: 1\nabi: 1", "abi"},
		{"abi: 1", "abi: 1\ndigest: sha256:12", "digest: is"},
		{"# a comment", "a: &a [x,x]\nb: [*a,*a]", "line 1: a manifest takes no anchors"},
		{"[config, lookup]", "*a", "takes no anchors"},
		{"# a comment", bomb(), "takes no anchors"},
	} {
		if _, err := manifest.Parse([]byte(strings.Replace(text, tt.from, tt.to, 1))); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.to, err, tt.want)
		}
	}
}

// source of keys that are the same in each run.
func private(n uint64) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	random := rand.New(rand.NewPCG(n, n))
	for i := range seed {
		seed[i] = byte(random.Uint32())
	}
	return ed25519.NewKeyFromSeed(seed)
}

func TestRead(t *testing.T) {
	module := []byte("\x00asm\x01\x00\x00\x00")
	good := manifest.WithDigest([]byte(text), module)
	if again := manifest.WithDigest(good, module); !bytes.Equal(good, again) {
		t.Errorf("the digest is there twice: %s", again)
	}
	signature := []byte(manifest.Sign(private(1), good).String())
	folder := func(change func(fstest.MapFS)) fstest.MapFS {
		all := fstest.MapFS{"plugin.yaml": {Data: good}, "plugin.wasm": {Data: module}, "plugin.sig": {Data: signature}}
		change(all)
		return all
	}
	p, err := manifest.Read(folder(func(fstest.MapFS) {}))
	if err != nil || p.Name != "glossary" || !bytes.Equal(p.Module, module) || p.Signature.Key != manifest.KeyOf(private(1).Public().(ed25519.PublicKey)) {
		t.Fatalf("read %+v, %v", p, err)
	}
	if p, err := manifest.Read(folder(func(f fstest.MapFS) { delete(f, "plugin.sig") })); err != nil || p.Signature != nil {
		t.Errorf("without a signature: %+v, %v", p, err)
	}
	flipped := func(data []byte, i int) *fstest.MapFile {
		data = bytes.Clone(data)
		data[i] ^= 1
		return &fstest.MapFile{Data: data}
	}
	for name, tt := range map[string]struct {
		change func(fstest.MapFS)
		want   string
	}{
		"a byte of the module":    {func(f fstest.MapFS) { f["plugin.wasm"] = flipped(module, 4) }, "not the module"},
		"a byte of a comment":     {func(f fstest.MapFS) { f["plugin.yaml"] = flipped(good, 3) }, "changed after it was signed"},
		"a byte of the signature": {func(f fstest.MapFS) { f["plugin.sig"] = flipped(signature, len(signature)-20) }, "changed after"},
		"a limit":                 {func(f fstest.MapFS) { f["plugin.yaml"].Data = bytes.Replace(good, []byte("1000"), []byte("9000"), 1) }, "changed after"},
		"no module":               {func(f fstest.MapFS) { delete(f, "plugin.wasm") }, "plugin.wasm"},
		"no manifest":             {func(f fstest.MapFS) { delete(f, "plugin.yaml") }, "plugin.yaml"},
		"no digest":               {func(f fstest.MapFS) { f["plugin.yaml"] = &fstest.MapFile{Data: []byte(text)} }, "digest: is missing"},
		"no signature":            {func(f fstest.MapFS) { f["plugin.sig"] = &fstest.MapFile{Data: []byte("x")} }, "no signature"},
		"a huge manifest":         {func(f fstest.MapFS) { f["plugin.yaml"] = &fstest.MapFile{Data: make([]byte, 1<<20)} }, "more than"},
	} {
		if _, err := manifest.Read(folder(tt.change)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		}
	}
}

func TestKeys(t *testing.T) {
	key := private(2)
	data, err := manifest.EncodeKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := manifest.DecodeKey(data); err != nil || !again.Equal(key) {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := manifest.DecodeKey([]byte(bad)); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
	for _, bad := range []manifest.Key{"", "ed25519:", "ed25519:AAAA", "rsa:" + manifest.KeyOf(key.Public().(ed25519.PublicKey))[8:]} {
		if _, err := bad.Public(); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(text))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := manifest.Parse(data); err == nil && (m.Name == "" || len(m.Hooks) == 0) {
			t.Errorf("%q is read as %+v", data, m)
		}
	})
}
