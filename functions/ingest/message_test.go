package ingest

import (
	"reflect"
	"strings"
	"testing"
)

// s3Event is one of S3's, with a record for each key as S3 writes it.
func s3Event(keys ...string) string {
	var records []string
	for _, key := range keys {
		records = append(records, `{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"ap-northeast-2","eventTime":"2026-11-28T09:15:00.000Z","eventName":"ObjectCreated:Put",`+
			`"userIdentity":{"principalId":"AWS:AIDAEXAMPLE"},"s3":{"s3SchemaVersion":"1.0","configurationId":"index","bucket":{"name":"notices","ownerIdentity":{"principalId":"A1"},`+
			`"arn":"arn:aws:s3:::notices"},"object":{"key":"`+key+`","size":24,"eTag":"6805f2cfc46c0f04559748bb039d69ae","sequencer":"0061F2A9C5E8F5D5C0"}}}`)
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func TestReadMessage(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		keys       []string
	}{
		{"an object", s3Event("2026/ferry.md"), []string{"2026/ferry.md"}},
		{"several", s3Event("a.md", "b.md"), []string{"a.md", "b.md"}},
		{"blanks and pluses", s3Event("two+words%2Bplus.md"), []string{"two words+plus.md"}},
		{"an encoded slash", s3Event("a%252Fb.md"), []string{"a%2Fb.md"}},
		{"dots", s3Event("..%2F..%2Fetc%2Fpasswd.md"), []string{"../../etc/passwd.md"}},
		{"Korean", s3Event("%EB%82%98%EB%A3%A8.md"), []string{"나루.md"}},
		{"decomposed", s3Event("%E1%84%82%E1%85%A1.md"), []string{"\u1102\u1161.md"}},
		{"a test", `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-28T09:15:00.000Z","Bucket":"notices","RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE"}`, nil},
		{"ours", `{"naru":1,"object":{"bucket":"notices","key":"a+b.md"},"attempt":3,"again":true}`, []string{"a+b.md"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := read(tt.body)
			var keys []string
			for _, p := range parts {
				if p.Object == nil || p.Object.Bucket != "notices" {
					t.Fatalf("%+v", p)
				}
				keys = append(keys, p.Object.Key)
			}
			if err != nil || !reflect.DeepEqual(keys, tt.keys) {
				t.Errorf("%q, %v", keys, err)
			}
		})
	}
	for _, tt := range []struct{ body, want string }{
		{"", "is no JSON object"},
		{"[]", "is no JSON object"},
		{"null", "is neither an event of S3 nor one of Naru's"},
		{"\xff", "is not in UTF-8"},
		{`{"Records":[]}`, "is neither an event of S3"},
		{`{"event":"object.changed","key":"a.md"}`, "is neither an event of S3"},
		{`{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-3:123456789012:t","Message":"{\"Records\":[]}"}`, "what SNS or EventBridge wraps is not read"},
		{`{"version":"0","detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"notices"},"object":{"key":"a.md"}}}`, "what SNS or EventBridge wraps is not read"},
		{`{"Records":{}}`, "is neither an event of S3"},
		{`{"Records":[{"eventSource":"aws:sns"}]}`, `record 0 of the message is of "aws:sns", and not of S3`},
		{strings.Replace(s3Event("a.md"), `"notices"`, `""`, 1), "record 0 of the message: an object has a bucket and a key"},
		{s3Event(""), "an object has a bucket and a key"},
		{s3Event("a.md", "%zz.md"), `record 1 of the message has the key "%zz.md"`},
		{s3Event("%FF.md"), "is not encoded as S3 does"},
		{`{"naru":2,"object":{"bucket":"b","key":"k"}}`, "is of form 2, and this program reads 1"},
		{`{"naru":1}`, "has to have one of object, vectors, reindex and walk"},
		{`{"naru":1,"reindex":{},"vectors":{"tenant":"a"}}`, "has to have one of"},
		{`{"naru":1,"vectors":{}}`, "have no tenant"},
		{`{"naru":1,"object":{"bucket":"b","key":"k","tenant":"t"}}`, `unknown field "tenant"`},
		{`{"naru":1,"reindex":{}} {}`, "is no JSON object"},
		{`{"naru":"1"}`, "cannot be read"},
		{`{"naru":1,"reindex":{},"attempt":-1}`, "attempt is below zero"},
	} {
		if parts, err := read(tt.body); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q: %+v, %v, want %q", tt.body, parts, err, tt.want)
		}
	}
}

// FuzzReadMessage: whatever a queue holds is read or refused, and what is read is read again
// from what is written of it.
func FuzzReadMessage(f *testing.F) {
	f.Add(s3Event("a+b%2B.md", "c.md"))
	f.Add(`{"naru":1,"walk":{"source":"s3:a/","run":"r","step":2,"phase":"objects","begun":"2026-11-28T09:00:00Z","objects":1,"named":2},"attempt":3}`)
	f.Add(`{"naru":1,"vectors":{"tenant":"a"}}`)
	f.Add(`{"Event":"s3:TestEvent"}`)
	f.Fuzz(func(t *testing.T, body string) {
		parts, err := read(body)
		if err != nil {
			return
		}
		for _, p := range parts {
			again, err := read(p.body())
			if p.Naru = form; err != nil || len(again) != 1 || again[0].String() != p.String() || again[0].body() != p.body() {
				t.Errorf("%+v is read again as %+v, %v", p, again, err)
			}
		}
	})
}

// TestPlain: any reason can be an attribute of a message.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{"": "unknown", "a\nb\x00c": "a b c", "\xff": "\uFFFD", "나루": "나루", strings.Repeat("가", 1000): strings.Repeat("가", maxReason/3) + "…"} {
		if got := plain(text); got != want {
			t.Errorf("%.20q is %.40q", text, got)
		}
	}
}
