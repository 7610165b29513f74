package model

import (
	"fmt"
	"slices"
	"strings"
)

func (d decider) createToken(c CreateToken) (Decision, error) {
	do := c.Kind.Action(ToCreate)
	if do == 0 {
		return Decision{}, fmt.Errorf("token kind %d: %w", c.Kind, ErrNotFound)
	}
	if c.Kind != UserToken {
		c.Owner = 0
	}
	if err := d.allow(do, c.Owner); err != nil {
		return Decision{}, err
	}
	t := Token{ID: d.NextToken(), Kind: c.Kind, Owner: c.Owner, LastFour: d.Value.LastFour(),
		CreatedAt: d.At, CreatedBy: d.who.ID, Revision: d.Seq, EditedBy: d.who.ID}
	switch c.Kind {
	case AgentToken:
		t.Permissions = OrgAgent()
	case UserToken:
		owner, ok := d.User(c.Owner)
		if !ok {
			return Decision{}, fmt.Errorf("user %d: %w", c.Owner, ErrNotFound)
		}
		if !owner.Active() {
			return Decision{}, rule("user %s is deactivated and gets no new tokens: reactivate them first", owner.Login)
		}
	}
	if kind, err := ParseValue(d.Value.Expose()); err != nil || kind != c.Kind {
		return Decision{}, fmt.Errorf("new value for %s: %w", c.Kind, ErrNotAToken)
	}
	var err error
	if t.Description, err = CleanDescription(c.Description); err != nil {
		return Decision{}, err
	}
	return d.onToken(do, t, nil, t, Credential{Token: t.ID, Kind: t.Kind, Value: d.Value}), nil
}

func (d decider) onToken(do Action, t Token, changes []FieldChange, records ...Record) Decision {
	return Decision{Action: do, Target: Target{TargetToken, uint64(t.ID)}, Subject: t.Owner,
		Label: t.Description, Changes: changes, Records: records}
}

// token finds a token and asks whether the verb is allowed on its kind. To whoever
// may not touch agent tokens, every token that is not theirs is refused in the words
// used for a number that was never given: probing numbers tells nothing.
func (d decider) token(id TokenID, v Verb) (Token, Action, error) {
	agent := AgentToken.Action(v)
	unknown := d.allow(agent, 0)
	t, err := d.Token(id)
	if err != nil && unknown == nil {
		return Token{}, agent, fmt.Errorf("token %d: %w", id, err)
	}
	do := agent
	if err == nil {
		do = t.Kind.Action(v)
	}
	if err == nil {
		if err = d.allow(do, t.Owner); err == nil {
			return t, do, nil
		}
	}
	if unknown != nil {
		return Token{}, agent, unknown
	}
	return Token{}, do, err
}

// editable is token for edits: a revoked token is history and is not edited, and an
// outdated row is refused.
func (d decider) editable(id TokenID, seen uint64, v Verb) (Token, Action, error) {
	t, do, err := d.token(id, v)
	if err != nil {
		return t, do, err
	}
	if t.Revoked() {
		return t, do, fmt.Errorf("%s %d: %w", t.Kind, t.ID, ErrRevoked)
	}
	return t, do, d.conflict(fmt.Sprintf("%s %d", t.Kind, t.ID), seen, t.Revision, t.EditedBy, t)
}

func (d decider) describe(c Describe) (Decision, error) {
	t, do, err := d.editable(c.Token, c.Revision, ToDescribe)
	if err != nil {
		return Decision{}, err
	}
	text, err := CleanDescription(c.Description)
	if err != nil {
		return Decision{}, err
	}
	if text == t.Description {
		return Decision{}, ErrNothing
	}
	changes := change("description", t.Description, text)
	t.Description, t.Revision, t.EditedBy = text, d.Seq, d.who.ID
	return d.onToken(do, t, changes, t), nil
}

func (d decider) setPermissions(c SetPermissions) (Decision, error) {
	t, do, err := d.editable(c.Token, c.Revision, ToScope)
	if err != nil {
		return Decision{}, err
	}
	switch t.Kind {
	case UserToken:
		return Decision{}, rule("user token %d has no permissions of its own: its owner's roles decide", t.ID)
	case ServiceToken:
		return Decision{}, rule("service credential %d has no permissions: it reaches nothing, and may ask about every token", t.ID)
	}
	p := c.Permissions.Normal()
	for _, id := range p.Deployments {
		if dep, ok := d.Deployment(id); !ok {
			return Decision{}, fmt.Errorf("deployment %d: %w", id, ErrNotFound)
		} else if dep.Removed() && !slices.Contains(t.Permissions.Deployments, id) {
			return Decision{}, rule("deployment %s is removed: choose among the others", dep.Name)
		}
	}
	if p.Equal(t.Permissions) {
		return Decision{}, ErrNothing
	}
	changes := change("permissions", d.words(t.Permissions), d.words(p))
	t.Permissions, t.Revision, t.EditedBy = p, d.Seq, d.who.ID
	return d.onToken(do, t, changes, t), nil
}

// words says permissions by name, as events keep them.
func (d decider) words(p Permissions) string {
	if p.OrgAgent {
		return "Org Agent"
	}
	var names []string
	for _, id := range p.Deployments {
		if dep, ok := d.Deployment(id); ok && !dep.Removed() {
			names = append(names, dep.Name)
		}
	}
	if p.AllBranches {
		names = append(names, "all branch deployments")
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func (d decider) reveal(c Reveal) (Decision, error) {
	verb := ToReveal
	if c.Copy {
		verb = ToCopy
	}
	t, do, err := d.token(c.Token, verb)
	if err != nil {
		return Decision{}, err
	}
	if t.Revoked() {
		return Decision{}, fmt.Errorf("%s %d: %w, its value is of no use", t.Kind, t.ID, ErrRevoked)
	}
	t.RevealedAt, t.RevealedBy = d.At, d.who.ID
	return d.onToken(do, t, nil, t), nil
}

func (d decider) revoke(c Revoke) (Decision, error) {
	t, do, err := d.token(c.Token, ToRevoke)
	if err != nil {
		return Decision{}, err
	}
	if t.Revoked() {
		return Decision{}, fmt.Errorf("%s %d: %w", t.Kind, t.ID, ErrRevoked)
	}
	t.RevokedAt, t.RevokedBy = d.At, d.who.ID
	t.Revision, t.EditedBy = d.Seq, d.who.ID
	return d.onToken(do, t, nil, t), nil
}
