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

// people are all users and deployments, for those who may list them.
type people struct {
	users       []model.User       // by login
	deployments []model.Deployment // by name
}

func (o *office) names(ctx context.Context) (*people, error) {
	var n people
	var err error
	if n.users, err = o.Users(ctx, o.actor); err != nil {
		return nil, err
	}
	n.deployments, err = o.Deployments(ctx, o.actor)
	return &n, err
}

// namesIfAllowed are only one's own for those who may not list others, not even any more: who
// gave up being an Organization Admin just now. Asking would be recorded as an attempt.
func (o *office) namesIfAllowed(ctx context.Context) (*people, error) {
	self, err := o.Session(ctx, o.actor)
	if err != nil {
		return nil, err
	}
	if !self.User.OrgAdmin {
		return &people{users: []model.User{self.User}, deployments: self.Deployments}, nil
	}
	return o.names(ctx)
}
