package source

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Holds implements [Source]. A folder holds what its walk would yield: not what
// is hidden or no document by its name, which another source may have given.
func (f *Folder) Holds(key string) bool {
	at := f.absolute(key)
	root := escape(filepath.ToSlash(f.path))
	if at == root {
		return true
	}
	rest, below := strings.CutPrefix(at, strings.TrimSuffix(root, "/")+"/")
	return below && Wanted(rest)
}

// Under returns what tells of a key whether it is that of a path or of something
// below it: of everything there, what is hidden too. Nothing need be at the path
// any more. Of the options only Base counts.
func Under(place string, opt Options) (func(key string) bool, error) {
	abs, err := filepath.Abs(place)
	if err != nil {
		return nil, fmt.Errorf("path %q: %w", place, err)
	}
	f := &Folder{path: abs, opt: opt}
	root := escape(filepath.ToSlash(abs))
	return func(key string) bool {
		at := f.absolute(key)
		return at == root || strings.HasPrefix(at, strings.TrimSuffix(root, "/")+"/")
	}, nil
}

// keyOf returns the key of the item or folder at an absolute path.
func (f *Folder) keyOf(place string) string {
	if f.opt.Base != "" {
		if rel, err := filepath.Rel(f.opt.Base, place); err == nil {
			return escape(filepath.ToSlash(rel))
		}
	}
	return escape(filepath.ToSlash(place))
}

// absolute is the escaped path that a key stands for.
func (f *Folder) absolute(key string) string {
	if f.opt.Base == "" || strings.HasPrefix(key, "/") {
		return key
	}
	return path.Join(escape(filepath.ToSlash(f.opt.Base)), key)
}

// escape writes a path so that no two are the same: bytes that are no UTF-8
// become "%" and two digits, and so does "%".
func escape(name string) string {
	name = strings.ReplaceAll(name, "%", "%25")
	if utf8.ValidString(name) {
		return name
	}
	return element(name)
}

// below is what the URIs of everything in a folder begin with. What is in "."
// is named without it, as people do.
func below(folder string) string {
	switch folder {
	case ".":
		return ""
	case "/":
		return folder
	}
	return folder + "/"
}
