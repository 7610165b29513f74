package store

import (
	"errors"
	"maps"

	"jeton/model"
)

// batch is a group of changes on their way: decided, not yet written.
type batch struct {
	*Store
	view    *group
	at      model.Time
	broken  error // nothing is written any more
	damage  *model.DamageError
	changes []*change
	asked   map[model.Request]*change // in this group
	answers []pending
	bytes   int
	failed  error
	digest  digest            // of the state that the changes leave
	known   bool              // digest is
	seqs    map[string]uint64 // which of them left a record, by its key
}

// pending is an answer that waits for the group to be durable; even a refusal or a
// conflict does, since it may rest on what the group did before.
type pending struct {
	job *job
	answer
	change *change // what the answer rests on
}

func (s *Store) newBatch() *batch {
	b := &batch{Store: s, at: model.TimeOf(s.opts.Clock()), broken: s.brokenErr(), damage: s.damage(),
		asked: map[model.Request]*change{}, digest: s.digest, known: s.digestKnown, seqs: map[string]uint64{}}
	b.view = newGroup(s.people, s.lastToken, s.durableToken)
	return b
}

// latelyMost is how many tokens the committer keeps at hand.
const latelyMost = 1024

// remember keeps the tokens the group changed.
func (b *batch) remember() {
	if len(b.lately) > latelyMost {
		clear(b.lately)
	}
	maps.Copy(b.lately, b.view.tokens)
	if len(b.latelyBy) > 2*latelyMost {
		clear(b.latelyBy)
	}
	maps.Copy(b.latelyBy, b.seqs)
}

// decide answers one job or adds its event to the group.
func (b *batch) decide(j *job) {
	if err := b.closedTo(j); err != nil {
		b.reply(j, answer{err: err}, nil)
		return
	}
	if j.refused != nil {
		j.refused.event.At = b.at
		b.refuse(j, *j.refused)
		return
	}
	if first, ok := b.repeated(j); ok {
		b.reply(j, first, b.asked[j.request])
		return
	}
	d, err := b.opts.Decide(b.view, model.Case{Actor: j.actor, At: b.at, Seq: b.next(), Value: j.value}, j.ask)
	var refused *model.RefusedError
	switch {
	case errors.As(err, &refused):
		b.refuse(j, b.refusal(j.actor, refused, target(j.ask)))
	case err != nil:
		b.reply(j, answer{err: err}, nil)
	default:
		b.accept(j, d)
	}
}

// closedTo tells why nothing is written for the job now. Revoking goes on as long as
// the disk takes it.
func (b *batch) closedTo(j *job) error {
	if b.broken != nil {
		return b.broken
	}
	if _, revoke := j.ask.(model.Revoke); revoke {
		return nil
	}
	switch {
	case b.damage != nil && j.refused == nil:
		return b.damage
	case b.low.Load() && j.refused == nil:
		return model.ErrLowSpace
	}
	return nil
}

func (b *batch) next() uint64 { return b.log.Next() + uint64(len(b.changes)) }

func (b *batch) accept(j *job, d model.Decision) {
	c := change{lookup: j.lookup, records: d.Records, event: model.Event{At: b.at, Actor: j.actor.User,
		Door: j.actor.Source.Door, Action: d.Action, Outcome: model.Done, Target: d.Target, Subject: d.Subject,
		Count: 1, Request: j.request}}
	c.private.Details = model.Details{Origin: j.actor.Source.Origin, Label: d.Label, Changes: d.Changes}
	switch ask := j.ask.(type) {
	case model.SetPermissions:
		if before, err := b.view.Token(ask.Token); err == nil {
			c.private.Dropped = dropped(before.Permissions, ask.Permissions)
		}
	case model.RotateKeys:
		c.private.Announced = ask.Announced
	}
	if j.request != (model.Request{}) {
		digest := asked(j.actor, j.ask)
		c.private.Asked = digest[:]
	}
	added := b.add(c, j)
	if added == nil {
		return
	}
	b.view.put(d.Records)
	if j.request != (model.Request{}) {
		b.asked[j.request] = added
	}
	b.reply(j, answer{event: added.event, record: d.Records[0]}, added)
}

// add gives the change the next place in history. For a job it answers itself when
// the change cannot be kept.
func (b *batch) add(c change, j *job) *change {
	c.event.Seq = b.next()
	c.event.Details = c.private.Details
	left := b.account(&c)
	if err := c.prepare(); err != nil {
		if j != nil {
			b.reply(j, answer{err: err}, nil)
		}
		return nil
	}
	b.digest = left
	for _, key := range c.keys {
		b.seqs[string(key)] = c.event.Seq
	}
	b.bytes += c.size()
	b.changes = append(b.changes, &c)
	return &c
}

// refusal is the event that says what was refused.
func (b *batch) refusal(a model.Actor, r *model.RefusedError, on model.Target) change {
	return refusalOf(a, r, on, b.at, b.view)
}

func refusalOf(a model.Actor, r *model.RefusedError, on model.Target, at model.Time, v model.View) change {
	c := change{event: model.Event{At: at, Actor: a.User, Door: a.Source.Door, Action: r.Action, Outcome: model.Refused,
		Target: on, Count: 1}}
	c.private.Details = model.Details{Origin: a.Source.Origin, Reason: r.Reason}
	if on.ID == 0 {
		return c
	}
	switch on.Kind {
	case model.TargetToken:
		if t, err := v.Token(model.TokenID(on.ID)); err == nil {
			c.event.Subject, c.private.Details.Label = t.Owner, t.Description
		}
	case model.TargetUser:
		if u, ok := v.User(model.UserID(on.ID)); ok {
			c.event.Subject, c.private.Details.Label = u.ID, u.Login
		}
	case model.TargetDeployment:
		if d, ok := v.Deployment(model.DeploymentID(on.ID)); ok {
			c.private.Details.Label = d.Name
		}
	}
	return c
}

// refuse writes a refusal down, or counts it, and answers the job with it. While the
// store is damaged or its disk almost full it only answers.
func (b *batch) refuse(j *job, c change) {
	err := &model.RefusedError{Action: c.event.Action, Reason: c.private.Details.Reason}
	var last *change
	if b.damage == nil && !b.low.Load() && b.refusals.note(c) {
		last = b.add(c, nil)
	}
	b.reply(j, answer{err: err}, last)
}

func (b *batch) reply(j *job, a answer, on *change) {
	b.answers = append(b.answers, pending{job: j, answer: a, change: on})
}

// fail turns every answer of the group that promised something into the error.
func (b *batch) fail(err error) {
	b.failed = err
	for i := range b.answers {
		if a := &b.answers[i]; a.err == nil || a.change != nil {
			a.answer = answer{err: err}
		}
	}
}

// repeated answers a request that was made before, with its first outcome.
func (b *batch) repeated(j *job) (answer, bool) {
	if j.request == (model.Request{}) {
		return answer{}, false
	}
	var o outcome
	if c, ok := b.asked[j.request]; ok {
		o = outcome{event: c.event, record: c.records[0], asked: c.asked()}
	} else if o, ok = b.remembered(j.request); !ok {
		return answer{}, false
	}
	if o.asked != asked(j.actor, j.ask) {
		return answer{err: model.ErrRequestReuse}, true
	}
	if r, ok := j.ask.(model.Reveal); ok {
		// The value is handed out again: whether that is allowed is a question of now.
		if _, err := b.opts.Decide(b.view, model.Case{Actor: j.actor, At: b.at, Seq: b.next()}, r); err != nil {
			return answer{err: err}, true
		}
	}
	return answer{event: o.event, record: o.record}, true
}

// target tells what a change is about, for refusals.
func target(c model.Change) model.Target {
	token := func(id model.TokenID) model.Target { return model.Target{Kind: model.TargetToken, ID: uint64(id)} }
	user := func(id model.UserID) model.Target { return model.Target{Kind: model.TargetUser, ID: uint64(id)} }
	deploy := func(id model.DeploymentID) model.Target {
		return model.Target{Kind: model.TargetDeployment, ID: uint64(id)}
	}
	switch c := c.(type) {
	case model.CreateToken:
		return token(0)
	case model.Describe:
		return token(c.Token)
	case model.SetPermissions:
		return token(c.Token)
	case model.Reveal:
		return token(c.Token)
	case model.Revoke:
		return token(c.Token)
	case model.AddPerson:
		return user(0)
	case model.RenamePerson:
		return user(c.User)
	case model.SetRoles:
		return user(c.User)
	case model.SetAccounts:
		return user(c.User)
	case model.SetActive:
		return user(c.User)
	case model.AddDeployment:
		return deploy(0)
	case model.RenameDeploy:
		return deploy(c.Deployment)
	case model.RemoveDeployment:
		return deploy(c.Deployment)
	}
	return model.Target{Kind: model.TargetOrganization}
}
