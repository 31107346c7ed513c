package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/naru-rag/naru/indexer/source"
)

// Kind is the kind of these sources.
const Kind = "s3"

// ErrChanged: the object is not the one that was found any more. Whoever looks again
// finds another, or none.
var ErrChanged = errors.New("the object was changed meanwhile")

// Options say what of a bucket is read. The zero value is all of it.
type Options struct {
	// Prefix is what the keys begin with.
	Prefix string
	// MaxBytes is the size of the largest object that is read, in bytes; zero means
	// source.DefaultMaxBytes.
	MaxBytes int64
	// PageSize is how many objects a page goes over, at most and by default 1,000.
	PageSize int
}

// mostListed is how many objects S3 lists at most.
const mostListed = 1000

// Bucket is the documents in a bucket: the objects whose extension package extract knows,
// without what is hidden (an element of the key begins with a dot).
type Bucket struct {
	client *s3.Client
	name   string
	opt    Options
}

var _ source.Finder = (*Bucket)(nil)

// New names a bucket. Nothing is asked of it yet.
func New(client *s3.Client, bucket string, opt Options) *Bucket {
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = source.DefaultMaxBytes
	}
	if opt.PageSize <= 0 || opt.PageSize > mostListed {
		opt.PageSize = mostListed
	}
	return &Bucket{client, bucket, opt}
}

// ID is "s3:", the bucket's name, a slash and the prefix.
func (b *Bucket) ID() string { return Kind + ":" + b.key(b.opt.Prefix) }

// Kind is [Kind].
func (b *Bucket) Kind() string { return Kind }

// Key is what an object is known by: the bucket's name, a slash, and the object's key.
func Key(bucket, object string) string { return bucket + "/" + object }

func (b *Bucket) key(object string) string { return Key(b.name, object) }

// Holds implements [source.Source].
func (b *Bucket) Holds(key string) bool {
	object, ours := strings.CutPrefix(key, b.key(""))
	return ours && strings.HasPrefix(object, b.opt.Prefix) && source.Wanted(object)
}

// Walk implements [source.Source]. Where a page cannot be listed, what is yielded is an
// error about all that would have come after it.
func (b *Bucket) Walk(ctx context.Context, yield func(source.Item, error) error) error {
	for after := ""; ; {
		items, next, err := b.Page(ctx, after)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			// Which documents those are cannot be told by a prefix: it is about all.
			key := b.key(b.opt.Prefix)
			return yield(source.Item{URI: uri(key), Key: key}, &source.WalkError{URI: uri(key), Key: key, Prefix: true, Err: err})
		}
		for _, found := range items {
			if err := yield(found.Item, found.Err); err != nil {
				return err
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
}

// Found is an item, or why it cannot be read: a [*source.WalkError].
type Found struct {
	source.Item
	Err error
}

// Page lists the documents among Options.PageSize objects after a mark, in the order of the
// bytes of their keys; it returns the mark for the next page, which is empty at the end,
// as the first page's is. A mark is good at any later time.
func (b *Bucket) Page(ctx context.Context, after string) (all []Found, next string, err error) {
	input := &s3.ListObjectsV2Input{Bucket: &b.name, MaxKeys: aws.Int32(int32(b.opt.PageSize)), EncodingType: types.EncodingTypeUrl} // XML cannot hold every key
	if b.opt.Prefix != "" {
		input.Prefix = &b.opt.Prefix
	}
	if after != "" {
		input.StartAfter = &after
	}
	page, err := b.client.ListObjectsV2(ctx, input)
	if err != nil {
		return nil, "", fmt.Errorf("list the bucket %s: %w", b.name, err)
	}
	last := ""
	for _, o := range page.Contents {
		object, err := url.QueryUnescape(aws.ToString(o.Key))
		if err != nil {
			return nil, "", fmt.Errorf("list the bucket %s: the key %q is not encoded as it should be: %w", b.name, aws.ToString(o.Key), err)
		}
		last = object
		if source.Wanted(object) {
			item, err := b.item(object, aws.ToString(o.ETag), aws.ToInt64(o.Size), aws.ToTime(o.LastModified))
			all = append(all, Found{item, err})
		}
	}
	if !aws.ToBool(page.IsTruncated) {
		return all, "", nil
	}
	if last <= after {
		return nil, "", fmt.Errorf("list the bucket %s: the page after %q does not go on", b.name, after)
	}
	return all, last, nil
}

// Find implements [source.Finder].
func (b *Bucket) Find(ctx context.Context, key string) (source.Item, error) {
	if !b.Holds(key) {
		return source.Item{}, fmt.Errorf("%s is none of %s: %w", uri(key), b.ID(), fs.ErrNotExist)
	}
	object := strings.TrimPrefix(key, b.key(""))
	head, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &object})
	if status(err) == http.StatusNotFound {
		// So it is where there is no such bucket, whose documents are kept.
		if _, err := b.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name}); err != nil {
			return source.Item{}, fmt.Errorf("look for the bucket of %s: %w", uri(key), err)
		}
		return source.Item{}, fmt.Errorf("%s: %w", uri(key), fs.ErrNotExist)
	}
	if err != nil {
		return source.Item{}, fmt.Errorf("look for %s: %w", uri(key), err)
	}
	return b.item(object, aws.ToString(head.ETag), aws.ToInt64(head.ContentLength), aws.ToTime(head.LastModified))
}

// item is an object as it was listed or found, or why it is not read.
func (b *Bucket) item(object, etag string, size int64, modified time.Time) (source.Item, error) {
	key := b.key(object)
	item := source.Item{URI: uri(key), Key: key, Revision: etag, Modified: modified, Size: size}
	if size > b.opt.MaxBytes {
		return item, &source.WalkError{URI: item.URI, Key: key, Err: source.TooLarge(size, b.opt.MaxBytes)}
	}
	item.Open = func(ctx context.Context) (io.ReadCloser, error) { return b.open(ctx, object, etag, size) }
	return item, nil
}

func (b *Bucket) open(ctx context.Context, object, etag string, size int64) (io.ReadCloser, error) {
	name := uri(b.key(object))
	input := &s3.GetObjectInput{Bucket: &b.name, Key: &object}
	if etag != "" {
		input.IfMatch = &etag
	}
	got, err := b.client.GetObject(ctx, input)
	switch status(err) {
	case http.StatusPreconditionFailed, http.StatusNotFound:
		return nil, fmt.Errorf("read %s: %w", name, ErrChanged)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return source.Limit(&whole{got.Body, name, size}, name, b.opt.MaxBytes), nil
}

// whole is a body that ends with an error where it is not as long as the object: services
// and proxies that end it by hanging up do not say how long it is.
type whole struct {
	io.ReadCloser
	name string
	left int64
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if w.left -= int64(n); err == io.EOF && w.left != 0 {
		err = fmt.Errorf("read %s: what was sent is %d bytes short: %w", w.name, w.left, io.ErrUnexpectedEOF)
	}
	return n, err
}

// uri is how citations name an object.
func uri(key string) string { return Kind + "://" + key }

// status is the HTTP status of an error, zero where there was no answer.
func status(err error) int {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}
