package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/naru-rag/naru/internal/pythontest"
)

// TestBucket: a bucket is indexed like a folder, by the same commands.
func TestBucket(t *testing.T) {
	endpoint := pythontest.Moto(t)
	client := s3.New(s3.Options{Region: "ap-northeast-2", BaseEndpoint: &endpoint, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("notices"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "ap-northeast-2"}}); err != nil {
		t.Fatal(err)
	}
	put := func(key, text string) {
		t.Helper()
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("notices"), Key: &key, Body: strings.NewReader(text)}); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"docs/pier.md": "The pier opens at six.",
		"naru.yaml": "embedder: {kind: none}\nsources:\n  - path: docs\n  - s3: {bucket: notices, prefix: 2026/, endpoint: '" + endpoint + "', region: ap-northeast-2}\n" +
			"    principals: [crew]\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	naru := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, &out, &errs); code != want {
			t.Fatalf("naru %q ends with %d\n%s%s", args, code, &out, &errs)
		}
		return out.String() + errs.String()
	}
	says := func(text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in\n%s", part, text)
			}
		}
	}
	put("2026/나루 시간표+.md", "은가람 나루의 마지막 배는 밤 9시에 떠납니다.")
	put("2026/ferry.md", "The ferry leaves at nine.")
	put("2025/old.md", "The old ferry leaves at ten.")

	says(naru(0, "index"), "3 documents, 3 passages (3 added,")
	says(naru(0, "index"), "(0 added, 0 updated, 3 unchanged, 0 deleted, 0 failed)")
	if got := naru(0, "ask", "When does the ferry leave?"); strings.Contains(got, "nine") {
		t.Errorf("who is not of the crew reads %s", got)
	}
	t.Setenv("NARU_ASKER_PRINCIPALS", "crew")
	says(naru(0, "ask", "When does the ferry leave?"), "The ferry leaves at nine.", "s3://notices/2026/ferry.md")
	says(naru(0, "ask", "은가람 나루의 마지막 배는 몇 시에 떠나나요?"), "9시", "s3://notices/2026/나루 시간표+.md")
	says(naru(0, "sources"), "s3://notices/2026/", "done", "now and again", "when it changes")
	says(naru(0, "doctor"), "2 can be read", "egress, sources[1].s3")

	put("2026/ferry.md", "The ferry leaves at eight.")
	if _, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("notices"), Key: aws.String("2026/나루 시간표+.md")}); err != nil {
		t.Fatal(err)
	}
	says(naru(0, "index"), "(0 added, 1 updated, 1 unchanged, 1 deleted, 0 failed)")

	// What cannot be seen is not taken for gone.
	t.Setenv("NARU_SOURCES_1_S3_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	says(naru(1, "index"), "not indexed: s3://notices/2026/", "1 documents failed")
	os.Unsetenv("NARU_SOURCES_1_S3_ENDPOINT")
	says(naru(0, "ask", "When does the ferry leave?"), "eight")

	// serve looks at it again and again.
	s := started(t, dir, "serve", "--addr", "127.0.0.1:0", "--rescan", "200ms")
	put("2026/ferry.md", "The ferry leaves at seven.")
	s.until("the bucket is looked at again", "When does the ferry leave?", mentions("seven"))
	s.stop()

	says(naru(0, "forget", "s3://notices"), "1 documents of s3://notices removed")
	if got := naru(0, "ask", "When does the ferry leave?"); strings.Contains(got, "seven") {
		t.Errorf("what was forgotten is found: %s", got)
	}
}
