package abitest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/host"
)

var limits = abi.Limits{Fuel: 50_000_000, Memory: 16 << 20, Deadline: 10 * time.Second, Output: 1 << 20}

// everything are all grants.
var everything = []string{"log", "config", "lookup", "terms", "embed", "search"}

// guest is the code of a guest in testdata.
func guest(t testing.TB, name string) []byte {
	t.Helper()
	code, err := os.ReadFile(filepath.Join("testdata", name+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// load prepares and loads a module.
func load(t testing.TB, code []byte, change func(*host.Options)) *host.Plugin {
	t.Helper()
	metered, _, err := admit.Prepare(code)
	if err != nil {
		t.Fatal(err)
	}
	opt := host.Options{Name: "example", Limits: limits, Grants: everything, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&opt)
	}
	p, err := host.Load(context.Background(), metered, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(context.Background()) })
	return p
}

func logger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
