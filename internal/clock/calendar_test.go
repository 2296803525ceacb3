package clock

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// calendar is one of the calendars that the program carries.
func calendar(t require.TestingT, id CalendarID) *Calendar {
	c, err := Embedded().Calendar(id)
	require.NoError(t, err)
	return c
}

// everyCalendar has the nations', the schools', and each as a council keeps it.
var everyCalendar = []CalendarID{EnglandAndWales, Scotland, ScotlandSchools, Scotland.KeptBy(glasgow), ScotlandSchools.KeptBy(glasgow)}

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
			given := Embedded().byYear[Division(id)][year]
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

func TestYearsBeyondThePublishedOnesAreProvisional(t *testing.T) {
	for _, id := range everyCalendar {
		for iso, want := range map[string]bool{"2018-12-31": true, "2019-01-01": false, "2028-12-31": false, "2029-01-01": true, "": false} {
			assert.Equal(t, want, calendar(t, id).Provisional(day(t, iso)), "%s %s", id, iso)
		}
	}
	council, err := withGlasgow(t).Calendar(Scotland.KeptBy(glasgow))
	require.NoError(t, err)
	assert.False(t, council.IsWorkingDay(day(t, "2031-07-21")), "a local day holds in a year that nobody has published")
	assert.True(t, council.Provisional(day(t, "2031-07-21")), "and does not publish it")
}

func TestACalendarIsMadeOnceAVersionAndNamesIt(t *testing.T) {
	for _, h := range []*Holidays{Embedded(), withGlasgow(t)} {
		for _, id := range everyCalendar {
			c, err := h.Calendar(id)
			require.NoError(t, err)
			assert.Equal(t, id, c.ID())
			assert.Equal(t, h.Version(), c.Version())
			again, err := h.Calendar(id)
			require.NoError(t, err)
			assert.Same(t, c, again)
		}
	}
}

func TestTheIDOfACouncilsCalendar(t *testing.T) {
	for _, c := range []struct {
		id      CalendarID
		base    CalendarID
		council string
	}{
		{EnglandAndWales, EnglandAndWales, ""},
		{Scotland, Scotland, ""},
		{"scotland/S12000049", Scotland, "S12000049"},
		{"scotland-schools/S12000049", ScotlandSchools, "S12000049"},
		{"scotland/", Scotland, ""},
		{"scotland/S12000049/S12000036", Scotland, "S12000049/S12000036"},
		{"/S12000049", "", "S12000049"},
		{"", "", ""},
	} {
		assert.Equal(t, c.base, c.id.Base(), "%q", c.id)
		assert.Equal(t, c.council, c.id.Council(), "%q", c.id)
	}

	for _, c := range []struct {
		id      CalendarID
		council string
		want    CalendarID
		ok      bool
	}{
		{Scotland, glasgow, "scotland/S12000049", true},
		{ScotlandSchools, glasgow, "scotland-schools/S12000049", true},
		{Scotland, "", Scotland, true},
		{EnglandAndWales, glasgow, EnglandAndWales, true}, // no council of Hame keeps it
		{EnglandAndWales, "", EnglandAndWales, true},
		{"scotland/S12000036", glasgow, "scotland/S12000049", true}, // from one council to another
		{"scotland/S12000036", "", "scotland/S12000036", true},
		{Scotland, "S12000049/S12000036", "scotland/S12000049/S12000036", false},
		{Scotland, "S92000003", "scotland/S92000003", false}, // Scotland's own code is no council's
		{Scotland, "/", "scotland//", false},
		{"mars", glasgow, "mars/S12000049", false},
		{"", glasgow, "/S12000049", false},
	} {
		kept := c.id.KeptBy(c.council)
		assert.Equal(t, c.want, kept, "%q kept by %q", c.id, c.council)
		assert.Equal(t, kept, kept.KeptBy(c.council), "twice is once")
		assert.Equal(t, c.ok, kept.Check() == nil, "%q", kept)
	}
}

func TestAnIDThatIsNoCalendarsIsRefused(t *testing.T) {
	for _, id := range []CalendarID{
		"", "/", "//", " ", "mars", "wales", "northern-ireland", "Scotland", "SCOTLAND", " scotland", "scotland ", "scotland\n", "scotland\x00",
		"scotland/", "scotland//S12000049", "scotland/S12000049/", "scotland/S12000049/S12000036", "/S12000049", "S12000049",
		"scotland/s12000049", "scotland/S1200004", "scotland/S120000499", "scotland/S12000049\n", "scotland/\nS12000049", "scotland/S1200004９", "scotland/S12００００49",
		"scotland/S92000003", "scotland/E09000001", "scotland/../england-and-wales", "scotland-schools/scotland", "scotland/S12%30049", "scotland/S12000049' OR '1'='1",
		"england-and-wales/", "england-and-wales/S12000049", "england-and-wales/W06000015",
		CalendarID("scotland/S12" + strings.Repeat("0", 1<<16)),
	} {
		err := id.Check()
		require.ErrorContains(t, err, "unknown calendar", "%q", id)
		assert.ErrorContains(t, err, "expected england-and-wales, scotland or scotland-schools", "%q", id)
		assert.ErrorContains(t, err, "scotland/S12000049", "an example says how a council's is written")

		c, err := Embedded().Calendar(id)
		assert.ErrorContains(t, err, "unknown calendar", "%q", id)
		assert.Nil(t, c)
		assert.ErrorContains(t, Budget{1, WorkingDays, id}.Check(), "unknown calendar", "%q", id)
	}
	for _, id := range everyCalendar {
		assert.NoError(t, id.Check(), "%q", id)
	}
}

func TestWorkingDayProperties(t *testing.T) {
	h := withGlasgow(t)
	rapid.Check(t, func(rt *rapid.T) {
		c, err := h.Calendar(rapid.SampledFrom(everyCalendar).Draw(rt, "calendar"))
		require.NoError(rt, err)
		d, n := anyDay(rt, "day"), rapid.IntRange(1, 120).Draw(rt, "n")
		end := c.AddWorkingDays(d, n)
		assert.True(rt, c.IsWorkingDay(end))
		assert.True(rt, end.After(d))
		assert.True(rt, c.AddWorkingDays(d, n+1).After(end), "grows with n")
		assert.False(rt, c.AddWorkingDays(d.AddDays(1), n).Before(end), "never falls as the start grows")
		assert.Equal(rt, end, c.AddWorkingDays(c.AddWorkingDays(d, n-1), 1), "counts one by one")
		assert.Equal(rt, d, c.AddWorkingDays(d, 0))
		assert.Equal(rt, c.AddWorkingDays(d, 2), c.DeemedReceipt(d), "a letter is received on the second working day")

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
	// A version of its own, so that no year has been worked out yet.
	h, err := NewHolidays("many", Embedded().Days())
	require.NoError(t, err)
	calendars := make([]*Calendar, 8)
	var wg sync.WaitGroup
	for i := range calendars {
		wg.Go(func() {
			calendars[i], _ = h.Calendar(Scotland)
			for d := NewDate(2015, 1, 1); d.Year() < 2040; d = d.AddDays(1) {
				calendars[i].IsWorkingDay(d)
			}
		})
	}
	wg.Wait()
	for _, c := range calendars {
		assert.Same(t, calendars[0], c)
		assert.False(t, c.IsWorkingDay(NewDate(2030, time.January, 2)))
		assert.True(t, c.IsWorkingDay(NewDate(2030, time.January, 3)))
	}
}

// almanac says of each day of 2018 to 2041 whether it is a working day. It is
// made without the package: the published days are read from the source of the
// gov.uk page, and the years around them are worked out from the words of the
// rules, Easter included.
type almanac struct {
	first   time.Time
	working []bool
}

func newAlmanac(t require.TestingT, nation string, schools bool, local ...string) almanac {
	holidays := map[string]bool{}
	for _, iso := range local {
		holidays[iso] = true
	}
	published := publishedByPage(t, nation)
	for year := 2018; year <= 2041; year++ {
		days, ok := published[year]
		if !ok {
			days = holidaysInWords(year, nation == "scotland")
		}
		for _, d := range days {
			holidays[d.Format(time.DateOnly)] = true
		}
	}
	a := almanac{first: time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)}
	for d := a.first; d.Year() <= 2041; d = d.AddDate(0, 0, 1) {
		summer := d.Month() == time.July || d.Month() == time.August && d.Day() <= 15
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		a.working = append(a.working, !weekend && !holidays[d.Format(time.DateOnly)] && !(schools && summer))
	}
	return a
}

// publishedByPage reads the days of a nation by year from the page's source.
func publishedByPage(t require.TestingT, nation string) map[int][]time.Time {
	var page struct {
		Divisions map[string]map[string]any
	}
	data, err := os.ReadFile(pageFile)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &page))
	out := map[int][]time.Time{}
	for _, value := range page.Divisions["common.nations."+nation+"_slug"] {
		events, _ := value.([]any) // the others are words
		for _, e := range events {
			d, err := time.Parse("02/01/2006", e.(map[string]any)["date"].(string))
			require.NoError(t, err)
			out[d.Year()] = append(out[d.Year()], d)
		}
	}
	require.Len(t, out, 10, "2019 to 2028 are published")
	return out
}

// holidaysInWords are a year's bank holidays as the rules have them in words: a
// fixed day that falls on a weekend is kept on the next weekday that is no
// holiday already.
func holidaysInWords(year int, scotland bool) []time.Time {
	on := func(m time.Month, d int) time.Time { return time.Date(year, m, d, 0, 0, 0, 0, time.UTC) }
	mondayFrom := func(d time.Time) time.Time {
		for d.Weekday() != time.Monday {
			d = d.AddDate(0, 0, 1)
		}
		return d
	}
	easter := easterSunday(year)
	days := []time.Time{
		easter.AddDate(0, 0, -2),     // Good Friday
		mondayFrom(on(time.May, 1)),  // the first Monday of May
		mondayFrom(on(time.May, 25)), // the last
	}
	fixed := []time.Time{on(time.January, 1), on(time.December, 25), on(time.December, 26)}
	if scotland {
		days = append(days, mondayFrom(on(time.August, 1)))
		fixed = append(fixed, on(time.January, 2), on(time.November, 30))
	} else {
		days = append(days, easter.AddDate(0, 0, 1), mondayFrom(on(time.August, 25)))
	}
	weekend := func(d time.Time) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }
	for _, d := range fixed {
		if !weekend(d) {
			days = append(days, d)
		}
	}
	for _, d := range fixed {
		if weekend(d) {
			for weekend(d) || slices.Contains(days, d) {
				d = d.AddDate(0, 0, 1)
			}
			days = append(days, d)
		}
	}
	return days
}

// easterSunday is Lilius and Clavius's reckoning by golden number and epact, as
// Knuth tells it (The Art of Computer Programming, 1.3.2, exercise 14).
func easterSunday(year int) time.Time {
	golden := year%19 + 1
	century := year/100 + 1
	leapsDropped := 3*century/4 - 12
	moon := (8*century+5)/25 - 5
	sunday := 5*year/4 - leapsDropped - 10
	epact := (11*golden + 20 + moon - leapsDropped) % 30
	if epact == 25 && golden > 11 || epact == 24 {
		epact++
	}
	full := 44 - epact // a day of March
	if full < 21 {
		full += 30
	}
	return time.Date(year, time.March, full+7-(sunday+full)%7, 0, 0, 0, 0, time.UTC)
}

// add walks n working days from a day, as one does with a finger on a calendar.
func (a almanac) add(i, n int) int {
	step := 1
	if n < 0 {
		step = -1
	}
	for n != 0 {
		i += step
		if a.working[i] {
			n -= step
		}
	}
	return i
}

func TestTheAlmanacKnowsEaster(t *testing.T) {
	// As the printed tables have it, so that the almanac's reckoning is no mere second opinion.
	for year, want := range map[int]string{
		2019: "04-21", 2020: "04-12", 2021: "04-04", 2022: "04-17", 2023: "04-09", 2024: "03-31", 2025: "04-20", 2026: "04-05",
		2027: "03-28", 2028: "04-16", 2029: "04-01", 2030: "04-21", 2031: "04-13", 2032: "03-28", 2033: "04-17", 2034: "04-09",
		2035: "03-25", 2036: "04-13", 2037: "04-05", 2038: "04-25", 2039: "04-10", 2040: "04-01",
	} {
		assert.Equal(t, want, easterSunday(year).Format("01-02"), year)
		assert.Equal(t, time.Sunday, easterSunday(year).Weekday(), year)
	}
}

func TestWorkingDaysAgainstAnAlmanacOfEveryDay(t *testing.T) {
	h := withGlasgow(t)
	for id, almanac := range map[CalendarID]almanac{
		EnglandAndWales:                 newAlmanac(t, "england-and-wales", false),
		Scotland:                        newAlmanac(t, "scotland", false),
		ScotlandSchools:                 newAlmanac(t, "scotland", true),
		Scotland.KeptBy(glasgow):        newAlmanac(t, "scotland", false, glasgowsDays...),
		ScotlandSchools.KeptBy(glasgow): newAlmanac(t, "scotland", true, glasgowsDays...),
	} {
		t.Run(string(id), func(t *testing.T) {
			c, err := h.Calendar(id)
			require.NoError(t, err)
			dates := make([]Date, len(almanac.working))
			for i := range dates {
				dates[i] = dateFrom(almanac.first.AddDate(0, 0, i))
			}
			checked := 0
			for i, d := range dates {
				if d.Year() < 2019 || d.Year() > 2040 {
					continue
				}
				if got := c.IsWorkingDay(d); got != almanac.working[i] {
					require.Equal(t, almanac.working[i], got, "is %s a working day?", d)
				}
				for _, n := range []int{1, 2, 5, 10, 20, 40, -1, -2, -20} {
					if want, got := dates[almanac.add(i, n)], c.AddWorkingDays(d, n); got != want {
						require.Equal(t, want, got, "%s and %d working days", d, n)
					}
				}
				if want, got := dates[almanac.add(i-1, 1)], c.NextWorkingDay(d); got != want {
					require.Equal(t, want, got, "the working day on or after %s", d)
				}
				checked++
			}
			assert.Equal(t, 22*365+6, checked, "every day of 22 years was held against it") // leap years 2020 to 2040
		})
	}
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
