package pythontest

import (
	"net"
	"os/exec"
	"testing"
	"time"
)

// motoServer is moto's own server, but that requests to DynamoDB are done one after the
// other: moto looks whether a condition is met and then writes, and DynamoDB does both at
// once.
const motoServer = `
import sys, threading
from werkzeug.serving import run_simple
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
app, lock = DomainDispatcherApplication(create_backend_app), threading.Lock()
def serve(environ, start):
    if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
        with lock:
            return [b"".join(app(environ, start))]
    return app(environ, start)
run_simple("127.0.0.1", int(sys.argv[1]), serve, threaded=True, request_handler=MotoRequestHandler)
`

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
	server := exec.Command("python3", "-c", motoServer, port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = server.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		<-ended
	})
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return "http://" + addr
		}
		select {
		case <-ended:
			t.Fatalf("moto has ended: %v", server.ProcessState)
		default:
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("moto does not answer: %v", err)
		}
	}
}
