package clock

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// glasgow is a council whose local days the tests lay over Scotland's.
const glasgow = "S12000049"

// glasgowsDays are Fair Monday and the Monday of the September weekend, of 2026
// and of a year that is not published nationally.
var glasgowsDays = []string{"2026-07-20", "2026-09-28", "2031-07-21", "2031-09-29"}

const glasgowTSV = `# Glasgow's local holidays.
# version: Glasgow 2026 and 2031
S12000049	2026-07-20	Glasgow Fair Monday
S12000049	2026-09-28	September weekend
S12000049	2031-07-21	Glasgow Fair Monday
S12000049	2031-09-29	September weekend
`

// withGlasgow is the version that the program carries, with Glasgow's days.
func withGlasgow(t require.TestingT) *Holidays { return replaced(t, Embedded(), glasgowTSV) }

// replaced is a version with what a file in Hame's own form says in it.
func replaced(t require.TestingT, h *Holidays, tsv string) *Holidays {
	part, err := ParseHolidays("part.tsv", []byte(tsv))
	require.NoError(t, err)
	whole, err := h.Replace(part)
	require.NoError(t, err)
	return whole
}

// tsvOf writes days in Hame's own form.
func tsvOf(label string, days ...Holiday) string {
	text := "# version: " + label + "\n"
	for _, d := range days {
		text += fmt.Sprintf("%s\t%s\t%s\n", d.Division, d.Date, d.Title)
	}
	return text
}

// foreseen are the days of a nation's year by the rules, reckoned by the almanac.
func foreseen(nation Division, year int) []Holiday {
	var days []Holiday
	for _, d := range holidaysInWords(year, nation == DivisionScotland) {
		days = append(days, Holiday{nation, dateFrom(d), "as foreseen"})
	}
	return days
}

// written lists days as "division date", which leaves their titles out.
func written(days []Holiday) []string {
	out := make([]string, 0, len(days))
	for _, d := range days {
		out = append(out, fmt.Sprint(d.Division, " ", d.Date))
	}
	return out
}

// changeOf is the change of one division in a list of them.
func changeOf(t require.TestingT, changes []Change, division Division) Change {
	for _, c := range changes {
		if c.Division == division {
			return c
		}
	}
	require.Fail(t, "no change is listed of "+string(division))
	return Change{}
}

func TestTheProgramCarriesBothNationsFrom2019To2028(t *testing.T) {
	h := Embedded()
	assert.Same(t, h, Embedded())
	assert.Equal(t, "2026-02", h.Label())
	assert.Regexp(t, "^[0-9a-f]{12}$", h.Version())
	assert.Equal(t, []Division{DivisionEnglandAndWales, DivisionScotland}, h.Divisions())
	for _, nation := range h.Divisions() {
		first, last := h.Years(nation)
		assert.Equal(t, []int{2019, 2028}, []int{first, last}, nation)
	}
	first, last := h.Years(glasgow)
	assert.Zero(t, first)
	assert.Zero(t, last)

	days := h.Days()
	assert.Len(t, days, 83+94, "two and one one-off in 2022 and 2023 beside eight a year; one more in 2026 beside nine a year")
	assert.True(t, slices.IsSortedFunc(days, func(a, b Holiday) int {
		if a.Division != b.Division {
			return strings.Compare(string(a.Division), string(b.Division))
		}
		return a.Date.Compare(b.Date)
	}))
	days[0].Date = day(t, "2027-02-02")
	assert.NotEqual(t, days[0], h.Days()[0], "a caller's list is the caller's")
}

func TestAVersionIsNamedByItsDaysOnly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		days := rapid.Permutation(Embedded().Days()).Draw(rt, "order")
		for i := range days {
			days[i].Title = "another title"
		}
		given := slices.Clone(days)
		h, err := NewHolidays("another label", days)
		require.NoError(rt, err)
		assert.Equal(rt, Embedded().Version(), h.Version())
		assert.Equal(rt, written(Embedded().Days()), written(h.Days()))
		assert.Equal(rt, given, days, "the given list is left as it was")

		i := rapid.IntRange(0, len(days)-1).Draw(rt, "left out")
		days = slices.Delete(days, i, i+1)
		if fewer, err := NewHolidays("a day fewer", days); err == nil {
			assert.NotEqual(rt, Embedded().Version(), fewer.Version())
		} else {
			assert.ErrorContains(rt, err, "the file is cut off or wrong")
		}
	})
	edinburghs := replaced(t, Embedded(), strings.ReplaceAll(glasgowTSV, glasgow, "S12000036"))
	assert.NotEqual(t, withGlasgow(t).Version(), edinburghs.Version(), "the same days of another council are another version")
	moved := Embedded().Days()
	moved[0].Date = day(t, "2019-01-02")
	h, err := NewHolidays("moved", moved)
	require.NoError(t, err)
	assert.NotEqual(t, Embedded().Version(), h.Version())
}

func TestDaysThatAreNoVersionAreRefused(t *testing.T) {
	both := slices.Concat(foreseen(DivisionEnglandAndWales, 2030), foreseen(DivisionScotland, 2030))
	only := func(nation Division) []Holiday {
		return slices.DeleteFunc(slices.Clone(both), func(d Holiday) bool { return d.Division != nation })
	}
	with := func(d Holiday) []Holiday { return append(slices.Clone(both), d) }
	_, err := NewHolidays("2030", both)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		days []Holiday
		want string
	}{
		"nothing":               {nil, "2030: it holds no holidays"},
		"Scotland only":         {only(DivisionScotland), "2030: no holidays of england-and-wales"},
		"England only":          {only(DivisionEnglandAndWales), "2030: no holidays of scotland"},
		"a council only":        {[]Holiday{{glasgow, day(t, "2030-07-15"), "Fair Monday"}}, "2030: no holidays of england-and-wales"},
		"a day twice":           {with(both[0]), "2030: england-and-wales, " + both[0].Date.String() + " stands twice"},
		"no date":               {with(Holiday{DivisionScotland, Date{}, "some day"}), "2030: scotland, : the years go from 1990 to 2100"},
		"a year too early":      {with(Holiday{DivisionScotland, day(t, "1989-12-31"), ""}), "2030: scotland, 1989-12-31: the years go from 1990 to 2100"},
		"a year too late":       {with(Holiday{glasgow, day(t, "2101-01-01"), ""}), "2030: S12000049, 2101-01-01: the years go from 1990 to 2100"},
		"a division of nobody":  {with(Holiday{"northern-ireland", day(t, "2030-03-18"), ""}), `2030: unknown division "northern-ireland"`},
		"no division":           {with(Holiday{"", day(t, "2030-03-18"), ""}), `2030: unknown division ""`},
		"a calendar's own name": {with(Holiday{"scotland-schools", day(t, "2030-07-01"), ""}), `2030: unknown division "scotland-schools"`},
		"a year cut off":        {with(Holiday{DivisionScotland, day(t, "2031-01-01"), ""}), "2030: scotland in 2031: 1 holidays on weekdays; a published year has at least 8"},
		"a year left out":       {slices.Concat(both, foreseen(DivisionScotland, 2032)), "2030: scotland in 2031: 0 holidays"},
	} {
		h, err := NewHolidays("2030", c.days)
		assert.ErrorContains(t, err, c.want, name)
		assert.Nil(t, h, name)
	}
}

func TestACouncilsYearsMayHaveAnyNumberOfDaysAndGaps(t *testing.T) {
	h := withGlasgow(t)
	first, last := h.Years(glasgow)
	assert.Equal(t, []int{2026, 2031}, []int{first, last})
	assert.Equal(t, []Division{glasgow, DivisionEnglandAndWales, DivisionScotland}, h.Divisions())
	assert.NotEqual(t, Embedded().Version(), h.Version())
}

func TestACouncilsDaysChangeItsOwnCalendarsOnly(t *testing.T) {
	before, after := Embedded(), withGlasgow(t)
	for id, want := range map[CalendarID][]string{
		EnglandAndWales:                     nil,
		Scotland:                            nil,
		ScotlandSchools:                     nil,
		Scotland.KeptBy("S12000036"):        nil,
		ScotlandSchools.KeptBy("S12000036"): nil,
		Scotland.KeptBy(glasgow):            glasgowsDays,
		ScotlandSchools.KeptBy(glasgow):     {"2026-09-28", "2031-09-29"}, // the Fair lies in the schools' summer
	} {
		was, err := before.Calendar(id)
		require.NoError(t, err)
		is, err := after.Calendar(id)
		require.NoError(t, err)
		var differ []string
		for d := NewDate(2017, time.January, 1); d.Year() < 2036; d = d.AddDays(1) {
			if was.IsWorkingDay(d) != is.IsWorkingDay(d) {
				assert.False(t, is.IsWorkingDay(d), "%s %s", id, d)
				differ = append(differ, d.String())
			}
			require.Equal(t, was.Provisional(d), is.Provisional(d), "%s %s", id, d)
		}
		assert.Equal(t, want, differ, id)
	}

	changes := before.Diff(after)
	require.Len(t, changes, 3)
	assert.True(t, changeOf(t, changes, DivisionEnglandAndWales).IsEmpty())
	assert.True(t, changeOf(t, changes, DivisionScotland).IsEmpty())
	local := changeOf(t, changes, glasgow)
	assert.Len(t, local.Added, len(glasgowsDays))
	assert.Equal(t, "Glasgow Fair Monday", local.Added[0].Title)
	assert.Empty(t, local.Removed)
	assert.Empty(t, local.Published, "a council's days publish no year")
	assert.Empty(t, local.Unpublished)
	assert.False(t, local.IsEmpty())
}

func TestACouncilsFileReplacesItsYearsAndNoOthers(t *testing.T) {
	h := replaced(t, withGlasgow(t), "# version: Glasgow, 2026 again\nS12000049\t2026-07-17\tGlasgow Fair Friday\n")
	assert.Equal(t, []string{"S12000049 2026-07-17", "S12000049 2031-07-21", "S12000049 2031-09-29"}, written(h.Days())[:3])
	change := changeOf(t, withGlasgow(t).Diff(h), glasgow)
	assert.Equal(t, []string{"S12000049 2026-07-17"}, written(change.Added))
	assert.Equal(t, []string{"S12000049 2026-07-20", "S12000049 2026-09-28"}, written(change.Removed))

	// Another council's days leave Glasgow's where they are.
	h = replaced(t, h, "# version: Edinburgh\nS12000036\t2026-04-06\tEaster Monday\n")
	assert.Equal(t, []Division{"S12000036", glasgow, DivisionEnglandAndWales, DivisionScotland}, h.Divisions())
	assert.Len(t, h.Days(), len(Embedded().Days())+4)
}

func TestACouncilsDaysCanBeTakenBack(t *testing.T) {
	h := replaced(t, withGlasgow(t), "# version: Glasgow has no days in 2026\nS12000049\t2026\tnone\n")
	assert.Equal(t, []string{"S12000049 2031-07-21", "S12000049 2031-09-29"}, written(h.Days())[:2])
	assert.Equal(t, []string{"S12000049 2026-07-20", "S12000049 2026-09-28"}, written(changeOf(t, withGlasgow(t).Diff(h), glasgow).Removed))
	h = replaced(t, h, "# version: nor in 2031\nS12000049\t2031\tnone\nS12000036\t2031\tNone\n")
	assert.Equal(t, Embedded().Days(), h.Days(), "and it is as before it had any")
	assert.Equal(t, Embedded().Version(), h.Version())
}

func TestALabelSaysWhatAVersionWasMadeOf(t *testing.T) {
	part, err := ParseHolidays("glasgow.tsv", []byte(glasgowTSV))
	require.NoError(t, err)
	assert.Equal(t, "Glasgow 2026 and 2031", part.Label())
	assert.Equal(t, "2026-02 + Glasgow 2026 and 2031", withGlasgow(t).Label(), "a part is laid over what stood there")
	scotland := replaced(t, withGlasgow(t), tsvOf("Scotland 2029", foreseen(DivisionScotland, 2029)...))
	assert.Equal(t, "2026-02 + Glasgow 2026 and 2031 + Scotland 2029", scotland.Label(), "one nation is a part too")
	whole := replaced(t, withGlasgow(t), tsvOf("2026-03", Embedded().Days()...))
	assert.Equal(t, "2026-03", whole.Label(), "both nations are a version by themselves")

	long := replaced(t, Embedded(), strings.Replace(glasgowTSV, "Glasgow 2026", strings.Repeat("é", 180)+" 2026", 1)).Label()
	assert.Equal(t, LongestLabel, utf8.RuneCountInString(long), "a label has a longest length, in characters")
	assert.True(t, utf8.ValidString(long))
	assert.True(t, strings.HasSuffix(long, "é 2026 and 2031"), "its end is kept: what came last")
}

func TestReplacingAVersionWithItselfChangesNothing(t *testing.T) {
	for _, h := range []*Holidays{Embedded(), withGlasgow(t)} {
		again, err := h.Replace(h)
		require.NoError(t, err)
		assert.Equal(t, h.Version(), again.Version())
		assert.Equal(t, h.Days(), again.Days())
		for _, change := range h.Diff(again) {
			assert.True(t, change.IsEmpty(), change.Division)
			assert.NotNil(t, change.Added, "lists are written as [] and not as null")
			assert.NotNil(t, change.Removed)
			assert.NotNil(t, change.Published)
			assert.NotNil(t, change.Unpublished)
		}
	}
}

func TestAPublishedYearIsAChangeOnlyWhereTheRulesDidNotForeseeIt(t *testing.T) {
	scotland := foreseen(DivisionScotland, 2029)
	asForeseen := replaced(t, Embedded(), tsvOf("2029", scotland...))
	changes := Embedded().Diff(asForeseen)
	require.Len(t, changes, 2)
	assert.True(t, changeOf(t, changes, DivisionEnglandAndWales).IsEmpty())
	change := changeOf(t, changes, DivisionScotland)
	assert.Empty(t, change.Added)
	assert.Empty(t, change.Removed)
	assert.Equal(t, []int{2029}, change.Published)
	assert.Empty(t, change.Unpublished)
	assert.False(t, change.IsEmpty(), "dates in the year are no longer provisional")

	// St Andrew's Day gives way to another day.
	for i := range scotland {
		if scotland[i].Date == day(t, "2029-11-30") {
			scotland[i] = Holiday{DivisionScotland, day(t, "2029-06-29"), "A day nobody foresaw"}
		}
	}
	otherwise := replaced(t, Embedded(), tsvOf("2029", scotland...))
	change = changeOf(t, Embedded().Diff(otherwise), DivisionScotland)
	assert.Equal(t, []Holiday{{DivisionScotland, day(t, "2029-06-29"), "A day nobody foresaw"}}, change.Added)
	assert.Equal(t, []Holiday{{DivisionScotland, day(t, "2029-11-30"), "by the yearly rules"}}, change.Removed)
	assert.Equal(t, []int{2029}, change.Published)

	back := changeOf(t, otherwise.Diff(Embedded()), DivisionScotland)
	assert.Equal(t, change.Added, back.Removed)
	assert.Equal(t, change.Removed, back.Added)
	assert.Equal(t, []int{2029}, back.Unpublished)
	assert.Empty(t, back.Published)
}

func TestAYearThatDoesNotFollowThePublishedOnesIsRefused(t *testing.T) {
	part, err := ParseHolidays("2031.tsv", []byte(tsvOf("2031", foreseen(DivisionScotland, 2031)...)))
	require.NoError(t, err)
	_, err = Embedded().Replace(part)
	assert.ErrorContains(t, err, "scotland in 2029: 0 holidays")
}

func TestADiffIsWhatADayByDayComparisonFinds(t *testing.T) {
	years := []int{2025, 2026, 2027, 2028, 2029, 2030}
	version := func(rt *rapid.T, label string) *Holidays {
		h := Embedded()
		if last := rapid.SampledFrom(years[3:]).Draw(rt, label+" ends"); last > 2028 {
			var days []Holiday
			for year := 2029; year <= last; year++ {
				days = append(days, foreseen(DivisionScotland, year)...)
			}
			h = replaced(rt, h, tsvOf(label, days...))
		}
		days := h.Days()
		for i := range rapid.IntRange(0, 4).Draw(rt, label+" one-offs") {
			d := NewDate(rapid.SampledFrom(years[:4]).Draw(rt, fmt.Sprint(label, " year ", i)), time.February, rapid.IntRange(1, 28).Draw(rt, fmt.Sprint(label, " day ", i)))
			if !slices.ContainsFunc(days, func(h Holiday) bool { return h.Division == DivisionScotland && h.Date == d }) {
				days = append(days, Holiday{DivisionScotland, d, "a one-off"})
			}
		}
		h, err := NewHolidays(label, days)
		require.NoError(rt, err)
		return h
	}
	rapid.Check(t, func(rt *rapid.T) {
		from, to := version(rt, "from"), version(rt, "to")
		change := changeOf(rt, from.Diff(to), DivisionScotland)
		before, err := from.Calendar(Scotland)
		require.NoError(rt, err)
		after, err := to.Calendar(Scotland)
		require.NoError(rt, err)
		listed := append(written(change.Added), written(change.Removed)...)
		for d := NewDate(2024, time.January, 1); d.Year() < 2032; d = d.AddDays(1) {
			if before.IsWorkingDay(d) != after.IsWorkingDay(d) {
				require.Contains(rt, listed, "scotland "+d.String())
			}
			require.Equal(rt, !before.Provisional(d) && after.Provisional(d), slices.Contains(change.Unpublished, d.Year()), d)
			require.Equal(rt, before.Provisional(d) && !after.Provisional(d), slices.Contains(change.Published, d.Year()), d)
		}
		for _, d := range change.Added { // a weekend's day moves nothing, and is listed all the same
			assert.False(rt, after.IsWorkingDay(d.Date))
			assert.NotContains(rt, written(change.Removed), written([]Holiday{d})[0])
		}
	})
}

func TestOneOffsAreTheDaysThatNoRuleGives(t *testing.T) {
	added, left := Embedded().OneOffs()
	var want []string
	for _, id := range []CalendarID{EnglandAndWales, Scotland} {
		for _, d := range oneOffs[id] {
			want = append(want, string(id)+" "+strings.TrimPrefix(d, "+"))
		}
	}
	assert.Equal(t, want, written(added))
	assert.Empty(t, left)

	// A holiday that is moved shows up on both sides; a council's days on neither.
	days := withGlasgow(t).Days()
	for i := range days {
		if days[i].Division == DivisionEnglandAndWales && days[i].Date == day(t, "2028-05-01") {
			days[i].Date = day(t, "2028-05-08")
		}
	}
	h, err := NewHolidays("moved", days)
	require.NoError(t, err)
	added, left = h.OneOffs()
	assert.Equal(t, slices.Insert(slices.Clone(want), len(oneOffs[EnglandAndWales]), "england-and-wales 2028-05-08"), written(added))
	assert.Equal(t, []string{"england-and-wales 2028-05-01"}, written(left))
}

func TestOwnFormIsReadAsItIsWritten(t *testing.T) {
	for name, text := range map[string]string{
		"as made":               tsvOf("Embedded", Embedded().Days()...),
		"with Windows's lines":  strings.ReplaceAll(tsvOf("Embedded", Embedded().Days()...), "\n", "\r\n"),
		"with a mark of order":  "\ufeff" + tsvOf("Embedded", Embedded().Days()...),
		"after empty lines":     "\n\n" + tsvOf("Embedded", Embedded().Days()...),
		"without a last line":   strings.TrimSuffix(tsvOf("Embedded", Embedded().Days()...), "\n"),
		"in another order":      tsvOf("Embedded", reversed(Embedded().Days())...),
		"with its version last": strings.TrimPrefix(tsvOf("x", Embedded().Days()...), "# version: x\n") + "# version: Embedded\n",
	} {
		h, err := ParseHolidays("embedded.tsv", []byte(text))
		require.NoError(t, err, name)
		assert.Equal(t, Embedded().Version(), h.Version(), name)
		assert.Equal(t, Embedded().Days(), h.Days(), name)
		assert.Equal(t, "Embedded", h.Label(), name)
	}
}

func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func TestOwnFormMayHoldOneNationAsAPart(t *testing.T) {
	part, err := ParseHolidays("scotland.tsv", []byte(tsvOf("Scotland 2029", foreseen(DivisionScotland, 2029)...)))
	require.NoError(t, err)
	assert.Equal(t, []Division{DivisionScotland}, part.Divisions())
	_, err = NewHolidays(part.Label(), part.Days())
	assert.ErrorContains(t, err, "no holidays of england-and-wales", "it is no version by itself")

	_, err = part.Replace(part)
	assert.ErrorContains(t, err, "no holidays of england-and-wales", "nor does another part make it one")

	whole, err := Embedded().Replace(part)
	require.NoError(t, err)
	first, last := whole.Years(DivisionScotland)
	assert.Equal(t, []int{2019, 2029}, []int{first, last})
	first, last = whole.Years(DivisionEnglandAndWales)
	assert.Equal(t, []int{2019, 2028}, []int{first, last}, "the nation that the file does not have stays")
}

func TestOwnFormIsRefusedWhenItIsWrong(t *testing.T) {
	scotland := strings.Split(strings.TrimSpace(tsvOf("Scotland", foreseen(DivisionScotland, 2029)...)), "\n")
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"without a version":           {"scotland\t2026-01-01\tNew Year's Day\n", []string{`no line "# version: ..."`}},
		"with an empty version":       {"# version:  \t\nscotland\t2026-01-01\tNew Year's Day\n", []string{`no line "# version: ..."`}},
		"with a version only":         {"# version: x\n", []string{"it holds no holidays"}},
		"with comments only":          {"# nothing yet\n", []string{"no line"}},
		"with two fields":             {"# version: x\n\nscotland\t2026-01-01\n", []string{"line 3", "2 fields between tabs", "expected division, date and title"}},
		"with four fields":            {"# version: x\nscotland\t2026-01-01\tNew\tYear\n", []string{"line 2", "4 fields"}},
		"with spaces for tabs":        {"# version: x\nscotland 2026-01-01 New Year's Day\n", []string{"line 2", "1 fields"}},
		"with a day of no calendar":   {"# version: x\nscotland\t2026-02-30\tNo such day\n", []string{"line 2", `"2026-02-30"`, "no such date exists"}},
		"with the page's dates":       {"# version: x\nscotland\t01/01/2026\tNew Year's Day\n", []string{"line 2", `"01/01/2026"`, "expected YYYY"}},
		"with an instant":             {"# version: x\nscotland\t2026-01-01T00:00:00Z\tNew Year's Day\n", []string{"line 2", "expected YYYY"}},
		"with a month only":           {"# version: x\nscotland\t2026-01\tNew Year's Day\n", []string{"line 2", `"2026-01" is not known to the day`}},
		"without a date":              {"# version: x\nscotland\t\tNew Year's Day\n", []string{"line 2", `"" is not a date`}},
		"with Northern Ireland":       {"# version: x\nnorthern-ireland\t2026-03-17\tSt Patrick\n", []string{`unknown division "northern-ireland"`}},
		"with a code cut off":         {"# version: x\nS1200004\t2026-07-20\tFair\n", []string{`unknown division "S1200004"`, "the GSS code of a Scottish council"}},
		"with a code in small":        {"# version: x\ns12000049\t2026-07-20\tFair\n", []string{`unknown division "s12000049"`}},
		"with an English council":     {"# version: x\nE09000001\t2026-07-20\tFair\n", []string{`unknown division "E09000001"`}},
		"with Scotland's own code":    {"# version: x\nS92000003\t2026-07-20\tFair\n", []string{`unknown division "S92000003"`}},
		"with a calendar of councils": {"# version: x\nscotland/S12000049\t2026-07-20\tFair\n", []string{`unknown division "scotland/S12000049"`}},
		"with the year 9999":          {"# version: x\nS12000049\t9999-12-31\tFair\n", []string{"S12000049, 9999-12-31", "the years go from 1990 to 2100"}},
		"with a date twice":           {"# version: x\nS12000049\t2026-07-20\tFair\nS12000049\t2026-07-20\tFair Monday\n", []string{"S12000049, 2026-07-20 stands twice"}},
		"with a year cut off":         {strings.Join(scotland[:len(scotland)-3], "\n"), []string{"scotland in 2029: 6 holidays", "at least 8", "cut off"}},
		"with escape sequences":       {"# version: x\nS12000049\t2026-07-20\t\x1b[31mFair\n", []string{"S12000049, 2026-07-20", "can't be shown"}},
		"with no UTF-8":               {"# version: x\nS12000049\t2026-07-20\tFair\xff\n", []string{"can't be shown"}},
		"with a title without end":    {"# version: x\nS12000049\t2026-07-20\t" + strings.Repeat("x", 201) + "\n", []string{"201 characters", "at most 200"}},
		"with a version that hides":   {"# version: x\x1b[2J\nS12000049\t2026-07-20\tFair\n", []string{"can't be shown"}},
		"without a nation's days":     {"# version: x\nscotland\t2026\tnone\n", []string{"line 2", `"scotland" in 2026`, "only a council"}},
		"with a year of none and one": {"# version: x\nS12000049\t2026-07-20\tFair\nS12000049\t2026\tnone\n", []string{"line 3", "S12000049 has local days in 2026"}},
		"with none long ago":          {"# version: x\nS12000049\t1826\tnone\n", []string{"line 2", "from 1990 to 2100"}},
		"with a year only":            {"# version: x\nS12000049\t2026\tFair\n", []string{"line 2", `"2026" is not known to the day`}},
		"with a JSON list":            {"[]", []string{"a list in JSON", "neither of gov.uk's two forms"}},
		"with JSON's null":            {"null", []string{"line 1", "1 fields"}},
		"with a JSON text":            {`"holidays"`, []string{"line 1", "1 fields"}},
		"with a web page":             {"<!DOCTYPE html>\n<html>", []string{"this is a web page (HTML)", "www.gov.uk/bank-holidays.json"}},
		"with a page that has a list": {" \n<HTML lang=\"en\">\n", []string{"this is a web page (HTML)"}},
		"with UTF-16":                 {"\xff\xfe{\x00}\x00", []string{"this is a text in UTF-16"}},
		"with UTF-16 without a mark":  {"{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", []string{"this is a text in UTF-16"}},
		"with a diary's calendar":     {"\ufeffBEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n", []string{"this is a calendar for diaries (.ics)"}},
		"with nothing":                {"", []string{"it is empty"}},
		"with white space":            {" \t\r\n\n", []string{"it is empty"}},
		"with a mark of order only":   {"\ufeff", []string{"it is empty"}},
	} {
		h, err := ParseHolidays("local days.tsv", []byte(c.text))
		require.Error(t, err, name)
		assert.Nil(t, h, name)
		for _, want := range append(c.want, "local days.tsv") {
			assert.ErrorContains(t, err, want, name)
		}
	}
}

// TestAFileThatIsCutOffIsRefused: the embedded file cut at each line's end either
// holds its nations' years whole, or is refused: a holiday that a cut-off file does
// not say is not taken away.
func TestAFileThatIsCutOffIsRefused(t *testing.T) {
	lines := strings.SplitAfter(string(holidaysTSV), "\n")
	accepted := 0
	for i := range lines {
		part, err := ParseHolidays("cut off", []byte(strings.Join(lines[:i], "")))
		if err != nil {
			continue
		}
		whole, err := Embedded().Replace(part)
		require.NoError(t, err, "%d lines", i)
		require.Equal(t, Embedded().Version(), whole.Version(), "%d lines change what is published", i)
		accepted++
	}
	require.Equal(t, 20, accepted, "after each of the ten years of two nations")
}
