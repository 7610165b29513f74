package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// judge decides whether what is bad behind the last frame was torn or is damage, and cuts what was torn.
func (l *Log) judge(r *Report, tail *item) error {
	acknowledged := max(l.opts.Acknowledged, r.Mark.Seq)
	if tail != nil {
		orderly := r.Mark.Clean && r.Mark.End == l.end
		if len(r.Damage) == 0 && !orderly && l.last+1 > acknowledged {
			return l.cut(r)
		}
		if acknowledged > l.last && tail.damage.Last < acknowledged {
			tail.damage.Last = acknowledged
		}
		if orderly {
			tail.damage.What += ", though the journal was closed in order here"
		}
		r.Damage = append(r.Damage, tail.damage)
		return nil
	}
	if acknowledged > l.last {
		r.Ahead = true
		s := l.segments[len(l.segments)-1]
		r.Damage = append(r.Damage, &Damage{File: l.shown(s.name), Offset: l.end.Offset, First: l.last + 1, Last: acknowledged,
			What: "missing, though they were acknowledged"})
	}
	return nil
}

// cut copies the torn frame aside and writes zeros in its place.
func (l *Log) cut(r *Report) error {
	s := l.segments[len(l.segments)-1]
	f, err := l.opts.open(l.path(s.name), os.O_RDWR)
	if err != nil {
		return err
	}
	size, err := f.Size()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	c := &cursor{r: f, size: size}
	last, err := c.lastNonzero(l.end.Offset, size)
	t := &Torn{File: l.shown(s.name), Seq: l.last + 1, Offset: l.end.Offset, Length: last + 1 - l.end.Offset}
	if err == nil {
		err = l.keep(c, t)
	}
	if NoRoom(err) { // what was never acknowledged must not keep out who has to revoke
		t.Copy, err = "", nil
	}
	for at := t.Offset; err == nil && at <= last; at += window {
		_, err = f.WriteAt(zeros[:min(window, last+1-at)], at)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("cut the unfinished write at the end of %s: %w", t.File, err)
	}
	r.Torn = t
	return nil
}

// keep writes a copy of the torn bytes, durable before anything is cut. Names already taken are left alone.
func (l *Log) keep(c *cursor, t *Torn) error {
	name := fmt.Sprintf("torn-%d-%d", t.Seq, t.Offset)
	var out file
	var err error
	for n := 2; ; n++ {
		if out, err = l.opts.open(l.path(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL); !errors.Is(err, fs.ErrExist) {
			break
		}
		name = fmt.Sprintf("torn-%d-%d-%d", t.Seq, t.Offset, n)
	}
	if err != nil {
		return err
	}
	t.Copy = l.shown(name)
	for done := int64(0); err == nil && done < t.Length; done += window {
		var b []byte
		if b, err = c.bytes(t.Offset+done, int(min(window, t.Length-done))); err == nil {
			_, err = out.WriteAt(b, done)
		}
	}
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); NoRoom(err) {
		return errors.Join(err, os.Remove(l.path(name)))
	}
	return errors.Join(err, l.syncDir(l.opts.Dir))
}

// NoRoom tells whether an error is that of a disk that takes no more.
func NoRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// activate makes the last segment ready for appending, unless there is damage: then the first append begins a fresh one.
func (l *Log) activate(r *Report, tail *item) error {
	l.next = l.last + 1
	if l.damaged = len(r.Damage) > 0; l.damaged {
		l.next = max(l.next, l.opts.Acknowledged+1, r.Mark.Seq+1)
		for _, d := range r.Damage {
			l.next = max(l.next, d.Last+1, d.First)
		}
		if tail != nil && tail.damage.First == l.next {
			l.next++ // that number may have been given to what cannot be read any more
		}
		return nil
	}
	s := l.segments[len(l.segments)-1]
	f, err := l.opts.open(l.path(s.name), os.O_RDWR)
	if err != nil {
		return err
	}
	if l.size, err = f.Size(); err != nil {
		return errors.Join(err, f.Close())
	}
	l.active, l.current = f, s.number
	return nil
}
