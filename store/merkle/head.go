package merkle

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is what is signed: the tree of a store at one time. As text:
//
//	jeton/00112233445566778899aabbccddeeff
//	20852163
//	CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//	time 2026-01-02T03:04:05.678Z
//	epoch 2
//	before 1000 <hash> 1200 <hash>
//	next-key jeton/00112233445566778899aabbccddeeff+<key hash>+<key>
//
// and after a blank line the signatures. The lines from the fourth on are extension lines: a word and what it says. Those
// above come at most once, time and epoch always; lines that begin with any other word are Extra.
type Head struct {
	// Store is the number of the store whose log this is.
	Store [16]byte
	// Root is the tree. A head without leaves has the hash of the empty tree.
	Root
	// Time is when it was signed, by the signer's clock, in whole milliseconds; what is finer is cut off.
	Time time.Time
	// Epoch counts how often the log was begun anew from a backup. At most MaxSize.
	Epoch uint64
	// Before says, when the epoch began by restoring, where it left the log of before; else it is nil.
	Before *Before
	// NextKey is the verifier key that signs the heads to come, announced by the key that signs this one, or nothing. Its
	// name is the Origin of the store.
	NextKey string
	// Extra are extension lines unknown here, in their order, at most MaxExtra. They are signed like the rest, were written
	// by a newer program, and must be ignored: what has to be understood gets another form of origin.
	Extra []string
}

// Before names two trees of the log that a restored epoch goes on from.
type Before struct {
	// Restored is the tree that was restored. The head goes on from it and is no smaller.
	Restored Root
	// Newest is the newest tree known of the old log, no smaller than Restored. What it has over Restored was given up.
	Newest Root
}

const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Words of extension lines.
const (
	wordTime    = "time"
	wordEpoch   = "epoch"
	wordBefore  = "before"
	wordNextKey = "next-key"
)

// text is the note that is signed, right or not: parseHead tells.
func (h Head) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%s\n", Origin(h.Store), h.Size, h.Hash)
	fmt.Fprintf(&b, "%s %s\n%s %d\n", wordTime, h.Time.UTC().Format(timeLayout), wordEpoch, h.Epoch)
	if h.Before != nil {
		r, n := h.Before.Restored, h.Before.Newest
		fmt.Fprintf(&b, "%s %d %s %d %s\n", wordBefore, r.Size, r.Hash, n.Size, n.Hash)
	}
	if h.NextKey != "" {
		fmt.Fprintf(&b, "%s %s\n", wordNextKey, h.NextKey)
	}
	for _, line := range h.Extra {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// parseHead reads a note's text, of which every line has its newline.
func parseHead(text string) (Head, error) {
	var h Head
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 {
		return h, fmt.Errorf("%w: it has only %d lines", ErrMalformed, len(lines))
	}
	var ok [3]bool
	h.Store, ok[0] = parseOrigin(lines[0])
	h.Size, ok[1] = parseNumber(lines[1])
	h.Hash, ok[2] = parseHash(lines[2])
	if i := slices.Index(ok[:], false); i >= 0 {
		return h, fmt.Errorf("%w: line %d is wrong", ErrMalformed, i+1)
	}
	seen := make(map[string]bool)
	for i, line := range lines[3:] {
		if !h.parseExtension(line, seen) {
			return h, fmt.Errorf("%w: line %d is wrong or comes twice", ErrMalformed, i+4)
		}
	}
	if !seen[wordTime] || !seen[wordEpoch] {
		return h, fmt.Errorf("%w: its time or epoch is missing", ErrMalformed)
	}
	if !h.makesSense() {
		return h, fmt.Errorf("%w: the trees it names contradict each other", ErrMalformed)
	}
	return h, nil
}

func (h *Head) parseExtension(line string, seen map[string]bool) (ok bool) {
	word, value, _ := strings.Cut(line, " ")
	switch word {
	case wordTime:
		h.Time, ok = parseTime(value)
	case wordEpoch:
		h.Epoch, ok = parseNumber(value)
	case wordBefore:
		h.Before, ok = parseBefore(value)
	case wordNextKey:
		h.NextKey, ok = value, isKeyOf(value, Origin(h.Store))
	default:
		h.Extra = append(h.Extra, line)
		return word != "" && len(line) <= MaxExtraLine && len(h.Extra) <= MaxExtra
	}
	ok = ok && !seen[word]
	seen[word] = true
	return ok
}

// makesSense reports whether the trees of the head can be of one log.
func (h Head) makesSense() bool {
	if !h.possible() {
		return false
	}
	b := h.Before
	return b == nil || b.Restored.possible() && b.Newest.possible() &&
		b.Restored.mayGrowTo(b.Newest) && b.Restored.mayGrowTo(h.Root)
}

func (r Root) possible() bool { return (r.Size == 0) == (r.Hash == emptyHash()) }

func (r Root) mayGrowTo(to Root) bool {
	return r.Size < to.Size || r == to
}

func parseBefore(s string) (*Before, bool) {
	f := strings.Split(s, " ")
	if len(f) != 4 {
		return nil, false
	}
	var b Before
	var ok [4]bool
	b.Restored.Size, ok[0] = parseNumber(f[0])
	b.Restored.Hash, ok[1] = parseHash(f[1])
	b.Newest.Size, ok[2] = parseNumber(f[2])
	b.Newest.Hash, ok[3] = parseHash(f[3])
	return &b, !slices.Contains(ok[:], false)
}

func parseOrigin(s string) (store [16]byte, ok bool) {
	digits, ok := strings.CutPrefix(s, originPrefix)
	if !ok || len(digits) != hex.EncodedLen(len(store)) {
		return store, false
	}
	_, err := hex.Decode(store[:], []byte(digits))
	return store, err == nil && Origin(store) == s
}

// parseNumber reads a decimal up to MaxSize in its one form.
func parseNumber(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > MaxSize || strconv.FormatUint(n, 10) != s {
		return 0, false
	}
	return n, true
}

func parseTime(s string) (time.Time, bool) {
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return t, false
	}
	t = t.UTC()
	return t, t.Format(timeLayout) == s
}

var strict = base64.StdEncoding.Strict()

func parseHash(s string) (tlog.Hash, bool) {
	b, err := strict.DecodeString(s)
	if err != nil || len(b) != tlog.HashSize || len(s) != strict.EncodedLen(len(b)) {
		return tlog.Hash{}, false
	}
	return tlog.Hash(b), true
}
