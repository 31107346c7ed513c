package region

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrForbidden: a connection is not among those that were declared.
var ErrForbidden = errors.New("not declared")

// Endpoint is a place that may be connected to.
type Endpoint struct {
	// Host is a name, or an address, and Port a number.
	Host, Port string
	// Why names what in the configuration declares it, such as store.url.
	Why string
}

// EndpointOf is the endpoint of a URL, with its scheme's port where it has none.
func EndpointOf(rawURL, why string) (Endpoint, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" {
		return Endpoint{}, fmt.Errorf("%s is %q, which is no URL with a host", why, rawURL)
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "http":
		port = "80"
	default:
		return Endpoint{}, fmt.Errorf("%s is %q, which has no port", why, rawURL)
	}
	return Endpoint{Host: u.Hostname(), Port: port, Why: why}, nil
}

// Same tells whether two are one: the same name or address, and port.
func (e Endpoint) Same(other Endpoint) bool { return e.Port == other.Port && same(e.Host, other.Host) }

// String is the endpoint as host:port.
func (e Endpoint) String() string { return net.JoinHostPort(e.Host, e.Port) }

// Options are what a guard decides by.
type Options struct {
	// Endpoints are all places that may be connected to.
	Endpoints []Endpoint
	// Networks are those that names of endpoints may lead to though they are private.
	Networks []netip.Prefix
	// Policy says where endpoints lie; nil where there is none. An endpoint that lies in
	// no region is not connected to, and no name leads to an address of another region
	// than its own.
	Policy *Policy
	// Resolve finds the addresses of a name; nil is the system's resolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Decided is told of each decision on a connection that is to be made. It is called
	// while that waits, and has to return at once. Nil is not told.
	Decided func(Decision)
	// Logger hears of decisions: of refusals as warnings, of the others as details.
	// Nil discards them.
	Logger *slog.Logger
}

// Decision is whether a connection may be made.
type Decision struct {
	// To is host:port, as it was asked for.
	To      string
	Allowed bool
	// Why is what declares the place, or why it is refused.
	Why string
}

// Guard decides what is connected to. It is safe for concurrent use.
type Guard struct {
	opt    Options
	dialer net.Dialer
}

// New returns a guard.
func New(opt Options) *Guard {
	if opt.Resolve == nil {
		opt.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	return &Guard{opt: opt, dialer: net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}}
}

// Endpoints are those that may be connected to.
func (g *Guard) Endpoints() []Endpoint { return slices.Clone(g.opt.Endpoints) }

// DialContext connects to host:port over TCP; of what may not be reached the error is
// [ErrForbidden].
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	endpoint, addresses, err := g.allowed(ctx, network, address)
	if err == nil {
		g.decided(Decision{To: address, Allowed: true, Why: endpoint.Why})
	}
	if err != nil {
		if errors.Is(err, ErrForbidden) {
			g.decided(Decision{To: address, Why: err.Error()})
			g.opt.Logger.LogAttrs(ctx, slog.LevelWarn, "a connection is refused", slog.String("to", address), slog.String("because", err.Error()))
		}
		return nil, err
	}
	var wrong []error
	for _, ip := range addresses {
		conn, err := g.dialer.DialContext(ctx, network, net.JoinHostPort(ip.String(), endpoint.Port))
		if err == nil {
			g.opt.Logger.LogAttrs(ctx, slog.LevelDebug, "connected", slog.String("to", address), slog.String("address", ip.String()), slog.String("for", endpoint.Why))
			return conn, nil
		}
		wrong = append(wrong, err)
	}
	return nil, errors.Join(wrong...)
}

func (g *Guard) decided(d Decision) {
	if g.opt.Decided != nil {
		g.opt.Decided(d)
	}
}

// Dial is [Guard.DialContext] over TCP.
func (g *Guard) Dial(ctx context.Context, address string) (net.Conn, error) {
	return g.DialContext(ctx, "tcp", address)
}

// Check tells whether an endpoint may be connected to now, without doing so, and by
// which addresses.
func (g *Guard) Check(ctx context.Context, e Endpoint) ([]netip.Addr, error) {
	_, addresses, err := g.allowed(ctx, "tcp", e.String())
	return addresses, err
}

func (g *Guard) allowed(ctx context.Context, network, address string) (Endpoint, []netip.Addr, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return Endpoint{}, nil, err
	}
	if !slices.Contains([]string{"tcp", "tcp4", "tcp6"}, network) {
		return Endpoint{}, nil, fmt.Errorf("%s over %s: %w: only TCP is", address, network, ErrForbidden)
	}
	i := slices.IndexFunc(g.opt.Endpoints, func(e Endpoint) bool { return e.Same(Endpoint{Host: host, Port: port}) })
	if i < 0 {
		return Endpoint{}, nil, fmt.Errorf("%s is %w: the configuration names no such place, or egress.allow has to", address, ErrForbidden)
	}
	var elsewhere []netip.AddrPort
	if p := g.opt.Policy; p != nil {
		if len(p.In(g.opt.Endpoints[i])) == 0 {
			return Endpoint{}, nil, fmt.Errorf("%s is %w: no region of residency.regions has it among its endpoints", address, ErrForbidden)
		}
		elsewhere = p.elsewhere(g.opt.Endpoints[i])
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return g.opt.Endpoints[i], []netip.Addr{ip.Unmap()}, nil // declared as it is
	}
	host = g.opt.Endpoints[i].Host
	resolved, err := g.opt.Resolve(ctx, host)
	if err != nil {
		return Endpoint{}, nil, fmt.Errorf("the addresses of %s: %w", host, err)
	}
	var (
		good   []netip.Addr
		reason string
	)
	for _, ip := range resolved {
		ip = ip.Unmap()
		if slices.ContainsFunc(elsewhere, func(a netip.AddrPort) bool { return a.Addr() == ip && strconv.Itoa(int(a.Port())) == port }) {
			reason = fmt.Sprintf("%s leads to %s, which another region declares", host, ip)
			continue
		}
		if wrong := g.special(host, ip); wrong != "" {
			reason = fmt.Sprintf("%s leads to %s, which is %s: egress.networks has to name the network", host, ip, wrong)
			continue
		}
		good = append(good, ip)
	}
	if len(good) == 0 {
		return Endpoint{}, nil, fmt.Errorf("%s: %w: %s", address, ErrForbidden, reason)
	}
	return g.opt.Endpoints[i], good, nil
}

// special tells why a name may not lead to an address; empty where it may.
func (g *Guard) special(host string, ip netip.Addr) string {
	if slices.ContainsFunc(g.opt.Networks, func(n netip.Prefix) bool { return n.Contains(ip) }) {
		return ""
	}
	switch {
	case ip.IsLoopback():
		if local(host) {
			return "" // declared by its name
		}
		return "this machine"
	case ip.IsLinkLocalUnicast():
		return "link-local, as a cloud's metadata is"
	case ip.IsPrivate() || shared.Contains(ip):
		return "private"
	case !ip.IsGlobalUnicast() || slices.ContainsFunc(unroutable, func(n netip.Prefix) bool { return n.Contains(ip) }):
		return "no address of a host on the internet"
	}
	return ""
}

var (
	// shared is for carriers' networks (RFC 6598).
	shared = netip.MustParsePrefix("100.64.0.0/10")
	// unroutable are others that lead nowhere, or to somewhere that their digits do not
	// tell: this network, protocol assignments, tests, IPv4 in IPv6.
	unroutable = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	}
)

// local are the names of this machine.
func local(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func same(a, b string) bool {
	if x, err := netip.ParseAddr(a); err == nil {
		y, err := netip.ParseAddr(b)
		return err == nil && x.Unmap() == y.Unmap()
	}
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// Transport is one for HTTP whose connections the guard makes, without any proxy.
func (g *Guard) Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy, t.DialContext = nil, g.DialContext
	return t
}

// Own has the transports that libraries take by themselves go through the guard too. It
// is for the start of a program.
func (g *Guard) Own() {
	http.DefaultTransport = g.Transport()
	http.DefaultClient.Transport = http.DefaultTransport
}
