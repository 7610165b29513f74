// Package doctor looks at everything a store depends on and says what it saw.
//
// # Policy
//
//   - It writes nothing, whatever it finds: a torn end is not cut, state is not made
//     again, no file is created, and no mode is changed. What would mend something is
//     said, as a command where there is one.
//   - A verdict is good, a warning (it works, and somebody should know) or bad (it does
//     not work, or does not protect what it should). A live holder of the store is no
//     fault, and what it is just writing is no damage.
//   - While nobody has the store, it is kept, by a shared lock and for the few
//     milliseconds that takes, from being opened while state is looked at. The journal
//     is read without: its owner may write beside the reader.
//   - Nothing secret is read but the keyset, which is wiped at once, and nothing of it
//     is repeated. What comes from files is printed so that it cannot move a cursor.
//
// What it knows of two formats, the time of an event and how far state was applied, it
// reads by itself, without keys: the store decides about both when it is opened.
package doctor

import (
	"context"
	"encoding"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"jeton/store"
)

// Level is how good a verdict is. The greater, the worse.
type Level uint8

// The levels.
const (
	Good Level = iota
	Warning
	Bad
)

var _ encoding.TextMarshaler = Good

// String returns "good", "warning" or "bad".
func (l Level) String() string { return [...]string{"good", "warning", "bad"}[l] }

// MarshalText writes a level as String does.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Verdict is one line of what was found.
type Verdict struct {
	Check string `json:"check"` // "store", "journal": one word
	Level Level  `json:"verdict"`
	Says  string `json:"says"` // one line
	Next  string `json:"next"` // what to do; empty when good
}

// New makes a verdict that is safe to print on one line, whatever paths contain.
func New(check string, level Level, says, next string) Verdict {
	return Verdict{Check: check, Level: level, Says: safe(says), Next: safe(next)}
}

// safe spells out what could end a line or move a cursor.
func safe(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

// Options say what is looked at. Paths are absolute.
type Options struct {
	Dir    string // of the store
	Keyset string // file
	Config string // file; empty: not looked at

	Deep         bool   // read the whole journal
	AllowNetwork bool   // a network file system is only a warning
	Reserve      uint64 // bytes to be free; 0: store.DefaultReserve
	Machine      Machine
}

// Machine is what the computer answers. ThisMachine is this one.
type Machine struct {
	UID          uint32                                // who is asking
	Now          func() time.Time                      // the clock
	FileSystem   func(path string) (FileSystem, error) // that has an existing path
	Synchronized func() (yes, known bool)              // whether something keeps the clock right
	Process      func() (Process, error)               // ErrNotKnown where it cannot be told
}

// Process is how this process keeps its memory to itself.
type Process struct {
	CoreLimit uint64 // bytes a core dump may have
	Dumpable  bool   // others of the same user may read and trace it
	Tracer    int    // process that traces this one; 0: none
}

// examination is one run.
type examination struct {
	Options
	ctx context.Context
	out []Verdict

	held   bool   // another process has the store
	newest uint64 // last event of the journal
	at     time.Time
}

// Examine looks at a store and what it depends on. It writes nothing. The only error is
// that ctx ended; what was found until then is returned with it.
func Examine(ctx context.Context, o Options) ([]Verdict, error) {
	if o.Reserve == 0 {
		o.Reserve = store.DefaultReserve
	}
	e := &examination{Options: o, ctx: ctx}
	there := e.store()
	e.permissions(there)
	e.disk()
	if there {
		e.contents()
	} else {
		e.keysetAlone()
	}
	e.clock()
	e.process()
	return e.out, ctx.Err()
}

func (e *examination) say(check string, level Level, next, format string, args ...any) {
	e.out = append(e.out, New(check, level, fmt.Sprintf(format, args...), next))
}

func (e *examination) good(check, format string, args ...any) {
	e.say(check, Good, "", format, args...)
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	if !strings.ContainsFunc(path, func(r rune) bool { return !plain(r) }) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// size writes bytes for people.
func size(n uint64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	f, i := float64(n)/unit, 0
	for f >= unit && i < 5 {
		f, i = f/unit, i+1
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGTPE"[i])
}
