package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode"
	"unicode/utf8"

	"hame/internal/filekind"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// UsageError is something typed wrongly.
type UsageError struct{ Cause error }

// Error is what was wrong.
func (e UsageError) Error() string { return e.Cause.Error() }

// Unwrap returns what was wrong.
func (e UsageError) Unwrap() error { return e.Cause }

// Usage says that something was typed wrongly.
func Usage(err error) error { return UsageError{err} }

// InputName is what a message calls an input: a file, or - for standard input.
func InputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// Sizes, in bytes, above which what is typed or given as a file is refused [D].
const (
	maxTyped  = 4096      // an argument, or a flag's value
	MaxInput  = 1 << 20   // a form, a text, or a list of references
	MaxExport = 256 << 20 // an export of the heads of all chains
)

// CheckTyped looks at every argument and flag of a command before anything is done. It
// refuses empty values, usually an unset shell variable, and control characters.
func CheckTyped(c *cobra.Command, args []string) error {
	for i, arg := range args {
		if err := FitsTyped(arg); err != nil {
			return Usage(fmt.Errorf("argument %d %w", i+1, err))
		}
	}
	var wrong error
	c.Flags().Visit(func(f *pflag.Flag) {
		err := FitsTyped(f.Value.String())
		if nothing, takesText := map[string]string{"string": "", "stringSlice": "[]"}[f.Value.Type()]; takesText &&
			f.Value.String() == nothing {
			err = errors.New("is empty: give it a value, or leave it out")
		}
		if err != nil && wrong == nil {
			wrong = Usage(fmt.Errorf("--%s %w", f.Name, err))
		}
	})
	return wrong
}

// FitsTyped refuses what nobody types: what is too long, not UTF-8, or holds control
// characters.
func FitsTyped(s string) error {
	if len(s) > maxTyped {
		return fmt.Errorf("is %d bytes long: at most %d are taken", len(s), maxTyped)
	}
	if !utf8.ValidString(s) {
		return errors.New("is not in UTF-8")
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return fmt.Errorf("holds the character %U, which is none that is typed: %q", r, s)
		}
	}
	return nil
}

// ReadBounded reads a file, or - for standard input, of at most so many bytes:
// what is larger, or never ends, is refused before it fills the memory.
func ReadBounded(name string, most int64) ([]byte, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fileError(name, err)
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	var body bytes.Buffer
	if info, err := in.Stat(); err == nil && info.Mode().IsRegular() {
		if info.Size() > most {
			return nil, tooLarge(name, most)
		}
		body.Grow(int(info.Size()) + bytes.MinRead) // so that a large file is not copied as it grows
	}
	switch read, err := body.ReadFrom(io.LimitReader(in, most+1)); {
	case err != nil:
		return nil, fileError(name, err)
	case read > most:
		return nil, tooLarge(name, most)
	}
	return body.Bytes(), nil
}

func tooLarge(name string, most int64) error {
	return fmt.Errorf("%s is larger than %d MiB", InputName(name), most>>20)
}

// fileError leaves the system's call out of what is wrong with a file.
func fileError(name string, err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s can't be read: %w", InputName(name), err)
}

// ReadInput reads what a flag names: a form, a text or a list, as a file or - for
// standard input.
func ReadInput(flag, name string) ([]byte, error) {
	body, err := ReadBounded(name, MaxInput)
	if err != nil {
		return nil, Usage(fmt.Errorf("%s: %w", flag, err))
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		err = errors.New("is empty")
	case filekind.Of(body) == filekind.UTF16:
		err = errors.New("is a text in UTF-16: save it as plain text in UTF-8")
	case !utf8.Valid(body):
		err = errors.New("is no text in UTF-8: save it as plain text in UTF-8")
	case bytes.IndexByte(body, 0) >= 0:
		err = errors.New("is no text: save it as plain text in UTF-8")
	}
	if err != nil {
		return nil, Usage(fmt.Errorf("%s: %s %w", flag, InputName(name), err))
	}
	return body, nil
}
