package policy

import (
	"fmt"

	"hame/internal/casefile"
)

// Difference is one thing that two rule sets say differently. What only one of them says is
// empty on the other's side.
type Difference struct {
	About string `json:"about"` // such as "criterion long-residence"
	One   string `json:"one"`
	Other string `json:"other"`
}

// Differences lists what two sets say differently of criteria, the order of listing and
// deadlines, in the order in which they stand.
func Differences(one, other *RuleSet) []Difference {
	var all []Difference
	add := func(about, x, y string) {
		if x != y {
			all = append(all, Difference{about, x, y})
		}
	}
	add("use", one.Use, other.Use)
	add("lane", string(one.Lane), string(other.Lane))
	add("parameters", one.Parameters.String(), other.Parameters.String())
	eachOf(one.Criteria, other.Criteria, func(c Criterion) string { return c.ID }, Criterion.inWords,
		func(id, x, y string) { add("criterion "+id, x, y) })
	add("weeks of lead", weeks(one.Listing.LeadWeeks), weeks(other.Listing.LeadWeeks))
	add("longest wait", weeks(one.Listing.LongestWaitWeeks), weeks(other.Listing.LongestWaitWeeks))
	eachOf(one.Listing.order, other.Listing.order, func(c class) string { return c.ID }, class.inWords,
		func(id, x, y string) { add("order "+id, x, y) })
	for _, rule := range casefile.TaskRules {
		add("task "+string(rule.Kind), one.timeOf(rule.Kind), other.timeOf(rule.Kind))
	}
	add("diary", days(one.diary), days(other.diary))
	add("calendar of the diary", string(one.calendar), string(other.calendar))
	add("deemed receipt", fmt.Sprint(one.deems), fmt.Sprint(other.deems))
	return all
}

// eachOf hands on what two lists say under each name, those of the first list first.
func eachOf[T any](xs, ys []T, name, words func(T) string, each func(name, x, y string)) {
	of := map[string]string{}
	for _, y := range ys {
		of[name(y)] = words(y)
	}
	seen := map[string]bool{}
	for _, x := range xs {
		seen[name(x)] = true
		each(name(x), words(x), of[name(x)])
	}
	for _, y := range ys {
		if !seen[name(y)] {
			each(name(y), "", words(y))
		}
	}
}

func (c Criterion) inWords() string {
	if c.Against {
		return "against, when " + c.When
	}
	return fmt.Sprintf("%s, when %s", c.Recommends, c.When)
}

func (c class) inWords() string { return fmt.Sprintf("priority %d, when %s", c.Priority, c.source) }

// timeOf says how long a kind of task has; empty in a set for comparison.
func (s *RuleSet) timeOf(kind casefile.TaskKind) string {
	t, ok := s.tasks[kind]
	if !ok {
		return ""
	}
	words := fmt.Sprintf("%d %s days, %s", t.budget.Days, t.budget.Unit, t.budget.Calendar)
	if t.reminder > 0 {
		words += fmt.Sprintf(", reminder at %d", t.reminder)
	}
	if t.escalation > 0 {
		words += fmt.Sprintf(", escalation at %d", t.escalation)
	}
	return words
}

func weeks(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d weeks", n)
}

func days(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d working days", n)
}
