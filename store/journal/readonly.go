package journal

import (
	"errors"
	"fmt"
	"io/fs"
)

// OpenReadOnly opens the journal in dir for Frames and Header alone: nothing is written,
// nothing is judged, and another process may have it. What Frames yields then ends where
// the files do: an unfinished write behind the last event is a *Damage like any other. It
// need not be closed. The error is ErrNone where no journal is, or a *Damage when no
// segment is left of one or none tells whose it is.
func OpenReadOnly(dir string) (*Log, error) {
	l, err := newLog(Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	segments, mark, strange, err := l.readDir()
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(segments) == 0 && len(strange) == 0 && !mark:
		return nil, fmt.Errorf("%s: %w", dir, ErrNone)
	case err != nil:
		return nil, fmt.Errorf("read the journal: %w", err)
	case len(segments) == 0:
		return nil, &Damage{File: l.shown(""), What: allMissing}
	}
	l.segments = segments
	if err := l.identify(); err != nil {
		return nil, err
	}
	l.adopt(0)
	l.end = Position{Segment: l.segments[len(l.segments)-1].number, Offset: dataStart}
	return l, nil
}

// StoreID names the store whose journal this is.
func (l *Log) StoreID() [16]byte { return l.opts.StoreID }
