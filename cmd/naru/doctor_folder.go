package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// The free space under which a data folder is warned of, and is a problem.
const (
	lowSpace  = 1 << 30
	fullSpace = 64 << 20
)

// embedded checks the data folder and the engine in it.
func (d *doctor) embedded(c *config.Config) {
	if !d.check("data folder", func(context.Context) finding { return folderFound(c.Data) }) {
		return
	}
	d.check("disk space", func(context.Context) finding { return spaceFound(c.Data) })
	var engine *embedded.Engine
	d.check("engine", func(context.Context) finding {
		var found finding
		engine, found = engineFound(c.Data)
		return found
	})
	if engine == nil {
		return
	}
	// Settings are for servers; the engine has a layout of its own.
	d.indexes(engine.Conn(), c, store.Settings{})
	if err := engine.Close(); err != nil {
		d.findings = append(d.findings, finding{Check: "engine", Status: problem, Found: err.Error()})
	}
}

func folderFound(dir string) finding {
	there := existing(dir)
	file, err := os.CreateTemp(there, ".naru-doctor-*")
	if err == nil {
		err = errors.Join(file.Close(), os.Remove(file.Name()))
	}
	switch {
	case err != nil:
		return finding{Status: problem, Found: fmt.Sprintf("%s: %v", dir, err), Advice: "make it writable, or name another folder: data in naru.yaml, or --data"}
	case there != filepath.Clean(dir):
		return finding{Status: healthy, Found: dir + " is not there yet, and can be made"}
	default:
		return finding{Status: healthy, Found: dir + " can be written"}
	}
}

// existing is the folder itself, or the nearest above it that is there.
func existing(dir string) string {
	dir = filepath.Clean(dir)
	for {
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return dir
		}
		dir = above
	}
}

func spaceFound(dir string) finding {
	free, err := freeSpace(existing(dir))
	if err != nil {
		return finding{Status: warning, Found: "free space is not known: " + err.Error()}
	}
	found := fmt.Sprintf("%d MiB free", free>>20)
	switch {
	case free < fullSpace:
		return finding{Status: problem, Found: found, Advice: "free some space, or name another folder"}
	case free < lowSpace:
		return finding{Status: warning, Found: found, Advice: "an index of many documents may not fit"}
	default:
		return finding{Status: healthy, Found: found}
	}
}

// engineFound opens the engine, which checks its files. It is nil where there
// is nothing to open, or another process has it.
func engineFound(dir string) (*embedded.Engine, finding) {
	switch exists, err := embedded.Exists(dir); {
	case err != nil:
		return nil, finding{Status: problem, Found: err.Error()}
	case !exists:
		return nil, finding{Status: healthy, Found: "nothing is indexed yet", Advice: "run `naru index PATH`"}
	}
	engine, err := embedded.Open(dir, embedded.Options{LockTimeout: time.Millisecond})
	locked, isLocked := errors.AsType[*embedded.LockedError](err)
	switch {
	case isLocked:
		return nil, finding{Status: healthy, Found: "in use by " + holder(locked.Holder) + "; what it holds is not examined", Advice: "stop that to have its files checked"}
	case errors.Is(err, embedded.ErrCorrupt):
		return nil, finding{Status: problem, Found: err.Error(), Advice: "restore the data folder from a backup, or move it away and index again"}
	case err != nil:
		return nil, finding{Status: problem, Found: err.Error()}
	}
	return engine, finding{Status: healthy, Found: "its files are whole, and nobody else uses them"}
}

func holder(h embedded.Holder) string {
	if h.PID == 0 {
		return "another process"
	}
	who := fmt.Sprintf("process %d (%s) since %s", h.PID, h.Command, h.Since.Local().Format(time.DateTime))
	if h.Address != "" {
		who += ", which answers at " + h.Address
	}
	return who
}
