package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"

	"jeton/model"
	"jeton/store/journal"
	"jeton/store/merkle"
)

// Chronicle is the history of a store as it lies in the journal, up to the newest signed
// head, for reading only: another process may have the store open. Who can read journal
// and keyset is beyond [model.Allow], so it asks no actor.
type Chronicle struct {
	opts Options
	log  *journal.Log
	keys *dataKeys
	id   [16]byte
	head merkle.Head
	text []byte
}

// OpenChronicle opens the history of the store in o.Dir with its keyset.
func OpenChronicle(o Options) (*Chronicle, error) {
	if err := isStore(o.Dir); err != nil {
		return nil, err
	}
	if err := o.loadKeyset(); err != nil {
		return nil, err
	}
	s := newStore(o)
	if err := s.readJournal(); err != nil {
		return nil, err
	}
	kept, err := signedHead(o.Dir)
	if err != nil {
		return nil, err
	}
	head, err := s.openHead(kept.text)
	if err != nil {
		return nil, fmt.Errorf("the newest signed head: %w", err)
	}
	return &Chronicle{opts: s.opts, log: s.log, keys: s.keys, id: s.id, head: head, text: kept.text}, nil
}

// Head is the newest signed head: the chronicle goes up to there.
func (c *Chronicle) Head() merkle.Head { return c.head }

// Passage is one event of a chronicle.
type Passage struct {
	Event   model.Event
	Records []model.Record // what it left, but for the values of tokens
	// Announced is, of a rotation, the signed head that announces its signing key.
	Announced []byte
	leaf      []byte
	details   []byte // salt and CBOR of the sealed details
}

// Read calls fn with every event under the head, in order, until fn fails. Damage ends
// it: what comes behind could not be proven.
func (c *Chronicle) Read(ctx context.Context, fn func(Passage) error) error {
	next := uint64(1)
	for f, err := range c.log.Frames(journal.Position{}) {
		if next > c.head.Size {
			return nil
		}
		if err != nil {
			return fmt.Errorf("event %d: %w", next, err)
		}
		for i, raw := range f.Entries {
			if next > c.head.Size {
				return nil
			}
			p, err := c.passage(raw)
			if err == nil && (p.Event.Seq != next || f.First+uint64(i) != next) {
				err = errors.New("another event stands in its place")
			}
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				err = fn(p)
			}
			if err != nil {
				return fmt.Errorf("event %d: %w", next, err)
			}
			next++
		}
		c.opts.Progress(model.Progress{What: "reading the history", Done: next - 1, Total: c.head.Size})
	}
	if next <= c.head.Size {
		return fmt.Errorf("event %d: it is missing, though a signed head covers it; see jeton audit verify", next)
	}
	return nil
}

func (c *Chronicle) passage(raw []byte) (Passage, error) {
	e, h, err := parseEntry(raw)
	if err != nil {
		return Passage{}, err
	}
	changed, err := openParsed(c.id, c.keys, e, h)
	if err != nil {
		return Passage{}, err
	}
	key, err := c.keys.get(h.DataKey)
	if err != nil {
		return Passage{}, err
	}
	details, err := key.Open(nil, e.Details, associated(c.id, detailsKey, h.Seq))
	if err != nil {
		return Passage{}, err
	}
	return Passage{changed.event, changed.records, changed.private.Announced, e.Header, details}, nil
}

// Export writes the events that keep wants, all if it is nil, so that anybody can check
// them against the public key alone; see [CheckExport]. A selection carries a proof with
// each event and takes three readings of the history; everything needs none and one.
func (c *Chronicle) Export(ctx context.Context, w io.Writer, keep func(Passage) bool) error {
	var prover *merkle.Prover
	if keep != nil {
		var wanted []uint64
		err := c.Read(ctx, func(p Passage) error {
			if keep(p) {
				wanted = append(wanted, p.Event.Seq-1)
			}
			return nil
		})
		if err == nil {
			prover, err = merkle.NewProver(c.head.Size, wanted)
		}
		if err == nil {
			err = c.Read(ctx, func(p Passage) error { prover.Add(p.leaf); return nil })
		}
		if err != nil {
			return err
		}
	}
	out, err := merkle.NewWriter(w, c.text)
	if err != nil {
		return err
	}
	err = c.Read(ctx, func(p Passage) error {
		if keep == nil {
			return out.Add(p.Event.Seq, p.leaf, nil, p.JSON())
		}
		if !keep(p) {
			return nil
		}
		proof, err := prover.Record(p.Event.Seq - 1)
		if err != nil {
			return err
		}
		return out.Add(p.Event.Seq, p.leaf, proof, p.JSON())
	})
	if err != nil {
		return err
	}
	return out.Close()
}

// told is an event as an export says it. The names are part of the format.
type told struct {
	Seq     uint64       `json:"seq"`
	Time    string       `json:"time"`
	Actor   uint64       `json:"actor"`
	Door    string       `json:"door"`
	Action  string       `json:"action"`
	Outcome string       `json:"outcome"`
	Target  toldTarget   `json:"target"`
	Subject uint64       `json:"subject,omitempty"`
	Count   uint32       `json:"count,omitempty"` // of a refusal
	From    string       `json:"from,omitempty"`
	Label   string       `json:"label,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	Changes []toldChange `json:"changes,omitempty"`
	Details []byte       `json:"details"` // what the leaf has the digest of: salt and CBOR
}

type toldTarget struct {
	Kind   string `json:"kind"`
	Number uint64 `json:"number,omitempty"`
}

type toldChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

var targetNames = map[model.TargetKind]string{model.TargetOrganization: "organization", model.TargetUser: "user",
	model.TargetDeployment: "deployment", model.TargetToken: "token"}

// JSON is the event for reading, on one line that a terminal only draws, as an export has
// it.
func (p Passage) JSON() json.RawMessage {
	e := p.Event
	t := told{Seq: e.Seq, Time: e.At.Std().Format(time.RFC3339Nano), Actor: uint64(e.Actor), Door: e.Door.String(), Action: e.Action.Name(),
		Outcome: e.Outcome.String(), Target: toldTarget{targetNames[e.Target.Kind], e.Target.ID}, Subject: uint64(e.Subject),
		From: e.Details.Origin, Label: e.Details.Label, Reason: e.Details.Reason, Details: p.details}
	if e.Outcome == model.Refused {
		t.Count = e.Count
	}
	for _, c := range e.Details.Changes {
		t.Changes = append(t.Changes, toldChange(c))
	}
	text, err := json.Marshal(t)
	if err == nil {
		text, err = merkle.Escape(text)
	}
	if err != nil {
		return nil // strings and numbers: it cannot fail, and the export refuses what is empty
	}
	return text
}

// CheckExport checks an export against the public keys of its log and nothing else: that
// every event in it is in the signed history, and that what is written for reading is
// what was recorded. The error, unless it is that of r, wraps a *merkle.BadLine.
func CheckExport(r io.Reader, keys note.Verifiers) (merkle.Summary, error) {
	return merkle.Verify(r, keys, func(seq uint64, leaf []byte, event json.RawMessage) error {
		var t struct {
			Details []byte `json:"details"`
		}
		if err := json.Unmarshal(event, &t); err != nil {
			return err
		}
		p, err := proven(leaf, t.Details)
		if err != nil {
			return err
		}
		if p.Event.Seq != seq {
			return fmt.Errorf("the leaf is of event %d", p.Event.Seq)
		}
		var want, got bytes.Buffer
		if err := errors.Join(json.Compact(&want, p.JSON()), json.Compact(&got, event)); err != nil {
			return err
		}
		if !bytes.Equal(want.Bytes(), got.Bytes()) {
			return errors.New("what is written for reading is not what was recorded")
		}
		return nil
	})
}

// proven reads an event from its leaf and the details that the leaf has the digest of.
func proven(leaf, details []byte) (Passage, error) {
	h, err := decodeAs[header](leaf)
	if err != nil {
		return Passage{}, fmt.Errorf("%w: %w", errEntry, err)
	}
	if len(h.Parts) == 0 || len(details) < saltLen ||
		!bytes.Equal(partDigest(details[:saltLen], detailsKey, details[saltLen:]), h.Parts[0].Digest) {
		return Passage{}, errors.New("the details are not the ones that were recorded")
	}
	private, err := decodeAs[private](details[saltLen:])
	if err != nil {
		return Passage{}, err
	}
	p := Passage{Event: h.event(), leaf: leaf, details: details}
	p.Event.Details = private.Details
	return p, nil
}
