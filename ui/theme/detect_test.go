package theme

import (
	"errors"
	"testing"

	"github.com/muesli/termenv"
)

func TestDetectBackground(t *testing.T) {
	tests := []struct {
		name string
		mode Mode
		env  map[string]string
		dark bool // what the renderer would say
		want Background
	}{
		{"asked", ModeAuto, map[string]string{"TERM": "xterm-256color"}, false, Light},
		{"asked, dark", ModeAuto, nil, true, Dark},
		{"told", ModeLight, map[string]string{"TMUX": "x"}, true, Light},
		{"told dark", ModeDark, nil, false, Dark},
		{"tmux", ModeAuto, map[string]string{"TMUX": "/s,1,0"}, true, Unknown},
		{"screen", ModeAuto, map[string]string{"STY": "1.x"}, true, Unknown},
		{"tmux over ssh", ModeAuto, map[string]string{"TERM": "tmux-256color"}, true, Unknown},
		{"screen over ssh", ModeAuto, map[string]string{"TERM": "screen.xterm-256color"}, true, Unknown},
		{"tmux, passed on", ModeAuto, map[string]string{"TMUX": "x", "COLORFGBG": "15;0"}, false, Dark},
		{"tmux, passed on, light", ModeAuto, map[string]string{"TMUX": "x", "COLORFGBG": "0;default;15"}, true, Light},
		{"tmux, passed on, grey", ModeAuto, map[string]string{"TMUX": "x", "COLORFGBG": "0;7"}, true, Light},
		{"tmux, passed on, dark grey", ModeAuto, map[string]string{"TMUX": "x", "COLORFGBG": "0;8"}, true, Dark},
		{"tmux, nonsense", ModeAuto, map[string]string{"TMUX": "x", "COLORFGBG": "15;default"}, true, Unknown},
	}
	for _, tt := range tests {
		r := renderer(termenv.TrueColor)
		r.SetHasDarkBackground(tt.dark)
		got, _ := Detect(func(k string) string { return tt.env[k] }, tt.mode, false, r)
		if got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	r := renderer(termenv.Ascii)
	r.SetHasDarkBackground(true)
	if got := DetectBackground(func(string) string { return "" }, ModeAuto, r); got != Unknown {
		t.Errorf("asked for a background without colours: %v", got)
	}
}

func TestDetectGlyphs(t *testing.T) {
	tests := []struct {
		name  string
		env   map[string]string
		ascii bool
		want  string
		bytes bool
	}{
		{"utf-8", map[string]string{"LANG": "en_US.UTF-8"}, false, "unicode", false},
		{"written otherwise", map[string]string{"LANG": "de_DE.utf8"}, false, "unicode", false},
		{"asked for", map[string]string{"LANG": "en_US.UTF-8"}, true, "ascii", false},
		{"console", map[string]string{"LANG": "en_US.UTF-8", "TERM": "linux"}, false, "ascii", false},
		{"no locale", nil, false, "ascii", true},
		{"C", map[string]string{"LANG": "C"}, false, "ascii", true},
		{"LC_ALL wins", map[string]string{"LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8"}, false, "ascii", true},
		{"LC_CTYPE before LANG", map[string]string{"LC_CTYPE": "C.UTF-8", "LANG": "C"}, false, "unicode", false},
	}
	for _, tt := range tests {
		got := DetectGlyphs(func(k string) string { return tt.env[k] }, tt.ascii)
		if got.Name != tt.want || got.Bytes != tt.bytes {
			t.Errorf("%s: %s, bytes %v; want %s, %v", tt.name, got.Name, got.Bytes, tt.want, tt.bytes)
		}
	}
}

func TestParseMode(t *testing.T) {
	for s, want := range map[string]Mode{"": ModeAuto, "auto": ModeAuto, "dark": ModeDark, "light": ModeLight} {
		if got, err := ParseMode(s); got != want || err != nil {
			t.Errorf("ParseMode(%q) = %q, %v", s, got, err)
		}
	}
	if _, err := ParseMode("solarized"); !errors.Is(err, ErrMode) {
		t.Errorf("ParseMode(solarized): %v", err)
	}
}
