package remote_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"jeton/model"
	"jeton/store/remote"
)

// valueOf is a value of a kind that no store knows.
func valueOf(t *testing.T, k model.TokenKind) model.Secret {
	t.Helper()
	value, err := model.NewValue(k, strings.NewReader(strings.Repeat("some bytes that are no secret ", 40)))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestServerAddresses(t *testing.T) {
	token := valueOf(t, model.UserToken)
	for _, good := range []string{"https://jeton.example:7625", "https://jeton.example/behind/", "http://127.0.0.1:7625", "http://[::1]:7625", "http://localhost"} {
		if s, err := remote.Server(good, token, nil); err != nil || s.Close() != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "jeton.example", "jeton.example:7625", "//x", "http://jeton.example", "http://10.0.0.1", "http://localhost.example",
		"ftp://x", "https://", "https://:7625", "https://ana:pw@x", "https://x?token=1", "https://x#y", "https://x\x7f", "unix:///x"} {
		if _, err := remote.Server(bad, token, nil); err == nil || strings.Contains(err.Error(), token.Expose()) || strings.Contains(err.Error(), "pw") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, other := range []model.Secret{{}, model.SecretOf("jtu_x"), valueOf(t, model.AgentToken), valueOf(t, model.ServiceToken)} {
		if _, err := remote.Server("https://x", other, nil); err == nil || !other.Empty() && strings.Contains(err.Error(), other.Expose()) {
			t.Errorf("token %s: %v", other.LastFour(), err)
		}
	}
}

// The token goes to the server whose certificate is trusted, and to no other.
func TestServerIsWhoItSays(t *testing.T) {
	token := valueOf(t, model.UserToken)
	presented := make(chan string, 9)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		presented <- r.Header.Get("Authorization")
		if r.Header.Get("Jeton-Source") != "" || r.URL.Path != "/behind/v1/session" {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"user":{"id":3,"login":"eva"}}`))
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that is to fail
	srv.StartTLS()
	defer srv.Close()
	stranger, err := remote.Server(srv.URL+"/behind", token, x509.NewCertPool())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Session(context.Background(), ana); !errors.Is(err, model.ErrGone) || len(presented) > 0 {
		t.Errorf("a certificate that is not trusted: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	far, err := remote.Server(srv.URL+"/behind/", token, roots)
	if err != nil {
		t.Fatal(err)
	}
	who, err := far.Identify(context.Background(), model.Source{Door: model.DoorTerminal})
	if err != nil || who.User != 3 || <-presented != "Bearer "+token.Expose() {
		t.Errorf("%+v, %v", who, err)
	}
}
