//go:build linux

package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"jeton/model"
)

// wroteNoToken looks for what was presented in everything that the proxy and jeton wrote, their logs
// above all.
func (s *scene) wroteNoToken(dir string, credential token) {
	values := map[string]bool{credential.value.Expose(): true}
	for _, header := range s.sent {
		for _, word := range strings.Fields(header) {
			if _, err := model.ParseValue(word); err == nil {
				values[word] = true
			}
		}
	}
	looked := 0
	for _, root := range []string{dir, s.world.dir} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			mine := strings.HasPrefix(d.Name(), "value-") || d.Name() == "apache-credential.conf"
			if err != nil || !d.Type().IsRegular() || mine {
				return err
			}
			looked++
			raw, err := os.ReadFile(path)
			for value := range values {
				if bytes.Contains(raw, []byte(value)) {
					s.t.Errorf("%s has a value in it", d.Name())
				}
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if looked < 5 || len(values) < 10 {
		s.t.Errorf("only %d files were looked at for %d values", looked, len(values))
	}
}
