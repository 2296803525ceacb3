package policy

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
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

//go:embed rulesets/*.yaml
var embedded embed.FS

// Embedded loads the rule sets that the program carries, in order of name.
func Embedded() ([]*RuleSet, error) {
	names, err := fs.Glob(embedded, "rulesets/*.yaml")
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
	ID          string        `yaml:"id"`
	Use         string        `yaml:"use"`
	Lane        casefile.Lane `yaml:"lane"`
	InForceFrom string        `yaml:"in_force_from"`
	Listing     struct {
		LeadWeeks        int         `yaml:"lead_weeks"`
		LongestWaitWeeks int         `yaml:"longest_wait_weeks"`
		Order            []yaml.Node `yaml:"order"`
	} `yaml:"listing"`
	Tasks    map[string]yaml.Node `yaml:"tasks"`
	Deems    bool                 `yaml:"deemed_receipt"`
	Diary    int                  `yaml:"diary_working_days"`
	Calendar clock.CalendarID     `yaml:"calendar"`
	Criteria []yaml.Node          `yaml:"criteria"`
}

// Load reads and checks a rule set. Every error names the file and, where it
// can be told, the line.
func Load(name string, body []byte) (*RuleSet, error) {
	var doc document
	d := yaml.NewDecoder(strings.NewReader(string(body)))
	d.KnownFields(true)
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("rule set %s: %w", name, err)
	}
	at := func(n yaml.Node, format string, args ...any) error {
		return fmt.Errorf("rule set %s, line %d: %s", name, n.Line, fmt.Sprintf(format, args...))
	}
	inForce, err := clock.ParseDate(doc.InForceFrom)
	if err != nil {
		return nil, fmt.Errorf("rule set %s: in_force_from: %w", name, err)
	}
	sum := sha256.Sum256(body)
	set := &RuleSet{ID: doc.ID, Use: doc.Use, Lane: doc.Lane, InForceFrom: inForce, Hash: hex.EncodeToString(sum[:8]),
		Body:  string(body),
		tasks: map[casefile.TaskKind]timing{}, deems: doc.Deems, diary: doc.Diary, calendar: doc.Calendar,
		Listing: Listing{LeadWeeks: doc.Listing.LeadWeeks, LongestWaitWeeks: doc.Listing.LongestWaitWeeks}}
	switch {
	case set.ID == "":
		return nil, fmt.Errorf("rule set %s: it has no id", name)
	case set.Use != Operative && set.Use != Comparison:
		return nil, fmt.Errorf("rule set %s: use is %q; it must be operative or comparison", name, set.Use)
	case set.Use == Operative && set.Listing.LongestWaitWeeks < 1:
		return nil, fmt.Errorf("rule set %s: longest_wait_weeks is %d; an operative set has a longest wait (R4)", name,
			set.Listing.LongestWaitWeeks)
	case set.Use == Operative && set.Lane != casefile.Legacy && set.Lane != casefile.FastTrack:
		return nil, fmt.Errorf("rule set %s: lane is %q; an operative set belongs to legacy or fast-track", name, set.Lane)
	}
	for _, n := range doc.Listing.Order {
		var c struct {
			ID       string
			Priority int
			When     string
		}
		if err := strictly(n, &c, "id", "priority", "when"); err != nil {
			return nil, at(n, "%v", err)
		}
		when, err := compile(c.When)
		if err != nil {
			return nil, at(n, "%s: %v", c.ID, err)
		}
		if c.Priority < 1 || c.Priority > 5 {
			return nil, at(n, "%s: priority %d is not 1 to 5", c.ID, c.Priority)
		}
		set.Listing.order = append(set.Listing.order, class{c.ID, c.Priority, when})
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
			return nil, at(n, "%v", err)
		}
		when, err := compile(c.When)
		switch {
		case c.ID == "":
			return nil, at(n, "a criterion has an id")
		case slices.ContainsFunc(set.Criteria, func(x Criterion) bool { return x.ID == c.ID }):
			return nil, at(n, "%s: stands twice", c.ID)
		case err == nil && when.names("public_harm_alleged"):
			return nil, at(n, "%s: public_harm_alleged counts in no recommendation", c.ID)
		case err != nil:
			return nil, at(n, "%s: %v", c.ID, err)
		case c.Source == "":
			return nil, at(n, "%s: a criterion names its source", c.ID)
		case c.Against == (c.Recommends != ""):
			return nil, at(n, "%s: a criterion either recommends a grant or is against", c.ID)
		case !c.Against && (!c.Recommends.IsGrant() || !slices.Contains(casefile.Outcomes, c.Recommends)):
			return nil, at(n, "%s: %q is no grant", c.ID, c.Recommends)
		}
		set.Criteria = append(set.Criteria, Criterion{c.ID, c.Recommends, c.Against, c.When, c.Source, when})
	}
	if err := set.loadTasks(name, doc, at); err != nil {
		return nil, err
	}
	return set, nil
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
			return fmt.Errorf("rule set %s: no deadline for %s", name, rule.Kind)
		}
	}
	if s.calendar.Check() != nil || s.diary < 1 {
		return fmt.Errorf("rule set %s: diary_working_days and calendar must be set", name)
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
