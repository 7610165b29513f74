package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"jeton/model"
)

// Server returns the store that a server at an address such as "https://jeton.example:7625"
// serves, for the owner of a user token. roots are the certificates that are trusted; nil for
// the system's. An address without TLS is refused unless it is on this host: the token
// and every value that is revealed could be read on the way.
func Server(address string, token model.Secret, roots *x509.CertPool) (*Store, error) {
	base, err := serverBase(address)
	if err != nil {
		return nil, fmt.Errorf("server address not understood: %w", err)
	}
	kind, err := model.ParseValue(token.Expose())
	if err != nil {
		return nil, fmt.Errorf("token for the server: %w", err)
	}
	if kind != model.UserToken {
		return nil, fmt.Errorf("token for the server: a value of this kind signs nobody in (%s): use that of a user token, which begins with %s", kind, model.UserToken.Prefix())
	}
	dialer := net.Dialer{Timeout: 10 * time.Second}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}
	return New(&http.Client{Transport: transport}, base, Options{Token: token}), nil
}

// serverBase is the address that paths are put behind.
func serverBase(address string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return "", errors.New("give it like https://jeton.example:7625")
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("nothing but a scheme, a host, a port and a path belongs there")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("it begins with neither https:// nor http://")
	case u.Scheme == "http" && !onThisHost(u.Hostname()):
		return "", errors.New("http:// to another host would send the token where others can read it: use https://")
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.EscapedPath(), "/"), nil
}

func onThisHost(name string) bool {
	addr, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && addr.IsLoopback()
}
