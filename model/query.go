package model

// Sort is the order of a token list.
type Sort uint8

// The orders of a token list. Created orders are free at any size; the others read
// every token of the list first.
const (
	NewestFirst Sort = iota
	OldestFirst
	ByDescription // A to Z without regard to case; those without one last
)

// TokenQuery says which tokens a list shows. The zero query lists nothing: Kind is
// needed.
type TokenQuery struct {
	Kind       TokenKind
	Owner      UserID       // of user tokens
	Revoked    bool         // show revoked ones as well
	Deployment DeploymentID // only agent tokens whose permissions name it (Org Agent does not)
	Sort       Sort
	Filter     string // as people typed it; see Filter
}

// Plain reports whether the list needs no reading through: no filter, created order.
func (q TokenQuery) Plain() bool { return q.Filter == "" && q.Sort != ByDescription }

// Window is the part of a list a screen wants: Limit rows (at most 1,000) from
// Offset or, when Anchor is in the list, placed so that the anchor's row is Offset
// rows below the first one returned.
type Window struct {
	Offset, Limit int
	Anchor        TokenID
}

// TokenPage is a window of a list.
type TokenPage struct {
	Offset   int // of Rows[0] in the list
	Total    int // rows in the whole list
	AnchorAt int // the anchor's place in the list, -1 when it is not in it
	Rows     []Token
	Seq      uint64            // the sequence number up to which this is true
	Logins   map[UserID]string // of everyone named in Rows: members may not list users
	LastUsed map[TokenID]Time  // of Rows; those that are missing were not used since UseSince
	UseSince Time              // nothing is known of use before; zero where use is not told
}

// Match is a step of reading through a list for a filter or an order: the numbers
// found so far in this step, in list order.
type Match struct {
	IDs     []TokenID
	Next    TokenID // where the next step goes on; meaningful unless Done
	Scanned int     // tokens read in this step
	Done    bool
}

// Leak is what is known of a value that somebody found. It is looked for by one of the two:
// more of a value than the last four characters would spell it out bit by bit.
type Leak struct {
	LastFour string
	SHA256   [32]byte // of the whole value; the zero one where only its end is known
}

// EventQuery says which events are wanted: newest first, from Before downwards.
type EventQuery struct {
	Before  uint64 // only sequence numbers below it; 0 from the newest
	Limit   int    // at most 1,000 events
	Actor   UserID // only this user's doing; 0 anyone's
	Target  Target // only about this; a zero Kind anything, a zero ID any of the kind
	Outcome Outcome
	Filter  string
}

// EventPage is part of the history, newest first.
type EventPage struct {
	Events  []Event
	Next    uint64            // Before of the next page; 0 when this was all
	Scanned int               // events read for it
	Total   int               // events this actor may see, whatever the query
	Logins  map[UserID]string // of everyone named in Events: members may not list users
}

// Session is what a screen needs to know about the one who looks at it.
type Session struct {
	User         User
	Organization Organization
	Deployments  []Deployment // not removed ones, by name; for members only those of their roles
	AgentTokens  int          // that work; 0 for members
	UserTokens   int          // of this user, that work
	Services     int          // service credentials that work; 0 for members
}

// Sharing tells who has the store open that others work on too.
type Sharing struct {
	Holder  string // who has it open: "pid 4121, user ana, on pts/3"; empty where this process has
	Others  int    // other processes that work on it through this one
	Waiting bool   // who had it open left, and nobody has it yet
	Why     string // while waiting: why this process could not open it; may be empty
}

// Health is what a store says of itself.
type Health struct {
	Seq      uint64
	Events   uint64
	Damage   *DamageError // nil when none is known
	LowSpace bool
	Compared bool   // state was compared with the journal since opening and is whole: verdicts may be given on it
	Checking bool   // history was not yet checked to its end since opening: damage may be there unknown
	Notice   string // what opening had to mend, for people; may be empty
	Signed   SignedHead
}

// SignedHead is the newest signed head over the history; the zero one where none is yet.
type SignedHead struct {
	Events uint64 // that it covers
	At     Time
	Epoch  uint64 // counts how often the history was begun anew from a backup
	Hash   string // over those events, base64
}

// Progress tells how far long work is. Total is 0 while unknown.
type Progress struct {
	What        string
	Done, Total uint64
}
