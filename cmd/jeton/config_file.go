package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"jeton/keymap"
)

// Why a configuration file does not hold. What holds instead is the default of everything: nothing is half applied.
var (
	ErrConfigMissing    = errors.New("no such configuration file")
	ErrConfigUnreadable = errors.New("cannot read the configuration file")
	ErrConfigRefused    = errors.New("the configuration file is refused")
)

// maxConfig is more than anyone writes by hand, in bytes; all settings and keys printed with comments take a fifth of it.
const maxConfig = 64 << 10

// A ConfigProblem is one reason why a configuration file is refused.
type ConfigProblem struct {
	File         string
	Line, Column int    // counted from 1, the column in bytes
	Name         string // the setting; empty for what is no TOML
	Value        string // as quoted in the file, shortened; empty when the name is the problem
	What         string // with what to do next
}

// Error writes file:line:column, the setting and its value before the reason, on one line.
func (p *ConfigProblem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	if p.Name != "" {
		b.WriteString(p.Name)
		if p.Value != "" {
			b.WriteString(" = " + p.Value)
		}
		b.WriteString(": ")
	}
	return b.String() + p.What
}

// LoadConfig reads the configuration file over the defaults. No file, or no path, is the defaults, unless the path was
// asked for explicitly (ErrConfigMissing). All problems of a file are reported at once, as *ConfigProblem under
// ErrConfigRefused, and the defaults are returned with them. A file may have up to 64 KiB.
func LoadConfig(path string, explicit bool) (Config, error) {
	if path == "" && !explicit {
		return defaultConfig(), nil
	}
	data, err := readConfig(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !explicit {
			return defaultConfig(), nil
		}
		return defaultConfig(), fmt.Errorf("%w: %q; create it, or leave out --config and JETON_CONFIG", ErrConfigMissing, path)
	}
	if err != nil {
		return defaultConfig(), fmt.Errorf("%w: %q: %w; correct that, or start with --config /dev/null", ErrConfigUnreadable, path, err)
	}
	return parseConfig(path, data)
}

// readConfig reads a file or the null device. It does not wait for a pipe to be written.
func readConfig(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, withoutPath(err)
	} else if null, err := os.Stat(os.DevNull); !info.Mode().IsRegular() && !info.IsDir() && (err != nil || !os.SameFile(info, null)) {
		return nil, errors.New("not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if len(data) > maxConfig {
		return nil, errors.New("more than 64 KiB")
	}
	return data, nil
}

// withoutPath leaves out the path, which the caller names.
func withoutPath(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

// parseConfig reads a whole file, from anywhere, over the defaults.
func parseConfig(path string, data []byte) (Config, error) {
	r := configReading{file: path, config: defaultConfig(), at: map[string]tomlEntry{}}
	entries, broken := parseTOML(data)
	for _, e := range entries {
		r.take(e)
	}
	r.takeKeys()
	if broken != nil && !r.blames(broken.line) {
		r.refuse(*broken, "", broken.text+"; correct this first, what follows may not have been read")
	}
	if len(r.problems) == 0 {
		return r.config, nil
	}
	slices.SortStableFunc(r.problems, func(a, b *ConfigProblem) int { return cmp.Compare(a.Line, b.Line) })
	all := make([]error, len(r.problems))
	for i, p := range r.problems {
		all[i] = p
	}
	return defaultConfig(), fmt.Errorf("%w, for %s; correct that, or start with --config /dev/null\n%w",
		ErrConfigRefused, reasonCount(len(all)), errors.Join(all...))
}

func reasonCount(problems int) string {
	if problems == 1 {
		return "one reason"
	}
	return strconv.Itoa(problems) + " reasons"
}

// configReading is one file on its way to a Config.
type configReading struct {
	file     string
	config   Config
	at       map[string]tomlEntry // what was set, by name
	keys     []keymap.Override
	problems []*ConfigProblem
}

// take applies one entry, or says why not.
func (r *configReading) take(e tomlEntry) {
	if first, twice := r.at[e.name]; twice {
		r.refuse(e, "", fmt.Sprintf("is set on line %d already; keep one of the two", first.line))
		return
	}
	r.at[e.name] = e
	if id, ok := strings.CutPrefix(e.name, "keys."); ok && e.kind != tomlHeader {
		r.takeKey(keymap.ID(id), e)
		return
	}
	i := slices.IndexFunc(configSettings, func(s configSetting) bool { return s.name == e.name })
	switch {
	case i < 0 || e.kind == tomlHeader:
		r.takeUnknown(e)
	case configSettings[i].truth && e.kind != tomlTruth:
		r.refuse(e, e.shown(), "must be true or false, without quotes")
	case !configSettings[i].truth && e.kind != tomlText:
		r.refuse(e, e.shown(), "must stand in quotes, such as "+strconv.Quote(configSettings[i].get(defaultConfig())))
	default:
		if why := configSettings[i].set(&r.config, e.text); why != "" {
			r.refuse(e, e.shown(), why)
			return
		}
		r.config = r.config.from(e.name, Origin{FromFile, r.file, e.line})
	}
}

// takeUnknown refuses what is no setting; the head of a section that exists is fine.
func (r *configReading) takeUnknown(e tomlEntry) {
	var names []string
	for _, s := range configSettings {
		names = append(names, s.name)
	}
	near := keymap.Nearest(e.name, names)
	for _, a := range r.config.Keys.Actions() {
		names = append(names, "keys."+string(a.ID))
	}
	section := slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, e.name+".") })
	switch {
	case section && e.kind == tomlHeader:
	case section:
		r.refuse(e, "", "is a section; write ["+e.name+"] and its settings on the lines below")
	case e.kind == tomlHeader:
		r.refuse(e, "", "no such section; there are [clipboard], [reveal], [undo], [store] and [keys]")
	case near != "":
		r.refuse(e, "", "no such setting; did you mean "+near+"?")
	default:
		r.refuse(e, "", "no such setting; remove it, or print the configuration to see them all")
	}
}

// takeKey notes one action's keys. They are checked together, since two actions may trade theirs.
func (r *configReading) takeKey(id keymap.ID, e tomlEntry) {
	switch e.kind {
	case tomlText:
		r.keys = append(r.keys, keymap.Override{ID: id, Keys: []string{e.text}, Line: e.line})
	case tomlList:
		r.keys = append(r.keys, keymap.Override{ID: id, Keys: e.list, Line: e.line})
	default:
		r.refuse(e, e.shown(), `must be a key in quotes, or several in brackets: ["r", "f5"]`)
	}
}

// takeKeys gives the actions their keys.
func (r *configReading) takeKeys() {
	keys, err := r.config.Keys.With(r.keys...)
	if err != nil {
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			var p *keymap.Problem
			if errors.As(e, &p) {
				value := ""
				if p.Key != "" {
					value = quotedShort(p.Key)
				}
				r.refuse(r.at["keys."+string(p.ID)], value, p.What)
			}
		}
		return
	}
	r.config.Keys = keys
	for _, o := range r.keys {
		r.config = r.config.from("keys."+string(o.ID), Origin{FromFile, r.file, o.Line})
	}
}

func (r *configReading) refuse(e tomlEntry, value, what string) {
	file := r.file
	if !printable(file) {
		file = strconv.Quote(file)
	}
	r.problems = append(r.problems, &ConfigProblem{file, e.line, e.column, e.title(), value, what})
}

func (r *configReading) blames(line int) bool {
	return slices.ContainsFunc(r.problems, func(p *ConfigProblem) bool { return p.Line == line })
}
