package serve

import "jeton/store/remote/wire"

const apiText = `The same API answers over HTTP and at the unix socket in the store's directory. Who comes with a user token, or as
an account that is bound to a user, may do here what they may do on the screens; what they may not is refused and recorded.

Numbers are given to each token, user and deployment once. Beside a number, in owner_id or deployment_ids, stands what people
call it, in owner or deployments, for reading; in what is asked a name does where no number is given. Names that are not known,
or that who asks may not know, are null or left out. Times are RFC 3339 in UTC, null for never. An edit may say by revision
which version of a thing it was made on: if the thing was changed since, the edit is refused and the answer says what it is now.

Only the answer to a reveal has a secret in it. A token's value in an address is refused. Members that a form does not have are
refused in what is asked, and may be added to answers later.`

// said is what there is to say about a route.
type said struct {
	summary string
	more    string
	params  []param
	body    any
	answer  any
	stream  bool
}

func (s said) kind() string {
	if s.stream {
		return wire.JSONLines
	}
	return wire.JSON
}

func query(name string, schema object, text string) param { return param{name, "query", schema, text} }

func text() object { return object{"type": "string"} }

func oneOf(words []string) object { return object{"type": "string", "enum": words} }

var (
	limitParam  = query("limit", object{"type": "integer", "minimum": 0, "maximum": wire.MaxRows, "default": 100}, "How many at most.")
	filterParam = query("filter", text(), "Words that must all occur, without regard to case.")
	listParams  = []param{
		query("kind", oneOf(wire.Kind(0).Words()), "Which kind of token."),
		query("owner", numeric(32), "Of user tokens: whose, by number."),
		query("revoked", object{"type": "boolean", "default": false}, "Revoked ones as well."),
		query("deployment", numeric(32), "Only agent tokens whose permissions name this deployment; Org Agent does not."),
		query("sort", oneOf(wire.SortWords()), "The order; newest first unless said."),
		filterParam,
	}
	windowParams = append(listParams[:len(listParams):len(listParams)], limitParam,
		query("offset", object{"type": "integer", "default": 0}, "Where the window begins or, with an anchor, how many rows above it."),
		query("anchor", numeric(64), "The number of a token that the window is placed around."))
)

var operations = map[string]said{
	"getSession": {summary: "Who you are, and the organization", answer: wire.Session{}},
	"listTokens": {summary: "A window of a list of tokens", params: windowParams, answer: wire.TokenPage{},
		more: "For lists in order of their numbers and without a filter; others are read with findTokens."},
	"findTokens": {summary: "Read on through a list for its filter or order", answer: wire.Match{},
		params: append(listParams[:len(listParams):len(listParams)], query("after", numeric(64), "Where to go on: next of the answer before; nothing at the beginning.")),
		more:   "Each answer has the numbers found in a few hundredths of a second; go on with after until done, and read the rows with getTokenRows."},
	"getTokenRows": {summary: "Tokens by their numbers", answer: wire.TokenPage{},
		params: []param{query("id", numeric(64), "A number; may be given up to 1,000 times.")}},
	"getToken":        {summary: "One token", answer: wire.Token{}},
	"getTokenUsage":   {summary: "How a token is used, and what it reaches that no other does", answer: wire.Usage{}},
	"listKnocks":      {summary: "Tokens that do not work and are presented all the same", answer: wire.Knocks{}},
	"examineValue":    {summary: "What a value is of, and whether it is good", body: wire.Examine{}, answer: wire.Verdict{}, more: "For a person who has it in hand: it is not counted as a use. The answer does not repeat the value."},
	"findLeaked":      {summary: "Whose a leaked value is", body: wire.Leak{}, answer: wire.Tokens{}, more: "By its last four characters or the SHA-256 of all of it, among the tokens you may list."},
	"listUsers":       {summary: "All users, by login", answer: wire.Users{}},
	"listDeployments": {summary: "All deployments, by name", answer: wire.Deployments{}, more: "Removed ones are included; members find theirs in getSession."},
	"getOrganization": {summary: "The organization and its settings", answer: wire.Organization{}},
	"listEvents": {summary: "Part of the history, newest first", answer: wire.EventPage{},
		params: []param{query("before", numeric(64), "Only events below this number: next of the answer before."),
			query("limit", object{"type": "integer", "minimum": 1, "maximum": wire.MaxRows, "default": 100}, "How many at most."),
			query("actor", numeric(32), "Only what this user did."),
			query("target", oneOf(wire.TargetKind(0).Words()), "Only about this kind of thing."),
			query("target_id", numeric(64), "Only about the one with this number."),
			query("outcome", oneOf(wire.Outcome(0).Words()), "Only what ended so."), filterParam},
		more: "Members see what concerns them. With a filter there may be few events, or none, before the end: go on while next is not 0."},
	"getHealth":    {summary: "What the store says of its own condition", answer: wire.Health{}},
	"follow":       {summary: "The newest event's number, whenever something changed", answer: wire.Seq{}, stream: true, more: "A line of JSON at once and at each change; an empty line at least every five seconds. It ends when you may no longer be here, and when the store is closed."},
	"checkHistory": {summary: "Have the whole history read and compared", body: nil, answer: wire.Health{}, more: "Answers once that is done; at once if it was done since the store was opened."},
	"getOpenAPI":   {summary: "This document"},

	"createToken":         {summary: "Create a token", more: "The answer has no value in it: reveal it next. A user token without an owner is yours."},
	"describeToken":       {summary: "Change what a token is described as"},
	"setTokenPermissions": {summary: "Set what an agent token reaches"},
	"revealToken":         {summary: "Reveal a token's value", more: "Recorded before it is handed out. Repeated under the same number it is handed out again and not recorded again."},
	"revokeToken":         {summary: "Revoke a token", more: "At once and for good."},
	"addUser":             {summary: "Add a user"},
	"renameUser":          {summary: "Change a user's login and name"},
	"setUserRoles":        {summary: "Set a user's roles"},
	"setUserAccounts":     {summary: "Set which operating-system accounts are a user"},
	"setUserActive":       {summary: "Deactivate a user, or let them back in", more: "The tokens of a deactivated user stop, and work again when they are back."},
	"createDeployment":    {summary: "Add a deployment"},
	"renameDeployment":    {summary: "Change a deployment's name"},
	"removeDeployment":    {summary: "Remove a deployment", more: "No token is rewritten."},
	"renameOrganization":  {summary: "Change the organization's name"},
	"changeSettings":      {summary: "Set the settings"},
}

// members are what is said about some members of forms.
var members = map[string]string{
	"Token.permissions":          "Of an agent token; null for others.",
	"Token.last_four":            "The last four characters of its value, by which people know it.",
	"Token.last_used_at":         "null when it was not used since use_since.",
	"Token.revealed_at":          "When its value was last revealed or copied.",
	"Token.revision":             "The event that last created, edited or revoked it.",
	"Permissions.org_agent":      "Reaches every deployment, branch deployments included; the others then only remember what was chosen before.",
	"Permissions.deployment_ids": "Counts where deployments is given too.",
	"NewPermissions.org_agent":   "Reaches every deployment, branch deployments included.",
	"TokenPage.anchor_at":        "The anchor's place in the list, -1 when it is not in it.",
	"TokenPage.seq":              "The event up to which this is true.",
	"TokenPage.use_since":        "Nothing is known of use before; null where use is not told.",
	"Match.next":                 "Where the next step goes on, unless done.",
	"EventPage.next":             "before of the next page; 0 when this was all.",
	"Event.count":                "Of a refusal: how often in that minute; else 1.",
	"Event.subject":              "Whose affairs it was: the token's owner, the user changed.",
	"Health.compared":            "Verdicts may be given on it.",
	"Health.checking":            "History was not yet read to its end since opening.",
	"Problem.also":               "Further codes that fit.",
	"Verdict.rule":               "Which rule decided.",
	"Use.hours":                  "Uses by hour, of the last 24; the last is the hour that runs.",
	"Changed.secret":             "Of a reveal.",
}
