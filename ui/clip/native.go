package clip

import (
	"context"
	"errors"
	"runtime"
	"strings"

	"github.com/atotto/clipboard"
)

var (
	errSlow = errors.New("no answer in time")
	errTool = errors.New("no clipboard tool is installed")
)

// machine is the clipboard atotto/clipboard reaches. It picks its tool when the
// program starts.
type machine struct{}

func (machine) ReadAll() (string, error) {
	if clipboard.Unsupported {
		return "", errTool
	}
	return clipboard.ReadAll()
}

func (machine) WriteAll(s string) error {
	if clipboard.Unsupported {
		return errTool
	}
	return clipboard.WriteAll(s)
}

// copyNative writes to the desktop's clipboard and reads it back; where that
// fails, in mode auto, the terminal is asked instead.
func (c *Clipboard) copyNative(ctx context.Context, value string, h *held) Result {
	r := c.writeNative(ctx, value, h)
	if r.Outcome != Failed || c.mode != Auto {
		return r
	}
	if o := c.copyOSC(c.sequence(), value); o.Outcome == Sent {
		return o
	}
	return r
}

func (c *Clipboard) writeNative(ctx context.Context, value string, h *held) Result {
	if c.remote() {
		return failed(routeNative, "over SSH the desktop's clipboard is not yours", "Set the clipboard mode to osc52 or auto")
	}
	if !c.display() {
		return failed(routeNative, "there is no display (neither WAYLAND_DISPLAY nor DISPLAY is set)", "Set the clipboard mode to osc52")
	}
	err := c.within(ctx, func() error { return c.desktop.WriteAll(value) })
	// A tool that did not answer may still do it.
	h.native = err == nil || late(ctx, err)
	if err != nil {
		return failed(routeNative, explain(err, value), "Install wl-clipboard, xclip or xsel, or set the clipboard mode to osc52")
	}
	got, err := c.readNative(ctx)
	switch {
	case err != nil:
		return Result{Outcome: Sent, Route: routeNative, Reason: "it could not be read back"}
	case got != value:
		return failed(routeNative, "the clipboard holds something else", "Copy again, or set the clipboard mode to osc52")
	}
	return Result{Outcome: Copied, Route: routeNative}
}

// clearNative empties the clipboard if it holds our copy. Tools answer an empty
// clipboard with an error: afterwards that means it worked, before it is not
// enough to say that our copy is gone.
func (c *Clipboard) clearNative(ctx context.Context, h *held) Result {
	got, err := c.readNative(ctx)
	switch {
	case err != nil:
		return failed(routeNative, "it could not be read ("+explain(err, "")+")", "Copy something else over it if it is not empty")
	case !h.is(got):
		return Result{Outcome: Kept, Route: routeNative, Reason: "it holds something else now"}
	}
	if err := c.within(ctx, func() error { return c.desktop.WriteAll("") }); err != nil {
		return failed(routeNative, explain(err, got), "Copy something else over it")
	}
	left, err := c.readNative(ctx)
	switch {
	case errors.Is(err, errSlow):
		return Result{Outcome: Sent, Route: routeNative, Reason: "it could not be read back"}
	case err == nil && h.is(left):
		return failed(routeNative, "the clipboard still holds it", "Copy something else over it")
	}
	return Result{Outcome: Cleared, Route: routeNative}
}

// clearNativeToo clears what a tool may have copied although it did not say so
// and the terminal was used instead.
func (c *Clipboard) clearNativeToo(ctx context.Context, h *held) Result {
	if !h.native {
		return Result{Outcome: Kept}
	}
	return c.clearNative(ctx, h)
}

func (c *Clipboard) readNative(ctx context.Context) (string, error) {
	var got string
	done := make(chan string, 1)
	err := c.within(ctx, func() error {
		s, err := c.desktop.ReadAll()
		done <- s
		return err
	})
	if err == nil {
		got = <-done
	}
	return got, err
}

// within waits for f, but not longer than a tool may take. A tool that hangs
// keeps its goroutine until it ends: it cannot be told to stop.
func (c *Clipboard) within(ctx context.Context, f func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.wait, errSlow)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// late reports whether err came from giving up: what was asked may still happen.
func late(ctx context.Context, err error) bool {
	return errors.Is(err, errSlow) || errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil
}

// display reports whether there is a desktop to have a clipboard. X and Wayland
// tools wait for one that is not there; elsewhere (macOS, Windows and its Linux,
// Termux) none needs naming.
func (c *Clipboard) display() bool {
	switch runtime.GOOS {
	case "darwin", "windows", "plan9", "android":
		return true
	}
	for _, name := range []string{"WAYLAND_DISPLAY", "DISPLAY", "WSL_DISTRO_NAME", "TERMUX_VERSION"} {
		if c.getenv(name) != "" {
			return true
		}
	}
	return false
}

// explain returns an error in one line without the value, should a tool have
// quoted it.
func explain(err error, value string) string {
	s := err.Error()
	if value != "" && strings.Contains(s, value) {
		return "the tool failed"
	}
	s, _, _ = strings.Cut(s, "\n")
	return strings.TrimRight(s, ". ")
}
