package main

import (
	"jeton/model"
	"jeton/store/remote/wire"
)

// What the commands print as JSON are the forms of the management API, see package wire.

// tokenForm is a token, with its value where that was asked for.
type tokenForm struct {
	wire.Token
	Secret *wire.Value `json:"secret,omitempty"`
}

// AppendJSON appends the form as JSON. Without it that of the token inside would stand for it.
func (f tokenForm) AppendJSON(b []byte) []byte {
	b = f.Token.AppendJSON(b)
	if f.Secret == nil {
		return b
	}
	b = append(b[:len(b)-1], `,"secret":`...)
	return append(f.Secret.AppendJSON(b), '}')
}

// kindWord is a kind of token as JSON has it.
func kindWord(k model.TokenKind) string {
	text, err := wire.Kind(k).MarshalText()
	if err != nil {
		return k.String()
	}
	return string(text)
}

// listing names whom and what a page of tokens speaks of.
type listing struct {
	model.TokenPage
	deployments []model.Deployment // by name
	names       wire.Names         // once a form was made
}

func (l *listing) form(t model.Token) tokenForm {
	return tokenForm{Token: wire.TokenOf(t, l.calls())}
}

// calls is what forms call whom and what the page speaks of.
func (l *listing) calls() wire.Names {
	if l.names.Deployments == nil {
		l.names = (&people{deployments: l.deployments}).names()
		l.names.Logins, l.names.LastUsed = l.Logins, l.LastUsed
	}
	return l.names
}

// named lists the deployments that permissions name, removed ones left out.
func (l *listing) named(p model.Permissions) []string {
	out := []string{}
	for _, d := range l.deployments {
		if !d.Removed() && (model.Permissions{Deployments: p.Deployments}).Reaches(d.ID) {
			out = append(out, d.Name)
		}
	}
	return out
}

// verdictForm is what a value that was presented comes to.
type verdictForm struct {
	wire.Verdict
	Token *tokenForm `json:"token"` // in place of that of the form
}

// names are what forms call users and deployments.
func (n *people) names() wire.Names {
	out := wire.Names{Logins: map[model.UserID]string{}, Deployments: map[model.DeploymentID]string{}}
	for _, u := range n.users {
		out.Logins[u.ID] = u.Login
	}
	for _, d := range n.deployments {
		if !d.Removed() {
			out.Deployments[d.ID] = d.Name
		}
	}
	return out
}

func (n *people) userForm(u model.User) wire.User { return wire.UserOf(u, n.names()) }

func (n *people) deploymentForm(d model.Deployment) wire.Deployment {
	return wire.DeploymentOf(d, n.names())
}

func (n *people) organizationForm(o model.Organization) wire.Organization {
	return wire.OrganizationOf(o, n.names())
}
