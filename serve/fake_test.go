package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"jeton/model"
)

// fake keeps a few tokens in memory and rules on them as the store does.
type fake struct {
	mu          sync.Mutex
	tokens      map[string]model.Token // by value
	users       map[model.UserID]model.User
	deployments []model.Deployment
	health      model.Health
	broken      error // instead of every answer
	callers     []model.Caller
}

// The people and deployments of every fake.
const (
	ana, ben, cleo, dan = 1, 2, 3, 4 // an Organization Admin, an Editor of prod, without roles, deactivated
	prod, staging, gone = 1, 2, 3    // the last one removed
)

func newFake() *fake {
	return &fake{
		tokens: map[string]model.Token{},
		users: map[model.UserID]model.User{
			ana:  {ID: ana, Login: "ana", OrgAdmin: true},
			ben:  {ID: ben, Login: "ben", Grants: []model.Grant{{Deployment: prod, Role: model.Editor}, {Deployment: gone, Role: model.Viewer}}},
			cleo: {ID: cleo, Login: "cleo+x@acme.example"},
			dan:  {ID: dan, Login: "dan", OrgAdmin: true, DeactivatedAt: 5},
		},
		deployments: []model.Deployment{{ID: prod, Name: "prod"}, {ID: staging, Name: "Staging"}, {ID: gone, Name: "gone", RemovedAt: 7}},
		health:      model.Health{Compared: true, Events: 9},
	}
}

// add keeps a token and returns its value.
func (f *fake) add(t model.Token) string {
	secret, err := model.NewValue(t.Kind, rand.Reader)
	if err != nil {
		panic(err) // without randomness nothing here means anything
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	t.ID, t.CreatedAt = model.TokenID(len(f.tokens)+1), 1_700_000_000_000
	f.tokens[secret.Expose()] = t
	return secret.Expose()
}

func (f *fake) revoke(value string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.tokens[value]
	t.RevokedAt = 3
	f.tokens[value] = t
}

func (f *fake) setHealth(h model.Health) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.health = h
}

func (f *fake) setBroken(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
}

// last returns who asked last.
func (f *fake) last() model.Caller {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.callers) == 0 {
		return model.Caller{}
	}
	return f.callers[len(f.callers)-1]
}

func (f *fake) Check(_ context.Context, value string, at model.Place, from model.Caller) (model.Verdict, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.callers = append(f.callers[:min(len(f.callers), 20)], from)
	if f.broken != nil {
		return model.Verdict{}, f.broken
	}
	if _, err := model.ParseValue(value); err != nil {
		return model.Verdict{}, err
	}
	t, known := f.tokens[value]
	v := model.Verdict{Token: t, Owner: f.users[t.Owner]}
	switch {
	case !known:
		v.Standing = model.Unknown
	case t.Revoked():
		v.Standing = model.Revoked
	case t.Kind == model.ServiceToken:
		v.Standing = model.WrongKind
	case t.Kind == model.UserToken && !v.Owner.Active():
		v.Standing = model.OwnerGone
	default:
		v.Standing = model.Good
	}
	var d model.Deployment
	for _, have := range f.deployments {
		if strings.EqualFold(have.Name, at.Name) {
			d = have
		}
	}
	return v.At(at, d), nil
}

func (f *fake) Service(_ context.Context, value string, _ model.Caller) (model.Token, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return model.Token{}, f.broken
	}
	if _, err := model.ParseValue(value); err != nil {
		return model.Token{}, err
	}
	t, known := f.tokens[value]
	switch {
	case !known || t.Kind != model.ServiceToken:
		return model.Token{}, model.ErrNotFound
	case t.Revoked():
		return t, model.ErrRevoked
	}
	return t, nil
}

func (f *fake) DeploymentName(id model.DeploymentID) string {
	for _, d := range f.deployments {
		if d.ID == id && !d.Removed() {
			return d.Name
		}
	}
	return ""
}

func (f *fake) Health() model.Health {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.health
}

func (f *fake) Compare(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.health.Compared = true
	return nil
}

func (f *fake) CheckHistory(context.Context) error { return nil }

var errBroken = errors.New("read token: state is damaged")

// world is doors to a fake with a token of each sort.
type world struct {
	*fake
	doors *Doors
	log   *lockedBuffer

	org, limited, branches, nothing, revoked string // agent tokens
	anas, bens, cleos, dans                  string // user tokens
	service, oldService                      string
	unknown                                  string
}

func newWorld(t testing.TB, o DoorOptions) *world {
	t.Helper()
	w := &world{fake: newFake(), log: &lockedBuffer{}}
	agent := func(p model.Permissions) string { return w.add(model.Token{Kind: model.AgentToken, Permissions: p}) }
	user := func(id model.UserID) string { return w.add(model.Token{Kind: model.UserToken, Owner: id}) }
	w.org, w.limited = agent(model.OrgAgent()), agent(model.Permissions{Deployments: []model.DeploymentID{prod, gone}})
	w.branches, w.nothing, w.revoked = agent(model.Permissions{AllBranches: true}), agent(model.Permissions{}), agent(model.OrgAgent())
	w.anas, w.bens, w.cleos, w.dans = user(ana), user(ben), user(cleo), user(dan)
	w.service, w.oldService = w.add(model.Token{Kind: model.ServiceToken}), w.add(model.Token{Kind: model.ServiceToken})
	w.revoke(w.revoked)
	w.revoke(w.oldService)
	unknown, err := model.NewValue(model.AgentToken, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.unknown = unknown.Expose()
	o.Log = slog.New(slog.NewJSONHandler(w.log, nil))
	w.doors = NewDoors(w.fake, o)
	return w
}

// values are all that may stand nowhere.
func (w *world) values() []string {
	return []string{w.org, w.limited, w.branches, w.nothing, w.revoked, w.anas, w.bens, w.cleos, w.dans, w.service, w.oldService, w.unknown}
}

// do asks, and fails the test if a value is in the answer or the log.
func (w *world) do(t testing.TB, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	out := httptest.NewRecorder()
	w.doors.ServeHTTP(out, r)
	w.leakless(t, out)
	return out
}

func (w *world) leakless(t testing.TB, out *httptest.ResponseRecorder) {
	t.Helper()
	var said bytes.Buffer
	said.Write(out.Body.Bytes())
	if err := out.Result().Header.Write(&said); err != nil {
		t.Fatal(err)
	}
	said.WriteString(w.log.String())
	for _, value := range w.values() {
		// Half a value is still too much.
		if strings.Contains(said.String(), value[:len(value)/2]) {
			t.Fatalf("a value is in the answer or the log: %s", said.String())
		}
	}
}

// request makes one with headers given in turns of name and value.
func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *lockedBuffer) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf.Reset()
}
