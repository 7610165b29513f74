package model

// Change is what an actor asks for. Each kind is one of the types below. Revision,
// where a change has one, is that of the record the person looked at: if it changed
// since, the change is refused with a [*ConflictError]; 0 edits whatever is there.
type Change interface{ change() }

// Found creates the organization with its first user, who becomes its Organization
// Admin. It is possible once, in an empty store.
type Found struct {
	Organization string
	Deployments  []string
	Login        string
	Account      uint32 // operating-system user id to bind
	Keys         KeyNumbers
}

// CreateToken creates a token: an agent token with OrgAgent permissions, or a user
// token for Owner.
type CreateToken struct {
	Kind        TokenKind
	Owner       UserID // of a user token
	Description string
}

// Describe sets a token's description.
type Describe struct {
	Token       TokenID
	Revision    uint64
	Description string
}

// SetPermissions sets what an agent token reaches.
type SetPermissions struct {
	Token       TokenID
	Revision    uint64
	Permissions Permissions
}

// Reveal records that a token's value is handed out, to a screen or, with Copy, to
// the clipboard without being drawn.
type Reveal struct {
	Token TokenID
	Copy  bool
}

// Revoke stops a token at once and for good. It never conflicts.
type Revoke struct{ Token TokenID }

// AddPerson adds a user.
type AddPerson struct {
	Login    string
	Name     string
	OrgAdmin bool
	Grants   []Grant
	Accounts []uint32
}

// RenamePerson changes a user's login and name.
type RenamePerson struct {
	User     UserID
	Revision uint64
	Login    string
	Name     string
}

// SetRoles sets a user's roles.
type SetRoles struct {
	User     UserID
	Revision uint64
	OrgAdmin bool
	Grants   []Grant
}

// SetAccounts sets which operating-system user ids are this user.
type SetAccounts struct {
	User     UserID
	Revision uint64
	Accounts []uint32
}

// SetActive deactivates a user, whose tokens stop, or reactivates one, whose tokens
// work again unless revoked.
type SetActive struct {
	User   UserID
	Active bool
}

// AddDeployment creates a deployment.
type AddDeployment struct{ Name string }

// RenameDeploy changes a deployment's name.
type RenameDeploy struct {
	Deployment DeploymentID
	Revision   uint64
	Name       string
}

// RemoveDeployment removes a deployment; no token is rewritten.
type RemoveDeployment struct{ Deployment DeploymentID }

// RenameOrg changes the organization's name.
type RenameOrg struct {
	Revision uint64
	Name     string
}

// SetSettings changes the organization's settings.
type SetSettings struct {
	Revision uint64
	Settings Settings
}

// Restored records that the organization was restored from a backup, and which numbers
// were given after it. Only a restore makes it, and asks nobody: who has the keyset and a
// backup is beyond [Allow].
type Restored struct {
	From uint64 // newest event of the backup
	Lost uint64 // newest event known that is not in it
	Used LastNumbers
}

// RotateKeys records that the organization is kept under new keys from here on.
type RotateKeys struct {
	Keys KeyNumbers
	// Announced is the signed head that announces the new signing key, if there is one.
	Announced []byte
}

func (Found) change()            {}
func (CreateToken) change()      {}
func (Describe) change()         {}
func (SetPermissions) change()   {}
func (Reveal) change()           {}
func (Revoke) change()           {}
func (AddPerson) change()        {}
func (RenamePerson) change()     {}
func (SetRoles) change()         {}
func (SetAccounts) change()      {}
func (SetActive) change()        {}
func (AddDeployment) change()    {}
func (RenameDeploy) change()     {}
func (RemoveDeployment) change() {}
func (RenameOrg) change()        {}
func (SetSettings) change()      {}
func (RotateKeys) change()       {}
func (Restored) change()         {}

// Record is what an event leaves: one of Organization, User, Deployment, Token or
// Credential, always whole.
type Record interface{ record() }

// Credential is a token's value, in a record of its own.
type Credential struct {
	Token TokenID
	Kind  TokenKind
	Value Secret
}

func (Organization) record() {}
func (User) record()         {}
func (Deployment) record()   {}
func (Token) record()        {}
func (Credential) record()   {}
