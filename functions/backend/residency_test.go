package backend_test

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
)

// loaded is a configuration as a file has it.
func loaded(t *testing.T, text string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "naru.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Data = filepath.Join(t.TempDir(), "data")
	return c
}

// declared are two regions, of which the file is in Saudi Arabia.
const declared = `residency:
  region: sa
  regions:
    - {name: kr, jurisdiction: KR, endpoints: ['q.example.kr:6334', 'embed.example.kr:443', 'bedrock-runtime.ap-northeast-2.amazonaws.com:443', 'dynamodb.ap-northeast-2.amazonaws.com:443']}
    - {name: sa, jurisdiction: SA, endpoints: ['q.example.sa:6334', 'embed.example.sa:443', 'login.example.sa:443']}
`

// TestPolicyRefusesPlaces: a place that lies in no region, or that data may not go to, is
// refused with its key and line, and the table says why.
func TestPolicyRefusesPlaces(t *testing.T) {
	t.Setenv("AWS_REGION", "ap-northeast-2")
	t.Setenv("AWS_ENDPOINT_URL", "")
	const openai = "embedder: {kind: openai, model: m, dimensions: 4, url: 'https://embed.example.%s'}\n"
	flows := func(kinds string) string { return "  flows: [{data: kr, to: sa, kinds: [" + kinds + "]}]\n" }
	leaving := func(kinds string) string { return "  flows: [{data: sa, to: kr, kinds: [" + kinds + "]}]\n" }
	for _, tt := range []struct{ rest, want string }{
		{"", ""},
		{"store: {url: 'https://q.example.sa'}\n", ""},
		{"store: {url: 'https://q.example.com'}\n", ":6: store.url is q.example.com:6334: no region declares it"},
		{"store: {url: 'https://q.example.sa:6333'}\n", ":6: store.url is q.example.sa:6333: no region declares it"},
		{"store:\n  url: https://q.example.kr\n", ":7: store.url is q.example.kr:6334 in kr, and data of sa may not go there: no flow opens search of sa to kr"},
		{leaving("search") + "store: {url: 'https://q.example.kr'}\n", ""},
		{leaving("embed, log, generate") + "store: {url: 'https://q.example.kr'}\n", "no flow opens search of sa to kr"},
		{flows("search") + "store: {url: 'https://q.example.kr'}\n", "no flow opens search of sa to kr"},
		{fmt.Sprintf(openai, "sa"), ""},
		{fmt.Sprintf(openai, "kr"), ":6: embedder.url is embed.example.kr:443 in kr, and data of sa may not go there: no flow opens embed of sa to kr"},
		{leaving("embed") + fmt.Sprintf(openai, "kr"), ""},
		// What is found in Korea would come before the embedder too.
		{flows("search") + fmt.Sprintf(openai, "sa"), "data of kr may not go there: no flow opens embed of kr to sa"},
		{flows("search, embed") + fmt.Sprintf(openai, "sa"), ""},
		{"embedder:\n  kind: bedrock\n  model: amazon.titan-embed-text-v2:0\n  dimensions: 256\n  region: ap-northeast-2\n", ":10: embedder.region is bedrock-runtime.ap-northeast-2.amazonaws.com:443 in kr"},
		{"embedder: {kind: bedrock, model: 'amazon.titan-embed-text-v2:0', dimensions: 256, region: eu-west-3}\n", "embedder.region is bedrock-runtime.eu-west-3.amazonaws.com:443: no region declares it"},
		{"state: {table: keys}\n", ":6: state.table is dynamodb.ap-northeast-2.amazonaws.com:443 in kr, and data of sa may not go there: no flow opens log"},
		{leaving("log") + "state: {table: keys}\n", ""},
		{"access: {oidc: [{issuer: 'https://login.example.sa', audience: a}]}\n", ""},
		{"access:\n  oidc:\n  - issuer: https://login.example.com\n    audience: a\n", ":8: access.oidc[0].issuer is login.example.com:443: no region declares it"},
		{"egress: {allow: ['169.254.169.254:80']}\n", ":6: egress.allow[0] is 169.254.169.254:80: no region declares it"},
	} {
		c := loaded(t, declared+tt.rest)
		table, err := backend.Residency(t.Context(), c)
		refused := 0
		for _, row := range table {
			if row.Refused() {
				refused++
			}
		}
		_, guard := backend.Guard(t.Context(), c, nil, nil)
		if tt.want == "" {
			if err != nil || guard != nil || refused > 0 {
				t.Errorf("%s\n%v, %v, %d refused", tt.rest, err, guard, refused)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) || guard == nil || refused == 0 {
			t.Errorf("%s\n%v, %v, %d refused\nwant %s", tt.rest, err, guard, refused, tt.want)
		}
		if b, err := backend.Open(t.Context(), c, backend.Options{}); err == nil {
			closed(t, b.Close)
			t.Errorf("%s\nit opens", tt.rest)
		}
	}
	if table, err := backend.Residency(t.Context(), config.Default()); table != nil || err != nil {
		t.Errorf("without a policy: %v, %v", table, err)
	}
}

// side is a region's process and the server that its store is on.
type side struct {
	name, url string
	*backend.Backend
}

// between configures the process of region here, beside another region: with their flow
// and its store, or with neither.
func between(t *testing.T, here, hereURL, there, thereURL string, more string) *config.Config {
	t.Helper()
	country := map[string]string{"kr": "KR", "sa": "SA"}
	of := func(name, url, store string) string {
		return fmt.Sprintf("    - {name: %s, jurisdiction: %s, endpoints: ['%s']%s}\n", name, country[name], url, store)
	}
	opened := ""
	if thereURL != "" {
		opened = fmt.Sprintf(", store: {url: '%s', timeout: 500ms}", thereURL)
	} else {
		thereURL = "q.example:1"
	}
	return loaded(t, fmt.Sprintf("residency:\n  region: %s\n  regions:\n%s%s%sstore: {url: '%s', retries: {attempts: 1}}\nembedder: {kind: none}\n",
		here, of(here, hereURL, ""), of(there, thereURL, opened), more, hereURL))
}

// quiet hears nothing of regions that cannot be searched.
var quiet = backend.Options{Logger: slog.New(slog.DiscardHandler)}

const opens = "  flows: [{data: kr, to: sa, kinds: [search]}]\n"

// puts indexes a text as a document of the tenant, under a name that others have too.
func (s side) puts(t *testing.T, tenant, text string) {
	t.Helper()
	ix, err := s.Indexer(t.Context(), rag.Access{Tenant: tenant}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Put(t.Context(), indexer.Upload{URI: "ferry.txt", Data: []byte(text)}); err != nil {
		t.Fatal(err)
	}
}

func (s side) search(t *testing.T, asker rag.Asker) (texts []string, r rag.Results) {
	t.Helper()
	r, err := s.Search(t.Context(), rag.Query{Text: "ferry", Language: "en", Limit: 10, Asker: asker})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Passages {
		texts = append(texts, p.Text)
	}
	slices.Sort(texts)
	return texts, r
}

// TestOtherRegions: what a flow opens is found in the other region's store, beside what is
// here; closed, it is not, and nothing but the policy has changed. What cannot be reached
// is said, and no error.
func TestOtherRegions(t *testing.T) {
	koreaURL, koreaEngine := server(t)
	saudiURL, _ := server(t)
	kr := side{"kr", koreaURL, open(t, between(t, "kr", koreaURL, "sa", "", ""), backend.Options{})}
	defer closed(t, kr.Close)
	kr.puts(t, "acme", "The Korean ferry leaves at nine.")
	kr.puts(t, "bank", "The bank's Korean ferry leaves at ten.")
	anyone := rag.Asker{Tenant: "acme"}

	shut := side{"sa", saudiURL, open(t, between(t, "sa", saudiURL, "kr", "", ""), backend.Options{})}
	defer closed(t, shut.Close)
	if got, r := shut.search(t, anyone); len(got) > 0 || !r.Empty {
		t.Errorf("closed and empty: %q, %+v", got, r)
	}
	sa := side{"sa", saudiURL, open(t, between(t, "sa", saudiURL, "kr", koreaURL, opens), quiet)}
	defer closed(t, sa.Close)
	korean, saudi := "The Korean ferry leaves at nine.", "The Saudi ferry leaves at noon."
	// Where there is nothing here, what is there is found, and no index is made there for
	// who has none.
	if got, r := sa.search(t, anyone); !slices.Equal(got, []string{korean}) || r.Index != "kr:naru-v1" || r.Empty || len(r.Degraded) > 0 {
		t.Errorf("nothing here: %q, %+v", got, r)
	}
	sa.puts(t, "acme", saudi)
	if got, r := sa.search(t, anyone); !slices.Equal(got, []string{korean, saudi}) || r.Index != "naru-v1, kr:naru-v1" || r.Passages[0].Score < r.Passages[1].Score {
		t.Errorf("open: %q, %+v", got, r)
	}
	if got, _ := shut.search(t, anyone); !slices.Equal(got, []string{saudi}) {
		t.Errorf("closed: %q", got)
	}
	// Korea sees nothing of it: a flow has a direction.
	if got, _ := kr.search(t, anyone); !slices.Equal(got, []string{korean}) {
		t.Errorf("in Korea: %q", got)
	}
	for _, tt := range []struct {
		asker rag.Asker
		want  []string
	}{
		{rag.Asker{Tenant: "acme", Regions: []string{"sa"}}, []string{saudi}}, {rag.Asker{Tenant: "acme", Regions: []string{"kr"}}, []string{korean}},
		{rag.Asker{Tenant: "acme", Regions: []string{"jp"}}, nil}, {rag.Asker{Tenant: "nobody"}, nil}, {rag.Asker{Tenant: "bank"}, []string{"The bank's Korean ferry leaves at ten."}},
	} {
		if got, r := sa.search(t, tt.asker); !slices.Equal(got, tt.want) || r.Empty != (tt.want == nil) {
			t.Errorf("as %+v: %q, %+v", tt.asker, got, r)
		}
	}
	if _, err := sa.Search(t.Context(), rag.Query{Text: "ferry", Limit: 1}); err == nil {
		t.Error("without a tenant there is no error")
	}
	// What is not of Korea is not found in its store, whoever has put it there.
	if _, err := qdrant.NewPointsClient(koreaEngine.Conn()).SetPayload(t.Context(), &qdrant.SetPayloadPoints{
		CollectionName: "naru", Payload: map[string]*qdrant.Value{"region": qdrant.NewValueString("sa")},
		PointsSelector: qdrant.NewPointsSelectorFilter(&qdrant.Filter{Must: []*qdrant.Condition{qdrant.NewMatchKeyword("tenant", "bank")}}),
	}); err != nil {
		t.Fatal(err)
	}
	if got, _ := sa.search(t, rag.Asker{Tenant: "bank"}); len(got) > 0 {
		t.Errorf("what Korea's store has of another region: %q", got)
	}
}

// TestRegionThatCannotBeSearched: a region that refuses, or says nothing, is named, without
// where it is, and in time; what is here is found. The store here is an error still.
func TestRegionThatCannotBeSearched(t *testing.T) {
	saudiURL, saudiEngine := server(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed(t, gone.Close)
	for name, tt := range map[string]struct{ url, want string }{
		"refuses":      {gone.Addr().String(), "region kr: its documents could not be searched"},
		"says nothing": {silent.Addr().String(), "region kr: its documents could not be searched: it did not answer in 500ms"},
	} {
		t.Run(name, func(t *testing.T) {
			sa := side{"sa", saudiURL, open(t, between(t, "sa", saudiURL, "kr", tt.url, opens), quiet)}
			defer closed(t, sa.Close)
			// Nobody knows whether there is nothing at all.
			if _, r := sa.search(t, rag.Asker{Tenant: name}); r.Empty || !slices.Equal(r.Degraded, []string{tt.want}) {
				t.Errorf("with nothing here: %+v", r)
			}
			sa.puts(t, name, "The Saudi ferry leaves at noon.")
			began := time.Now()
			got, r := sa.search(t, rag.Asker{Tenant: name})
			if len(got) != 1 || len(r.Degraded) != 1 || !strings.HasPrefix(r.Degraded[0], "region kr: its documents could not be searched") || strings.Contains(r.Degraded[0], "127.0.0.1") {
				t.Errorf("%q, degraded %q", got, r.Degraded)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
	sa := side{"sa", saudiURL, open(t, between(t, "sa", saudiURL, "kr", silent.Addr().String(), opens), quiet)}
	defer closed(t, sa.Close)
	sa.puts(t, "acme", "x")
	closed(t, saudiEngine.Close)
	if _, err := sa.Search(t.Context(), rag.Query{Text: "ferry", Language: "en", Limit: 1, Asker: rag.Asker{Tenant: "acme"}}); err == nil {
		t.Error("without the store here there is no error")
	}
}
