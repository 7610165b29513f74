package store

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"jeton/model"
)

// reference is an organization as slices, changed by model.Decide and nothing else:
// what a store must agree with.
type reference struct {
	org    model.Organization
	users  []model.User
	deps   []model.Deployment
	tokens []model.Token
	values map[model.TokenID]model.Secret
	events []happened
	made   *int // events of all clones
	counts map[refusalKey]*counted
}

// happened is an event with a number that no other has, also where two histories go on
// from the same one.
type happened struct {
	model.Event
	unique int
}

type counted struct{ minute, times int64 }

func newReference() *reference {
	return &reference{values: map[model.TokenID]model.Secret{}, counts: map[refusalKey]*counted{}, made: new(int)}
}

func (r *reference) happens(e model.Event) {
	*r.made++
	e.Seq = uint64(len(r.events) + 1)
	r.events = append(r.events, happened{e, *r.made})
}

// clone is the reference as it is now.
func (r *reference) clone() *reference {
	c := *r
	c.users, c.deps, c.tokens, c.events = slices.Clone(r.users), slices.Clone(r.deps), slices.Clone(r.tokens), slices.Clone(r.events)
	c.values, c.counts = maps.Clone(r.values), map[refusalKey]*counted{}
	for k, v := range r.counts {
		counts := *v
		c.counts[k] = &counts
	}
	return &c
}

// changeOnFullDisk does what a store should do that has hardly any room: only revoking
// is written.
func (r *reference) changeOnFullDisk(a model.Actor, at model.Time, c model.Change) error {
	if _, revoke := c.(model.Revoke); !revoke {
		return model.ErrLowSpace
	}
	d, err := model.Decide(r, model.Case{Actor: a, At: at, Seq: uint64(len(r.events) + 1)}, c)
	if err != nil {
		return err
	}
	r.take(d, a, at)
	return nil
}

// due writes down the refusals counted in other minutes than this one.
func (r *reference) due(minute int64) {
	var keys []refusalKey
	for k, c := range r.counts {
		if c.minute == minute {
			continue
		}
		if c.times > 0 {
			keys = append(keys, k)
		}
		delete(r.counts, k)
	}
	slices.SortFunc(keys, func(a, b refusalKey) int {
		return cmp.Or(cmp.Compare(a.actor, b.actor), cmp.Compare(a.action, b.action))
	})
	for _, k := range keys {
		r.refused(k)
	}
}

func (r *reference) refused(k refusalKey) {
	r.happens(model.Event{Action: k.action, Outcome: model.Refused, Actor: k.actor})
}

func (r *reference) Organization() model.Organization { return r.org }

func find[T any](in []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(in, is); i >= 0 {
		return in[i], true
	}
	var none T
	return none, false
}

func (r *reference) User(id model.UserID) (model.User, bool) {
	return find(r.users, func(u model.User) bool { return u.ID == id })
}

func (r *reference) UserByLogin(login string) (model.User, bool) {
	return find(r.users, func(u model.User) bool { return u.Login == login })
}

func (r *reference) UserByAccount(uid uint32) (model.User, bool) {
	return find(r.users, func(u model.User) bool { return slices.Contains(u.Accounts, uid) })
}

func (r *reference) ActiveAdmins() (n int) {
	for _, u := range r.users {
		if u.OrgAdmin && u.Active() {
			n++
		}
	}
	return n
}

func (r *reference) Deployment(id model.DeploymentID) (model.Deployment, bool) {
	return find(r.deps, func(d model.Deployment) bool { return d.ID == id })
}

func (r *reference) DeploymentByName(name string) (model.Deployment, bool) {
	return find(r.deps, func(d model.Deployment) bool {
		return !d.Removed() && model.FoldName(d.Name) == model.FoldName(name)
	})
}

func (r *reference) Token(id model.TokenID) (model.Token, error) {
	if t, ok := find(r.tokens, func(t model.Token) bool { return t.ID == id }); ok {
		return t, nil
	}
	return model.Token{}, model.ErrNotFound
}

// given is the last number of each kind that was given, also in what a restore gave up.
func (r *reference) given() model.LastNumbers {
	out := r.org.Used
	for _, u := range r.users {
		out.User = max(out.User, u.ID)
	}
	for _, d := range r.deps {
		out.Deployment = max(out.Deployment, d.ID)
	}
	for _, t := range r.tokens {
		out.Token = max(out.Token, t.ID)
	}
	return out
}

func (r *reference) NextUser() model.UserID             { return r.given().User + 1 }
func (r *reference) NextDeployment() model.DeploymentID { return r.given().Deployment + 1 }
func (r *reference) NextToken() model.TokenID           { return r.given().Token + 1 }

func put[T any](in []T, v T, same func(T) bool) []T {
	if i := slices.IndexFunc(in, same); i >= 0 {
		in[i] = v
		return in
	}
	return append(in, v)
}

// change does what the store should do with a change and returns the error it should
// give.
func (r *reference) change(a model.Actor, at model.Time, c model.Change, value model.Secret) error {
	r.due(minuteOf(at))
	seq := uint64(len(r.events) + 1)
	d, err := model.Decide(r, model.Case{Actor: a, At: at, Seq: seq, Value: value}, c)
	var refused *model.RefusedError
	if errors.As(err, &refused) {
		k := refusalKey{a.User, refused.Action}
		if c, again := r.counts[k]; again {
			c.times++
		} else {
			r.counts[k] = &counted{minute: minuteOf(at)}
			r.refused(k)
		}
	}
	if err != nil {
		return err
	}
	r.take(d, a, at)
	return nil
}

// take keeps what was decided.
func (r *reference) take(d model.Decision, a model.Actor, at model.Time) {
	for _, rec := range d.Records {
		switch rec := rec.(type) {
		case model.Organization:
			r.org = rec
		case model.User:
			r.users = put(r.users, rec, func(u model.User) bool { return u.ID == rec.ID })
		case model.Deployment:
			r.deps = put(r.deps, rec, func(d model.Deployment) bool { return d.ID == rec.ID })
		case model.Token:
			r.tokens = put(r.tokens, rec, func(t model.Token) bool { return t.ID == rec.ID })
		case model.Credential:
			r.values[rec.Token] = rec.Value
		}
	}
	r.happens(model.Event{At: at, Action: d.Action, Outcome: model.Done, Actor: a.User, Target: d.Target, Subject: d.Subject})
}
