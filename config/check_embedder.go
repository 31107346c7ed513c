package config

import (
	"net"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// kinds are those of embedders, with the keys that each can do without and those
// that it must have.
var kinds = []struct {
	kind     EmbedderKind
	required []string
	allowed  []string
}{
	{kind: EmbedderBundled},
	{kind: EmbedderFile, required: []string{"file"}},
	{kind: EmbedderOpenAI, required: []string{"url", "model", "dimensions"}, allowed: []string{"api_key", "allow_key_without_tls", "tls", "ask_dimensions",
		"revision", "query", "passage", "batch", "batch_tokens", "concurrency", "timeout", "query_timeout", "attempts", "patience", "price"}},
	{kind: EmbedderBedrock, required: []string{"model", "dimensions"}, allowed: []string{"url", "region", "ask_dimensions",
		"revision", "query", "passage", "batch", "batch_tokens", "concurrency", "timeout", "query_timeout", "attempts", "patience", "price"}},
	{kind: EmbedderNone},
}

func (o *origins) embedder(e *Embedder) {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k.kind))
		if k.kind == e.Kind {
			o.embedderKeys(e, k.required, k.allowed)
		}
	}
	if !slices.Contains(names, string(e.Kind)) {
		o.wrongKey("embedder.kind", "is %q: must be one of %s", e.Kind, strings.Join(names, ", "))
		return
	}
	const key = "embedder."
	if e.Dimensions != 0 {
		between(o, key+"dimensions", e.Dimensions, 1, 65_536)
	}
	o.embedderURL(e)
	o.credentials("embedder", e.TLS, e.APIKey)
	between(o, key+"batch", e.Batch, 1, 2048)
	between(o, key+"batch_tokens", e.BatchTokens, 64, 1_000_000)
	between(o, key+"concurrency", e.Concurrency, 1, 256)
	between(o, key+"timeout", e.Timeout, 100*time.Millisecond, time.Hour)
	between(o, key+"query_timeout", e.QueryTimeout, 100*time.Millisecond, time.Minute)
	between(o, key+"attempts", e.Attempts, 1, 20)
	between(o, key+"patience", e.Patience, time.Second, 30*24*time.Hour)
	if e.Price.PerMillion < 0 {
		o.wrongKey(key+"price.per_million", "is %v: must not be negative", e.Price.PerMillion)
	}
}

// embedderKeys reports what a kind of embedder must have and lacks, and what is
// set and would have no effect.
func (o *origins) embedderKeys(e *Embedder, required, allowed []string) {
	defaults := fields(reflect.ValueOf(&Default().Embedder).Elem())
	for i, f := range fields(reflect.ValueOf(e).Elem()) {
		set := !reflect.DeepEqual(f.value.Interface(), defaults[i].value.Interface())
		switch {
		case f.name == "kind":
		case slices.Contains(required, f.name):
			if !set {
				o.wrongKey("embedder."+f.name, "is not set, and embedder.kind is %s, which needs it", e.Kind)
			}
		case set && !slices.Contains(allowed, f.name):
			o.wrongKey("embedder."+f.name, "is set, and embedder.kind is %s, for which it means nothing: change the kind, or remove it", e.Kind)
		}
	}
}

func (o *origins) embedderURL(e *Embedder) {
	if e.URL == "" {
		return
	}
	const key = "embedder.url"
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		o.wrongKey(key, "is not an address: must be http:// or https:// with a host, such as http://127.0.0.1:8000/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		o.wrongKey(key, "has more than a host and a path: put a key into embedder.api_key")
	case strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/embeddings"):
		o.wrongKey(key, "ends with /embeddings, which is added: leave it out")
	case u.Scheme == "http" && e.TLS != (TLS{}):
		o.wrongKey(key, "is without TLS, and embedder.tls asks for it: write https://")
	case u.Scheme == "http" && e.APIKey != "" && !e.AllowKeyWithoutTLS && !loopback(u.Hostname()):
		o.wrongKey(key, "would send embedder.api_key unencrypted to another machine: write https://, or set embedder.allow_key_without_tls")
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
