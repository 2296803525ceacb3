package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"hame/internal/clock"
)

// Fields are the coded fields of an act: what a form asks beside its free
// text. Ask lists them with their codes and what is given so far; Validate says
// what is wrong in words, naming the field.
type Fields interface {
	Ask() []Field
	Validate() error
}

// Attesting are coded fields that attest a day of their own beside the act's.
type Attesting interface {
	Fields
	// Attested returns the day, zero if none is given, the field's name, and what
	// bounds the day.
	Attested() (on clock.Date, field string, rule Day)
}

// NoFields is for acts that say all by being done.
type NoFields struct{}

// NewFields returns an empty set of an act's coded fields, to decode into.
func NewFields(a Act) Fields {
	if empty := a.Rule().Fields; empty != nil {
		return empty()
	}
	return &NoFields{}
}

// DecodeFields reads and checks an act's coded fields from JSON. The error is a
// [Refusal] with code fields.
func DecodeFields(a Act, data []byte) (Fields, error) {
	f := NewFields(a)
	if a.Rule().AskedBack() {
		data, _ = takeConfirmed(data)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(f)
	if err == nil && d.More() {
		err = errors.New("something follows them")
	}
	if err != nil {
		return nil, Refuse(RefusedFields, fmt.Sprintf("the fields of %s cannot be read: %s", a, jsonInWords(err)))
	}
	if err := f.Validate(); err != nil {
		return nil, Refuse(RefusedFields, err.Error())
	}
	return f, nil
}

// jsonInWords leaves the names of Go's types out of what json says of fields.
func jsonInWords(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Sprintf("%s: a %s does not belong there", wrong.Field, wrong.Value)
	}
	words := []rune(strings.TrimPrefix(err.Error(), "json: "))
	return string(words[:min(len(words), 200)])
}

func oneOf(field, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s is %s; it must be one of %s", field, quoted(value), strings.Join(allowed, ", "))
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Validate always passes.
func (NoFields) Validate() error { return nil }

var reasonPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

var codePattern = regexp.MustCompile(`^[A-Z0-9][A-Z0-9/-]{0,39}$`)

// validCode wants a register's code, or nothing: capitals, digits, - and /.
func validCode(field, value string) error {
	if value == "" || codePattern.MatchString(value) {
		return nil
	}
	return fmt.Errorf("%s is %s; it must be a code of capitals, digits, - and /, such as MIN-2026/014", field,
		quoted(value))
}

// inRange wants a number of something of the case, or 0 for none.
func inRange(field string, n, largest int) error {
	if n < 0 || n > largest {
		return fmt.Errorf("%s: %d is no number from 0 to %d", field, n, largest)
	}
	return nil
}

func joined[T ~string](values []T) string { return strings.Join(codes(values...), ", ") }

// Shape is how a coded field is filled in.
type Shape int

// The shapes of a field.
const (
	// One takes one code, or a day, a number or a name where there are no codes.
	One Shape = iota
	// List takes some of its codes, at least one.
	List
	// Several takes some of its codes, or none; its flag is typed once for each.
	Several
	// Revision takes the revision of the file that was read.
	Revision
	// EachPerson takes a code for each person of the family.
	EachPerson
	// EachFactor takes a finding under each factor of paragraph 395C.
	EachFactor
)

// Field is one question of an act: forms print it, and Validate holds the answer
// against its codes, so that a form never offers what is then refused.
type Field struct {
	// Name is its key in a form; "indicators.safe" stands under "indicators".
	Name string
	// Given is the answer, or empty.
	Given string
	// Codes lists what it takes. A field without codes takes what Such is an
	// example of.
	Codes []string
	Such  string
	// Help says what is asked, where the name alone does not.
	Help string
	// Switches are codes that are typed as flags of their own, such as --accepted; a field
	// without any is typed as a flag that takes its code.
	Switches []Switch
	// Unsaid is the code of a field for which nothing is typed.
	Unsaid string
	// Optional fields may stay empty; Validate says when they may not.
	Optional bool
	Shape    Shape
}

// Switch is a code that is typed as a flag, and what it means.
type Switch struct{ Code, Means string }

func switches(codesAndMeanings ...string) []Switch {
	var all []Switch
	for pair := range slices.Chunk(codesAndMeanings, 2) {
		all = append(all, Switch{pair[0], pair[1]})
	}
	return all
}

// Flag is the name of the field as a flag.
func (f Field) Flag() string { return strings.ReplaceAll(f.Name, "_", "-") }

// IsTyped reports whether the field can be given by a flag. One of another shape, or
// under a heading, stands in a form only.
func (f Field) IsTyped() bool {
	return (f.Shape == One || f.Shape == Several) && !strings.Contains(f.Name, ".")
}

// Takes says in words what the field takes.
func (f Field) Takes() string {
	if len(f.Codes) == 0 {
		return "such as " + f.Such
	}
	return strings.Join(f.Codes, ", ")
}

// Asked returns a field of an act by its name. It panics where the act has no
// such field, for names are written in the code.
func Asked(f Fields, name string) Field {
	for _, field := range f.Ask() {
		if field.Name == name {
			return field
		}
	}
	panic(fmt.Sprintf("%T asks for no %q", f, name))
}

// SetField gives a field of an act its value as it was typed: a code, a name, a whole
// number or a day. A list gets one value more. It does not validate: Validate finds a code that
// the field does not have.
func SetField(into Fields, name, value string) error {
	fields := reflect.ValueOf(into).Elem()
	for i := range fields.NumField() {
		key, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("json"), ",")
		if key != name {
			continue
		}
		switch field := fields.Field(i); v := field.Addr().Interface().(type) {
		case *int:
			n, err := ParseNumber(value, MaxItem)
			*v = n
			return err
		case *clock.Date:
			day, err := clock.ParseDate(value)
			*v = day
			return err
		default:
			if field.Kind() == reflect.Slice {
				field.Set(reflect.Append(field, reflect.ValueOf(value).Convert(field.Type().Elem())))
				return nil
			}
			field.SetString(value)
			return nil
		}
	}
	panic(fmt.Sprintf("%T has no field %q", into, name))
}

// inCodes holds the answers against the codes of their fields, and names the
// first answer that is not among them.
func inCodes(f Fields) error {
	for _, field := range f.Ask() {
		if field.Shape != One || len(field.Codes) == 0 || (field.Optional && field.Given == "") {
			continue
		}
		if field.Given == "" && len(field.Switches) > 0 {
			return fmt.Errorf("%s: say which, %s; it must be one of %s", field.Name, orSwitches(field.Switches),
				strings.Join(field.Codes, ", "))
		}
		if err := oneOf(field.Name, field.Given, field.Codes...); err != nil {
			return err
		}
	}
	return nil
}

// orSwitches lists the flags of a field's codes, of which one is typed.
func orSwitches(all []Switch) string {
	var flags []string
	for _, s := range all {
		flags = append(flags, "--"+Field{Name: s.Code}.Flag())
	}
	return strings.Join(flags, " or ")
}

func codes[T ~string](values ...T) []string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return words
}

// number writes a number that was given, and nothing for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// Ask asks nothing.
func (NoFields) Ask() []Field { return nil }
