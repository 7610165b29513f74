package serve

import (
	"strconv"
	"strings"

	"jeton/model"
)

// subject is who a token stands for, in the words of the doors that tell it.
type subject struct {
	id          string // "agent:14", "user:3": numbers are never reused, logins may change
	username    string // "agent:14", "ana"
	scope       []string
	deployments []string          // that an agent token names
	roles       map[string]string // of a user, by deployment
}

// subjectOf tells who a good token stands for. Its scope has, each as a scope-token of
// RFC 6749, section 3.3:
//
//   - agent, and org-agent, or deployment:NAME for each and branch-deployments;
//   - user, and organization-admin, or role:NAME:ROLE for each deployment, roles being admin,
//     editor, launcher and viewer.
//
// In names, everything but letters, digits and "-._~" is percent-encoded UTF-8.
func (d *Doors) subjectOf(v model.Verdict) subject {
	if v.Token.Kind == model.UserToken {
		return d.userOf(v.Owner)
	}
	return d.agentOf(v.Token)
}

func (d *Doors) agentOf(t model.Token) subject {
	name := "agent:" + t.ID.String()
	s := subject{id: name, username: name, scope: []string{"agent"}, deployments: []string{}}
	p := t.Permissions
	if p.OrgAgent {
		s.scope = append(s.scope, "org-agent")
		return s
	}
	for _, id := range p.Deployments {
		if name := d.checker.DeploymentName(id); name != "" {
			s.deployments = append(s.deployments, name)
			s.scope = append(s.scope, "deployment:"+scopeName(name))
		}
	}
	if p.AllBranches {
		s.scope = append(s.scope, "branch-deployments")
	}
	return s
}

func (d *Doors) userOf(u model.User) subject {
	s := subject{id: "user:" + strconv.FormatUint(uint64(u.ID), 10), username: u.Login, scope: []string{"user"}, roles: map[string]string{}}
	if u.OrgAdmin {
		s.scope = append(s.scope, "organization-admin")
		return s
	}
	for _, g := range u.Grants {
		if name := d.checker.DeploymentName(g.Deployment); name != "" {
			role := strings.ToLower(g.Role.String())
			s.roles[name] = role
			s.scope = append(s.scope, "role:"+scopeName(name)+":"+role)
		}
	}
	return s
}

// scopeName returns a name as a part of a scope-token: without the spaces, quotes and
// backslashes that one cannot have, and without the colons that stand between its parts.
func scopeName(name string) string {
	return percent(name, func(c byte) bool {
		return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || strings.IndexByte("-._~", c) >= 0
	})
}
