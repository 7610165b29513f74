package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"syscall"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/seal"
	"jeton/store/state"
	"jeton/ui/draw"
)

// The exit codes by kind of error, see newExitCodes. Scripts rely on the numbers.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitRefused     = 4
	exitConflict    = 5
	exitUnavailable = 6
	exitDamaged     = 7
	exitUnknown     = 8
	exitUndecided   = 9
	exitCrashed     = 70 // EX_SOFTWARE of sysexits.h: 1 would be a verdict of some commands
)

// kinds are the errors that scripts may want to tell apart.
var kinds = []struct {
	code int
	of   []error
}{
	{exitUnknown, []error{model.ErrUnknown, model.ErrGone}},
	{exitDamaged, []error{model.ErrAhead, journal.ErrDamaged, state.ErrDamaged, seal.ErrDamaged}},
	{exitUnavailable, []error{model.ErrLowSpace, model.ErrFull, model.ErrClosed}},
	{exitConflict, []error{model.ErrTaken, model.ErrRevoked, model.ErrLastAdmin, model.ErrRequestReuse}},
	{exitRefused, []error{model.ErrCredential}},
	{exitNotFound, []error{model.ErrNotFound, model.ErrNoStore, model.ErrNoKeyset}},
}

// kindOf is the exit code of an error that is no usage, no signal and no verdict.
func kindOf(err error) int {
	var (
		damage   *model.DamageError
		locked   *model.LockedError
		conflict *model.ConflictError
		refused  *model.RefusedError
		unknown  *model.UnknownUserError
		gone     *model.GoneError
	)
	switch {
	case errors.As(err, &gone) && !gone.Sent:
		return exitUnavailable
	case errors.As(err, &damage):
		return exitDamaged
	case errors.As(err, &locked):
		return exitUnavailable
	case errors.As(err, &conflict):
		return exitConflict
	case errors.As(err, &refused), errors.As(err, &unknown):
		return exitRefused
	case readerGone(err):
		return 128 + int(syscall.SIGPIPE)
	}
	for _, k := range kinds {
		for _, one := range k.of {
			if errors.Is(err, one) {
				return k.code
			}
		}
	}
	return exitFailed
}

// saidError is an error of which everything was said already.
type saidError struct{ error }

func (e *saidError) Unwrap() error { return e.error }

// undecidedError is why it could not be told whether a token is good: that it is not is
// something else.
type undecidedError struct{ error }

func (e *undecidedError) Unwrap() error { return e.error }

// worst goes on after errors, says each, and keeps the one with the greatest exit code.
type worst struct {
	out  io.Writer
	code int
	err  error
}

// add takes in how one thing of several ended.
func (w *worst) add(ctx context.Context, err error) {
	if err == nil {
		return
	}
	complain(ctx, w.out, err)
	if code := exitCode(ctx, err); w.err == nil || code > w.code {
		w.code, w.err = code, err
	}
}

// over is what all came to.
func (w *worst) over() error {
	if w.err == nil {
		return nil
	}
	return &saidError{w.err}
}

// complain prints an error, if anything is to be said of it: not that what a signal ended
// did not come to its end. Somebody else may have chosen what it repeats, such as a flag.
func complain(ctx context.Context, out io.Writer, err error) {
	var s *signalled
	text := wording(err)
	if text == "" || errors.Is(err, context.Canceled) && errors.As(context.Cause(ctx), &s) {
		return
	}
	lines := strings.Split(redact(text), "\n")
	for i, l := range lines {
		lines[i] = draw.Safe(l)
	}
	fmt.Fprintln(out, "jeton: "+strings.Join(lines, "\n"))
}

// leaked finds what looks like the value of a token, or the beginning of one.
var leaked = regexp.MustCompile(`jt[aus]_[0-9A-Za-z]+`)

// redact keeps a value out of what is printed of an error: somebody may have given one as an
// argument, where it does not belong, and errors repeat arguments.
func redact(text string) string { return leaked.ReplaceAllString(text, "[redacted]") }
