package clock

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// day reads an ISO date, "" as the zero Date.
func day(t require.TestingT, s string) Date {
	if s == "" {
		return Date{}
	}
	d, err := ParseDate(s)
	require.NoError(t, err)
	return d
}

// anyDay draws a day from 1990 to 2060, both published and provisional years.
func anyDay(rt *rapid.T, label string) Date {
	return NewDate(1990, time.January, 1).AddDays(rapid.IntRange(0, 70*365).Draw(rt, label))
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"2007-03-21", "2024-02-29", "0001-01-01", "9999-12-31"} {
		d, err := ParseDate(s)
		require.NoError(t, err)
		assert.Equal(t, s, d.String())
	}
	for _, s := range []string{
		"", "2007", "2007-03", "2007-3-21", "2007-02-29", "2007-13-01", "2007-00-10", "2007-04-31", "2007-01-00",
		"0000-01-01", "21/03/2007", "2007-03-21 ", " 2007-03-21", "2007-03-21T00:00:00Z", "+007-03-21", "２００７-03-21", "2007/03/21",
	} {
		_, err := ParseDate(s)
		assert.Error(t, err, "%q", s)
		if err != nil {
			assert.NotContains(t, err.Error(), "YYYY-MM or", "%q: only a whole date is taken", s)
		}
	}
	_, err := ParseDate("14/12/2027")
	assert.EqualError(t, err, `"14/12/2027" is not a date: expected YYYY-MM-DD`)
	assert.ErrorIs(t, err, ErrDateFormat)
}

func TestInLondon(t *testing.T) {
	evening := time.Date(2027, time.May, 31, 23, 30, 0, 0, time.UTC)
	assert.Equal(t, "2027-06-01 00:30 BST", InLondon(evening).Format("2006-01-02 15:04 MST"))
	assert.Equal(t, "2027-12-31 23:30 GMT", InLondon(evening.AddDate(0, 7, 0)).Format("2006-01-02 15:04 MST"))
}

func TestDateArithmetic(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2007-01-31", 1, "2007-02-28"}, {"2008-01-31", 1, "2008-02-29"}, {"2007-03-31", -1, "2007-02-28"},
		{"2007-12-15", 1, "2008-01-15"}, {"2007-01-15", -1, "2006-12-15"}, {"2007-05-31", 13, "2008-06-30"},
		{"2008-02-29", 12, "2009-02-28"}, {"2008-02-29", 48, "2012-02-29"},
	} {
		assert.Equal(t, c.want, day(t, c.from).AddMonths(c.months).String(), "%s%+d months", c.from, c.months)
	}
	assert.Equal(t, "2009-02-28", day(t, "2008-02-29").AddYears(1).String())
	assert.Equal(t, "2000-02-29", day(t, "1996-02-29").AddYears(4).String())
	assert.Equal(t, "2007-05-01", NewDate(2007, time.April, 31).String(), "normalised as time.Date does")
	assert.Equal(t, 366, day(t, "2009-01-01").DaysSince(day(t, "2008-01-01")))
	assert.Equal(t, -1, day(t, "2008-01-01").DaysSince(day(t, "2008-01-02")))
	assert.Equal(t, time.Wednesday, day(t, "2007-03-21").Weekday())
}

func TestZeroDateStaysZero(t *testing.T) {
	var none Date
	scotland, err := Embedded().Calendar(Scotland)
	require.NoError(t, err)
	for _, d := range []Date{none.AddDays(3), none.AddMonths(3), none.AddYears(3), scotland.AddWorkingDays(none, 3),
		scotland.NextWorkingDay(none), DateOf(time.Time{}), AttainsOn(none, 18)} {
		assert.True(t, d.IsZero())
	}
	assert.True(t, none.Start().IsZero())
	assert.Empty(t, none.String())
	assert.Zero(t, none.DaysSince(day(t, "2007-01-01")))
	assert.True(t, none.Before(day(t, "0001-01-01")))
}

func TestStartOnClockChanges(t *testing.T) {
	for iso, want := range map[string]string{
		"2007-03-21": "2007-03-21T00:00:00Z", // winter
		"2007-03-25": "2007-03-25T00:00:00Z", // clocks go forward at 01:00
		"2007-03-26": "2007-03-25T23:00:00Z", // summer
		"2007-10-28": "2007-10-27T23:00:00Z", // clocks go back at 02:00
		"2007-10-29": "2007-10-29T00:00:00Z",
		"1970-06-01": "1970-05-31T23:00:00Z", // British Standard Time, all year round
	} {
		start := day(t, iso).Start()
		assert.Equal(t, want, start.Format(time.RFC3339), iso)
		assert.Equal(t, time.UTC, start.Location())
	}
	assert.Equal(t, "2007-07-01", DateOf(time.Date(2007, 6, 30, 23, 0, 0, 0, time.UTC)).String())
	assert.Equal(t, "2007-12-31", DateOf(time.Date(2007, 12, 31, 23, 59, 59, 0, time.UTC)).String())
	assert.Equal(t, "2007-10-29T00:00:00Z", LateAt(day(t, "2007-10-28")).Format(time.RFC3339))
}

func TestDateProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d, n := anyDay(rt, "day"), rapid.IntRange(-20000, 20000).Draw(rt, "n")
		later := d.AddDays(n)
		assert.Equal(rt, n, later.DaysSince(d))
		assert.Equal(rt, d, later.AddDays(-n))
		assert.Equal(rt, n < 0, later.Before(d))
		assert.Equal(rt, n > 0, later.After(d))

		// A day starts at its first instant, and lasts 23 to 25 hours.
		assert.Equal(rt, d, DateOf(d.Start()))
		assert.Equal(rt, d.AddDays(-1), DateOf(d.Start().Add(-time.Nanosecond)))
		assert.Equal(rt, d, DateOf(LateAt(d).Add(-time.Nanosecond)))
		hours := LateAt(d).Sub(d.Start())
		assert.True(rt, hours >= 23*time.Hour && hours <= 25*time.Hour, hours)

		months := rapid.IntRange(-600, 600).Draw(rt, "months")
		moved := d.AddMonths(months)
		assert.LessOrEqual(rt, moved.Day(), d.Day())
		assert.Equal(rt, d.Year()*12+int(d.Month())+months, moved.Year()*12+int(moved.Month()))

		parsed, err := ParseDate(d.String())
		require.NoError(rt, err)
		assert.Equal(rt, d, parsed)
	})
}

func TestDateExchanged(t *testing.T) {
	type record struct {
		On    Date        `json:"on" yaml:"on"`
		Birth PartialDate `json:"birth" yaml:"birth"`
	}
	for text, want := range map[string]record{
		`{"on":"2007-03-21","birth":"1998-03"}`: {day(t, "2007-03-21"), partial(t, "1998-03")},
		`{"on":"","birth":""}`:                  {},
	} {
		var r record
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		assert.Equal(t, want, r)
		out, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Equal(t, text, string(out))
	}
	var r record
	require.NoError(t, yaml.Unmarshal([]byte("on: 2007-03-21\nbirth: 1998\n"), &r))
	assert.Equal(t, record{day(t, "2007-03-21"), partial(t, "1998")}, r)
	assert.Error(t, json.Unmarshal([]byte(`{"on":"2007-02-30"}`), &r))
	assert.Error(t, json.Unmarshal([]byte(`{"birth":"199"}`), &r))
}

func TestDateInDatabase(t *testing.T) {
	midnightBehindUTC := time.Date(2007, 3, 21, 0, 0, 0, 0, time.FixedZone("", -5*3600))
	for _, src := range []any{"2007-03-21", []byte("2007-03-21"), time.Date(2007, 3, 21, 0, 0, 0, 0, time.UTC), midnightBehindUTC} {
		var d Date
		require.NoError(t, d.Scan(src))
		assert.Equal(t, "2007-03-21", d.String())
	}
	d := day(t, "2007-03-21")
	value, err := d.Value()
	require.NoError(t, err)
	assert.Equal(t, "2007-03-21", value)
	require.NoError(t, d.Scan(nil))
	assert.True(t, d.IsZero())
	value, err = d.Value()
	require.NoError(t, err)
	assert.Nil(t, value)
	assert.Error(t, d.Scan(20070321))
	assert.Error(t, d.Scan("2007-03"))

	p := partial(t, "1998-03")
	value, err = p.Value()
	require.NoError(t, err)
	assert.Equal(t, "1998-03", value)
	require.NoError(t, p.Scan([]byte("1998")))
	assert.Equal(t, "1998", p.String())
	require.NoError(t, p.Scan("1998-03-05"))
	assert.Equal(t, "1998-03-05", p.String())
	require.NoError(t, p.Scan(nil))
	value, err = p.Value()
	require.NoError(t, err)
	assert.Nil(t, value)
	assert.Error(t, p.Scan(1998))
}
