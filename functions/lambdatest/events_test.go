package lambdatest

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// captured are the events that the services send, as aws-lambda-go keeps them, and some
// that it lacks.
func captured(t *testing.T) map[string][]byte {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-lambda-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "events", "testdata", "*.json"))
	if err != nil || len(files) < 50 {
		t.Fatalf("there are %d events, %v", len(files), err)
	}
	all := map[string][]byte{
		"a schedule":            []byte(`{"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event","source":"aws.events","account":"123456789012","time":"2026-11-28T02:17:00Z","region":"ap-northeast-2","resources":["arn:aws:events:ap-northeast-2:123456789012:rule/r"],"detail":{}}`),
		"EventBridge of S3":     []byte(`{"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"Object Created","source":"aws.s3","account":"123456789012","time":"2026-11-28T09:15:00Z","region":"ap-northeast-2","resources":["arn:aws:s3:::notices"],"detail":{"version":"0","bucket":{"name":"notices"},"object":{"key":"a.md","size":5,"etag":"b1946ac92492d2347c6235b4d2611184","sequencer":"00617F08299329D189"},"request-id":"N4N7GDK58NMKJ12R","reason":"PutObject"}}`),
		"a test of S3's":        []byte(`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-28T09:15:00.000Z","Bucket":"notices","RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR"}`),
		"a DLQ of asynchronous": []byte(`{"version":"1.0","timestamp":"2026-11-28T09:15:00.000Z","requestContext":{"requestId":"r","functionArn":"arn:aws:lambda:ap-northeast-2:123456789012:function:f:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{},"responseContext":{"statusCode":200},"responsePayload":{}}`),
	}
	for _, file := range files {
		all[filepath.Base(file)] = read(t, file)
	}
	return all
}

// TestEventsOfOthers: each function is given what every service sends, and says what it is
// not for; what it does with its own it does.
func TestEventsOfOthers(t *testing.T) {
	built := binaries(t)
	c := newCloud(t)
	store := qdrant(t, built.naru)
	functions := map[string]*function{}
	for role, bootstrap := range map[string]string{askRole: built.ask, indexRole: built.index, reindexRole: built.reindex} {
		functions[role] = deploy(t, bootstrap, t.TempDir(), 30, append(c.environ(role, store), "NARU_EMBEDDER_KIND=none")...)
	}
	for name, event := range captured(t) {
		var is struct {
			Version        any
			RequestContext struct{ HTTP struct{ Method string } }
			Records        []struct{ EventSource string }
		}
		if json.Unmarshal(event, &is) != nil && !json.Valid(event) {
			continue // the emulator sends nothing but JSON
		}
		queue := len(is.Records) > 0 && is.Records[0].EventSource == "aws:sqs"
		request := is.Version == "2.0" && is.RequestContext.HTTP.Method != ""
		for role, f := range functions {
			_, payload := f.invoke(event)
			inside(t, payload, c.endpoint)
			var got struct {
				ErrorType         string
				StatusCode        int
				BatchItemFailures []any
				Walks             int
			}
			if err := json.Unmarshal(payload, &got); err != nil {
				t.Errorf("%s answers %s with %s", role, name, payload)
			}
			right := got.ErrorType == "InvalidEvent"
			switch {
			case role == askRole && request:
				right = got.StatusCode >= 200 && got.StatusCode < 500
			case role != askRole && queue:
				right = got.BatchItemFailures != nil && len(got.BatchItemFailures) == 0
			case role == reindexRole:
				right = got.Walks == 1
			}
			if !right {
				t.Errorf("%s answers %s with %s", role, name, payload)
			}
		}
	}
	for role, f := range functions {
		if said := f.log(); strings.Contains(said, "panic") || strings.Contains(said, "invocation failed") {
			t.Errorf("%s says %s", role, said)
		}
	}
	c.settle(functions[indexRole], functions[reindexRole])

	t.Run("six megabytes", func(t *testing.T) {
		const most = 6 << 20
		long := strings.Repeat("The ferry leaves at nine. ", most/26)
		question := strings.Replace(string(event(t, "httpapi-ask.json")), "평일에", long[:most-4096], 1)
		_, payload := functions[askRole].invoke([]byte(question))
		if r := decode[response](t, payload); r.StatusCode != 413 || r.Headers["Content-Type"] != "application/problem+json" {
			t.Errorf("ask answers %.300s", payload)
		}
		_, payload = functions[indexRole].invoke(fmt.Appendf(nil, `{"documents":[{"uri":"long.txt","text":%q},{"uri":"short.txt","text":"The boat."}]}`, long[:most-4096]))
		if d := decode[indexed](t, payload).Documents; len(d) != 2 || d[0].Status != "added" && d[0].Error == "" || d[1].Status == "failed" && !d[1].Retry {
			t.Errorf("index answers %.300s", payload)
		}
	})
	t.Run("they still work", func(t *testing.T) {
		c.put("a.md", []byte("# Ferry\n\nThe last ferry of Quillmouth leaves at nine.\n"))
		c.settle(functions[indexRole], functions[reindexRole])
		if a := asks(t, functions[askRole], "When does the last ferry of Quillmouth leave?"); !a.cites("s3://notices/a.md", "leaves at nine") {
			t.Errorf("%+v", a)
		}
	})
}
