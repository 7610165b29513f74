package main

import (
	"context"
	"fmt"

	"jeton/model"
)

// user finds a user by login. Members may not list users, but each knows themselves.
func (o *office) user(ctx context.Context, login string) (model.User, error) {
	self, err := o.Session(ctx, o.actor)
	if err != nil {
		return model.User{}, err
	}
	if login == yourself || login == self.User.Login {
		return self.User, nil
	}
	users, err := o.Users(ctx, o.actor)
	if err != nil {
		return model.User{}, err
	}
	for _, u := range users {
		if u.Login == login {
			return u, nil
		}
	}
	return model.User{}, fmt.Errorf("user %s: %w; jeton user list shows the logins", quotedShort(login), model.ErrNotFound)
}

// deployment finds a deployment by name, without regard to case.
func (o *office) deployment(ctx context.Context, name string) (model.Deployment, error) {
	all, err := o.Deployments(ctx, o.actor)
	if err != nil {
		return model.Deployment{}, err
	}
	for _, d := range all {
		if !d.Removed() && model.FoldName(d.Name) == model.FoldName(name) {
			return d, nil
		}
	}
	return model.Deployment{}, fmt.Errorf("deployment %s: %w; jeton deployment list shows the names", quotedShort(name), model.ErrNotFound)
}
