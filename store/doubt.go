package store

import (
	"errors"
	"fmt"
)

// Why a state is not used but made again from the journal, in the words people are shown.
var (
	errStateMissing = errors.New("it was missing")
	errStateFormat  = errors.New("it was of another version's format")
	errStateForeign = errors.New("it belonged to another store")
	errStateKeys    = errors.New("the keys of the keyset were rotated")
	errStateBehind  = errors.New("it lacked events that were in it before")
	errStateUnknown = errors.New("nothing says what it came to")
	errCondemned    = errors.New("it was found damaged before")
	errStatePartial = errors.New("the last time that was from a damaged one")
	errNoMark       = errors.New("the journal's mark was missing")
)

// madeAgain tells why state was made again. What the libraries say of a damaged file is
// left out: its names and numbers help nobody, since the file is replaced.
func madeAgain(why error) string {
	plain := "it was damaged"
	for _, known := range []error{errStateMissing, errStateFormat, errStateForeign, errStateKeys, errStateBehind, errStateUnknown,
		errCondemned, errStatePartial, errNoMark, errAsked} {
		if errors.Is(why, known) {
			plain = known.Error()
		}
	}
	if errors.Is(why, errOtherState) {
		plain = "it was not what the journal came to"
	}
	return fmt.Sprintf("state was made again from the journal: %s", plain)
}
