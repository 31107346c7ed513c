package config

import (
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

func (o *origins) sources(all []Source) {
	for i := range all {
		s, key := &all[i], element("sources", i)
		switch {
		case s.S3 == S3{}:
			o.given(key+".path", s.Path)
		case s.Path != "":
			o.wrongKey(key+".s3", "is given, and so is %s.path: a source is a path or a bucket", key)
		default:
			o.bucket(key+".s3", &s.S3)
		}
		o.words(key+".tenant", s.Tenant)
		o.words(key+".principals", s.Principals...)
		if s.Region != "" {
			o.words(key+".region", s.Region)
		}
		for j := range all[:i] {
			o.apart(key, s, element("sources", j), &all[j])
		}
	}
}

// apart reports two sources that would own the same document.
func (o *origins) apart(key string, s *Source, otherKey string, other *Source) {
	switch {
	case s.Path != "" && other.Path != "":
		if path := filepath.Clean(s.Path); path == filepath.Clean(other.Path) {
			o.wrongKey(key+".path", "is %q, which %s names already: one path has one owner", path, otherKey)
		}
	case s.S3.Bucket == "" || s.S3.Bucket != other.S3.Bucket:
	case s.S3.Endpoint != other.S3.Endpoint:
		o.wrongKey(key+".s3.bucket", "is %q, of which %s has another endpoint: documents are known by the names of their buckets, so give one of them another name", s.S3.Bucket, otherKey)
	case strings.HasPrefix(s.S3.Prefix, other.S3.Prefix) || strings.HasPrefix(other.S3.Prefix, s.S3.Prefix):
		o.wrongKey(key+".s3.prefix", "is %q and that of %s %q: one object has one owner, so let neither begin with the other", s.S3.Prefix, otherKey, other.S3.Prefix)
	}
}

// bucketName is what S3 takes as one.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// maxPrefix is what fits into a key of the state with the rest of a source's name.
const maxPrefix = 400

func (o *origins) bucket(key string, s *S3) {
	if !bucketName.MatchString(s.Bucket) {
		o.wrongKey(key+".bucket", "is %q: must be the name of a bucket, 3 to 63 of a-z, 0-9, . -", s.Bucket)
	}
	if len(s.Prefix) > maxPrefix || strings.ContainsFunc(s.Prefix, unicode.IsControl) {
		o.wrongKey(key+".prefix", "is %q: must have at most %d bytes and no control characters", s.Prefix, maxPrefix)
	}
	if s.Endpoint != "" {
		o.service(key+".endpoint", s.Endpoint, false)
	}
	if s.Region != "" && !regionName.MatchString(s.Region) {
		o.wrongKey(key+".region", "is %q: must be a region's name, such as ap-northeast-2", s.Region)
	}
}

// regionName has the form of those of Amazon's regions, and of what others call theirs.
var regionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func (o *origins) queues(q *Queues) {
	for _, queue := range []struct{ key, address string }{{"queues.index", q.Index}, {"queues.reindex", q.Reindex}, {"queues.dead", q.Dead}} {
		if queue.address != "" {
			o.service(queue.key, queue.address, true)
		}
		if strings.HasSuffix(queue.address, ".fifo") {
			o.wrongKey(queue.key, "is %q: must be a standard queue, for S3 tells no other, and no other holds single messages back", queue.address)
		}
	}
}

// service is the address of a service that requests are signed for. The signature
// keeps the key secret, but not what is said.
func (o *origins) service(key, address string, path bool) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" || (strings.Trim(u.Path, "/") != "") != path:
		form := "https://host or https://host:port"
		if path {
			form = "https://host/account/name"
		}
		o.wrongKey(key, "is %q: must be an address of the form %s", address, form)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		o.wrongKey(key, "is %q: without TLS documents can be read on the way: write https://", address)
	}
}
