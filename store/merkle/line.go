package merkle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// The lines of an export, each in the one form given here but for the JSON object of the event:
//
//	{"head":"<signed head>"}
//	{"seq":14,"leaf":"<base64>","proof":["<base64>",…],"event":{…}}
//	{"events":1}
//
// An export in which every event is there may leave the proofs out, in every line. The last line counts the events: one that
// was cut off by accident is not taken for a shorter one.
const (
	headStart  = `{"head":`
	seqStart   = `{"seq":`
	leafStart  = `,"leaf":"`
	proofStart = `,"proof":[`
	eventStart = `,"event":`
	countStart = `{"events":`
)

type line struct {
	seq   uint64
	leaf  []byte
	proof tlog.RecordProof // nil if there is none
	event json.RawMessage
}

func (l line) appendTo(b []byte) []byte {
	b = strconv.AppendUint(append(b, seqStart...), l.seq, 10)
	b = base64.StdEncoding.AppendEncode(append(b, leafStart...), l.leaf)
	b = append(b, '"')
	if l.proof != nil {
		b = append(b, proofStart...)
		for i, h := range l.proof {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(base64.StdEncoding.AppendEncode(append(b, '"'), h[:]), '"')
		}
		b = append(b, ']')
	}
	return append(append(append(b, eventStart...), l.event...), "}\n"...)
}

// parseLine reads an event's line, without its newline. The event is part of b. With an error it returns the sequence number
// if it got as far.
func parseLine(b []byte) (line, error) {
	var l line
	rest, ok := bytes.CutPrefix(b, []byte(seqStart))
	if !ok {
		return l, ErrForm
	}
	digits, rest, _ := bytes.Cut(rest, []byte(leafStart))
	if l.seq, ok = parseNumber(string(digits)); !ok {
		return l, fmt.Errorf("%w: its sequence number is wrong", ErrForm)
	}
	if !printable(b) { // base64 would pass over a carriage return
		return l, fmt.Errorf("%w: it holds characters that cannot be printed", ErrForm)
	}
	leaf, rest, ok := bytes.Cut(rest, []byte{'"'})
	if !ok {
		return l, fmt.Errorf("%w: its leaf does not end", ErrForm)
	}
	var err error
	if l.leaf, err = strict.AppendDecode(nil, leaf); err != nil {
		return l, fmt.Errorf("%w: its leaf is not base64", ErrForm)
	}
	if after, found := bytes.CutPrefix(rest, []byte(proofStart)); found {
		if l.proof, rest, ok = parseProof(after); !ok {
			return l, fmt.Errorf("%w: its proof is not a list of hashes", ErrForm)
		}
	}
	event, found := bytes.CutPrefix(rest, []byte(eventStart))
	if l.event, ok = bytes.CutSuffix(event, []byte{'}'}); !ok || !found {
		return l, fmt.Errorf("%w: its event is not in its place", ErrForm)
	}
	return l, checkEvent(l.event)
}

// parseProof reads the hashes of a list that was opened, and returns what follows it.
func parseProof(b []byte) (proof tlog.RecordProof, rest []byte, ok bool) {
	proof = tlog.RecordProof{}
	list, rest, ok := bytes.Cut(b, []byte{']'})
	if !ok || len(list) == 0 {
		return proof, rest, ok
	}
	for quoted := range bytes.SplitSeq(list, []byte{','}) {
		n := len(quoted)
		if n < 2 || quoted[0] != '"' || quoted[n-1] != '"' {
			return proof, rest, false
		}
		h, ok := parseHash(string(quoted[1 : n-1]))
		if !ok {
			return proof, rest, false
		}
		proof = append(proof, h)
	}
	return proof, rest, true
}

// checkEvent refuses what is not one JSON object, and names that come twice in an object, or differ only in case: readers of
// JSON take the first, or the last, or both.
func checkEvent(event json.RawMessage) error {
	if len(event) == 0 || event[0] != '{' || !json.Valid(event) {
		return fmt.Errorf("%w: its event is not a JSON object", ErrForm)
	}
	d := json.NewDecoder(bytes.NewReader(event))
	d.UseNumber()
	return checkNames(d)
}

func checkNames(d *json.Decoder) error {
	open, err := d.Token()
	if err != nil {
		return fmt.Errorf("%w: its event is not JSON", ErrForm)
	}
	if open != json.Delim('{') && open != json.Delim('[') {
		return nil
	}
	seen := make(map[string]bool)
	for d.More() {
		if open == json.Delim('{') {
			token, err := d.Token()
			name, _ := token.(string)
			if name = fold(name); err != nil || seen[name] {
				return fmt.Errorf("%w: its event has a name twice", ErrForm)
			}
			seen[name] = true
		}
		if err := checkNames(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// fold makes equal what encoding/json takes for the same name.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		for s := unicode.SimpleFold(r); s > r; s = unicode.SimpleFold(s) {
			r = s
		}
		return r
	}, name)
}

// Escape returns the JSON on one line, with what cannot be printed escaped: outside ASCII that occurs only in strings.
func Escape(event json.RawMessage) (json.RawMessage, error) {
	var b bytes.Buffer
	if !utf8.Valid(event) || json.Compact(&b, event) != nil {
		return nil, fmt.Errorf("%w: its event is not JSON", ErrForm)
	}
	if printable(b.Bytes()) {
		return b.Bytes(), nil
	}
	var out []byte
	for _, r := range b.String() {
		if r != 0x7f && (r < utf8.RuneSelf || unicode.IsPrint(r)) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out, nil
}

func appendHead(b, head []byte) ([]byte, error) {
	text, err := json.Marshal(string(head))
	if err != nil {
		return nil, fmt.Errorf("write head: %w", err)
	}
	return append(append(append(b, headStart...), text...), "}\n"...), nil
}

// parseHeadLine reads the first line, without its newline, and returns the signed head.
func parseHeadLine(b []byte) ([]byte, error) {
	quoted, found := bytes.CutPrefix(b, []byte(headStart))
	quoted, ok := bytes.CutSuffix(quoted, []byte{'}'})
	var text string
	if !found || !ok || json.Unmarshal(quoted, &text) != nil {
		return nil, fmt.Errorf("%w: a signed head must come first", ErrForm)
	}
	head := []byte(text)
	if again, err := appendHead(nil, head); err != nil || string(again) != string(b)+"\n" {
		return nil, fmt.Errorf("%w: the head is not as it was written", ErrForm)
	}
	return head, nil
}

func appendCount(b []byte, events uint64) []byte {
	return append(strconv.AppendUint(append(b, countStart...), events, 10), "}\n"...)
}

// isCount reads the last line, without its newline; any other line is none.
func isCount(b []byte) (events uint64, ok bool) {
	digits, found := bytes.CutPrefix(b, []byte(countStart))
	digits, closed := bytes.CutSuffix(digits, []byte{'}'})
	events, number := parseNumber(string(digits))
	return events, found && closed && number
}
