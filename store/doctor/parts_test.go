package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

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

func FuzzEventTime(f *testing.F) {
	f.Add([]byte{0x83, 0x43, 0x82, 0x01, 0x02, 0x40, 0x80})
	f.Add([]byte{0x9f, 0xff})
	f.Fuzz(func(t *testing.T, entry []byte) {
		if at := eventTime(entry); !at.IsZero() && at.UnixMilli() <= 0 {
			t.Errorf("%x: %v", entry, at)
		}
	})
}

func FuzzSafe(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b]52;c;aGk=\x07\xff\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		if out := safe(s); strings.ContainsFunc(out, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q: %q", s, out)
		}
	})
}
