package clock

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDeadline(t *testing.T) {
	for _, c := range []struct {
		began       string
		budget      Budget
		due         string
		provisional bool
	}{
		{"2026-03-02", Budget{20, WorkingDays, EnglandAndWales}, "2026-03-30", false},
		{"2026-03-23", Budget{20, WorkingDays, EnglandAndWales}, "2026-04-22", false},
		{"2026-03-23", Budget{20, WorkingDays, Scotland}, "2026-04-21", false},
		{"2026-06-15", Budget{20, WorkingDays, ScotlandSchools}, "2026-08-27", false},
		{"2026-03-02", Budget{28, CalendarDays, ""}, "2026-03-30", false},
		{"2026-03-06", Budget{1, CalendarDays, Scotland}, "2026-03-07", false}, // a Saturday stays one
		{"2028-12-18", Budget{10, WorkingDays, Scotland}, "2029-01-05", true},
		{"2028-12-18", Budget{30, CalendarDays, Scotland}, "2029-01-17", false},
		{"2018-12-20", Budget{10, WorkingDays, Scotland}, "2019-01-09", true},
		{"2026-03-02", Budget{0, WorkingDays, Scotland}, "2026-03-02", false},
		{"2026-07-17", Budget{1, WorkingDays, Scotland.KeptBy(glasgow)}, "2026-07-21", false}, // over Fair Monday
		{"2026-07-17", Budget{1, WorkingDays, Scotland}, "2026-07-20", false},
	} {
		h := withGlasgow(t)
		d := Deadline{Began: day(t, c.began), Budget: c.budget}
		name := fmt.Sprint(c)
		due, err := d.Due(h)
		require.NoError(t, err, name)
		assert.Equal(t, c.due, due.String(), name)
		provisional, err := d.Provisional(h)
		require.NoError(t, err, name)
		assert.Equal(t, c.provisional, provisional, name)
		again, err := d.After(h, c.budget.Days)
		require.NoError(t, err, name)
		assert.Equal(t, due, again)
	}

	d := Deadline{Began: day(t, "2026-03-02"), Budget: Budget{20, WorkingDays, Scotland}}
	reminder, err := d.After(Embedded(), 10)
	require.NoError(t, err)
	assert.Equal(t, "2026-03-16", reminder.String())
}

func TestDeadlineRefused(t *testing.T) {
	began := day(t, "2026-03-02")
	ok := Budget{1, WorkingDays, Scotland}
	for want, d := range map[string]Deadline{
		"has not begun":                      {Budget: ok},
		"-1 days":                            {Began: began, Budget: Budget{-1, WorkingDays, Scotland}},
		`unknown unit "weeks"`:               {Began: began, Budget: Budget{1, "weeks", Scotland}},
		`unknown unit ""`:                    {Began: began, Budget: Budget{1, "", Scotland}},
		`unknown calendar ""`:                {Began: began, Budget: Budget{1, WorkingDays, ""}},
		`unknown calendar "mars"`:            {Began: began, Budget: Budget{1, CalendarDays, "mars"}},
		`unknown calendar "scotland/glasgo"`: {Began: began, Budget: Budget{1, WorkingDays, "scotland/glasgo"}},
		"a pause has no first day":           {Began: began, Budget: ok, Pauses: []Pause{{From: began, Until: began}, {}}},
	} {
		_, err := d.Due(Embedded())
		assert.ErrorContains(t, err, want)
		_, err = d.After(Embedded(), 1)
		assert.ErrorContains(t, err, want)
		_, err = d.Used(Embedded(), began)
		assert.ErrorContains(t, err, want)
		_, err = d.Left(Embedded(), began)
		assert.ErrorContains(t, err, want)
		_, err = d.Provisional(Embedded())
		assert.ErrorContains(t, err, want)
	}
	_, err := Deadline{Began: began, Budget: Budget{5, WorkingDays, Scotland}}.After(Embedded(), -1)
	assert.ErrorContains(t, err, "-1 days after")
	_, err = Deadline{Began: began, Budget: Budget{5, WorkingDays, Scotland}, Extended: -6}.Due(Embedded())
	assert.ErrorContains(t, err, "-1 days after", "more was taken back than there was")
}

func TestAPauseIsWrittenWithItsEndOnlyWhenItHasOne(t *testing.T) {
	for text, pause := range map[string]Pause{
		`{"from":"2026-05-01"}`:                      {From: day(t, "2026-05-01")},
		`{"from":"2026-05-01","until":"2026-05-13"}`: {From: day(t, "2026-05-01"), Until: day(t, "2026-05-13")},
	} {
		out, err := json.Marshal(pause)
		require.NoError(t, err)
		assert.Equal(t, text, string(out))
		var read Pause
		require.NoError(t, json.Unmarshal([]byte(text), &read))
		assert.Equal(t, pause, read)
	}
}

func TestAPauseHasItsFirstAndItsLastDay(t *testing.T) {
	closed := Pause{From: day(t, "2026-05-01"), Until: day(t, "2026-05-13")}
	open := Pause{From: closed.From}
	ofADay := Pause{From: closed.From, Until: closed.From}
	for iso, want := range map[string][3]bool{
		"2026-04-30": {false, false, false},
		"2026-05-01": {true, true, true},
		"2026-05-02": {true, true, false},
		"2026-05-13": {true, true, false},
		"2026-05-14": {false, true, false},
		"9999-12-31": {false, true, false},
	} {
		assert.Equal(t, want, [3]bool{closed.Has(day(t, iso)), open.Has(day(t, iso)), ofADay.Has(day(t, iso))}, iso)
	}
}

// anyPause draws a pause that has an end, from some weeks before a day to some
// months after it.
func anyPause(rt *rapid.T, near Date, label string) Pause {
	from := near.AddDays(rapid.IntRange(-20, 100).Draw(rt, label+" begins"))
	return Pause{From: from, Until: from.AddDays(rapid.IntRange(0, 40).Draw(rt, label+" lasts"))}
}

// anyDeadline draws a deadline of published and of provisional years, in either
// unit and by any calendar, that may be extended and have stood still.
func anyDeadline(rt *rapid.T) Deadline {
	d := Deadline{
		Began: NewDate(2019, time.January, 1).AddDays(rapid.IntRange(0, 14*365).Draw(rt, "began")),
		Budget: Budget{
			Days:     rapid.IntRange(1, 45).Draw(rt, "days"),
			Unit:     rapid.SampledFrom([]Unit{WorkingDays, WorkingDays, CalendarDays}).Draw(rt, "unit"),
			Calendar: rapid.SampledFrom(everyCalendar).Draw(rt, "calendar"),
		},
		Extended: rapid.SampledFrom([]int{0, 0, 1, 5, 10}).Draw(rt, "extended"),
	}
	for i := range rapid.IntRange(0, 3).Draw(rt, "pauses") {
		d.Pauses = append(d.Pauses, anyPause(rt, d.Began, fmt.Sprint("pause ", i+1)))
	}
	return d
}

// paused is the deadline with one more pause, and extended the one with so many
// days more; the deadline that is given stays what it was.
func paused(d Deadline, p Pause) Deadline {
	d.Pauses = append(slices.Clone(d.Pauses), p)
	return d
}

func extended(d Deadline, by int) Deadline {
	d.Extended += by
	return d
}

func dueOf(t require.TestingT, h *Holidays, d Deadline) Date {
	due, err := d.Due(h)
	require.NoError(t, err)
	return due
}

func leftOf(t require.TestingT, h *Holidays, d Deadline, at Date) int {
	left, err := d.Left(h, at)
	require.NoError(t, err)
	return left
}

// countOn walks from a day until so many days have been counted, day by day.
func countOn(t require.TestingT, h *Holidays, d Deadline, from Date, days int) Date {
	c, err := h.Calendar(d.Budget.Calendar)
	require.NoError(t, err)
	for days > 0 {
		from = from.AddDays(1)
		stands := slices.ContainsFunc(d.Pauses, func(p Pause) bool { return from.Compare(p.From) >= 0 && from.Compare(p.Until) <= 0 })
		if !stands && (d.Budget.Unit == CalendarDays || c.IsWorkingDay(from)) {
			days--
		}
	}
	return from
}

func TestWhatIsLeftWhenAPauseBeginsIsLeftWhenItEnds(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		before := anyDeadline(rt)
		pause := anyPause(rt, before.Began, "another pause")
		after := paused(before, pause)

		left := leftOf(rt, h, after, pause.From.AddDays(-1))
		assert.Equal(rt, leftOf(rt, h, before, pause.From.AddDays(-1)), left, "a pause changes nothing before it")
		assert.Equal(rt, left, leftOf(rt, h, after, pause.Until))
		assert.Equal(rt, left, leftOf(rt, h, paused(before, Pause{From: pause.From}), pause.Until), "also while its end is not known")

		due := dueOf(rt, h, after)
		if left == 0 {
			assert.Equal(rt, dueOf(rt, h, before), due)
			return
		}
		from := pause.Until
		if from.Before(before.Began) {
			from = before.Began
		}
		assert.Equal(rt, countOn(rt, h, after, from, left), due, "its end is the trigger of what is left")
		assert.Zero(rt, leftOf(rt, h, after, due))
		assert.Equal(rt, 1, leftOf(rt, h, after, due.AddDays(-1)))
	})
}

func TestAnExtensionThatIsWithdrawnWasNeverGiven(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d, n := anyDeadline(rt), rapid.IntRange(1, 30).Draw(rt, "by")
		longer := extended(d, n)
		assert.Equal(rt, d.Total()+n, longer.Total())
		assert.True(rt, dueOf(rt, h, longer).After(dueOf(rt, h, d)))
		assert.Equal(rt, countOn(rt, h, d, dueOf(rt, h, d), n), dueOf(rt, h, longer), "days of its own unit, after those it had")
		assert.Equal(rt, n, leftOf(rt, h, longer, dueOf(rt, h, d)))
		budget := d
		budget.Budget.Days += n
		assert.Equal(rt, dueOf(rt, h, budget), dueOf(rt, h, longer), "as if the budget had been longer from the beginning")

		back := extended(longer, -n)
		assert.Equal(rt, d, back)
		assert.Equal(rt, dueOf(rt, h, d), dueOf(rt, h, back))
		at := anyPause(rt, d.Began, "any day").From
		assert.Equal(rt, leftOf(rt, h, d, at), leftOf(rt, h, back, at))
	})
}

func TestPausesAreASetOfDays(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		if rapid.Bool().Draw(rt, "one is open") {
			d = paused(d, Pause{From: anyPause(rt, d.Began, "open pause").From})
		}
		due, at := dueOf(rt, h, d), anyPause(rt, d.Began, "any day").Until
		same := func(pauses []Pause, why string) {
			other := d
			other.Pauses = pauses
			assert.Equal(rt, due, dueOf(rt, h, other), why)
			assert.Equal(rt, leftOf(rt, h, d, at), leftOf(rt, h, other, at), why)
		}
		same(rapid.Permutation(d.Pauses).Draw(rt, "order"), "in another order")
		same(slices.Concat(d.Pauses, d.Pauses), "each twice")

		// Day by day, each day once; an open one as it is.
		days := map[Date]bool{}
		var apart []Pause
		for _, p := range d.Pauses {
			if p.Until.IsZero() {
				apart = append(apart, p)
				continue
			}
			for x := p.From; !x.After(p.Until); x = x.AddDays(1) {
				if !days[x] {
					days[x] = true
					apart = append(apart, Pause{From: x, Until: x})
				}
			}
		}
		same(apart, "each day once")

		for i, p := range d.Pauses {
			if !p.Until.IsZero() {
				inside := p.From.AddDays(rapid.IntRange(0, p.Until.DaysSince(p.From)).Draw(rt, fmt.Sprint("inside of ", i+1)))
				same(slices.Concat([]Pause{{From: p.From, Until: inside}}, d.Pauses), "one within another")
			}
		}
	})
}

func TestAPauseAfterTheDueDayChangesNothing(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		due := dueOf(rt, h, d)
		from := due.AddDays(rapid.IntRange(1, 60).Draw(rt, "days after"))
		for _, until := range []Date{{}, from, from.AddDays(30)} {
			late := paused(d, Pause{From: from, Until: until})
			assert.Equal(rt, due, dueOf(rt, h, late), "the pause from %s to %s", from, until)
			assert.Zero(rt, leftOf(rt, h, late, from))
		}
	})
}

func TestNothingThatIsAddedBringsADueDayForward(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		due := dueOf(rt, h, d)
		pause := anyPause(rt, d.Began, "another pause")
		assert.False(rt, dueOf(rt, h, paused(d, pause)).Before(due), "a pause")
		assert.False(rt, dueOf(rt, h, extended(d, rapid.IntRange(0, 30).Draw(rt, "by"))).Before(due), "an extension")
		if pause.Until.AddDays(1).Before(due) {
			longer := Pause{From: pause.From, Until: pause.Until.AddDays(1)}
			assert.False(rt, dueOf(rt, h, paused(d, longer)).Before(dueOf(rt, h, paused(d, pause))), "a pause that ends later")
		}
	})
}

func TestAHolidayThatIsAddedBringsNoDueDayForward(t *testing.T) {
	base := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		if d.Began.Year() > 2027 {
			d.Began = d.Began.AddYears(-9) // so that the holiday falls in a published year
		}
		division := rapid.SampledFrom([]Division{DivisionEnglandAndWales, DivisionScotland, glasgow}).Draw(rt, "whose")
		on := d.Began.AddDays(rapid.IntRange(0, 60).Draw(rt, "holiday"))
		days := base.Days()
		for slices.ContainsFunc(days, func(h Holiday) bool { return h.Division == division && h.Date == on }) {
			on = on.AddDays(1) // it is a holiday already
		}
		more, err := NewHolidays("more", append(days, Holiday{division, on, "one more"}))
		require.NoError(rt, err)

		before, after := dueOf(rt, base, d), dueOf(rt, more, d)
		assert.False(rt, after.Before(before))
		was, err := base.Calendar(d.Budget.Calendar)
		require.NoError(rt, err)
		is, err := more.Calendar(d.Budget.Calendar)
		require.NoError(rt, err)
		stands := slices.ContainsFunc(d.Pauses, func(p Pause) bool { return p.Has(on) })
		counted := d.Budget.Unit == WorkingDays && was.IsWorkingDay(on) && !stands && on.After(d.Began) && !on.After(before)
		if counted && !is.IsWorkingDay(on) {
			assert.Equal(rt, countOn(rt, more, d, before, 1), after, "by the one day that no longer counts")
		} else {
			assert.Equal(rt, before, after, "a day that was not counted moves nothing")
		}
	})
}

func TestWhileAPauseIsOpenWhatItStopsHasNoDate(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		due := dueOf(rt, h, d)
		from := d.Began.AddDays(rapid.IntRange(-20, due.DaysSince(d.Began)).Draw(rt, "begins")) // the due day at the latest
		stopped := paused(d, Pause{From: from})
		assert.True(rt, dueOf(rt, h, stopped).IsZero())
		provisional, err := stopped.Provisional(h)
		require.NoError(rt, err)
		assert.False(rt, provisional, "what has no date has no provisional one")
		assert.Positive(rt, leftOf(rt, h, stopped, due.AddDays(1000)))
		assert.True(rt, dueOf(rt, h, extended(stopped, 5)).IsZero(), "an extension gives it none")
		assert.True(rt, dueOf(rt, h, paused(stopped, Pause{From: due, Until: due})).IsZero(), "nor does another pause that ends")

		// A reminder that was reached before the pause keeps its day.
		reached := d.Total() - leftOf(rt, h, stopped, from.AddDays(-1))
		before, err := d.After(h, reached)
		require.NoError(rt, err)
		after, err := stopped.After(h, reached)
		require.NoError(rt, err)
		if reached > 0 {
			assert.Equal(rt, before, after)
		}
		next, err := stopped.After(h, reached+1)
		require.NoError(rt, err)
		assert.True(rt, next.IsZero())

		until := from.AddDays(rapid.IntRange(0, 400).Draw(rt, "lasts"))
		closed := dueOf(rt, h, paused(d, Pause{From: from, Until: until}))
		assert.False(rt, closed.IsZero())
		assert.False(rt, closed.Before(due))
		assert.False(rt, dueOf(rt, h, paused(d, Pause{From: from, Until: until.AddDays(1)})).Before(closed), "the later it ends, the later it is due")
	})
}

func TestDueDaysGrowWithTheBeginningAndTheBudget(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		due := dueOf(rt, h, d)
		later := d
		later.Began = d.Began.AddDays(rapid.IntRange(1, 60).Draw(rt, "later by"))
		assert.False(rt, dueOf(rt, h, later).Before(due))
		longer := d
		longer.Budget.Days += rapid.IntRange(1, 30).Draw(rt, "longer by")
		assert.True(rt, dueOf(rt, h, longer).After(due))
		assert.True(rt, due.After(d.Began), "the day of the trigger is not counted")
		assert.Equal(rt, countOn(rt, h, d, d.Began, d.Total()), due)
	})
}

func TestADueDayIsReachedWhenTheBudgetIsUsed(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		at := d.Began.AddDays(rapid.IntRange(-5, 200).Draw(rt, "at"))
		used, err := d.Used(h, at)
		require.NoError(rt, err)
		assert.Equal(rt, max(d.Total()-used, 0), leftOf(rt, h, d, at))
		assert.Equal(rt, !at.Before(dueOf(rt, h, d)), leftOf(rt, h, d, at) == 0)
		reached, err := d.After(h, used)
		require.NoError(rt, err)
		if used > 0 {
			assert.False(rt, reached.After(at), "the day that was counted last lies no later")
		} else {
			assert.Equal(rt, d.Began, reached)
		}
		next, err := d.After(h, used+1)
		require.NoError(rt, err)
		assert.True(rt, next.After(at) || at.Before(d.Began))
	})
}

func TestADateIsProvisionalUntilItsYearsArePublished(t *testing.T) {
	h := withGlasgow(t)
	var days []Holiday
	for _, nation := range []Division{DivisionEnglandAndWales, DivisionScotland} {
		for year := 2029; year <= 2036; year++ {
			days = append(days, foreseen(nation, year)...)
		}
	}
	published := replaced(t, h, tsvOf("2029 to 2036", days...))
	for _, change := range h.Diff(published) {
		require.Empty(t, change.Added, "the rules foresaw the years")
		require.Empty(t, change.Removed)
	}
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDeadline(rt)
		due := dueOf(rt, h, d)
		before, err := d.Provisional(h)
		require.NoError(rt, err)
		assert.Equal(rt, d.Budget.Unit == WorkingDays && due.Year() > 2028, before)

		after, err := d.Provisional(published)
		require.NoError(rt, err)
		assert.False(rt, after)
		assert.Equal(rt, due, dueOf(rt, published, d), "and stays where it was, if it was foreseen")
	})
}

func TestADeadlineKnowsTheDaysOfTheVersionItIsGiven(t *testing.T) {
	d := Deadline{Began: day(t, "2026-06-12"), Budget: Budget{1, WorkingDays, Scotland}}
	assert.Equal(t, "2026-06-15", dueOf(t, olderVersion(t), d).String())
	assert.Equal(t, "2026-06-16", dueOf(t, Embedded(), d).String())
}
