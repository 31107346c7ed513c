package remote_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/embedtest"
	"github.com/naru-rag/naru/embed/remote"
)

var credentials = aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: "secret"}

// newBedrockServer answers as Bedrock's runtime does for one model, with what answer
// makes of a body. It checks the signatures of requests.
func newBedrockServer(t *testing.T, model string, answer func(w http.ResponseWriter, body map[string]any)) remote.Options {
	t.Setenv("AWS_ACCESS_KEY_ID", credentials.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", credentials.SecretAccessKey)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		checkSignature(t, r, raw)
		if want := "/model/" + url.PathEscape(model) + "/invoke"; r.Method != http.MethodPost || r.URL.EscapedPath() != strings.ReplaceAll(want, ":", "%3A") {
			t.Errorf("%s %s", r.Method, r.URL.EscapedPath())
		}
		var body map[string]any
		if err := json.Unmarshal(raw, &body); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		answer(w, body)
	}))
	t.Cleanup(s.Close)
	return remote.Options{
		Kind: remote.Bedrock, URL: s.URL, Region: "eu-west-3", Model: model, Dimensions: embedtest.Dimensions,
		Timeout: 5 * time.Second, Random: func() float64 { return 0 },
	}
}

// checkSignature signs the request again and compares.
func checkSignature(t *testing.T, r *http.Request, body []byte) {
	t.Helper()
	got := r.Header.Get("Authorization")
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		t.Errorf("the request has no date: %v", err)
		return
	}
	_, list, _ := strings.Cut(got, "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	again, err := http.NewRequestWithContext(t.Context(), r.Method, "http://"+r.Host+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	for name := range strings.SplitSeq(list, ";") {
		if value := r.Header.Get(name); value != "" {
			again.Header.Set(name, value)
		}
	}
	sum := sha256.Sum256(body)
	err = signer.NewSigner().SignHTTP(t.Context(), credentials, again, hex.EncodeToString(sum[:]), "bedrock", "eu-west-3", at)
	if want := again.Header.Get("Authorization"); err != nil || got != want {
		t.Errorf("the signature is %s, and not %s (%v)", got, want, err)
	}
}

func TestTitan(t *testing.T) {
	o := newBedrockServer(t, "amazon.titan-embed-text-v2:0", func(w http.ResponseWriter, body map[string]any) {
		if len(body) != 2 || body["dimensions"] != float64(embedtest.Dimensions) {
			t.Errorf("body is %v", body)
		}
		text, _ := body["inputText"].(string)
		_ = json.NewEncoder(w).Encode(map[string]any{"embedding": vectors(t, []string{text})[0], "inputTextTokenCount": 3})
	})
	o.AskDimensions = true
	e := open(t, o)
	embedtest.Run(t, e)
	r, err := e.Embed(t.Context(), embed.Passage, []string{"a", "b", "c"})
	if err != nil || r.Tokens != 9 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestCohere(t *testing.T) {
	var sent []map[string]any
	o := newBedrockServer(t, "eu.cohere.embed-v4:0", func(w http.ResponseWriter, body map[string]any) {
		sent = append(sent, body)
		var texts []string
		all, _ := body["texts"].([]any)
		for _, text := range all {
			texts = append(texts, fmt.Sprint(text))
		}
		w.Header().Set("X-Amzn-Bedrock-Input-Token-Count", "5")
		_ = json.NewEncoder(w).Encode(map[string]any{"embeddings": map[string]any{"float": vectors(t, texts)}})
	})
	o.Concurrency, o.Batch = 1, 1000
	e := open(t, o)
	embedtest.Run(t, e)
	if e.Model().Batch != 96 {
		t.Errorf("a batch has %d texts, and Cohere takes 96", e.Model().Batch)
	}
	sent = nil
	for _, kind := range []embed.Kind{embed.Query, embed.Passage} {
		if r, err := e.Embed(t.Context(), kind, []string{"ship", "배"}); err != nil || r.Tokens != 5 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	body := func(inputType string) map[string]any {
		return map[string]any{"texts": []any{"ship", "배"}, "input_type": inputType, "truncate": "END", "embedding_types": []any{"float"}}
	}
	if want := []map[string]any{body("search_query"), body("search_document")}; !reflect.DeepEqual(sent, want) {
		t.Errorf("sent %v, and not %v", sent, want)
	}
}

// Bedrock's own errors are known for what they are.
func TestBedrockErrors(t *testing.T) {
	refuse := func(w http.ResponseWriter, status int, name, message string) {
		w.Header().Set("X-Amzn-ErrorType", name)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"message":%q}`, message)
	}
	times := 0
	o := newBedrockServer(t, "cohere.embed-multilingual-v3", func(w http.ResponseWriter, _ map[string]any) {
		switch times++; times {
		case 1:
			refuse(w, 429, "ThrottlingException", "Too many requests")
		case 2:
			refuse(w, 424, "ModelErrorException", "model failed")
		case 3:
			refuse(w, 503, "ServiceUnavailableException", "later")
		default:
			refuse(w, 403, "AccessDeniedException", "no access to the model")
		}
	})
	_, err := open(t, o).Embed(t.Context(), embed.Passage, []string{"ship"})
	if err == nil || times != 4 || !strings.Contains(err.Error(), "AccessDeniedException: no access to the model; check the credentials, and that the account may use the model in region eu-west-3") ||
		strings.Contains(err.Error(), credentials.SecretAccessKey) {
		t.Errorf("after %d requests: %v", times, err)
	}
}
