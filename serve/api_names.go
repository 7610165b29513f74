package serve

import (
	"fmt"
	"strings"

	"jeton/model"
	"jeton/store/remote/wire"
)

// finder finds what people named in a body, as it is called now. For members it finds what they may know; what
// they may not is number 0, which the store refuses them as it would the right one.
type finder struct{ *call }

// findNamed puts numbers where people gave names.
func (c *call) findNamed(body wire.Body) error {
	if named, ok := body.(wire.Named); ok {
		return named.Find(finder{c})
	}
	return nil
}

func (f finder) Me() model.UserID { return f.actor.User }

func (f finder) User(login string) (model.UserID, error) {
	me, err := f.org.Session(f.ctx(), f.actor)
	switch {
	case err != nil:
		return 0, err
	case login == me.User.Login:
		return me.User.ID, nil
	case !me.User.OrgAdmin:
		return 0, nil
	}
	all, err := f.org.Users(f.ctx(), f.actor)
	for _, u := range all {
		if u.Login == login {
			return u.ID, nil
		}
	}
	if err != nil {
		return 0, err
	}
	return 0, unnamed("user", login)
}

func (f finder) Deployment(name string) (model.DeploymentID, error) {
	me, err := f.org.Session(f.ctx(), f.actor)
	if err != nil {
		return 0, err
	}
	for _, d := range me.Deployments {
		if strings.EqualFold(d.Name, name) {
			return d.ID, nil
		}
	}
	if !me.User.OrgAdmin {
		return 0, nil
	}
	return 0, unnamed("deployment", name)
}

// unnamed says that there is nothing of a name. The name is repeated if it could be one.
func unnamed(what, name string) error {
	if clean, err := model.CleanName(what, name, false); err != nil || holdsValue(clean) {
		return fmt.Errorf("%s: %w", what, model.ErrNotFound)
	}
	return fmt.Errorf("%s %s: %w", what, name, model.ErrNotFound)
}
