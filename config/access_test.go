package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/naru-rag/naru/access"
)

// TestExampleOfIssuers: what the example shows of identity providers can be used, and
// shows every key that they have.
func TestExampleOfIssuers(t *testing.T) {
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	_, shown, ok := strings.Cut(string(content), "  # oidc:\n")
	if !ok {
		t.Fatal("there is no example of identity providers")
	}
	shown, _, _ = strings.Cut(shown, "\n  oidc: []")
	path := filepath.Join(t.TempDir(), "naru.yaml")
	if err := os.WriteFile(path, []byte("access:\n  oidc:\n"+regexp.MustCompile(`(?m)^  # ?`).ReplaceAllString(shown, "  ")), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Issuer{{Issuer: "https://login.example.kr/realms/clinic", Audience: "naru", Tenant: "default", Principals: []string{"everybody"}, Regions: []string{"kr"},
		Role: access.Reader, PerMinute: 60, Claims: Claims{Principals: []string{"groups", "email"}}}}
	if !reflect.DeepEqual(c.Access.OIDC, want) {
		t.Errorf("they are %+v", c.Access.OIDC)
	}
	for _, f := range fields(reflect.ValueOf(Issuer{})) {
		if !strings.Contains(shown, " "+f.name+":") {
			t.Errorf("access.oidc[].%s is not shown", f.name)
		}
	}
}

func TestAccessRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"access: {required: true, gateway: true}":                                                        "access.gateway",
		"access: {origins: [intranet]}":                                                                  "access.origins[0]",
		"access: {origins: ['https://a.kr/path']}":                                                       "access.origins[0]",
		"access: {oidc: [{issuer: 'https://a.kr'}]}":                                                     "access.oidc[0].audience",
		"access: {oidc: [{audience: a}]}":                                                                "access.oidc[0].issuer",
		"access: {oidc: [{issuer: a, audience: a}]}":                                                     "access.oidc[0].issuer",
		"access: {oidc: [{issuer: 'http://a.kr', audience: a}]}":                                         "without TLS",
		"access: {oidc: [{issuer: 'https://u:p@a.kr', audience: a}]}":                                    "access.oidc[0].issuer",
		"access: {oidc: [{issuer: 'https://a.kr', audience: a}, {issuer: 'https://a.kr', audience: b}]}": "access.oidc[1].issuer",
		"access: {oidc: [{issuer: 'https://a.kr', audience: a, role: admin}]}":                           "access.oidc[0].role",
		"access: {oidc: [{issuer: 'https://a.kr', audience: a, per_minute: -1}]}":                        "access.oidc[0].per_minute",
		"access: {oidc: [{issuer: 'https://a.kr', audience: a, client_secret: x}]}":                      "client_secret",
		"state: {table: 'a b'}":                                                                          "state.table",
		"egress: {allow: [example.kr]}":                                                                  "egress.allow[0]",
		"egress: {allow: ['*.example.kr:443']}":                                                          "egress.allow[0]",
		"egress: {allow: ['https://example.kr:443']}":                                                    "egress.allow[0]",
		"egress: {allow: ['example.kr:0']}":                                                              "egress.allow[0]",
		"egress: {networks: [10.1.2.3/8]}":                                                               "egress.networks[0]",
		"egress: {networks: [everything]}":                                                               "egress.networks[0]",
	} {
		path := filepath.Join(t.TempDir(), "naru.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, nil); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path+":1") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Load("", []string{"NARU_ACCESS_REQUIRED=true", "NARU_STATE_TABLE=naru", "NARU_ACCESS_ORIGINS=https://a.kr,http://localhost:8000"}); err != nil {
		t.Error(err)
	}
}
