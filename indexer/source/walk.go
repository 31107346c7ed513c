package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Walk yields the documents of the folder; see [Source]. If the folder itself
// cannot be read, the only thing yielded is an error about all of it.
func (f *Folder) Walk(ctx context.Context, yield func(Item, error) error) error {
	return f.walk(ctx, yield, func(string) {})
}

// walk is Walk that also names each folder it enters.
func (f *Folder) walk(ctx context.Context, yield func(Item, error) error, enter func(path string)) error {
	w := walker{folder: f, yield: yield, enter: enter}
	root, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		return w.fail(entry{uri: f.name, place: f.path}, true, err)
	}
	w.root = root
	info, err := os.Stat(root)
	if err != nil {
		return w.fail(entry{uri: f.name, place: f.path}, true, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !info.IsDir() {
		return w.file(entry{uri: f.name, place: f.path, path: root, info: info})
	}
	return w.dir(ctx, entry{uri: f.name, place: f.path, path: root, info: info}, nil)
}

// walker is one walk.
type walker struct {
	folder *Folder
	root   string
	yield  func(Item, error) error
	enter  func(path string)
	linked []os.FileInfo // folders that links have led to
}

// entry is a file or folder behind its links. Its place is where the walk came
// upon it, its path where it really is.
type entry struct {
	uri, place, path string

	info os.FileInfo
	link bool
	err  error // why it cannot be read
}

func (w *walker) fail(e entry, prefix bool, err error) error {
	key := w.folder.keyOf(e.place)
	return w.yield(Item{URI: e.uri, Key: key}, &WalkError{URI: e.uri, Key: key, Prefix: prefix, Err: err, folder: w.folder})
}

// dir walks one folder. Above are the folders it is in, as the walk came there.
func (w *walker) dir(ctx context.Context, e entry, above []os.FileInfo) error {
	w.enter(e.path)
	list, err := os.ReadDir(e.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// What was listed before the error is read; the rest is unknown.
		if err := w.fail(e, true, err); err != nil {
			return err
		}
	}
	if errors.Is(err, fs.ErrNotExist) && above == nil {
		return w.fail(e, true, err)
	}
	above = append(slices.Clip(above), e.info)
	entries := make([]entry, 0, len(list))
	for _, d := range list {
		if strings.HasPrefix(d.Name(), ".") {
			continue
		}
		if entry, ok := w.resolve(e, d); ok {
			entries = append(entries, entry)
		}
	}
	// A folder sorts as its contents do: by the slash behind its name.
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.order(), b.order()) })
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch {
		case e.err != nil:
			err = w.fail(e, e.info == nil || e.info.IsDir(), e.err)
		case e.info.IsDir():
			err = w.enterDir(ctx, e, above)
		default:
			err = w.file(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e entry) order() string {
	if e.info != nil && e.info.IsDir() {
		return e.uri + "/"
	}
	return e.uri
}

// resolve follows an entry's links. It reports false for what is no document:
// files by their names, and what disappeared since the folder was listed.
func (w *walker) resolve(parent entry, d fs.DirEntry) (entry, bool) {
	e := entry{uri: below(parent.uri) + element(d.Name()), place: filepath.Join(parent.place, d.Name()), path: filepath.Join(parent.path, d.Name())}
	if d.Type()&fs.ModeSymlink == 0 {
		if !d.IsDir() && !wanted(d.Name()) {
			return e, false
		}
		e.info, e.err = d.Info()
		return e, !errors.Is(e.err, fs.ErrNotExist)
	}
	e.link = true
	target, err := filepath.EvalSymlinks(e.path)
	if err == nil {
		e.info, err = os.Stat(target)
	}
	if err != nil {
		if _, gone := os.Lstat(e.path); errors.Is(gone, fs.ErrNotExist) {
			return e, false
		}
		e.err = fmt.Errorf("symbolic link: %w", err)
		return e, true
	}
	e.path = target
	if !e.info.IsDir() && !wanted(d.Name()) {
		return e, false
	}
	if !w.folder.opt.FollowOutside && !inside(w.root, target) {
		e.err = fmt.Errorf("symbolic link to %s: %w", target, ErrOutside)
	}
	return e, true
}

// inside tells whether a real path is the root or below it.
func inside(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// enterDir walks a folder unless it is in itself. A folder that several links
// lead to is read through the first: links among folders could otherwise be
// combined to more paths than there will ever be time for.
func (w *walker) enterDir(ctx context.Context, e entry, above []os.FileInfo) error {
	same := func(info os.FileInfo) bool { return os.SameFile(info, e.info) }
	if slices.ContainsFunc(above, same) {
		return w.fail(e, false, fmt.Errorf("%w: the link leads back to %s", ErrLoop, e.path))
	}
	if e.link {
		if slices.ContainsFunc(w.linked, same) {
			return w.fail(e, false, fmt.Errorf("%w: another link leads to %s", ErrLoop, e.path))
		}
		w.linked = append(w.linked, e.info)
	}
	return w.dir(ctx, e, above)
}

func (w *walker) file(e entry) error {
	if err := check(e.info, w.folder.opt.MaxBytes); err != nil {
		return w.fail(e, false, err)
	}
	return w.yield(Item{
		URI:      e.uri,
		Key:      w.folder.keyOf(e.place),
		Path:     e.path,
		Modified: e.info.ModTime(),
		Size:     e.info.Size(),
		Open:     func(context.Context) (io.ReadCloser, error) { return w.folder.open(e.path) },
	}, nil)
}
