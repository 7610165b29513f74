package store

import (
	"strings"
	"testing"

	"jeton/model"
)

// TestCallerIsClean takes what may come from outside: addresses are written in one way, texts
// that could harm a terminal are escaped, and all are bounded.
func TestCallerIsClean(t *testing.T) {
	long := strings.Repeat("é", 200)
	for _, c := range []struct{ addr, agent, place, wantAddr, wantAgent, wantPlace string }{
		{"10.0.0.7", "agent-eu", "prod", "10.0.0.7", "agent-eu", "prod"},
		{"::ffff:10.0.0.7", " agent\t", "", "10.0.0.7", "agent", ""},
		{"2001:DB8:0:0::1", "a\x1b[31m", "feature/é", "2001:db8::1", `a\x1b[31m`, "feature/é"},
		{"fe80::1%e\u202eth", "\u202eabc", "\xff", `fe80::1%e\u202eth`, `\u202eabc`, `\xff`},
		{"no address\n", long, long, "no address", long[:maxCaller], long[:maxCaller]},
	} {
		got := cleanCaller(model.Caller{Addr: c.addr, Agent: c.agent, Place: model.Place{Name: c.place, Branch: true}})
		want := model.Caller{Addr: c.wantAddr, Agent: c.wantAgent, Place: model.Place{Name: c.wantPlace, Branch: c.wantPlace != ""}}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// TestKnocksAreBounded has more tokens knock than are remembered: the quietest are forgotten,
// and state gets no more than it may have.
func TestKnocksAreBounded(t *testing.T) {
	k := newKnocking()
	for i := range knocksKept + 1 {
		k.note(model.TokenID(i+1), model.Time(i+1))
	}
	if n := len(k.last); n != knocksKept*3/4 || k.last[1] != 0 || k.last[knocksKept+1] == 0 {
		t.Errorf("%d are remembered, the first %v, the last %v", n, k.last[1], k.last[knocksKept+1])
	}
	if all := k.list(knocksKept); len(all) != 2 || all[0].Token != knocksKept || len(k.last) != 2 {
		t.Errorf("%+v of %d", all, len(k.last))
	}
	other := newKnocking()
	other.learn(k.list(0))
	if ids := other.since(knocksKept + 1); len(ids) != 1 || ids[0] != knocksKept+1 {
		t.Errorf("%v", ids)
	}
}
