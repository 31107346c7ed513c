//go:build unix

package embedded

import (
	"errors"
	"syscall"
)

// alive tells whether a process exists, whoever it belongs to.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
