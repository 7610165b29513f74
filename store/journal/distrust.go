package journal

// Distrust tells the log of damage found after opening, by Check or by reading: from here on nothing that exists is written, as
// if Open had named it. The next Append begins a fresh segment and SetMark refuses.
func (l *Log) Distrust() {
	l.write.Lock()
	defer l.write.Unlock()
	l.mu.Lock()
	known := l.damaged
	if !known {
		l.damaged, l.current = true, 0
	}
	l.mu.Unlock()
	if l.active != nil && !known {
		_ = l.active.Close() // every frame in it is on the disk
		l.active = nil
	}
}
