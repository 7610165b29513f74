package model

// Object is what an action is about, as far as Allow must know it.
type Object struct {
	Owner    UserID   // of a user token or of the list of them
	Settings Settings // of the organization, as they are now
}

// Allow is the only place that knows who may do what. It answers nil or a
// [*RefusedError] for an actor whose user record, as it is now, is who. Rules:
//
//   - nobody and deactivated users may do nothing;
//   - a user may do everything with their own user tokens and read their own events;
//   - an Organization Admin may do everything else, but while private user tokens is
//     on they neither create, reveal nor copy another user's tokens.
//
// That the last Organization Admin stays is a rule of [Decide], since it depends on
// all users.
func Allow(who User, do Action, on Object) error {
	refuse := func(reason string) error { return &RefusedError{Action: do, Reason: reason} }
	if who.ID == 0 {
		return refuse("nobody is signed in")
	}
	if !who.Active() {
		return refuse("this user is deactivated")
	}
	switch do {
	case CreateUserToken, RevealUserToken, CopyUserToken:
		switch {
		case on.Owner == who.ID:
			return nil
		case !who.OrgAdmin:
			return refuse("another user's tokens need an Organization Admin")
		case on.Settings.PrivateUserTokens:
			return refuse("private user tokens is on: only the owner may")
		}
		return nil
	case ListUserTokens, DescribeUserToken, RevokeUserToken:
		if on.Owner != who.ID && !who.OrgAdmin {
			return refuse("another user's tokens need an Organization Admin")
		}
		return nil
	case CreateOrganization:
		return refuse("there is an organization already")
	case RestoreOrganization:
		return refuse("jeton restore does that, into an empty place")
	}
	if _, known := actionNames[do]; !known {
		return refuse("no such action")
	}
	if !who.OrgAdmin {
		return refuse("this needs an Organization Admin")
	}
	return nil
}
