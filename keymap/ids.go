package keymap

// ID names an action for ever: lower case, dotted, never reused. It is what the configuration file, the palette and
// the screens call the action by; the keys may change, the ID may not.
type ID string

// What every screen hears.
const (
	AppInterrupt ID = "app.interrupt"
	AppSuspend   ID = "app.suspend"
	AppHelp      ID = "app.help"
	AppMouse     ID = "app.mouse"
)

// What every page under the tabs hears.
const (
	TabTokens      ID = "tab.tokens"
	TabUsers       ID = "tab.users"
	TabDeployments ID = "tab.deployments"
	TabActivity    ID = "tab.activity"
	TabSettings    ID = "tab.settings"
	TabServices    ID = "tab.services"
	PageKnocking   ID = "page.knocking"
	PageFilter     ID = "page.filter"
	PageSort       ID = "page.sort"
	PageUndo       ID = "page.undo"
	PageReload     ID = "page.reload"
	PageBack       ID = "page.back"
	AppCommands    ID = "app.commands"
	AppWho         ID = "app.who"
	AppQuit        ID = "app.quit"
)

// What scope List hears.
const (
	ListUp       ID = "list.up"
	ListDown     ID = "list.down"
	ListLeft     ID = "list.left"
	ListRight    ID = "list.right"
	ListTop      ID = "list.top"
	ListBottom   ID = "list.bottom"
	ListPageUp   ID = "list.pageup"
	ListPageDown ID = "list.pagedown"
	ListHalfUp   ID = "list.halfup"
	ListHalfDown ID = "list.halfdown"
)

// What scope Tokens hears.
const (
	TokenReveal   ID = "token.reveal"
	TokenCopy     ID = "token.copy"
	TokenDescribe ID = "token.describe"
	TokenEdit     ID = "token.edit"
	TokenCreate   ID = "token.create"
	TokenRevoke   ID = "token.revoke"
	TokenDetails  ID = "token.details"
	TokensRevoked ID = "tokens.revoked"
	TokensOther   ID = "tokens.other"
	TokensOwner   ID = "tokens.owner"
)

// What scope Knocking hears.
const (
	KnockDetails ID = "knock.details"
)

// What scope Revealed hears.
const (
	RevealedCopy ID = "revealed.copy"
	RevealedHide ID = "revealed.hide"
)

// What scope Describe hears.
const (
	DescribeSave   ID = "describe.save"
	DescribeCancel ID = "describe.cancel"
	DescribeClear  ID = "describe.clear"
)

// What scope Permissions hears.
const (
	PermissionsToggle   ID = "permissions.toggle"
	PermissionsAll      ID = "permissions.all"
	PermissionsOrg      ID = "permissions.org"
	PermissionsFilter   ID = "permissions.filter"
	PermissionsReview   ID = "permissions.review"
	PermissionsRevoke   ID = "permissions.revoke"
	PermissionsNext     ID = "permissions.next"
	PermissionsPrevious ID = "permissions.previous"
	PermissionsSave     ID = "permissions.save"
	PermissionsCancel   ID = "permissions.cancel"
)

// What scope Revoke hears.
const (
	RevokeAccept ID = "revoke.accept"
	RevokeKeep   ID = "revoke.keep"
	RevokeClear  ID = "revoke.clear"
)

// What scope Users hears.
const (
	UserAdd        ID = "user.add"
	UserRoles      ID = "user.roles"
	UserRename     ID = "user.rename"
	UserDeactivate ID = "user.deactivate"
	UserDetails    ID = "user.details"
	UserTokens     ID = "user.tokens"
)

// What scope User hears.
const (
	RoleToggle     ID = "role.toggle"
	RoleAdmin      ID = "role.admin"
	RoleFilter     ID = "role.filter"
	RoleTokens     ID = "role.tokens"
	RoleReview     ID = "role.review"
	RoleDeactivate ID = "role.deactivate"
	RoleNext       ID = "role.next"
	RolePrevious   ID = "role.previous"
	RoleSave       ID = "role.save"
	RoleCancel     ID = "role.cancel"
)

// What scope Deployments hears.
const (
	DeploymentCreate  ID = "deployment.create"
	DeploymentRename  ID = "deployment.rename"
	DeploymentRemove  ID = "deployment.remove"
	DeploymentDetails ID = "deployment.details"
)

// What scope Activity hears.
const (
	ActivityDetails ID = "activity.details"
	ActivityField   ID = "activity.field"
)

// What scope Settings hears.
const (
	SettingEdit   ID = "setting.edit"
	SettingToggle ID = "setting.toggle"
)

// What scope Picker hears.
const (
	PickerSelect   ID = "picker.select"
	PickerCancel   ID = "picker.cancel"
	PickerUp       ID = "picker.up"
	PickerDown     ID = "picker.down"
	PickerPageUp   ID = "picker.pageup"
	PickerPageDown ID = "picker.pagedown"
	PickerClear    ID = "picker.clear"
)

// What scope Help hears.
const (
	HelpClose ID = "help.close"
)

// What scope Palette hears.
const (
	PaletteRun      ID = "palette.run"
	PaletteClose    ID = "palette.close"
	PaletteUp       ID = "palette.up"
	PaletteDown     ID = "palette.down"
	PalettePageUp   ID = "palette.pageup"
	PalettePageDown ID = "palette.pagedown"
	PaletteClear    ID = "palette.clear"
)

// What scope Filter hears.
const (
	FilterKeep  ID = "filter.keep"
	FilterClear ID = "filter.clear"
	FilterUp    ID = "filter.up"
	FilterDown  ID = "filter.down"
	FilterErase ID = "filter.erase"
)

// What scope Confirm hears.
const (
	ConfirmAccept  ID = "confirm.accept"
	ConfirmSave    ID = "confirm.save"
	ConfirmDiscard ID = "confirm.discard"
	ConfirmBack    ID = "confirm.back"
)

// What scope Form hears.
const (
	FormAccept   ID = "form.accept"
	FormCancel   ID = "form.cancel"
	FormNext     ID = "form.next"
	FormPrevious ID = "form.previous"
	FormClear    ID = "form.clear"
)

// What scope Setup hears.
const (
	SetupAccept   ID = "setup.accept"
	SetupCancel   ID = "setup.cancel"
	SetupNext     ID = "setup.next"
	SetupPrevious ID = "setup.previous"
	SetupClear    ID = "setup.clear"
)

// What scope Opening hears.
const (
	OpeningRetry  ID = "opening.retry"
	OpeningCreate ID = "opening.create"
	OpeningQuit   ID = "opening.quit"
)

// What scope Quit hears.
const (
	QuitKeep  ID = "quit.keep"
	QuitClear ID = "quit.clear"
	QuitStay  ID = "quit.stay"
)
