package embedded

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The lock is Pebble's on a file of the store: the kernel drops it when its
// holder dies, however it dies. The holder note only says who to ask; it is
// read when the lock is taken, so that one left behind by a killed process
// stops nobody.
const holderNote = "holder.json"

// writeHolder leaves the note. Failing to is no reason to refuse the data: a
// full disk can still be read.
func writeHolder(dir, address string) {
	note, err := json.Marshal(Holder{PID: os.Getpid(), Command: commandLine(), Since: time.Now(), Address: address})
	if err != nil {
		return
	}
	if os.WriteFile(filepath.Join(dir, holderNote), note, 0o600) != nil {
		removeHolder(dir) // an older note would name another process
	}
}

func removeHolder(dir string) { _ = os.Remove(filepath.Join(dir, holderNote)) }

// lockedBy describes who holds dir. A note whose process is gone was left by
// an earlier holder and says nothing about the present one.
func lockedBy(dir string) *LockedError {
	e := &LockedError{Dir: dir}
	note, err := os.ReadFile(filepath.Join(dir, holderNote))
	if err != nil {
		return e
	}
	var h Holder
	if json.Unmarshal(note, &h) != nil || h.PID <= 0 || !alive(h.PID) {
		return e
	}
	e.Holder = h
	return e
}

func commandLine() string {
	args := append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...)
	return strings.Join(args, " ")
}
