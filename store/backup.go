package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/merkle"
)

// Backed says what a backup holds.
type Backed struct {
	Events uint64     // the first so many
	Newest model.Time // of the newest of them
	Made   model.Time
	Epoch  uint64 // of the signed head over them
	Bytes  int64  // of the file
	Note   string // why events that came last may not be in it; "" when all are
}

// Backup writes what is needed to make the store in o.Dir again, but its keyset, to a new
// file: the journal up to a signed head, and that head, which covers everything that was
// acknowledged before. It only reads, and another process may have the store, whose next
// head is then waited for: what a signed head covers is durable and never written again. A
// store nobody has is opened and closed first, which signs its newest events. What it wrote
// it has read: each frame's checksums, and that the events come to the signed tree.
//
// The file appears, mode 0600, when it is complete and durable. The errors are those of
// making a backup, those of [Open], and *model.DamageError.
func Backup(ctx context.Context, o Options, file string) (Backed, error) {
	if err := free(file); err != nil {
		return Backed{}, err
	}
	if err := isStore(o.Dir); err != nil {
		return Backed{}, err
	}
	if err := o.loadKeyset(); err != nil {
		return Backed{}, err
	}
	note, err := signNewest(ctx, o)
	if err != nil {
		return Backed{}, err
	}
	b, err := newBackup(o)
	if err != nil {
		return Backed{}, fmt.Errorf("back up %s: %w", o.Dir, err)
	}
	out := Backed{Events: b.head.Size, Epoch: b.head.Epoch, Note: note, Made: model.TimeOf(b.opts.Clock())}
	out.Bytes, err = placeNew(file, func(f *os.File) error { return b.write(ctx, f, out.Made) })
	out.Newest = b.tally.newest
	if err != nil {
		return Backed{}, fmt.Errorf("back up %s: %w", o.Dir, err)
	}
	return out, nil
}

// free tells whether a file can be made under that name.
func free(file string) error {
	if file == "-" {
		return errors.New("a backup is written to a file, not to standard output: give its name")
	}
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s is there already: %w", file, ErrBackupExists)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("back up to %s: %w", file, err)
	}
	return nil
}

// signNewest has the newest events signed, by opening the store and closing it again. The
// note says why that was not possible.
func signNewest(ctx context.Context, o Options) (note string, err error) {
	s, err := openFiles(ctx, o)
	if err == nil {
		go s.run() // closing waits for it
		err = s.Close()
		if h := s.Health(); err == nil && h.Damage != nil {
			err = h.Damage
		}
	}
	var locked *model.LockedError
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case errors.As(err, &locked):
		return awaitSigned(ctx, o)
	case err != nil:
		return fmt.Sprintf("it could not be opened to have the newest events signed (%v): those after the newest signed head are missing", err), nil
	}
	return "", nil
}

// signedWithin is how long another process may take to sign what it has acknowledged: ten
// times what it promises.
const signedWithin = 10 * time.Second

// awaitSigned waits until who has the store has signed what is in its journal now. The note
// says what is not in the backup.
func awaitSigned(ctx context.Context, o Options) (note string, err error) {
	found, err := journal.Examine(ctx, journal.Examination{Dir: filepath.Join(o.Dir, journalName), Busy: true})
	for end := time.Now().Add(signedWithin); err == nil && ctx.Err() == nil; sleep(ctx, signEvery/10) {
		kept, err := readHeadFile(filepath.Join(o.Dir, headsName))
		switch {
		case err != nil && !errors.Is(err, errNoHead):
			return "", nil // it is looked at once more, and named
		case kept.tree.Size() >= found.Last && kept.tree.Size() > 0:
			return fmt.Sprintf("it is open in another jeton: what that does after event %d is not in it", kept.tree.Size()), nil
		case time.Now().After(end):
			return fmt.Sprintf("it is open in another jeton, which has not signed the newest events: those after event %d are missing", kept.tree.Size()), nil
		}
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return "", fmt.Errorf("back up %s: %w", o.Dir, err)
}

// backup is one on its way.
type backup struct {
	*Store
	head  merkle.Head
	text  []byte
	tally *backupTally
}

// newBackup looks at the newest signed head, and at the journal without opening it.
func newBackup(o Options) (*backup, error) {
	b := &backup{Store: newStore(o), tally: &backupTally{}}
	kept, err := readHeadFile(b.path(headsName))
	if errors.Is(err, errNoHead) || errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("it has no signed head yet, up to which it could be backed up: open it once, then try again")
	}
	if err != nil {
		return nil, err
	}
	log, err := journal.OpenReadOnly(b.path(journalName))
	if err != nil {
		return nil, b.journalFailed(err)
	}
	b.log, b.text = log, kept.text
	b.identifyAs(log.StoreID())
	if err := b.keys.follow(log); err != nil {
		return nil, err
	}
	if b.head, err = b.openHead(kept.text); err == nil && (b.head.Store != b.id || b.head.Size == 0) {
		err = errors.New("it is of another log")
	}
	if err != nil {
		return nil, fmt.Errorf("its newest signed head: %w", err)
	}
	return b, nil
}

// write writes the backup to an empty file.
func (b *backup) write(ctx context.Context, f *os.File, made model.Time) error {
	h := backupHeader{Store: b.id, Epoch: b.head.Epoch, Seq: b.head.Size}
	wrapped, key, err := b.keyset.NewDataKey(h.context())
	if err != nil {
		return err
	}
	defer key.Wipe()
	h.wrapped = wrapped
	buffered := bufio.NewWriterSize(f, chunkSize)
	out, err := newChunkWriter(buffered, h, key)
	if err == nil {
		err = b.copy(ctx, &partWriter{to: out})
	}
	if err != nil {
		return err
	}
	t := trailer{Head: b.text, Segments: b.tally.segments, Frames: b.tally.frames, Newest: b.tally.newest, Made: made}
	if t.State, err = b.leftOf(b.tally.last); err != nil {
		return err
	}
	if err := out.end(t); err != nil {
		return err
	}
	return buffered.Flush()
}

// copy gives the journal up to the head to out.
func (b *backup) copy(ctx context.Context, out parts) error {
	var segment uint32
	both := eachOf{b.tally, out}
	for f, err := range b.log.Frames(journal.Position{}) {
		if err != nil {
			return fmt.Errorf("%w, event %d: %w; run jeton doctor", ErrBackupShort, b.head.Size, err)
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		for ; segment < f.At.Segment; segment++ {
			h, err := b.log.Header(segment + 1)
			if err != nil {
				return fmt.Errorf("%w, event %d: %w; run jeton doctor", ErrBackupShort, b.head.Size, err)
			}
			if err := both.Begin(h); err != nil {
				return err
			}
		}
		if err := both.Add(f.First, f.Entries); err != nil {
			return err
		}
		b.opts.Progress(model.Progress{What: "backing up", Done: b.tally.tree.Size(), Total: b.head.Size})
		if b.tally.tree.Size() >= b.head.Size {
			return b.tally.compare(b.head)
		}
	}
	return fmt.Errorf("%w: that covers event %d and the journal ends with event %d; restore its newest files", ErrBackupShort, b.head.Size, b.tally.tree.Size())
}

// placeNew writes a file beside its name and gives it the name when it is complete and
// durable. It never replaces a file.
func placeNew(file string, write func(*os.File) error) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+newSuffix+"*") // mode 0600
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if info, e := f.Stat(); e == nil {
		size = info.Size()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	if err := nameNew(f.Name(), file); err != nil {
		return 0, err
	}
	return size, syncDir(filepath.Dir(file))
}

// nameNew renames a file to a name that nothing has. Where links are not known, as on
// some removable disks, something that appears at that very moment would be replaced.
func nameNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already: %w", to, ErrBackupExists)
	case errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported):
		if err := free(to); err != nil {
			return err
		}
		return os.Rename(from, to)
	}
	return err
}

// eachOf gives parts to several.
type eachOf []parts

// Begin gives a segment to each.
func (e eachOf) Begin(h journal.SegmentHeader) error {
	for _, p := range e {
		if err := p.Begin(h); err != nil {
			return err
		}
	}
	return nil
}

// Add gives a frame to each.
func (e eachOf) Add(first uint64, entries [][]byte) error {
	for _, p := range e {
		if err := p.Add(first, entries); err != nil {
			return err
		}
	}
	return nil
}
