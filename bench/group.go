package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// group is a group of processes (cgroup) that has so much memory. Pages of files count
// too that were first read in it, and are taken back where memory is short.
type group struct {
	folder string
	files  groupFiles
}

// groupFiles are the names of what a version of cgroups calls otherwise.
type groupFiles struct{ limit, most, short string }

// newGroup makes a group, which needs root.
func newGroup(bytes int64) (*group, error) {
	g := &group{"/sys/fs/cgroup/memory", groupFiles{"memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.failcnt"}}
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		g = &group{"/sys/fs/cgroup", groupFiles{"memory.max", "memory.peak", "memory.events.local"}}
	}
	g.folder = filepath.Join(g.folder, fmt.Sprint("naru-bench-", os.Getpid()))
	if err := os.Mkdir(g.folder, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(g.folder, g.files.limit), []byte(strconv.FormatInt(bytes, 10)), 0o644); err != nil {
		g.remove()
		return nil, err
	}
	return g, nil
}

// entering is a command that enters the group and goes on as another.
func (g *group) entering(command []string) []string {
	return append([]string{"sh", "-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(g.folder, "cgroup.procs")}, command...)
}

// most is the most memory that the group had, and how often it was short.
func (g *group) most() (bytes, short int64, err error) {
	if bytes, err = g.number(g.files.most); err != nil {
		return 0, 0, err
	}
	short, err = g.number(g.files.short)
	return bytes, short, err
}

// number is the number that a file has or, where it has several with names, that of max.
func (g *group) number(name string) (int64, error) {
	raw, err := os.ReadFile(filepath.Join(g.folder, name))
	if err != nil {
		return 0, err
	}
	text := string(raw)
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "max "); ok {
			text = rest
		}
	}
	return strconv.ParseInt(strings.TrimSpace(text), 10, 64)
}

// remove removes the group once its processes have ended.
func (g *group) remove() {
	for range 100 {
		if os.Remove(g.folder) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
