package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"jeton/model"
)

// quietLog writes what happens at the doors, at most so many lines: whoever fails on purpose
// does not fill the disk. It is given no request, only what was made of one, so that no
// header, query or body can get into it.
type quietLog struct {
	out *slog.Logger
	now func() time.Time

	mu      sync.Mutex
	room    float64 // lines
	at      time.Time
	skipped int
}

const (
	logBurst = 50 // lines at once,
	logRate  = 10 // and then in a second
)

func newQuietLog(out *slog.Logger) *quietLog {
	return &quietLog{out: out, now: time.Now, room: logBurst}
}

// refused writes that a token or a credential was refused.
func (l *quietLog) refused(at door, status int, from source, v model.Verdict) {
	attrs := []slog.Attr{slog.String("door", at.String()), slog.Int("status", status), slog.String("from", from.String())}
	if v.Token.ID != 0 {
		attrs = append(attrs, slog.Uint64("token", uint64(v.Token.ID)))
	}
	l.line(slog.LevelInfo, "refused", append(attrs, slog.String("because", v.Standing.String()))...)
}

// turnedAway writes that something was not asked well. The reason is one of our own texts.
func (l *quietLog) turnedAway(at door, no *refusal, from source) {
	l.line(slog.LevelInfo, "refused", slog.String("door", at.String()), slog.Int("status", no.status),
		slog.String("from", from.String()), slog.String("because", no.text))
}

// shutOut writes that an address failed so often that nothing from it is looked at.
func (l *quietLog) shutOut(at door, from source) {
	l.line(slog.LevelWarn, "shut out", slog.String("door", at.String()), slog.String("from", from.String()))
}

// broken writes that something did not work that should. Errors of the store hold no values.
func (l *quietLog) broken(what string, err error) {
	l.line(slog.LevelError, what, slog.String("error", err.Error()))
}

// readiness writes that the doors opened, or closed for a reason.
func (l *quietLog) readiness(reason string) {
	if reason == "" {
		l.out.Info("ready: tokens are checked")
		return
	}
	l.out.Warn("not ready: nobody is let in", slog.String("because", reason))
}

// line writes one line if there is room, with how many were left out before it.
func (l *quietLog) line(level slog.Level, text string, attrs ...slog.Attr) {
	skipped, ok := l.take()
	if !ok {
		return
	}
	if skipped > 0 {
		attrs = append(attrs, slog.Int("lines_left_out", skipped))
	}
	l.out.LogAttrs(context.Background(), level, text, attrs...)
}

func (l *quietLog) take() (skipped int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.room, l.at = min(l.room+now.Sub(l.at).Seconds()*logRate, logBurst), now
	if l.room < 1 {
		l.skipped++
		return 0, false
	}
	l.room--
	skipped, l.skipped = l.skipped, 0
	return skipped, true
}

// Write takes the lines of net/http's own log: handshakes that failed, and the like.
func (l *quietLog) Write(line []byte) (int, error) {
	l.line(slog.LevelWarn, "connection", slog.String("error", printable(line)))
	return len(line), nil
}

// printable is a line of another's log, cut and without what is not plain text.
func printable(line []byte) string {
	const longest = 200
	return percent(string(line[:min(len(line), longest)]), func(c byte) bool { return ' ' <= c && c <= '~' })
}

// caught is deferred by every request: a mistake of ours is one request that fails, closed.
// What was thrown may hold anything, so only errors of the language itself are written out.
func (d *Doors) caught(w http.ResponseWriter, at door) {
	thrown := recover()
	if thrown == nil {
		return
	}
	if thrown == http.ErrAbortHandler {
		panic(thrown)
	}
	what := fmt.Sprintf("%T", thrown)
	if err, ok := thrown.(runtime.Error); ok {
		what = err.Error()
	}
	d.log.line(slog.LevelError, "a mistake in jeton, please report it", slog.String("door", at.String()),
		slog.String("error", what), slog.String("stack", string(debug.Stack())))
	d.counts.answered(at, d.refuse(w, notAnswered), 0)
}
