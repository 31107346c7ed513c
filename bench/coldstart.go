package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/naru-rag/naru/indexer"
)

// coldStarts is how often a function is started anew, and indexed how many passages there
// are for it.
const coldStarts, indexed = 9, 1000

// longest is of how many bytes a document may be that shall be one passage: less than the
// target, for wide characters count more.
var longest = indexer.DefaultChunking.Target * 2 / 3

// setting is a way to configure function ask.
type setting struct {
	label       string
	most        time.Duration
	megabytes   int64 // of memory that suffice
	environment []string
}

// coldstart measures function ask in AWS's runtime interface emulator, beside `naru
// qdrant`: from its start to the first answer, part by part, and what it needs.
func (b *bench) coldstart() error {
	emulator, err := b.emulator()
	if err != nil {
		b.missing("the runtime interface emulator", err)
		return nil
	}
	if err := b.zipped(); err != nil {
		return err
	}
	naru, err := b.built("naru")
	if err != nil {
		return err
	}
	dir := filepath.Join(b.work, "coldstart")
	if err := b.documents(filepath.Join(dir, "documents")); err != nil {
		return err
	}
	server, err := runs(dir, nil, naru, "qdrant", "--data", filepath.Join(dir, "qdrant"), "--addr", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer server.stop()
	address, err := server.says(regexp.MustCompile(`gRPC at (\S+) `))
	if err != nil {
		return err
	}
	store := "NARU_STORE_URL=" + address
	plugins := filepath.Join(dir, "plugins.yaml")
	words := []string{store, "NARU_STORE_COLLECTION=words", "NARU_EMBEDDER_KIND=none"}
	meaning := []string{store, "NARU_STORE_COLLECTION=meaning"}
	for _, environment := range [][]string{words, meaning} {
		if err := b.index(naru, dir, environment); err != nil {
			return err
		}
	}
	err = errors.Join(
		os.WriteFile(plugins, []byte("plugins: {use: [{name: glossary, grants: [config], config: groups.yaml}, {name: freshness, grants: [config]}, {name: diversity, grants: [config]}]}\n"), 0o644),
		os.WriteFile(filepath.Join(dir, "groups.yaml"), []byte("groups: [[ferry, boat, vessel]]\n"), 0o644))
	if err != nil {
		return err
	}
	for _, s := range []setting{
		{"words only", 150 * time.Millisecond, 256, words},
		{"bundled model", 0, 512, meaning},
		{"model and three plugins", 500 * time.Millisecond, 512, append(meaning, "NARU_CONFIG="+plugins)},
	} {
		if err := b.starts(emulator, dir, s); err != nil {
			return fmt.Errorf("%s: %w", s.label, err)
		}
	}
	return nil
}

// emulator is the path of the emulator, as the tests of functions/lambdatest find it.
func (b *bench) emulator() (string, error) {
	if path := os.Getenv("NARU_TEST_RIE"); path != "" {
		return path, nil
	}
	out, err := exec.Command(b.python, "-c", "import os, samcli; print(os.path.dirname(samcli.__file__))").Output()
	if err != nil {
		return "", fmt.Errorf("%s has no aws-sam-cli, and NARU_TEST_RIE names no program: %w", b.python, err)
	}
	architecture := map[string]string{"amd64": "x86_64"}[runtime.GOARCH]
	if architecture == "" {
		architecture = runtime.GOARCH
	}
	path := filepath.Join(strings.TrimSpace(string(out)), "local", "rapid", "aws-lambda-rie-"+architecture)
	_, err = os.Stat(path)
	return path, err
}

// zipped measures what is uploaded of each function.
func (b *bench) zipped() error {
	for _, function := range functions {
		path, err := b.built(function)
		if err != nil {
			return err
		}
		var size counter
		archive := zip.NewWriter(&size)
		err = archive.AddFS(os.DirFS(filepath.Dir(path)))
		if err = errors.Join(err, archive.Close()); err != nil {
			return err
		}
		b.report.add(row{Measured: "zip", Engine: "function " + strings.ToLower(function), Value: megabytes(int64(size))}).
			under(float64(size)/1e6, 120, "120 MB", true)
	}
	return nil
}

// counter counts what is written.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// documents writes passages, each a document that is indexed as one.
func (b *bench) documents(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	passages, err := b.set.Passages(0, b.set.Len())
	if err != nil {
		return err
	}
	written := 0
	for _, p := range passages {
		if len(p.Text) > longest || strings.ContainsAny(p.Text, "#|\n") {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.txt", written)), []byte(p.Text), 0o644); err != nil {
			return err
		}
		if written++; written == indexed {
			return nil
		}
	}
	return fmt.Errorf("of %d passages only %d are short enough", len(passages), written)
}

func (b *bench) index(naru, dir string, environment []string) error {
	b.say("coldstart: index")
	index := exec.Command(naru, "index", "documents", "--json", "--data", filepath.Join(dir, "data"))
	index.Dir, index.Env = dir, append(os.Environ(), environment...)
	out, err := index.Output()
	if err != nil {
		return fmt.Errorf("index: %w\n%.1000s", err, out)
	}
	var report struct{ Passages int }
	if err := json.Unmarshal(out, &report); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if report.Passages != indexed {
		return fmt.Errorf("%d passages are indexed in place of %d", report.Passages, indexed)
	}
	return nil
}
