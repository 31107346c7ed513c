// Package scaffold lays out new plugins: a working project in each language that there
// is a guest library for, with the library beside it.
//
// Start with [New]. The templates are in the folder of that name, one folder a
// language; plugin.yaml and the recorded call are the same for all.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/naru-rag/naru/wasm/guest/assemblyscript"
	"github.com/naru-rag/naru/wasm/guest/c"
	"github.com/naru-rag/naru/wasm/guest/rust"
	"github.com/naru-rag/naru/wasm/manifest"
)

//go:embed templates
var templates embed.FS

// libraries are what a project gets into its folder sdk. Go's is a module.
var libraries = map[string]fs.FS{"assemblyscript": assemblyscript.Files, "c": c.Files, "go": nil, "rust": rust.Files}

// Languages are the languages that there are templates for.
var Languages = []string{"assemblyscript", "c", "go", "rust"}

const manifestText = `name: {{.Name}}
version: 0.1.0
abi: 1
description: finds what says the same in other words
hooks: [query]
limits: {fuel: 50000000, memory: 16MiB, deadline: 200ms, output: 64KiB}
grants: []
`

const recordedText = `{
  "hook": "query",
  "request": {"question": "When does the ferry leave?", "language": "en"},
  "response": {"variants": ["When does the boat leave?"]}
}
`

// project is what the templates are filled with.
type project struct {
	Name string
	// Naru is a folder with Naru's source, for plugins in Go; empty takes the module.
	Naru string
}

// New lays out a plugin in a folder of its name, which must not be there yet. naru is
// a folder with Naru's source, or empty; it is for Go alone.
func New(language, folder, naru string) error {
	name := filepath.Base(filepath.Clean(folder))
	if !manifest.Name(name) {
		return fmt.Errorf("%q is no name of a plugin: it takes lower-case letters, digits and hyphens, a letter first", name)
	}
	if !slices.Contains(Languages, language) {
		return fmt.Errorf("there is no template for %q: there are %s", language, strings.Join(Languages, ", "))
	}
	files := map[string][]byte{}
	p := project{name, naru}
	texts := map[string]string{manifest.ManifestFile: manifestText, "testdata/ferry.json": recordedText}
	root := "templates/" + language
	err := fs.WalkDir(templates, root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(templates, path)
		texts[strings.TrimSuffix(strings.TrimPrefix(path, root+"/"), ".tmpl")] = string(text)
		return err
	})
	if err != nil {
		return err
	}
	for path, text := range texts {
		if files[path], err = p.fill(text); err != nil {
			return err
		}
	}
	if library := libraries[language]; library != nil {
		err = fs.WalkDir(library, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			files["sdk/"+path], err = fs.ReadFile(library, path)
			return err
		})
		if err != nil {
			return err
		}
	}
	return write(folder, files)
}

func (p project) fill(text string) ([]byte, error) {
	t, err := template.New("").Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, p)
	return out.Bytes(), err
}

// write writes a new folder whole.
func write(folder string, files map[string][]byte) error {
	if err := os.Mkdir(folder, 0o755); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: name another", folder)
	} else if err != nil {
		return err
	}
	for path, data := range files {
		to := filepath.Join(folder, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if strings.HasSuffix(path, ".sh") {
			mode = 0o755
		}
		if err := os.WriteFile(to, data, mode); err != nil {
			return err
		}
	}
	return nil
}
