package region

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// Kind is what data flows for.
type Kind string

// The kinds of flows.
const (
	// Search: documents are kept in an index there, and found, counted and cited there.
	Search Kind = "search"
	// Embed: their texts, and questions, are sent to a service there that makes vectors.
	Embed Kind = "embed"
	// Generate: passages and questions are sent to a language model there.
	Generate Kind = "generate"
	// Log: what is remembered of who asks, what is asked and what is answered is kept there.
	Log Kind = "log"
)

// Kinds are all there are.
var Kinds = []Kind{Search, Embed, Generate, Log}

// Region is a place that data belongs to and systems lie in.
type Region struct {
	Name string
	// Jurisdiction is the country whose law holds there, by ISO 3166-1: two letters.
	Jurisdiction string
	// Languages are those of its documents (BCP 47).
	Languages []string
	// Endpoints are what lies there, each as host:port.
	Endpoints []string
}

// Flow is what a policy opens: data of one region, to another.
type Flow struct {
	Data, To string
	Kinds    []Kind
}

// Policy says which region's data may flow to which other, for what. What it does not
// open stays where it is. It does not change, and is safe for concurrent use.
type Policy struct {
	here    string
	regions []Region
	flows   []Flow
}

// Problem is one thing that is wrong with a policy.
type Problem struct {
	// Key is where: "region", "regions[1].endpoints[0]", "flows[0].to".
	Key  string
	Text string
}

func (p *Problem) Error() string { return "residency." + p.Key + " " + p.Text }

// NewPolicy is the policy of a process that runs in the region here, or what is wrong
// with it.
func NewPolicy(here string, regions []Region, flows []Flow) (*Policy, []*Problem) {
	p := &Policy{here, slices.Clone(regions), slices.Clone(flows)}
	c := &check{policy: p}
	c.here()
	for i := range regions {
		c.region(i)
	}
	for i := range flows {
		c.flow(i)
	}
	if len(c.wrong) > 0 {
		return nil, c.wrong
	}
	return p, nil
}

// Here is the region that the process runs in.
func (p *Policy) Here() string { return p.here }

// Regions are all that are declared, in their order.
func (p *Policy) Regions() []Region { return slices.Clone(p.regions) }

// Declared tells whether there is a region of that name.
func (p *Policy) Declared(name string) bool {
	return slices.ContainsFunc(p.regions, func(r Region) bool { return r.Name == name })
}

// Allows tells whether data of a region may flow to another for something, and why.
func (p *Policy) Allows(kind Kind, data, to string) (bool, string) {
	switch {
	case !slices.Contains(Kinds, kind):
		return false, fmt.Sprintf("there is no flow %q", kind)
	case data == "":
		return false, "data without a region may be nowhere"
	case !p.Declared(data):
		return false, fmt.Sprintf("region %q is not declared", data)
	case !p.Declared(to):
		return false, fmt.Sprintf("region %q is not declared", to)
	case data == to:
		return true, "it stays in its region"
	}
	for i, f := range p.flows {
		if f.Data == data && f.To == to && slices.Contains(f.Kinds, kind) {
			return true, fmt.Sprintf("residency.flows[%d] opens it", i)
		}
	}
	return false, fmt.Sprintf("no flow opens %s of %s to %s", kind, data, to)
}

// Visible are the regions whose documents may be here: found, counted and cited. They
// are in the order of their declaration.
func (p *Policy) Visible() []string {
	var all []string
	for _, r := range p.regions {
		if ok, _ := p.Allows(Search, r.Name, p.here); ok {
			all = append(all, r.Name)
		}
	}
	return all
}

// In are the regions that an endpoint is declared to lie in. Several are of one
// jurisdiction.
func (p *Policy) In(e Endpoint) []string {
	var all []string
	for _, r := range p.regions {
		if slices.ContainsFunc(r.Endpoints, func(text string) bool {
			host, port, err := net.SplitHostPort(text)
			return err == nil && port == e.Port && same(host, e.Host)
		}) {
			all = append(all, r.Name)
		}
	}
	return all
}

// elsewhere are the addresses that are declared in regions other than those of an
// endpoint: what its name may not lead to.
func (p *Policy) elsewhere(e Endpoint) (all []netip.AddrPort) {
	in := p.In(e)
	for _, r := range p.regions {
		if slices.Contains(in, r.Name) {
			continue
		}
		for _, text := range r.Endpoints {
			if a, err := netip.ParseAddrPort(text); err == nil {
				all = append(all, netip.AddrPortFrom(a.Addr().Unmap(), a.Port()))
			}
		}
	}
	return all
}

// check collects what is wrong with a policy.
type check struct {
	policy *Policy
	wrong  []*Problem
}

func (c *check) add(key, format string, args ...any) {
	c.wrong = append(c.wrong, &Problem{key, fmt.Sprintf(format, args...)})
}

func (c *check) names() string {
	var all []string
	for _, r := range c.policy.regions {
		all = append(all, r.Name)
	}
	return strings.Join(all, ", ")
}

func (c *check) here() {
	p := c.policy
	switch {
	case len(p.regions) == 0:
		c.add("regions", "is empty: a policy declares at least the region that this process runs in")
	case p.here == "":
		c.add("region", "is empty: must say which of %s this process runs in", c.names())
	case !p.Declared(p.here):
		c.add("region", "is %q, which is not declared: there are %s", p.here, c.names())
	}
}

// name is what a region may be called: it stands in lists, logs and messages.
var name = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$`)

func (c *check) region(i int) {
	r, key := &c.policy.regions[i], fmt.Sprintf("regions[%d]", i)
	switch {
	case !name.MatchString(r.Name):
		c.add(key+".name", "is %q: must have 1 to 64 of a-z, A-Z, 0-9, . _ -", r.Name)
	case slices.ContainsFunc(c.policy.regions[:i], func(b Region) bool { return strings.EqualFold(b.Name, r.Name) }):
		c.add(key+".name", "is %q, which is declared already", r.Name)
	}
	if country, err := language.ParseRegion(r.Jurisdiction); err != nil || !country.IsCountry() || country.Canonicalize().String() != r.Jurisdiction {
		c.add(key+".jurisdiction", "is %q: must be a country by ISO 3166-1, in two capital letters, such as KR", r.Jurisdiction)
	}
	for j, l := range r.Languages {
		if _, err := language.Parse(l); err != nil {
			c.add(fmt.Sprintf("%s.languages[%d]", key, j), "is %q: must be a language by BCP 47, such as ko", l)
		}
	}
	for j := range r.Endpoints {
		c.endpoint(i, j)
	}
}

func (c *check) endpoint(i, j int) {
	r, text, key := &c.policy.regions[i], c.policy.regions[i].Endpoints[j], fmt.Sprintf("regions[%d].endpoints[%d]", i, j)
	host, port, err := net.SplitHostPort(text)
	if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || host == "" || wrong != nil || n == 0 || strings.ContainsAny(host, "/*@ ") {
		c.add(key, "is %q: must be host:port, such as qdrant.example.kr:6334", text)
		return
	}
	e := Endpoint{Host: host, Port: port}
	for k := range c.policy.regions[:i+1] {
		other := &c.policy.regions[k]
		at := slices.IndexFunc(other.Endpoints, func(text string) bool {
			h, p, err := net.SplitHostPort(text)
			return err == nil && p == e.Port && same(h, e.Host)
		})
		switch {
		case at < 0:
		case k == i && at < j:
			c.add(key, "is %q, which is there already", text)
		case k != i && other.Jurisdiction != r.Jurisdiction:
			c.add(key, "is %q, which regions[%d] declares to lie in %s: it cannot lie in %s too", text, k, other.Jurisdiction, r.Jurisdiction)
		}
	}
	if country, because := Shown(host); country != "" && country != r.Jurisdiction {
		c.add(key, "is %q, which lies in %s (%s) and not in %s", text, country, because, r.Jurisdiction)
	}
}

func (c *check) flow(i int) {
	f, key := &c.policy.flows[i], fmt.Sprintf("flows[%d]", i)
	for _, end := range []struct{ key, name string }{{".data", f.Data}, {".to", f.To}} {
		if !c.policy.Declared(end.name) {
			c.add(key+end.key, "is %q, which is not declared: there are %s", end.name, c.names())
		}
	}
	if f.Data == f.To {
		c.add(key+".to", "is %q, where the data is: a region's data may always be there", f.To)
	}
	if len(f.Kinds) == 0 {
		c.add(key+".kinds", "is empty: must have some of %s", kinds())
	}
	for j, k := range f.Kinds {
		at := fmt.Sprintf("%s.kinds[%d]", key, j)
		switch {
		case !slices.Contains(Kinds, k):
			c.add(at, "is %q: there are %s", k, kinds())
		case slices.Contains(f.Kinds[:j], k):
			c.add(at, "is %q, which is there already", k)
		default:
			for n, before := range c.policy.flows[:i] {
				if before.Data == f.Data && before.To == f.To && slices.Contains(before.Kinds, k) {
					c.add(at, "is %q, which flows[%d] opens already: closing one would leave the other open", k, n)
				}
			}
		}
	}
}

func kinds() string {
	all := make([]string, len(Kinds))
	for i, k := range Kinds {
		all[i] = string(k)
	}
	return strings.Join(all, ", ")
}
