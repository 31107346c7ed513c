package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLSFiles name what a TLS connection is made with, in PEM form.
type TLSFiles struct {
	// CA holds the certificates that the server's must lead to; empty takes
	// those of the system.
	CA string
	// Cert and Key are shown to a server that asks who we are; both or neither.
	Cert, Key string
	// ServerName is what the server's certificate is for, where that is not the
	// host of the address.
	ServerName string
}

// LoadTLS reads the files. Certificate and key are read again for every
// connection, so that they can be exchanged while the program runs. There is no
// way not to verify the server.
func LoadTLS(f TLSFiles) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: f.ServerName}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("read CA: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read CA: %s holds no certificate in PEM form", f.CA)
		}
	}
	if f.Cert == "" && f.Key == "" {
		return c, nil
	}
	if f.Cert == "" || f.Key == "" {
		return nil, errors.New("a certificate and its key go together, and only one is given")
	}
	load := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("read certificate %s with key %s: %w", f.Cert, f.Key, err)
		}
		return &pair, nil
	}
	if _, err := load(); err != nil {
		return nil, err
	}
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }
	return c, nil
}
