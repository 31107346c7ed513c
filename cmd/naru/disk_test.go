//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/naru-rag/naru/indexer"
)

// inNamespace is set in the process that TestFullDisk starts to mount in.
const inNamespace = "NARU_TEST_IN_NAMESPACE"

// TestFullDisk indexes into a file system of a few megabytes. It runs itself
// again in a mount namespace, so that the mount is seen by nobody else and ends
// with the process.
func TestFullDisk(t *testing.T) {
	if os.Getenv(inNamespace) != "" {
		fullDisk(t)
		return
	}
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run=^TestFullDisk$", "-test.count=1", "-test.v")
	cmd.Env = append(os.Environ(), inNamespace+"=yes")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSPC):
		t.Skipf("needs unshare: %v", err) // ENOSPC: no user namespaces are allowed
	case bytes.Contains(out, []byte("needs unshare")):
		t.Skipf("%s", out)
	case err != nil, !bytes.Contains(out, []byte("--- PASS: TestFullDisk")):
		t.Fatalf("%v\n%s", err, out)
	}
}

func fullDisk(t *testing.T) {
	data := t.TempDir()
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("needs unshare with mounts: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, 0); err != nil {
			t.Error(err)
		}
	})
	docs := filepath.Join(t.TempDir(), "docs")
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	indexedBy(t, "naru", data, docs)

	// Something else takes all the space there is.
	ballast := filepath.Join(data, "ballast")
	fill(t, ballast)
	for i := range 40 {
		write(t, filepath.Join(docs, fmt.Sprintf("record%02d.md", i)),
			fmt.Sprintf("# Record %d\n\n%s\n", i, strings.Repeat(fmt.Sprintf("The harbour record has number %d. ", i), 1000)))
	}
	cmd := exec.Command("naru", "--data", data, "index", "docs")
	cmd.Dir = filepath.Dir(docs)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "no space left") ||
		!strings.Contains(string(out), "free some space") || !strings.Contains(string(out), data) {
		t.Errorf("on a full disk indexing ended with %v and said %s", err, out)
	}
	asked(t, data, "When does the ferry leave?", "The ferry leaves at nine.")

	// A server answers too, and does not call an upload done that is not.
	s := serve(t, data, "")
	if answer := s.ask("When does the ferry leave?"); !mentions("leaves at nine")(answer) {
		t.Errorf("on a full disk the server answers %d %s", answer.status, answer.body)
	}
	big := strings.Repeat("The mill grinds on Friday. ", 100_000)
	if up := s.do("POST", "/v1/documents?uri=mill.txt", big, "Content-Type", "text/plain"); up.status < 500 {
		t.Errorf("on a full disk an upload is answered with %d %s", up.status, up.body)
	}
	if answer := s.ask("When does the mill grind?"); !silentOn("Friday")(answer) {
		t.Errorf("what was not stored is found: %s", answer.body)
	}
	s.stop()

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(docs, "tower.md"), "The tower has ninety steps.\n")
	if report := indexedBy(t, "naru", data, docs); report.Documents != 42 || len(report.Failed) > 0 {
		t.Errorf("with space again the report is %+v", report)
	}
	asked(t, data, "How many steps has the tower?", "The tower has ninety steps.")
	asked(t, data, "When does the ferry leave?", "The ferry leaves at nine.")
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for chunk := make([]byte, 4096); ; {
		if _, err := file.Write(chunk); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// asked expects an answer of naru ask to hold a text.
func asked(t *testing.T, data, question, want string) {
	t.Helper()
	out, err := exec.Command("naru", "--data", data, "ask", question).CombinedOutput()
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%s: %v, %s; want %q in it", question, err, out, want)
	}
}

// TestUnreadableFilesKeepWhatWasIndexed takes the right to read away. Where the
// tests run as root, who may read everything, the program runs as somebody else.
func TestUnreadableFilesKeepWhatWasIndexed(t *testing.T) {
	t.Parallel()
	work := t.TempDir()
	program, docs, data := filepath.Join(work, "naru"), filepath.Join(work, "docs"), filepath.Join(work, "data")
	write(t, filepath.Join(docs, "ferry.md"), "The ferry leaves at nine.\n")
	write(t, filepath.Join(docs, "tower.md"), "The tower has ninety steps.\n")
	write(t, filepath.Join(docs, "mill", "mill.md"), "The mill grinds on Friday.\n")
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		const nobody = 65534
		// Only the owner may enter what t.TempDir makes.
		if err := os.Chmod(filepath.Dir(work), 0o755); err != nil {
			t.Fatal(err)
		}
		attributes.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		if err := os.Mkdir(data, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{data, docs, filepath.Join(docs, "ferry.md"), filepath.Join(docs, "tower.md"),
			filepath.Join(docs, "mill"), filepath.Join(docs, "mill", "mill.md")} {
			if err := os.Chown(path, nobody, nobody); err != nil {
				t.Skipf("needs another user: %v", err)
			}
		}
	}
	// The test binary lies where only its owner may go.
	copyProgram(t, program)
	naru := func(args ...string) ([]byte, []byte, error) {
		cmd := exec.Command(program, append([]string{"--data", data}, args...)...)
		cmd.Dir, cmd.SysProcAttr = work, attributes
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		return out, stderr.Bytes(), err
	}
	index := func() (r indexer.Report) {
		t.Helper()
		out, said, err := naru("index", "--json", "docs")
		if errors.Is(err, fs.ErrPermission) {
			t.Skipf("needs a temporary folder that another user can reach: %v", err)
		}
		if decoded := json.Unmarshal(out, &r); decoded != nil {
			t.Fatalf("%v, %v: %s%s", err, decoded, out, said)
		}
		if (err != nil) != (len(r.Failed) > 0) {
			t.Fatalf("%v: %s%s", err, out, said)
		}
		return r
	}
	if r := index(); r.Documents != 3 || len(r.Failed) > 0 {
		t.Fatalf("the first report is %+v", r)
	}

	shut := func(mode map[string]os.FileMode) {
		t.Helper()
		for name, m := range mode {
			if err := os.Chmod(filepath.Join(work, name), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(func() { shut(map[string]os.FileMode{"docs/mill": 0o755}) })
	shut(map[string]os.FileMode{"docs/tower.md": 0, "docs/mill": 0})
	r := index()
	if r.Documents != 3 || r.Deleted != 0 || r.Unchanged != 1 {
		t.Errorf("with files that cannot be read the report is %+v", r)
	}
	for _, f := range r.Failed {
		if !strings.Contains(f.Error, "permission denied") {
			t.Errorf("%s failed with %s", f.URI, f.Error)
		}
	}
	if len(r.Failed) != 2 || r.Failed[0].URI != "docs/mill" || r.Failed[1].URI != "docs/tower.md" {
		t.Errorf("failed are %+v, want docs/mill and docs/tower.md", r.Failed)
	}
	for question, want := range map[string]string{"How many steps has the tower?": "ninety", "When does the mill grind?": "Friday"} {
		if out, said, err := naru("ask", question); err != nil || !bytes.Contains(out, []byte(want)) {
			t.Errorf("%s: %v, %s%s", question, err, out, said)
		}
	}

	shut(map[string]os.FileMode{"docs/tower.md": 0o644, "docs/mill": 0o755})
	if r := index(); r.Unchanged != 3 || len(r.Failed) > 0 {
		t.Errorf("with files that can be read again the report is %+v", r)
	}

	// A data folder that cannot be written is named, with what to do.
	shut(map[string]os.FileMode{"data": 0})
	t.Cleanup(func() { shut(map[string]os.FileMode{"data": 0o700}) })
	if out, said, err := naru("index", "docs"); err == nil || !bytes.Contains(said, []byte("permission denied")) || !bytes.Contains(said, []byte(data)) {
		t.Errorf("with a data folder that is shut: %v, %s%s", err, out, said)
	}
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	from, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, program, 0o755); err != nil {
		t.Fatal(err)
	}
}
