package plugins_test

import (
	"context"
	"strings"
	"testing"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/plugins"
)

// TestRedactTakesLinearFuel holds redact-pii to fuel in proportion to a text, whatever
// is in it: a text of somebody else decides neither how long it takes nor whether it fails.
func TestRedactTakesLinearFuel(t *testing.T) {
	b, _ := plugins.Find("redact-pii")
	p, err := host.Load(context.Background(), b.Metered, host.Options{Name: b.Name, Limits: b.Limits, Grants: b.Grants})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	fuel := func(text string) int64 {
		request, err := abi.Encode(&abi.DocumentRequest{Header: abi.Header{Hook: abi.Document}, Document: abi.DocumentText{Text: text, Metadata: map[string]string{}}})
		if err != nil {
			t.Fatal(err)
		}
		_, use, err := p.Call(context.Background(), host.Call{Hook: abi.Document, Request: request})
		if err != nil {
			t.Fatalf("%.20q…: %v", text, err)
		}
		return use.Fuel
	}
	for _, piece := range []string{
		"1 ", "1-", "1.", "12 34 56 ", "+1 ", "(1", "((", "@", "a@", "a@b.", "https://a ", "tel 1 ", "order 1", "SSN,1\n", "|1", "DE89 ", "X1", "2A", "\u200b", "\u200b1", "١", "전화 ", " ", "\n",
		"주민등록번호 900101-1234568 ", "4111111111111111 ", "| 123456789 |\n", "The ferry leaves at nine. ",
	} {
		small, large := strings.Repeat(piece, 32<<10/len(piece)), strings.Repeat(piece, 128<<10/len(piece))
		few, many := fuel(small), fuel(large)
		if many > few*9/2 {
			t.Errorf("%q: %d bytes take %d fuel, and %d take %d", piece, len(small), few, len(large), many)
		}
		if perByte := many / int64(len(large)); perByte > 4000 {
			t.Errorf("%q: a byte takes %d fuel", piece, perByte)
		}
	}
}
