package wire

import "jeton/model"

// Kind is a kind of token: "agent", "user" or "service".
type Kind model.TokenKind

var kinds = words[model.TokenKind]{model.AgentToken: "agent", model.UserToken: "user", model.ServiceToken: "service"}

// Words lists the words there are.
func (Kind) Words() []string { return kinds.list() }

// MarshalText writes the word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(kinds.text(model.TokenKind(k))), nil }

// UnmarshalText reads the word.
func (k *Kind) UnmarshalText(text []byte) error {
	v, err := kinds.value(string(text))
	*k = Kind(v)
	return err
}

// Role is a role in a deployment: "none", "viewer", "launcher", "editor" or "admin".
type Role model.Role

var roles = words[model.Role]{model.NoRole: "none", model.Viewer: "viewer", model.Launcher: "launcher", model.Editor: "editor", model.Admin: "admin"}

// Words lists the words there are.
func (Role) Words() []string { return roles.list() }

// MarshalText writes the word.
func (r Role) MarshalText() ([]byte, error) { return []byte(roles.text(model.Role(r))), nil }

// UnmarshalText reads the word.
func (r *Role) UnmarshalText(text []byte) error {
	v, err := roles.value(string(text))
	*r = Role(v)
	return err
}

// Door is where somebody came in: "terminal", "ssh", "command", "program" or "http".
type Door model.Door

var doors = words[model.Door]{model.DoorTerminal: "terminal", model.DoorSSH: "ssh", model.DoorCommand: "command",
	model.DoorProgram: "program", model.DoorHTTP: "http"}

// Words lists the words there are.
func (Door) Words() []string { return doors.list() }

// MarshalText writes the word.
func (d Door) MarshalText() ([]byte, error) { return []byte(doors.text(model.Door(d))), nil }

// UnmarshalText reads the word.
func (d *Door) UnmarshalText(text []byte) error {
	v, err := doors.value(string(text))
	*d = Door(v)
	return err
}

// Action is an action by its name in the audit log: "CREATE_AGENT_TOKEN".
type Action model.Action

var actions = func() words[model.Action] {
	w := words[model.Action]{}
	for _, a := range model.Actions() {
		w[a] = a.Name()
	}
	return w
}()

// Words lists the words there are.
func (Action) Words() []string { return actions.list() }

// MarshalText writes the word.
func (a Action) MarshalText() ([]byte, error) { return []byte(actions.text(model.Action(a))), nil }

// UnmarshalText reads the word.
func (a *Action) UnmarshalText(text []byte) error {
	v, err := actions.value(string(text))
	*a = Action(v)
	return err
}

// Outcome is how an event ended: "done" or "refused".
type Outcome model.Outcome

var outcomes = words[model.Outcome]{model.Done: "done", model.Refused: "refused"}

// Words lists the words there are.
func (Outcome) Words() []string { return outcomes.list() }

// MarshalText writes the word.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(outcomes.text(model.Outcome(o))), nil }

// UnmarshalText reads the word.
func (o *Outcome) UnmarshalText(text []byte) error {
	v, err := outcomes.value(string(text))
	*o = Outcome(v)
	return err
}

// TargetKind is what an event was about: "organization", "user", "deployment" or "token".
type TargetKind model.TargetKind

var targets = words[model.TargetKind]{model.TargetOrganization: "organization", model.TargetUser: "user",
	model.TargetDeployment: "deployment", model.TargetToken: "token"}

// Words lists the words there are.
func (TargetKind) Words() []string { return targets.list() }

// MarshalText writes the word.
func (k TargetKind) MarshalText() ([]byte, error) {
	return []byte(targets.text(model.TargetKind(k))), nil
}

// UnmarshalText reads the word.
func (k *TargetKind) UnmarshalText(text []byte) error {
	v, err := targets.value(string(text))
	*k = TargetKind(v)
	return err
}

var sorts = words[model.Sort]{model.NewestFirst: "newest", model.OldestFirst: "oldest", model.ByDescription: "description"}

// SortWords lists the words for the order of a list.
func SortWords() []string { return sorts.list() }
