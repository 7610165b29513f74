package serve

import (
	"net/http"
	"strings"
	"testing"

	"jeton/model"
)

// TestAPISaysWhenTokensWereUsed: wherever a token is answered, with when it was used last.
func TestAPISaysWhenTokensWereUsed(t *testing.T) {
	m := newManaged(t)
	token := m.change(model.CreateToken{Kind: model.AgentToken}).(model.Token)
	value := m.reveal(token.ID)
	says := func(method, path, body, want string) {
		t.Helper()
		res := m.ask(apiAna, method, path, body)
		if got := read(t, res); res.StatusCode != http.StatusOK || !strings.Contains(got, `"last_used_at":`+want+`,"last_four"`) {
			t.Errorf("%s: %d %s", path, res.StatusCode, got)
		}
	}
	present := func(want model.Standing) {
		t.Helper()
		v, err := m.store.Check(t.Context(), value, model.Place{}, model.Caller{Addr: "10.2.0.14"})
		if err != nil || v.Standing != want {
			t.Fatalf("%s, %v", v.Standing, err)
		}
	}
	const used = `"2026-03-01T12:00:00.000Z"`
	check := `{"value":"` + value + `"}`
	says("POST", "/v1/check", check, "null")
	present(model.Good)
	says("POST", "/v1/check", check, used)
	says("PATCH", "/v1/tokens/4", `{"description":"in use"}`, used)
	says("POST", "/v1/tokens/4/revoke", "", used)
	present(model.Revoked)
	says("POST", "/v1/check", check, used)
	says("GET", "/v1/knocks", "", used)
}
