//go:build linux

package e2e

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// apache is an Apache with the file changed as somebody might, and a scene around it.
func apache(t *testing.T, pairs ...string) (*scene, setting) {
	t.Helper()
	w, s := newWorld(t), newService(t)
	w.ready(t, http.DefaultClient, "http")
	at := setting{dir: t.TempDir(), jeton: w.addr, service: s.addr(), credential: w.credential(t)}
	at.certificate = newCertificate(t, at.dir)
	file := write(t, at.dir, "changed.conf", "LogLevel debug\n"+replaced(t, "apache.conf", pairs...))
	return &scene{proxy{}, w, newClient(t, startApacheWith(t, at, file), at.certificate), t, s}, at
}

// TestApacheCaches is the control of expiry=0: without it a token that was revoked still
// works.
func TestApacheCaches(t *testing.T) {
	installed(t)
	s, _ := apache(t, "&expiry=0", "")
	agent := s.agent(t, "prod")
	s.served(s.get("/runs", bearer(agent)))
	s.revoke(t, agent)
	s.served(s.get("/runs", bearer(agent)))
}

// TestApacheLogs has Apache log as much as it can: no value is in the log, unless the line is
// gone that keeps mod_oauth2 from it.
func TestApacheLogs(t *testing.T) {
	installed(t)
	for line, want := range map[string]bool{"LogLevel oauth2:warn": false, "": true} {
		s, at := apache(t, "LogLevel oauth2:warn", line)
		agent := s.agent(t, "prod")
		s.served(s.get("/runs", bearer(agent)))
		log, err := os.ReadFile(filepath.Join(at.dir, "apache2.log"))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []token{agent, at.credential} {
			if got := bytes.Contains(log, []byte(v.value.Expose())); got != want {
				t.Errorf("with %q: token %s is in the log: %t", line, v.number, got)
			}
		}
	}
}
