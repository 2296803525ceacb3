package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hame/internal/casefile"

	"go.yaml.in/yaml/v3"
)

// ParseFile reads what --file gives: a form, or the plain text itself where the
// act has no coded fields, or needs a text and has its fields from flags. A file
// is a form when it is a mapping that has one of the form's keys.
func ParseFile(source string, body []byte, act casefile.Act, into casefile.Fields) (string, error) {
	plain := len(into.Ask()) == 0 || (act.Rule().NeedsText && into.Validate() == nil)
	switch form := isForm(body, into); {
	case plain && !form:
		return strings.TrimSpace(string(body)), nil
	case act.Rule().NeedsText && !form && flagsGiven(into):
		return "", Usage(into.Validate()) // the flags are wrong, and not the text
	}
	return ParseForm(source, body, into)
}

// flagsGiven reports whether some of an act's coded fields were typed already.
func flagsGiven(of casefile.Fields) bool {
	return slices.ContainsFunc(of.Ask(), func(f casefile.Field) bool { return f.Given != "" && f.Given != f.Unsaid })
}

func isForm(body []byte, of casefile.Fields) bool {
	var doc map[string]yaml.Node
	if yaml.Unmarshal(body, &doc) != nil {
		// A form with a slip in it is told of, and never taken for a text.
		return bytes.HasPrefix(body, []byte("text:")) || bytes.Contains(body, []byte("\ntext:"))
	}
	if _, text := doc["text"]; text {
		return true
	}
	return slices.ContainsFunc(of.Ask(), func(f casefile.Field) bool {
		top, _, _ := strings.Cut(f.Name, ".")
		_, there := doc[top]
		return there
	})
}

// ParseForm reads a form into an act's fields, checks them, and returns its
// text. Errors name the form and the line.
func ParseForm(source string, body []byte, into casefile.Fields) (string, error) {
	// The fields and the text as one document, so that a fault's line is the form's own.
	of := reflect.TypeOf(into)
	whole := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "Fields", Type: of.Elem(), Tag: `yaml:",inline"`},
		{Name: "Text", Type: reflect.TypeFor[string](), Tag: `yaml:"text"`},
	})).Elem()
	whole.Field(0).Set(reflect.ValueOf(into).Elem())
	err := placed(body, Decode(body, whole.Addr().Interface()), whole.Type())
	if err == nil {
		reflect.ValueOf(into).Elem().Set(whole.Field(0))
		err = into.Validate()
	}
	if err != nil {
		return "", Usage(fmt.Errorf("%s: %s", source, InWords(err)))
	}
	return strings.TrimSpace(whole.Field(1).String()), nil
}

// Decode reads a file's one YAML document into a struct, and refuses what it has no field
// for. [InWords] says what was wrong.
func Decode(body []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is no filled-in form: starter form prints one")
		}
		return err
	}
	var more yaml.Node
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return errors.New("it ends at a line of ---, and something follows: a form is one document")
	}
	return nil
}

// formValue is a value in a form, with the field that it stands in.
type formValue struct {
	field string
	at    *yaml.Node
}

// valuesOf lists the values under one of a form's, in their order.
func valuesOf(field string, n *yaml.Node) []formValue {
	var values []formValue
	switch n.Kind {
	case yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			name := strings.TrimPrefix(field+"."+n.Content[i-1].Value, ".")
			values = append(append(values, formValue{name, n.Content[i]}), valuesOf(name, n.Content[i])...)
		}
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, under := range n.Content {
			values = append(append(values, formValue{field, under}), valuesOf(field, under)...)
		}
	}
	return values
}

// placed tells of an error of decoding a form on which line and in which field its
// cause stands, as far as that can be told.
func placed(body []byte, err error, into reflect.Type) error {
	var doc yaml.Node
	if err == nil {
		return nil
	}
	if yaml.Unmarshal(body, &doc) != nil {
		return unreadable(body, err)
	}
	values := valuesOf("", &doc)
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		for i, said := range wrong.Errors {
			for _, v := range values {
				head := fmt.Sprintf("line %d: ", v.at.Line)
				if rest, ok := strings.CutPrefix(said, head+"cannot unmarshal "+v.at.ShortTag()); ok && v.field != "" &&
					isOf(rest, v.at) {
					wrong.Errors[i] = head + v.field + ": " + strings.TrimPrefix(said, head)
					break
				}
			}
		}
		return err
	}
	// What a field itself refuses comes without a place: it is the value without which
	// the error is another or none.
	for _, v := range values {
		if v.at.Kind != yaml.ScalarNode {
			continue
		}
		line := v.at.Line
		*v.at = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
		if again := doc.Decode(reflect.New(into).Interface()); again == nil || again.Error() != err.Error() {
			return fmt.Errorf("line %d: %s: %w", line, v.field, err)
		}
	}
	return err
}

// twice finds in an error that a field of a form stands there twice.
var twice = regexp.MustCompile(`line (\d+): mapping key "(.+)" already defined at line (\d+)`)

// atLine finds the line at which the reader of YAML gave up.
var atLine = regexp.MustCompile(`line (\d+)`)

// mostTried bounds how many beginnings of a form are read to find where it breaks.
const mostTried = 400

// unreadable says on which line a form stops being one, and what to do about it. The
// reader gives up where it can't go on, often many lines after what broke it: the line
// that is named is the first after the longest beginning that can be read.
func unreadable(body []byte, err error) error {
	lines := strings.Split(string(body), "\n")
	gaveUp := len(lines)
	if m := atLine.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			gaveUp = min(n+1, gaveUp)
		}
	}
	good := gaveUp
	for ; good > max(gaveUp-mostTried, 0); good-- {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(strings.Join(lines[:good], "\n")), &doc) == nil {
			break
		}
	}
	for good < len(lines)-1 && strings.TrimSpace(lines[good]) == "" {
		good++
	}
	good = min(good, len(lines)-1)
	return fmt.Errorf("line %d: %s", good+1, brokenBy(lines[good]))
}

// brokenBy says what is wrong with the line of a form that can't be read.
func brokenBy(line string) string {
	value := strings.TrimSpace(line)
	if _, after, found := strings.Cut(value, ":"); found {
		value = strings.TrimSpace(after)
	}
	switch {
	case strings.HasPrefix(strings.TrimLeft(line, " "), "\t"):
		return "it begins with a tab: indent with spaces"
	case strings.Count(value, `"`)%2 == 1, strings.HasPrefix(value, "'") && strings.Count(value, "'")%2 == 1:
		return "a quotation mark is opened and not closed"
	case strings.ContainsAny(value, "[{") && strings.Count(value, "[")+strings.Count(value, "{") > strings.Count(value,
		"]")+strings.Count(value, "}"):
		return "a bracket is opened and not closed"
	case value != "" && strings.ContainsRune("@`%&*!|>]},", rune(value[0])):
		return fmt.Sprintf("a value that begins with %c stands in quotation marks", value[0])
	case strings.Contains(value, ": "):
		return "a value with a colon in it stands in quotation marks"
	case !strings.Contains(line, ":"):
		return "it is no `field: value`, and a line of a text is indented by two spaces"
	}
	return "it can't be read as `field: value`; look at its indentation, and at the line before it"
}

// isOf says whether what YAML quotes after a kind, shortened, is of this value.
func isOf(quoted string, n *yaml.Node) bool {
	_, quoted, ok := strings.Cut(quoted, "`")
	quoted, _, _ = strings.Cut(quoted, "`")
	return !ok || strings.HasPrefix(n.Value, strings.TrimSuffix(quoted, "..."))
}

// wanted are a form's kinds in a person's words, by the types that they fill.
var wanted = map[string]string{"int": "a number", "bool": "true or false", "string": "a text",
	"[]string": "a list of texts", "[]int": "a list of numbers"}

// yamlWords are YAML's kinds in a person's words.
var yamlWords = strings.NewReplacer("!!seq", "a list", "!!map", "a group of fields",
	"!!str ", "", "!!int ", "", "!!float ", "", "!!bool ", "", "!!timestamp ", "", "!!binary ", "", "!!null ", "",
	"field ", "the form has no field ")

// InWords leaves the names of Go's types and of YAML's out of what is wrong with a form.
func InWords(err error) string {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		return strings.TrimPrefix(err.Error(), "yaml: ")
	}
	lines := make([]string, len(wrong.Errors))
	for i, line := range wrong.Errors {
		if m := twice.FindStringSubmatch(line); m != nil {
			lines[i] = fmt.Sprintf("line %s: %s stands here again, after line %s: leave one of them out", m[1], m[2], m[3])
			continue
		}
		line, _, _ = strings.Cut(line, " in type ")
		line, into, _ := strings.Cut(line, " into ")
		want := wanted[strings.TrimPrefix(into, "*")]
		if want == "" {
			want = "something else"
		}
		line = strings.Replace(line, "cannot unmarshal ", want+" is wanted here, not ", 1)
		lines[i] = strings.TrimSuffix(yamlWords.Replace(line), " not found")
	}
	return strings.Join(lines, "; ")
}
