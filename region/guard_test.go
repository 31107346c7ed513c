package region_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/naru-rag/naru/region"
)

// names resolves names in a test.
type names map[string][]string

func (n names) resolve(_ context.Context, host string) (all []netip.Addr, err error) {
	for _, a := range n[host] {
		all = append(all, netip.MustParseAddr(a))
	}
	if all == nil {
		err = &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return all, err
}

// TestDecided: who asks for it is told of what was decided on each connection, and not of
// what was only looked at.
func TestDecided(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	place, err := region.EndpointOf("tcp://"+ln.Addr().String(), "store.url")
	if err != nil {
		t.Fatal(err)
	}
	var told []region.Decision
	g := region.New(region.Options{Endpoints: []region.Endpoint{place}, Decided: func(d region.Decision) { told = append(told, d) }})
	if _, err := g.Check(t.Context(), place); err != nil || len(told) != 0 {
		t.Errorf("%v, told %v", err, told)
	}
	conn, err := g.Dial(t.Context(), place.String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if _, err := g.Dial(t.Context(), "evil.example:443"); !errors.Is(err, region.ErrForbidden) {
		t.Errorf("the error is %v", err)
	}
	if len(told) != 2 || told[0] != (region.Decision{To: place.String(), Allowed: true, Why: "store.url"}) || told[1].To != "evil.example:443" || told[1].Allowed || told[1].Why == "" {
		t.Errorf("told %+v", told)
	}
}

// TestCheck: what is declared may be reached, and nothing else, whatever a name leads to.
func TestCheck(t *testing.T) {
	n := names{
		"qdrant.example": {"93.184.216.34"}, "inside.example": {"10.1.2.3"}, "metadata.example": {"169.254.169.254"}, "loop.example": {"127.0.0.1"}, "localhost": {"127.0.0.1", "::1"},
		"mixed.example": {"10.9.9.9", "93.184.216.34"}, "v6.example": {"2606:2800:220:1::1"}, "local6.example": {"fe80::1"}, "ula.example": {"fd00:ec2::254"}, "mapped.example": {"::ffff:169.254.169.254"},
		"nat64.example": {"64:ff9b::a9fe:a9fe"}, "carrier.example": {"100.64.1.1"}, "zero.example": {"0.0.0.0"}, "many.example": {"224.0.0.1"}, "sixtofour.example": {"2002:7f00:1::"}, "empty.example": {},
	}
	var log bytes.Buffer
	opt := region.Options{Resolve: n.resolve, Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	for host := range n {
		opt.Endpoints = append(opt.Endpoints, region.Endpoint{Host: host, Port: "6334", Why: "test"})
	}
	opt.Endpoints = append(opt.Endpoints, region.Endpoint{Host: "10.7.7.7", Port: "80", Why: "literal"}, region.Endpoint{Host: "169.254.169.254", Port: "80", Why: "literal"}, region.Endpoint{Host: "::1", Port: "80"})
	g := region.New(opt)
	for address, want := range map[string]string{
		"qdrant.example:6334": "93.184.216.34", "QDRANT.example.:6334": "93.184.216.34", "inside.example:6334": "10.1.2.3", "mixed.example:6334": "93.184.216.34", "v6.example:6334": "2606:2800:220:1::1",
		"localhost:6334": "127.0.0.1 ::1", "10.7.7.7:80": "10.7.7.7", "169.254.169.254:80": "169.254.169.254", "[::1]:80": "::1",
		"qdrant.example:6333": "", "other.example:6334": "", "evil.qdrant.example:6334": "", "qdrant.example.evil.example:6334": "", "93.184.216.34:6334": "", "10.1.2.3:6334": "",
		"metadata.example:6334": "", "mapped.example:6334": "", "loop.example:6334": "", "local6.example:6334": "", "ula.example:6334": "", "nat64.example:6334": "", "carrier.example:6334": "",
		"zero.example:6334": "", "many.example:6334": "", "sixtofour.example:6334": "", "10.7.7.7:81": "", "169.254.169.253:80": "", "127.0.0.1:80": "",
	} {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := g.Check(t.Context(), region.Endpoint{Host: host, Port: port})
		var text []string
		for _, a := range got {
			text = append(text, a.String())
		}
		if strings.Join(text, " ") != want || (want == "") != errors.Is(err, region.ErrForbidden) {
			t.Errorf("%s: %v, %v", address, got, err)
		}
	}
	if _, err := g.DialContext(t.Context(), "tcp", "other.example:6334"); !errors.Is(err, region.ErrForbidden) || !strings.Contains(log.String(), "other.example:6334") {
		t.Errorf("%v, logged %s", err, &log)
	}
	for _, network := range []string{"udp", "unix", "ip"} {
		if _, err := g.DialContext(t.Context(), network, "qdrant.example:6334"); !errors.Is(err, region.ErrForbidden) {
			t.Errorf("%s: %v", network, err)
		}
	}
	if _, err := g.DialContext(t.Context(), "tcp", "empty.example:6334"); err == nil {
		t.Error("a name without addresses is connected to")
	}
}

// TestRebinding: what is connected to is what was judged, though the name means something
// else the next time.
func TestRebinding(t *testing.T) {
	reached := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	var asked atomic.Int32
	g := region.New(region.Options{Endpoints: []region.Endpoint{{Host: "flips.example", Port: port}}, Resolve: func(context.Context, string) ([]netip.Addr, error) {
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	for range 3 {
		if _, err := g.Dial(t.Context(), "flips.example:"+port); !errors.Is(err, region.ErrForbidden) {
			t.Errorf("%v", err)
		}
	}
	if asked.Load() != 3 || reached {
		t.Errorf("asked %d times, reached: %v", asked.Load(), reached)
	}
}

// TestTransport: redirects lead to what is declared, or nowhere; proxies of the
// environment are not asked.
func TestTransport(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, other.URL, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "ours")
	}))
	t.Cleanup(ours.Close)
	t.Setenv("HTTP_PROXY", other.URL)
	t.Setenv("HTTPS_PROXY", other.URL)
	host, port, _ := net.SplitHostPort(ours.Listener.Addr().String())
	client := &http.Client{Transport: region.New(region.Options{Endpoints: []region.Endpoint{{Host: host, Port: port}}}).Transport()}
	response, err := client.Get(ours.URL)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "ours" {
		t.Errorf("%q, %v", body, err)
	}
	response.Body.Close()
	for _, url := range []string{ours.URL + "/away", other.URL, "http://169.254.169.254/latest/meta-data"} {
		if response, err := client.Get(url); err == nil {
			response.Body.Close()
			t.Errorf("%s is reached", url)
		} else if !errors.Is(err, region.ErrForbidden) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if elsewhere.Load() > 0 {
		t.Error("what is not declared was asked")
	}
	client.CloseIdleConnections()
}
