package doctor

import (
	"errors"
	"time"
)

// ErrNotKnown: this system does not tell.
var ErrNotKnown = errors.New("this system does not tell")

// tolerance is how far the clock may stand behind the newest event: machines disagree.
const tolerance = 2 * time.Second

// clock holds the clock against the store's newest event and the kernel's own opinion.
func (e *examination) clock() {
	const check, next = "clock", "set the clock: timedatectl set-ntp true, or start what keeps it right"
	now := e.Machine.Now()
	yes, known := e.Machine.Synchronized()
	behind := e.at.Sub(now)
	switch {
	case now.Year() <= 1970:
		e.say(check, Bad, next, "it stands at %s: nothing can be revoked like this", now.UTC().Format(time.RFC3339))
	case !e.at.IsZero() && behind > tolerance:
		e.say(check, Bad, next, "it stands at %s, %v before event %d", now.UTC().Format(time.RFC3339), behind.Round(time.Second), e.newest)
	case known && !yes:
		e.say(check, Warning, next, "%s, and the kernel says that nothing keeps it right", now.UTC().Format(time.RFC3339))
	case known:
		e.good(check, "%s, and something keeps it right", now.UTC().Format(time.RFC3339))
	default:
		e.good(check, "%s", now.UTC().Format(time.RFC3339))
	}
}

// process says whether this process keeps its memory to itself, as any jeton does.
func (e *examination) process() {
	const check = "process"
	p, err := e.Machine.Process()
	if err != nil {
		if !errors.Is(err, ErrNotKnown) {
			e.say(check, Warning, "look at ulimit -c", "whether its memory stays its own cannot be told: %v", err)
		}
		return
	}
	before := len(e.out)
	if p.Tracer != 0 {
		e.say(check, Bad, "end that process, and think about what it has seen", "process %d traces this one and can read keys and values", p.Tracer)
	}
	if p.Dumpable {
		e.say(check, Warning, "look at what started jeton: something takes this back", "others of your account can read the memory of this process")
	}
	if p.CoreLimit != 0 {
		e.say(check, Warning, "ulimit -c 0", "a crash may write the memory of this process to a file")
	}
	if len(e.out) == before {
		e.good(check, "no core dumps, and its memory is its own")
	}
}
