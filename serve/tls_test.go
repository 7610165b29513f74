package serve

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOptionsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	cert, key := writeCertificate(t, dir, "a.example", time.Now().Add(time.Hour))
	old, oldKey := writeCertificate(t, dir, "old.example", time.Now().Add(-time.Hour))
	for name, test := range map[string]struct {
		o    Options
		says string
	}{
		"no key":      {Options{CertFile: cert}, "--tls-key"},
		"no cert":     {Options{KeyFile: key}, "--tls-cert"},
		"other's key": {Options{CertFile: cert, KeyFile: oldKey}, "private key does not match"},
		"no file":     {Options{CertFile: filepath.Join(dir, "x"), KeyFile: key}, "no such file"},
		"swapped":     {Options{CertFile: key, KeyFile: cert}, "PEM"},
		"ended":       {Options{CertFile: old, KeyFile: oldKey}, "renew it"},
		"no address":  {Options{Addr: "localhost:port"}, "--http"},
	} {
		o := test.o
		o.Store = newFake()
		if err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q in it", name, err, test.says)
		}
	}
}

func TestCertificateIsLoadedAgain(t *testing.T) {
	dir := t.TempDir()
	cert, key := writeCertificate(t, dir, "first.example", time.Now().Add(time.Hour))
	reload := make(chan os.Signal, 1)
	s := start(t, Options{CertFile: cert, KeyFile: key, Reload: reload, Addr: "127.0.0.1:0"})
	if got := served(t, s.addr); got != "first.example" {
		t.Fatalf("serves %s", got)
	}
	if err := os.WriteFile(cert, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	reload <- syscall.SIGHUP
	eventually(t, "said that it stays", func() bool { return strings.Contains(s.log.String(), "the one of before is still served") })
	if got := served(t, s.addr); got != "first.example" {
		t.Fatalf("after a bad one serves %s", got)
	}
	other, otherKey := writeCertificate(t, dir, "second.example", time.Now().Add(time.Hour))
	for from, to := range map[string]string{other: cert, otherKey: key} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	reload <- syscall.SIGHUP
	eventually(t, "the new one", func() bool { return served(t, s.addr) == "second.example" })
	if _, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestHTTP2(t *testing.T) {
	cert, key := writeCertificate(t, t.TempDir(), "a.example", time.Now().Add(time.Hour))
	s := start(t, Options{CertFile: cert, KeyFile: key})
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true} // the certificate is its own
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ask := func(value string) (int, int) {
		r, err := http.NewRequest("POST", "https://"+s.addr+"/auth", strings.NewReader("a body that nobody reads"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+value)
		out, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return out.ProtoMajor, out.StatusCode
	}
	eventually(t, "ready", func() bool { _, status := ask(s.org); return status == 204 })
	if version, status := ask(s.revoked); version != 2 || status != 401 {
		t.Errorf("HTTP/%d: %d", version, status)
	}
}

// served is the name in the certificate that is served.
func served(t *testing.T, addr string) string {
	t.Helper()
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) // the certificate is its own
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // nothing was sent
	return c.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func writeCertificate(t *testing.T, dir, name string, until time.Time) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: until.Add(-2 * time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	write := func(file, kind string, der []byte) string {
		path := filepath.Join(dir, name+file)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write(".pem", "CERTIFICATE", der), write(".key", "PRIVATE KEY", private)
}
