package remote_test

import (
	"strings"
	"testing"

	"github.com/naru-rag/naru/store/remote"
)

func TestParseURL(t *testing.T) {
	for text, want := range map[string]remote.Address{
		"qdrant":                    {"", "qdrant", "6334"},
		"qdrant:7000":               {"", "qdrant", "7000"},
		"http://10.0.0.7:6334":      {"http", "10.0.0.7", "6334"},
		"https://q.example":         {"https", "q.example", "6334"},
		"HTTPS://q.example:443/":    {"https", "q.example", "443"},
		"[::1]:6334":                {"", "::1", "6334"},
		"https://[2001:db8::1]:443": {"https", "2001:db8::1", "443"},
	} {
		if got, err := remote.ParseURL(text); err != nil || got != want {
			t.Errorf("%q is read as %+v, %v", text, got, err)
		}
	}
	for text, why := range map[string]string{
		"":                           "no host",
		"http://":                    "no host",
		"ftp://q":                    "neither http nor https",
		"unix:///run/q":              "neither http nor https",
		"q:0":                        "from 1 to 65535",
		"q:65536":                    "from 1 to 65535",
		"q:port":                     "is none",
		"https://q/v1":               "behind the port",
		"https://q?x=1":              "behind the port",
		"https://user:geheim@q:6334": "user or password",
		"a b":                        "is none",
	} {
		_, err := remote.ParseURL(text)
		if err == nil || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: error is %v, and should say %q", text, err, why)
		}
	}
}

// FuzzParseURL: what is read can be read again, and says the same.
func FuzzParseURL(f *testing.F) {
	f.Add("https://[::1]:6334")
	f.Add("a:1")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := remote.ParseURL(text)
		if err != nil {
			return
		}
		again, err := remote.ParseURL(a.String())
		if again.Scheme = a.Scheme; err != nil || again != a {
			t.Errorf("%q is %+v, and that is %+v, %v", text, a, again, err)
		}
	})
}

func TestDialRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		opt  remote.Options
		want string
	}{
		"no address":                   {remote.Options{}, "no host"},
		"a key without TLS":            {remote.Options{URL: "http://q.example", APIKey: "geheim"}, "unencrypted"},
		"a key to a likely name":       {remote.Options{URL: "localhost.example", APIKey: "geheim"}, "unencrypted"},
		"TLS that the scheme denies":   {remote.Options{URL: "http://q.example", TLS: mustTLS(t, remote.TLSFiles{})}, "write https://"},
		"a key to an address in a LAN": {remote.Options{URL: "192.168.1.9", APIKey: "geheim"}, "allow_key_without_tls"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := remote.Dial(tt.opt)
			if err == nil {
				t.Fatal("no error", conn.Close())
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "geheim") {
				t.Errorf("error is %v, and should say %q", err, tt.want)
			}
		})
	}
	for name, opt := range map[string]remote.Options{
		"loopback": {URL: "127.0.0.2:1", APIKey: "k"}, "this machine": {URL: "http://LocalHost", APIKey: "k"}, "IPv6": {URL: "[::1]:1", APIKey: "k"},
		"TLS": {URL: "https://q.example", APIKey: "k"}, "TLS by setting": {URL: "q.example", TLS: mustTLS(t, remote.TLSFiles{}), APIKey: "k"},
		"allowed": {URL: "q.example", APIKey: "k", AllowKeyWithoutTLS: true},
	} {
		t.Run(name, func(t *testing.T) { dial(t, opt) })
	}
}
