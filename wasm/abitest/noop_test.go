package abitest

import (
	"context"
	"testing"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
)

func TestNoop(t *testing.T) {
	p := load(t, guest(t, "noop"), nil)
	for range 3 {
		response, usage, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: []byte(`{}`), Audience: "a"})
		if err != nil || len(response) != 0 {
			t.Fatalf("%q %v", response, err)
		}
		t.Logf("%+v", usage)
	}
}

func BenchmarkNoop(b *testing.B) {
	p := load(b, guest(b, "noop"), nil)
	request := []byte(`{"abi":1,"hook":"query","now":"2026-11-23T09:00:00Z","question":"ferry?","language":"en"}`)
	for b.Loop() {
		if _, _, err := p.Call(context.Background(), host.Call{Hook: abi.Query, Request: request, Audience: "a"}); err != nil {
			b.Fatal(err)
		}
	}
}
