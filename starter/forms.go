package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
	"golang.org/x/term"

	"hame/internal/casefile"
)

func (a *app) formCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "form KIND [REF[/N]]", Short: "print the commented form of an act, such as decision.propose (recorded as a read)", Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 {
				return usageError{fmt.Errorf("form takes a kind and a case reference: %s", c.UseLine())}
			}
			act := casefile.Act(args[0])
			rule := act.Rule()
			if !act.Known() {
				return usageError{fmt.Errorf("%q is no kind of act; a kind is written with a dot, such as welfare.report", act)}
			}
			switch does := commandOf(c.Root(), act); {
			case does == nil:
				return usageError{fmt.Errorf("%s has no form: nobody types it", act)}
			case does.Flags().Lookup("file") == nil:
				return usageError{fmt.Errorf("%s has no form; its command is %s", act, strings.TrimSuffix(does.UseLine(), " [flags]"))}
			}
			if (rule.Subject == casefile.AboutLane) != (len(args) == 1) {
				return usageError{fmt.Errorf("form takes a kind and a case reference, and for an act on a lane its kind alone: %s", c.UseLine())}
			}
			ref, no := "", 0
			if len(args) == 2 {
				var err error
				if ref, no, err = casefile.ParsePersonReference(args[1]); err != nil {
					return err
				}
			}
			if ref != "" {
				if err := rightSubject(rule, ref, no); err != nil {
					return err
				}
			}
			form, err := a.form(c.Context(), act, ref, no, casefile.NewFields(act))
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.OutOrStdout(), form)
			return err
		},
	}, "whoever sees the case")
}

// commandOf is the command that does an act, among those under another.
func commandOf(c *cobra.Command, act casefile.Act) *cobra.Command {
	if c.Annotations[actAnnotation] == string(act) {
		return c
	}
	for _, under := range c.Commands() {
		if found := commandOf(under, act); found != nil {
			return found
		}
	}
	return nil
}

// form prints the form of an act, filled with what is given and with what the
// case file tells.
func (a *app) form(ctx context.Context, act casefile.Act, ref string, subject int, fields casefile.Fields) (string, error) {
	rule := act.Rule()
	var file caseFile
	on := "a lane"
	if ref != "" {
		on = reference(ref, subject)
		var err error
		if file, _, err = a.read(ctx, ref, "form "+string(act)); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s on %s: %s.\n# Lines that begin with # are not sent. Give this file with --file.\n", act, on, rule.InWords)
	heading := ""
	for _, f := range fields.Ask() {
		top, name, nested := strings.Cut(f.Name, ".")
		switch {
		case f.Shape == casefile.Revision:
			fmt.Fprintf(&b, "revision: %d   # of the file you have read\n", file.Revision)
		case f.Shape == casefile.EachPerson:
			fmt.Fprintf(&b, "%s:        # %s\n", f.Name, f.Takes())
			for _, p := range file.People {
				fmt.Fprintf(&b, "  - {person: %d, %s: }\n", p.No, strings.TrimSuffix(f.Name, "s"))
			}
		case f.Shape == casefile.EachFactor:
			b.WriteString(factorForm(file, f))
		case f.Shape == casefile.List:
			fmt.Fprintf(&b, "%s: [%s]   # %s\n", f.Name, f.Given, question(f))
		case nested:
			if top != heading {
				fmt.Fprintf(&b, "%s:   # each: %s\n", top, question(f))
			}
			fmt.Fprintf(&b, "  %s: %s\n", name, f.Given)
		default:
			fmt.Fprintf(&b, "%-24s # %s\n", f.Name+": "+f.Given, question(f))
		}
		heading = top
	}
	if act.Rule().NeedsText {
		b.WriteString("text: |\n  \n")
	}
	return b.String(), nil
}

// question is what a form says beside a field.
func question(f casefile.Field) string {
	s := f.Takes()
	if f.Help != "" {
		s += ": " + f.Help
	}
	return s
}

func factorForm(file caseFile, field casefile.Field) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# A finding under each of the eight factors of paragraph 395C: %s. Person 0 is\n", field.Takes())
	b.WriteString("# the whole family. A finding against somebody cites the evidence it rests on; none may rest on a gap.\n# The evidence on file:\n")
	for _, e := range file.Evidence {
		fmt.Fprintf(&b, "#   %d: %s", e.No, e.Provider)
		if e.Person > 0 {
			fmt.Fprintf(&b, "/%d", e.Person)
		}
		fmt.Fprintf(&b, ", %s, %s\n", e.Result, e.ReceivedOn)
	}
	fmt.Fprintf(&b, "%s:\n", field.Name)
	for _, f := range casefile.Factors {
		fmt.Fprintf(&b, "  - {person: 0, factor: %s, finding: , evidence: []}\n", f)
	}
	return b.String()
}

// readForm fills an act's fields from a form and returns its free text, which
// never comes from a flag. The form is that of --file, or where the act needs
// one and somebody sits at a terminal, one opened in their editor: that one is
// kept until the act is recorded.
func (a *app) readForm(c *cobra.Command, act casefile.Act, ref string, subject int, fields casefile.Fields, file string) (text string, kept *keptForm, err error) {
	switch {
	case file != "":
		body, err := readInput("--file", file)
		if err != nil {
			return "", nil, err
		}
		text, err = parseFile(inputName(file), body, act, fields)
		return text, nil, err
	case fields.Validate() == nil && !act.Rule().NeedsText:
		return "", nil, nil
	case fields.Validate() != nil && fieldsGiven(c):
		return "", nil, usageError{fields.Validate()}
	}
	about := reference(ref, subject)
	editor := os.Getenv("EDITOR")
	if editor == "" || !atTerminal() {
		missing := fields.Validate()
		if missing == nil {
			missing = errors.New("text: it is nothing without its text")
		}
		return "", nil, usageError{fmt.Errorf("%s: %w; it needs a form: `starter form %s %s > form.yaml`, fill it in, and give it with --file form.yaml", act, missing, act, about)}
	}
	form, err := a.form(c.Context(), act, ref, subject, fields)
	if err != nil {
		return "", nil, err
	}
	body, kept, err := edit(c.Context(), editor, act, about, form)
	if err != nil {
		return "", nil, err
	}
	text, err = parseForm(kept.path, body, fields)
	if err == nil && act.Rule().NeedsText && text == "" {
		err = usageError{fmt.Errorf("%s: text: %s is nothing without its text", kept.path, act)}
	}
	if err != nil {
		return "", nil, kept.settle(err)
	}
	return text, kept, nil
}

// readListForm is readForm for a list, which has one form for all and no editor.
func readListForm(act casefile.Act, fields casefile.Fields, file string) (text string, err error) {
	if file != "" {
		body, err := readInput("--file", file)
		if err != nil {
			return "", err
		}
		if text, err = parseFile(inputName(file), body, act, fields); err != nil {
			return "", err
		}
	}
	if err := fields.Validate(); err != nil {
		return "", usageError{err}
	}
	if act.Rule().NeedsText && text == "" {
		return "", usageError{fmt.Errorf("%s needs its text, one for all of the list: give it with --file", act)}
	}
	return text, nil
}

// fieldsGiven reports whether some of an act's coded fields came from flags.
func fieldsGiven(c *cobra.Command) bool {
	var common actFlags
	others := pflag.NewFlagSet("", pflag.ContinueOnError)
	common.add(others, casefile.ActContact) // one that takes all of them
	common.addFile(others)
	given := false
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		given = given || (f.Changed && others.Lookup(f.Name) == nil)
	})
	return given
}

// parseFile reads what --file gives: a form, or the plain text itself where the
// act has no coded fields, or needs a text and has its fields from flags. A file
// is a form when it is a mapping that has one of the form's keys.
func parseFile(source string, body []byte, act casefile.Act, into casefile.Fields) (string, error) {
	plain := len(into.Ask()) == 0 || (act.Rule().NeedsText && into.Validate() == nil)
	if plain && !isForm(body, into) {
		return strings.TrimSpace(string(body)), nil
	}
	return parseForm(source, body, into)
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

// parseForm reads a form into an act's fields, checks them, and returns its
// text. Errors name the form and the line.
func parseForm(source string, body []byte, into casefile.Fields) (string, error) {
	// The fields and the text as one document, so that a fault's line is the form's own.
	of := reflect.TypeOf(into)
	whole := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "Fields", Type: of.Elem(), Tag: `yaml:",inline"`},
		{Name: "Text", Type: reflect.TypeFor[string](), Tag: `yaml:"text"`},
	})).Elem()
	whole.Field(0).Set(reflect.ValueOf(into).Elem())
	err := placed(body, decodeForm(body, whole.Addr().Interface()), whole.Type())
	if err == nil {
		reflect.ValueOf(into).Elem().Set(whole.Field(0))
		err = into.Validate()
	}
	if err != nil {
		return "", usageError{fmt.Errorf("%s: %s", source, inWords(err))}
	}
	return strings.TrimSpace(whole.Field(1).String()), nil
}

// decodeForm reads a form's one YAML document, and refuses what it has no field for.
func decodeForm(body []byte, into any) error {
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
	if err == nil || yaml.Unmarshal(body, &doc) != nil {
		return err
	}
	values := valuesOf("", &doc)
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		for i, said := range wrong.Errors {
			for _, v := range values {
				head := fmt.Sprintf("line %d: ", v.at.Line)
				if rest, ok := strings.CutPrefix(said, head+"cannot unmarshal "+v.at.ShortTag()); ok && v.field != "" && isOf(rest, v.at) {
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

// isOf says whether what YAML quotes after a kind, shortened, is of this value.
func isOf(quoted string, n *yaml.Node) bool {
	_, quoted, ok := strings.Cut(quoted, "`")
	quoted, _, _ = strings.Cut(quoted, "`")
	return !ok || strings.HasPrefix(n.Value, strings.TrimSuffix(quoted, "..."))
}

// wanted are a form's kinds in a person's words, by the types that they fill.
var wanted = map[string]string{"int": "a number", "bool": "true or false", "string": "a text", "[]string": "a list of texts", "[]int": "a list of numbers"}

// yamlWords are YAML's kinds in a person's words.
var yamlWords = strings.NewReplacer("!!seq", "a list", "!!map", "a group of fields",
	"!!str ", "", "!!int ", "", "!!float ", "", "!!bool ", "", "!!timestamp ", "", "!!binary ", "", "!!null ", "", "field ", "the form has no field ")

// inWords leaves the names of Go's types and of YAML's out of what is wrong with a form.
func inWords(err error) string {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		return strings.TrimPrefix(err.Error(), "yaml: ")
	}
	lines := make([]string, len(wrong.Errors))
	for i, line := range wrong.Errors {
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

// atTerminal tells whether somebody can be asked to fill a form in. Tests say so
// themselves.
var atTerminal = func() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
