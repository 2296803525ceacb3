package policy

import (
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Ladder is a task's deadline worked out: when it is due and which rung comes first.
type Ladder struct {
	Deadline    clock.Deadline
	DueOn       clock.Date
	Provisional bool // the due day rests on holidays not yet published
	First       casefile.Rung
}

// Ladder works out the deadline of a task that begins on a day. The day itself
// does not count (domain.md 6.1).
func (s *RuleSet) Ladder(kind casefile.TaskKind, began clock.Date) (Ladder, error) {
	t, ok := s.tasks[kind]
	if !ok {
		return Ladder{}, fmt.Errorf("rule set %s has no deadline for %s", s.ID, kind)
	}
	l := Ladder{Deadline: clock.Deadline{Began: began, Budget: t.budget}}
	var err error
	if l.DueOn, err = l.Deadline.Due(); err != nil {
		return l, err
	}
	if l.Provisional, err = l.Deadline.Provisional(); err != nil {
		return l, err
	}
	first := casefile.Due
	if t.reminder > 0 {
		first = casefile.Reminder
	}
	l.First, err = s.rung(t, began, first, 0)
	return l, err
}

// Next returns the rung that follows one that has acted. After the last of the
// ladder a diary rung recurs for as long as the task is open, so that no state
// is without a next date (C15).
func (s *RuleSet) Next(kind casefile.TaskKind, began clock.Date, acted casefile.Rung) (casefile.Rung, error) {
	t, ok := s.tasks[kind]
	if !ok {
		return casefile.Rung{}, fmt.Errorf("rule set %s has no deadline for %s", s.ID, kind)
	}
	switch {
	case acted.Kind == casefile.Reminder:
		return s.rung(t, began, casefile.Due, 0)
	case acted.Kind == casefile.Due && t.escalation > 0:
		return s.rung(t, began, casefile.Escalation, 0)
	}
	no := acted.No + 1
	calendar, err := clock.For(s.calendar)
	if err != nil {
		return casefile.Rung{}, err
	}
	// A rung acts when its day has passed, so its instant belongs to the next day.
	day := clock.DateOf(acted.At).AddDays(-1)
	return casefile.Rung{Kind: casefile.Diary, No: no, At: clock.LateAt(calendar.AddWorkingDays(day, s.diary))}, nil
}

func (s *RuleSet) rung(t timing, began clock.Date, kind casefile.RungKind, no int) (casefile.Rung, error) {
	days := t.budget.Days
	switch kind {
	case casefile.Reminder:
		days = t.reminder
	case casefile.Escalation:
		days = t.escalation
	}
	on, err := clock.Deadline{Began: began, Budget: t.budget}.After(days)
	return casefile.Rung{Kind: kind, No: no, At: clock.LateAt(on)}, err
}

// ArrivalLadder works out the deadline of reading what arrived for a closed case,
// which has no review any more and so no rule set of its own.
func ArrivalLadder(began clock.Date) (Ladder, error) {
	s := RuleSet{ID: "closed cases", tasks: addedTasks}
	return s.Ladder(casefile.TaskArrival, began)
}
