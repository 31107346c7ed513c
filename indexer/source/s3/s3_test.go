package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/internal/pythontest"
)

// service is a bucket of moto's, which keeps versions.
type service struct {
	*awss3.Client
	t *testing.T
}

func newService(t *testing.T) service {
	s := service{awss3.New(awss3.Options{Region: "ap-northeast-2", BaseEndpoint: aws.String(pythontest.Moto(t)), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}), t}
	_, err := s.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: aws.String("notices"),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "ap-northeast-2"}})
	if err == nil {
		_, err = s.PutBucketVersioning(t.Context(), &awss3.PutBucketVersioningInput{Bucket: aws.String("notices"),
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s service) put(key, content string) {
	s.t.Helper()
	if _, err := s.PutObject(s.t.Context(), &awss3.PutObjectInput{Bucket: aws.String("notices"), Key: &key, Body: bytes.NewReader([]byte(content))}); err != nil {
		s.t.Fatalf("%q: %v", key, err)
	}
}

func (s service) remove(key string) {
	s.t.Helper()
	if _, err := s.DeleteObject(s.t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String("notices"), Key: &key}); err != nil {
		s.t.Fatal(err)
	}
}

// walked are the keys of a walk, and the errors in it.
func walked(t *testing.T, b *s3.Bucket) (keys []string, wrong []error) {
	t.Helper()
	err := b.Walk(t.Context(), func(item source.Item, err error) error {
		if err != nil {
			wrong = append(wrong, err)
		} else {
			keys = append(keys, item.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, wrong
}

func content(t *testing.T, item source.Item) (string, error) {
	t.Helper()
	r, err := item.Open(t.Context())
	if err != nil {
		return "", err
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	return string(all), err
}

// keys are what people and programs call objects.
var keys = []string{
	"2026/ferry.md", "2026/two words+plus.md", "2026/percent%2Fslash.md", "a//b.md", "comma,amp&=?#;.md",
	"나루/시간표.md", "\u1102\u1161\u1105\u116e/decomposed.md", "tab\tend.md", "ÜBER.TXT", "emoji/🚢.html", "quote'\"<>.md",
}

// TestKeys: each object is found under its own key, whatever characters that has.
func TestKeys(t *testing.T) {
	s := newService(t)
	for _, key := range keys {
		s.put(key, "# "+key)
	}
	for _, key := range []string{"picture.png", ".hidden/a.md", "a/.b.md", "a/../b.md", "folder/", "README"} {
		s.put(key, "x")
	}
	b := s3.New(s.Client, "notices", s3.Options{})
	want := slices.Clone(keys)
	slices.Sort(want)
	for i := range want {
		want[i] = "notices/" + want[i]
	}
	got, wrong := walked(t, b)
	if !slices.Equal(got, want) || len(wrong) > 0 {
		t.Errorf("the walk gives\n%q, %v, want\n%q", got, wrong, want)
	}
	for _, key := range keys {
		item, err := b.Find(t.Context(), s3.Key("notices", key))
		if err != nil || item.URI != "s3://notices/"+key || item.Revision == "" || item.Size != int64(len(key)+2) || item.Modified.IsZero() {
			t.Errorf("%q: %+v, %v", key, item, err)
			continue
		}
		if text, err := content(t, item); text != "# "+key || err != nil {
			t.Errorf("%q reads %q, %v", key, text, err)
		}
	}
	for _, key := range []string{"notices/none.md", "notices/picture.png", "notices/.hidden/a.md", "notices/a/../b.md", "other/2026/ferry.md", "2026/ferry.md", ""} {
		if _, err := b.Find(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", key, err)
		}
	}
	below := s3.New(s.Client, "notices", s3.Options{Prefix: "2026/"})
	if got, _ := walked(t, below); len(got) != 3 || below.Holds("notices/a//b.md") || !below.Holds("notices/2026/x.md") {
		t.Errorf("under the prefix are %q", got)
	}
}

// TestPages: a walk over more than a page is whole, and goes on from any mark.
func TestPages(t *testing.T) {
	s := newService(t)
	const n = 53
	for i := range n {
		s.put(fmt.Sprintf("docs/%04d.md", i), "x")
	}
	b := s3.New(s.Client, "notices", s3.Options{PageSize: 30})
	if got, wrong := walked(t, b); len(got) != n || len(wrong) > 0 || !slices.IsSorted(got) {
		t.Errorf("%d objects are walked, %v", len(got), wrong)
	}
	first, mark, err := b.Page(t.Context(), "")
	if err != nil || mark == "" {
		t.Fatal(mark, err)
	}
	s.remove(mark) // it need not be there any more
	rest, end, err := b.Page(t.Context(), mark)
	if err != nil || end != "" || len(first)+len(rest) != n {
		t.Errorf("%d and %d, %q, %v", len(first), len(rest), end, err)
	}
	stop := errors.New("stop")
	if err := b.Walk(t.Context(), func(source.Item, error) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Walk(ended, func(source.Item, error) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestRevisions: what is read is of the revision that was found, or nothing is.
func TestRevisions(t *testing.T) {
	s := newService(t)
	b := s3.New(s.Client, "notices", s3.Options{MaxBytes: 20})
	find := func() source.Item {
		t.Helper()
		item, err := b.Find(t.Context(), "notices/a.md")
		if err != nil {
			t.Fatal(err)
		}
		return item
	}
	s.put("a.md", "one")
	one := find()
	s.put("a.md", "two")
	two := find()
	if one.Revision == two.Revision {
		t.Errorf("both are of the revision %s", one.Revision)
	}
	if text, err := content(t, one); !errors.Is(err, s3.ErrChanged) {
		t.Errorf("the first reads %q, %v", text, err)
	}
	if text, err := content(t, two); text != "two" || err != nil {
		t.Errorf("the second reads %q, %v", text, err)
	}
	s.put("a.md", "one")
	if again := find(); again.Revision != one.Revision {
		t.Errorf("the same bytes are of the revisions %s and %s", one.Revision, again.Revision)
	}
	last := find()
	s.remove("a.md")
	if _, err := content(t, last); !errors.Is(err, s3.ErrChanged) {
		t.Errorf("what was removed reads %v", err)
	}
	if _, err := b.Find(t.Context(), "notices/a.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was removed is found: %v", err)
	}
	s.put("a.md", strings.Repeat("x", 21))
	_, err := b.Find(t.Context(), "notices/a.md")
	if walk, ok := errors.AsType[*source.WalkError](err); !ok || walk.Unknown() || !errors.Is(err, source.ErrTooLarge) {
		t.Errorf("what is too large: %v", err)
	}
	if got, wrong := walked(t, b); len(got) > 0 || len(wrong) != 1 || !errors.Is(wrong[0], source.ErrTooLarge) {
		t.Errorf("%q, %v", got, wrong)
	}
}

// TestUnseen: a bucket that cannot be listed is no empty bucket.
func TestUnseen(t *testing.T) {
	s := newService(t)
	b := s3.New(s.Client, "elsewhere", s3.Options{Prefix: "a/"})
	got, wrong := walked(t, b)
	if len(got) > 0 || len(wrong) != 1 {
		t.Fatalf("%q, %v", got, wrong)
	}
	walk, ok := errors.AsType[*source.WalkError](wrong[0])
	if !ok || !walk.Unknown() || !walk.Covers("elsewhere/a/b.md") || walk.Covers("elsewhere/b.md") {
		t.Errorf("%v", wrong[0])
	}
	if _, err := b.Find(t.Context(), "elsewhere/a/b.md"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an object of it: %v", err)
	}
}
