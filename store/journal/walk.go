package journal

import (
	"bytes"
	"fmt"
	"io"
)

// window is how much is read at once, in bytes, and how often Check lets its caller pause.
const window = 256 << 10

var zeros [window]byte

// cursor reads a file in windows, never past its size.
type cursor struct {
	r    io.ReaderAt
	size int64
	buf  []byte
	at   int64
	read func(n int) // told what was read, may be nil
}

// bytes returns n bytes at off, good until the next call. The caller keeps off+n within size.
func (c *cursor) bytes(off int64, n int) ([]byte, error) {
	if off < c.at || off+int64(n) > c.at+int64(len(c.buf)) {
		want := int(min(int64(max(n, window)), c.size-off))
		if cap(c.buf) < want {
			c.buf = make([]byte, want)
		}
		c.buf, c.at = c.buf[:want], off
		got, err := c.r.ReadAt(c.buf, off)
		c.buf = c.buf[:got]
		if got < n {
			return nil, fmt.Errorf("cannot be read: %w", err)
		}
		if c.read != nil {
			c.read(got)
		}
	}
	i := off - c.at
	return c.buf[i : i+int64(n)], nil
}

// firstNonzero returns the offset of the first byte in [from, to) that is not zero, or -1.
func (c *cursor) firstNonzero(from, to int64) (int64, error) {
	for from < to {
		n := min(int64(window), to-from)
		b, err := c.bytes(from, int(n))
		if err != nil {
			return -1, err
		}
		if !bytes.Equal(b, zeros[:n]) {
			return from + n - int64(len(bytes.TrimLeft(b, "\x00"))), nil
		}
		from += n
	}
	return -1, nil
}

// lastNonzero returns the offset of the last byte in [from, to) that is not zero, or -1.
func (c *cursor) lastNonzero(from, to int64) (int64, error) {
	last := int64(-1)
	for from >= 0 && from < to {
		n := min(int64(window), to-from)
		b, err := c.bytes(from, int(n))
		if err != nil {
			return -1, err
		}
		if rest := len(bytes.TrimRight(b, "\x00")); rest > 0 {
			last = from + int64(rest) - 1
		}
		from += n
	}
	return last, nil
}

// walker goes over one segment's frames and names what is between them. It never stops at damage while frames follow.
type walker struct {
	cursor
	file  string // as shown to people
	seed  uint32
	seg   uint32
	at    int64  // where to look next
	limit int64  // where to stop
	end   int64  // behind the last thing that was a frame
	last  uint64 // highest sequence number so far
	known bool   // last is known: the next frame must continue it
}

// extend goes on behind the last frame, up to limit of the file as it is now.
func (w *walker) extend(f file, limit int64) error {
	size, err := f.Size()
	w.size, w.limit, w.buf, w.at = size, min(limit, size), w.buf[:0], w.end
	return err
}

// item is a frame, or damage.
type item struct {
	at      int64
	head    frameHead
	payload []byte // good until the next call of next
	damage  *Damage
	tail    bool // damage, and nothing behind it in the segment looks like ours
}

// next returns the next item; false at the end.
func (w *walker) next() (item, bool) {
	if w.at >= w.limit {
		return item{}, false
	}
	head, ok, err := w.head(w.at)
	switch {
	case err != nil:
		return w.unreadable(err), true
	case !ok:
		return w.lost()
	case w.known && head.first <= w.last:
		return w.repeated(), true
	case w.known && head.first > w.last+1:
		it := w.damage(w.at, w.last+1, head.first-1, "missing")
		w.last = head.first - 1
		return it, true
	}
	return w.frame(head), true
}

// head reads the frame head at off; not ok when there is none of this segment.
func (w *walker) head(off int64) (frameHead, bool, error) {
	if w.limit-off < frameHeader {
		return frameHead{}, false, nil
	}
	b, err := w.bytes(off, frameHeader)
	if err != nil {
		return frameHead{}, false, err
	}
	head, ok := decodeHead(w.seed, b)
	return head, ok && head.segment == w.seg, nil
}

// frame reads the frame whose good head stands at w.at.
func (w *walker) frame(head frameHead) item {
	it := item{at: w.at, head: head}
	why := ""
	if head.size() > w.limit-w.at {
		why = "the file ends inside the frame"
	} else if b, err := w.bytes(w.at+frameHeader, int(head.padded())); err != nil {
		why = err.Error()
	} else if checksum(w.seed, b) != head.sum {
		why = "frame does not match its checksum"
	} else {
		it.payload = b[:head.length]
	}
	behind := min(w.at+head.size(), w.limit)
	w.last, w.known = head.lastSeq(), true
	if why != "" {
		it = w.damage(w.at, head.first, head.lastSeq(), why)
		if next, _, err := w.resync(behind); next < 0 {
			it.tail = err == nil
			w.end, w.at = w.at, w.limit
			return it
		}
	}
	w.at, w.end = behind, behind
	return it
}

// lost is called where something should be a frame and is not: the zeros behind the last one, or damage.
func (w *walker) lost() (item, bool) {
	w.end = w.at
	nonzero, err := w.firstNonzero(w.at, w.limit)
	if err != nil {
		return w.unreadable(err), true
	}
	if nonzero < 0 {
		w.at = w.limit
		return item{}, false
	}
	it := w.damage(w.at, 0, 0, "not a frame and not zeros")
	if w.known {
		it.damage.First = w.last + 1
	}
	next, head, err := w.resync(w.at + alignment)
	if next < 0 {
		it.tail, w.at = err == nil, w.limit
		return it, true
	}
	if it.damage.Last = head.first - 1; it.damage.Last < it.damage.First {
		it.damage.First, it.damage.Last = 0, 0
	}
	w.at, w.last, w.known = next, head.first-1, true
	return it, true
}

// repeated skips frames whose numbers were seen before: a file that stands where another belongs.
func (w *walker) repeated() item {
	it := w.damage(w.at, 0, 0, "repeats or precedes events seen before")
	for {
		head, ok, err := w.head(w.at)
		if err != nil || !ok || head.first > w.last {
			return it
		}
		if it.damage.First == 0 {
			it.damage.First = head.first
		}
		it.damage.Last = max(it.damage.Last, head.lastSeq())
		w.at = min(w.at+head.size(), w.limit)
		w.end = w.at
	}
}

// unreadable gives up on the rest of a segment the disk does not hand out. It is never a tail: nothing may be cut there.
func (w *walker) unreadable(err error) item {
	it := w.damage(w.at, 0, 0, err.Error())
	if w.known {
		it.damage.First = w.last + 1
	}
	w.end, w.at = w.at, w.limit
	return it
}

// resync looks for the next frame head at or behind from; -1: none.
func (w *walker) resync(from int64) (int64, frameHead, error) {
	nonzero, err := w.firstNonzero(from, w.limit)
	if nonzero < 0 {
		return -1, frameHead{}, err
	}
	for from = nonzero &^ (alignment - 1); from+frameHeader <= w.limit; from += alignment {
		head, ok, err := w.head(from)
		if err != nil {
			return -1, frameHead{}, err
		}
		if ok && (!w.known || head.first > w.last) {
			return from, head, nil
		}
	}
	return -1, frameHead{}, nil
}

func (w *walker) damage(at int64, first, last uint64, what string) item {
	return item{at: at, damage: &Damage{File: w.file, Offset: at, First: first, Last: last, What: what}}
}
