package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/store/remote"
)

func TestRemote(t *testing.T) {
	s := Default().Store
	s.URL, s.APIKey, s.AllowKeyWithoutTLS, s.PoolSize = "q:1", "key", true, 3
	s.Timeout, s.MaxMessage = time.Second, 2*MiB
	s.Retries = Retries{Attempts: 2, First: 3, Longest: 4}
	got, err := s.Remote()
	want := remote.Options{URL: "q:1", APIKey: "key", AllowKeyWithoutTLS: true, Timeout: time.Second, PoolSize: 3, MaxMessageBytes: 2 << 20,
		Retry: remote.Retry{Attempts: 2, First: 3, Longest: 4}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("options are %+v, %v", got, err)
	}
	s.TLS.ServerName = "other"
	if got, err := s.Remote(); err != nil || got.TLS == nil || got.TLS.ServerName != "other" {
		t.Errorf("options are %+v, %v", got, err)
	}
	s.TLS.CA = "gone.pem"
	if _, err := s.Remote(); err == nil || !strings.Contains(err.Error(), "store.tls: read CA: open gone.pem") {
		t.Errorf("error is %v", err)
	}
}
