package keymap

import "slices"

// Scope names where an action listens: a screen, a dialog over it, or something they share.
type Scope string

// The scopes, in the order in which help and README show them.
const (
	Global      Scope = "global"      // everywhere, dialogs included
	Tabs        Scope = "tabs"        // every page under the tabs
	List        Scope = "list"        // moving about in rows
	Tokens      Scope = "tokens"      // the lists of tokens and of service credentials
	Knocking    Scope = "knocking"    // the list of tokens that do not work and are presented all the same
	Revealed    Scope = "revealed"    // a row that shows its secret
	Describe    Scope = "describe"    // a row whose description is being typed
	Permissions Scope = "permissions" // the permissions dialog of an agent token
	Revoke      Scope = "revoke"      // the question before a revocation
	Users       Scope = "users"       // the list of users
	User        Scope = "user"        // the roles dialog of one user
	Deployments Scope = "deployments" // the list of deployments
	Activity    Scope = "activity"    // the list of events
	Settings    Scope = "settings"    // the list of settings
	Picker      Scope = "picker"      // choosing from a list by typing
	Help        Scope = "help"        // the help itself
	Palette     Scope = "palette"     // finding an action by its name
	Filter      Scope = "filter"      // the filter line of a list, while it has the keys
	Confirm     Scope = "confirm"     // a question with an answer that matters
	Form        Scope = "form"        // fields to fill
	Setup       Scope = "setup"       // the form that creates the organization
	Opening     Scope = "opening"     // before a store is open
	Quit        Scope = "quit"        // the question before quitting
)

// A place is what the rules must know about a scope.
type place struct {
	scope  Scope
	title  string
	typing bool    // a text field has the keys: letters are text there
	heard  []Scope // what is heard together with it, itself included; first wins
}

// places holds every scope once. What lies over a screen is heard with Global only: the screen below is deaf meanwhile.
var places = []place{
	{Global, "Everywhere", false, []Scope{Global}},
	{Tabs, "Every tab", false, []Scope{List, Tabs, Global}},
	{List, "Moving", false, []Scope{List, Global}},
	{Tokens, "Tokens", false, []Scope{Tokens, List, Tabs, Global}},
	{Knocking, "Still knocking", false, []Scope{Knocking, List, Tabs, Global}},
	{Revealed, "Revealed token", false, []Scope{Revealed, Global}},
	{Describe, "Description", true, []Scope{Describe, Global}},
	{Permissions, "Permissions", false, []Scope{Permissions, List, Global}},
	{Revoke, "Revoke", true, []Scope{Revoke, Global}},
	{Users, "Users", false, []Scope{Users, List, Tabs, Global}},
	{User, "Roles of a user", false, []Scope{User, List, Global}},
	{Deployments, "Deployments", false, []Scope{Deployments, List, Tabs, Global}},
	{Activity, "Activity", false, []Scope{Activity, List, Tabs, Global}},
	{Settings, "Settings", false, []Scope{Settings, List, Tabs, Global}},
	{Picker, "Picker", true, []Scope{Picker, Global}},
	{Help, "Help", false, []Scope{Help, List, Global}},
	{Palette, "Commands", true, []Scope{Palette, Global}},
	{Filter, "Filter", true, []Scope{Filter, Global}},
	{Confirm, "Question", false, []Scope{Confirm, Global}},
	{Form, "Form", true, []Scope{Form, Global}},
	{Setup, "First run", true, []Scope{Setup, Global}},
	{Opening, "Opening the store", false, []Scope{Opening, Global}},
	{Quit, "Quitting", false, []Scope{Quit, Global}},
}

// Scopes returns every scope, in the order in which help and README show them.
func Scopes() []Scope {
	all := make([]Scope, len(places))
	for i, p := range places {
		all[i] = p.scope
	}
	return all
}

// Title returns the scope's heading in help, palette and README; for a scope that does not exist, its bare name.
func (s Scope) Title() string {
	if p, ok := placeOf(s); ok {
		return p.title
	}
	return string(s)
}

// Typing reports whether a text field has the keys in this scope: a key that writes a character is then text,
// and Match gives it to no action.
func (s Scope) Typing() bool {
	p, ok := placeOf(s)
	return ok && p.typing
}

// Heard returns the scopes that are heard together with this one, in the order Match wants them: the most particular
// first, Global last. A scope that does not exist is heard with nothing, and the result is empty.
func (s Scope) Heard() []Scope {
	p, _ := placeOf(s)
	return slices.Clone(p.heard)
}

func placeOf(s Scope) (place, bool) {
	i := slices.IndexFunc(places, func(p place) bool { return p.scope == s })
	if i < 0 {
		return place{}, false
	}
	return places[i], true
}
