package remote_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/embedtest"
	"github.com/naru-rag/naru/embed/remote"
)

func TestContract(t *testing.T) {
	o := newServer(t).options()
	o.Batch, o.BatchTokens = 3, 500
	embedtest.Run(t, open(t, o))
}

func TestWhatIsSent(t *testing.T) {
	s := newServer(t)
	o := s.options()
	o.URL += "/"
	o.AskDimensions = true
	o.Query, o.Passage = remote.Form{Model: "m-query", Prefix: "query: "}, remote.Form{InputType: "document"}
	e := open(t, o)
	for _, kind := range []embed.Kind{embed.Query, embed.Passage} {
		r, err := e.Embed(t.Context(), kind, []string{"배", "ship"})
		if err != nil || r.Tokens != 6 {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	document, size := "document", embedtest.Dimensions
	want := []request{
		{Input: []string{"query: 배", "query: ship"}, Model: "m-query", Format: "float", Dimensions: &size},
		{Input: []string{"배", "ship"}, Model: "m", Format: "float", Dimensions: &size, InputType: &document},
	}
	if got := s.requests(); !reflect.DeepEqual(got, want) {
		t.Errorf("sent %+v, and not %+v", got, want)
	}
}

// The environment is not asked who to send documents to.
func TestEnvironmentIsIgnored(t *testing.T) {
	for _, name := range []string{"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"} {
		t.Setenv(name, "http://elsewhere.invalid/v1")
	}
	s := newServer(t)
	if _, err := open(t, s.options()).Embed(t.Context(), embed.Query, []string{"ship"}); err != nil {
		t.Error(err)
	}
}

// Whatever goes wrong on the way passes, and the vectors are right in the end.
func TestFaultsPass(t *testing.T) {
	texts := []string{"one ship", "two ships", "three boats", "a ferry"}
	want := vectors(t, texts)
	with := func(change func(v [][]float32) [][]float32) func(http.ResponseWriter, request) {
		return func(w http.ResponseWriter, sent request) { answer(w, change(vectors(t, sent.Input))) }
	}
	raw := func(body string) func(http.ResponseWriter, request) {
		return func(w http.ResponseWriter, _ request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, body)
		}
	}
	literal := func(number string) func(http.ResponseWriter, request) {
		return func(w http.ResponseWriter, sent request) {
			v := strings.TrimSuffix(strings.Repeat("0.5,", embedtest.Dimensions-1), ",") + "," + number
			var data []string
			for i := range sent.Input {
				data = append(data, fmt.Sprintf(`{"index":%d,"embedding":[%s]}`, i, v))
			}
			raw(`{"data":[`+strings.Join(data, ",")+`]}`)(w, sent)
		}
	}
	for name, fault := range map[string]func(http.ResponseWriter, request){
		"reset": func(http.ResponseWriter, request) { panic(http.ErrAbortHandler) },
		"500":   func(w http.ResponseWriter, _ request) { fail(w, 500, "server_error", "oh") },
		"503":   func(w http.ResponseWriter, _ request) { w.WriteHeader(503) },
		"429": func(w http.ResponseWriter, _ request) {
			w.Header().Set("Retry-After-Ms", "1")
			fail(w, 429, "rate", "slowly")
		},
		"hang": func(_ http.ResponseWriter, _ request) { time.Sleep(1200 * time.Millisecond) },
		"cut in the body": func(w http.ResponseWriter, sent request) {
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, `{"data":[`)
		},
		"wrong dimension": with(func(v [][]float32) [][]float32 { v[0] = v[0][:3]; return v }),
		"too few":         with(func(v [][]float32) [][]float32 { return v[1:] }),
		"too many":        with(func(v [][]float32) [][]float32 { return append(v, v[0]) }),
		"none":            with(func(v [][]float32) [][]float32 { return nil }),
		"zeros":           with(func(v [][]float32) [][]float32 { clear(v[0]); return v }),
		"NaN":             literal("NaN"),
		"null":            literal("null"),
		"Infinity":        literal("Infinity"),
		"too large":       literal("1e300"),
		"text":            literal(`"0.5"`),
		"same index":      raw(`{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]},{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`),
		"wrong index":     raw(`{"data":[{"index":-1,"embedding":[1]},{"index":9,"embedding":[1]},{"index":2,"embedding":[1]},{"index":3,"embedding":[1]}]}`),
		"no JSON":         raw(`<html>login</html>`),
		"a web page":      func(w http.ResponseWriter, _ request) { fmt.Fprint(w, `<html>login</html>`) },
		"empty":           raw(``),
		"error with 200":  raw(`{"error":{"message":"overloaded"}}`),
		"huge": func(w http.ResponseWriter, sent request) {
			w.Header().Set("Content-Type", "application/json")
			for range 65 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			var times atomic.Int64
			s.before = func(w http.ResponseWriter, sent request) bool {
				if times.Add(1) > 2 {
					return false
				}
				fault(w, sent)
				return true
			}
			o := s.options()
			if name == "hang" {
				o.Timeout = time.Second
			}
			o.Concurrency = 1
			r, err := open(t, o).Embed(t.Context(), embed.Passage, texts)
			if err != nil || len(r.Refused) > 0 || !reflect.DeepEqual(r.Vectors, want) {
				t.Errorf("%v, refused %v", err, r.Refused)
			}
			if n := len(s.requests()); n != 3 {
				t.Errorf("%d requests were sent, and not 3", n)
			}
		})
	}
}

// Vectors come in any order; their indices tell.
func TestOrder(t *testing.T) {
	s := newServer(t)
	s.before = func(w http.ResponseWriter, sent request) bool {
		var data []string
		for i, v := range slices.Backward(vectors(t, sent.Input)) {
			data = append(data, strings.ReplaceAll(fmt.Sprintf(`{"index":%d,"embedding":%v}`, i, v), " ", ","))
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(data, ","))
		return true
	}
	texts := []string{"one ship", "two boats", "a ferry"}
	r, err := open(t, s.options()).Embed(t.Context(), embed.Passage, texts)
	if err != nil || !reflect.DeepEqual(r.Vectors, vectors(t, texts)) {
		t.Errorf("%v, %v", r, err)
	}
}

// What cannot be mended is told at once, with what to do.
func TestHopeless(t *testing.T) {
	for name, tt := range map[string]struct {
		answer   func(http.ResponseWriter)
		requests int
		want     string
	}{
		"key":     {func(w http.ResponseWriter) { fail(w, 401, "invalid_api_key", "Incorrect API key") }, 1, "status 401 (unauthorized): Incorrect API key; check embedder.api_key"},
		"address": {func(w http.ResponseWriter) { w.WriteHeader(404) }, 1, "check embedder.url and embedder.model"},
		"quota":   {func(w http.ResponseWriter) { fail(w, 429, "insufficient_quota", "You exceeded your current quota") }, 1, "what was paid for is used up"},
		"redirect": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://elsewhere.invalid/")
			w.WriteHeader(307)
		}, 10, "it redirects to http://elsewhere.invalid/, which is not followed: set embedder.url"},
		"model":       {func(w http.ResponseWriter) { fail(w, 400, "model", "no such model\n\x1b[31m") }, 2, "no such model [31m; check embedder.model and what it takes"},
		"always down": {func(w http.ResponseWriter) { w.WriteHeader(502) }, 10, "after 5 attempts: status 502 (bad gateway)"},
		"dimensions":  {func(w http.ResponseWriter) { answer(w, [][]float32{{1, 2}, {3, 4}}) }, 10, "the vector has 2 dimensions and not 64; see embedder.dimensions"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.before = func(w http.ResponseWriter, _ request) bool { tt.answer(w); return true }
			r, err := open(t, s.options()).Embed(t.Context(), embed.Passage, []string{"a", "b"})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), key) {
				t.Errorf("%+v, %v", r, err)
			}
			if n := len(s.requests()); n != tt.requests {
				t.Errorf("%d requests were sent, and not %d", n, tt.requests)
			}
		})
	}
}

// A text that the service fails on, or refuses, takes no other text with it.
func TestPoison(t *testing.T) {
	for _, status := range []int{500, 400} {
		s := newServer(t)
		s.before = func(w http.ResponseWriter, sent request) bool {
			bad := slices.ContainsFunc(sent.Input, func(text string) bool { return strings.Contains(text, "poison") })
			if bad {
				fail(w, status, "x", "cannot")
			}
			return bad
		}
		var texts []string
		for i := range 50 {
			texts = append(texts, fmt.Sprint("ship number ", i))
		}
		texts[7], texts[31] = "poison", "poison too"
		r, err := open(t, s.options()).Embed(t.Context(), embed.Passage, texts)
		if err != nil || len(r.Refused) != 2 || r.Refused[0].Text != 7 || r.Refused[1].Text != 31 || !strings.Contains(r.Refused[0].Err.Error(), "cannot") {
			t.Fatalf("%d: %v, %v", status, err, r.Refused)
		}
		want := vectors(t, texts)
		want[7], want[31] = nil, nil
		if !reflect.DeepEqual(r.Vectors, want) {
			t.Errorf("%d: vectors are not those of their texts", status)
		}
	}
}

// A text that is too long for the service is embedded by its beginning.
func TestTooLong(t *testing.T) {
	s := newServer(t)
	s.before = func(w http.ResponseWriter, sent request) bool {
		long := slices.ContainsFunc(sent.Input, func(text string) bool { return len(text) > 1000 })
		if long {
			fail(w, 413, "too_long", "maximum context length")
		}
		return long
	}
	long := strings.Repeat("나루 ", 1000)
	r, err := open(t, s.options()).Embed(t.Context(), embed.Passage, []string{"ship", long, "boat"})
	if err != nil || len(r.Refused) > 0 {
		t.Fatalf("%v, %v", err, r.Refused)
	}
	sent := s.requests()
	if last := sent[len(sent)-2].Input[0]; !strings.HasPrefix(long, last) || len(last) < 500 {
		t.Errorf("%d bytes were embedded", len(last))
	}
}

func TestOpenRefuses(t *testing.T) {
	for want, o := range map[string]remote.Options{
		"embedder.dimensions is 0":                        {Kind: remote.OpenAI, URL: "http://h", Model: "m"},
		"embedder.url is empty":                           {Kind: remote.OpenAI, Model: "m", Dimensions: 3},
		`embedder.kind is "x"`:                            {Kind: "x", Model: "m", Dimensions: 3},
		`embedder.model is "amazon.titan-image"`:          {Kind: remote.Bedrock, Model: "amazon.titan-image", Dimensions: 3, Region: "eu-west-3"},
		"embedder.query.model and embedder.passage.model": {Kind: remote.Bedrock, Model: "cohere.embed-v4:0", Query: remote.Form{Model: "q"}, Dimensions: 3, Region: "eu-west-3"},
	} {
		if _, err := remote.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// What makes other vectors is another model; where it is asked is not.
func TestModelID(t *testing.T) {
	base := remote.Options{Kind: remote.OpenAI, URL: "http://a/v1", Model: "m", Dimensions: 3}
	id := func(change func(*remote.Options)) string {
		o := base
		change(&o)
		return open(t, o).Model().ID
	}
	same := id(func(*remote.Options) {})
	for _, change := range []func(*remote.Options){
		func(o *remote.Options) { o.URL = "http://b/v1" }, func(o *remote.Options) { o.Query.Prefix = "query: " }, func(o *remote.Options) { o.Batch = 9 },
	} {
		if got := id(change); got != same {
			t.Errorf("%s is not %s", got, same)
		}
	}
	for _, change := range []func(*remote.Options){
		func(o *remote.Options) { o.Model = "n" }, func(o *remote.Options) { o.Dimensions = 4 }, func(o *remote.Options) { o.Passage.Prefix = "passage: " },
		func(o *remote.Options) { o.Passage.InputType = "document" }, func(o *remote.Options) { o.Revision = "2" },
	} {
		if got := id(change); got == same {
			t.Errorf("%s is that of another model", got)
		}
	}
}
