package clip

import (
	"io"

	"github.com/aymanbagabas/go-osc52/v2"
)

// maxOSC is the longest value sent, in bytes: 100,000 bytes of sequence, past
// which terminals drop it without a word.
const maxOSC = 74_994

// copyOSC writes the sequence that sets the terminal's clipboard. There is no
// acknowledgement, and asking would type the answer into the program.
func (c *Clipboard) copyOSC(route, value string) Result {
	switch {
	case !c.isTerminal:
		return failed(route, "the output is not a terminal", "")
	case c.getenv("TERM") == "dumb":
		return failed(route, "this terminal cannot (TERM=dumb)", "Set TERM to what the terminal is")
	case len(value) > maxOSC:
		return failed(route, "it is too long for a terminal's clipboard", "")
	}
	if err := c.sequenceOut(route, value); err != nil {
		return failed(route, "the terminal did not take it", "")
	}
	return Result{Outcome: Sent, Route: route, Reason: "terminals do not confirm; some need it allowed in their settings"}
}

// clearOSC writes an empty clipboard. What is there now cannot be read, so it is
// taken to be ours: this clipboard was not asked to copy anything else since.
func (c *Clipboard) clearOSC(route string) Result {
	if err := c.sequenceOut(route, ""); err != nil {
		return failed(route, "the terminal did not take it", "Copy something else over it")
	}
	return Result{Outcome: Sent, Route: route, Reason: "terminals do not confirm"}
}

// sequenceOut writes in one piece: the renderer writes to the same terminal,
// and a sequence cut in two would show the value.
func (c *Clipboard) sequenceOut(route, value string) error {
	s := osc52.New(value)
	if route == routeScreen {
		s = s.Screen()
	}
	_, err := io.WriteString(c.out, s.String())
	return err
}
