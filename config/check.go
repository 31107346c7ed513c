package config

import (
	"net"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/remote"
)

// check reports values that are not allowed.
func (o *origins) check(c *Config) {
	o.given("data", c.Data)
	o.words("asker.tenant", c.Asker.Tenant)
	o.words("asker.principals", c.Asker.Principals...)
	o.words("asker.regions", c.Asker.Regions...)
	o.access(&c.Access)
	o.state(&c.State)
	o.audit(c)
	o.egress(&c.Egress)
	o.residency(c)
	o.sources(c.Sources)
	o.schedules(c)
	o.queues(&c.Queues)
	o.embedder(&c.Embedder)
	o.server(&c.Store)
	o.settings(&c.Store.Settings)
	between(o, "store.memory", c.Store.Memory, 16*MiB, 1<<10*GiB)
	o.plugins(&c.Plugins)
}

func (o *origins) server(s *Store) {
	if s.URL != "" {
		address, err := remote.ParseURL(s.URL)
		switch {
		case err != nil:
			o.wrongKey("store.url", "%v", err)
		default:
			o.keyNeedsTLS("store", address, s.TLS, s.APIKey, s.AllowKeyWithoutTLS, ", or set store.allow_key_without_tls")
		}
	}
	o.credentials("store", s.TLS, s.APIKey)
	o.collection("store", s.Collection)
	if err := store.CheckFusion(s.Fusion); err != nil {
		o.wrongKey("store.fusion", "%v", err)
	}
	between(o, "store.timeout", s.Timeout, 10*time.Millisecond, 10*time.Minute)
	between(o, "store.retries.attempts", s.Retries.Attempts, 1, 20)
	between(o, "store.retries.first", s.Retries.First, time.Millisecond, time.Minute)
	between(o, "store.retries.longest", s.Retries.Longest, s.Retries.First, 5*time.Minute)
	between(o, "store.pool_size", s.PoolSize, 1, 64)
	between(o, "store.max_message", s.MaxMessage, 1*MiB, 1*GiB)
	between(o, "store.batch", s.Batch, 64*KiB, s.MaxMessage)
}

// keyNeedsTLS: a key goes to another machine encrypted, or where that is allowed. other is
// what else may be done about it.
func (o *origins) keyNeedsTLS(section string, a remote.Address, t TLS, key Secret, allowed bool, other string) {
	switch {
	case a.Scheme == "http" && t != (TLS{}):
		o.wrongKey(section+".url", "is http://%s, which is without TLS, and %s.tls asks for it: write https://", net.JoinHostPort(a.Host, a.Port), section)
	case a.Scheme != "https" && t == (TLS{}) && key != "" && !allowed && !a.Loopback():
		o.wrongKey(section+".url", "would send %s.api_key unencrypted to another machine: write https://%s", section, other)
	}
}

func (o *origins) collection(section, name string) {
	if name == "" || len(name) > 200 || strings.ContainsAny(name, `<>:"/\|?*`) || strings.ContainsFunc(name, unicode.IsControl) {
		o.wrongKey(section+".collection", "is %q: must have 1 to 200 bytes and none of < > : \" / \\ | ? *", name)
	}
}

// credentials are what a section has to be recognised by, and to recognise.
func (o *origins) credentials(section string, t TLS, key Secret) {
	if (t.Cert == "") != (t.Key == "") {
		o.wrongKey(section+".tls", "has only one of cert and key: they go together")
	}
	if strings.ContainsFunc(key.Reveal(), func(r rune) bool { return r < '!' || r > '~' }) {
		o.wrongKey(section+".api_key", "has blanks or characters outside ASCII, which a header cannot carry")
	}
}

func (o *origins) settings(s *store.Settings) {
	const key = "store.settings."
	between(o, key+"shards", s.Shards, 0, 10_000)
	between(o, key+"replication_factor", s.ReplicationFactor, 0, 100)
	between(o, key+"write_consistency_factor", s.WriteConsistencyFactor, 0, 100)
	if s.ReplicationFactor > 0 && s.WriteConsistencyFactor > s.ReplicationFactor {
		o.wrongKey(key+"write_consistency_factor", "is %d: must be at most replication_factor, which is %d, or no write is ever confirmed",
			s.WriteConsistencyFactor, s.ReplicationFactor)
	}
	allowed := []store.Quantization{"", store.QuantizationNone, store.QuantizationInt8}
	if !slices.Contains(allowed, s.Quantization) {
		o.wrongKey(key+"quantization", "is %q: must be none, int8, or empty for the server's choice", s.Quantization)
	}
	between(o, key+"hnsw.m", s.HNSW.M, 0, 512)
	between(o, key+"hnsw.ef_construct", s.HNSW.EfConstruct, 0, 4096)
	if s.HNSW.EfConstruct > 0 && s.HNSW.EfConstruct < 4 {
		o.wrongKey(key+"hnsw.ef_construct", "is %d: must be at least 4, or 0 for the server's choice", s.HNSW.EfConstruct)
	}
}

func between[N int | time.Duration | Bytes](o *origins, key string, value, least, most N) {
	if value < least || value > most {
		o.wrongKey(key, "is %v: must be from %v to %v", value, least, most)
	}
}

func (o *origins) given(key, value string) {
	if value == "" {
		o.wrongKey(key, "is empty: must be a path")
	}
}

// words are names of tenants, principals or regions.
func (o *origins) words(key string, names ...string) {
	for _, name := range names {
		if name == "" || len(name) > 256 || strings.ContainsFunc(name, unicode.IsControl) || strings.TrimSpace(name) != name {
			o.wrongKey(key, "is %q: must have 1 to 256 bytes, no control characters, and no blanks around it", name)
		}
	}
}
