package clip

// Outcome is what is known about a copy, or about clearing one.
type Outcome int

// Outcomes of Copy are Copied, Sent and Failed; those of Clear are Cleared,
// Sent, Kept and Failed.
const (
	Failed  Outcome = iota // it could not be done; Reason and Help say more
	Copied                 // it is on the clipboard: read back, and equal
	Sent                   // handed on by Route; whether it arrived is not known
	Cleared                // read back, and no longer there
	Kept                   // left alone: nothing of ours is there any more
)

// Result tells what happened. It never holds the value.
type Result struct {
	Outcome Outcome
	Route   string // "tmux", "OSC 52", "OSC 52 through screen", "clipboard", "off"
	Reason  string // why it failed, or what is not known
	Help    string // what would help, as something to do; may be empty
	clear   bool
}

// String says it in one sentence for the status line.
func (r Result) String() string {
	switch r.Outcome {
	case Copied:
		return "Copied to the clipboard."
	case Cleared:
		return "Cleared the clipboard."
	case Kept:
		return "The clipboard was left alone: " + r.Reason + "."
	case Sent:
		return r.sent()
	}
	what := "Could not copy: "
	if r.clear {
		what = "Could not clear the clipboard: "
	}
	if r.Help == "" {
		return what + r.Reason + "."
	}
	return what + r.Reason + ". " + r.Help + "."
}

func (r Result) sent() string {
	switch {
	case r.clear:
		return "Asked your terminal to clear its clipboard (" + r.Route + ")."
	case r.Route == routeNative:
		return "Sent to the clipboard, not confirmed."
	}
	return "Sent to your terminal's clipboard (" + r.Route + ")."
}
