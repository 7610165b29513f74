package journal

import "fmt"

// Look is what Peek saw.
type Look struct {
	Store  [16]byte
	Mark   Mark          // the zero Mark when there is none or it cannot be trusted; Open names it
	Newest SegmentHeader // of the newest segment
}

// Peek tells whose journal is in dir, what its mark says and what its newest header keeps, without opening it: enough to know
// how to look at what the mark covers, and whether to open it at all, since Open may cut what was torn. Nothing is written.
func Peek(dir string) (Look, error) {
	l, err := newLog(Options{Dir: dir})
	if err != nil {
		return Look{}, err
	}
	segments, _, _, err := l.readDir()
	if err != nil {
		return Look{}, fmt.Errorf("look at the journal: %w", err)
	}
	if len(segments) == 0 {
		return Look{}, &Damage{File: l.shown(""), What: allMissing}
	}
	l.segments = segments
	if err := l.identify(); err != nil {
		return Look{}, err
	}
	out := Look{Store: l.opts.StoreID}
	out.Mark, _ = l.readMark()
	out.Newest, _ = l.readHeader(segments[len(segments)-1])
	return out, nil
}
