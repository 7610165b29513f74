//go:build linux

package e2e

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"jeton/model"
)

// service is what is protected: it keeps what reached it.
type service struct {
	*httptest.Server
	mu      sync.Mutex
	reached []reached
}

// reached is a request that reached the service.
type reached struct {
	header http.Header
	body   string
	path   string
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.reached = append(s.reached, reached{r.Header, string(body), r.URL.RequestURI()})
		s.mu.Unlock()
		fmt.Fprint(w, "served")
	}))
	t.Cleanup(s.Close)
	return s
}

// take returns what reached the service since it was last asked.
func (s *service) take() []reached {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.reached
	s.reached = nil
	return all
}

// addr is where the service listens.
func (s *service) addr() string { return s.Listener.Addr().String() }

// token is one that jeton gave out.
type token struct {
	number string
	value  model.Secret
}

// client presents tokens to a proxy.
type client struct {
	t    *testing.T
	http *http.Client
	url  string
	sent []string // headers
}

func newClient(t *testing.T, addr string, c certificate) *client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, http: &http.Client{Transport: transport, Timeout: patience}, url: "https://" + addr}
}

// answer is what a proxy answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// get asks for a path with headers, given as "Name: value".
func (c *client) get(path string, headers ...string) answer {
	c.t.Helper()
	return c.send(http.MethodGet, path, "", headers...)
}

func (c *client) send(method, path, body string, headers ...string) answer {
	c.t.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header[name] = append(r.Header[name], value)
	}
	c.sent = append(c.sent, headers...)
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func bearer(v token) string { return "Authorization: Bearer " + v.value.Expose() }

func platform(v token) string { return "Dagster-Cloud-Api-Token: " + v.value.Expose() }
