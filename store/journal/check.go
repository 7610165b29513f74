package journal

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// checking is one run of Check.
type checking struct {
	log    *Log
	ctx    context.Context
	pause  func(worked time.Duration)
	since  time.Time
	damage []error
}

// Check reads the whole journal and compares every byte with what it must be: headers, frames, the order of events over all
// segments, zeros behind the last frame, the mark. It returns the *Damage found, joined; or another error if it could not
// finish. After every 256 KiB or so pause is told how long that took and may sleep; nil never pauses. Appending goes on meanwhile.
func (l *Log) Check(ctx context.Context, pause func(worked time.Duration)) error {
	c := &checking{log: l, ctx: ctx, pause: pause, since: time.Now()}
	_, _, strange, err := l.readDir()
	if err != nil {
		return fmt.Errorf("check the journal: %w", err)
	}
	for _, name := range strange {
		c.add(&Damage{File: l.shown(name), What: "not the name of a segment"})
	}
	if _, err := l.readMark(); err != nil {
		c.add(err)
	}
	var last uint64
	for i := 0; i < len(l.list()); i++ {
		s := l.list()[i]
		_, bad := l.readHeader(s)
		for _, d := range append(l.gap(s, i), bad...) {
			c.add(d)
		}
		if last, err = c.segment(s, last); err != nil {
			return fmt.Errorf("check the journal: %w", err)
		}
	}
	if a := l.opts.Acknowledged; a > last {
		c.add(&Damage{File: l.shown(""), First: last + 1, Last: a, What: "missing, though they were acknowledged"})
	}
	return errors.Join(c.damage...)
}

// add keeps what was found; a last frame that is read again after more was appended is named once.
func (c *checking) add(err error) {
	var d, before *Damage
	if n := len(c.damage); n > 0 && errors.As(err, &d) && errors.As(c.damage[n-1], &before) && d.File == before.File && d.Offset == before.Offset && d.First > 0 {
		return
	}
	c.damage = append(c.damage, err)
}

// segment checks one segment behind its header and returns the last number in it.
func (c *checking) segment(s segment, last uint64) (uint64, error) {
	w, f, err := c.log.openWalker(s, dataStart, math.MaxInt64, last, true)
	if err != nil {
		c.add(&Damage{File: c.log.shown(s.name), What: err.Error()})
		return last, nil
	}
	w.read = func(int) { c.rest() }
	for tries := 0; ; tries++ {
		limit := c.log.limit(s)
		err := w.extend(f, limit)
		if err == nil {
			err = c.walk(w)
		}
		if err != nil {
			return w.last, errors.Join(err, f.Close())
		}
		done, err := c.end(w, f, s, limit, tries)
		if done || err != nil {
			return w.last, errors.Join(err, f.Close())
		}
	}
}

// end checks the zeros behind the last frame while nothing is appended; false when more frames have to be walked before.
func (c *checking) end(w *walker, f file, s segment, limit int64, tries int) (bool, error) {
	if limit == math.MaxInt64 {
		return true, nil
	}
	const busy = 8 // from then on the rest is read while appends wait
	c.log.write.Lock()
	defer c.log.write.Unlock()
	if c.log.limit(s) != limit && tries < busy {
		return false, nil
	}
	w.read = nil
	if err := w.extend(f, math.MaxInt64); err != nil {
		return false, err
	}
	return true, c.walk(w)
}

// walk goes over the frames up to the walker's limit.
func (c *checking) walk(w *walker) error {
	for it, ok := w.next(); ok; it, ok = w.next() {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if _, err := w.take(it); err != nil {
			c.add(err)
		}
	}
	return c.ctx.Err()
}

// rest tells the caller how long the last piece took.
func (c *checking) rest() {
	if c.pause != nil && c.ctx.Err() == nil {
		c.pause(time.Since(c.since))
	}
	c.since = time.Now()
}
