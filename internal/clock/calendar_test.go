package clock

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func calendar(t require.TestingT, id CalendarID) *Calendar {
	c, err := For(id)
	require.NoError(t, err)
	return c
}

// oneOffs are the days on which the published file and the yearly rules
// differ: "+" a holiday that no rule gives, "-" one that a rule gives and that
// was not kept.
var oneOffs = map[CalendarID][]string{
	EnglandAndWales: {
		"+2020-05-08",                               // VE day; gb.EarlyMay leaves 2020 out by itself
		"+2022-06-02", "+2022-06-03", "+2022-09-19", // jubilee (gb.SpringHoliday leaves 2022 out), state funeral
		"+2023-05-08", // coronation
	},
	Scotland: {
		"+2020-05-08",
		"+2022-06-02", "+2022-06-03", "+2022-09-19",
		"+2023-05-08",
		"+2026-06-15", // World Cup, Scotland only
	},
}

func TestRulesGiveThePublishedHolidays(t *testing.T) {
	for id, rules := range map[CalendarID][]*cal.Holiday{EnglandAndWales: rulesEnglandAndWales, Scotland: rulesScotland} {
		var differ []string
		for year := 2019; year <= 2028; year++ {
			given := published.days[id][year]
			require.NotEmpty(t, given, "%s %d", id, year)
			computed := byRules(rules, year)
			for _, d := range given {
				if !slices.Contains(computed, d) {
					differ = append(differ, "+"+d.String())
				}
			}
			for _, d := range computed {
				assert.False(t, slices.Contains([]time.Weekday{time.Saturday, time.Sunday}, d.Weekday()), "%s is moved off the weekend", d)
				if !slices.Contains(given, d) {
					differ = append(differ, "-"+d.String())
				}
			}
		}
		assert.ElementsMatch(t, oneOffs[id], differ, id)
	}
}

func TestRuleYears(t *testing.T) {
	for id, want := range map[CalendarID]map[int][]string{
		Scotland: {
			2005: {"2005-01-03", "2005-01-04", "2005-03-25", "2005-05-02", "2005-05-30", "2005-08-01", "2005-12-26", "2005-12-27"},
			2007: {"2007-01-01", "2007-01-02", "2007-04-06", "2007-05-07", "2007-05-28", "2007-08-06", "2007-11-30", "2007-12-25", "2007-12-26"},
			2033: {"2033-01-03", "2033-01-04", "2033-04-15", "2033-05-02", "2033-05-30", "2033-08-01", "2033-11-30", "2033-12-26", "2033-12-27"},
		},
		EnglandAndWales: {
			2007: {"2007-01-01", "2007-04-06", "2007-04-09", "2007-05-07", "2007-05-28", "2007-08-27", "2007-12-25", "2007-12-26"},
		},
	} {
		c := calendar(t, id)
		for year, holidays := range want {
			var got []string
			for d := NewDate(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
				if w := d.Weekday(); !c.IsWorkingDay(d) && w != time.Saturday && w != time.Sunday {
					got = append(got, d.String())
				}
			}
			assert.Equal(t, holidays, got, "%s %d", id, year)
		}
	}
}

func TestCalendarsDiffer(t *testing.T) {
	for _, c := range []struct {
		day                         string
		england, scotland, scottish bool // working days; the last is the schools'
	}{
		{"2026-01-02", true, false, false},
		{"2026-04-03", false, false, false}, // Good Friday
		{"2026-04-06", false, true, true},   // Easter Monday
		{"2026-06-15", true, false, false},
		{"2026-06-30", true, true, true},
		{"2026-07-01", true, true, false},
		{"2026-08-03", true, false, false},
		{"2026-08-14", true, true, false},
		{"2026-08-17", true, true, true}, // 15 August is a Saturday
		{"2025-08-15", true, true, false},
		{"2026-08-31", false, true, true},
		{"2026-11-30", true, false, false},
		{"2026-12-26", false, false, false}, // a Saturday
		{"2026-12-28", false, false, false}, // Boxing Day's substitute
		{"", false, false, false},
	} {
		d := day(t, c.day)
		assert.Equal(t, c.england, calendar(t, EnglandAndWales).IsWorkingDay(d), c.day)
		assert.Equal(t, c.scotland, calendar(t, Scotland).IsWorkingDay(d), c.day)
		assert.Equal(t, c.scottish, calendar(t, ScotlandSchools).IsWorkingDay(d), c.day)
	}
}

func TestAddWorkingDays(t *testing.T) {
	for _, c := range []struct {
		id   CalendarID
		from string
		n    int
		want string
	}{
		{EnglandAndWales, "2026-03-02", 0, "2026-03-02"},
		{EnglandAndWales, "2026-03-07", 0, "2026-03-07"}, // a Saturday: nothing is counted
		{EnglandAndWales, "2026-03-02", 5, "2026-03-09"},
		{EnglandAndWales, "2026-03-07", 1, "2026-03-09"},
		{EnglandAndWales, "2026-04-02", 1, "2026-04-07"}, // over Easter
		{Scotland, "2026-04-02", 1, "2026-04-06"},
		{Scotland, "2026-12-24", 1, "2026-12-29"},
		{Scotland, "2026-12-31", 1, "2027-01-05"},
		{EnglandAndWales, "2026-12-31", 1, "2027-01-04"},
		{ScotlandSchools, "2026-06-26", 3, "2026-08-17"}, // stops for the summer
		{EnglandAndWales, "2026-03-09", -5, "2026-03-02"},
		{Scotland, "2026-04-06", -1, "2026-04-02"},
	} {
		got := calendar(t, c.id).AddWorkingDays(day(t, c.from), c.n)
		assert.Equal(t, c.want, got.String(), "%s %s %+d", c.id, c.from, c.n)
	}
	assert.Equal(t, "2026-04-07", calendar(t, EnglandAndWales).NextWorkingDay(day(t, "2026-04-03")).String())
	assert.Equal(t, "2026-04-07", calendar(t, EnglandAndWales).NextWorkingDay(day(t, "2026-04-07")).String())
}

func TestProvisional(t *testing.T) {
	c := calendar(t, Scotland)
	for iso, want := range map[string]bool{"2018-12-31": true, "2019-01-01": false, "2028-12-31": false, "2029-01-01": true, "": false} {
		assert.Equal(t, want, c.Provisional(day(t, iso)), iso)
	}
	assert.Equal(t, "2026-02", c.Version())
	assert.Equal(t, Scotland, c.ID())
	same := calendar(t, Scotland)
	assert.Same(t, c, same)
	_, err := For("wales")
	assert.ErrorContains(t, err, `unknown calendar "wales"`)
}

func TestHolidayFileIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"scotland\t2026-01-01\tNew Year's Day":                   "version",
		"# version: x\nscotland\t2026-01-01":                     "2 fields",
		"# version: x\nscotland\t2026-02-30\tNo such day":        "line 2",
		"# version: x\nnorthern-ireland\t2026-03-17\tSt Patrick": "unknown division",
	} {
		_, err := parseHolidays(text)
		assert.ErrorContains(t, err, want)
		assert.Panics(t, func() { mustParseHolidays(text) })
	}
}

func TestWorkingDayProperties(t *testing.T) {
	ids := []CalendarID{EnglandAndWales, Scotland, ScotlandSchools}
	rapid.Check(t, func(rt *rapid.T) {
		c := calendar(rt, rapid.SampledFrom(ids).Draw(rt, "calendar"))
		d, n := anyDay(rt, "day"), rapid.IntRange(1, 120).Draw(rt, "n")
		end := c.AddWorkingDays(d, n)
		assert.True(rt, c.IsWorkingDay(end))
		assert.True(rt, end.After(d))
		assert.True(rt, c.AddWorkingDays(d, n+1).After(end), "grows with n")
		assert.False(rt, c.AddWorkingDays(d.AddDays(1), n).Before(end), "never falls as the start grows")
		assert.Equal(rt, end, c.AddWorkingDays(c.AddWorkingDays(d, n-1), 1), "counts one by one")
		assert.Equal(rt, d, c.AddWorkingDays(d, 0))

		counted := 0
		for x := d.AddDays(1); !x.After(end); x = x.AddDays(1) {
			if c.IsWorkingDay(x) {
				counted++
			}
		}
		assert.Equal(rt, n, counted)

		next := c.NextWorkingDay(d)
		assert.True(rt, c.IsWorkingDay(next) && !next.Before(d))
		if c.IsWorkingDay(d) {
			assert.Equal(rt, d, c.AddWorkingDays(end, -n), "counts back")
		}
	})
}

func TestCalendarFromManyGoroutines(t *testing.T) {
	c := newCalendar(Scotland, Scotland, rulesScotland)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for d := NewDate(2015, 1, 1); d.Year() < 2040; d = d.AddDays(1) {
				c.IsWorkingDay(d)
			}
		})
	}
	wg.Wait()
	assert.False(t, c.IsWorkingDay(NewDate(2030, time.January, 2)))
}

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
	} {
		d := Deadline{day(t, c.began), c.budget}
		name := fmt.Sprint(c)
		due, err := d.Due()
		require.NoError(t, err, name)
		assert.Equal(t, c.due, due.String(), name)
		provisional, err := d.Provisional()
		require.NoError(t, err, name)
		assert.Equal(t, c.provisional, provisional, name)
		again, err := d.After(c.budget.Days)
		require.NoError(t, err, name)
		assert.Equal(t, due, again)
	}

	d := Deadline{day(t, "2026-03-02"), Budget{20, WorkingDays, Scotland}}
	reminder, err := d.After(10)
	require.NoError(t, err)
	assert.Equal(t, "2026-03-16", reminder.String())
}

func TestDeadlineRefused(t *testing.T) {
	began := day(t, "2026-03-02")
	for want, d := range map[string]Deadline{
		"has not begun":           {Date{}, Budget{1, WorkingDays, Scotland}},
		"-1 days":                 {began, Budget{-1, WorkingDays, Scotland}},
		`unknown unit "weeks"`:    {began, Budget{1, "weeks", Scotland}},
		`unknown calendar ""`:     {began, Budget{1, WorkingDays, ""}},
		`unknown calendar "mars"`: {began, Budget{1, CalendarDays, "mars"}},
	} {
		_, err := d.Due()
		assert.ErrorContains(t, err, want)
		_, err = d.Provisional()
		assert.ErrorContains(t, err, want)
	}
	_, err := Deadline{began, Budget{5, WorkingDays, Scotland}}.After(-1)
	assert.ErrorContains(t, err, "-1 days after")
}

func BenchmarkIsWorkingDay(b *testing.B) {
	c := calendar(b, Scotland)
	d := NewDate(2027, time.May, 4)
	for b.Loop() {
		c.IsWorkingDay(d)
	}
}

func BenchmarkAddTwentyWorkingDays(b *testing.B) {
	c := calendar(b, Scotland)
	d := NewDate(2027, time.May, 4)
	for b.Loop() {
		c.AddWorkingDays(d, 20)
	}
}
