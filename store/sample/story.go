package sample

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"jeton/model"
)

// story is the history of the demonstration on its way into a store: acts in the order
// of their moments, some of which need what earlier ones left.
type story struct {
	ctx   context.Context
	store Doors
	clock *Clock
	rng   *rand.Rand
	acts  []act
	users map[string]model.UserID
	wants map[string]model.DeploymentID // by every name a deployment ever had
	first *token                        // the oldest agent token
	agent []*token                      // of agents, in their order
}

// act is something somebody does at a moment.
type act struct {
	at time.Time
	do func() error
}

// Write plays two months of history, the last of them busy and the last day with agents
// that use their tokens, on a store that was created
// with [Found] under the clock, then starts the clock. as, when not the founder, becomes
// the user that account is bound to; it is a login of the demonstration.
func Write(ctx context.Context, s Doors, clock *Clock, account uint32, as string) error {
	st := &story{ctx: ctx, store: s, clock: clock, rng: rand.New(rand.NewPCG(7, 14)),
		users: map[string]model.UserID{founder: 1}, wants: map[string]model.DeploymentID{}}
	for i, name := range deployments {
		st.wants[name] = model.DeploymentID(i + 1)
	}
	st.wants["data-science"] = st.wants["ds-playground"]
	st.people()
	st.agentTokens()
	st.userTokens()
	st.services()
	st.business()
	st.calls()
	slices.SortStableFunc(st.acts, func(a, b act) int { return a.at.Compare(b.at) })
	for _, a := range st.acts {
		clock.set(a.at)
		if err := a.do(); err != nil {
			return fmt.Errorf("write the demonstration at %s: %w", a.at.Format(time.RFC3339), err)
		}
	}
	clock.set(demonstrationStart)
	defer clock.start()
	return st.sit(account, as)
}

// Logins lists the users one can be in the demonstration.
func Logins() []string {
	var out []string
	for _, p := range cast {
		out = append(out, p.login)
	}
	slices.Sort(out)
	return out
}

// sit binds the account of whoever watches to the user they want to be.
func (st *story) sit(account uint32, as string) error {
	if as == "" || as == founder {
		return nil
	}
	id, ok := st.users[as]
	if !ok {
		return fmt.Errorf("%s is not in the demonstration: choose one of %s", as, strings.Join(Logins(), ", "))
	}
	if err := st.change(founder, model.SetAccounts{User: 1}); err != nil {
		return err
	}
	return st.change("ben", model.SetAccounts{User: id, Accounts: []uint32{account}})
}

// at reads a moment of the demonstration, "02-19 07:44", in UTC.
func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-"+text)
	if err != nil {
		panic("a moment of the demonstration: " + err.Error()) // the tables are ours
	}
	return t
}

func (st *story) plan(when time.Time, do func() error) {
	if when.Before(demonstrationStart) {
		st.acts = append(st.acts, act{when, do})
	}
}

// actor is a user where they usually sit: the operators of the hybrid agents come over
// SSH.
func (st *story) actor(login string) model.Actor {
	id := st.users[login]
	src := model.Source{Door: model.DoorTerminal, Origin: fmt.Sprintf("pts/%d", id%6)}
	if id%3 != 0 {
		src = model.Source{Door: model.DoorSSH, Origin: fmt.Sprintf("pts/%d from 10.0.%d.%d", id%6, id%4, 7+id)}
	}
	return model.Actor{User: id, Source: src}
}

func (st *story) change(login string, c model.Change) error {
	_, err := st.record(login, c)
	return err
}

// record does a change and returns what it left.
func (st *story) record(login string, c model.Change) (model.Record, error) {
	_, r, err := st.store.Change(st.ctx, st.actor(login), model.Request{}, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %T: %w", login, c, err)
	}
	return r, nil
}

// refused does what must be refused.
func (st *story) refused(login string, c model.Change) error {
	var err error
	if r, ok := c.(model.Reveal); ok {
		_, err = st.store.Reveal(st.ctx, st.actor(login), model.Request{}, r)
	} else {
		_, _, err = st.store.Change(st.ctx, st.actor(login), model.Request{}, c)
	}
	var refused *model.RefusedError
	switch {
	case errors.As(err, &refused):
		return nil
	case err == nil:
		return fmt.Errorf("%s: %T was not refused", login, c)
	}
	return err
}

// later returns a moment in office hours of one of the days after when.
func (st *story) later(when time.Time, days int) time.Time {
	day := when.Truncate(24*time.Hour).AddDate(0, 0, st.rng.IntN(max(days, 1)))
	switch day.Weekday() {
	case time.Saturday:
		day = day.AddDate(0, 0, -1)
	case time.Sunday:
		day = day.AddDate(0, 0, -2)
	}
	moment := day.Add(8*time.Hour + time.Duration(st.rng.IntN(10*60*60))*time.Second)
	if !moment.After(when) {
		return when.Add(time.Duration(1+st.rng.IntN(90)) * time.Minute)
	}
	return moment
}

// grants reads roles such as "prod-eu Editor, staging Admin".
func (st *story) grants(text string) []model.Grant {
	var out []model.Grant
	for _, part := range strings.Split(text, ", ") {
		name, role, ok := strings.Cut(part, " ")
		if !ok {
			continue
		}
		at := slices.IndexFunc(model.Roles(), func(r model.Role) bool { return r.String() == role })
		out = append(out, model.Grant{Deployment: st.wants[name], Role: model.Roles()[at]})
	}
	slices.SortFunc(out, func(a, b model.Grant) int { return cmp.Compare(a.Deployment, b.Deployment) })
	return out
}
