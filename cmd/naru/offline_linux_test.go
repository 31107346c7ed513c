package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// inNetwork says to the test that it runs in a network of its own.
const inNetwork = "NARU_TEST_IN_NETWORK"

// TestNothingLeaves runs all of the embedded program in a network namespace from which
// nothing leads anywhere: besides the loopback interface there is a recorder, to which all
// other routes lead, and which must hear of nothing. Nor is a name server of this machine
// asked. What then does try to leave is heard, so that the silence means something.
func TestNothingLeaves(t *testing.T) {
	if os.Getenv(inNetwork) != "" {
		nothingLeaves(t)
		return
	}
	if testing.Short() {
		t.Skip("-short")
	}
	if os.Getuid() != 0 {
		t.Skip("TestNothingLeaves makes a network namespace, for which it must be root")
	}
	for _, need := range []string{"/dev/net/tun", "ip"} {
		if _, err := exec.LookPath(need); err != nil && !errors.Is(err, os.ErrPermission) {
			t.Skipf("TestNothingLeaves needs %s (ip is in the package iproute2): %v", need, err)
		}
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestNothingLeaves$", "-test.v", "-test.timeout", "5m")
	self.Env = append(os.Environ(), inNetwork+"=1", embedderVariable+"=bundled")
	self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	out, err := self.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "\n--- PASS: TestNothingLeaves") {
		t.Fatalf("in the namespace: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if _, said, ok := strings.Cut(line, "heard: "); ok {
			t.Log(strings.TrimSpace(said))
		}
	}
}

// marker is an address that only the test sends to.
var marker = netip.MustParseAddrPort("192.0.2.2:9")

func nothingLeaves(t *testing.T) {
	r := record(t)
	names := nameServer(t)
	works(t)
	mark(t, r)
	if heard := r.heard(); len(heard) > 0 {
		t.Errorf("it tries to leave: %v", heard)
	}
	if n := names.asked(); n > 0 {
		t.Errorf("a name server of this machine is asked %d times", n)
	}

	// The same program, of which others are asked for.
	leaves := func(store string) {
		cmd := exec.Command("naru", "doctor", "--data", t.TempDir())
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "NARU_STORE_URL="+store, "NARU_STORE_TIMEOUT=1s", "NARU_STORE_RETRIES_ATTEMPTS=1")
		if out, err := cmd.CombinedOutput(); err == nil {
			t.Errorf("the doctor finds no fault with a store that cannot be reached: %s", out)
		}
	}
	hears := func(what string) {
		mark(t, r)
		if !slices.ContainsFunc(r.heard(), func(p string) bool { return strings.Contains(p, what) }) {
			t.Errorf("%s is not heard, but %v", what, r.heard())
		}
	}
	leaves("198.51.100.7:6334")
	hears("tcp 198.51.100.7:6334")
	leaves("[2001:db8:7::7]:6334")
	hears("tcp [2001:db8:7::7]:6334")
	leaves("qdrant.example.org:6334")
	if mark(t, r); names.asked() == 0 {
		hears(":53")
	}
	t.Logf("heard: of the program that is to leave %d packets, to %v", len(r.heard()), slices.Compact(slices.Sorted(slices.Values(r.heard()))))
}

// works does what the README does, with plugins and the log of who asks what.
func works(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "naru.yaml")
	write(t, config, "audit: {on: true}\nplugins: {use: [{name: glossary, grants: [config], config: groups.yaml}, {name: freshness, grants: [config]}, {name: injection-guard, grants: [config]}, {name: diversity, grants: [config]}]}\n")
	write(t, filepath.Join(dir, "groups.yaml"), "groups: [[ferry, boat, vessel]]\n")
	data := filepath.Join(dir, "data")
	root := filepath.Join("..", "..")
	naru := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("naru", append(args, "--config", config, "--data", data)...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	naru("index", "samples")
	s := started(t, root, "serve", "samples", "--config", config, "--data", data, "--addr", "127.0.0.1:0")
	s.until("it has read everything", "everything read?", mentions(`"degraded":[]`))
	for language, q := range oneOfEach(t) {
		if got := s.ask(q.Question); got.status != 200 || !strings.Contains(got.body, q.Document) || !strings.Contains(got.body, `"outcome":"ok"`) {
			t.Errorf("%s: %s is answered %d %s", language, q.Question, got.status, got.body)
		}
	}
	for _, get := range []string{"/", "/healthz", "/v1/documents"} {
		if got := s.do("GET", get, ""); got.status != 200 {
			t.Errorf("%s: %d %s", get, got.status, got.body)
		}
	}
	if got := s.do("POST", "/v1/documents?uri=pier.md", "The pier at https://pier.example.org opens at 6:10.", "Content-Type", "text/markdown"); got.status != 201 {
		t.Errorf("uploaded: %d %s", got.status, got.body)
	}
	s.until("what is uploaded is found", "When does the pier open?", mentions("opens at 6:10"))
	if got := naru("ask", "When does the pier open?"); !strings.Contains(got, "opens at 6:10") {
		t.Errorf("in the shell the answer is %s", got)
	}
	naru("doctor")
	s.stop()
	for _, args := range [][]string{{"doctor"}, {"sources"}, {"plugin", "list"}, {"audit", "verify"}, {"eval", "eval/testdata/landing.json"}} {
		naru(args...)
	}
}

// sampled is a question of the samples.
type sampled struct{ Language, Question, Document string }

// oneOfEach has a question in each language.
func oneOfEach(t *testing.T) map[string]sampled {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "samples", "questions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := map[string]sampled{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var q sampled
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if _, ok := all[q.Language]; !ok && q.Document != "" {
			all[q.Language] = q
		}
	}
	if len(all) < 10 {
		t.Fatalf("the samples ask in %d languages", len(all))
	}
	return all
}

// recorder hears of every packet that would leave.
type recorder struct {
	mu      sync.Mutex
	packets []string
	marks   int
}

// record makes an interface to which all routes lead but those of the loopback.
func record(t *testing.T) *recorder {
	t.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	request, err := unix.NewIfreq("recorder")
	if err != nil {
		t.Fatal(err)
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"link set lo up",
		"link set recorder addrgenmode none",
		"addr add 192.0.2.1/24 dev recorder",
		"-6 addr add 2001:db8::1/64 dev recorder nodad",
		"link set recorder up",
		"route add default dev recorder",
		"-6 route add default dev recorder",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
	}
	r := &recorder{}
	device := os.NewFile(uintptr(fd), "recorder")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		packet := make([]byte, 1<<16)
		for {
			n, err := device.Read(packet)
			if err != nil {
				return
			}
			r.hear(packet[:n])
		}
	}()
	t.Cleanup(func() {
		_ = device.Close()
		<-ended
	})
	return r
}

func (r *recorder) hear(packet []byte) {
	what, kernels := describe(packet)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case what == "udp "+marker.String():
		r.marks++
	case !kernels:
		r.packets = append(r.packets, what)
	}
}

func (r *recorder) heard() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.packets)
}

func (r *recorder) marked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.marks
}

// mark sends a packet and waits until it is heard: what was sent before has then been too.
func mark(t *testing.T, r *recorder) {
	t.Helper()
	before := r.marked()
	conn, err := net.Dial("udp", marker.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("mark")); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); r.marked() == before; time.Sleep(time.Millisecond) {
		if time.Since(start) > patience {
			t.Fatal("the recorder is deaf")
		}
	}
}

// describe says where a packet goes. The kernel looks for routers and groups by itself as
// soon as an interface has an IPv6 address.
func describe(packet []byte) (what string, kernels bool) {
	var (
		protocol byte
		to       netip.Addr
		rest     []byte
	)
	switch {
	case len(packet) >= 20 && packet[0]>>4 == 4 && len(packet) >= int(packet[0]&15)*4:
		protocol, to, rest = packet[9], netip.AddrFrom4([4]byte(packet[16:20])), packet[int(packet[0]&15)*4:]
	case len(packet) >= 40 && packet[0]>>4 == 6:
		protocol, to, rest = packet[6], netip.AddrFrom16([16]byte(packet[24:40])), packet[40:]
		if protocol == unix.IPPROTO_HOPOPTS && len(rest) >= 8 {
			protocol, rest = rest[0], rest[8:]
		}
		if protocol == unix.IPPROTO_ICMPV6 && to.IsMulticast() {
			return "", true
		}
	default:
		return fmt.Sprintf("%d bytes that are no IP", len(packet)), false
	}
	name, ok := map[byte]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp"}[protocol]
	if !ok || len(rest) < 4 {
		return fmt.Sprintf("protocol %d to %s", protocol, to), false
	}
	return name + " " + netip.AddrPortFrom(to, binary.BigEndian.Uint16(rest[2:])).String(), false
}

// names counts what comes to port 53 of this machine.
type names struct {
	mu sync.Mutex
	n  int
}

func (n *names) asked() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.n
}

func (n *names) ask() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.n++
}

// nameServer listens where a name server of this machine would, and answers nothing.
func nameServer(t *testing.T) *names {
	t.Helper()
	packets, err := net.ListenPacket("udp", ":53")
	if err != nil {
		t.Fatal(err)
	}
	connections, err := net.Listen("tcp", ":53")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{}
	var listening sync.WaitGroup
	listening.Go(func() {
		for buffer := make([]byte, 1<<10); ; n.ask() {
			if _, _, err := packets.ReadFrom(buffer); err != nil {
				return
			}
		}
	})
	listening.Go(func() {
		for ; ; n.ask() {
			conn, err := connections.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = packets.Close()
		_ = connections.Close()
		listening.Wait()
	})
	return n
}
