package policy

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// version is the published holidays without some days, and with others.
func version(t require.TestingT, label string, out []clock.Holiday, in ...clock.Holiday) *clock.Holidays {
	days := slices.DeleteFunc(clock.Embedded().Days(), func(d clock.Holiday) bool {
		return slices.ContainsFunc(out, func(o clock.Holiday) bool { return o.Division == d.Division && o.Date == d.Date })
	})
	h, err := clock.NewHolidays(label, append(days, in...))
	require.NoError(t, err)
	return h
}

func freeDay(division, on string) clock.Holiday {
	return clock.Holiday{Division: clock.Division(division), Date: day(on), Title: "A day of the test"}
}

// TestWhichCalendarGivesTheLastDay: normally those in force; where they would make a
// day past that somebody still counted on, the one that was shown.
func TestWhichCalendarGivesTheLastDay(t *testing.T) {
	plain := clock.Embedded()
	longer := version(t, "a day more", nil, freeDay("england-and-wales", "2026-06-10"))
	began := day("2026-06-01") // a Monday
	five := clock.Deadline{Began: began, Budget: clock.Budget{Days: 7, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}}
	stopped := five
	stopped.Pauses = []clock.Pause{{From: day("2026-06-03")}}
	for name, c := range map[string]struct {
		deadline  clock.Deadline
		by        Calendars
		keptUnder string
		today     string
		want      string // a day, or "" for stopped
		kept      bool
	}{
		"never shown: those in force":                                          {five, Calendars{InForce: plain}, "", "2026-06-02", "2026-06-10", false},
		"shown with the same":                                                  {five, Calendars{plain, plain}, "", "2026-06-20", "2026-06-10", false},
		"a holiday is added: a day more":                                       {five, Calendars{InForce: longer, Shown: plain}, "", "2026-06-02", "2026-06-11", false},
		"a holiday is removed in good time: a day less":                        {five, Calendars{InForce: plain, Shown: longer}, "", "2026-06-09", "2026-06-10", false},
		"removed on the last day: nobody loses it":                             {five, Calendars{InForce: plain, Shown: longer}, "", "2026-06-10", "2026-06-10", false},
		"removed when the day would have passed: the day that was shown stays": {five, Calendars{InForce: plain, Shown: longer}, "", "2026-06-11", "2026-06-11", true},
		"removed after both: the later stays, for it was used":                 {five, Calendars{InForce: plain, Shown: longer}, "", "2026-06-15", "2026-06-11", true},
		"kept before under the same calendars: kept":                           {five, Calendars{InForce: plain, Shown: longer}, plain.Version(), "2026-06-02", "2026-06-11", true},
		"kept before under others: those in force":                             {five, Calendars{InForce: plain, Shown: longer}, "another", "2026-06-02", "2026-06-10", false},
		"stopped by those in force":                                            {stopped, Calendars{InForce: plain, Shown: longer}, "", "2026-06-20", "", false},
		"stopped, and kept before: it keeps its own":                           {stopped, Calendars{InForce: plain, Shown: longer}, plain.Version(), "2026-06-20", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := LastDay(c.deadline, c.by, c.keptUnder, day(c.today))
			require.NoError(t, err)
			require.Equal(t, c.want, got.On.String())
			require.Equal(t, c.kept, got.KeptUnder != "")
			require.Equal(t, c.kept, got.By == c.by.Shown && c.by.Shown.Version() != c.by.InForce.Version())
		})
	}
}

// life is one task through the days, in memory: holds, more time, calendars that
// change, rungs that act, answers that come. Nothing else decides its dates.
type life struct {
	t        *rapid.T
	rules    *RuleSet
	versions []*clock.Holidays
	inForce  *clock.Holidays
	now      time.Time
	ledger   Ledger
	acted    []casefile.Rung
}

func (l *life) today() clock.Date { return clock.DateOf(l.now) }

func (l *life) holidays(version string) *clock.Holidays {
	i := slices.IndexFunc(l.versions, func(h *clock.Holidays) bool { return h.Version() == version })
	require.GreaterOrEqual(l.t, i, 0, "the dates rest on a version that there is")
	return l.versions[i]
}

func (l *life) plan() Plan {
	before := l.ledger
	by := Calendars{InForce: l.inForce, Shown: l.holidays(before.Shown.Version)}
	plan, err := l.rules.Replan(before, by, l.now)
	require.NoError(l.t, err)
	again, err := l.rules.Replan(before, by, l.now)
	require.NoError(l.t, err)
	require.Equal(l.t, plan, again, "the same ledger gives the same plan")
	return plan
}

// carryOut gives the task its new dates, and holds them against what must be true of
// any.
func (l *life) carryOut(plan Plan) {
	was := l.ledger
	l.ledger.Shown = plan.Dates
	if plan.Reopened {
		l.ledger.Result, l.ledger.AnsweredOn = "", clock.Date{}
	}
	now := l.ledger
	t := l.t
	require.Equal(t, plan.Moved || plan.Restamped, plan.Dates != was.Shown && !samePlan(plan.Dates, was.Shown), "what changes is written")
	if now.Result == "" {
		require.False(t, plan.DueOn.IsZero() && !plan.Next.At.IsZero(), "a stopped clock lets no rung act")
		require.False(t, plan.Next.At.IsZero() && !l.open(now.Deadline), "unless a hold stands, the next rung has its day (C15)")
	}
	if was.Result == "" && was.Shown.Next.Kind != casefile.Reminder {
		require.NotEqual(t, casefile.Reminder, plan.Next.Kind, "a reminder is sent once")
	}
	if plan.Next.Kind != casefile.Reminder && now.Result == "" {
		require.False(t, slices.ContainsFunc(l.acted, func(r casefile.Rung) bool { return r.Kind == plan.Next.Kind && r.No == plan.Next.No }),
			"%s %d has acted, and acts again under another number: %v", plan.Next.Kind, plan.Next.No, l.acted)
	}
	if was.WasInTime {
		require.False(t, plan.Overdue && !was.Shown.Overdue, "an answer in time is never made late")
	}
	if plan.Reopened {
		rule, _ := was.Kind.Rule()
		require.True(t, was.EvidenceIsOpen && !was.AskedAnew && rule.Stage == casefile.Evidence, "only the evidence is opened again, while it is gathered")
		require.True(t, was.Result.TimePassed())
	}
	if was.Result != "" && !was.Result.TimePassed() {
		require.False(t, plan.Reopened, "what was answered stays answered")
	}
	day, err := DayBy(now.Deadline, l.holidays(plan.Version))
	require.NoError(t, err)
	if !was.WasInTime {
		require.Equal(t, day.On, plan.DueOn, "the day follows from the ledger, by the version that is named")
		require.Equal(t, day.Provisional, plan.Provisional)
	}
	settled := l.plan()
	require.False(t, settled.Moved, "planned again, nothing moves: %+v then %+v", plan, settled)
	require.False(t, settled.Reopened)
}

func samePlan(a, b Dates) bool {
	return a.same(b) && a.Version == b.Version && a.KeptUnder == b.KeptUnder
}

// try changes the ledger by an act. One that would take somebody's time is refused,
// and the ledger stays as it was.
func (l *life) try(change func(*Ledger)) {
	was := l.ledger
	was.Deadline.Pauses = slices.Clone(was.Deadline.Pauses)
	change(&l.ledger)
	plan := l.plan()
	if plan.TakesTime(l.ledger, l.today()) {
		l.ledger = was
		return
	}
	l.carryOut(plan)
}

func (l *life) open(d clock.Deadline) bool {
	return slices.ContainsFunc(d.Pauses, func(p clock.Pause) bool { return p.Until.IsZero() })
}

// comesUp lets the next rung act if its instant has come.
func (l *life) comesUp() {
	next := l.ledger.Shown.Next
	if l.ledger.Result != "" || next.At.IsZero() || l.now.Before(next.At) {
		return
	}
	if l.ledger.Shown.IsBehind(l.inForce) {
		l.carryOut(l.plan())
		return // and then looked at again
	}
	l.acted = append(l.acted, next)
	l.ledger.Acted = maps.Clone(l.ledger.Acted)
	l.ledger.Acted[next.Kind]++
	rule, _ := l.ledger.Kind.Rule()
	effect := casefile.EffectNone
	switch next.Kind {
	case casefile.Due:
		effect = rule.OnDue
	case casefile.Escalation:
		effect = rule.OnEscalation
	}
	switch effect {
	case casefile.EffectGap:
		l.ledger.Result, l.ledger.Shown.Overdue = casefile.ResultGap, true
		return
	case casefile.EffectLapse:
		l.ledger.Result = casefile.ResultLapsed
		return
	case casefile.EffectSearchAppeal:
		l.ledger.Result = "window_ended"
		return
	}
	following, err := l.rules.Following(l.ledger, next, l.holidays(l.ledger.Shown.Version))
	require.NoError(l.t, err)
	l.ledger.Shown.Next = following
	if next.Kind != casefile.Reminder {
		l.ledger.Shown.Overdue = true
	}
	if next.Kind == casefile.Escalation || effect == casefile.EffectEscalate {
		l.ledger.Shown.Escalated, l.ledger.Shown.Awaiting = true, rule.EscalateTo
	}
}

// TestAnyLifeOfADeadline: holds that begin and end, on days that have passed too, more
// time given and taken back, calendars that gain and lose days, rungs and answers, in
// any order and on any days: what must be true of a task's dates is true after each.
func TestAnyLifeOfADeadline(t *testing.T) {
	sets, err := Embedded()
	require.NoError(t, err)
	versions := []*clock.Holidays{clock.Embedded(),
		version(t, "more days", nil, freeDay("scotland", "2026-06-16"), freeDay("england-and-wales", "2026-06-17"), freeDay("scotland", "2026-07-20")),
		version(t, "other days", []clock.Holiday{freeDay("scotland", "2026-06-15"), freeDay("england-and-wales", "2026-05-25")},
			freeDay("england-and-wales", "2026-08-03"))}
	kinds := []casefile.TaskKind{casefile.TaskQuestionnaire, casefile.TaskSchool, casefile.TaskGP, casefile.TaskCommunity, casefile.TaskReport,
		casefile.TaskPropose, casefile.TaskNoAppeal, casefile.TaskAppealWindow, casefile.TaskHold, casefile.TaskOpeningLetter}
	operative := slices.DeleteFunc(sets, func(s *RuleSet) bool { return s.Use != Operative }) // others have no deadlines
	rapid.Check(t, func(t *rapid.T) {
		rules := operative[rapid.IntRange(0, len(operative)-1).Draw(t, "rules")]
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		began := day("2026-05-04").AddDays(rapid.IntRange(0, 30).Draw(t, "began"))
		deadline, err := rules.Deadline(kind, began, "S12000049")
		require.NoError(t, err)
		inForce := versions[rapid.IntRange(0, len(versions)-1).Draw(t, "in force")]
		ladder, err := rules.Ladder(kind, deadline, inForce)
		require.NoError(t, err)
		rule, _ := kind.Rule()
		l := &life{t: t, rules: rules, versions: versions, inForce: inForce, now: began.Start().Add(9 * time.Hour), ledger: Ledger{
			Kind: kind, Deadline: deadline, Owed: rule.Awaiting, Acted: map[casefile.RungKind]int{}, EvidenceIsOpen: rapid.Bool().Draw(t, "evidence is open"), AskedAnew: rapid.Bool().Draw(t, "asked anew"),
			Shown: Dates{DueOn: ladder.DueOn, Provisional: ladder.Provisional, Next: ladder.First, Awaiting: rule.Awaiting, Version: ladder.Calendar}}}
		someDay := func(what string) clock.Date {
			return began.AddDays(rapid.IntRange(0, max(l.today().DaysSince(began), 0)).Draw(t, what))
		}
		t.Repeat(map[string]func(*rapid.T){
			"a day passes": func(t *rapid.T) { l.now = l.now.Add(24 * time.Hour); l.comesUp() },
			"weeks pass": func(t *rapid.T) {
				l.now = l.now.Add(time.Duration(rapid.IntRange(2, 20).Draw(t, "days")) * 24 * time.Hour)
				l.comesUp()
			},
			"a rung acts":    func(t *rapid.T) { l.now = maxTime(l.now, l.ledger.Shown.Next.At); l.comesUp() },
			"nothing is new": func(t *rapid.T) { l.carryOut(l.plan()) },
			"a hold begins": func(t *rapid.T) {
				if !kind.CanBeStopped() || l.open(l.ledger.Deadline) {
					return // no ground stops it, or it is held
				}
				from := someDay("from")
				l.try(func(d *Ledger) { d.Deadline.Pauses = append(slices.Clone(d.Deadline.Pauses), clock.Pause{From: from}) })
			},
			"a hold ends": func(t *rapid.T) {
				if !l.open(l.ledger.Deadline) {
					return // none stands
				}
				last := len(l.ledger.Deadline.Pauses) - 1
				until := someDay("until")
				if until.Before(l.ledger.Deadline.Pauses[last].From) {
					return // it had not begun
				}
				l.try(func(d *Ledger) {
					d.Deadline.Pauses = slices.Clone(d.Deadline.Pauses)
					d.Deadline.Pauses[last].Until = until
				})
			},
			"more time": func(t *rapid.T) {
				if l.ledger.Result != "" || kind.MostExtended() == 0 {
					return // it is closed, or can't be extended
				}
				l.try(func(d *Ledger) { d.Deadline.Extended = rapid.IntRange(0, kind.MostExtended()).Draw(t, "days") })
			},
			"a calendar changes": func(t *rapid.T) {
				was := l.ledger.Shown.DueOn
				l.inForce = versions[rapid.IntRange(0, len(versions)-1).Draw(t, "to")]
				plan := l.plan()
				counted := l.ledger.Result == "" && !passed(was, l.today())
				require.False(t, counted && passed(plan.DueOn, l.today()), "no calendar lets a day pass that somebody counts on: %s, now %s", was, plan.DueOn)
				l.carryOut(plan)
			},
			"an answer": func(t *rapid.T) {
				if l.ledger.Result != "" {
					return // it is closed
				}
				on := someDay("attested for")
				l.ledger.Result, l.ledger.AnsweredOn = "complete", on
				l.ledger.WasInTime = l.ledger.Shown.DueOn.IsZero() || !l.ledger.Shown.DueOn.Before(on)
				l.ledger.Shown.Overdue = !l.ledger.WasInTime && kind.CanBeMissed()
				l.carryOut(l.plan())
			},
		})
	})
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
