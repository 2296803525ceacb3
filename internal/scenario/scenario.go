// Package scenario reads stories of families that a caseworker can read and check: who does
// what when, and what is then true. Tests play each of them on a world, which is the record
// with the acts done on it, or the whole system.
//
// A story is a file of lines. The first, after #, says what it shows. Then one thing a line:
//
//	family: principal 38, spouse 35, child 10   who is in it, and how old they are
//	refuse /2                                   whom the decision is going to refuse
//	at evidence                                 everything is done as usual until this stage is shown
//	after 30 days                               what is due meanwhile acts
//	morag: person died /1, shown_by certificate an officer does an act, by its name, with its fields
//	morag: person born, ..., saying X: Y        with a text
//	ailsa agrees                                the second officer agrees to what was asked for last
//	refused blocked: agnes: welfare assign /3   the act is refused, with this code
//	then ended: /1 DECEASED                     this, and nothing else, is on record
//	then awaits: welfare.assign/4               this is awaited, beside what else is
//	then asks no more: check.record/1           this is not awaited
package scenario

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"hame/internal/casefile"
)

// Person is somebody of the family of a story.
type Person struct {
	Relationship casefile.Relationship
	Age          int
}

// Kind is what a line of a story is.
type Kind int

// The kinds of line.
const (
	At     Kind = iota // everything is done as usual until a stage is shown
	After              // time passes
	Act                // an officer does something
	Agrees             // a second officer agrees to the last request, or refuses it
	Then               // what is on record
)

// Step is one line of a story.
type Step struct {
	Line    int
	Kind    Kind
	Stage   casefile.Stage // At
	Days    int            // After
	Login   string
	Act     casefile.Act
	Subject int
	Fields  casefile.Fields
	Text    string
	Finding string               // Agrees
	Refused casefile.RefusalCode // Act and Agrees; empty if it is done
	Check   string               // Then
	Wants   []string
}

// Scenario is a story.
type Scenario struct {
	Name   string // of its file
	Title  string // what it shows
	Family []Person
	Refuse []int // whom the decision refuses
	Steps  []Step
}

//go:embed stories/*.txt
var stories embed.FS

// All reads every story, in the order of their names. The error names file and line.
func All() ([]Scenario, error) {
	files, err := fs.Glob(stories, "stories/*.txt")
	if err != nil {
		return nil, err
	}
	var all []Scenario
	for _, file := range files {
		body, err := stories.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for i, part := range strings.Split("\n"+string(body), "\n# ") {
			if i == 0 {
				continue // what comes before the first story
			}
			before := strings.Count(strings.Join(strings.Split("\n"+string(body), "\n# ")[:i], "\n# "), "\n")
			s, err := Parse(fmt.Sprintf("%s/%d", strings.TrimSuffix(strings.TrimPrefix(file, "stories/"), ".txt"), i),
				before, []byte("# "+part))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// Parse reads one story; before is how many lines of its file come before it.
func Parse(name string, before int, body []byte) (Scenario, error) {
	s := Scenario{Name: name, Family: []Person{{casefile.Principal, 38}, {casefile.Spouse, 35}, {casefile.Child, 10}}}
	lines := bufio.NewScanner(bytes.NewReader(body))
	for n := before + 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if err := s.read(n, line); err != nil {
			return s, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if s.Title == "" {
		return s, fmt.Errorf("the story does not say what it shows")
	}
	return s, nil
}

func (s *Scenario) read(n int, line string) error {
	add := func(step Step) error {
		step.Line = n
		s.Steps = append(s.Steps, step)
		return nil
	}
	first, rest, _ := strings.Cut(line, " ")
	switch first {
	case "#":
		s.Title = rest
		return nil
	case "family:":
		return s.readFamily(rest)
	case "refuse":
		for _, one := range strings.Split(rest, ",") {
			no, err := person(one)
			if err != nil {
				return err
			}
			s.Refuse = append(s.Refuse, no)
		}
		return nil
	case "at":
		if !slices.Contains(casefile.Stages, casefile.Stage(rest)) {
			return fmt.Errorf("%q is no stage", rest)
		}
		return add(Step{Kind: At, Stage: casefile.Stage(rest)})
	case "after":
		days, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(rest, " days"), " day"))
		if err != nil {
			return fmt.Errorf("after how many days? %q", rest)
		}
		return add(Step{Kind: After, Days: days})
	case "then":
		check, wants, ok := strings.Cut(rest, ": ")
		if _, known := checks[check]; !ok || !known {
			return fmt.Errorf("%q is nothing that can be looked up", check)
		}
		step := Step{Kind: Then, Check: check}
		if wants != "nothing" {
			for _, w := range strings.Split(wants, ",") {
				step.Wants = append(step.Wants, strings.TrimSpace(w))
			}
		}
		return add(step)
	}
	code := ""
	if first == "refused" {
		var ok bool
		if code, line, ok = strings.Cut(rest, ": "); !ok {
			return fmt.Errorf("refused with which code, and what?")
		}
	}
	if login, ok := strings.CutSuffix(line, " agrees"); ok {
		return add(Step{Kind: Agrees, Login: login, Finding: casefile.RequestAgreed, Refused: casefile.RefusalCode(code)})
	}
	if login, ok := strings.CutSuffix(line, " refuses"); ok {
		return add(Step{Kind: Agrees, Login: login, Finding: casefile.RequestRefused, Refused: casefile.RefusalCode(code)})
	}
	login, deed, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("%q is no line of a story", line)
	}
	step, err := readDeed(deed)
	step.Kind, step.Login, step.Refused = Act, login, casefile.RefusalCode(code)
	if err != nil {
		return err
	}
	return add(step)
}

func (s *Scenario) readFamily(list string) error {
	s.Family = nil
	for _, one := range strings.Split(list, ",") {
		relationship, age, _ := strings.Cut(strings.TrimSpace(one), " ")
		years, err := strconv.Atoi(age)
		if err != nil {
			return fmt.Errorf("how old is the %s?", relationship)
		}
		if !slices.Contains(casefile.Relationships, casefile.Relationship(relationship)) {
			return fmt.Errorf("%q is no relationship", relationship)
		}
		s.Family = append(s.Family, Person{casefile.Relationship(relationship), years})
	}
	return nil
}

func person(text string) (int, error) {
	no, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(text), "/"))
	if err != nil {
		return 0, fmt.Errorf("%q names no person: expected /2", text)
	}
	return no, nil
}

// readDeed reads "person died /1, shown_by certificate, saying what happened".
func readDeed(deed string) (Step, error) {
	var step Step
	deed, step.Text, _ = strings.Cut(deed, ", saying ")
	parts := strings.Split(deed, ", ")
	words := strings.Fields(parts[0])
	if len(words) > 2 {
		no, err := person(words[2])
		if err != nil {
			return step, err
		}
		step.Subject = no
	}
	if len(words) < 2 {
		return step, fmt.Errorf("%q names no act", parts[0])
	}
	step.Act = casefile.Act(words[0] + "." + words[1])
	if !step.Act.Known() {
		return step, fmt.Errorf("%s is no act", step.Act)
	}
	fields := map[string]any{}
	several := func(name string) bool {
		return slices.ContainsFunc(casefile.NewFields(step.Act).Ask(), func(f casefile.Field) bool {
			return f.Name == name && f.Shape == casefile.Several && len(f.Codes) == 0
		})
	}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		if several(name) { // named once for each
			list, _ := fields[name].([]string)
			fields[name] = append(list, value)
			continue
		}
		var v any
		if err := yaml.Unmarshal([]byte(value), &v); err != nil {
			return step, err
		}
		switch v.(type) {
		case int, []any:
		default:
			v = value
		}
		fields[name] = v
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return step, err
	}
	step.Fields, err = casefile.DecodeFields(step.Act, body)
	return step, err
}
