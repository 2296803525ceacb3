package clock

// These tables are for somebody who knows the law and has a calendar in hand,
// and need no program to check them. Each row is one deadline:
//
//   - what it is, in words;
//   - by, whose days are counted: the Home Office's (England and Wales's bank
//     holidays), a Scottish body's, a school's in Scotland, a council's; or, for
//     calendar days, nobody's;
//   - days, how many it has, and more, how many were added;
//   - began, the day that set it going, which is not counted;
//   - stood, the days from and to which it stood still, first and last day
//     among them; without a last day, it still does;
//   - counted, each day that was counted: "Mar 3-6 9" are the 3rd, 4th, 5th, 6th
//     and 9th of March;
//   - due, the last day in time, which is the last one counted, or nothing while
//     the deadline has no date; late, the instant at which it is over, in
//     Greenwich's time.
//
// To check a row, put a finger on the day it began and walk on: pass over
// weekends and bank holidays (unless it counts calendar days) and over the days
// on which it stood still, and say a number for each other day.
//
// The bank holidays passed over are, of both nations in 2026: Good Friday
// 3 April, Mondays 4 and 25 May, Friday 25 and Monday 28 December. England and
// Wales alone: Monday 6 April, Monday 31 August. Scotland alone: Friday
// 2 January, Monday 15 June (added in February 2026), Monday 3 August, Monday
// 30 November. The turns of the years stand beside their table.

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	theHomeOffice = EnglandAndWales
	aScottishBody = Scotland // a minister, or a council without local days
	aSchool       = ScotlandSchools
	everyDay      = CalendarID("") // calendar days
)

type row struct {
	words       string
	by          CalendarID
	days, more  int
	began       string
	stood       [][2]string
	counted     string
	due         string
	late        string
	provisional bool
}

// on reads a day as "Mon 2 Mar 2026", and holds the table to its weekdays.
func on(t *testing.T, text string) Date {
	t.Helper()
	if text == "" {
		return Date{}
	}
	at, err := time.Parse("Mon 2 Jan 2006", text)
	require.NoError(t, err)
	require.Equal(t, text, at.Format("Mon 2 Jan 2006"), "the table names another day of the week")
	return dateFrom(at)
}

// listed reads days as "Dec 29-31 Jan 4-6", of a year and the one after it.
func listed(t *testing.T, year int, text string) []Date {
	t.Helper()
	var days []Date
	var month time.Month
	for _, word := range strings.Fields(text) {
		if named, err := time.Parse("Jan", word); err == nil {
			if named.Month() < month {
				year++
			}
			month = named.Month()
			continue
		}
		first, last, isSpan := strings.Cut(word, "-")
		if !isSpan {
			last = first
		}
		from, err := strconv.Atoi(first)
		require.NoError(t, err, text)
		to, err := strconv.Atoi(last)
		require.NoError(t, err, text)
		require.Less(t, from-1, to, text)
		for ; from <= to; from++ {
			d := NewDate(year, month, from)
			require.Equal(t, from, d.Day(), "%s has no such day", text)
			days = append(days, d)
		}
	}
	return days
}

// holds holds a row against the days that the package counts.
func (r row) holds(t *testing.T, h *Holidays) {
	t.Helper()
	d := Deadline{Began: on(t, r.began), Budget: Budget{Days: r.days, Unit: WorkingDays, Calendar: r.by}, Extended: r.more}
	if r.by == everyDay {
		d.Budget.Unit = CalendarDays
	}
	for _, p := range r.stood {
		d.Pauses = append(d.Pauses, Pause{From: on(t, p[0]), Until: on(t, p[1])})
	}
	counted := listed(t, d.Began.Year(), r.counted)
	if r.due != "" {
		require.Len(t, counted, r.days+r.more, "the row lists as many days as it has")
		require.Equal(t, counted[len(counted)-1], on(t, r.due), "the row is due on the last day that it counts")
	} else {
		require.Less(t, len(counted), r.days+r.more, "the row lists fewer days than it has")
	}

	for i, want := range counted {
		after, err := d.After(h, i+1)
		require.NoError(t, err)
		require.Equal(t, want.String(), after.String(), "day %d of the count", i+1)
		require.Equal(t, r.days+r.more-i-1, leftOf(t, h, d, want), "left after day %d", i+1)
		require.Equal(t, r.days+r.more-i, leftOf(t, h, d, want.AddDays(-1)), "left before day %d", i+1)
	}
	assert.Equal(t, on(t, r.due).String(), dueOf(t, h, d).String())
	if r.due == "" {
		none, err := d.After(h, len(counted)+1)
		require.NoError(t, err)
		assert.True(t, none.IsZero(), "no day follows those that are listed")
		assert.Equal(t, r.days+r.more-len(counted), leftOf(t, h, d, d.Began.AddDays(1000)), "what is left waits")
	}
	if r.late != "" {
		assert.Equal(t, r.late, LateAt(on(t, r.due)).Format("Mon 2 Jan 15:04"))
	}
	provisional, err := d.Provisional(h)
	require.NoError(t, err)
	assert.Equal(t, r.provisional, provisional, "provisional")
}

func hold(t *testing.T, h *Holidays, rows []row) {
	for _, r := range rows {
		t.Run(r.words, func(t *testing.T) { r.holds(t, h) })
	}
}

func TestLawyersAPauseThatIsRecordedLateAnExtensionAndARelease(t *testing.T) {
	hold(t, Embedded(), []row{
		// A minister's window of twenty working days. Monday 4 May and Monday
		// 25 May are bank holidays.
		{
			words: "the window as it was opened; its day 7 is Friday 1 May",
			by:    aScottishBody, days: 20, began: "Wed 22 Apr 2026",
			counted: "Apr 23-24 27-30 May 1 5-8 11-15 18-21",
			due:     "Thu 21 May 2026",
		},
		{
			words: "on Monday 4 May a pause is recorded that began on Friday 1 May, so day 7 is not counted: 6 are used, 14 left, and there is no date",
			by:    aScottishBody, days: 20, began: "Wed 22 Apr 2026",
			stood:   [][2]string{{"Fri 1 May 2026", ""}},
			counted: "Apr 23-24 27-30",
		},
		{
			words: "while it stands still it is extended by five: 19 are left, and there is still no date",
			by:    aScottishBody, days: 20, more: 5, began: "Wed 22 Apr 2026",
			stood:   [][2]string{{"Fri 1 May 2026", ""}},
			counted: "Apr 23-24 27-30",
		},
		{
			words: "it goes on after Wednesday 13 May: Thursday 14 May is day 7 of 25",
			by:    aScottishBody, days: 20, more: 5, began: "Wed 22 Apr 2026",
			stood:   [][2]string{{"Fri 1 May 2026", "Wed 13 May 2026"}},
			counted: "Apr 23-24 27-30 May 14-15 18-22 26-29 Jun 1-5 8-10",
			due:     "Wed 10 Jun 2026",
		},
		{
			words: "the extension is withdrawn: 14 days from Thursday 14 May",
			by:    aScottishBody, days: 20, began: "Wed 22 Apr 2026",
			stood:   [][2]string{{"Fri 1 May 2026", "Wed 13 May 2026"}},
			counted: "Apr 23-24 27-30 May 14-15 18-22 26-29 Jun 1-3",
			due:     "Wed 3 Jun 2026",
		},
		{
			words: "had the pause begun on the day of its recording, Friday 1 May would have been used, and it would be due a day sooner",
			by:    aScottishBody, days: 20, began: "Wed 22 Apr 2026",
			stood:   [][2]string{{"Mon 4 May 2026", "Wed 13 May 2026"}},
			counted: "Apr 23-24 27-30 May 1 14-15 18-22 26-29 Jun 1-2",
			due:     "Tue 2 Jun 2026",
		},
		// The Home Office's twenty days over Easter: Friday 3 and Monday 6 April.
		{
			words: "the Home Office's days as they began; day 7 is Wednesday 1 April",
			by:    theHomeOffice, days: 20, began: "Mon 23 Mar 2026",
			counted: "Mar 24-27 30-31 Apr 1-2 7-10 13-17 20-22",
			due:     "Wed 22 Apr 2026",
		},
		{
			words: "on Saturday 4 April a pause is recorded from Wednesday 1 April; it ends on Friday 10 April, and day 7 is Monday 13 April",
			by:    theHomeOffice, days: 20, began: "Mon 23 Mar 2026",
			stood:   [][2]string{{"Wed 1 Apr 2026", "Fri 10 Apr 2026"}},
			counted: "Mar 24-27 30-31 Apr 13-17 20-24 27-30",
			due:     "Thu 30 Apr 2026",
		},
		{
			words: "extended by five it runs over the holiday of Monday 4 May",
			by:    theHomeOffice, days: 20, more: 5, began: "Mon 23 Mar 2026",
			stood:   [][2]string{{"Wed 1 Apr 2026", "Fri 10 Apr 2026"}},
			counted: "Mar 24-27 30-31 Apr 13-17 20-24 27-30 May 1 5-8",
			due:     "Fri 8 May 2026",
		},
	})
}

func TestLawyersChristmasAndNewYearInEachNation(t *testing.T) {
	hold(t, Embedded(), []row{
		// Thursday 25 and Friday 26 December 2025, Thursday 1 January 2026; in
		// Scotland Friday 2 January too.
		{
			words: "2025: the Home Office works on Friday 2 January",
			by:    theHomeOffice, days: 10, began: "Fri 19 Dec 2025",
			counted: "Dec 22-24 29-31 Jan 2 5-7",
			due:     "Wed 7 Jan 2026",
		},
		{
			words: "2025: a Scottish body does not",
			by:    aScottishBody, days: 10, began: "Fri 19 Dec 2025",
			counted: "Dec 22-24 29-31 Jan 5-8",
			due:     "Thu 8 Jan 2026",
		},
		// Friday 25 December 2026; Boxing Day is a Saturday, so Monday 28; Friday
		// 1 January 2027; in Scotland 2 January is a Saturday, so Monday 4 too.
		{
			words: "2026: the Home Office works on Monday 4 January",
			by:    theHomeOffice, days: 10, began: "Fri 18 Dec 2026",
			counted: "Dec 21-24 29-31 Jan 4-6",
			due:     "Wed 6 Jan 2027",
		},
		{
			words: "2026: a Scottish body keeps the 2nd of January on Monday 4",
			by:    aScottishBody, days: 10, began: "Fri 18 Dec 2026",
			counted: "Dec 21-24 29-31 Jan 5-7",
			due:     "Thu 7 Jan 2027",
		},
		// Christmas 2027 is a Saturday: Monday 27 and Tuesday 28 December. New
		// Year 2028 is a Saturday: Monday 3 January, in Scotland Tuesday 4 too.
		{
			words: "2027: the Home Office keeps Monday 3 January",
			by:    theHomeOffice, days: 10, began: "Fri 17 Dec 2027",
			counted: "Dec 20-24 29-31 Jan 4-5",
			due:     "Wed 5 Jan 2028",
		},
		{
			words: "2027: a Scottish body keeps Tuesday 4 January too",
			by:    aScottishBody, days: 10, began: "Fri 17 Dec 2027",
			counted: "Dec 20-24 29-31 Jan 5-6",
			due:     "Thu 6 Jan 2028",
		},
		// Monday 25 and Tuesday 26 December 2028. The holidays of 2029 are not
		// published: Monday 1 and, in Scotland, Tuesday 2 January are foreseen.
		{
			words: "2028: the Home Office's date is provisional",
			by:    theHomeOffice, days: 10, began: "Mon 18 Dec 2028",
			counted: "Dec 19-22 27-29 Jan 2-4",
			due:     "Thu 4 Jan 2029", provisional: true,
		},
		{
			words: "2028: and so is a Scottish body's",
			by:    aScottishBody, days: 10, began: "Mon 18 Dec 2028",
			counted: "Dec 19-22 27-29 Jan 3-5",
			due:     "Fri 5 Jan 2029", provisional: true,
		},
		// A pause that takes in all the holidays leaves no difference between the nations.
		{
			words: "2026: the Home Office's days stand still from Tuesday 22 December to Friday 8 January",
			by:    theHomeOffice, days: 20, began: "Mon 7 Dec 2026",
			stood:   [][2]string{{"Tue 22 Dec 2026", "Fri 8 Jan 2027"}},
			counted: "Dec 8-11 14-18 21 Jan 11-15 18-22",
			due:     "Fri 22 Jan 2027",
		},
		{
			words: "2026: a Scottish body's do so as well",
			by:    aScottishBody, days: 20, began: "Mon 7 Dec 2026",
			stood:   [][2]string{{"Tue 22 Dec 2026", "Fri 8 Jan 2027"}},
			counted: "Dec 8-11 14-18 21 Jan 11-15 18-22",
			due:     "Fri 22 Jan 2027",
		},
	})
}

func TestLawyersHolidaysThatOneNationHas(t *testing.T) {
	hold(t, Embedded(), []row{
		{
			words: "St Andrew's Day, Monday 30 November: a Scottish body keeps it",
			by:    aScottishBody, days: 20, began: "Mon 9 Nov 2026",
			counted: "Nov 10-13 16-20 23-27 Dec 1-4 7-8",
			due:     "Tue 8 Dec 2026",
		},
		{
			words: "St Andrew's Day: the Home Office works",
			by:    theHomeOffice, days: 20, began: "Mon 9 Nov 2026",
			counted: "Nov 10-13 16-20 23-27 30 Dec 1-4 7",
			due:     "Mon 7 Dec 2026",
		},
		{
			words: "the first Monday of August: a Scottish body keeps it",
			by:    aScottishBody, days: 10, began: "Mon 27 Jul 2026",
			counted: "Jul 28-31 Aug 4-7 10-11",
			due:     "Tue 11 Aug 2026",
		},
		{
			words: "the first Monday of August: the Home Office works",
			by:    theHomeOffice, days: 10, began: "Mon 27 Jul 2026",
			counted: "Jul 28-31 Aug 3-7 10",
			due:     "Mon 10 Aug 2026",
		},
		{
			words: "the last Monday of August: a Scottish body works",
			by:    aScottishBody, days: 10, began: "Mon 24 Aug 2026",
			counted: "Aug 25-28 31 Sep 1-4 7",
			due:     "Mon 7 Sep 2026",
		},
		{
			words: "the last Monday of August: the Home Office keeps it",
			by:    theHomeOffice, days: 10, began: "Mon 24 Aug 2026",
			counted: "Aug 25-28 Sep 1-4 7-8",
			due:     "Tue 8 Sep 2026",
		},
	})
}

func TestLawyersTheClocksGoForwardAndBack(t *testing.T) {
	hold(t, Embedded(), []row{
		// On Sunday 29 March 2026 the clocks go forward at one in the morning. A
		// London midnight is Greenwich's up to that of the Sunday itself, and an
		// hour before Greenwich's from the next one on.
		{
			words: "due on the Friday before",
			by:    theHomeOffice, days: 10, began: "Fri 13 Mar 2026",
			counted: "Mar 16-20 23-27",
			due:     "Fri 27 Mar 2026", late: "Sat 28 Mar 00:00",
		},
		{
			words: "due on the Saturday before: the midnight comes before the change",
			by:    everyDay, days: 14, began: "Sat 14 Mar 2026",
			counted: "Mar 15-28",
			due:     "Sat 28 Mar 2026", late: "Sun 29 Mar 00:00",
		},
		{
			words: "due on the Sunday of 23 hours",
			by:    everyDay, days: 14, began: "Sun 15 Mar 2026",
			counted: "Mar 16-29",
			due:     "Sun 29 Mar 2026", late: "Sun 29 Mar 23:00",
		},
		{
			words: "due on the Monday after",
			by:    theHomeOffice, days: 10, began: "Mon 16 Mar 2026",
			counted: "Mar 17-20 23-27 30",
			due:     "Mon 30 Mar 2026", late: "Mon 30 Mar 23:00",
		},
		{
			words: "it stood still over the change, in days and not in hours",
			by:    theHomeOffice, days: 5, began: "Mon 23 Mar 2026",
			stood:   [][2]string{{"Thu 26 Mar 2026", "Mon 30 Mar 2026"}},
			counted: "Mar 24-25 31 Apr 1-2",
			due:     "Thu 2 Apr 2026", late: "Thu 2 Apr 23:00",
		},
		// On Sunday 25 October 2026 they go back at two in the morning.
		{
			words: "due on the Friday before they go back",
			by:    theHomeOffice, days: 10, began: "Fri 9 Oct 2026",
			counted: "Oct 12-16 19-23",
			due:     "Fri 23 Oct 2026", late: "Fri 23 Oct 23:00",
		},
		{
			words: "due on the Saturday before they go back",
			by:    everyDay, days: 14, began: "Sat 10 Oct 2026",
			counted: "Oct 11-24",
			due:     "Sat 24 Oct 2026", late: "Sat 24 Oct 23:00",
		},
		{
			words: "due on the Sunday of 25 hours",
			by:    everyDay, days: 14, began: "Sun 11 Oct 2026",
			counted: "Oct 12-25",
			due:     "Sun 25 Oct 2026", late: "Mon 26 Oct 00:00",
		},
		{
			words: "due on the Monday after they went back",
			by:    theHomeOffice, days: 10, began: "Mon 12 Oct 2026",
			counted: "Oct 13-16 19-23 26",
			due:     "Mon 26 Oct 2026", late: "Tue 27 Oct 00:00",
		},
		{
			words: "it stood still while they went back",
			by:    everyDay, days: 7, began: "Tue 20 Oct 2026",
			stood:   [][2]string{{"Sat 24 Oct 2026", "Mon 26 Oct 2026"}},
			counted: "Oct 21-23 27-30",
			due:     "Fri 30 Oct 2026", late: "Sat 31 Oct 00:00",
		},
	})
}

// Scotland's holiday of 15 June 2026 was added in February 2026: each window is
// counted by the calendar before and by the one after.
func TestLawyersScotlandsFifteenthOfJune(t *testing.T) {
	versions := []struct {
		name     string
		holidays *Holidays
	}{{"before", olderVersion(t)}, {"after", Embedded()}}
	for _, c := range []struct {
		words   string
		by      CalendarID
		days    int
		began   string
		stood   [][2]string
		counted [2]string // before and after
		due     [2]string
	}{
		{
			words: "a minister's window across the day moves by one working day",
			by:    aScottishBody, days: 20, began: "Mon 1 Jun 2026",
			counted: [2]string{"Jun 2-5 8-12 15-19 22-26 29", "Jun 2-5 8-12 16-19 22-26 29-30"},
			due:     [2]string{"Mon 29 Jun 2026", "Tue 30 Jun 2026"},
		},
		{
			words: "the Home Office's does not move",
			by:    theHomeOffice, days: 20, began: "Mon 1 Jun 2026",
			counted: [2]string{"Jun 2-5 8-12 15-19 22-26 29", "Jun 2-5 8-12 15-19 22-26 29"},
			due:     [2]string{"Mon 29 Jun 2026", "Mon 29 Jun 2026"},
		},
		{
			words: "a minister's window that ended on the day ends on the next",
			by:    aScottishBody, days: 20, began: "Fri 15 May 2026",
			counted: [2]string{"May 18-22 26-29 Jun 1-5 8-12 15", "May 18-22 26-29 Jun 1-5 8-12 16"},
			due:     [2]string{"Mon 15 Jun 2026", "Tue 16 Jun 2026"},
		},
		{
			words: "the Home Office's still ends on it",
			by:    theHomeOffice, days: 20, began: "Fri 15 May 2026",
			counted: [2]string{"May 18-22 26-29 Jun 1-5 8-12 15", "May 18-22 26-29 Jun 1-5 8-12 15"},
			due:     [2]string{"Mon 15 Jun 2026", "Mon 15 Jun 2026"},
		},
		{
			words: "a minister's window that ended on the Friday before does not move",
			by:    aScottishBody, days: 20, began: "Thu 14 May 2026",
			counted: [2]string{"May 15 18-22 26-29 Jun 1-5 8-12", "May 15 18-22 26-29 Jun 1-5 8-12"},
			due:     [2]string{"Fri 12 Jun 2026", "Fri 12 Jun 2026"},
		},
		{
			words: "nor does one that began on the day, which is not counted either way",
			by:    aScottishBody, days: 20, began: "Mon 15 Jun 2026",
			counted: [2]string{"Jun 16-19 22-26 29-30 Jul 1-3 6-10 13", "Jun 16-19 22-26 29-30 Jul 1-3 6-10 13"},
			due:     [2]string{"Mon 13 Jul 2026", "Mon 13 Jul 2026"},
		},
		{
			words: "nor does one that stood still on the day",
			by:    aScottishBody, days: 20, began: "Mon 1 Jun 2026",
			stood:   [][2]string{{"Thu 11 Jun 2026", "Wed 17 Jun 2026"}},
			counted: [2]string{"Jun 2-5 8-10 18-19 22-26 29-30 Jul 1-3 6", "Jun 2-5 8-10 18-19 22-26 29-30 Jul 1-3 6"},
			due:     [2]string{"Mon 6 Jul 2026", "Mon 6 Jul 2026"},
		},
		{
			words: "nor do calendar days",
			by:    everyDay, days: 28, began: "Mon 1 Jun 2026",
			counted: [2]string{"Jun 2-29", "Jun 2-29"},
			due:     [2]string{"Mon 29 Jun 2026", "Mon 29 Jun 2026"},
		},
		{
			words: "a school's ten days move by one",
			by:    aSchool, days: 10, began: "Mon 8 Jun 2026",
			counted: [2]string{"Jun 9-12 15-19 22", "Jun 9-12 16-19 22-23"},
			due:     [2]string{"Mon 22 Jun 2026", "Tue 23 Jun 2026"},
		},
		{
			words: "a school's twenty days move by one, on the far side of the summer",
			by:    aSchool, days: 20, began: "Mon 8 Jun 2026",
			counted: [2]string{"Jun 9-12 15-19 22-26 29-30 Aug 17-20", "Jun 9-12 16-19 22-26 29-30 Aug 17-21"},
			due:     [2]string{"Thu 20 Aug 2026", "Fri 21 Aug 2026"},
		},
	} {
		for i, version := range versions {
			t.Run(fmt.Sprint(c.words, ", ", version.name), func(t *testing.T) {
				row{words: c.words, by: c.by, days: c.days, began: c.began, stood: c.stood, counted: c.counted[i], due: c.due[i]}.holds(t, version.holidays)
			})
		}
	}
}

func TestLawyersASchoolsSummer(t *testing.T) {
	hold(t, Embedded(), []row{
		// No school answers from 1 July to 15 August, which is a Saturday in 2026.
		{
			words: "asked on Wednesday 24 June: four days before the summer, six after it",
			by:    aSchool, days: 10, began: "Wed 24 Jun 2026",
			counted: "Jun 25-26 29-30 Aug 17-21 24",
			due:     "Mon 24 Aug 2026",
		},
		{
			words: "a Scottish body that was asked on the same day goes on through July",
			by:    aScottishBody, days: 10, began: "Wed 24 Jun 2026",
			counted: "Jun 25-26 29-30 Jul 1-3 6-8",
			due:     "Wed 8 Jul 2026",
		},
		{
			words: "asked on the last day of the term",
			by:    aSchool, days: 10, began: "Tue 30 Jun 2026",
			counted: "Aug 17-21 24-28",
			due:     "Fri 28 Aug 2026",
		},
		{
			words: "asked on the first day of the summer",
			by:    aSchool, days: 10, began: "Wed 1 Jul 2026",
			counted: "Aug 17-21 24-28",
			due:     "Fri 28 Aug 2026",
		},
		{
			words: "asked on the last day of the summer",
			by:    aSchool, days: 10, began: "Sat 15 Aug 2026",
			counted: "Aug 17-21 24-28",
			due:     "Fri 28 Aug 2026",
		},
		{
			words: "asked on the first day that counts: and Monday 31 August is no holiday in Scotland",
			by:    aSchool, days: 10, began: "Mon 17 Aug 2026",
			counted: "Aug 18-21 24-28 31",
			due:     "Mon 31 Aug 2026",
		},
		{
			words: "2025: 15 August is a Friday, and is of the summer",
			by:    aSchool, days: 10, began: "Mon 23 Jun 2025",
			counted: "Jun 24-27 30 Aug 18-22",
			due:     "Fri 22 Aug 2025",
		},
		{
			words: "a pause that begins in June and ends in July takes out the days of June",
			by:    aSchool, days: 10, began: "Wed 24 Jun 2026",
			stood:   [][2]string{{"Fri 26 Jun 2026", "Fri 10 Jul 2026"}},
			counted: "Jun 25 Aug 17-21 24-27",
			due:     "Thu 27 Aug 2026",
		},
		{
			words: "a pause within the summer takes out nothing",
			by:    aSchool, days: 10, began: "Wed 24 Jun 2026",
			stood:   [][2]string{{"Mon 6 Jul 2026", "Fri 31 Jul 2026"}},
			counted: "Jun 25-26 29-30 Aug 17-21 24",
			due:     "Mon 24 Aug 2026",
		},
		{
			words: "a pause that is open all summer leaves no date",
			by:    aSchool, days: 10, began: "Wed 24 Jun 2026",
			stood:   [][2]string{{"Mon 6 Jul 2026", ""}},
			counted: "Jun 25-26 29-30",
		},
	})
}

func TestLawyersACouncilsLocalDays(t *testing.T) {
	hold(t, withGlasgow(t), []row{
		// Glasgow keeps Fair Monday 20 July and Monday 28 September 2026.
		{
			words: "Glasgow's council keeps Fair Monday",
			by:    Scotland.KeptBy("S12000049"), days: 10, began: "Mon 13 Jul 2026",
			counted: "Jul 14-17 21-24 27-28",
			due:     "Tue 28 Jul 2026",
		},
		{
			words: "Edinburgh's does not",
			by:    Scotland.KeptBy("S12000036"), days: 10, began: "Mon 13 Jul 2026",
			counted: "Jul 14-17 20-24 27",
			due:     "Mon 27 Jul 2026",
		},
		{
			words: "nor does a minister",
			by:    aScottishBody, days: 10, began: "Mon 13 Jul 2026",
			counted: "Jul 14-17 20-24 27",
			due:     "Mon 27 Jul 2026",
		},
		{
			words: "Glasgow's schools keep its September weekend",
			by:    ScotlandSchools.KeptBy("S12000049"), days: 10, began: "Mon 21 Sep 2026",
			counted: "Sep 22-25 29-30 Oct 1-2 5-6",
			due:     "Tue 6 Oct 2026",
		},
		{
			words: "other schools do not",
			by:    aSchool, days: 10, began: "Mon 21 Sep 2026",
			counted: "Sep 22-25 28-30 Oct 1-2 5",
			due:     "Mon 5 Oct 2026",
		},
	})
}

func TestLawyersPausesAtTheEdges(t *testing.T) {
	hold(t, Embedded(), []row{
		{
			words: "five working days without a pause",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			counted: "Mar 3-6 9",
			due:     "Mon 9 Mar 2026",
		},
		{
			words: "a pause that begins on the last day still stops it: one day is left",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Mon 9 Mar 2026", ""}},
			counted: "Mar 3-6",
		},
		{
			words: "it ends on Thursday 12 March: the day that was left is the Friday",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Mon 9 Mar 2026", "Thu 12 Mar 2026"}},
			counted: "Mar 3-6 13",
			due:     "Fri 13 Mar 2026",
		},
		{
			words: "begun and ended on the last day, it takes out that day",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Mon 9 Mar 2026", "Mon 9 Mar 2026"}},
			counted: "Mar 3-6 10",
			due:     "Tue 10 Mar 2026",
		},
		{
			words: "a pause that begins the day after is too late, while it is open",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Tue 10 Mar 2026", ""}},
			counted: "Mar 3-6 9",
			due:     "Mon 9 Mar 2026",
		},
		{
			words: "and when it has ended",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Tue 10 Mar 2026", "Fri 20 Mar 2026"}},
			counted: "Mar 3-6 9",
			due:     "Mon 9 Mar 2026",
		},
		{
			words: "a pause from the very day of beginning: nothing is used",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood: [][2]string{{"Mon 2 Mar 2026", ""}},
		},
		{
			words: "it ends on Wednesday 4 March: all five days follow it",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Mon 2 Mar 2026", "Wed 4 Mar 2026"}},
			counted: "Mar 5-6 9-11",
			due:     "Wed 11 Mar 2026",
		},
		{
			words: "begun and ended on the day of beginning, it takes out nothing: that day is not counted anyway",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Mon 2 Mar 2026", "Mon 2 Mar 2026"}},
			counted: "Mar 3-6 9",
			due:     "Mon 9 Mar 2026",
		},
		{
			words: "a pause that was there before the deadline began takes out what is left of it",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Tue 24 Feb 2026", "Tue 3 Mar 2026"}},
			counted: "Mar 4-6 9-10",
			due:     "Tue 10 Mar 2026",
		},
		{
			words: "a pause that was over before the deadline began takes out nothing",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Tue 24 Feb 2026", "Fri 27 Feb 2026"}},
			counted: "Mar 3-6 9",
			due:     "Mon 9 Mar 2026",
		},
		{
			words: "a pause that is released on the same day takes out that day",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Wed 4 Mar 2026", "Wed 4 Mar 2026"}},
			counted: "Mar 3 5-6 9-10",
			due:     "Tue 10 Mar 2026",
		},
		{
			words: "a pause over a weekend takes out no working day",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Sat 7 Mar 2026", "Sun 8 Mar 2026"}},
			counted: "Mar 3-6 9",
			due:     "Mon 9 Mar 2026",
		},
		{
			words: "a pause from Friday to Sunday takes out one",
			by:    theHomeOffice, days: 5, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Fri 6 Mar 2026", "Sun 8 Mar 2026"}},
			counted: "Mar 3-5 9-10",
			due:     "Tue 10 Mar 2026",
		},
	})
}

func TestLawyersTwoPausesForTwoReasons(t *testing.T) {
	hold(t, Embedded(), []row{
		{
			words: "ten working days without a pause",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			counted: "Mar 3-6 9-13 16",
			due:     "Mon 16 Mar 2026",
		},
		{
			words: "an age dispute from 5 to 11 March and a court from 9 to 13 March: it stood still from 5 to 13 March",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Thu 5 Mar 2026", "Wed 11 Mar 2026"}, {"Mon 9 Mar 2026", "Fri 13 Mar 2026"}},
			counted: "Mar 3-4 16-20 23-25",
			due:     "Wed 25 Mar 2026",
		},
		{
			words: "the court was recorded first",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Mon 9 Mar 2026", "Fri 13 Mar 2026"}, {"Thu 5 Mar 2026", "Wed 11 Mar 2026"}},
			counted: "Mar 3-4 16-20 23-25",
			due:     "Wed 25 Mar 2026",
		},
		{
			words: "one lies within the other",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Thu 5 Mar 2026", "Fri 13 Mar 2026"}, {"Mon 9 Mar 2026", "Tue 10 Mar 2026"}},
			counted: "Mar 3-4 16-20 23-25",
			due:     "Wed 25 Mar 2026",
		},
		{
			words: "one begins the day after the other ended",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Thu 5 Mar 2026", "Mon 9 Mar 2026"}, {"Tue 10 Mar 2026", "Fri 13 Mar 2026"}},
			counted: "Mar 3-4 16-20 23-25",
			due:     "Wed 25 Mar 2026",
		},
		{
			words: "the age dispute is over and the court is not: there is no date",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Thu 5 Mar 2026", "Wed 11 Mar 2026"}, {"Mon 9 Mar 2026", ""}},
			counted: "Mar 3-4",
		},
		{
			words: "the court is over and the age dispute is not: there is none either",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Thu 5 Mar 2026", ""}, {"Mon 9 Mar 2026", "Fri 13 Mar 2026"}},
			counted: "Mar 3-4",
		},
		{
			words: "with two days between them, these are counted",
			by:    theHomeOffice, days: 10, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Thu 5 Mar 2026", "Fri 6 Mar 2026"}, {"Wed 11 Mar 2026", "Fri 13 Mar 2026"}},
			counted: "Mar 3-4 9-10 16-20 23",
			due:     "Mon 23 Mar 2026",
		},
	})
}

func TestLawyersCalendarDays(t *testing.T) {
	hold(t, Embedded(), []row{
		{
			words: "a report on a child's welfare, 28 calendar days",
			by:    everyDay, days: 28, began: "Mon 2 Mar 2026",
			counted: "Mar 3-30",
			due:     "Mon 30 Mar 2026",
		},
		{
			words: "a pause of seven days, weekend included, makes it seven days longer, and Easter Monday is not moved",
			by:    everyDay, days: 28, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Fri 13 Mar 2026", "Thu 19 Mar 2026"}},
			counted: "Mar 3-12 20-31 Apr 1-6",
			due:     "Mon 6 Apr 2026",
		},
		{
			words: "extended by fourteen",
			by:    everyDay, days: 28, more: 14, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Fri 13 Mar 2026", "Thu 19 Mar 2026"}},
			counted: "Mar 3-12 20-31 Apr 1-20",
			due:     "Mon 20 Apr 2026",
		},
		{
			words: "the pause is open",
			by:    everyDay, days: 28, began: "Mon 2 Mar 2026",
			stood:   [][2]string{{"Fri 13 Mar 2026", ""}},
			counted: "Mar 3-12",
		},
		{
			words: "an appeal window of 14 calendar days that ends on a Saturday",
			by:    everyDay, days: 14, began: "Sat 7 Mar 2026",
			counted: "Mar 8-21",
			due:     "Sat 21 Mar 2026",
		},
		{
			words: "on a Sunday",
			by:    everyDay, days: 14, began: "Sun 8 Mar 2026",
			counted: "Mar 9-22",
			due:     "Sun 22 Mar 2026",
		},
		{
			words: "on Good Friday",
			by:    everyDay, days: 14, began: "Fri 20 Mar 2026",
			counted: "Mar 21-31 Apr 1-3",
			due:     "Fri 3 Apr 2026",
		},
		{
			words: "on Easter Monday",
			by:    everyDay, days: 14, began: "Mon 23 Mar 2026",
			counted: "Mar 24-31 Apr 1-6",
			due:     "Mon 6 Apr 2026",
		},
		{
			words: "on Scotland's holiday of 15 June",
			by:    everyDay, days: 14, began: "Mon 1 Jun 2026",
			counted: "Jun 2-15",
			due:     "Mon 15 Jun 2026",
		},
		{
			words: "on Christmas Day",
			by:    everyDay, days: 14, began: "Fri 11 Dec 2026",
			counted: "Dec 12-25",
			due:     "Fri 25 Dec 2026",
		},
		{
			words: "on New Year's Day",
			by:    everyDay, days: 14, began: "Fri 18 Dec 2026",
			counted: "Dec 19-31 Jan 1",
			due:     "Fri 1 Jan 2027",
		},
		{
			words: "over the end of a February of 28 days",
			by:    everyDay, days: 14, began: "Mon 16 Feb 2026",
			counted: "Feb 17-28 Mar 1-2",
			due:     "Mon 2 Mar 2026",
		},
		{
			words: "and of one of 29",
			by:    everyDay, days: 14, began: "Wed 16 Feb 2028",
			counted: "Feb 17-29 Mar 1",
			due:     "Wed 1 Mar 2028",
		},
		{
			words: "calendar days beyond the published holidays are never provisional",
			by:    everyDay, days: 28, began: "Mon 18 Dec 2028",
			counted: "Dec 19-31 Jan 1-15",
			due:     "Mon 15 Jan 2029",
		},
	})
}

// A letter counts as received on the second working day after it was posted.
func TestLawyersDeemedReceipt(t *testing.T) {
	for _, c := range []struct {
		words, posted            string
		homeOffice, scottishBody string // by whose calendar
	}{
		// Easter: Good Friday 3 April; Monday 6 April in England and Wales only.
		{"before Easter: Wednesday and Thursday", "Tue 31 Mar 2026", "Thu 2 Apr 2026", "Thu 2 Apr 2026"},
		{"Thursday, then the Tuesday or in Scotland the Monday", "Wed 1 Apr 2026", "Tue 7 Apr 2026", "Mon 6 Apr 2026"},
		{"Tuesday and Wednesday, or Monday and Tuesday", "Thu 2 Apr 2026", "Wed 8 Apr 2026", "Tue 7 Apr 2026"},
		{"posted on Good Friday", "Fri 3 Apr 2026", "Wed 8 Apr 2026", "Tue 7 Apr 2026"},
		{"posted on the Saturday", "Sat 4 Apr 2026", "Wed 8 Apr 2026", "Tue 7 Apr 2026"},
		{"posted on Easter Sunday", "Sun 5 Apr 2026", "Wed 8 Apr 2026", "Tue 7 Apr 2026"},
		{"posted on Easter Monday: Tuesday and Wednesday for both", "Mon 6 Apr 2026", "Wed 8 Apr 2026", "Wed 8 Apr 2026"},
		{"posted on the Tuesday", "Tue 7 Apr 2026", "Thu 9 Apr 2026", "Thu 9 Apr 2026"},
		// The turn of the year: 25 and 28 December; 1 January, in Scotland 4 January too.
		{"posted on Christmas Eve", "Thu 24 Dec 2026", "Wed 30 Dec 2026", "Wed 30 Dec 2026"},
		{"posted on New Year's Eve", "Thu 31 Dec 2026", "Tue 5 Jan 2027", "Wed 6 Jan 2027"},
	} {
		t.Run(c.words, func(t *testing.T) {
			assert.Equal(t, on(t, c.homeOffice), calendar(t, theHomeOffice).DeemedReceipt(on(t, c.posted)), "the Home Office")
			assert.Equal(t, on(t, c.scottishBody), calendar(t, aScottishBody).DeemedReceipt(on(t, c.posted)), "a Scottish body")
		})
	}

	// A window runs from the receipt of a letter that was posted on Thursday 2 April.
	hold(t, Embedded(), []row{
		{
			words: "twenty working days from receipt by the Home Office on Wednesday 8 April",
			by:    theHomeOffice, days: 20, began: "Wed 8 Apr 2026",
			counted: "Apr 9-10 13-17 20-24 27-30 May 1 5-7",
			due:     "Thu 7 May 2026",
		},
		{
			words: "and by a Scottish body on Tuesday 7 April",
			by:    aScottishBody, days: 20, began: "Tue 7 Apr 2026",
			counted: "Apr 8-10 13-17 20-24 27-30 May 1 5-6",
			due:     "Wed 6 May 2026",
		},
	})
}
