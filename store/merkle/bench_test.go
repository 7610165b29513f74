package merkle

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

const million = 1_000_000

// BenchmarkTree is a million leaves of 200 bytes, appended and hashed.
func BenchmarkTree(b *testing.B) {
	leaf := bytes.Repeat([]byte{7}, 200)
	b.ReportAllocs()
	for b.Loop() {
		var tree Tree
		for i := range million {
			leaf[0], leaf[1], leaf[2] = byte(i), byte(i>>8), byte(i>>16)
			tree.Append(leaf)
		}
		if tree.Hash() == emptyHash() {
			b.Fatal("nothing was hashed")
		}
	}
}

// BenchmarkProver proves a thousand leaves of a million.
func BenchmarkProver(b *testing.B) {
	var records []uint64
	for i := range uint64(1000) {
		records = append(records, i*997)
	}
	leaf := bytes.Repeat([]byte{7}, 200)
	b.ReportAllocs()
	for b.Loop() {
		p := must(NewProver(million, records, 500_000))(b)
		for range million {
			p.Add(leaf)
		}
		for _, i := range records {
			must(p.Record(i))(b)
		}
	}
}

// BenchmarkVerify reads 20,000 events, all without proofs, and then each with one.
func BenchmarkVerify(b *testing.B) {
	const events = 20_000
	signer, keys := storeKey(b)
	leaf := bytes.Repeat([]byte{7}, 200)
	records := make([]uint64, events)
	for i := range records {
		records[i] = uint64(i)
	}
	p := must(NewProver(events, records))(b)
	for range events {
		p.Add(leaf)
	}
	head := must(Sign(Head{Store: store, Root: must(p.Root())(b), Time: noon}, signer))(b)
	event := json.RawMessage(`{"at":"2026-01-02T03:04:05Z","actor":"ana","action":"REVEAL_AGENT_TOKEN","target":14,"outcome":"ok"}`)
	for _, proofs := range []bool{false, true} {
		var text bytes.Buffer
		w := must(NewWriter(&text, head))(b)
		for i := range uint64(events) {
			var proof tlog.RecordProof
			if proofs {
				proof = must(p.Record(i))(b)
			}
			if err := w.Add(i+1, leaf, proof, event); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.Run(map[bool]string{false: "complete", true: "proofs"}[proofs], func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				must(Verify(bytes.NewReader(text.Bytes()), keys, nil))(b)
			}
		})
	}
}

// BenchmarkSign is one head.
func BenchmarkSign(b *testing.B) {
	s := must(Signer(Origin(store), public(1), func(msg []byte) ([]byte, error) { return ed25519.Sign(private(1), msg), nil }))(b)
	h := fullHead(b)
	for b.Loop() {
		must(Sign(h, s))(b)
	}
}
