package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
)

// recorded is a call with what must come of it, as a file in JSON.
type recorded struct {
	Hook     abi.Hook        `json:"hook"`
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response"`
}

// Recorded makes the calls of the files *.json of a folder, and returns how many
// there were and what is wrong. Members that a request's header has (abi, hook, now)
// may be left out of it. A response of {} is also met by none.
func Recorded(ctx context.Context, p *host.Plugin, folder fs.FS) (calls int, wrong []string, err error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return 0, nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return calls, wrong, err
		}
		var r recorded
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&r); err != nil {
			return calls, wrong, fmt.Errorf("%s: %w", name, err)
		}
		calls++
		if problem := r.play(ctx, p); problem != "" {
			wrong = append(wrong, name+": "+problem)
		}
		if ctx.Err() != nil {
			return calls, wrong, ctx.Err()
		}
	}
	return calls, wrong, nil
}

// play makes the call, and says what is wrong.
func (r recorded) play(ctx context.Context, p *host.Plugin) string {
	message := map[abi.Hook]any{abi.Document: &abi.DocumentRequest{}, abi.Query: &abi.QueryRequest{}, abi.Passages: &abi.PassagesRequest{}, abi.Answer: &abi.AnswerRequest{}}[r.Hook]
	header := fmt.Sprintf(`{"abi":%d,"hook":%q,"now":%q}`, abi.Version, r.Hook.String(), now)
	if err := json.Unmarshal([]byte(header), message); err != nil {
		return err.Error()
	}
	decoder := json.NewDecoder(bytes.NewReader(r.Request))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(message); err != nil {
		return "request: " + err.Error()
	}
	data, err := abi.Encode(message)
	if err != nil {
		return err.Error()
	}
	said, _, err := p.Call(ctx, host.Call{Hook: r.Hook, Request: data, Search: search})
	if err != nil {
		return err.Error()
	}
	if len(said) == 0 {
		said = []byte("{}")
	}
	var got, want any
	if err := json.Unmarshal(said, &got); err != nil {
		return fmt.Sprintf("it says %.300q, which is no JSON", said)
	}
	if err := json.Unmarshal(r.Response, &want); err != nil {
		return "response: " + err.Error()
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("it says %.500s, and not %.500s", said, r.Response)
	}
	if failed, ok := want.(map[string]any); ok && failed["error"] != nil {
		return ""
	}
	if err := decode(said, Request{Hook: r.Hook, Message: message}); err != nil {
		return err.Error()
	}
	return ""
}
