package store

import (
	"testing"

	"jeton/model"
	"jeton/store/state"
)

// FuzzEntry opens whatever claims to be an entry of a journal. Nothing may panic, and
// nothing that was not sealed here may open.
func FuzzEntry(f *testing.F) {
	_, s := newOpen(f)
	createToken(f, s, "seed")
	v := s.db.View()
	defer v.Close()
	for seq := range uint64(2) {
		raw, err := s.eventAt(v, seq+1)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := openEntry(s.id, s.keys, raw)
		if err == nil && c.event.Seq != 1 && c.event.Seq != 2 {
			t.Fatalf("event %d opened and was never written", c.event.Seq)
		}
	})
}

// FuzzRecord decodes whatever claims to be a record.
func FuzzRecord(f *testing.F) {
	for _, r := range []model.Record{model.Organization{Name: "acme"}, model.User{ID: 1, Login: "ana", Accounts: []uint32{5}},
		model.Token{ID: 3, Permissions: model.OrgAgent()}, model.Credential{Token: 3, Value: model.SecretOf("x")}} {
		plain, err := encodeRecord(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(recordKey(r)[1]), plain)
	}
	f.Fuzz(func(t *testing.T, kind byte, plain []byte) {
		r, err := decodeRecord(state.Kind(kind), plain)
		if err != nil {
			return
		}
		if _, err := encodeRecord(r); err != nil {
			t.Fatalf("%T was decoded and cannot be encoded: %v", r, err)
		}
	})
}

// FuzzStateValues decodes what state keeps beside records.
func FuzzStateValues(f *testing.F) {
	f.Add(applied{Format: StateFormat, Seq: 7, Counts: counts{Users: 3, LastToken: 9}}.encode())
	f.Add(framePlace{Segment: 1, Offset: 8192, Count: 3}.encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if a, err := decodeApplied(raw); err == nil && a.Format == StateFormat && string(a.encode()) != string(raw) {
			t.Fatal("an applied mark has two encodings")
		}
		if p, err := decodeFramePlace(raw); err == nil && string(p.encode()) != string(raw) {
			t.Fatal("a place has two encodings")
		}
	})
}
