package ingest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/naru-rag/naru/indexer/source/s3"
)

// fault answers a request in the place of the service; false where it does not.
type fault func(w http.ResponseWriter, r *http.Request) bool

// front stands before the bucket, and has faults.
type front struct{ fault atomic.Pointer[fault] }

func (f *front) has(does fault) { f.fault.Store(&does) }

// behind has the worker reach its bucket through a front. The client tries once, so that
// what is tried again is our matter.
func (s *stage) behind(opt s3.Options) *front {
	s.t.Helper()
	moto, err := url.Parse(*s.s3.Options().BaseEndpoint)
	s.check(err)
	f := &front{}
	f.has(none)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(moto) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !(*f.fault.Load())(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	transport := &http.Transport{}
	s.t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	client := awss3.New(awss3.Options{Region: "ap-northeast-2", BaseEndpoint: &server.URL, UsePathStyle: true, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), HTTPClient: &http.Client{Transport: transport}})
	s.worker.buckets[0].Bucket = s3.New(client, bucketOn, opt)
	return f
}

func none(http.ResponseWriter, *http.Request) bool { return false }

// refuses answers as S3 does with an error, where it is asked so.
func refuses(status int, code string, where func(r *http.Request) bool) fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !where(r) {
			return false
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
		}
		return true
	}
}

func of(method, key string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && r.URL.Path == "/"+bucketOn+"/"+key }
}

// cutShort sends half of a.md and hangs up; length tells whether it says before how much
// there would be.
func cutShort(length bool) fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !of("GET", "a.md")(r) {
			return false
		}
		conn, out, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		header := "Content-Type: text/plain\r\n"
		if length {
			header += fmt.Sprintf("Content-Length: %d\r\n", len(ferry))
		}
		_, _ = io.WriteString(out, "HTTP/1.0 200 OK\r\n"+header+"\r\n"+ferry[:len(ferry)/2])
		_ = out.Flush()
		return true
	}
}

const ferry = "The ferry leaves at nine. It does not leave on Sundays."

// TestBucketFaults: whatever a bucket's service does wrong, nothing is indexed by half, and
// nothing is taken away that is there.
func TestBucketFaults(t *testing.T) {
	s := newStage(t)
	f := s.behind(s3.Options{PageSize: 4})
	has := map[string]string{}
	put := func(key, text string) {
		t.Helper()
		s.put(key, text)
		if delete(has, key); text != "" {
			has[key] = text
		}
	}
	for name, length := range map[string]bool{"cut short": true, "cut short, of no length": false} {
		t.Run(name, func(t *testing.T) {
			put("a.md", ferry)
			f.has(cutShort(length))
			s.send(about("a.md"))
			for range 3 {
				s.round()
			}
			if n, _, err := s.store.Count(t.Context(), tenant); err != nil || n > 0 {
				t.Errorf("%d are indexed, %v", n, err)
			}
			f.has(none)
			s.settle()
			s.want(has)
			put("a.md", "")
			s.send(about("a.md"))
			s.settle()
		})
	}
	t.Run("changed between", func(t *testing.T) {
		put("a.md", ferry)
		changes := 0
		f.has(func(_ http.ResponseWriter, r *http.Request) bool {
			if of("GET", "a.md")(r) && changes < 2 {
				changes++
				put("a.md", fmt.Sprintf("It leaves at %d.", changes))
			}
			return false
		})
		s.send(about("a.md"))
		s.settle()
		s.want(has)
		if changes != 2 {
			t.Errorf("it was changed %d times", changes)
		}
	})
	t.Run("slow down", func(t *testing.T) {
		before := strings.Count(s.log.String(), "for later")
		put("b.md", "The boat.")
		asked := 0
		f.has(refuses(503, "SlowDown", func(*http.Request) bool { asked++; return asked <= 2*mostAttempts }))
		s.send(about("b.md"))
		s.settle()
		s.want(has)
		if n := strings.Count(s.log.String(), "for later") - before; n != 2*mostAttempts {
			t.Errorf("it was tried %d times", n)
		}
	})
	if n := s.waiting(s.worker.queues.Dead); n > 0 {
		t.Fatalf("%d are dead: %+v", n, s.dead())
	}
	dead := 0
	isDead := func(t *testing.T, about, reason string) {
		t.Helper()
		dead++
		all := s.dead()
		if n := s.waiting(s.worker.queues.Dead); n != dead {
			t.Errorf("%d are dead, and not %d: %+v", n, dead, all)
		}
		for _, d := range all {
			if d.About == about && strings.Contains(d.Reason, reason) {
				return
			}
		}
		t.Errorf("dead are %+v", all)
	}
	t.Run("always another", func(t *testing.T) {
		put("never.md", "Nobody reads it.")
		f.has(refuses(412, "PreconditionFailed", of("GET", "never.md")))
		s.send(about("never.md"))
		s.settle()
		isDead(t, "object notices/never.md", "changed meanwhile")
		put("never.md", "")
	})
	t.Run("one is forbidden", func(t *testing.T) {
		f.has(refuses(403, "AccessDenied", of("HEAD", "a.md")))
		put("c.md", "The canoe.")
		s.put("b.md", "") // of which nobody hears
		delete(has, "b.md")
		s.send(about("a.md"), about("c.md"))
		s.settle()
		isDead(t, "object notices/a.md", "403")
		s.check(s.worker.begin(t.Context()))
		s.settle()
		s.want(has)
	})
	t.Run("the bucket is gone", func(t *testing.T) {
		f.has(refuses(404, "NoSuchBucket", func(*http.Request) bool { return true }))
		s.send(about("a.md"))
		s.settle()
		isDead(t, "object notices/a.md", "look for the bucket")
		s.check(s.worker.begin(t.Context()))
		s.settle()
		isDead(t, "walk over s3:notices/", "NoSuchBucket")
		s.want(has)
	})
	t.Run("a listing that repeats", func(t *testing.T) {
		for i := range 5 {
			put(fmt.Sprintf("more/%d.md", i), fmt.Sprintf("Number %d.", i))
		}
		f.has(func(_ http.ResponseWriter, r *http.Request) bool {
			q := r.URL.Query()
			q.Del("start-after")
			r.URL.RawQuery = q.Encode()
			return false
		})
		s.pass(walkLease) // of the one that is dead
		s.check(s.worker.begin(t.Context()))
		s.settle()
		isDead(t, "walk over s3:notices/", "does not go on")
	})
	t.Run("a listing of nothing that goes on", func(t *testing.T) {
		f.has(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("list-type") != "2" {
				return false
			}
			_, _ = io.WriteString(w, `<ListBucketResult><Name>notices</Name><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>`)
			return true
		})
		s.pass(walkLease)
		s.check(s.worker.begin(t.Context()))
		s.settle()
		isDead(t, "walk over s3:notices/", "does not go on")
	})
	// All is well again: a walk makes up for it.
	f.has(none)
	s.pass(walkLease)
	s.check(s.worker.begin(t.Context()))
	s.settle()
	s.want(has)
}

// TestObjects: objects as they are in buckets.
func TestObjects(t *testing.T) {
	s := newStage(t)
	s.behind(s3.Options{Prefix: "2026"})
	has := map[string]string{}
	long := "2026/" + strings.Repeat("나", (1024-len("2026/.md"))/3) + ".md"
	long = strings.Replace(long, ".md", strings.Repeat("x", 1024-len(long))+".md", 1)
	if len(long) != 1024 {
		t.Fatal(len(long))
	}
	for _, key := range []string{long, "2026-old/a.md", "2026/a..b.md", "2026//c d+e%2F.md", "2026/\u1102\u1161.md"} {
		has[key] = "In " + fmt.Sprint(len(has)) + "."
		s.put(key, has[key])
	}
	s.put("2025/a.md", "Of another prefix.")
	s.put("2026/../b.md", "Hidden, as all that begins with a dot.")
	put := func(in awss3.PutObjectInput, text string) {
		t.Helper()
		in.Bucket, in.Body = aws.String(bucketOn), strings.NewReader(text)
		_, err := s.s3.PutObject(t.Context(), &in)
		s.check(err)
	}
	put(awss3.PutObjectInput{Key: aws.String("2026/lies.md"), ContentType: aws.String("image/png"), ContentEncoding: aws.String("gzip")}, "It is text.")
	has["2026/lies.md"] = "It is text."
	put(awss3.PutObjectInput{Key: aws.String("2026/lies.txt"), ContentType: aws.String("text/plain")}, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	put(awss3.PutObjectInput{Key: aws.String("2026/empty.md")}, "")
	has["2026/empty.md"] = ""
	put(awss3.PutObjectInput{Key: aws.String("2026/")}, "") // what consoles make of a folder

	// Of parts: its ETag is no digest of its content.
	parts := aws.String("2026/parts.md")
	made, err := s.s3.CreateMultipartUpload(t.Context(), &awss3.CreateMultipartUploadInput{Bucket: aws.String(bucketOn), Key: parts})
	s.check(err)
	part, err := s.s3.UploadPart(t.Context(), &awss3.UploadPartInput{Bucket: aws.String(bucketOn), Key: parts, UploadId: made.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("In parts.")})
	s.check(err)
	whole, err := s.s3.CompleteMultipartUpload(t.Context(), &awss3.CompleteMultipartUploadInput{Bucket: aws.String(bucketOn), Key: parts, UploadId: made.UploadId,
		MultipartUpload: &s3types.CompletedMultipartUpload{Parts: []s3types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1)}}}})
	s.check(err)
	if !strings.HasSuffix(*whole.ETag, `-1"`) {
		t.Errorf("its ETag is %s", *whole.ETag)
	}
	has["2026/parts.md"] = "In parts."

	s.check(s.worker.begin(t.Context()))
	s.settle()
	s.want(has)
	done := strings.Count(s.log.String(), "an object was looked at")
	s.check(s.worker.begin(t.Context()))
	s.settle()
	if again := strings.Count(s.log.String(), "an object was looked at"); again != done {
		t.Errorf("a second walk names %d objects", again-done)
	}
	for _, d := range s.dead() {
		if d.About != "object notices/2026/lies.txt" {
			t.Errorf("dead is %+v", d)
		}
	}

	// A delete marker is a deletion, and taking it away none.
	_, err = s.s3.PutBucketVersioning(t.Context(), &awss3.PutBucketVersioningInput{Bucket: aws.String(bucketOn), VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled}})
	s.check(err)
	gone, err := s.s3.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String(bucketOn), Key: parts})
	s.check(err)
	s.send(about(*parts))
	s.settle()
	delete(has, *parts)
	s.want(has)
	if gone.VersionId == nil {
		t.Fatal("there is no delete marker")
	}
	_, err = s.s3.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String(bucketOn), Key: parts, VersionId: gone.VersionId})
	s.check(err)
	s.send(about(*parts))
	s.settle()
	has[*parts] = "In parts."
	s.want(has)
}
