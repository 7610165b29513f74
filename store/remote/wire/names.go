package wire

import "jeton/model"

// Finder finds what people named.
type Finder interface {
	Me() model.UserID
	User(login string) (model.UserID, error)
	Deployment(name string) (model.DeploymentID, error)
}

// Named is a body in which people may name things instead of giving their numbers. Find
// puts the numbers in. A number that is given counts, whatever the name beside it: that
// may have changed.
type Named interface {
	Find(Finder) error
}

// Find finds the owner: without one a user token is for who asks.
func (b *NewToken) Find(f Finder) (err error) {
	switch {
	case b.OwnerID != nil || model.TokenKind(b.Kind) != model.UserToken:
		return nil
	case b.Owner == "":
		me := f.Me()
		b.OwnerID = &me
		return nil
	}
	id, err := f.User(b.Owner)
	b.OwnerID = &id
	return err
}

// Find finds the deployments.
func (b *NewPermissions) Find(f Finder) error {
	if len(b.DeploymentIDs) > 0 {
		return nil
	}
	for _, name := range b.Deployments {
		id, err := f.Deployment(name)
		if err != nil {
			return err
		}
		b.DeploymentIDs = append(b.DeploymentIDs, id)
	}
	return nil
}

// Find finds the deployments.
func (b *NewUser) Find(f Finder) error { return findIn(b.Roles, f) }

// Find finds the deployments.
func (b *Roles) Find(f Finder) error { return findIn(b.Roles, f) }

func findIn(roles []Grant, f Finder) (err error) {
	for i := range roles {
		if g := &roles[i]; g.DeploymentID == 0 && g.Deployment != "" {
			if g.DeploymentID, err = f.Deployment(string(g.Deployment)); err != nil {
				return err
			}
		}
	}
	return nil
}
