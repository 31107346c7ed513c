package source

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// maxWait is how many times Options.Debounce a change is held back at most
// while others keep coming.
const maxWait = 10

// Watch calls changed once when it has begun to listen, so that nothing that
// happened before is missed, and then whenever documents may have been added,
// changed or removed, until the context is done, whose error it returns. Calls
// never overlap, and
// changes that come while one runs lead to another. A call is no promise that
// something is different: whoever is called walks the folder and compares.
//
// Where the system cannot tell of changes, because it has no means or because
// its limit of watches is reached, Watch reports so to Options.Report and
// compares the folder every Options.Poll instead.
func (f *Folder) Watch(ctx context.Context, changed func()) error {
	w := watch{folder: f, watched: map[string]bool{}}
	if n, err := fsnotify.NewWatcher(); err != nil {
		w.degrade(err)
	} else {
		w.notify = n
		defer n.Close()
	}
	for {
		// Looking before the call loses nothing: what changes meanwhile differs
		// from what was seen.
		w.seen = w.look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		changed()
		if !w.wait(ctx) {
			return ctx.Err()
		}
	}
}

// watch is one call of Watch.
type watch struct {
	folder  *Folder
	notify  *fsnotify.Watcher // nil if there is none
	polling bool              // some folders are not watched
	watched map[string]bool
	seen    uint64 // fingerprint of the last look
}

// degrade goes over to polling, and says so once.
func (w *watch) degrade(err error) {
	if !w.polling {
		w.polling = true
		w.folder.opt.Report(fmt.Errorf("watch %s: comparing every %v because changes are not told (raise fs.inotify.max_user_watches): %w",
			w.folder.path, w.folder.opt.Poll, err))
	}
}

// look walks the folder, watches what is in it, and returns a fingerprint of
// the names, sizes and times of all documents.
func (w *watch) look(ctx context.Context) uint64 {
	before := w.watched
	w.watched = map[string]bool{}
	w.enter(filepath.Dir(w.folder.path), before)
	sum := fnv.New64a()
	// Only the context can end the walk; Watch looks at it next.
	_ = w.folder.walk(ctx, func(item Item, err error) error {
		fmt.Fprintf(sum, "%s\x00%d\x00%d\x00%v\x00", item.URI, item.Size, item.Modified.UnixNano(), err)
		return nil
	}, func(path string) { w.enter(path, before) })
	if w.notify != nil && ctx.Err() == nil {
		for path := range before {
			if !w.watched[path] {
				// It fails for a folder that is gone, which is as good.
				_ = w.notify.Remove(path)
			}
		}
	}
	return sum.Sum64()
}

// enter watches a folder.
func (w *watch) enter(path string, before map[string]bool) {
	if w.notify == nil || w.watched[path] {
		return
	}
	// Adding again is cheap, and needed for a folder that was exchanged for
	// another of its name.
	if err := w.notify.Add(path); err != nil {
		if before[path] {
			_ = w.notify.Remove(path)
		}
		w.degrade(err)
		return
	}
	w.watched[path] = true
}

// wait returns true when something has changed, and false when the context is
// done.
func (w *watch) wait(ctx context.Context) bool {
	interval := w.folder.opt.Rescan
	if w.polling {
		interval = w.folder.opt.Poll
	}
	rescan := time.NewTicker(interval)
	defer rescan.Stop()
	var events chan fsnotify.Event
	var failures chan error
	if w.notify != nil {
		events, failures = w.notify.Events, w.notify.Errors
	}
	var quiet, latest <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return false
		case e := <-events:
			if !w.matters(e) {
				continue
			}
			quiet = time.After(w.folder.opt.Debounce)
			if latest == nil {
				latest = time.After(maxWait * w.folder.opt.Debounce)
			}
		case err := <-failures:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.folder.opt.Report(fmt.Errorf("watch %s: %w", w.folder.path, err))
			}
			// Events were lost: anything may have changed.
			return true
		case <-quiet:
			return true
		case <-latest:
			return true
		case <-rescan.C:
			if w.look(ctx) != w.seen {
				return ctx.Err() == nil
			}
		}
	}
}

// matters passes over what is no document and what only reads. The folder's
// parent is watched for the folder itself: editors exchange files by renaming.
func (w *watch) matters(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	name := filepath.Base(e.Name)
	if filepath.Dir(e.Name) == filepath.Dir(w.folder.path) && e.Name != w.folder.path {
		return false
	}
	if e.Name == w.folder.path {
		return true
	}
	// What is written to a file that is no document, such as a log, changes
	// nothing; a name that appears or goes may be a folder's.
	return name[0] != '.' && (e.Op != fsnotify.Write || wanted(name))
}
