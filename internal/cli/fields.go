package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"

	"github.com/spf13/pflag"
)

// UsageLine is the line that says how an act is typed: what it is about, and what it can't
// do without.
func UsageLine(rule *casefile.ActRule) string {
	about := map[casefile.Subject]string{casefile.AboutPerson: "REF/N", casefile.AboutPersonOrAll: "REF[/N]",
		casefile.AboutLetter:         "ID",
		casefile.AboutRepresentation: "REF ID", casefile.AboutDifference: "REF ID", casefile.AboutRequest: "REF ID"}[rule.Subject]
	if about == "" {
		about = "REF"
	}
	line := rule.Verb() + " " + about
	if rule.Many {
		line += "..."
	}
	typed, inForm := TypedFields(casefile.NewFields(rule.Act))
	for _, f := range typed {
		switch {
		case f.Optional:
		case len(f.Switches) == 0:
			line += fmt.Sprintf(" --%s %s", f.Flag(), valueOf(f))
		case f.Unsaid == "":
			var names []string
			for _, s := range f.Switches {
				names = append(names, "--"+casefile.Field{Name: s.Code}.Flag())
			}
			line += " " + strings.Join(names, "|")
		}
	}
	if rule.NeedsText || inForm {
		line += " --file F"
	}
	return line
}

// TypedFields lists the coded fields that have a flag each: none where some stand in a
// form only, for then the others are filled in beside them.
func TypedFields(fields casefile.Fields) (typed []casefile.Field, inForm bool) {
	typed = fields.Ask()
	if slices.ContainsFunc(typed, func(f casefile.Field) bool { return !f.IsTyped() }) {
		return nil, true
	}
	return typed, false
}

// valueOf is what a usage line calls the value of a field.
func valueOf(f casefile.Field) string {
	if len(f.Codes) > 0 {
		return "CODE"
	}
	if _, err := clock.ParseDate(f.Such); err == nil {
		return "DATE"
	}
	if _, err := strconv.Atoi(f.Such); err == nil {
		return "N"
	}
	return "NAME"
}

// AddField adds the flag of a coded field, or one for each of its switches.
func AddField(set *pflag.FlagSet, fields casefile.Fields, f casefile.Field) {
	if f.Unsaid != "" {
		_ = casefile.SetField(fields, f.Name, f.Unsaid) // a code of its own list
	}
	if len(f.Switches) == 0 {
		set.Var(fieldFlag{fields, f.Name, valueOf(f)}, f.Flag(), Question(f))
		return
	}
	chosen := new(string)
	for _, s := range f.Switches {
		name := casefile.Field{Name: s.Code}.Flag()
		set.Var(choice{fields, f.Name, s.Code, chosen}, name, s.Means)
		set.Lookup(name).NoOptDefVal = "true"
	}
}

// AskedOf adds the flags of some coded fields of an act whose other fields are typed
// as arguments.
func AskedOf(set *pflag.FlagSet, fields casefile.Fields, names ...string) {
	for _, name := range names {
		AddField(set, fields, casefile.Asked(fields, name))
	}
}

// Question is what a form says beside a field.
func Question(f casefile.Field) string {
	s := f.Takes()
	if f.Help != "" {
		s += ": " + f.Help
	}
	return s
}

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

// Set takes the value as it was typed, and refuses a code that the field does not have: what
// the flag got wrong is never said of a file. The act's fields are validated as a whole.
func (f fieldFlag) Set(s string) error {
	if codes := casefile.Asked(f.fields, f.name).Codes; s != "" && len(codes) > 0 && !slices.Contains(codes, s) {
		return fmt.Errorf("it must be one of %s", strings.Join(codes, ", "))
	}
	return casefile.SetField(f.fields, f.name, s)
}

// Type names what the flag takes.
func (f fieldFlag) Type() string {
	switch f.takes {
	case "DATE", "N":
		return f.takes
	}
	return "string"
}

// IsSwitch reports whether a flag stands for one of several codes of a field.
func IsSwitch(f pflag.Value) bool {
	_, is := f.(choice)
	return is
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
