package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/gazetteer"

	"github.com/spf13/pflag"
)

// Date is a flag that takes a day.
func Date(d *clock.Date) pflag.Value { return dateFlag{d} }

type dateFlag struct{ d *clock.Date }

func (f dateFlag) String() string {
	if f.d == nil {
		return ""
	}
	return f.d.String()
}

// Set reads a day.
func (f dateFlag) Set(s string) (err error) {
	*f.d, err = clock.ParseDate(s)
	return err
}

// Type names what the flag takes.
func (dateFlag) Type() string { return "DATE" }

// Count is a flag that takes a whole number from 1 on.
func Count(n *int) pflag.Value { return countFlag{n} }

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

// Limited adds the flag --limit, which bounds how many rows a list has; most is its default.
func Limited(set *pflag.FlagSet, into *int, most int) {
	*into = most
	set.Var(countFlag{into}, "limit", "how many at most")
}

// Code is a flag that takes one of several codes.
func Code[T ~string](into *T, codes []T) pflag.Value { return codeFlag[T]{into, codes} }

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
		return fmt.Errorf("it must be one of %s", Joined(f.codes))
	}
	*f.into = T(s)
	return nil
}

// Type is that of a word.
func (codeFlag[T]) Type() string { return "string" }

// Council is a flag that takes a council's GSS code.
func Council(into *string) pflag.Value { return councilFlag{into} }

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
