package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/manifest"
)

func (o *origins) plugins(p *Plugins) {
	for i, k := range p.Trust {
		o.key(fmt.Sprintf("plugins.trust[%d]", i), k)
	}
	if p.Admission != "" {
		o.key("plugins.admission", p.Admission)
	}
	between(o, "plugins.ceiling.fuel", p.Ceiling.Fuel, 1_000, 100_000_000_000)
	between(o, "plugins.ceiling.memory", p.Ceiling.Memory, 64*KiB, 1*GiB)
	between(o, "plugins.ceiling.deadline", p.Ceiling.Deadline, time.Millisecond, 10*time.Minute)
	between(o, "plugins.ceiling.output", p.Ceiling.Output, 1, 64*MiB)
	for i := range p.Use {
		o.plugin(fmt.Sprintf("plugins.use[%d]", i), &p.Use[i], p.Use[:i])
	}
}

func (o *origins) plugin(key string, p *Plugin, before []Plugin) {
	if !manifest.Name(p.Name) {
		o.wrongKey(key+".name", "is %q: must be the name of a plugin, in lower case, such as redact-pii", p.Name)
	}
	if slices.ContainsFunc(before, func(b Plugin) bool { return b.Name == p.Name }) {
		o.wrongKey(key+".name", "is %q, which is there already: a plugin takes part once", p.Name)
	}
	if p.Digest != "" && !manifest.IsDigest(p.Digest) {
		o.wrongKey(key+".digest", "is %q: must be sha256: and 64 hexadecimal digits, as `naru plugin list` shows it", p.Digest)
	}
	for _, h := range p.Hooks {
		var hook abi.Hook
		if err := hook.UnmarshalText([]byte(h)); err != nil {
			o.wrongKey(key+".hooks", "has %q: there are document, query, passages and answer", h)
		}
	}
	for _, g := range p.Grants {
		if !slices.Contains(manifest.AllGrants, g) {
			o.wrongKey(key+".grants", "has %q: there are %s", g, strings.Join(manifest.AllGrants, ", "))
		}
	}
	for _, needs := range []struct{ name, file, grant string }{{"config", p.Config, abi.ImportConfig}, {"table", p.Table, abi.ImportLookup}} {
		if needs.file != "" && !slices.Contains(p.Grants, needs.grant) {
			o.wrongKey(key+"."+needs.name, "is given, and the plugin cannot read it: add %s to grants", needs.grant)
		}
	}
	switch p.OnFailure {
	case "":
		p.OnFailure = PluginSkip
	case PluginSkip, PluginFail:
	default:
		o.wrongKey(key+".on_failure", "is %q: must be skip or fail", p.OnFailure)
	}
}

func (o *origins) key(at, key string) {
	if _, err := manifest.Key(key).Public(); err != nil {
		o.wrongKey(at, "%v", err)
	}
}
