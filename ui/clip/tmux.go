package clip

import (
	"context"
	"strings"
)

// blank is what a buffer is cleared with: tmux ignores an empty one.
const blank = " "

// tmux runs a tmux command on the server this session is in.
func (c *Clipboard) tmux(ctx context.Context, stdin string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	// TMUX is "socket,pid,session". The session's environment is not always the
	// process's, so the socket is named instead of inherited.
	if socket, _, _ := strings.Cut(c.getenv("TMUX"), ","); socket != "" {
		args = append([]string{"-S", socket}, args...)
	}
	out, err := c.run(ctx, stdin, "tmux", args...)
	if err != nil && ctx.Err() != nil {
		return "", errSlow // not "signal: killed"
	}
	return out, err
}

// copyTmux loads our buffer and has tmux pass it on (-w). OSC 52 from inside is
// dropped by tmux's defaults, load-buffer works in all of its settings. Reading
// the buffer back proves that tmux has the value; whether the terminal around
// it took it nobody knows, so the outcome is Sent.
func (c *Clipboard) copyTmux(ctx context.Context, value string, h *held) Result {
	if c.getenv("TMUX") == "" {
		return failed(routeTmux, "this is not inside tmux", "Set the clipboard mode to auto")
	}
	if _, err := c.tmux(ctx, value, "load-buffer", "-b", c.name, "-w", "-"); err != nil {
		h.unsure = late(ctx, err)
		return failed(routeTmux, "tmux did not take it: "+explain(err, value),
			"tmux 3.2 or later is needed, or set the clipboard mode to osc52 and tmux's set-clipboard to on")
	}
	got, err := c.tmux(ctx, "", "show-buffer", "-b", c.name)
	switch {
	case err != nil:
		return Result{Outcome: Sent, Route: routeTmux, Reason: "tmux's buffer could not be read back"}
	case got != value:
		return failed(routeTmux, "tmux's buffer holds something else now", "Copy again")
	}
	return Result{Outcome: Sent, Route: routeTmux, Reason: "tmux has it; the terminal around it does not confirm"}
}

// clearTmux blanks the terminal's clipboard by way of our buffer, then deletes
// the buffer. A buffer that is gone or holds something else is left alone, and
// so is the terminal then.
func (c *Clipboard) clearTmux(ctx context.Context, h *held) Result {
	got, err := c.tmux(ctx, "", "show-buffer", "-b", c.name)
	switch {
	case ctx.Err() != nil:
		return failed(routeTmux, "there was no time", "")
	case err != nil:
		return c.goneTmux(ctx, err)
	case !h.is(got):
		return Result{Outcome: Kept, Route: routeTmux, Reason: "tmux's buffer holds something else now"}
	}
	if _, err := c.tmux(ctx, blank, "load-buffer", "-b", c.name, "-w", "-"); err != nil {
		return failed(routeTmux, "tmux did not take a blank: "+explain(err, got), "Copy something else over it")
	}
	if _, err := c.tmux(ctx, "", "delete-buffer", "-b", c.name); err != nil {
		return failed(routeTmux, "tmux did not delete its buffer: "+explain(err, got), "It holds a blank; nothing of ours is left in it")
	}
	return Result{Outcome: Sent, Route: routeTmux, Reason: "tmux's buffer is gone; the terminal around it does not confirm"}
}

// goneTmux tells a deleted buffer from a tmux that does not answer.
func (c *Clipboard) goneTmux(ctx context.Context, err error) Result {
	if _, alive := c.tmux(ctx, "", "list-buffers"); alive != nil {
		return failed(routeTmux, "tmux does not answer: "+explain(err, ""), "Copy something else over it")
	}
	return Result{Outcome: Kept, Route: routeTmux, Reason: "tmux's buffer is gone"}
}
