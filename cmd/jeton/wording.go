package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"jeton/model"
)

// wording is what is printed of an error, "" for none: what failed, on what, and the
// next step where the error does not say it itself.
func wording(err error) string {
	var (
		s      *signalled
		said   *saidError
		locked *model.LockedError
	)
	switch {
	case err == nil, errors.As(err, &s), errors.Is(err, errEnded), errors.As(err, &said), readerGone(err):
		return ""
	case errors.As(err, &locked):
		return holderWords(locked)
	case errors.Is(err, model.ErrNoStore):
		return err.Error() + "; create one with jeton init, or look around with jeton demo"
	case errors.Is(err, model.ErrNoKeyset):
		return err.Error() + "; give the file it was made with as --keyset, or restore it from where you keep it"
	}
	return err.Error()
}

// readerGone tells whether an error is that nobody reads our output any more, which is no
// news to anybody. Who has the store open may be gone by the same error.
func readerGone(err error) bool {
	return errors.Is(err, syscall.EPIPE) && !errors.Is(err, model.ErrGone)
}

// holderWords says who has the store open.
func holderWords(e *model.LockedError) string {
	if e.PID == 0 {
		return fmt.Sprintf("store %s is open in another jeton; leave it there, then try again", e.Path)
	}
	parts := []string{fmt.Sprintf("pid %d", e.PID), "user " + e.User, "since " + e.Since.Local().Format(time.DateTime)}
	if e.Terminal != "" {
		parts = append(parts, "on "+e.Terminal)
	}
	return fmt.Sprintf("store %s is open in another jeton: %s; leave it there, then try again", e.Path, strings.Join(parts, ", "))
}
