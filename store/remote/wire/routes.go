package wire

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jeton/model"
)

// Headers that only jeton has.
const (
	// RequestHeader carries the number of a change: 32 hexadecimal digits. Repeating a
	// change under its number returns the first outcome.
	RequestHeader = "Idempotency-Key"
	// SourceHeader carries where the peer of a socket says it is: a door's word and, after a
	// blank, its origin in UTF-8, percent-encoded.
	SourceHeader = "Jeton-Source"
)

// What bodies and answers are.
const (
	JSON        = "application/json"
	ProblemJSON = "application/problem+json"
	JSONLines   = "application/jsonl"
)

const (
	// MaxBody is the most bytes a request may have in its body.
	MaxBody = 1 << 20
	// MaxAnswer is the most bytes an answer has, a stream excepted.
	MaxAnswer = 64 << 20
	// MaxRows is the most rows one answer has.
	MaxRows = 1000
	// Beat is how often a stream says at least that it is alive, with an empty line.
	Beat = 5 * time.Second
)

// Route is a method and a path, whose parts in braces are numbers.
type Route struct {
	Name    string // operationId in the OpenAPI document
	Method  string
	Pattern string
}

// The routes that read.
var (
	GetSession      = Route{"getSession", http.MethodGet, "/v1/session"}
	ListTokens      = Route{"listTokens", http.MethodGet, "/v1/tokens"}
	FindTokens      = Route{"findTokens", http.MethodGet, "/v1/tokens/find"}
	GetTokenRows    = Route{"getTokenRows", http.MethodGet, "/v1/tokens/rows"}
	GetToken        = Route{"getToken", http.MethodGet, "/v1/tokens/{token}"}
	GetUsage        = Route{"getTokenUsage", http.MethodGet, "/v1/tokens/{token}/usage"}
	ListKnocks      = Route{"listKnocks", http.MethodGet, "/v1/knocks"}
	ExamineValue    = Route{"examineValue", http.MethodPost, "/v1/check"}
	FindLeaked      = Route{"findLeaked", http.MethodPost, "/v1/whose"}
	ListUsers       = Route{"listUsers", http.MethodGet, "/v1/users"}
	ListDeployments = Route{"listDeployments", http.MethodGet, "/v1/deployments"}
	GetOrganization = Route{"getOrganization", http.MethodGet, "/v1/organization"}
	ListEvents      = Route{"listEvents", http.MethodGet, "/v1/events"}
	GetHealth       = Route{"getHealth", http.MethodGet, "/v1/health"}
	Follow          = Route{"follow", http.MethodGet, "/v1/follow"}
	CheckHistory    = Route{"checkHistory", http.MethodPost, "/v1/history/check"}
	GetOpenAPI      = Route{"getOpenAPI", http.MethodGet, "/v1/openapi.json"}
)

// The routes that change something.
var (
	CreateToken      = Route{"createToken", http.MethodPost, "/v1/tokens"}
	DescribeToken    = Route{"describeToken", http.MethodPatch, "/v1/tokens/{token}"}
	SetPermissions   = Route{"setTokenPermissions", http.MethodPut, "/v1/tokens/{token}/permissions"}
	RevealToken      = Route{"revealToken", http.MethodPost, "/v1/tokens/{token}/reveal"}
	RevokeToken      = Route{"revokeToken", http.MethodPost, "/v1/tokens/{token}/revoke"}
	AddUser          = Route{"addUser", http.MethodPost, "/v1/users"}
	RenameUser       = Route{"renameUser", http.MethodPatch, "/v1/users/{user}"}
	SetUserRoles     = Route{"setUserRoles", http.MethodPut, "/v1/users/{user}/roles"}
	SetUserAccounts  = Route{"setUserAccounts", http.MethodPut, "/v1/users/{user}/accounts"}
	SetUserActive    = Route{"setUserActive", http.MethodPut, "/v1/users/{user}/active"}
	CreateDeployment = Route{"createDeployment", http.MethodPost, "/v1/deployments"}
	RenameDeployment = Route{"renameDeployment", http.MethodPatch, "/v1/deployments/{deployment}"}
	RemoveDeployment = Route{"removeDeployment", http.MethodDelete, "/v1/deployments/{deployment}"}
	RenameOrg        = Route{"renameOrganization", http.MethodPatch, "/v1/organization"}
	ChangeSettings   = Route{"changeSettings", http.MethodPut, "/v1/settings"}
)

// Reads lists the routes that change nothing.
func Reads() []Route {
	return []Route{GetSession, ListTokens, FindTokens, GetTokenRows, GetToken, GetUsage, ListKnocks, ExamineValue, FindLeaked,
		ListUsers, ListDeployments, GetOrganization, ListEvents, GetHealth, Follow, CheckHistory, GetOpenAPI}
}

// Routes lists all routes.
func Routes() []Route {
	all := Reads()
	for _, c := range Changes() {
		all = append(all, c.Route)
	}
	return all
}

// Path is the path of the route for the thing with this number, if it is about one.
func (r Route) Path(id uint64) string {
	open, end := strings.IndexByte(r.Pattern, '{'), strings.IndexByte(r.Pattern, '}')
	if open < 0 {
		return r.Pattern
	}
	return r.Pattern[:open] + strconv.FormatUint(id, 10) + r.Pattern[end+1:]
}

// Match tells whether a path is the route's, and returns what stands where its number is:
// the number, or that it is none.
func (r Route) Match(path string) (number string, ok bool) {
	open, end := strings.IndexByte(r.Pattern, '{'), strings.IndexByte(r.Pattern, '}')
	if open < 0 {
		return "", path == r.Pattern
	}
	rest, ok := strings.CutPrefix(path, r.Pattern[:open])
	if !ok {
		return "", false
	}
	number, ok = strings.CutSuffix(rest, r.Pattern[end+1:])
	return number, ok && number != "" && !strings.Contains(number, "/")
}

// Source is the form of where a peer says it is.
func Source(s model.Source) string {
	word := doors.text(s.Door)
	if s.Origin == "" {
		return word
	}
	return word + " " + url.PathEscape(s.Origin)
}

// ParseSource reads where a peer says it is. Its door is one that a peer may say, its
// origin cleaned as a description is; what is neither is dropped: it is a claim, and nothing
// rests on it.
func ParseSource(header string) model.Source {
	word, escaped, _ := strings.Cut(header, " ")
	out := model.Source{Door: model.DoorCommand}
	if door, err := doors.value(word); err == nil && (door == model.DoorTerminal || door == model.DoorSSH) {
		out.Door = door
	}
	if origin, err := url.PathUnescape(escaped); err == nil {
		if origin, err = model.CleanDescription(origin); err == nil {
			out.Origin = origin
		}
	}
	return out
}
