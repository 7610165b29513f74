package serve

import (
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// certificate is a pair of files, and what was last loaded from them.
type certificate struct {
	certFile, keyFile string
	now               atomic.Pointer[tls.Certificate]
}

// loadCertificate loads a certificate and its key; nil where neither is given.
func loadCertificate(certFile, keyFile string) (*certificate, error) {
	switch {
	case certFile == "" && keyFile == "":
		return nil, nil
	case certFile == "":
		return nil, errors.New("a TLS key without a certificate: give --tls-cert FILE too")
	case keyFile == "":
		return nil, errors.New("a TLS certificate without its key: give --tls-key FILE too")
	}
	c := &certificate{certFile: certFile, keyFile: keyFile}
	return c, c.load()
}

// load loads the files. When they cannot be used, what was loaded before stays.
func (c *certificate) load() error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load TLS certificate %s with key %s: %w: both are PEM, the certificate first in its file", c.certFile, c.keyFile, err)
	}
	if until := pair.Leaf.NotAfter; time.Now().After(until) {
		return fmt.Errorf("load TLS certificate %s: it ended on %s: renew it", c.certFile, until.UTC().Format(time.RFC3339))
	}
	c.now.Store(&pair)
	return nil
}

// until is when the certificate ends.
func (c *certificate) until() time.Time { return c.now.Load().Leaf.NotAfter.UTC() }

// config serves whatever was loaded last, to each new connection.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now.Load(), nil },
	}
}
