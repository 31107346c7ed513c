package config

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/naru-rag/naru/access"
)

func (o *origins) access(a *Access) {
	if a.Gateway && a.Required {
		o.wrongKey("access.gateway", "is true, and so is access.required: either the gateway knows who asks, or Naru asks for a key")
	}
	for i, origin := range a.Origins {
		if err := http.NewCrossOriginProtection().AddTrustedOrigin(origin); err != nil {
			o.wrongKey(fmt.Sprintf("access.origins[%d]", i), "is %q: must be scheme://host or scheme://host:port, such as https://intranet.example.kr", origin)
		}
	}
	for i := range a.OIDC {
		o.issuer(fmt.Sprintf("access.oidc[%d]", i), &a.OIDC[i], a.OIDC[:i])
	}
}

func (o *origins) issuer(key string, i *Issuer, before []Issuer) {
	o.given(key+".issuer", i.Issuer)
	o.given(key+".audience", i.Audience)
	u, err := url.Parse(i.Issuer)
	switch {
	case i.Issuer == "":
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http":
		o.wrongKey(key+".issuer", "is %q: must be the address that the provider's tokens name, such as https://login.example.kr/realms/clinic", i.Issuer)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		o.wrongKey(key+".issuer", "is %q: without TLS anybody on the way could give out keys in its name: write https://", i.Issuer)
	case slices.ContainsFunc(before, func(b Issuer) bool { return b.Issuer == i.Issuer }):
		o.wrongKey(key+".issuer", "is %q, which is there already", i.Issuer)
	}
	o.words(key+".tenant", i.Tenant)
	o.words(key+".principals", i.Principals...)
	o.words(key+".regions", i.Regions...)
	if !slices.Contains(access.Roles, i.Role) {
		o.wrongKey(key+".role", "is %q: there are reader and editor", i.Role)
	}
	between(o, key+".per_minute", i.PerMinute, 0, 1_000_000)
}

// table is what DynamoDB takes as a name.
var table = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)

func (o *origins) state(s *State) {
	if s.Table != "" && !table.MatchString(s.Table) {
		o.wrongKey("state.table", "is %q: must be the name of a table of DynamoDB, 3 to 255 of a-z, A-Z, 0-9, _ . -", s.Table)
	}
}

func (o *origins) egress(e *Egress) {
	for i, place := range e.Allow {
		host, port, err := net.SplitHostPort(place)
		if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || host == "" || wrong != nil || n == 0 || strings.ContainsAny(host, "/*@ ") {
			o.wrongKey(fmt.Sprintf("egress.allow[%d]", i), "is %q: must be host:port, such as login.example.kr:443", place)
		}
	}
	for i, network := range e.Networks {
		if p, err := netip.ParsePrefix(network); err != nil || p != p.Masked() {
			o.wrongKey(fmt.Sprintf("egress.networks[%d]", i), "is %q: must be a network, such as 10.1.0.0/16", network)
		}
	}
}
