package verify

import (
	"context"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// The rules whose breach the checks of deadlines name.
const (
	fromTheLedger = "deadlines follow from their ledger"
	workedOff     = "a change of the calendars is worked off"
)

// longestChange is how many minutes a change of the calendars may take before
// verify says so [D].
const longestChange = 60

func calendarFinished(ctx context.Context, s *store.Store) ([]store.Breach, error) {
	progress, err := s.CalendarProgress(ctx)
	if err != nil || progress.Finished || progress.Minutes < longestChange {
		return nil, err
	}
	return []store.Breach{{Rule: workedOff, Detail: fmt.Sprintf(
		"version %s has been in force for %d minutes, and not every deadline is moved: apply the same file again",
		progress.Version, progress.Minutes)}}, nil
}

// calendars are what last days are held against.
type calendars struct {
	store    *store.Store
	today    clock.Date
	finished bool // the last change of the calendars
	inForce  *clock.Holidays
	versions map[string]*clock.Holidays // nil for one that has no days on record
}

func readCalendars(ctx context.Context, s *store.Store) (*calendars, error) {
	progress, err := s.CalendarProgress(ctx)
	if err != nil {
		return nil, err
	}
	k := &calendars{store: s, finished: progress.Finished, versions: map[string]*clock.Holidays{}}
	if k.inForce, err = s.HolidaysOf(ctx, progress.Version); err != nil {
		return nil, err
	}
	now, err := s.BusinessNow(ctx)
	k.today = clock.DateOf(now)
	return k, err
}

func (k *calendars) of(ctx context.Context, version string) (*clock.Holidays, error) {
	h, known := k.versions[version]
	if known {
		return h, nil
	}
	h, err := k.store.HolidaysOf(ctx, version)
	if err != nil && !store.IsKind(err, store.Broken) {
		return nil, err
	}
	k.versions[version] = h
	return h, nil
}

// deadlines works out the last day of every running deadline from its ledger and its
// version of the calendars. A breach is one that is shown with another day, or that a
// change of the calendars should have made longer and did not.
func deadlines(ctx context.Context, s *store.Store) ([]store.Breach, error) {
	k, err := readCalendars(ctx, s)
	if err != nil {
		return nil, err
	}
	const page = 10_000
	var found []store.Breach
	for after := int64(0); ; {
		rows, err := s.DeadlinesOnRecord(ctx, after, page)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			after = r.ID
			l := lastDay{ref: r.Case, name: fmt.Sprintf("%s (%d)", r.Kind, r.Subject), deadline: r.Deadline(r.Pauses),
				version: r.Version,
				shown:   r.DueOn, provisional: &r.Provisional, follows: true}
			breaches, err := k.check(ctx, l)
			if err != nil {
				return nil, err
			}
			found = append(found, breaches...)
		}
		if len(rows) < page {
			return found, nil
		}
	}
}

// answers looks at the times to answer adverse material, on which a refusal may rest.
func answers(ctx context.Context, s *store.Store) ([]store.Breach, error) {
	k, err := readCalendars(ctx, s)
	if err != nil {
		return nil, err
	}
	rows, err := s.AnswersOnRecord(ctx)
	if err != nil {
		return nil, err
	}
	var found []store.Breach
	for _, r := range rows {
		deadline := casefile.AnswerDeadline(r.PutOn, r.Pauses)
		deadline.Extended = r.Extended
		breaches, err := k.check(ctx, lastDay{ref: r.Case,
			name:     fmt.Sprintf("the time of person %d to answer adverse material", r.Person),
			deadline: deadline, version: r.Version, shown: r.By,
			follows: r.By.IsZero() || !r.By.Before(k.today.AddDays(-casefile.CalendarLooksBackDays))})
		if err != nil {
			return nil, err
		}
		found = append(found, breaches...)
	}
	return found, nil
}

// lastDay is a last day as it is shown, with what it follows from.
type lastDay struct {
	ref, name string
	deadline  clock.Deadline
	version   string
	shown     clock.Date
	// provisional is nil if no mark of it is kept.
	provisional *bool
	// follows says that a change of the calendars still moves it.
	follows bool
}

func (k *calendars) check(ctx context.Context, l lastDay) ([]store.Breach, error) {
	breach := func(rule, format string, args ...any) ([]store.Breach, error) {
		return []store.Breach{{Rule: rule, Case: l.ref, Detail: l.name + " " + fmt.Sprintf(format, args...)}}, nil
	}
	by, err := k.of(ctx, l.version)
	if err != nil {
		return nil, err
	}
	if by == nil {
		return breach(fromTheLedger, "rests on calendar %q, of which the record has no days", l.version)
	}
	due, err := policy.DayBy(l.deadline, by)
	if err != nil {
		return breach(fromTheLedger, "is no deadline: %v", err)
	}
	marked := l.provisional != nil
	if due.On != l.shown || marked && due.Provisional != *l.provisional {
		return breach(fromTheLedger, "is shown as due on %s, and its ledger says %s",
			dayInWords(l.shown, marked && *l.provisional), dayInWords(due.On, marked && due.Provisional))
	}
	later, err := policy.DayBy(l.deadline, k.inForce)
	if k.finished && l.follows && err == nil && !due.On.IsZero() && (later.On.IsZero() || due.On.Before(later.On)) {
		return breach(workedOff, "is due on %s, and by the calendars in force on %s: case recover, then apply the same file again",
			due.On, dayInWords(later.On, false))
	}
	return nil, nil
}

func dayInWords(d clock.Date, provisional bool) string {
	switch {
	case d.IsZero():
		return "no day, for it is stopped"
	case provisional:
		return d.String() + ", provisionally"
	}
	return d.String()
}
