package journal

import (
	"fmt"
	"strings"
)

// Damage is something in the journal's files that is not as it was written. It is an error to show: it names the file, the
// byte and the events it touches.
type Damage struct {
	File        string // as "journal/NAME"
	Offset      int64  // byte in the file
	First, Last uint64 // events affected; 0: unknown, or none
	What        string // what is wrong, and for the mark what to do

	cause error
}

// Unwrap returns what reading the bytes said, if it said anything.
func (d *Damage) Unwrap() error { return d.cause }

// Error reads like "journal/NAME: events 40 to 43 at byte 12345: frame does not match its checksum". What begins with a file
// concerns all of it, and no byte is named.
func (d *Damage) Error() string {
	parts := make([]string, 0, 2)
	switch {
	case d.First == 0:
	case d.First == d.Last:
		parts = append(parts, fmt.Sprintf("event %d", d.First))
	case d.Last == 0:
		parts = append(parts, fmt.Sprintf("events from %d on", d.First))
	default:
		parts = append(parts, fmt.Sprintf("events %d to %d", d.First, d.Last))
	}
	if d.Offset > 0 {
		parts = append(parts, fmt.Sprintf("at byte %d", d.Offset))
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%s: %s", d.File, d.What)
	}
	return fmt.Sprintf("%s: %s: %s", d.File, strings.Join(parts, " "), d.What)
}

// Torn is the unfinished frame an interrupted write left at the end. It was never acknowledged; it was copied aside and cut.
type Torn struct {
	File   string // the segment, as "journal/NAME"
	Copy   string // where the bytes are kept, as "journal/torn-…"; "" if the disk had no room for them
	Seq    uint64 // the sequence number it would have had
	Offset int64  // where it began
	Length int64  // bytes up to the last that was not zero
}

// String says what happened in one line.
func (t *Torn) String() string {
	kept := "kept as " + t.Copy
	if t.Copy == "" {
		kept = "cut without a copy, for which the disk had no room"
	}
	return fmt.Sprintf("%s: %d bytes at byte %d were an unfinished write, never acknowledged; %s", t.File, t.Length, t.Offset, kept)
}
