package remote_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"jeton/model"
	"jeton/store/remote"
)

// answering answers every request with the same.
type answering struct {
	status int
	kind   string
	body   []byte
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {a.kind}}, Request: r,
		Body: io.NopCloser(bytes.NewReader(a.body))}, nil
}

// Whatever answers, the store at the other end does not panic, and hands out nothing
// beside an error. A change is not said to be made without its record.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		`{"event":{"seq":1,"at":"2026-03-01T12:00:00.000Z","door":"http","action":"CREATE_AGENT_TOKEN","outcome":"done","target":{"kind":"token","id":4},"count":1,"request":"00112233445566778899aabbccddeeff"},"token":{"id":4,"kind":"agent","permissions":{"org_agent":true}},"secret":"jta_x"}`,
		`{"user":{"id":1,"login":"ana","roles":[{"role":"editor","deployment_id":1}]},"organization":{"name":"acme"},"deployments":[{}]}`,
		`{"offset":1,"total":1,"anchor_at":-1,"tokens":[{"id":1,"kind":"user","owner":"ana","owner_id":1,"last_used_at":"2026-03-01T12:00:00Z"}],"seq":1}`,
		`{"ids":[1],"next":1,"done":true}`, `{"knocks":[{"token":{},"callers":[{"hours":[1,2],"deployment":"a","branch_deployment":"b"}]}]}`,
		`{"seq":7}`, "{\"seq\":7}\n\n{\"seq\":8}\n", `{"standing":"good","token":{},"owner":null,"role":"admin"}`,
		`{"code":"conflict","conflict":{"what":"x","by":"y","now":{}},"detail":"z","also":["not_found","conflict"]}`,
		`{"code":"unknown_user","unknown_user":{"admins":["a"]},"also":["unknown_user","damage","locked"],"damage":{},"locked":{}}`, `[]`, `null`, ``, `7`,
	} {
		for _, status := range []int{200, 204, 307, 404, 500, 0} {
			f.Add(status, "application/json", []byte(body))
			f.Add(status, "application/problem+json", []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		far := remote.New(&http.Client{Transport: answering{status, kind, body}}, "http://x", remote.Options{})
		ctx := context.Background()
		_, record, err := far.Change(ctx, ana, model.Request{1}, adding)
		if (record == nil) == (err == nil) {
			t.Errorf("change: %v, %v", record, err)
		}
		value, err := far.Reveal(ctx, ana, model.Request{1}, model.Reveal{Token: 1})
		if value.Empty() == (err == nil) {
			t.Errorf("reveal: nothing and no error, or both: %v", err)
		}
		_, session := far.Session(ctx, ana)
		_, tokens := far.Tokens(ctx, ana, model.TokenQuery{Kind: model.AgentToken}, model.Window{Limit: 1})
		_, rows := far.TokenRows(ctx, ana, []model.TokenID{1})
		_, find := far.FindTokens(ctx, ana, model.TokenQuery{Kind: model.AgentToken, Filter: "x"}, 0)
		_, usage := far.Usage(ctx, ana, 1)
		_, knocks := far.Knocks(ctx, ana)
		_, verdict := far.Examine(ctx, ana, model.SecretOf("x"), model.Place{})
		_, whose := far.Whose(ctx, ana, model.Leak{LastFour: "abcd"})
		_, users := far.Users(ctx, ana)
		_, deployments := far.Deployments(ctx, ana)
		_, events := far.Events(ctx, ana, model.EventQuery{Limit: 1})
		all := []error{session, tokens, rows, find, usage, knocks, verdict, whose, users, deployments, events, far.CheckHistory(ctx)}
		if err := errors.Join(all...); status >= 300 && (err == nil || err.Error() == "") && status != 0 {
			for i, err := range all {
				if err == nil {
					t.Errorf("read %d: %d is no error", i, status)
				}
			}
		}
		_ = far.Health()
		for range far.Follow(ctx) { // it ends, or the test does not
		}
	})
}
