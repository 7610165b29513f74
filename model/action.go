package model

// Action is something an actor does or asks to do.
type Action uint8

// The actions. The numbers are part of the format on disk.
const (
	CreateOrganization    Action = 1
	RenameOrganization    Action = 2
	ChangeSettings        Action = 3
	RotateKeyset          Action = 4
	RestoreOrganization   Action = 5
	AddUser               Action = 10
	RenameUser            Action = 11
	ChangeUserPermissions Action = 12
	DeactivateUser        Action = 13
	ReactivateUser        Action = 14
	BindAccounts          Action = 15
	CreateDeployment      Action = 20
	RenameDeployment      Action = 21
	DeleteDeployment      Action = 22
	CreateAgentToken      Action = 30
	DescribeAgentToken    Action = 31
	SetAgentPermissions   Action = 32
	RevealAgentToken      Action = 33
	CopyAgentToken        Action = 34
	RevokeAgentToken      Action = 35
	CreateUserToken       Action = 40
	DescribeUserToken     Action = 41
	RevealUserToken       Action = 42
	CopyUserToken         Action = 43
	RevokeUserToken       Action = 44
	CreateService         Action = 50
	DescribeService       Action = 51
	RevealService         Action = 52
	CopyService           Action = 53
	RevokeService         Action = 54
	ListAgentTokens       Action = 60 // reading; an event only when refused
	ListUserTokens        Action = 61
	ListUsers             Action = 62
	ListDeployments       Action = 63
	ListAllActivity       Action = 64
	ReadSettings          Action = 65
	ListServices          Action = 66
)

var actionNames = map[Action]struct{ name, words string }{
	CreateOrganization:    {"CREATE_ORGANIZATION", "create the organization"},
	RenameOrganization:    {"RENAME_ORGANIZATION", "rename the organization"},
	ChangeSettings:        {"CHANGE_SETTINGS", "change settings"},
	RotateKeyset:          {"ROTATE_KEYSET", "rotate the keyset"},
	RestoreOrganization:   {"RESTORE_ORGANIZATION", "restore the organization"},
	AddUser:               {"ADD_USER", "add a user"},
	RenameUser:            {"RENAME_USER", "rename a user"},
	ChangeUserPermissions: {"CHANGE_USER_PERMISSIONS", "change a user's roles"},
	DeactivateUser:        {"DEACTIVATE_USER", "deactivate a user"},
	ReactivateUser:        {"REACTIVATE_USER", "reactivate a user"},
	BindAccounts:          {"BIND_ACCOUNTS", "bind accounts to a user"},
	CreateDeployment:      {"CREATE_DEPLOYMENT", "add a deployment"},
	RenameDeployment:      {"RENAME_DEPLOYMENT", "rename a deployment"},
	DeleteDeployment:      {"DELETE_DEPLOYMENT", "remove a deployment"},
	CreateAgentToken:      {"CREATE_AGENT_TOKEN", "create an agent token"},
	DescribeAgentToken:    {"DESCRIBE_AGENT_TOKEN", "describe an agent token"},
	SetAgentPermissions:   {"UPDATE_AGENT_TOKEN_PERMISSIONS", "edit an agent token's permissions"},
	RevealAgentToken:      {"REVEAL_AGENT_TOKEN", "reveal an agent token"},
	CopyAgentToken:        {"COPY_AGENT_TOKEN", "copy an agent token"},
	RevokeAgentToken:      {"REVOKE_AGENT_TOKEN", "revoke an agent token"},
	CreateUserToken:       {"CREATE_USER_TOKEN", "create a user token"},
	DescribeUserToken:     {"DESCRIBE_USER_TOKEN", "describe a user token"},
	RevealUserToken:       {"REVEAL_USER_TOKEN", "reveal a user token"},
	CopyUserToken:         {"COPY_USER_TOKEN", "copy a user token"},
	RevokeUserToken:       {"REVOKE_USER_TOKEN", "revoke a user token"},
	CreateService:         {"CREATE_SERVICE_CREDENTIAL", "create a service credential"},
	DescribeService:       {"DESCRIBE_SERVICE_CREDENTIAL", "describe a service credential"},
	RevealService:         {"REVEAL_SERVICE_CREDENTIAL", "reveal a service credential"},
	CopyService:           {"COPY_SERVICE_CREDENTIAL", "copy a service credential"},
	RevokeService:         {"REVOKE_SERVICE_CREDENTIAL", "revoke a service credential"},
	ListAgentTokens:       {"LIST_AGENT_TOKENS", "list agent tokens"},
	ListUserTokens:        {"LIST_USER_TOKENS", "list user tokens"},
	ListUsers:             {"LIST_USERS", "list users"},
	ListDeployments:       {"LIST_DEPLOYMENTS", "list deployments"},
	ListAllActivity:       {"LIST_ALL_ACTIVITY", "list everyone's activity"},
	ReadSettings:          {"READ_SETTINGS", "read settings"},
	ListServices:          {"LIST_SERVICE_CREDENTIALS", "list service credentials"},
}

// Actions lists every action, in order of their numbers.
func Actions() []Action {
	var out []Action
	for a := range Action(255) {
		if _, ok := actionNames[a]; ok {
			out = append(out, a)
		}
	}
	return out
}

// Name returns the action's name in the audit log, such as "CREATE_AGENT_TOKEN".
func (a Action) Name() string {
	if n, ok := actionNames[a]; ok {
		return n.name
	}
	return "UNKNOWN"
}

// String returns the action in words, such as "create an agent token".
func (a Action) String() string {
	if n, ok := actionNames[a]; ok {
		return n.words
	}
	return "do something unknown"
}

// Reading reports whether the action changes nothing. Reading is an event only when
// it is refused; revealing and copying are not reading.
func (a Action) Reading() bool { return a >= ListAgentTokens && a <= ListServices }

// Verb is something that is done with a token of any kind.
type Verb uint8

// The verbs.
const (
	ToCreate Verb = iota
	ToDescribe
	ToScope // give permissions: only agent tokens have any, and for all it is called the same
	ToReveal
	ToCopy
	ToRevoke
	ToList
)

var verbs = map[TokenKind][7]Action{
	AgentToken:   {CreateAgentToken, DescribeAgentToken, SetAgentPermissions, RevealAgentToken, CopyAgentToken, RevokeAgentToken, ListAgentTokens},
	UserToken:    {CreateUserToken, DescribeUserToken, SetAgentPermissions, RevealUserToken, CopyUserToken, RevokeUserToken, ListUserTokens},
	ServiceToken: {CreateService, DescribeService, SetAgentPermissions, RevealService, CopyService, RevokeService, ListServices},
}

// Action returns what the verb is called when it is done with a token of this kind, and 0
// for a kind there is not.
func (k TokenKind) Action(v Verb) Action { return verbs[k][v] }
