package config

import (
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/region"
)

// withResidency is the example with the section that it has as a comment, since an empty
// one is refused.
func withResidency(t *testing.T, content string) string {
	t.Helper()
	before, rest, ok := strings.Cut(content, "# residency:\n")
	shown, after, ends := strings.Cut(rest, "\n\n")
	if !ok || !ends {
		t.Fatal("there is no example of residency")
	}
	return before + "residency:\n" + regexp.MustCompile(`(?m)^# ?`).ReplaceAllString(shown, "") + "\n\n" + after
}

// TestExampleOfResidency: what the example shows of a policy can be used, and shows every
// key that it has.
func TestExampleOfResidency(t *testing.T) {
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	c, err := load(t, withResidency(t, string(content)), "KR_QDRANT_KEY=geheim")
	if err != nil {
		t.Fatal(err)
	}
	want := Residency{Region: "sa", Flows: []Flow{{Data: "kr", To: "sa", Kinds: []region.Kind{region.Search}}}, Regions: []Region{
		{Name: "sa", Jurisdiction: "SA", Languages: []string{"ar", "en"}, Endpoints: []string{"qdrant.example.sa:6334"}},
		{Name: "kr", Jurisdiction: "KR", Languages: []string{"ko"}, Endpoints: []string{"qdrant.example.kr:6334"},
			Store: RegionStore{URL: "https://qdrant.example.kr:6334", APIKey: "geheim", Collection: "naru", Timeout: 2 * time.Second}},
	}}
	if !reflect.DeepEqual(c.Residency, want) {
		t.Errorf("it is %+v", c.Residency)
	}
	var walk func(of reflect.Type, keys ...string)
	walk = func(of reflect.Type, keys ...string) {
		for _, f := range fields(reflect.New(of).Elem()) {
			key := strings.Join(append(slices.Clone(keys), f.name), ".")
			if !slices.ContainsFunc([]string{key, strings.Replace(key, "[0]", "[1]", 1)}, func(k string) bool { return c.given.lines[k] > 0 }) {
				t.Errorf("%s is not shown", key)
			}
			switch {
			case isSections(f.value):
				walk(f.value.Type().Elem(), append(slices.Clone(keys), f.name+"[0]")...)
			case f.value.Kind() == reflect.Struct:
				walk(f.value.Type(), append(slices.Clone(keys), f.name)...)
			}
		}
	}
	walk(reflect.TypeFor[Residency](), "residency")
	if p, err := c.Policy(); err != nil || !slices.Equal(p.Visible(), []string{"sa", "kr"}) {
		t.Errorf("the policy: %v", err)
	}
	if p, err := Default().Policy(); p != nil || err != nil {
		t.Errorf("the default policy: %v, %v", p, err)
	}
}

// regions are two, and begin a section.
const regions = `residency:
  region: sa
  regions:
    - {name: kr, jurisdiction: KR, endpoints: ['q.example.kr:6334']}
    - {name: sa, jurisdiction: SA, endpoints: ['q.example.sa:6334']}
`

// TestResidencyRefuses: what is wrong with a policy, or contradicts it, is refused with
// its key and line.
func TestResidencyRefuses(t *testing.T) {
	const opened = "  flows: [{data: kr, to: sa, kinds: [search]}]\n"
	store := func(keys string) string {
		return strings.Replace(regions, "endpoints: ['q.example.kr:6334']", "endpoints: ['q.example.kr:6334'], store: {"+keys+"}", 1)
	}
	for _, tt := range []struct{ content, want string }{
		{"data: a\nresidency:\n", "naru.yaml:2: residency.regions is empty"},
		{"residency: {}", "naru.yaml:1: residency.regions is empty"},
		{"residency: {region: '', regions: [], flows: []}", "naru.yaml:1: residency.regions is empty"},
		{"residency:\n  region: sa\n", "naru.yaml:1: residency.regions is empty"},
		{"residency:\n  regions: [{name: kr, jurisdiction: KR}]\n", "naru.yaml:1: residency.region is empty"},
		{"residency:\n  region: jp\n  regions: [{name: kr, jurisdiction: KR}]\n", `naru.yaml:2: residency.region is "jp", which is not declared: there are kr`},
		{"residency:\n  region: kr\n  regions:\n  - name: kr\n    jurisdiction: Korea\n", "naru.yaml:5: residency.regions[0].jurisdiction"},
		{"residency:\n  region: kr\n  regions:\n  - name: kr\n    jurisdiction: KR\n    endpoints:\n    - s3.eu-west-3.amazonaws.com:443\n", "naru.yaml:7: residency.regions[0].endpoints[0] is \"s3.eu-west-3.amazonaws.com:443\", which lies in FR"},
		{regions + "  flows:\n  - data: kr\n    to: jp\n    kinds: [search]\n", `naru.yaml:8: residency.flows[0].to is "jp"`},
		{regions + "  flows:\n  - data: kr\n    to: sa\n    kinds: []\n", "naru.yaml:9: residency.flows[0].kinds is empty"},
		{regions + "  flows:\n  - data: kr\n    to: sa\n    kinds: [search,\n      copy]\n", `naru.yaml:10: residency.flows[0].kinds[1] is "copy"`},
		{regions + "  flow: []\n", "naru.yaml:6: residency.flow is not a known key; the nearest is residency.flows"},
		{regions + "sources:\n- path: a\n", "naru.yaml:7: sources[0].region is not set, and residency is"},
		{regions + "sources:\n- path: a\n  region: jp\n", `naru.yaml:8: sources[0].region is "jp", which residency.regions does not declare`},
		{regions + "sources:\n- path: a\n  region: kr\n", `naru.yaml:8: sources[0].region is "kr", whose documents may not be in sa, where this process runs: no flow opens search of kr to sa`},
		{regions + "asker:\n  regions: [sa, jp]\n", `naru.yaml:7: asker.regions has "jp"`},
		{regions + "access:\n  oidc:\n  - issuer: https://a.sa\n    audience: a\n    regions: [jp]\n", `naru.yaml:10: access.oidc[0].regions has "jp"`},
		{store("url: 'https://q.example.kr'"), "naru.yaml:4: residency.regions[0].store is given, and may not be asked from sa"},
		{store("api_key: k") + opened, "naru.yaml:4: residency.regions[0].store.url is not set"},
		{store("url: 'https://'") + opened, "naru.yaml:4: residency.regions[0].store.url"},
		{store("url: 'http://q.example.kr', api_key: k") + opened, "naru.yaml:4: residency.regions[0].store.url would send residency.regions[0].store.api_key unencrypted"},
		{store("url: 'q.example.kr', api_key: k") + opened, "naru.yaml:4: residency.regions[0].store.url would send"},
		{store("url: 'http://q.example.kr', tls: {ca: x}") + opened, "residency.regions[0].store.tls asks for it: write https://"},
		{store("url: 'https://q.example.sa'") + opened, "naru.yaml:4: residency.regions[0].store.url is q.example.sa:6334, which does not lie in kr"},
		{store("url: 'https://q.example.kr', timeout: 1h") + opened, "naru.yaml:4: residency.regions[0].store.timeout is 1h0m0s"},
		{store("url: 'https://q.example.kr', collection: 'a/b'") + opened, "naru.yaml:4: residency.regions[0].store.collection"},
		{store("url: 'https://q.example.kr', api_key: '${KR_KEY}'") + opened, "naru.yaml:4: residency.regions[0].store.api_key refers to the variable KR_KEY, which is not set"},
		{strings.Replace(store("url: 'https://q.example.kr'"), "region: sa", "region: kr", 1) + "  flows: [{data: sa, to: kr, kinds: [search]}]\n", "naru.yaml:4: residency.regions[0].store is of kr, where this process runs"},
		{"store:\n  url: http://q.example.kr\n  api_key: k\n", "naru.yaml:2: store.url would send store.api_key unencrypted"},
	} {
		if _, err := load(t, tt.content); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s\n%v\nwant %s", tt.content, err, tt.want)
		}
	}
	if _, err := load(t, "", "NARU_RESIDENCY_REGION=kr"); err == nil || !strings.Contains(err.Error(), "residency.regions is empty") {
		t.Errorf("a variable alone: %v", err)
	}
	c, err := load(t, store("url: 'https://q.example.kr', api_key: '${KR_KEY}', tls: {ca: ca.pem}")+opened+"sources: [{path: a, region: kr}, {path: b, region: sa}]\n", "KR_KEY=geheim")
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Residency.Regions[0].Store; s.APIKey.Reveal() != "geheim" || !strings.HasSuffix(s.TLS.CA, "/ca.pem") || s.Timeout != 2*time.Second || s.Collection != "naru" {
		t.Errorf("the store is %+v", s)
	}
	// What turns out later names its place too.
	if err := c.Wrong("sources[1].region", "is %d", 7); err.Error() != c.File+":7: sources[1].region is 7" {
		t.Errorf("%v", err)
	}
	if _, ok := errors.AsType[*Error](c.Wrong("store.url", "is wrong")); !ok {
		t.Error("it is no Error")
	}
	if err := c.Wrong("AWS_ENDPOINT_URL", "is wrong"); err.Error() != "AWS_ENDPOINT_URL is wrong" {
		t.Errorf("%v", err)
	}
}

// TestREADME: what the README shows of the configuration can be used.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for i, part := range strings.Split(string(text), "```") {
		content, ok := strings.CutPrefix(part, "yaml\n")
		if i%2 == 0 || !ok {
			continue
		}
		shown++
		// Keys in files are beside it.
		content = strings.ReplaceAll(content, "file:embedder.key", "${KEY}")
		if c, err := load(t, content, "QDRANT_KEY=k", "KR_QDRANT_KEY=k", "KEY=k"); err != nil {
			t.Errorf("%v\n%s", err, content)
		} else if strings.Contains(content, "residency:") != c.Residency.Given() {
			t.Errorf("the policy is %+v", c.Residency)
		}
	}
	if shown < 3 {
		t.Errorf("%d were read", shown)
	}
}
