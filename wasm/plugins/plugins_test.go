package plugins_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/conformance"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/plugins"
)

// names are the plugins that there have to be.
var names = []string{"diversity", "freshness", "glossary", "injection-guard", "nearby", "redact-pii"}

// TestConformance holds each plugin to the interface, and to its recorded calls.
func TestConformance(t *testing.T) {
	if got := plugins.Names(); !slices.Equal(got, names) {
		t.Fatalf("there are %v, want %v", got, names)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			b, ok := plugins.Find(name)
			if !ok || b.Name != name {
				t.Fatalf("found %+v", b)
			}
			p, err := host.Load(context.Background(), b.Metered, host.Options{Name: name, Limits: unhurried(b.Limits), Grants: b.Grants, Config: configOf(t, name)})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close(context.Background())
			wrong, err := conformance.Run(context.Background(), p, b.Hooks)
			if err != nil || len(wrong) > 0 {
				t.Errorf("%d things are wrong, %v: %s", len(wrong), err, strings.Join(wrong[:min(5, len(wrong))], "\n"))
			}
			calls, wrong, err := conformance.Recorded(context.Background(), p, os.DirFS(filepath.Join(name, "testdata")))
			if err != nil || calls == 0 || len(wrong) > 0 {
				t.Errorf("%d recorded calls, %v: %s", calls, err, strings.Join(wrong, "\n"))
			}
		})
	}
	if _, ok := plugins.Find("../plugins/diversity"); ok {
		t.Error("a path is the name of a plugin")
	}
}

// unhurried are limits with time for a machine that is busy with something else.
func unhurried(l abi.Limits) abi.Limits {
	l.Deadline = time.Minute
	return l
}

// configOf is what a plugin is given for its recorded calls, as JSON.
func configOf(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(name, "testdata", "config.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestCompiled: each plugin comes with what it is compiled to for both architectures.
func TestCompiled(t *testing.T) {
	for _, name := range names {
		b, _ := plugins.Find(name)
		var of []string
		for file := range b.Compiled {
			of = append(of, strings.Split(file, "-")[2])
		}
		if slices.Sort(of); !slices.Equal(of, []string{"amd64", "arm64"}) {
			t.Errorf("%s is compiled for %v", name, of)
		}
	}
}
