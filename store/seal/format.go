package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"filippo.io/age/armor"
)

// A keyset's text is the notice below, one line of JSON, and one line with the SHA-256 of everything before it.
const (
	notice = textStart + `without this file the store is lost, and whoever has it can read the store.
# Keep a copy apart from the store and from the store's backups. Do not edit: the last line checks every byte.
`
	textStart  = "# jeton keyset: "
	sumPrefix  = "sha256 "
	fileFormat = 2
	maxFile    = 1 << 20
)

// What may stand before the text in a file that was an export.
const (
	maxComments    = 32
	maxCommentLine = 160
)

// body is the JSON line.
type body struct {
	Format         int           `json:"format"`
	ID             string        `json:"id"`
	Primary        uint32        `json:"primary"` // of the wrapping keys
	Wrapping       []fileKey     `json:"wrapping"`
	PrimarySigning uint32        `json:"primary_signing"`
	Signing        []signingSeed `json:"signing"`
	PrimaryLookup  uint32        `json:"primary_lookup"`
	Lookup         []fileKey     `json:"lookup"`
	State          []byte        `json:"state"`
	Digest         []byte        `json:"digest"`
}

type fileKey struct {
	Number uint32    `json:"number"`
	Key    []byte    `json:"key"`
	Added  time.Time `json:"added,omitzero"`
}

type signingSeed struct {
	Number uint32    `json:"number"`
	Seed   []byte    `json:"seed"`
	Added  time.Time `json:"added,omitzero"`
}

// body1 is the JSON line of format 1.
type body1 struct {
	ID       string    `json:"id"`
	Primary  uint32    `json:"primary"`
	Wrapping []fileKey `json:"wrapping"`
	Lookup   []byte    `json:"lookup"`
	State    []byte    `json:"state"`
}

// render writes the text in the newest format. The caller overwrites it.
func render(m *material) ([]byte, error) {
	primary := m.primaries()
	b := body{Format: fileFormat, ID: hex.EncodeToString(m.id[:]), State: m.state, Digest: m.digest,
		Primary: primary.wrapping, PrimarySigning: primary.signing, PrimaryLookup: primary.lookup}
	for _, k := range m.wrapping {
		b.Wrapping = append(b.Wrapping, fileKey{k.number, k.key, k.added})
	}
	for _, k := range m.signing {
		b.Signing = append(b.Signing, signingSeed{k.number, k.key, k.added})
	}
	for _, k := range m.lookup {
		b.Lookup = append(b.Lookup, fileKey{k.number, k.key, k.added})
	}
	line, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	defer clear(line)
	out := make([]byte, 0, len(notice)+len(line)+128)
	out = append(append(append(out, notice...), line...), '\n')
	return append(out, sumLine(out)...), nil
}

func sumLine(text []byte) string { return fmt.Sprintf("%s%x\n", sumPrefix, sha256.Sum256(text)) }

// begin skips the comment lines of an export. wrapped tells whether an age file follows or the plain text.
func begin(file []byte) (text []byte, wrapped bool, err error) {
	for range maxComments + 1 {
		line, rest, ok := bytes.Cut(file, []byte("\n"))
		switch {
		case !ok:
			return nil, false, errors.New("no keyset begins in it")
		case bytes.HasPrefix(line, []byte(textStart)):
			return file, false, nil
		case string(line) == armor.Header:
			return file, true, nil
		case !isComment(line):
			return nil, false, errors.New("something else stands before the keyset")
		}
		file = rest
	}
	return nil, false, errors.New("too many comments stand before the keyset")
}

func isComment(line []byte) bool {
	control := func(r rune) bool { return r < ' ' || r > '~' }
	return len(line) <= maxCommentLine && (string(line) == "#" || bytes.HasPrefix(line, []byte("# "))) && !bytes.ContainsFunc(line, control)
}

// parse reads the plain text. Its errors say what is wrong and never quote the file.
func parse(text []byte) (*material, error) {
	before, ok := bytes.CutSuffix(text, []byte("\n"))
	end := bytes.LastIndexByte(before, '\n') + 1
	if !ok || end == 0 || string(text[end:]) != sumLine(text[:end]) {
		return nil, errors.New("it does not match its checksum")
	}
	start := bytes.LastIndexByte(text[:end-1], '\n') + 1
	return parseBody(text[start:end])
}

func parseBody(line []byte) (*material, error) {
	var head struct {
		Format int `json:"format"`
	}
	if json.Unmarshal(line, &head) != nil {
		return nil, errors.New("its keys cannot be read")
	}
	m := &material{}
	var err error
	switch {
	case head.Format == 1:
		err = m.parse1(line)
	case head.Format == fileFormat:
		err = m.parse2(line)
	case head.Format > fileFormat:
		err = fmt.Errorf("format %d: %w", head.Format, ErrFormat)
	default:
		err = errors.New("its format is not one of a keyset")
	}
	if err != nil {
		m.wipe()
		return nil, err
	}
	return m, nil
}

func (m *material) parse1(line []byte) error {
	var b body1
	unread := json.Unmarshal(line, &b)
	m.wrapping, m.lookup, m.state = toRing(b.Wrapping), ring{{number: 1, key: b.Lookup}}, b.State
	if unread != nil {
		return errors.New("its keys cannot be read")
	}
	if err := m.derive(); err != nil {
		return err
	}
	return errors.Join(m.identify(b.ID), m.check(rings{b.Primary, 1, 1}))
}

func (m *material) parse2(line []byte) error {
	var b body
	unread := json.Unmarshal(line, &b)
	m.wrapping, m.lookup, m.state, m.digest = toRing(b.Wrapping), toRing(b.Lookup), b.State, b.Digest
	for _, k := range b.Signing {
		m.signing = append(m.signing, numbered{k.Number, k.Seed, k.Added})
	}
	if unread != nil {
		return errors.New("its keys cannot be read")
	}
	return errors.Join(m.identify(b.ID), m.check(rings{b.Primary, b.PrimarySigning, b.PrimaryLookup}))
}

func (m *material) identify(id string) error {
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != idSize {
		return errors.New("its id is not one of a keyset")
	}
	m.id = [idSize]byte(b)
	return nil
}

func toRing(keys []fileKey) ring {
	r := make(ring, 0, len(keys))
	for _, k := range keys {
		r = append(r, numbered{k.Number, k.Key, k.Added})
	}
	return r
}
