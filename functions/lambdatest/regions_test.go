package lambdatest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// configured is the folder of a function in a region; flows are what its policy opens.
func configured(t *testing.T, region, flows string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	text := fmt.Sprintf("residency:\n  region: %s\n  regions:\n    - {name: kr, jurisdiction: KR, endpoints: [%s]}\n    - {name: sa, jurisdiction: SA, endpoints: [%s]}\n%ssources:\n  - {path: docs, region: %s}\nembedder: {kind: none}\n",
		region, map[bool]string{true: "$QDRANT"}[region == "kr"], map[bool]string{true: "$QDRANT"}[region == "sa"], flows, region)
	if err := os.WriteFile(filepath.Join(dir, "naru.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// at writes where the server is into a configuration.
func at(t *testing.T, dir, address string) string {
	t.Helper()
	path := filepath.Join(dir, "naru.yaml")
	text := strings.ReplaceAll(string(read(t, path)), "$QDRANT", "'"+address+"'")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// posted sends a question with headers to a function, and returns the body of its answer.
func posted(t *testing.T, f *function, body string, headers map[string]string) string {
	t.Helper()
	request := map[string]any{}
	if err := json.Unmarshal(event(t, "httpapi-ask.json"), &request); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"content-type": "application/json", "accept": "application/json"}
	for name, value := range headers {
		all[name] = value
	}
	request["headers"], request["body"], request["isBase64Encoded"] = all, body, false
	sent, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	_, payload := f.invoke(sent)
	r := decode[response](t, payload)
	if r.StatusCode != http.StatusOK && r.StatusCode != http.StatusBadRequest {
		t.Errorf("%s: %s", body, payload)
	}
	return r.Body
}

// TestTwoRegions: functions of two regions on one machine and one Qdrant server. The
// Saudi one finds nothing of Korea, whatever a request says; with a flow it does. One that
// would send data where it may not go does not start.
func TestTwoRegions(t *testing.T) {
	built := binaries(t)
	address := qdrant(t, built.naru)
	server := "NARU_STORE_URL=" + address
	korea, saudi := at(t, configured(t, "kr", ""), address), at(t, configured(t, "sa", ""), address)
	for _, of := range []struct{ dir, event string }{
		{korea, `{"documents":[{"uri":"ferry.md","text":"The Korean ferry to Ulleung leaves at seven."}]}`},
		{saudi, `{"documents":[{"uri":"ferry.md","text":"The Saudi ferry to Farasan leaves at noon."}]}`},
	} {
		writer := deploy(t, built.index, of.dir, 30, server)
		_, payload := writer.invoke([]byte(of.event))
		if got := decode[indexed](t, payload); got.Failed != 0 || got.Documents[0].Status != "added" {
			t.Fatalf("index answers %s", payload)
		}
		if !strings.Contains(writer.log(), "residency: closed") {
			t.Errorf("it says nothing of its policy: %s", writer.log())
		}
	}
	const question = `{"question":"When does the Korean ferry to Ulleung leave?","limit":50}`
	tells := func(body string) bool { return strings.Contains(body, "at seven") }

	reader := deploy(t, built.ask, saudi, 30, server)
	for _, headers := range []map[string]string{nil, {"x-naru-region": "kr"}, {"x-naru-regions": "kr,sa", "x-naru-tenant": "default"}, {"host": "kr.example", "x-forwarded-host": "kr.example"},
		{"x-amzn-oidc-data": "kr", "cookie": "region=kr"}, {"cloudfront-viewer-country": "KR", "accept-language": "ko"}} {
		if body := posted(t, reader, question, headers); tells(body) {
			t.Errorf("with %v it tells: %s", headers, body)
		}
	}
	for _, more := range []string{`"region":"kr"`, `"asker":{"Regions":["kr"]}`, `"filter":{"must":[{"key":"region","match":{"value":"kr"}}]}`} {
		if body := posted(t, reader, strings.TrimSuffix(question, "}")+","+more+"}", nil); tells(body) {
			t.Errorf("with %s it tells: %s", more, body)
		}
	}
	if body := posted(t, reader, `{"question":"When does the Saudi ferry to Farasan leave?"}`, nil); !strings.Contains(body, "at noon") {
		t.Errorf("it does not know its own: %s", body)
	}
	open := deploy(t, built.ask, at(t, configured(t, "sa", "  flows: [{data: kr, to: sa, kinds: [search]}]\n"), address), 30, server)
	if body := posted(t, open, question, nil); !tells(body) {
		t.Errorf("open, it answers %s", body)
	}

	refused := deploy(t, built.ask, at(t, configured(t, "sa", ""), "127.0.0.1:1"), 30, server)
	refused.invoke(event(t, "httpapi-ask.json"))
	until(t, "it says why it does not start", func() bool {
		return strings.Contains(refused.log(), "the function cannot start") && strings.Contains(refused.log(), "no region declares it among its endpoints")
	})
}
