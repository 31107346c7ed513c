package conformance

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/host"
)

// TestRun finds what is wrong with guests that are.
func TestRun(t *testing.T) {
	for name, want := range map[string]string{
		"testdata/noop":                 "",
		"testdata/leaks":                "its memory goes on growing",
		"hostile/state_between_tenants": "it says",
		"hostile/patient":               "out of fuel",
		"hostile/invalid_utf8":          "not valid UTF-8",
		"hostile/forged_order":          `unknown field "order"`,
	} {
		code, err := os.ReadFile("../abitest/" + name + ".wasm")
		if err != nil {
			t.Fatal(err)
		}
		metered, _, err := admit.Prepare(code)
		if err != nil {
			t.Fatal(err)
		}
		p, err := host.Load(context.Background(), metered, host.Options{
			Name: "p", Limits: abi.Limits{Fuel: 10_000_000, Memory: 512 << 20, Deadline: time.Minute, Output: 1 << 20},
		})
		if err != nil {
			t.Fatal(err)
		}
		wrong, err := Run(context.Background(), p, []abi.Hook{abi.Query})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(wrong, "\n"); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %.500s, want %q", name, got, want)
		}
		p.Close(context.Background())
	}
}
