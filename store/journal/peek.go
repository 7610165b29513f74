package journal

import "fmt"

// Peek tells whose journal is in dir and what its mark says, without opening it: enough to know how to look at what the mark
// covers. A mark that cannot be trusted is the zero Mark here; Open names it. Nothing is written.
func Peek(dir string) (store [16]byte, m Mark, err error) {
	l, err := newLog(Options{Dir: dir})
	if err != nil {
		return store, m, err
	}
	segments, _, _, err := l.readDir()
	if err != nil {
		return store, m, fmt.Errorf("look at the journal: %w", err)
	}
	if len(segments) == 0 {
		return store, m, &Damage{File: l.shown(""), What: "all segments are missing: restore them from a backup"}
	}
	l.segments = segments
	if err := l.identify(); err != nil {
		return store, m, err
	}
	m, _ = l.readMark()
	return l.opts.StoreID, m, nil
}
