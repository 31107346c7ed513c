package region_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/naru-rag/naru/region"
)

// two are regions of two countries.
func two() []region.Region {
	return []region.Region{
		{Name: "kr", Jurisdiction: "KR", Languages: []string{"ko"}, Endpoints: []string{"qdrant.example.kr:6334", "203.0.113.7:443"}},
		{Name: "sa", Jurisdiction: "SA", Languages: []string{"ar", "en"}, Endpoints: []string{"qdrant.example.sa:6334", "login.example.sa:443"}},
	}
}

func policy(t testing.TB, here string, regions []region.Region, flows ...region.Flow) *region.Policy {
	t.Helper()
	p, wrong := region.NewPolicy(here, regions, flows)
	for _, w := range wrong {
		t.Fatal(w)
	}
	return p
}

func TestAllows(t *testing.T) {
	p := policy(t, "sa", two(), region.Flow{Data: "kr", To: "sa", Kinds: []region.Kind{region.Search, region.Log}})
	for _, tt := range []struct {
		kind     region.Kind
		data, to string
		want     bool
		because  string
	}{
		{region.Search, "sa", "sa", true, "stays in its region"},
		{region.Search, "kr", "kr", true, "stays in its region"},
		{region.Search, "kr", "sa", true, "residency.flows[0] opens it"},
		{region.Log, "kr", "sa", true, "residency.flows[0] opens it"},
		{region.Search, "sa", "kr", false, "no flow opens search of sa to kr"},
		{region.Embed, "kr", "sa", false, "no flow opens embed of kr to sa"},
		{region.Generate, "kr", "sa", false, "no flow opens generate of kr to sa"},
		{region.Search, "", "sa", false, "without a region"},
		{region.Search, "fr", "fr", false, `"fr" is not declared`},
		{region.Search, "KR", "sa", false, `"KR" is not declared`},
		{region.Search, "sa", "", false, `"" is not declared`},
		{"copy", "sa", "sa", false, `no flow "copy"`},
	} {
		if ok, why := p.Allows(tt.kind, tt.data, tt.to); ok != tt.want || !strings.Contains(why, tt.because) {
			t.Errorf("%s of %q to %q: %v, %s", tt.kind, tt.data, tt.to, ok, why)
		}
	}
	if got := p.Visible(); !slices.Equal(got, []string{"kr", "sa"}) {
		t.Errorf("visible are %v", got)
	}
	if got := policy(t, "kr", two()).Visible(); !slices.Equal(got, []string{"kr"}) {
		t.Errorf("visible without a flow are %v", got)
	}
}

// TestPolicyRefuses: what is undeclared, contradicts itself or the names of its hosts, or
// says nothing.
func TestPolicyRefuses(t *testing.T) {
	type regions = []region.Region
	of := func(name, country string, endpoints ...string) region.Region {
		return region.Region{Name: name, Jurisdiction: country, Endpoints: endpoints}
	}
	search := []region.Kind{region.Search}
	for name, tt := range map[string]struct {
		here    string
		regions regions
		flows   []region.Flow
		want    string
	}{
		"nothing":                {"", nil, nil, "residency.regions is empty"},
		"no regions":             {"kr", nil, nil, "residency.regions is empty"},
		"no here":                {"", two(), nil, "residency.region is empty: must say which of kr, sa"},
		"another here":           {"jp", two(), nil, `residency.region is "jp", which is not declared`},
		"no name":                {"kr", append(two(), of("", "JP")), nil, "residency.regions[2].name"},
		"a name of blanks":       {"kr", append(two(), of("a b", "JP")), nil, "residency.regions[2].name"},
		"a name twice":           {"kr", append(two(), of("KR", "KR")), nil, `residency.regions[2].name is "KR", which is declared already`},
		"no jurisdiction":        {"kr", append(two(), of("jp", "")), nil, "residency.regions[2].jurisdiction"},
		"a union":                {"kr", append(two(), of("eu", "EU")), nil, "residency.regions[2].jurisdiction"},
		"a small country":        {"kr", append(two(), of("jp", "jp")), nil, "residency.regions[2].jurisdiction"},
		"three letters":          {"kr", append(two(), of("jp", "JPN")), nil, "residency.regions[2].jurisdiction"},
		"not its code":           {"kr", append(two(), of("uk", "UK")), nil, "residency.regions[2].jurisdiction"},
		"no language":            {"kr", append(two(), region.Region{Name: "jp", Jurisdiction: "JP", Languages: []string{"ja", "日本語"}}), nil, "residency.regions[2].languages[1]"},
		"no port":                {"kr", append(two(), of("jp", "JP", "example.jp")), nil, "residency.regions[2].endpoints[0]"},
		"every host":             {"kr", append(two(), of("jp", "JP", "*.example.jp:443")), nil, "residency.regions[2].endpoints[0]"},
		"an endpoint twice":      {"kr", append(two(), of("jp", "JP", "a.jp:1", "A.jp.:1")), nil, "residency.regions[2].endpoints[1]"},
		"in two countries":       {"kr", append(two(), of("jp", "JP", "QDRANT.example.kr:6334")), nil, "residency.regions[2].endpoints[0] is \"QDRANT.example.kr:6334\", which regions[0] declares to lie in KR"},
		"its name shows another": {"kr", append(two(), of("jp", "JP", "bedrock-runtime.ap-northeast-2.amazonaws.com:443")), nil, "lies in KR (its name has AWS's region ap-northeast-2)"},
		"data from nowhere":      {"kr", two(), []region.Flow{{Data: "jp", To: "kr", Kinds: search}}, "residency.flows[0].data"},
		"to nowhere":             {"kr", two(), []region.Flow{{Data: "kr", Kinds: search}}, "residency.flows[0].to"},
		"to itself":              {"kr", two(), []region.Flow{{Data: "kr", To: "kr", Kinds: search}}, "residency.flows[0].to"},
		"for nothing":            {"kr", two(), []region.Flow{{Data: "kr", To: "sa"}}, "residency.flows[0].kinds is empty"},
		"for anything":           {"kr", two(), []region.Flow{{Data: "kr", To: "sa", Kinds: []region.Kind{"*"}}}, "residency.flows[0].kinds[0]"},
		"a kind twice":           {"kr", two(), []region.Flow{{Data: "kr", To: "sa", Kinds: []region.Kind{region.Log, region.Log}}}, "residency.flows[0].kinds[1]"},
		"a flow twice":           {"kr", two(), []region.Flow{{Data: "kr", To: "sa", Kinds: search}, {Data: "kr", To: "sa", Kinds: search}}, "residency.flows[1].kinds[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			p, wrong := region.NewPolicy(tt.here, tt.regions, tt.flows)
			if p != nil || !slices.ContainsFunc(wrong, func(w *region.Problem) bool { return strings.Contains(w.Error(), tt.want) }) {
				t.Errorf("%v", wrong)
			}
		})
	}
	// Two organisations of one country may share a machine.
	policy(t, "a", regions{of("a", "KR", "shared.kr:1"), of("b", "KR", "shared.kr:1")})
}

func TestShown(t *testing.T) {
	for host, want := range map[string]string{
		"bedrock-runtime.ap-northeast-2.amazonaws.com": "KR", "dynamodb.me-south-1.amazonaws.com.": "BH", "S3.eu-west-3.amazonaws.com": "FR", "b.s3-ap-northeast-1.amazonaws.com": "JP",
		"dynamodb.ap-southeast-7.amazonaws.com": "TH", "s3.dualstack.eu-central-1.amazonaws.com": "DE", "dynamodb.us-gov-west-1.amazonaws.com": "US", "sqs.cn-north-1.amazonaws.com.cn": "CN",
		"abc.lambda-url.ap-northeast-2.on.aws": "KR", "s3.eu-west-3.api.aws": "FR", "us-east-1.s3.ap-northeast-2.amazonaws.com": "KR", "logs-us-east-1.s3.eu-west-3.amazonaws.com": "FR",
		"xyz.eu-central-1-0.aws.cloud.qdrant.io": "DE", "xyz.asia-northeast3-0.gcp.cloud.qdrant.io": "KR", "asia-northeast3-aiplatform.googleapis.com": "KR", "storage.me-central2.rep.googleapis.com": "SA",
		"koreacentral.api.cognitive.microsoft.com": "KR", "naru.uaenorth.cloudapp.azure.com": "AE",
		"qdrant.example.kr": "", "ap-northeast-2.example.com": "", "amazonaws.com": "", "s3.amazonaws.com": "", "dynamodb.xx-north-9.amazonaws.com": "", "ap-northeast-2.amazonaws.com.evil.example": "",
		"storage.googleapis.com": "", "127.0.0.1": "", "": "", "evilamazonaws.com": "",
	} {
		if got, because := region.Shown(host); got != want || (got == "") != (because == "") {
			t.Errorf("%s: %q, %q", host, got, because)
		}
	}
}

// TestTable: what each place may be reached with, and why not.
func TestTable(t *testing.T) {
	place := func(host, port, key string) region.Endpoint { return region.Endpoint{Host: host, Port: port, Why: key} }
	p := policy(t, "sa", two(), region.Flow{Data: "kr", To: "sa", Kinds: []region.Kind{region.Search}})
	got := p.Table([]region.Place{
		{Endpoint: place("qdrant.example.sa", "6334", "store.url"), Kind: region.Search, Data: []string{"sa"}},
		{Endpoint: place("qdrant.example.kr", "6334", "residency.regions[0].store.url"), Kind: region.Search, From: "kr"},
		{Endpoint: place("qdrant.example.kr", "6334", "embedder.url"), Kind: region.Embed, Data: []string{"kr", "sa"}},
		{Endpoint: place("qdrant.example.kr", "6333", "state.table"), Kind: region.Log, Data: []string{"sa"}},
		{Endpoint: place("login.example.sa", "443", "access.oidc[0].issuer")},
		{Endpoint: place("login.example.sa", "443", "sources[0]"), Kind: region.Search, From: "kr"},
	})
	var text []string
	for _, r := range got {
		text = append(text, fmt.Sprintf("%s %s %s (%s) %v %v: %s", r.Data, r.Kind, r.Host, r.Region, r.Allowed, r.Refused(), r.Why))
	}
	want := []string{
		"kr search this process (sa) true false: residency.flows[0] opens it",
		"sa search this process (sa) true false: it stays in its region",
		"sa search qdrant.example.sa:6334 (sa) true false: it stays in its region",
		"kr search qdrant.example.kr:6334 (kr) true false: residency.flows[0] opens it",
		"kr embed qdrant.example.kr:6334 (kr) true false: it stays in its region",
		"sa embed qdrant.example.kr:6334 (kr) false true: no flow opens embed of sa to kr",
		" log qdrant.example.kr:6333 () false true: no region declares it among its endpoints",
		"  login.example.sa:443 (sa) true false: no data goes there",
		"kr search login.example.sa:443 (sa) false true: it does not lie in kr",
	}
	if !slices.Equal(text, want) {
		t.Errorf("the table is\n%s\nwant\n%s", strings.Join(text, "\n"), strings.Join(want, "\n"))
	}
	if rows := policy(t, "sa", two()).Table(nil); rows[0].Allowed || rows[0].Refused() {
		t.Errorf("what nobody asks for is %+v", rows[0])
	}
}

// TestGuardKnowsRegions: what lies in no region is not connected to, and a name of one
// region leads to no address of another.
func TestGuardKnowsRegions(t *testing.T) {
	n := names{"qdrant.example.sa": {"93.184.216.35"}, "login.example.sa": {"93.184.216.34", "93.184.216.35"}, "other.example": {"93.184.216.34"}}
	regions := two()
	regions[0].Endpoints = []string{"93.184.216.34:443", "93.184.216.35:6334"}
	var all []region.Endpoint
	for _, e := range []string{"qdrant.example.sa:6334", "login.example.sa:443", "other.example:443", "169.254.169.254:80"} {
		host, port, _ := strings.Cut(e, ":")
		all = append(all, region.Endpoint{Host: host, Port: port})
	}
	g := region.New(region.Options{Endpoints: all, Policy: policy(t, "sa", regions), Resolve: n.resolve})
	for i, want := range []string{"", "[93.184.216.35]", "", ""} {
		got, err := g.Check(t.Context(), all[i])
		if want == "" && !errors.Is(err, region.ErrForbidden) || want != "" && fmt.Sprint(got) != want {
			t.Errorf("%s: %v, %v", all[i], got, err)
		}
	}
	if _, err := g.DialContext(context.Background(), "tcp", "93.184.216.34:443"); !errors.Is(err, region.ErrForbidden) {
		t.Errorf("another region's endpoint: %v", err)
	}
}

// TestPolicyProperties: what may be here is exactly what belongs here and what a flow
// opens, and closing a flow never makes anything more visible.
func TestPolicyProperties(t *testing.T) {
	names := []string{"kr", "sa", "fr", "jp"}
	countries := []string{"KR", "SA", "FR", "JP"}
	var regions []region.Region
	for i, n := range names {
		regions = append(regions, region.Region{Name: n, Jurisdiction: countries[i]})
	}
	rapid.Check(t, func(t *rapid.T) {
		type flow struct {
			data, to string
			kind     region.Kind
		}
		open := map[flow]bool{}
		var flows []region.Flow
		for range rapid.IntRange(0, 12).Draw(t, "flows") {
			f := flow{rapid.SampledFrom(names).Draw(t, "data"), rapid.SampledFrom(names).Draw(t, "to"), rapid.SampledFrom(region.Kinds).Draw(t, "kind")}
			if f.data != f.to && !open[f] {
				open[f] = true
				flows = append(flows, region.Flow{Data: f.data, To: f.to, Kinds: []region.Kind{f.kind}})
			}
		}
		here := rapid.SampledFrom(names).Draw(t, "here")
		of := func(flows []region.Flow) *region.Policy {
			p, wrong := region.NewPolicy(here, regions, flows)
			if len(wrong) > 0 {
				t.Fatalf("%v", wrong)
			}
			return p
		}
		p := of(flows)
		for _, data := range names {
			for _, to := range names {
				for _, kind := range region.Kinds {
					if ok, why := p.Allows(kind, data, to); ok != (data == to || open[flow{data, to, kind}]) || why == "" {
						t.Errorf("%s of %s to %s: %v, %q", kind, data, to, ok, why)
					}
				}
			}
			if visible := slices.Contains(p.Visible(), data); visible != (data == here || open[flow{data, here, region.Search}]) {
				t.Errorf("%s is visible in %s: %v", data, here, visible)
			}
		}
		if len(flows) == 0 {
			return
		}
		i := rapid.IntRange(0, len(flows)-1).Draw(t, "closed")
		closed := of(slices.Delete(slices.Clone(flows), i, i+1))
		for _, data := range closed.Visible() {
			if !slices.Contains(p.Visible(), data) {
				t.Errorf("closing %v opens %s", flows[i], data)
			}
		}
		for _, data := range names {
			for _, to := range names {
				for _, kind := range region.Kinds {
					after, _ := closed.Allows(kind, data, to)
					before, _ := p.Allows(kind, data, to)
					if after != (before && flow{data, to, kind} != flow{flows[i].Data, flows[i].To, flows[i].Kinds[0]}) {
						t.Errorf("closing %v: %s of %s to %s was %v and is %v", flows[i], kind, data, to, before, after)
					}
				}
			}
		}
	})
}
