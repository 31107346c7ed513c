package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store/remote"
)

func (o *origins) residency(c *Config) {
	r := &c.Residency
	if _, given := o.lines["residency"]; !given && !r.Given() {
		return
	}
	policy, wrong := r.policy()
	for _, w := range wrong {
		o.wrongKey("residency."+w.Key, "%s", w.Text)
	}
	if policy == nil {
		return
	}
	o.declared(policy, "asker.regions", c.Asker.Regions...)
	for i := range c.Access.OIDC {
		o.declared(policy, fmt.Sprintf("access.oidc[%d].regions", i), c.Access.OIDC[i].Regions...)
	}
	for i := range c.Sources {
		o.sourceRegion(policy, fmt.Sprintf("sources[%d].region", i), c.Sources[i].Region)
	}
	for i := range r.Regions {
		o.regionStore(policy, fmt.Sprintf("residency.regions[%d].store", i), &r.Regions[i])
	}
}

func (o *origins) declared(p *region.Policy, key string, names ...string) {
	for _, name := range names {
		if !p.Declared(name) {
			o.wrongKey(key, "has %q, which residency.regions does not declare", name)
		}
	}
}

// sourceRegion: under a policy, documents are of a region, and of one whose documents may
// be here.
func (o *origins) sourceRegion(p *region.Policy, key, name string) {
	switch {
	case name == "":
		o.wrongKey(key, "is not set, and residency is: must say which region its documents belong to")
	case !p.Declared(name):
		o.wrongKey(key, "is %q, which residency.regions does not declare", name)
	default:
		if ok, why := p.Allows(region.Search, name, p.Here()); !ok {
			o.wrongKey(key, "is %q, whose documents may not be in %s, where this process runs: %s", name, p.Here(), why)
		}
	}
}

// regionStore: a process has the address and the key of a store only where it may search
// there.
func (o *origins) regionStore(p *region.Policy, key string, r *Region) {
	s := &r.Store
	if s.URL == "" {
		if *s != (RegionStore{}) {
			o.wrongKey(key+".url", "is not set, and other keys of the store are: set it, or take them out")
		}
		return
	}
	if r.Name == p.Here() {
		o.wrongKey(key, "is of %s, where this process runs: its store is that of the key store", r.Name)
		return
	}
	if ok, why := p.Allows(region.Search, r.Name, p.Here()); !ok {
		o.wrongKey(key, "is given, and may not be asked from %s: %s; take it out, so that this process holds neither its address nor its key", p.Here(), why)
		return
	}
	address, err := remote.ParseURL(s.URL)
	if err != nil {
		o.wrongKey(key+".url", "%v", err)
		return
	}
	o.keyNeedsTLS(key, address, s.TLS, s.APIKey, false, "")
	o.credentials(key, s.TLS, s.APIKey)
	o.collection(key, s.Collection)
	between(o, key+".timeout", s.Timeout, 10*time.Millisecond, time.Minute)
	if e := address.Endpoint(); !slices.Contains(p.In(e), r.Name) {
		o.wrongKey(key+".url", "is %s, which does not lie in %s: the region's endpoints are %s", e, r.Name, strings.Join(r.Endpoints, ", "))
	}
}
