package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/naru-rag/naru/embed"
)

// openAI is the embeddings endpoint of OpenAI's API (POST /embeddings), as others
// serve it too.
type openAI struct {
	opt    *Options
	client *http.Client
}

func newOpenAI(o *Options) (*openAI, error) {
	if o.URL == "" {
		return nil, errors.New("embedder.url is empty: must be the address of the service, up to and without /embeddings")
	}
	if err := o.guard(o.URL); err != nil {
		return nil, err
	}
	return &openAI{opt: o, client: httpClient(o, &http.Transport{ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second})}, nil
}

func (*openAI) most() int { return 0 }

// openAIRequest is the body of a request.
type openAIRequest struct {
	Input          []string `json:"input"`
	Model          string   `json:"model"`
	EncodingFormat string   `json:"encoding_format"`
	Dimensions     int      `json:"dimensions,omitempty"`
	InputType      string   `json:"input_type,omitempty"`
}

// ask implements [service].
func (s *openAI) ask(ctx context.Context, kind embed.Kind, texts []string) (reply, error) {
	form := s.opt.form(kind)
	sent := openAIRequest{Input: texts, Model: form.Model, EncodingFormat: "float", InputType: form.InputType}
	if s.opt.AskDimensions {
		sent.Dimensions = s.opt.Dimensions
	}
	body, err := json.Marshal(sent)
	if err != nil {
		return reply{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(s.opt.URL, "/")+"/embeddings", bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	if s.opt.APIKey != "" {
		r.Header.Set("Authorization", "Bearer "+s.opt.APIKey)
	}
	response, err := s.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	switch {
	case response.StatusCode != http.StatusOK:
		return reply{}, readOpenAIError(response, raw)
	case err != nil:
		return reply{}, fmt.Errorf("read the answer: %w", err)
	}
	return readOpenAI(raw, len(texts))
}

// readOpenAI reads a response for so many texts.
func readOpenAI(raw []byte, texts int) (reply, error) {
	var body struct {
		Data []struct {
			Index     *int    `json:"index"`
			Embedding numbers `json:"embedding"`
		} `json:"data"`
		Usage struct {
			PromptTokens int `json:"prompt_tokens"`
			TotalTokens  int `json:"total_tokens"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return reply{}, fmt.Errorf("the answer cannot be read: %w", err)
	}
	if len(body.Data) != texts {
		return reply{}, fmt.Errorf("the answer has %d vectors for %d texts", len(body.Data), texts)
	}
	answered := reply{vectors: make([][]float32, texts), tokens: max(body.Usage.PromptTokens, body.Usage.TotalTokens, 0)}
	for i, d := range body.Data {
		at := i
		if d.Index != nil {
			at = *d.Index
		}
		if at < 0 || at >= texts || answered.vectors[at] != nil {
			return reply{}, fmt.Errorf("the answer has index %d twice, or has it for %d texts", at, texts)
		}
		answered.vectors[at] = d.Embedding
	}
	return answered, nil
}

// numbers reads an array of numbers, and nothing that merely becomes one.
type numbers []float32

// UnmarshalJSON implements json.Unmarshaler. A null, which would be left as zero,
// is an error.
func (n *numbers) UnmarshalJSON(raw []byte) error {
	if bytes.Contains(raw, []byte("null")) {
		return errors.New("a vector has null in it")
	}
	return json.Unmarshal(raw, (*[]float32)(n))
}

// readOpenAIError reads an answer that is no success. What is in it of use is the
// service's to say, in more than one form.
func readOpenAIError(response *http.Response, raw []byte) error {
	var body struct {
		Error json.RawMessage `json:"error"`
	}
	var inner struct {
		Message string `json:"message"`
		Code    any    `json:"code"`
	}
	r := &refusal{status: response.StatusCode, after: retryAfter(response.Header, time.Now()), message: quoted(string(raw))}
	if json.Unmarshal(raw, &body) != nil {
		return r
	}
	var text string
	switch {
	case json.Unmarshal(body.Error, &inner) == nil && inner.Message != "":
		r.message, r.quota = quoted(inner.Message), inner.Code == "insufficient_quota"
	case json.Unmarshal(body.Error, &text) == nil && text != "":
		r.message = quoted(text)
	}
	return r
}
