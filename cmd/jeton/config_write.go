package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"jeton/keymap"
)

// Write prints the configuration that holds, as a file that LoadConfig reads back to the same: every setting and every
// key, each with what it means, what is allowed and where it came from.
func (c Config) Write(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# The configuration of jeton. Each line is what holds now; lines left out have their defaults.\n")
	section := ""
	for _, s := range configSettings {
		name := s.name
		if head, rest, ok := strings.Cut(s.name, "."); ok {
			if name = rest; head != section {
				section = head
				fmt.Fprintf(&b, "\n[%s]", head)
			}
		}
		value := s.get(c)
		if !s.truth {
			value = tomlString(value)
		}
		fmt.Fprintf(&b, "\n# %s\n# %s Set by: %s.\n%s = %s\n", s.help, s.limit, c.Origin(s.name), name, value)
	}
	c.writeKeys(&b)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("cannot print the configuration: %w", err)
	}
	return nil
}

func (c Config) writeKeys(b *strings.Builder) {
	b.WriteString("\n# One key, or several in brackets, the first being the one shown; [] takes them away.\n[keys]\n")
	for _, s := range keymap.Scopes() {
		fmt.Fprintf(b, "\n# %s\n", s.Title())
		for _, a := range c.Keys.In(s) {
			keys := slices.Clone(a.Keys)
			for i, key := range keys {
				keys[i] = tomlString(keymap.Written(key))
			}
			fmt.Fprintf(b, "# %s Set by: %s.\n%s = [%s]\n",
				a.Help, c.Origin("keys."+string(a.ID)), tomlString(string(a.ID)), strings.Join(keys, ", "))
		}
	}
}

// tomlString writes a basic string. All text in a Config was checked to be printable, so only two characters need escaping.
func tomlString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
