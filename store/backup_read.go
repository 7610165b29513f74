package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"jeton/model"
	"jeton/store/merkle"
	"jeton/store/seal"
)

// backupFile is a backup that is read.
type backupFile struct {
	backupHeader
	file    *os.File
	name    string
	size    int64
	keyset  *seal.Keyset
	key     *seal.DataKey
	tell    func(model.Progress)
	trailer trailer     // after read
	head    merkle.Head // the same
	tally   *backupTally
	leaves  leaves // after read, if they were asked for
}

// openBackup reads the header of a backup and opens its data key. The errors are those of
// reading a backup and seal.ErrOtherKeyset.
func openBackup(name string, o Options) (b *backupFile, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the backup: %w", err)
	}
	b = &backupFile{file: f, name: name, keyset: o.Keyset, tell: o.filled().Progress}
	if err := b.open(); err != nil {
		return nil, errors.Join(b.failed(err), f.Close())
	}
	return b, nil
}

func (b *backupFile) open() error {
	info, err := b.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return ErrNotBackup
	}
	b.size = info.Size()
	if b.backupHeader, err = readBackupHeader(b.file); err != nil {
		return err
	}
	b.key, err = b.keyset.OpenDataKey(b.wrapped, b.context())
	if errors.Is(err, seal.ErrOtherKeyset) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: its key does not open", ErrBackupDamaged)
	}
	return nil
}

func (b *backupFile) failed(err error) error { return fmt.Errorf("backup %s: %w", b.name, err) }

func (b *backupFile) close() error {
	if b.key != nil {
		b.key.Wipe()
	}
	return b.file.Close()
}

// read reads all of the backup, holds it against its trailer and the signed head in it,
// and gives its parts to those who want them.
func (b *backupFile) read(ctx context.Context, what string, to ...parts) error {
	err := b.readAll(ctx, what, to)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return b.failed(err)
	}
	return nil
}

func (b *backupFile) readAll(ctx context.Context, what string, to []parts) error {
	if _, err := b.file.Seek(int64(len(b.encode())), io.SeekStart); err != nil {
		return err
	}
	progress := func(done int64) { b.tell(model.Progress{What: what, Done: uint64(done), Total: uint64(b.size)}) }
	stream := newChunkReader(&meter{ctx: ctx, from: bufio.NewReaderSize(b.file, chunkSize), tell: progress}, b.backupHeader, b.key)
	b.tally = &backupTally{}
	if err := readParts(stream, append(eachOf{b.tally}, to...)); err != nil {
		return err
	}
	var err error
	if b.trailer, err = decodeAs[trailer](stream.last); err != nil {
		return fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	if b.trailer.Segments != b.tally.segments || b.trailer.Frames != b.tally.frames {
		return fmt.Errorf("%w: not all of the journal is in it", ErrBackupDamaged)
	}
	return b.openHead()
}

// openHead holds the events against the signed head that is in the backup.
func (b *backupFile) openHead() error {
	keys, err := verifiers(b.keyset, b.Store)
	if err != nil {
		return err
	}
	if b.head, err = merkle.Open(b.trailer.Head, keys); err != nil {
		return fmt.Errorf("its signed head: %w", err)
	}
	if b.head.Store != b.Store || b.head.Size != b.Seq || b.head.Epoch != b.Epoch {
		return fmt.Errorf("%w: its signed head is of another store", ErrBackupDamaged)
	}
	return b.tally.compare(b.head)
}

// backed says what the backup holds, once it was read.
func (b *backupFile) backed() Backed {
	return Backed{Events: b.head.Size, Newest: b.trailer.Newest, Made: b.trailer.Made, Epoch: b.head.Epoch, Bytes: b.size}
}

// meter counts what is read, and ends when the context does.
type meter struct {
	ctx  context.Context
	from io.Reader
	done int64
	tell func(done int64)
}

// Read reads.
func (c *meter) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.from.Read(p)
	c.done += int64(n)
	c.tell(c.done)
	return n, err
}
