package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"jeton/model"
	"jeton/store/remote/wire"
)

// valueOut is where a value goes that was asked for: standard output or a new file. A file
// is made before anything is asked of the store, so that one that cannot be made leaves no
// token, and no reveal, behind.
type valueOut struct {
	reveal bool
	path   string
	file   *os.File
	kept   bool // the value is in the file
}

func (v *valueOut) fileFlag(c *cobra.Command) {
	c.Flags().StringVar(&v.path, "output-file", "", "write the value to `FILE`, a new one with mode 0600, instead")
}

func (v *valueOut) wanted() bool { return v.reveal || v.path != "" }

func (v *valueOut) check(cmd *cobra.Command) error {
	if cmd.Flags().Changed("output-file") && v.path == "" {
		return &usageError{"--output-file needs the name of a file", cmd.CommandPath()}
	}
	if v.path != "" && cmd.Flags().Changed("reveal") {
		return oneOf(cmd, "reveal", "output-file")
	}
	return nil
}

// open makes the file, if one was asked for.
func (v *valueOut) open() (err error) {
	if v.path == "" {
		return nil
	}
	if v.file, err = os.OpenFile(v.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return fmt.Errorf("nothing was done: %w; choose a file that is not there yet", err)
	}
	return nil
}

// write puts the value into the file, and makes sure that it stays there.
func (v *valueOut) write(value model.Secret) error {
	if v.file == nil {
		return nil
	}
	_, err := io.WriteString(v.file, value.Expose()+"\n")
	if err == nil {
		err = v.file.Sync()
	}
	if err == nil {
		err = syncDirectory(filepath.Dir(v.path))
	}
	v.kept = err == nil
	return err
}

// syncDirectory makes durable which files are in a directory.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// print writes the value to standard output.
func (v *valueOut) print(out io.Writer, value model.Secret) error {
	_, err := io.WriteString(out, value.Expose()+"\n")
	return err
}

// form adds the value to what is printed as JSON, if it is to be printed.
func (v *valueOut) form(f tokenForm, value model.Secret) tokenForm {
	if v.reveal {
		f.Secret = &wire.Value{Secret: value}
	}
	return f
}

// close closes the file, and removes it unless the value is in it.
func (v *valueOut) close() error {
	if v.file == nil {
		return nil
	}
	err := v.file.Close()
	if !v.kept {
		err = errors.Join(err, os.Remove(v.path))
	}
	return err
}
