package store

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"jeton/model"
	"jeton/store/use"
)

// FuzzUse decodes what state keeps of the use of a token. Whatever is taken can be read, counted
// on, added to another and kept again.
func FuzzUse(f *testing.F) {
	now := model.TimeOf(newPlace(f).opts.Clock())
	var seed use.Token
	for i := range model.Callers + 3 {
		seed.Good(model.Caller{Addr: "10.0.0.7", Agent: string(rune('a' + i)), Place: model.Place{Name: "prod", Branch: i%2 == 0}}, now)
		seed.Refused(model.Caller{}, model.Revoked, now+model.Time(i))
		plain, err := encoding.Marshal(&seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		known := decodeUse[use.Token](plain)
		if last := decodeUse[keptLast](plain); known.Last != 0 && last.Last != known.Last {
			t.Fatalf("last used at %v and at %v", known.Last, last.Last)
		}
		all := known.All()
		_, _ = all.Use(now), known.ByCaller(now)
		_, _ = known.Knockers(now)
		kept, err := encoding.Marshal(&known)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := encoding.Marshal(decodeUse[use.Token](kept)); err != nil || !bytes.Equal(kept, again) {
			t.Fatalf("%x is kept as %x and then as %x (%v)", plain, kept, again, err)
		}
		sum := seed
		sum.Callers = append([]use.Caller(nil), seed.Callers...)
		sum.Add(&known)
		sum.Good(model.Caller{Addr: "10.0.0.8"}, now)
		if !sum.Valid() {
			t.Fatalf("%x makes of what can be kept what cannot", plain)
		}
	})
}

// FuzzCaller cleans what somebody says of themselves: it is bounded, may be drawn, and stays as
// it is when it is cleaned again.
func FuzzCaller(f *testing.F) {
	for _, s := range []string{"", "agent-eu", " 10.0.0.7", "10.0.0.7", "::ffff:10.0.0.7", "fe80::1%eth0", "\x1b]52;c;x\a", "\u202eabc", "a\u0301", string(bytes.Repeat([]byte("é"), 300)), "\xff"} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, addr, agent, name string) {
		c := cleanCaller(model.Caller{Addr: addr, Agent: agent, Place: model.Place{Name: name}})
		for _, s := range []string{c.Addr, c.Agent, c.Place.Name} {
			if len(s) > maxCaller || !utf8.ValidString(s) {
				t.Fatalf("%q of %d bytes", s, len(s))
			}
			if clean, err := model.CleanDescription(s); err != nil || clean != s {
				t.Fatalf("%q may not be kept: %v", s, err)
			}
		}
		if again := cleanCaller(c); again != c {
			t.Fatalf("%+v is cleaned to %+v", c, again)
		}
	})
}
