package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlKind is what stands behind the equals sign.
type tomlKind uint8

const (
	tomlHeader tomlKind = iota // nothing: the head of a section, or an empty inline one
	tomlText
	tomlTruth
	tomlList // of texts
	tomlOther
)

// A tomlEntry is one setting as the file has it, with its place.
type tomlEntry struct {
	name         string // section and name, with dots
	line, column int    // of the name, counted from 1, the column in bytes
	kind         tomlKind
	text         string
	list         []string
}

// title is the name as errors show it: an action's is quoted, as in the file, and so is what could not be read plainly.
func (e tomlEntry) title() string {
	if id, ok := strings.CutPrefix(e.name, "keys."); ok {
		return "keys." + quotedShort(id)
	}
	if shown := quotedShort(e.name); len(shown) != len(e.name)+2 {
		return shown
	}
	return e.name
}

// shown is the value as errors show it; empty for what has several parts.
func (e tomlEntry) shown() string {
	switch e.kind {
	case tomlText:
		return quotedShort(e.text)
	case tomlTruth, tomlOther:
		if printable(e.text) && len(e.text) <= 60 {
			return e.text
		}
	}
	return ""
}

// parseTOML returns every setting of a file in its order, and the first place where it is no TOML, if any; what
// follows that place is not among the settings. The decoder says whether it is TOML, the parser where each name stands.
func parseTOML(data []byte) (entries []tomlEntry, broken *tomlEntry) {
	var whole map[string]any
	if err := toml.Unmarshal(data, &whole); err != nil {
		broken = &tomlEntry{line: 1, column: 1, text: err.Error()}
		if d := (*toml.DecodeError)(nil); errors.As(err, &d) {
			broken.line, broken.column = d.Position()
			broken.text = strings.TrimPrefix(d.Error(), "toml: ")
		}
		if !printable(broken.text) {
			broken.text = strconv.Quote(broken.text)
		}
	}
	p := unstable.Parser{}
	p.Reset(data)
	section := ""
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.KeyValue:
			entries = append(entries, tomlValues(&p, section, e)...)
		case unstable.Table, unstable.ArrayTable:
			head := tomlName(&p, "", e)
			section = head.name + "."
			if e.Kind == unstable.ArrayTable {
				head.kind = tomlOther
			}
			entries = append(entries, head)
		}
	}
	return entries, broken
}

// tomlValues returns the setting of one line, or those of its inline table.
func tomlValues(p *unstable.Parser, section string, node *unstable.Node) []tomlEntry {
	e, value := tomlName(p, section, node), node.Value()
	switch value.Kind {
	case unstable.String:
		e.kind, e.text = tomlText, string(value.Data)
	case unstable.Bool:
		e.kind, e.text = tomlTruth, string(value.Data)
	case unstable.Array:
		e.kind, e.list = tomlTexts(value)
	case unstable.InlineTable:
		all := []tomlEntry{e}
		for it := value.Children(); it.Next(); {
			all = append(all, tomlValues(p, e.name+".", it.Node())...)
		}
		return all
	default:
		e.kind, e.text = tomlOther, string(value.Data)
	}
	return []tomlEntry{e}
}

func tomlTexts(array *unstable.Node) (tomlKind, []string) {
	var all []string
	for it := array.Children(); it.Next(); {
		switch n := it.Node(); n.Kind {
		case unstable.String:
			all = append(all, string(n.Data))
		case unstable.Comment:
		default:
			return tomlOther, nil
		}
	}
	return tomlList, all
}

// tomlName returns the entry that a name stands for, still without its value.
func tomlName(p *unstable.Parser, section string, node *unstable.Node) tomlEntry {
	var e tomlEntry
	var parts []string
	for it := node.Key(); it.Next(); {
		key := it.Node()
		if parts == nil {
			start := p.Shape(key.Raw).Start
			e.line, e.column = start.Line, start.Column
		}
		parts = append(parts, string(key.Data))
	}
	e.name = section + strings.Join(parts, ".")
	return e
}
