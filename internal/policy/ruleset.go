package policy

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// The uses of a rule set. Only an operative one may be pinned to a review.
const (
	Operative  = "operative"
	Comparison = "comparison"
)

// RuleSet is one version of the rules.
type RuleSet struct {
	ID          string
	Use         string
	Lane        casefile.Lane // empty for a set of comparison
	InForceFrom clock.Date
	Listing     Listing
	Criteria    []Criterion
	Parameters
	// Hash names the set's content; reviews, recommendations and decisions keep it.
	Hash string
	Body string // the YAML as it was loaded

	// deems says that a letter which was posted counts as received on the second
	// working day after (domain.md 6.1).
	deems    bool
	tasks    map[casefile.TaskKind]timing
	diary    int
	calendar clock.CalendarID
}

// Listing is how families are drawn.
type Listing struct {
	LeadWeeks        int
	LongestWaitWeeks int
	order            []class
}

type class struct {
	ID       string
	Priority int
	source   string
	when     expression
}

// Criterion is one ground for or against a person.
type Criterion struct {
	ID         string
	Recommends casefile.Outcome // of a ground for a grant
	Against    bool
	When       string
	Source     string
	when       expression
}

// timing is how long a kind of task has, in its own units from the day it began.
type timing struct {
	budget               clock.Budget
	reminder, escalation int
}

//go:embed rulesets/*.yaml rulesets/amnesties/*.yaml
var embedded embed.FS

// Embedded loads the rule sets with which a new database begins, in order of name.
func Embedded() ([]*RuleSet, error) { return carried("rulesets/*.yaml") }

// Amnesties loads the sets for comparison that the program carries and that are in force
// nowhere until two officers adopt them (docs/domain.md, section 2), in order of name.
func Amnesties() ([]*RuleSet, error) { return carried("rulesets/amnesties/*.yaml") }

func carried(pattern string) ([]*RuleSet, error) {
	names, err := fs.Glob(embedded, pattern)
	if err != nil {
		return nil, err
	}
	var sets []*RuleSet
	for _, name := range names {
		body, err := embedded.ReadFile(name)
		if err != nil {
			return nil, err
		}
		set, err := Load(name, body)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// document is the YAML's own shape. Nodes are kept where an error must name a line.
type document struct {
	ID          yaml.Node `yaml:"id"`
	Use         yaml.Node `yaml:"use"`
	Lane        yaml.Node `yaml:"lane"`
	InForceFrom yaml.Node `yaml:"in_force_from"`
	Parameters  yaml.Node `yaml:"parameters"`
	Listing     struct {
		LeadWeeks        yaml.Node   `yaml:"lead_weeks"`
		LongestWaitWeeks yaml.Node   `yaml:"longest_wait_weeks"`
		Order            []yaml.Node `yaml:"order"`
	} `yaml:"listing"`
	Tasks    map[string]yaml.Node `yaml:"tasks"`
	Deems    bool                 `yaml:"deemed_receipt"`
	Diary    yaml.Node            `yaml:"diary_working_days"`
	Calendar yaml.Node            `yaml:"calendar"`
	Criteria []yaml.Node          `yaml:"criteria"`
}

// fieldError is an error at a field of a file, with the line where there is one.
func fieldError(name string, n yaml.Node, field, format string, args ...any) error {
	where := "rule set " + name
	if n.Line > 0 {
		where += fmt.Sprintf(", line %d", n.Line)
	}
	return fmt.Errorf("%s: %s: %s", where, field, fmt.Sprintf(format, args...))
}

// Load reads and checks a rule set. Every error names the file, the field and, where the
// field is there, its line.
func Load(name string, body []byte) (*RuleSet, error) { return load(name, body, nil) }

// load is [Load] with other values in place of the set's parameters, if any are given.
func load(name string, body []byte, instead *Parameters) (*RuleSet, error) {
	var doc document
	d := yaml.NewDecoder(strings.NewReader(string(body)))
	d.KnownFields(true)
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("rule set %s: %s", name, inWords(err))
	}
	at := func(n yaml.Node, format string, args ...any) error {
		return fmt.Errorf("rule set %s, line %d: %s", name, n.Line, fmt.Sprintf(format, args...))
	}
	sum := sha256.Sum256(body)
	set := &RuleSet{ID: doc.ID.Value, Use: doc.Use.Value, Lane: casefile.Lane(doc.Lane.Value),
		Hash: hex.EncodeToString(sum[:8]), Body: string(body),
		tasks: map[casefile.TaskKind]timing{}, deems: doc.Deems, calendar: clock.CalendarID(doc.Calendar.Value)}
	if err := set.loadHead(name, doc); err != nil {
		return nil, err
	}
	if instead != nil {
		set.Parameters = *instead
	}
	for _, n := range doc.Listing.Order {
		var c struct {
			ID       string
			Priority int
			When     string
		}
		if err := strictly(n, &c, "id", "priority", "when"); err != nil {
			return nil, at(n, "order: %v", err)
		}
		when, err := set.compile(c.When)
		if err != nil {
			return nil, at(n, "order: %s: when: %v", c.ID, err)
		}
		if c.Priority < 1 || c.Priority > 5 {
			return nil, at(n, "order: %s: priority: %d is not 1 to 5", c.ID, c.Priority)
		}
		set.Listing.order = append(set.Listing.order, class{c.ID, c.Priority, c.When, when})
	}
	for _, n := range doc.Criteria {
		var c struct {
			ID         string
			Recommends casefile.Outcome
			Against    bool
			When       string
			Source     string
		}
		if err := strictly(n, &c, "id", "recommends", "against", "when", "source"); err != nil {
			return nil, at(n, "criteria: %v", err)
		}
		when, err := set.compile(c.When)
		switch {
		case c.ID == "":
			return nil, at(n, "criteria: a criterion has an id")
		case slices.ContainsFunc(set.Criteria, func(x Criterion) bool { return x.ID == c.ID }):
			return nil, at(n, "%s: stands twice", c.ID)
		case err == nil && when.names("public_harm_alleged"):
			return nil, at(n, "%s: when: public_harm_alleged counts in no recommendation", c.ID)
		case err != nil:
			return nil, at(n, "%s: when: %v", c.ID, err)
		case c.Source == "":
			return nil, at(n, "%s: source: a criterion names its source", c.ID)
		case c.Against == (c.Recommends != ""):
			return nil, at(n, "%s: recommends: a criterion either recommends a grant or is against", c.ID)
		case !c.Against && (!c.Recommends.IsGrant() || !slices.Contains(casefile.Outcomes, c.Recommends)):
			return nil, at(n, "%s: recommends: %q is no grant", c.ID, c.Recommends)
		}
		set.Criteria = append(set.Criteria, Criterion{c.ID, c.Recommends, c.Against, c.When, c.Source, when})
	}
	if err := set.loadTasks(name, doc, at); err != nil {
		return nil, err
	}
	return set, nil
}

// unknownField is how the YAML library says that a rule set has no such field.
var unknownField = regexp.MustCompile(`^line (\d+): field (.*) not found in type .*$`)

// inWords says what is wrong with a file that can't be read as a rule set, without the words of the
// library that reads it.
func inWords(err error) string {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		if errors.Is(err, io.EOF) {
			return "the file is empty"
		}
		return "it can't be read as a rule set: " + strings.TrimPrefix(err.Error(), "yaml: ")
	}
	var said []string
	for _, e := range wrong.Errors {
		if m := unknownField.FindStringSubmatch(e); m != nil {
			said = append(said, fmt.Sprintf("line %s: %.40q is no field of a rule set", m[1], m[2]))
		} else {
			said = append(said, e)
		}
	}
	const most = 5
	if len(said) > most {
		said = append(said[:most], "and more")
	}
	return strings.Join(said, "; ")
}

// loadHead reads what a set says of itself, its parameters, and the weeks of listing.
func (s *RuleSet) loadHead(name string, doc document) (err error) {
	if s.InForceFrom, err = clock.ParseDate(doc.InForceFrom.Value); err != nil {
		return fieldError(name, doc.InForceFrom, "in_force_from", "%v", err)
	}
	var params struct {
		Years  *int
		CutOff string `yaml:"cut_off"`
	}
	if doc.Parameters.Kind != 0 {
		if err := strictly(doc.Parameters, &params, paramYears, paramCutOff); err != nil {
			return fieldError(name, doc.Parameters, "parameters", "%v", err)
		}
	}
	if params.Years != nil {
		if s.Years = *params.Years; s.Years < 1 || s.Years > 50 {
			return fieldError(name, doc.Parameters, "parameters: years", "%d is not 1 to 50", s.Years)
		}
	}
	if params.CutOff != "" {
		if s.CutOff, err = clock.ParseDate(params.CutOff); err != nil {
			return fieldError(name, doc.Parameters, "parameters: cut_off", "%v", err)
		}
	}
	for _, weeks := range []struct {
		field string
		n     yaml.Node
		into  *int
	}{{"lead_weeks", doc.Listing.LeadWeeks, &s.Listing.LeadWeeks},
		{"longest_wait_weeks", doc.Listing.LongestWaitWeeks, &s.Listing.LongestWaitWeeks}} {
		if weeks.n.Kind == 0 {
			continue
		}
		if err := weeks.n.Decode(weeks.into); err != nil || *weeks.into < 0 {
			return fieldError(name, weeks.n, "listing: "+weeks.field, "%q is no number of weeks", weeks.n.Value)
		}
	}
	switch {
	case s.ID == "":
		return fieldError(name, doc.ID, "id", "the set has none")
	case s.Use != Operative && s.Use != Comparison:
		return fieldError(name, doc.Use, "use", "it is %q; it must be operative or comparison", s.Use)
	case s.Use == Operative && s.Parameters != Parameters{}:
		return fieldError(name, doc.Parameters, "parameters", "an operative set has none: it says the same to everybody")
	case s.Use == Operative && s.Listing.LongestWaitWeeks < 1:
		return fieldError(name, doc.Listing.LongestWaitWeeks, "listing: longest_wait_weeks",
			"it is %d; an operative set has a longest wait (R4)", s.Listing.LongestWaitWeeks)
	case s.Use == Operative && s.Lane != casefile.Legacy && s.Lane != casefile.FastTrack:
		return fieldError(name, doc.Lane, "lane", "it is %q; an operative set belongs to legacy or fast-track", s.Lane)
	case s.Use == Comparison && s.Lane != "":
		return fieldError(name, doc.Lane, "lane", "a set for comparison has none")
	}
	return nil
}

// compile compiles an expression of the set, which may name its parameters.
func (s *RuleSet) compile(source string) (expression, error) {
	e, err := compile(source, s.Parameters)
	if err == nil && s.CutOff.IsZero() && (e.names(hereSinceCutOff) || e.names(claimedBeforeCutOff)) {
		err = fmt.Errorf("it asks about a cut-off day, and the set has no parameter cut_off")
	}
	return e, err
}

func (s *RuleSet) loadTasks(name string, doc document, at func(yaml.Node, string, ...any) error) error {
	if s.Use == Comparison {
		return nil
	}
	for kind, n := range doc.Tasks {
		rule, ok := casefile.TaskKind(kind).Rule()
		if !ok {
			return at(n, "%q is no kind of task", kind)
		}
		var t struct {
			Days       int
			Unit       clock.Unit
			Calendar   clock.CalendarID
			Reminder   int
			Escalation int
		}
		if err := strictly(n, &t, "days", "unit", "calendar", "reminder", "escalation"); err != nil {
			return at(n, "%v", err)
		}
		budget := clock.Budget{Days: t.Days, Unit: t.Unit, Calendar: t.Calendar}
		if err := t.Calendar.Check(); err != nil {
			return at(n, "%s: %v", kind, err)
		}
		switch {
		case t.Days < 1, t.Unit != clock.WorkingDays && t.Unit != clock.CalendarDays:
			return at(n, "%s: days must be at least 1, and unit working or calendar", kind)
		case t.Reminder < 0 || t.Reminder >= t.Days:
			return at(n, "%s: the reminder must come before the %d days are over", kind, t.Days)
		case !rule.OnDue.Closes() && t.Escalation < t.Days:
			return at(n, "%s: escalation must be at %d days or later", kind, t.Days)
		case rule.OnDue.Closes() && t.Escalation != 0:
			return at(n, "%s: it ends when due and can't escalate", kind)
		}
		s.tasks[casefile.TaskKind(kind)] = timing{budget, t.Reminder, t.Escalation}
	}
	for kind, t := range addedTasks {
		if _, ok := s.tasks[kind]; !ok {
			s.tasks[kind] = t
		}
	}
	for _, rule := range casefile.TaskRules {
		if _, ok := s.tasks[rule.Kind]; !ok {
			return fieldError(name, yaml.Node{}, "tasks", "no deadline for %s", rule.Kind)
		}
	}
	if doc.Diary.Decode(&s.diary) != nil || s.diary < 1 {
		return fieldError(name, doc.Diary, "diary_working_days", "%q is no number of days from 1 on", doc.Diary.Value)
	}
	if err := s.calendar.Check(); err != nil {
		return fieldError(name, doc.Calendar, "calendar", "of the diary: %v", err)
	}
	return nil
}

// addedTasks are the deadlines of kinds of task that are younger than rule sets
// which open reviews have pinned: a pinned set never changes, so a kind that it
// does not name has the deadline given here. All [D] but the appeal's diary, 30
// days (domain.md 6.2, row 11).
var addedTasks = map[casefile.TaskKind]timing{
	casefile.TaskFlag:             {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 20},
	casefile.TaskDifference:       {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 15},
	casefile.TaskReadPost:         {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 5},
	casefile.TaskTrace:            {clock.Budget{Days: 20, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 10, 20},
	casefile.TaskTraceToServe:     {clock.Budget{Days: 20, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 10, 20},
	casefile.TaskAppeal:           {clock.Budget{Days: 30, Unit: clock.CalendarDays, Calendar: clock.EnglandAndWales}, 0, 30},
	casefile.TaskArrival:          {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 10},
	casefile.TaskReferral:         {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 15},
	casefile.TaskLateArrival:      {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 10},
	casefile.TaskNewOwner:         {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 10},
	casefile.TaskStrike:           {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 10},
	casefile.TaskBreach:           {clock.Budget{Days: 3, Unit: clock.CalendarDays, Calendar: clock.EnglandAndWales}, 0, 5},
	casefile.TaskConfirm:          {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 7, 10},
	casefile.TaskUndecided:        {clock.Budget{Days: 20, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 15, 20},
	casefile.TaskHearWithdrawal:   {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 7, 10},
	casefile.TaskThinkAgain:       {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 0},
	casefile.TaskSettleWithdrawal: {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 7, 10},
	casefile.TaskTraceMonthly:     {clock.Budget{Days: 30, Unit: clock.CalendarDays, Calendar: clock.EnglandAndWales}, 21, 45},
	casefile.TaskTraceAgain:       {clock.Budget{Days: 183, Unit: clock.CalendarDays, Calendar: clock.EnglandAndWales}, 169, 200},
	casefile.TaskReturn:           {clock.Budget{Days: 20, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 15, 20},
	casefile.TaskDeparture:        {clock.Budget{Days: 60, Unit: clock.CalendarDays, Calendar: clock.EnglandAndWales}, 30, 90},
	casefile.TaskExpired:          {clock.Budget{Days: 20, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 5, 0},
	casefile.TaskThreshold:        {clock.Budget{Days: 10, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 0},
	casefile.TaskAnew:             {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 10},
	casefile.TaskAcceptMove:       {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.Scotland}, 0, 10},
	casefile.TaskConsider:         {clock.Budget{Days: 20, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 15, 20},
	casefile.TaskTell:             {clock.Budget{Days: 5, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}, 0, 10},
}

// strictly decodes a mapping and refuses a key that it does not have; a node's
// own Decode lets them pass.
func strictly(n yaml.Node, into any, keys ...string) error {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			if !slices.Contains(keys, n.Content[i].Value) {
				return fmt.Errorf("field %s not found; there are %s", n.Content[i].Value, strings.Join(keys, ", "))
			}
		}
	}
	return n.Decode(into)
}
