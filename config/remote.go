package config

import (
	"fmt"

	"github.com/naru-rag/naru/store/remote"
)

// Remote is how the server is connected to. It reads the files that store.tls
// names.
func (s *Store) Remote() (remote.Options, error) {
	opt := remote.Options{
		URL:                s.URL,
		APIKey:             s.APIKey.Reveal(),
		AllowKeyWithoutTLS: s.AllowKeyWithoutTLS,
		Timeout:            s.Timeout,
		Retry:              remote.Retry{Attempts: s.Retries.Attempts, First: s.Retries.First, Longest: s.Retries.Longest},
		PoolSize:           s.PoolSize,
		MaxMessageBytes:    int(s.MaxMessage),
	}
	if s.TLS == (TLS{}) {
		return opt, nil
	}
	var err error
	opt.TLS, err = remote.LoadTLS(remote.TLSFiles{CA: s.TLS.CA, Cert: s.TLS.Cert, Key: s.TLS.Key, ServerName: s.TLS.ServerName})
	if err != nil {
		return remote.Options{}, fmt.Errorf("store.tls: %w", err)
	}
	return opt, nil
}
