package clock

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func partial(t require.TestingT, s string) PartialDate {
	if s == "" {
		return PartialDate{}
	}
	p, err := ParsePartial(s)
	require.NoError(t, err)
	return p
}

func TestPartialDate(t *testing.T) {
	for _, c := range []struct {
		text, earliest, latest string
		full                   bool
	}{
		{"", "", "", false},
		{"1998", "1998-01-01", "1998-12-31", false},
		{"1998-03", "1998-03-01", "1998-03-31", false},
		{"1998-12", "1998-12-01", "1998-12-31", false},
		{"2000-02", "2000-02-01", "2000-02-29", false},
		{"1998-03-05", "1998-03-05", "1998-03-05", true},
	} {
		p := partial(t, c.text)
		assert.Equal(t, c.text, p.String())
		assert.Equal(t, c.earliest, p.Earliest().String(), c.text)
		assert.Equal(t, c.latest, p.Latest().String(), c.text)
		d, full := p.Full()
		assert.Equal(t, c.full, full, c.text)
		assert.Equal(t, c.full, !d.IsZero(), c.text)
		assert.Equal(t, c.text == "", p.IsZero())
	}
	for _, s := range []string{"", "98", "1998-13", "1998-00", "1998-3", "1998-02-30", "0000", "199x", "1998-", "1998-03-", "1998/03", "19980305"} {
		_, err := ParsePartial(s)
		assert.Error(t, err, "%q", s)
	}
	assert.Equal(t, partial(t, "1998-03-05"), Partial(day(t, "1998-03-05")))
}

func TestAgeOn(t *testing.T) {
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"1990-03-21", "2007-03-20", 16},
		{"1990-03-21", "2007-03-21", 17},
		{"1990-03-21", "2007-12-01", 17},
		{"1992-02-29", "2010-02-28", 17}, // of age on 1 March, by the 1991 Act
		{"1992-02-29", "2010-03-01", 18},
		{"1992-02-29", "2012-02-29", 20},
		{"2007-03-21", "2007-03-20", -1},
		{"", "2007-03-20", 0},
	} {
		assert.Equal(t, c.want, AgeOn(day(t, c.birth), day(t, c.on)), "%s on %s", c.birth, c.on)
	}
	assert.Equal(t, "2010-03-01", AttainsOn(day(t, "1992-02-29"), 18).String())
	assert.Equal(t, "2012-02-29", AttainsOn(day(t, "1992-02-29"), 20).String())
}

func TestMayBe(t *testing.T) {
	on := day(t, "2010-06-15")
	for _, c := range []struct {
		birth          string
		under, atLeast bool // 18
	}{
		{"", true, true},
		{"1992", true, true},
		{"1991", false, true},
		{"1993", true, false},
		{"1992-06", true, true},
		{"1992-05", false, true},
		{"1992-07", true, false},
		{"1992-06-15", false, true},
		{"1992-06-16", true, false},
	} {
		p := partial(t, c.birth)
		assert.Equal(t, c.under, p.MayBeUnder(18, on), "under: %q", c.birth)
		assert.Equal(t, c.atLeast, p.MayBeAtLeast(18, on), "at least: %q", c.birth)
	}
}

func TestAgeProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		birth, on := anyDay(rt, "birth"), anyDay(rt, "on")
		age := rapid.IntRange(0, 30).Draw(rt, "age")
		assert.Equal(rt, AgeOn(birth, on) >= age, !on.Before(AttainsOn(birth, age)))

		// Whatever the record leaves open, one of the two is possible, and the
		// true birth date is never excluded.
		record := PartialDate(birth)
		if rapid.Bool().Draw(rt, "no day") {
			record.day = 0
			if rapid.Bool().Draw(rt, "no month") {
				record.month = 0
			}
		}
		assert.True(rt, record.MayBeUnder(age, on) || record.MayBeAtLeast(age, on))
		if AgeOn(birth, on) < age {
			assert.True(rt, record.MayBeUnder(age, on))
		} else {
			assert.True(rt, record.MayBeAtLeast(age, on))
		}
		assert.False(rt, birth.Before(record.Earliest()) || birth.After(record.Latest()))
		assert.Equal(rt, record, partial(rt, record.String()))
	})
}

func BenchmarkDateOf(b *testing.B) {
	at := time.Date(2007, 6, 30, 23, 0, 0, 0, time.UTC)
	for b.Loop() {
		DateOf(at)
	}
}
