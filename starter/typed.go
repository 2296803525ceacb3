package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hame/internal/casefile"
	"hame/internal/filekind"
	"hame/internal/gazetteer"
)

// Sizes, in bytes, above which what is typed or given as a file is refused [D].
const (
	maxTyped  = 4096      // an argument, or a flag's value
	maxInput  = 1 << 20   // a form, a text, or a list of references
	maxExport = 256 << 20 // an export of the heads of all chains
)

// checkTyped looks at every argument and flag of every command, before anything
// is done: a value that is empty was meant to be another, and one that a terminal
// would obey, or that nobody types, is none of Hame's.
func checkTyped(c *cobra.Command, args []string) error {
	for i, arg := range args {
		if err := typed(arg); err != nil {
			return usageError{fmt.Errorf("argument %d %w", i+1, err)}
		}
	}
	var wrong error
	c.Flags().Visit(func(f *pflag.Flag) {
		err := typed(f.Value.String())
		if nothing, takesText := map[string]string{"string": "", "stringSlice": "[]"}[f.Value.Type()]; takesText && f.Value.String() == nothing {
			err = errors.New("is empty: give it a value, or leave it out")
		}
		if err != nil && wrong == nil {
			wrong = usageError{fmt.Errorf("--%s %w", f.Name, err)}
		}
	})
	return wrong
}

func typed(s string) error {
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

// flagError says of a flag's value what the flag takes, without the names of
// Go's functions.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if act := c.Annotations[actAnnotation]; act != "" && errors.As(err, &unknown) && unknown.GetSpecifiedName() == "on" {
		return takesNoDay(casefile.Act(act))
	}
	var invalid *pflag.InvalidValueError
	var number *strconv.NumError
	if !errors.As(err, &invalid) || !errors.As(err, &number) {
		return usageError{err}
	}
	takes := map[string]string{"bool": "true or false", "uint64": "a whole number from 0"}[invalid.GetFlag().Value.Type()]
	if takes == "" {
		takes = "a whole number"
	}
	return usageError{fmt.Errorf("--%s takes %s, not %q", invalid.GetFlag().Name, takes, invalid.GetValue())}
}

// countFlag is a flag that takes a whole number from 1 on.
type countFlag struct{ n *int }

func (f countFlag) String() string {
	if f.n == nil {
		return ""
	}
	return strconv.Itoa(*f.n)
}

// Set reads a number.
func (f countFlag) Set(s string) (err error) {
	*f.n, err = casefile.ParseNumber(s, casefile.MaxItem)
	return err
}

// Type names what the flag takes.
func (countFlag) Type() string { return "N" }

// limited adds the flag that bounds a list.
func limited(set *pflag.FlagSet, into *int, most int) {
	*into = most
	set.Var(countFlag{into}, "limit", "how many at most")
}

// codeFlag is a flag that takes one of several codes.
type codeFlag[T ~string] struct {
	into  *T
	codes []T
}

func (f codeFlag[T]) String() string {
	if f.into == nil {
		return ""
	}
	return string(*f.into)
}

// Set takes a code.
func (f codeFlag[T]) Set(s string) error {
	if s != "" && !slices.Contains(f.codes, T(s)) {
		return fmt.Errorf("it must be one of %s", joined(f.codes))
	}
	*f.into = T(s)
	return nil
}

// Type is that of a word.
func (codeFlag[T]) Type() string { return "string" }

// councilFlag is a flag that takes a council's GSS code.
type councilFlag struct{ into *string }

func (f councilFlag) String() string {
	if f.into == nil {
		return ""
	}
	return *f.into
}

// Set takes a code.
func (f councilFlag) Set(s string) error {
	if s != "" && gazetteer.CouncilName(s) == "" {
		return errors.New("it must be a council's GSS code, such as S12000049 for Glasgow")
	}
	*f.into = s
	return nil
}

// Type is that of a word.
func (councilFlag) Type() string { return "string" }

// fieldFlag is a flag that gives a coded field of an act its value. takes is what a
// usage line calls the value.
type fieldFlag struct {
	fields casefile.Fields
	name   string
	takes  string
}

func (f fieldFlag) String() string {
	if f.fields == nil {
		return ""
	}
	return casefile.Asked(f.fields, f.name).Given
}

// Set takes the value as it was typed; the act's fields are validated as a whole.
func (f fieldFlag) Set(s string) error { return casefile.SetField(f.fields, f.name, s) }

// Type names what the flag takes.
func (f fieldFlag) Type() string {
	switch f.takes {
	case "DATE", "N":
		return f.takes
	}
	return "string"
}

// choice is a flag without a value that stands for one of several codes of a field.
type choice struct {
	fields casefile.Fields
	name   string
	code   string
	chosen *string // shared by the flags of which one is chosen
}

func (c choice) String() string { return "" }

// Set chooses the code.
func (c choice) Set(s string) error {
	switch {
	case s != "true":
		return errors.New("it takes no value")
	case *c.chosen != "" && *c.chosen != c.code:
		return fmt.Errorf("--%s was given already: only one of them can be", strings.ReplaceAll(*c.chosen, "_", "-"))
	}
	*c.chosen = c.code
	return casefile.SetField(c.fields, c.name, c.code)
}

// Type is that of a switch.
func (choice) Type() string { return "bool" }

// readBounded reads a file, or - for standard input, of at most so many bytes:
// what is larger, or never ends, is refused before it fills the memory.
func readBounded(name string, most int64) ([]byte, error) {
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
	return fmt.Errorf("%s is larger than %d MiB", inputName(name), most>>20)
}

// fileError leaves the system's call out of what is wrong with a file.
func fileError(name string, err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s can't be read: %w", inputName(name), err)
}

// readInput reads what a flag names: a form, a text or a list, as a file or - for
// standard input.
func readInput(flag, name string) ([]byte, error) {
	body, err := readBounded(name, maxInput)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", flag, err)}
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
		return nil, usageError{fmt.Errorf("%s: %s %w", flag, inputName(name), err)}
	}
	return body, nil
}

// What is told of one thing that went wrong: so many lines of so many characters
// [D]. What is longer is cut in its middle, for what to do next stands at its end.
const (
	maxLines      = 40
	maxCharacters = 400
)

// shownSafely makes a message fit for a terminal, whatever it quotes of what was
// typed or stands in a file: short, and without characters that it would obey.
func shownSafely(message string) string {
	lines := strings.Split(strings.ToValidUTF8(message, "\ufffd"), "\n")
	if more := len(lines) - maxLines; more > 0 {
		lines = append(lines[:maxLines], fmt.Sprintf("and %d more lines", more))
	}
	for i, line := range lines {
		runes := []rune(strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return ' '
			case !unicode.IsGraphic(r):
				return unicode.ReplacementChar
			}
			return r
		}, line))
		if len(runes) > maxCharacters {
			runes = slices.Concat(runes[:maxCharacters/2], []rune(" … "), runes[len(runes)-maxCharacters/2:])
		}
		lines[i] = string(runes)
	}
	return strings.Join(lines, "\n")
}
