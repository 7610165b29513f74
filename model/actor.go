package model

// Door is where an actor came in.
type Door uint8

// The doors. The numbers are part of the format on disk.
const (
	DoorTerminal Door = 1 // a terminal on this host
	DoorSSH      Door = 2 // a terminal reached over SSH
	DoorCommand  Door = 3 // a command, not a screen
	DoorProgram  Door = 4 // jeton itself: first run, demonstration data
	DoorHTTP     Door = 5 // a user token over HTTP
)

// String returns the door's name for people.
func (d Door) String() string {
	switch d {
	case DoorTerminal:
		return "terminal"
	case DoorSSH:
		return "SSH"
	case DoorCommand:
		return "command"
	case DoorProgram:
		return "jeton"
	case DoorHTTP:
		return "HTTP"
	}
	return "unknown door"
}

// Source tells where a change came from.
type Source struct {
	Door   Door   // readable in the journal
	Origin string // "pts/3", "pts/3 from 10.0.0.7"; sealed, may be empty
}

// Actor is who is doing this now: a user, proven by the door they came through.
// The zero Actor is nobody and may do nothing.
type Actor struct {
	User   UserID
	Source Source
}
