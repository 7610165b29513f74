package seal

import (
	"crypto/aes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestElements works the elements out a second way.
func TestElements(t *testing.T) {
	m := must(newMaterial(random(), day))(t)
	recordKey := must(hkdf.Key(sha256.New, m.digest, nil, "jeton digest: records", 32))(t)
	bytesKey := must(hkdf.Key(sha256.New, m.digest, nil, "jeton digest: bytes", 32))(t)
	e := must(newKeyset(m, random()))(t).Elements()
	block := must(aes.NewCipher(recordKey))(t)
	rapid.Check(t, func(r *rapid.T) {
		kind, number := rapid.Byte().Draw(r, "kind"), rapid.Uint64().Draw(r, "number")
		seq := rapid.Uint64Range(0, 1<<56-1).Draw(r, "seq")
		in := append([]byte{kind}, binary.BigEndian.AppendUint64(nil, number)...)
		in = append(in, binary.BigEndian.AppendUint64(nil, seq)[1:]...)
		got := e.Record(kind, number, seq)
		var plain [16]byte
		if block.Decrypt(plain[:], got[:]); string(plain[:]) != string(in) {
			r.Fatalf("%x holds %x, want %x", got, plain, in)
		}
		name, value := rapid.SliceOf(rapid.Byte()).Draw(r, "name"), rapid.SliceOf(rapid.Byte()).Draw(r, "value")
		mac := hmac.New(sha256.New, bytesKey)
		mac.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(len(name)))[:7], kind))
		mac.Write(append(name[:len(name):len(name)], value...))
		if got := e.Bytes(kind, name, value); string(got[:]) != string(mac.Sum(nil)[:16]) {
			r.Fatalf("%x", got)
		}
	})
	if e.Bytes(1, []byte("ab"), []byte("c")) == e.Bytes(1, []byte("a"), []byte("bc")) || e.Bytes(1, nil, nil) == e.Bytes(2, nil, nil) {
		t.Error("elements collide")
	}
}

func TestElementsAllocateNothing(t *testing.T) {
	if racing {
		t.Skip("pools forget what they hold under the race detector")
	}
	k, _, _ := newPair(t)
	e, name, value := k.Elements(), []byte("name"), make([]byte, 64)
	for what, use := range map[string]func(){
		"record": func() { e.Record(1, 2, 3) }, "bytes": func() { e.Bytes(1, name, value) }, "mac": func() { k.MAC(name, value) },
	} {
		if n := testing.AllocsPerRun(200, use); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}

func TestRecordRefusesWhatDoesNotFit(t *testing.T) {
	k, _, _ := newPair(t)
	k.Elements().Record(1, 2, MaxSeq-1)
	defer func() {
		if recover() == nil {
			t.Error("a sequence number of 57 bits was cut")
		}
	}()
	k.Elements().Record(1, 2, MaxSeq)
}

func TestSigning(t *testing.T) {
	path := newFile(t)
	first := must(Create(path))(t)
	k := must(cheap().rotate(path, nil, Rotation{Signing: true}))(t)
	keys := k.SigningKeys()
	if len(keys) != 2 || keys[0].Number != 2 || keys[1].Number != 1 || k.PrimarySigning().Number != 2 || !keys[0].Added.Equal(day) {
		t.Fatalf("keys %v", keys)
	}
	if !keys[1].Public.Equal(first.PrimarySigning().Public) || keys[0].Public.Equal(keys[1].Public) {
		t.Error("the rotation changed the old key or repeated it")
	}
	for _, s := range keys {
		signature := must(k.Sign(s.Number, []byte("head")))(t)
		if !ed25519.Verify(s.Public, []byte("head"), signature) || ed25519.Verify(s.Public, []byte("heap"), signature) {
			t.Errorf("key %d signs wrongly", s.Number)
		}
	}
	if _, err := first.Sign(2, nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("a key it does not have: %v", err)
	}
	clear(keys[0].Public)
	if k.SigningKeys()[0].Public.Equal(keys[0].Public) || k.PrimarySigning().Public.Equal(keys[0].Public) {
		t.Error("a caller changed the keyset's key")
	}
}

// TestWipeWhileInUse: whoever is at it gets the right answer, a refusal or a panic, never a wrong answer.
func TestWipeWhileInUse(t *testing.T) {
	k, _, wrapped := newPair(t)
	e, public := k.Elements(), k.PrimarySigning().Public
	record, name, lookup := e.Record(1, 2, 3), e.Bytes(1, nil, nil), k.Lookup("v")
	var wait sync.WaitGroup
	started := make(chan struct{}, 4)
	for range 4 {
		wait.Go(func() {
			defer func() {
				if said := fmt.Sprint(recover()); said != "seal: keyset used after Wipe" {
					t.Error(said)
				}
			}()
			for i := 0; ; i++ {
				if s, err := k.Sign(1, []byte("m")); err == nil && !ed25519.Verify(public, []byte("m"), s) || err != nil && !errors.Is(err, ErrWiped) {
					t.Errorf("signed %x, %v", s, err)
				}
				if _, _, err := k.Rewrap(wrapped, []byte("segment 1")); err != nil && !errors.Is(err, ErrWiped) {
					t.Error(err)
				}
				if i == 3 {
					started <- struct{}{}
				}
				if e.Record(1, 2, 3) != record || e.Bytes(1, nil, nil) != name || lookupAll(k, "v")[0] != lookup {
					t.Error("an answer changed")
				}
			}
		})
	}
	for range 4 {
		<-started
	}
	k.Wipe()
	wait.Wait()
}
