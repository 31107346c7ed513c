package lambdatest

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Functions beside each other record in one table what they are asked.
func TestAskRecords(t *testing.T) {
	built := binaries(t)
	environ := append(stateTable(t), "NARU_STORE_URL="+qdrant(t, built.naru), "NARU_EMBEDDER_KIND=none", "NARU_AUDIT_ON=true",
		"NARU_AUDIT_KEY="+auditKey(t, built.naru), "NARU_AUDIT_SALT=sixteen bytes are enough")
	writer := deploy(t, built.index, t.TempDir(), 30, environ...)
	_, payload := writer.invoke([]byte(`{"documents":[{"uri":"ferry.md","text":"The ferry leaves at nine."}]}`))
	if got := decode[indexed](t, payload); got.Failed != 0 {
		t.Fatalf("index answers %s", payload)
	}
	request := map[string]any{}
	if err := json.Unmarshal(event(t, "httpapi-ask.json"), &request); err != nil {
		t.Fatal(err)
	}
	request["headers"] = map[string]string{"content-type": "application/json", "accept": "application/json"}
	request["body"], request["isBase64Encoded"] = `{"question":"When does the ferry leave?"}`, false
	sent, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	const functions, each = 2, 3
	var running sync.WaitGroup
	for range functions {
		reader := deploy(t, built.ask, t.TempDir(), 30, environ...)
		running.Go(func() {
			for range each {
				_, payload := reader.invoke(sent)
				if r := decode[response](t, payload); r.StatusCode != 200 || !strings.Contains(r.Body, "at nine") || strings.Contains(r.Body, "audit") {
					t.Errorf("it answers %s", payload)
				}
			}
		})
	}
	running.Wait()
	command := func(args ...string) string {
		cmd := exec.Command(built.naru, append([]string{"audit"}, args...)...)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), environ...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if got := command("show", "--question", "When does the ferry leave?"); strings.Count(got, "\n") != functions*each {
		t.Errorf("recorded is %s", got)
	}
	// The store and the log's own table, from each.
	if got := command("show", "--kind", "egress"); !strings.Contains(got, `"allowed":true,"why":"store.url"`) || !strings.Contains(got, `"allowed":true,"why":"AWS_ENDPOINT_URL_DYNAMODB"`) {
		t.Errorf("recorded is %s", got)
	}
	if got := command("verify"); !strings.Contains(got, "records are as they were written") {
		t.Errorf("verified: %s", got)
	}
}

// auditKey makes a key that signs a log.
func auditKey(t *testing.T, naru string) string {
	t.Helper()
	key, err := exec.Command(naru, "audit", "key", "--new").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(key))
}

// A function whose log has no place ends at its start and says why.
func TestAskNeedsAPlaceForTheLog(t *testing.T) {
	built := binaries(t)
	f := deploy(t, built.ask, t.TempDir(), 30, "NARU_STORE_URL="+qdrant(t, built.naru), "NARU_EMBEDDER_KIND=none", "NARU_AUDIT_ON=true")
	f.invoke(event(t, "httpapi-ask.json"))
	if said := f.process.log(); !strings.Contains(said, "state.table names no table") {
		t.Errorf("it says %s", said)
	}
}
