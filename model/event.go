package model

import "encoding/hex"

// Outcome is how an event ended.
type Outcome uint8

// The outcomes. The numbers are part of the format on disk.
const (
	Done    Outcome = 1
	Refused Outcome = 2
)

// String returns "done" or "refused".
func (o Outcome) String() string {
	switch o {
	case Done:
		return "done"
	case Refused:
		return "refused"
	}
	return "unknown outcome"
}

// TargetKind is what kind of thing an event was about.
type TargetKind uint8

// The kinds of target. The numbers are part of the format on disk.
const (
	TargetOrganization TargetKind = 1
	TargetUser         TargetKind = 2
	TargetDeployment   TargetKind = 3
	TargetToken        TargetKind = 4
)

// Target is what an event was about. ID is 0 where no single thing was meant.
type Target struct {
	Kind TargetKind
	ID   uint64
}

// Request is the number a caller gives a change, 16 random bytes, so that repeating
// it after a lost answer returns the first outcome. Zero means never repeated.
type Request [16]byte

// String returns the number in hexadecimal.
func (r Request) String() string { return hex.EncodeToString(r[:]) }

// FieldChange is one field before and after an edit, in words.
type FieldChange struct {
	Field string `cbor:"1,keyasint"`
	From  string `cbor:"2,keyasint,omitempty"`
	To    string `cbor:"3,keyasint,omitempty"`
}

// Event is one line of the organization's history: who did or tried what, when,
// from where, and how it ended. The fields of Details come from people and are
// sealed in the journal; the others can be read there without the keyset.
type Event struct {
	Seq     uint64
	At      Time
	Actor   UserID
	Door    Door
	Action  Action
	Outcome Outcome
	Target  Target
	Subject UserID // whose affairs it was: the token's owner, the user changed; 0 if nobody's
	Count   uint32 // of a refusal: how often in that minute; else 1
	Request Request
	Details Details
}

// Details are the parts of an event that come from people.
type Details struct {
	Origin  string        `cbor:"1,keyasint,omitempty"` // "pts/3 from 10.0.0.7"
	Label   string        `cbor:"2,keyasint,omitempty"` // what the target was called then
	Reason  string        `cbor:"3,keyasint,omitempty"` // why it was refused
	Changes []FieldChange `cbor:"4,keyasint,omitempty"`
}

// Concerns lists the users whose own events this is: who did it and whose affairs
// it was. A reveal of somebody's token is thereby shown to its owner.
func (e Event) Concerns() []UserID {
	switch {
	case e.Actor == 0 && e.Subject == 0:
		return nil
	case e.Subject == 0 || e.Subject == e.Actor:
		return []UserID{e.Actor}
	case e.Actor == 0:
		return []UserID{e.Subject}
	}
	return []UserID{e.Actor, e.Subject}
}
