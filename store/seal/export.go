package seal

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Export writes a copy of the keyset at path that is meant to be printed or put into a safe: comment lines that say what it is
// and how to put it back, and then the file's own text, so that a wrapped keyset stays wrapped. It opens the keyset first: a copy
// that does not open is worse than none. Saved as a keyset file, the copy loads, with the comments or without. What it writes is
// as secret as the file. The errors are those of LoadWith and of w.
func Export(path string, ask Passphrase, w io.Writer) error {
	return newMaker().export(path, ask, w)
}

func (mk maker) export(path string, ask Passphrase, w io.Writer) error {
	o, err := open(path, ask)
	if err != nil {
		return err
	}
	defer o.wipe()
	for _, b := range [][]byte{[]byte(o.material.comments(len(o.phrase) > 0, mk.today())), o.text} {
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("export keyset %s: %w", path, err)
		}
	}
	return nil
}

// comments head an export. What begin accepts is the limit of what may stand here.
func (m *material) comments(wrapped bool, now time.Time) string {
	newest := m.primaries()
	lines := []string{
		fmt.Sprintf("Copy of jeton keyset %x, made %s.", m.id, now.Format(time.DateOnly)),
		fmt.Sprintf("Newest keys: wrapping %d, signing %d, lookup %d. After the next rotation, make a new copy.", newest.wrapping, newest.signing, newest.lookup),
		"",
		"Without a keyset its store is lost. Keep this copy in a safe, apart from the store and",
		"from the store's backups.",
	}
	if wrapped {
		lines = append(lines,
			"It is wrapped by a passphrase, and worth nothing without it: keep that too, elsewhere.",
			"To open it without jeton, remove these comment lines and run: age -d FILE")
	} else {
		lines = append(lines, "It is NOT wrapped by a passphrase: whoever reads this page can read the store.")
	}
	lines = append(lines, "",
		"To put it back, save all of this, with or without these comment lines, as the keyset",
		"file, then run: chmod 600 FILE",
		"")
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	return b.String()
}
