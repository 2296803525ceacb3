package policy

import (
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Ladder is a task's deadline worked out: when it is due and which rung comes first.
type Ladder struct {
	Deadline    clock.Deadline
	Calendar    string     // the version of the holidays that it was worked out with
	DueOn       clock.Date // zero while a pause keeps it from having a last day
	Provisional bool       // the due day rests on holidays not yet published
	First       casefile.Rung
}

// Deadline returns the deadline of a kind of task that begins on a day, which
// itself does not count (domain.md 6.1). A task that a council must do runs on
// the calendar that the council keeps.
func (s *RuleSet) Deadline(kind casefile.TaskKind, began clock.Date, council string) (clock.Deadline, error) {
	t, err := s.timing(kind)
	if err != nil {
		return clock.Deadline{}, err
	}
	budget := t.budget
	if rule, _ := kind.Rule(); rule.Awaiting.KeepsCouncilDays() {
		budget.Calendar = budget.Calendar.KeptBy(council)
	}
	return clock.Deadline{Began: began, Budget: budget}, nil
}

// Ladder works out a deadline by a version of the holidays.
func (s *RuleSet) Ladder(kind casefile.TaskKind, d clock.Deadline, h *clock.Holidays) (Ladder, error) {
	t, err := s.timing(kind)
	if err != nil {
		return Ladder{}, err
	}
	l := Ladder{Deadline: d, Calendar: h.Version()}
	if l.DueOn, err = d.Due(h); err != nil {
		return l, err
	}
	if l.Provisional, err = d.Provisional(h); err != nil {
		return l, err
	}
	first := casefile.Due
	if t.reminder > 0 {
		first = casefile.Reminder
	}
	l.First, err = s.Rung(kind, d, h, first, 0)
	return l, err
}

// Rung returns a rung of a deadline's ladder: the reminder, the due rung or the
// escalation, so many days before or after the last day as the rule set says,
// also where the deadline was extended. It acts when its day has passed. Its
// instant is zero if a pause stops the deadline before.
func (s *RuleSet) Rung(kind casefile.TaskKind, d clock.Deadline, h *clock.Holidays, rung casefile.RungKind,
	no int) (casefile.Rung, error) {
	t, err := s.timing(kind)
	if err != nil {
		return casefile.Rung{}, err
	}
	days := d.Total()
	switch rung {
	case casefile.Reminder:
		days = max(days-t.budget.Days+t.reminder, 0)
	case casefile.Escalation:
		days += max(t.escalation-t.budget.Days, 0)
	}
	r := casefile.Rung{Kind: rung, No: no}
	on, err := d.After(h, days)
	if err == nil && !on.IsZero() {
		r.At = clock.LateAt(on)
	}
	return r, err
}

// Escalates reports whether a kind of task has an escalation after its due day.
func (s *RuleSet) Escalates(kind casefile.TaskKind) bool { return s.tasks[kind].escalation > 0 }

// Next returns the rung that follows one that has acted. After the last of the
// ladder a diary rung recurs for as long as the task is open, so that no state
// is without a next date (C15).
func (s *RuleSet) Next(kind casefile.TaskKind, d clock.Deadline, h *clock.Holidays,
	acted casefile.Rung) (casefile.Rung, error) {
	t, err := s.timing(kind)
	if err != nil {
		return casefile.Rung{}, err
	}
	switch {
	case acted.Kind == casefile.Reminder:
		return s.Rung(kind, d, h, casefile.Due, 0)
	case acted.Kind == casefile.Due && t.escalation > 0:
		return s.Rung(kind, d, h, casefile.Escalation, acted.No)
	}
	no := 1
	if acted.Kind == casefile.Diary {
		no += acted.No
	}
	calendar, err := h.Calendar(s.calendar)
	if err != nil {
		return casefile.Rung{}, err
	}
	// A rung acts when its day has passed, so its instant belongs to the next day.
	day := clock.DateOf(acted.At).AddDays(-1)
	return casefile.Rung{Kind: casefile.Diary, No: no, At: clock.LateAt(calendar.AddWorkingDays(day, s.diary))}, nil
}

// DeemedReceipt returns the day on which a letter that was posted on a day counts
// as received: the second working day after it by the Home Office's calendar,
// which sends it, where the rule set deems it (domain.md 6.1); else the same day.
func (s *RuleSet) DeemedReceipt(posted clock.Date, h *clock.Holidays) (clock.Date, error) {
	if !s.deems {
		return posted, nil
	}
	calendar, err := h.Calendar(s.calendar)
	if err != nil {
		return clock.Date{}, err
	}
	return calendar.DeemedReceipt(posted), nil
}

// Days returns how long a kind of task has, and after how many days of the same unit
// it reminds and escalates; 0 if it does neither. It fails for a kind that the set does
// not name.
func (s *RuleSet) Days(kind casefile.TaskKind) (budget clock.Budget, reminder, escalation int, err error) {
	t, err := s.timing(kind)
	return t.budget, t.reminder, t.escalation, err
}

func (s *RuleSet) timing(kind casefile.TaskKind) (timing, error) {
	t, ok := s.tasks[kind]
	if !ok {
		return t, fmt.Errorf("rule set %s has no deadline for %s", s.ID, kind)
	}
	return t, nil
}
