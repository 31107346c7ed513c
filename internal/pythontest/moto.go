package pythontest

import (
	"net"
	"os/exec"
	"testing"
	"time"
)

// Moto starts moto, which stands in for Amazon's services, for the length of a test and
// returns its address.
func Moto(t testing.TB) string {
	t.Helper()
	Folder(t, "moto")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	_, port, _ := net.SplitHostPort(addr)
	server := exec.Command("python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return "http://" + addr
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("moto does not answer: %v", err)
		}
	}
}
