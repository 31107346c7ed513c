package lambdatest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/naru-rag/naru/internal/pythontest"
	store "github.com/naru-rag/naru/state/dynamodb"
)

// stateTable makes the table of the state, in moto, and is how functions are told of it.
func stateTable(t *testing.T) []string {
	t.Helper()
	endpoint := pythontest.Moto(t)
	client := dynamodb.New(dynamodb.Options{Region: "eu-west-3", BaseEndpoint: aws.String(endpoint), Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	if _, err := client.CreateTable(t.Context(), store.Layout("naru-state")); err != nil {
		t.Fatal(err)
	}
	return []string{"NARU_STATE_TABLE=naru-state", "AWS_ENDPOINT_URL_DYNAMODB=" + endpoint, "AWS_REGION=eu-west-3", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}
}

// Keys in DynamoDB say who asks a function that nothing stands in front of.
func TestAskKnowsKeys(t *testing.T) {
	built := binaries(t)
	environ := append(stateTable(t), "NARU_STORE_URL="+qdrant(t, built.naru), "NARU_ACCESS_GATEWAY=false", "NARU_EMBEDDER_KIND=none")
	writer := deploy(t, built.index, t.TempDir(), 30, environ...)
	_, payload := writer.invoke([]byte(`{"documents":[{"uri":"ferry.md","text":"The ferry leaves at nine."}]}`))
	if got := decode[indexed](t, payload); got.Failed != 0 {
		t.Fatalf("index answers %s", payload)
	}
	key := func(args ...string) string {
		cmd := exec.Command(built.naru, append([]string{"key", "add"}, args...)...)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), environ...)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, &said)
		}
		return strings.TrimSpace(string(out))
	}
	ours, theirs, once := key(), key("--tenant", "other"), key("--per-minute", "1")

	reader := deploy(t, built.ask, t.TempDir(), 30, environ...)
	for _, tt := range []struct {
		name, token string
		status      int
		found       bool
	}{{"nobody", "", 401, false}, {"a wrong key", "naru_aaaaaaaaaa_B", 401, false}, {"another tenant", theirs, 200, false}, {"ours", ours, 200, true},
		{"once a minute", once, 200, true}, {"once more", once, 429, false}, {"ours again", ours, 200, true}, {"in two", ours + ",Bearer " + ours, 401, false}} {
		request := map[string]any{}
		if err := json.Unmarshal(event(t, "httpapi-ask.json"), &request); err != nil {
			t.Fatal(err)
		}
		headers := map[string]string{"content-type": "application/json", "accept": "application/json"}
		if tt.token != "" {
			headers["authorization"] = "Bearer " + tt.token
		}
		request["headers"], request["body"], request["isBase64Encoded"] = headers, `{"question":"When does the ferry leave?"}`, false
		sent, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		_, payload := reader.invoke(sent)
		if r := decode[response](t, payload); r.StatusCode != tt.status || (r.Headers["Retry-After"] != "") != (tt.status == 429) || strings.Contains(r.Body, "at nine") != tt.found {
			t.Errorf("%s: %s", tt.name, payload)
		}
	}
}
