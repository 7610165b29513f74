package wire

import (
	"encoding/hex"
	"fmt"

	"jeton/model"
)

// Session tells about the one who asks and the organization.
type Session struct {
	User         User         `json:"user"`
	Organization Organization `json:"organization"`
	Deployments  []Deployment `json:"deployments"`
	AgentTokens  int          `json:"agent_tokens"`
	UserTokens   int          `json:"user_tokens"`
	Services     int          `json:"services"`
}

// SessionOf is the form of a session.
func SessionOf(s model.Session, n Names) Session {
	return Session{User: UserOf(s.User, n), Organization: OrganizationOf(s.Organization, n),
		Deployments: DeploymentsOf(s.Deployments, n).Deployments, AgentTokens: s.AgentTokens, UserTokens: s.UserTokens, Services: s.Services}
}

// Model is the session.
func (s Session) Model() model.Session {
	return model.Session{User: s.User.Model(), Organization: s.Organization.Model(), Deployments: Deployments{s.Deployments}.Model(),
		AgentTokens: s.AgentTokens, UserTokens: s.UserTokens, Services: s.Services}
}

// TokenPage is a window of a list, or some rows of it.
type TokenPage struct {
	Offset   int     `json:"offset"`
	Total    int     `json:"total"`
	AnchorAt int     `json:"anchor_at"`
	Tokens   []Token `json:"tokens"`
	Seq      uint64  `json:"seq"`
	UseSince Time    `json:"use_since"`
}

// TokenPageOf is the form of a page; deployments are the names of those its rows name.
func TokenPageOf(p model.TokenPage, deployments map[model.DeploymentID]string) TokenPage {
	n := Names{Logins: p.Logins, Deployments: deployments, LastUsed: p.LastUsed}
	out := TokenPage{Offset: p.Offset, Total: p.Total, AnchorAt: p.AnchorAt, Seq: p.Seq, UseSince: Time(p.UseSince),
		Tokens: make([]Token, len(p.Rows))}
	for i, t := range p.Rows {
		out.Tokens[i] = TokenOf(t, n)
	}
	return out
}

// Model is the page.
func (p TokenPage) Model() model.TokenPage {
	out := model.TokenPage{Offset: p.Offset, Total: p.Total, AnchorAt: p.AnchorAt, Seq: p.Seq, UseSince: model.Time(p.UseSince),
		Rows: make([]model.Token, len(p.Tokens)), Logins: map[model.UserID]string{}}
	for i, t := range p.Tokens {
		out.Rows[i] = t.Model()
		t.names(out.Logins)
		t.used(&out.LastUsed)
	}
	return out
}

// Match is a step of reading through a list.
type Match struct {
	IDs     []model.TokenID `json:"ids"`
	Next    model.TokenID   `json:"next"`
	Scanned int             `json:"scanned"`
	Done    bool            `json:"done"`
}

// MatchOf is the form of a step.
func MatchOf(m model.Match) Match {
	return Match{IDs: append([]model.TokenID{}, m.IDs...), Next: m.Next, Scanned: m.Scanned, Done: m.Done}
}

// Model is the step.
func (m Match) Model() model.Match { return model.Match(m) }

// Users are all users.
type Users struct {
	Users []User `json:"users"`
}

// UsersOf is the form of all users, who name each other.
func UsersOf(all []model.User, deployments map[model.DeploymentID]string) Users {
	n := Names{Logins: map[model.UserID]string{}, Deployments: deployments}
	for _, u := range all {
		n.Logins[u.ID] = u.Login
	}
	out := Users{make([]User, len(all))}
	for i, u := range all {
		out.Users[i] = UserOf(u, n)
	}
	return out
}

// Model are the users.
func (u Users) Model() []model.User {
	out := make([]model.User, len(u.Users))
	for i, one := range u.Users {
		out[i] = one.Model()
	}
	return out
}

// Deployments are deployments.
type Deployments struct {
	Deployments []Deployment `json:"deployments"`
}

// DeploymentsOf is the form of deployments.
func DeploymentsOf(all []model.Deployment, n Names) Deployments {
	out := Deployments{make([]Deployment, len(all))}
	for i, d := range all {
		out.Deployments[i] = DeploymentOf(d, n)
	}
	return out
}

// Model are the deployments.
func (d Deployments) Model() []model.Deployment {
	out := make([]model.Deployment, len(d.Deployments))
	for i, one := range d.Deployments {
		out[i] = one.Model()
	}
	return out
}

// Event is one line of the organization's history.
type Event struct {
	Seq       uint64        `json:"seq"`
	At        Time          `json:"at"`
	Actor     Name          `json:"actor"`
	ActorID   model.UserID  `json:"actor_id,omitempty"`
	Door      Door          `json:"door"`
	Origin    string        `json:"origin,omitempty"`
	Action    Action        `json:"action"`
	Outcome   Outcome       `json:"outcome"`
	Target    Target        `json:"target"`
	Label     string        `json:"label,omitempty"`
	Subject   Name          `json:"subject"`
	SubjectID model.UserID  `json:"subject_id,omitempty"`
	Count     uint32        `json:"count"`
	Reason    string        `json:"reason,omitempty"`
	Changes   []FieldChange `json:"changes,omitempty"`
	Request   Request       `json:"request,omitempty"`
}

// Target is what an event was about.
type Target struct {
	Kind TargetKind `json:"kind"`
	ID   uint64     `json:"id,omitempty"`
}

// FieldChange is one field before and after an edit.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Request is the number of a change in hexadecimal, empty for none.
type Request string

// RequestOf is the form of a request number.
func RequestOf(r model.Request) Request {
	if r == (model.Request{}) {
		return ""
	}
	return Request(r.String())
}

// Model is the request number.
func (r Request) Model() (out model.Request, err error) {
	if r == "" {
		return out, nil
	}
	raw, err := hex.DecodeString(string(r))
	if err != nil || len(raw) != len(out) {
		return out, fmt.Errorf("a request number has %d hexadecimal digits", 2*len(out))
	}
	return model.Request(raw), nil
}

// EventOf is the form of an event.
func EventOf(e model.Event, n Names) Event {
	out := Event{Seq: e.Seq, At: Time(e.At), Actor: n.login(e.Actor), ActorID: e.Actor, Door: Door(e.Door), Origin: e.Details.Origin,
		Action: Action(e.Action), Outcome: Outcome(e.Outcome), Target: Target{TargetKind(e.Target.Kind), e.Target.ID},
		Label: e.Details.Label, Subject: n.login(e.Subject), SubjectID: e.Subject, Count: e.Count, Reason: e.Details.Reason,
		Request: RequestOf(e.Request)}
	for _, c := range e.Details.Changes {
		out.Changes = append(out.Changes, FieldChange(c))
	}
	return out
}

// Model is the event.
func (e Event) Model() (model.Event, error) {
	out := model.Event{Seq: e.Seq, At: model.Time(e.At), Actor: e.ActorID, Door: model.Door(e.Door), Action: model.Action(e.Action),
		Outcome: model.Outcome(e.Outcome), Target: model.Target{Kind: model.TargetKind(e.Target.Kind), ID: e.Target.ID},
		Subject: e.SubjectID, Count: e.Count, Details: model.Details{Origin: e.Origin, Label: e.Label, Reason: e.Reason}}
	for _, c := range e.Changes {
		out.Details.Changes = append(out.Details.Changes, model.FieldChange(c))
	}
	var err error
	out.Request, err = e.Request.Model()
	return out, err
}

// EventPage is part of the history, newest first.
type EventPage struct {
	Events  []Event `json:"events"`
	Next    uint64  `json:"next"`
	Scanned int     `json:"scanned"`
	Total   int     `json:"total"`
}

// EventPageOf is the form of a page.
func EventPageOf(p model.EventPage) EventPage {
	out := EventPage{Events: make([]Event, len(p.Events)), Next: p.Next, Scanned: p.Scanned, Total: p.Total}
	for i, e := range p.Events {
		out.Events[i] = EventOf(e, Names{Logins: p.Logins})
	}
	return out
}

// Model is the page.
func (p EventPage) Model() (model.EventPage, error) {
	out := model.EventPage{Events: make([]model.Event, len(p.Events)), Next: p.Next, Scanned: p.Scanned, Total: p.Total,
		Logins: map[model.UserID]string{}}
	for i, e := range p.Events {
		var err error
		if out.Events[i], err = e.Model(); err != nil {
			return out, err
		}
		noted(out.Logins, e.ActorID, e.Actor)
		noted(out.Logins, e.SubjectID, e.Subject)
	}
	return out, nil
}

// Health is what a store says of itself.
type Health struct {
	Seq      uint64     `json:"seq"`
	Events   uint64     `json:"events"`
	Damage   *Damage    `json:"damage"`
	LowSpace bool       `json:"low_space"`
	Compared bool       `json:"compared"`
	Checking bool       `json:"checking"`
	Notice   string     `json:"notice"`
	Signed   SignedHead `json:"signed"`
}

// SignedHead is the newest signed head over the history.
type SignedHead struct {
	Events uint64 `json:"events"`
	At     Time   `json:"at"`
	Epoch  uint64 `json:"epoch"`
	Hash   string `json:"hash"`
}

// HealthOf is the form of a store's health.
func HealthOf(h model.Health) Health {
	out := Health{Seq: h.Seq, Events: h.Events, LowSpace: h.LowSpace, Compared: h.Compared, Checking: h.Checking, Notice: h.Notice,
		Signed: SignedHead{h.Signed.Events, Time(h.Signed.At), h.Signed.Epoch, h.Signed.Hash}}
	if h.Damage != nil {
		out.Damage = &Damage{h.Damage.What, h.Damage.Next}
	}
	return out
}

// Model is the health.
func (h Health) Model() model.Health {
	out := model.Health{Seq: h.Seq, Events: h.Events, LowSpace: h.LowSpace, Compared: h.Compared, Checking: h.Checking, Notice: h.Notice,
		Signed: model.SignedHead{Events: h.Signed.Events, At: model.Time(h.Signed.At), Epoch: h.Signed.Epoch, Hash: h.Signed.Hash}}
	if h.Damage != nil {
		out.Damage = &model.DamageError{What: h.Damage.What, Next: h.Damage.Next}
	}
	return out
}

// Changed is what became of a change.
type Changed struct {
	Event Event `json:"event"`
	Record
	Secret *Value `json:"secret,omitempty"` // of a reveal
}

// Seq is one line of the stream of changes: the newest sequence number.
type Seq struct {
	Seq uint64 `json:"seq"`
}
