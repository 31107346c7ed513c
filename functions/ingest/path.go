package ingest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/rag"
)

// file is a document of a configured source.
type file struct {
	source *source.Folder // of this file only
	access rag.Access
	key    string // what the source knows it by
}

// findFile finds the file that a path names below the configured sources.
func findFile(ctx context.Context, c *config.Config, path string) (file, error) {
	place, access, err := locate(c.Sources, path)
	if err != nil {
		return file{}, err
	}
	base, err := filepath.Abs(c.Data)
	if err != nil {
		return file{}, err
	}
	folder, err := source.NewFolder(place, source.Options{Base: base})
	if err != nil {
		return file{}, err
	}
	found := file{source: folder, access: access}
	err = folder.Walk(ctx, func(item source.Item, err error) error {
		if walk, ok := errors.AsType[*source.WalkError](err); ok && !walk.Unknown() {
			return refuse("its file cannot be read: %v", walk.Err)
		}
		found.key = item.Key
		return err
	})
	return found, err
}

// locate returns where a path leads, as the sources write it, and whose that is. A
// path that could lead out of the sources, or to what another source owns, is
// refused and not followed.
func locate(sources []config.Source, path string) (place string, access rag.Access, err error) {
	switch {
	case len(sources) == 0:
		return "", access, refuse("it has a path, and no source is configured: name sources in naru.yaml")
	case !filepath.IsLocal(path):
		return "", access, refuse("its path must be relative to a source and stay inside it")
	case slices.ContainsFunc(strings.Split(filepath.ToSlash(path), "/"), func(e string) bool { return strings.HasPrefix(e, ".") }):
		return "", access, refuse("its path has a hidden file or folder, which no source reads")
	}
	var real string
	for _, s := range sources {
		if s.Path == "" {
			continue // a bucket
		}
		at, err := within(s.Path, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", access, err
		}
		if real != "" && real != at {
			return "", access, refuse("its path is in several of the configured sources: make it unambiguous by other names")
		}
		real, place = at, filepath.Join(s.Path, path)
	}
	if real == "" {
		return "", access, refuse("no configured source has a file of its path")
	}
	// Sources may lie inside one another: the innermost owns what is in it.
	depth := -1
	for _, s := range sources {
		root, err := realPath(s.Path)
		if err == nil && s.Path != "" && len(root) > depth && strings.HasPrefix(real, root+string(filepath.Separator)) {
			depth, access = len(root), rag.Access{Tenant: s.Tenant, Principals: s.Principals, Region: s.Region}
		}
	}
	return place, access, nil
}

// within returns the real path of a file below a folder; fs.ErrNotExist where
// there is none.
func within(folder, path string) (string, error) {
	root, err := realPath(folder)
	if err != nil {
		return "", fs.ErrNotExist // a source that is not there has no file
	}
	at := filepath.Join(root, path)
	real, err := filepath.EvalSymlinks(at)
	if err != nil {
		return "", fs.ErrNotExist
	}
	if real != at {
		return "", refuse("its path leads through a symbolic link: name the file that it leads to")
	}
	info, err := os.Stat(at)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", refuse("its path is a folder: name the files in it")
	}
	return at, nil
}

func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}
