// Package hush keeps libraries from asking the terminal anything while the program is
// loaded.
//
// Bubble Tea asks for the background colour before main runs, for every command, and waits
// up to 5 s for a terminal that does not answer; what is typed meanwhile is lost. It does
// not ask a dumb terminal: as long as the program is being loaded, this one is dumb. The
// program asks by itself, when it wants to know.
//
// That works because packages are initialized in the order of their paths, each as soon
// as all it imports is (The Go Programming Language Specification, "Program
// initialization"). This one imports only os, so it comes before everything behind it in
// that order, such as os/signal, without which Bubble Tea cannot begin. It must not import
// more. That nothing is asked is tested.
package hush

import "os"

// term is what TERM was, and whether it was set at all.
var term = begin()

type variable struct {
	text string
	set  bool
}

func begin() variable {
	text, set := os.LookupEnv("TERM")
	if set {
		_ = os.Setenv("TERM", "dumb")
	}
	return variable{text, set}
}

// End gives the environment its TERM back. Call it first in main.
func End() {
	if term.set {
		_ = os.Setenv("TERM", term.text)
	}
}
