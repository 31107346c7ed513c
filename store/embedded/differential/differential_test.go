package differential

import (
	"net"
	"os"
	"os/exec"
	"testing"

	"google.golang.org/grpc"

	"github.com/naru-rag/naru/internal/pythontest"
	"github.com/naru-rag/naru/store/embedded"
)

// TestAgainstQdrant serves an engine on an empty folder and runs differential.py on it.
// NARU_DIFFERENTIAL_CASES sets how many cases, NARU_DIFFERENTIAL_SEED which ones.
func TestAgainstQdrant(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	pythontest.Folder(t, "qdrant_client")
	pythontest.Folder(t, "qdrant_edge")

	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	engine.Register(server)
	go server.Serve(listener)
	defer server.Stop()

	program := exec.CommandContext(t.Context(), "python3", "differential.py",
		"--engine", listener.Addr().String(),
		"--cases", setting("NARU_DIFFERENTIAL_CASES", "500"),
		"--seed", setting("NARU_DIFFERENTIAL_SEED", "1"))
	output, err := program.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Fatalf("differential.py: %v", err)
	}
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
