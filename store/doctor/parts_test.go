package doctor

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"jeton/model"
	"jeton/store"
)

// changeOnce makes one event.
func changeOnce(t testing.TB, s *store.Store) {
	t.Helper()
	actor := model.Actor{User: 1, Source: model.Source{Door: model.DoorTerminal}}
	if _, _, err := s.Change(t.Context(), actor, model.Request{}, model.CreateToken{Kind: model.AgentToken}); err != nil {
		t.Fatal(err)
	}
}

func TestVerdictsStayOnTheirLine(t *testing.T) {
	v := New("store", Bad, "a\x1b[2J\nb", "rm '\u202e'")
	if v.Says != `a\x1b[2J\nb` || v.Next != `rm '\u202e'` {
		t.Errorf("%+v", v)
	}
	if v = New("store", Good, "/home/änä/📦", ""); v.Says != "/home/änä/📦" {
		t.Errorf("%+v", v)
	}
}

func TestQuoted(t *testing.T) {
	for path, want := range map[string]string{
		"/srv/jeton-1": "/srv/jeton-1", "/srv/my store": "'/srv/my store'", "/srv/$(x)": "'/srv/$(x)'", "/it's": `'/it'\''s'`,
	} {
		if got := quoted(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 1023: "1023 B", 64 << 20: "64.0 MiB", 3 << 40: "3.0 TiB", 1<<64 - 1: "16.0 EiB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestDirectoriesFollowLinks(t *testing.T) {
	home := ok(filepath.EvalSymlinks(t.TempDir()))(t)
	if err := os.MkdirAll(filepath.Join(home, "real", "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(home, "real"), filepath.Join(home, "link")); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(directories(filepath.Join(home, "link", "store"), ""), "\n") + "\n"
	for _, dir := range []string{filepath.Join(home, "link"), filepath.Join(home, "real"), home, "/"} {
		if strings.Count(all, dir+"\n") == 0 {
			t.Errorf("%s is not among\n%s", dir, all)
		}
	}
}

// TestThisMachine asks the real kernel: what it answers differs, but it answers.
func TestThisMachine(t *testing.T) {
	m := ThisMachine()
	fs, err := m.FileSystem(t.TempDir())
	if err != nil || fs.Free == 0 {
		t.Errorf("file system %+v, %v", fs, err)
	}
	if _, err := m.FileSystem(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a file system of nothing")
	}
	if _, err := m.Process(); err != nil {
		t.Error(err)
	}
	if m.Now().Year() < 2020 {
		t.Errorf("it is %v", m.Now())
	}
}

func TestHolderWithoutAName(t *testing.T) {
	for _, content := range []string{"", "{", `{"pid":0,"user":"ana"}`, "null"} {
		path := filepath.Join(t.TempDir(), "lock")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f := ok(os.Open(path))(t)
		if got := holder(f); got != "" {
			t.Errorf("%q: %q", content, got)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzEventTime reads the time out of any bytes as an event: one that is found is written in them.
func FuzzEventTime(f *testing.F) {
	real := ok(os.ReadFile(filepath.Join("..", "testdata", "small", "journal", "00000001-00000000000000000001.segment")))(f)
	first := real[8192+32+4:][:binary.LittleEndian.Uint32(real[8192+32:])]
	if eventTime(first).Year() < 2026 {
		f.Fatalf("the first event is of %v", eventTime(first))
	}
	f.Add(first)
	f.Add([]byte{0x83, 0x46, 0x82, 0x01, 0x1a, 1, 2, 3, 0x40, 0x80})
	f.Add([]byte{0x83, 0x43, 0x82, 0x01, 0x02, 0x40, 0x80})
	f.Add([]byte{0x9f, 0xff})
	f.Fuzz(func(t *testing.T, entry []byte) {
		at := eventTime(entry)
		if at.IsZero() {
			return
		}
		n := at.UnixMilli()
		width := 8
		for ; width > 1 && uint64(n)>>(width*4) == 0; width /= 2 {
		}
		written := binary.BigEndian.AppendUint64(nil, uint64(n))[8-width:]
		if n <= 0 || n >= 24 && !bytes.Contains(entry, written) {
			t.Errorf("%x: %v", entry, at)
		}
	})
}

// FuzzHolder reads any bytes as a lock file, and says who has the store on one line.
func FuzzHolder(f *testing.F) {
	f.Add([]byte(`{"pid":4711,"user":"ana","since":"2026-03-01T12:00:00Z","terminal":"pts/3 from 10.0.0.7"}` + "\n"))
	f.Add([]byte(`{"pid":1,"user":"a\u001b[2J","terminal":"\u2028"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text := holder(bytes.NewReader(raw))
		if text != "" && !strings.HasPrefix(text, "pid ") {
			t.Fatalf("%q says %q", raw, text)
		}
		if says := New("lock", Good, text, "").Says; strings.ContainsFunc(says, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q: %q", raw, says)
		}
	})
}

// FuzzSafe: what comes of any text is printed on one line, and text that can be is not changed.
func FuzzSafe(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b]52;c;aGk=\x07\xff\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		strange := func(r rune) bool { return !unicode.IsPrint(r) }
		out := safe(s)
		if strings.ContainsFunc(out, strange) || !utf8.ValidString(out) {
			t.Errorf("%q: %q", s, out)
		}
		if utf8.ValidString(s) && !strings.ContainsFunc(s, strange) && out != s || safe(out) != out {
			t.Errorf("%q became %q", s, out)
		}
	})
}
