package state

import "encoding/binary"

// The first byte of every key. They are part of the format on disk; so that the
// state can be made again, changing one only needs a new [Format].
const (
	prefixApplied    = 'A' // up to which event the journal was applied, and of which store
	prefixCredential = 'C' // credential record of a token
	prefixFrame      = 'F' // first event of a journal frame -> where the frame lies
	prefixLookup     = 'H' // keyed hash of a token value -> token number
	prefixDataKey    = 'K' // wrapped data key of a journal segment
	prefixRecord     = 'R' // all other records, by kind and number
	prefixSet        = 'S' // blocks of sets of numbers
	prefixUse        = 'U' // how a token is used; alone, from when on that is known
)

// Kind is the kind of a record in its key.
type Kind byte

// The kinds of record. The kinds of token are apart so that a list of one reads
// nothing of the others, credentials so that listing never touches a secret.
const (
	Organization Kind = 'o'
	User         Kind = 'u'
	Deployment   Kind = 'd'
	AgentToken   Kind = 'a'
	UserToken    Kind = 't'
	ServiceToken Kind = 's'
	Credential   Kind = 'c'
)

// RecordKey returns the key of a record.
func RecordKey(k Kind, number uint64) []byte {
	if k == Credential {
		return binary.BigEndian.AppendUint64([]byte{prefixCredential}, number)
	}
	return binary.BigEndian.AppendUint64([]byte{prefixRecord, byte(k)}, number)
}

// ParseRecordKey takes a record key apart. There is one key for each record: two that read as
// the same one would count as one another.
func ParseRecordKey(key []byte) (k Kind, number uint64, ok bool) {
	switch {
	case len(key) == 9 && key[0] == prefixCredential:
		return Credential, binary.BigEndian.Uint64(key[1:]), true
	case len(key) == 10 && key[0] == prefixRecord && Kind(key[1]) != Credential:
		return Kind(key[1]), binary.BigEndian.Uint64(key[2:]), true
	}
	return 0, 0, false
}

// FrameKey returns the key under which the place of the frame that starts with event
// first is kept.
func FrameKey(first uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixFrame}, first)
}

// FrameOf returns the first event named in a frame key.
func FrameOf(key []byte) (first uint64, ok bool) {
	if len(key) != 9 || key[0] != prefixFrame {
		return 0, false
	}
	return binary.BigEndian.Uint64(key[1:]), true
}

// LookupKey returns the key for the keyed hash of a token value.
func LookupKey(hash []byte) []byte { return append([]byte{prefixLookup}, hash...) }

// DataKeyKey returns the key of a wrapped data key.
func DataKeyKey(number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixDataKey}, number)
}

// UseKey returns the key of what is known of a token's use. It follows from no event: where
// state is made again it is gone.
func UseKey(token uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixUse}, token)
}

// UsesKey returns the key of what is known of the use of all tokens.
func UsesKey() []byte { return []byte{prefixUse} }

// AppliedKey returns the key of the applied mark.
func AppliedKey() []byte { return []byte{prefixApplied} }

// SetName names a set of numbers.
type SetName struct {
	Of   byte   // one of the letters below
	Whom uint64 // the user or deployment, 0 where there is only one such set
}

// What sets are of. Part of the format on disk.
const (
	ofAgentTokens = 'a'
	ofRevoked     = 'r'
	ofOwner       = 'o'
	ofDeployment  = 'd'
	ofEvents      = 'e'
	ofServices    = 's'
	ofOrgAgents   = 'g'
	ofAllBranches = 'b'
)

// AgentTokens is the set of all agent tokens.
func AgentTokens() SetName { return SetName{Of: ofAgentTokens} }

// Services is the set of all service credentials.
func Services() SetName { return SetName{Of: ofServices} }

// OrgAgents is the set of agent tokens with Org Agent on.
func OrgAgents() SetName { return SetName{Of: ofOrgAgents} }

// AllBranches is the set of agent tokens whose permissions name all branch deployments.
func AllBranches() SetName { return SetName{Of: ofAllBranches} }

// Revoked is the set of all revoked tokens.
func Revoked() SetName { return SetName{Of: ofRevoked} }

// TokensOf is the set of a user's user tokens.
func TokensOf(user uint64) SetName { return SetName{ofOwner, user} }

// TokensNaming is the set of agent tokens whose permissions name a deployment.
func TokensNaming(deployment uint64) SetName { return SetName{ofDeployment, deployment} }

// EventsOf is the set of events that concern a user.
func EventsOf(user uint64) SetName { return SetName{ofEvents, user} }

func (n SetName) prefix() []byte {
	return binary.BigEndian.AppendUint64([]byte{prefixSet, n.Of}, n.Whom)
}

func (n SetName) block(number uint32) []byte {
	return binary.BigEndian.AppendUint32(n.prefix(), number)
}

// parseBlockKey takes the key of a block apart, but for the block's number.
func parseBlockKey(key []byte) (SetName, bool) {
	if len(key) != 1+1+8+4 || key[0] != prefixSet {
		return SetName{}, false
	}
	return SetName{key[1], binary.BigEndian.Uint64(key[2:])}, true
}
