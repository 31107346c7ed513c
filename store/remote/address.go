package remote

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/naru-rag/naru/region"
)

// defaultPort is where Qdrant answers gRPC.
const defaultPort = "6334"

// Address is where a server is reached.
type Address struct {
	// Scheme is "http", "https", or empty where none was given.
	Scheme string
	// Host is a name or an IP address, without brackets.
	Host string
	// Port is a number from 1 to 65535.
	Port string
}

// String is host:port.
func (a Address) String() string { return net.JoinHostPort(a.Host, a.Port) }

// Endpoint is the address as what package region lets through.
func (a Address) Endpoint() region.Endpoint {
	return region.Endpoint{Host: a.Host, Port: a.Port, Why: "store.url"}
}

// Loopback tells whether the server is on this machine. Only an address, and
// the one name that must mean it (RFC 6761), is believed.
func (a Address) Loopback() bool {
	ip := net.ParseIP(a.Host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(a.Host, "localhost")
}

// isHost tells whether a text is an IP address or could be a name in DNS.
func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host != "" && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-_") == "" && strings.Trim(host, ".-") != ""
}

// ParseURL reads host, host:port, http://host:port or https://host:port. The
// port is 6334 where none is given.
func ParseURL(text string) (Address, error) {
	fail := func(why string) (Address, error) {
		// What may hold a password is not repeated.
		if strings.Contains(text, "@") {
			return Address{}, errors.New("the server's URL must have no user or password: give the key as api_key")
		}
		return Address{}, fmt.Errorf("the server's URL %q %s: write host:port, http://host:port or https://host:port", text, why)
	}
	whole := text
	if !strings.Contains(text, "://") {
		whole = "none://" + text
	}
	u, err := url.Parse(whole)
	if err != nil {
		return fail("is none")
	}
	a := Address{Scheme: strings.ToLower(u.Scheme), Host: u.Hostname(), Port: u.Port()}
	if a.Scheme == "none" {
		a.Scheme = ""
	}
	if a.Port == "" {
		a.Port = defaultPort
	}
	port, err := strconv.ParseUint(a.Port, 10, 16)
	switch {
	case a.Scheme != "" && a.Scheme != "http" && a.Scheme != "https":
		return fail("has a scheme that is neither http nor https")
	case u.User != nil:
		return fail("has a user")
	case !isHost(a.Host):
		return fail("has no host")
	case err != nil || port == 0:
		return fail("has a port that is not from 1 to 65535")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return fail("has something behind the port")
	}
	return a, nil
}
