package sample

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"jeton/model"
	"jeton/store"
	"jeton/store/seal"
)

// open creates a store for an organization and opens it.
func open(t *testing.T, clock *Clock) *store.Store {
	t.Helper()
	dir := t.TempDir()
	keyset, err := seal.Create(filepath.Join(dir, "keyset"))
	if err != nil {
		t.Fatal(err)
	}
	o := store.Options{Dir: filepath.Join(dir, "store"), Keyset: keyset, Clock: clock.Now, Rand: Values()}
	ctx := context.Background()
	if err := store.Create(ctx, o, Found(1000), model.Source{Door: model.DoorProgram}); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// admin is the founder as the screens would know her.
func admin(t *testing.T, s *store.Store) model.Actor {
	t.Helper()
	a, err := s.Identify(1000, model.Source{Door: model.DoorTerminal}, "ana")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// everything reads the whole history, newest first.
func everything(t *testing.T, s *store.Store) []model.Event {
	t.Helper()
	var all []model.Event
	q := model.EventQuery{Limit: 1000}
	for {
		page, err := s.Events(context.Background(), admin(t, s), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Events...)
		if q.Before = page.Next; q.Before == 0 {
			return all
		}
	}
}

func TestDemonstrationIsWhatItPromises(t *testing.T) {
	clock := NewClock()
	s := open(t, clock)
	ctx := context.Background()
	if err := Write(ctx, s, clock, 1000, ""); err != nil {
		t.Fatal(err)
	}
	if now := clock.Now(); now.Before(demonstrationStart) || now.After(demonstrationStart.Add(time.Hour)) {
		t.Errorf("the clock shows %s after writing", now)
	}
	session, err := s.Session(ctx, admin(t, s))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(session.Deployments); n != 8 {
		t.Errorf("%d deployments, want 8", n)
	}
	users, err := s.Users(ctx, admin(t, s))
	if err != nil || len(users) != len(cast) {
		t.Errorf("%d users, want %d (%v)", len(users), len(cast), err)
	}
	page, err := s.Tokens(ctx, admin(t, s), model.TokenQuery{Kind: model.AgentToken, Revoked: true}, model.Window{Limit: 100})
	if err != nil || page.Total != len(agents) {
		t.Errorf("%d agent tokens, want %d (%v)", page.Total, len(agents), err)
	}
	if newest := page.Rows[0]; newest.Description != "" || newest.Permissions.OrgAgent || newest.CreatedAt.Std().Format("01-02") != "03-07" {
		t.Errorf("the newest agent token is %+v", newest)
	}
	if oldest := page.Rows[len(page.Rows)-1]; oldest.Description != agents[0].description || oldest.Revoked() {
		t.Errorf("the oldest agent token is %+v", oldest)
	}
	theirs := 0
	for _, u := range users {
		page, err := s.Tokens(ctx, admin(t, s), model.TokenQuery{Kind: model.UserToken, Owner: u.ID, Revoked: true}, model.Window{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		theirs += page.Total
	}
	if theirs < 190 || theirs > 230 {
		t.Errorf("%d user tokens, want about 200", theirs)
	}
	checkHistory(t, everything(t, s))
}

// checkHistory looks for everything a month of an organization has.
func checkHistory(t *testing.T, events []model.Event) {
	t.Helper()
	seen := map[model.Action]int{}
	refused := 0
	for i, e := range events {
		seen[e.Action]++
		if e.Outcome == model.Refused {
			refused++
		}
		if at := e.At.Std(); at.Before(founded) || at.After(demonstrationStart.Add(time.Hour)) {
			t.Errorf("event %d happened at %s", e.Seq, at)
		}
		if i > 0 && e.At > events[i-1].At && e.Outcome == model.Done {
			t.Errorf("event %d happened after event %d", e.Seq, events[i-1].Seq)
		}
	}
	if newest := events[0]; newest.Action != model.DescribeAgentToken {
		t.Errorf("the newest event is %s", newest.Action.Name())
	}
	for _, a := range model.Actions() {
		if optional := a.Reading() || a == model.ReactivateUser || a == model.BindAccounts || a == model.RenameOrganization ||
			a == model.DescribeUserToken || a == model.RotateKeyset || a == model.RestoreOrganization; seen[a] == 0 && !optional {
			t.Errorf("nobody did %s", a.Name())
		}
	}
	if refused < 6 {
		t.Errorf("%d refusals, want at least 6", refused)
	}
	if len(events) < 400 {
		t.Errorf("%d events, want at least 400", len(events))
	}
}

func TestDemonstrationIsTheSameEveryTime(t *testing.T) {
	tell := func() []model.Event {
		clock := NewClock()
		s := open(t, clock)
		if err := Write(context.Background(), s, clock, 1000, ""); err != nil {
			t.Fatal(err)
		}
		return everything(t, s)
	}
	first, second := tell(), tell()
	if len(first) != len(second) {
		t.Fatalf("%d events, then %d", len(first), len(second))
	}
	for i := range first {
		a, b := first[i], second[i]
		if a.Seq != b.Seq || a.At != b.At || a.Action != b.Action || a.Actor != b.Actor || a.Target != b.Target ||
			a.Details.Label != b.Details.Label || !slices.Equal(a.Details.Changes, b.Details.Changes) {
			t.Fatalf("event %d was\n%+v, then\n%+v", a.Seq, a, b)
		}
	}
}

func TestDemonstrationAsSomebodyElse(t *testing.T) {
	for _, login := range []string{"ben", "sofia", "airflow-bot"} {
		clock := NewClock()
		s := open(t, clock)
		if err := Write(context.Background(), s, clock, 1000, login); err != nil {
			t.Fatal(err)
		}
		session, err := s.Session(context.Background(), admin(t, s))
		if err != nil || session.User.Login != login {
			t.Errorf("the account is %s, want %s (%v)", session.User.Login, login, err)
		}
	}
	clock := NewClock()
	if err := Write(context.Background(), open(t, clock), clock, 1000, "mallory"); err == nil {
		t.Error("one can be somebody who is not there")
	}
}

func TestFill(t *testing.T) {
	clock := NewClock()
	s := open(t, clock)
	ctx := context.Background()
	told := 0
	if err := Fill(ctx, s, 3001, func(done int) { told = max(told, done) }); err != nil {
		t.Fatal(err)
	}
	if told != 3001 {
		t.Errorf("heard of %d tokens at last, want 3001", told)
	}
	users, err := s.Users(ctx, admin(t, s))
	if err != nil || len(users) != 30 {
		t.Errorf("%d users, want 30 (%v)", len(users), err)
	}
	page, err := s.Tokens(ctx, admin(t, s), model.TokenQuery{Kind: model.AgentToken}, model.Window{Limit: 1000})
	if err != nil || page.Total != 1501 {
		t.Errorf("%d agent tokens, want 1501 (%v)", page.Total, err)
	}
	distinct := map[string]bool{}
	for _, row := range page.Rows {
		distinct[row.Description] = true
	}
	if len(distinct) < 500 {
		t.Errorf("%d descriptions among 1000 tokens, want at least 500", len(distinct))
	}
}

// broken refuses everything after some changes.
type broken struct {
	*store.Store
	left chan struct{}
}

func (b broken) Change(ctx context.Context, a model.Actor, r model.Request, c model.Change) (model.Event, model.Record, error) {
	select {
	case <-b.left:
		return b.Store.Change(ctx, a, r, c)
	default:
		return model.Event{}, nil, model.ErrLowSpace
	}
}

func TestFillStopsAtTheFirstError(t *testing.T) {
	clock := NewClock()
	b := broken{open(t, clock), make(chan struct{}, 100)}
	for range cap(b.left) {
		b.left <- struct{}{}
	}
	if err := Fill(context.Background(), b, 10_000, nil); err == nil {
		t.Error("a full disk was not noticed")
	}
}

// TestDemonstrationIsInUse: agents call up to the last minute, some never did, and some
// with tokens that are revoked.
func TestDemonstrationIsInUse(t *testing.T) {
	clock := NewClock()
	s := open(t, clock)
	ctx := context.Background()
	if err := Write(ctx, s, clock, 1000, ""); err != nil {
		t.Fatal(err)
	}
	page, err := s.Tokens(ctx, admin(t, s), model.TokenQuery{Kind: model.AgentToken}, model.Window{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	fresh, never := 0, 0
	for _, token := range page.Rows {
		switch last := page.LastUsed[token.ID]; {
		case last.Never():
			never++
		case demonstrationStart.Sub(last.Std()) < time.Minute:
			fresh++
		}
		if token.Description != "staging runner, blue" {
			continue
		}
		u, err := s.Usage(ctx, admin(t, s), token.ID)
		if err != nil || u.All.LastHour == 0 || len(u.Callers) != 3 || slices.Contains(u.All.Hours[:], 0) {
			t.Errorf("%s is used like this: %+v (%v)", token.Description, u, err)
		}
		if u.All.Refused != 0 {
			t.Errorf("%s was refused %d times: its agent asks for what it reaches", token.Description, u.All.Refused)
		}
	}
	if fresh < 10 || never < 3 {
		t.Errorf("%d tokens were used in the last minute, %d never", fresh, never)
	}
	knocks, err := s.Knocks(ctx, admin(t, s))
	if err != nil || len(knocks.Knocks) != len(stubborn) {
		t.Errorf("%d tokens still knock, want %d (%v)", len(knocks.Knocks), len(stubborn), err)
	}
	services, err := s.Tokens(ctx, admin(t, s), model.TokenQuery{Kind: model.ServiceToken}, model.Window{Limit: 10})
	if err != nil || services.Total != 2 || len(services.LastUsed) != 2 {
		t.Errorf("%d service credentials, %d in use, want 2 of 2 (%v)", services.Total, len(services.LastUsed), err)
	}
}
