// Package pythontest finds the Python packages that tests compare with, or run against. They are
// taken from the python3 that is first on PATH; .ci/run puts one there that has
// them all, of the versions in requirements.txt.
package pythontest

import (
	"os/exec"
	"strings"
	"testing"
)

// Folder returns where a package is installed, or skips the test where it is not.
func Folder(t testing.TB, pkg string) string {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import os, "+pkg+"; print(os.path.dirname("+pkg+".__file__))").Output()
	if err != nil {
		t.Skipf("python3 has no package %s: pip install -r internal/pythontest/requirements.txt", pkg)
	}
	return strings.TrimSpace(string(out))
}
