package casefile

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/clock"
)

// TestWhoIsAChild: process.md, Children. A child is anyone who may be under 18,
// by the latest date that the record allows, or unknown and not shown to be
// adult, or age disputed, in any relationship.
func TestWhoIsAChild(t *testing.T) {
	for _, c := range []struct {
		facts    string
		birth    string // "" is unknown
		r        Relationship
		disputed bool
		on       string
		child    bool // may be under 18
		adult    bool // may be 18 or over
	}{
		{"the day before the eighteenth birthday", "1998-03-05", Child, false, "2016-03-04", true, false},
		{"the eighteenth birthday", "1998-03-05", Child, false, "2016-03-05", false, true},
		{"a newborn", "2016-03-05", Child, false, "2016-03-05", true, false},

		{"born in 1998, on the last day of 2015", "1998", Child, false, "2015-12-31", true, false},
		{"born in 1998, on New Year's Day 2016: 18 if born that day", "1998", Child, false, "2016-01-01", true, true},
		{"born in 1998, on the day before the last birthday it allows", "1998", Child, false, "2016-12-30", true, true},
		{"born in 1998, on the last day of 2016", "1998", Child, false, "2016-12-31", false, true},
		{"born in March 1998, on the last day of February", "1998-03", Child, false, "2016-02-29", true, false},
		{"born in March 1998, on 1 March", "1998-03", Child, false, "2016-03-01", true, true},
		{"born in March 1998, on 30 March", "1998-03", Child, false, "2016-03-30", true, true},
		{"born in March 1998, on 31 March", "1998-03", Child, false, "2016-03-31", false, true},

		{"born on 29 February, on 28 February of a common year", "2000-02-29", Child, false, "2018-02-28", true, false},
		{"born on 29 February, on 1 March of a common year", "2000-02-29", Child, false, "2018-03-01", false, true},
		{"born in February of a leap year, on 28 February: perhaps on the 29th", "2000-02", Child, false, "2018-02-28", true, true},
		{"born in February of a leap year, on 1 March", "2000-02", Child, false, "2018-03-01", false, true},

		{"a married person of 17", "1998-03-05", Spouse, false, "2015-09-01", true, false},
		{"a principal of 17, alone", "1998-03-05", Principal, false, "2015-09-01", true, false},
		{"a mother of 17", "1998-03-05", Parent, false, "2015-09-01", true, false},
		{"a daughter of 25", "1991-03-05", Child, false, "2016-03-05", false, true},

		{"unknown, recorded as a child", "", Child, false, "2016-03-05", true, false}, // [D] taken for a child, and not checked
		{"unknown, recorded as a sibling", "", Sibling, false, "2016-03-05", true, true},
		{"unknown, another dependant", "", OtherDependant, false, "2016-03-05", true, true},
		{"unknown, a principal: shown adult by standing as one [D]", "", Principal, false, "2016-03-05", false, true},
		{"unknown, a spouse [D]", "", Spouse, false, "2016-03-05", false, true},
		{"unknown, a partner [D]", "", Partner, false, "2016-03-05", false, true},
		{"unknown, a parent [D]", "", Parent, false, "2016-03-05", false, true},

		{"disputed, recorded as 40", "1976-03-05", OtherDependant, true, "2016-03-05", true, true},
		{"disputed, a spouse recorded as 20", "1996-03-05", Spouse, true, "2016-03-05", true, true},
		{"disputed, a principal of unknown birth date", "", Principal, true, "2016-03-05", true, true},
		{"disputed, a spouse of unknown birth date", "", Spouse, true, "2016-03-05", true, true},
		{"disputed, a parent of unknown birth date", "", Parent, true, "2016-03-05", true, true},
	} {
		t.Run(c.facts, func(t *testing.T) {
			require.Equal(t, c.child, MayBeChild(born(c.birth), c.r, c.disputed, day(c.on)), "may be a child")
			require.Equal(t, c.adult, MayBeAdult(born(c.birth), c.r, day(c.on)), "may be an adult")
		})
	}
}

// TestSchoolAge: from 4, when Primary 1 may begin, until 18.
func TestSchoolAge(t *testing.T) {
	for _, c := range []struct {
		facts, birth, on string
		want             bool
	}{
		{"the day before the fourth birthday", "2012-08-16", "2016-08-15", false},
		{"the fourth birthday", "2012-08-16", "2016-08-16", true},
		{"the day before the eighteenth birthday", "1998-08-16", "2016-08-15", true},
		{"the eighteenth birthday", "1998-08-16", "2016-08-16", false},
		{"born in 2012: may be 4", "2012", "2016-01-01", true},
		{"born in 2013: can't be 4", "2013", "2016-12-31", false},
		{"born in 1998: may still be 17", "1998", "2016-12-30", true},
		{"born in 1998: 18 by the last day it allows", "1998", "2016-12-31", false},
		{"born on 29 February 2012, on 28 February 2016", "2012-02-29", "2016-02-28", false},
		{"born on 29 February 2012, on 29 February 2016", "2012-02-29", "2016-02-29", true},
		{"unknown: may be on a roll", "", "2016-03-05", true},
	} {
		t.Run(c.facts, func(t *testing.T) {
			require.Equal(t, c.want, OfSchoolAge(born(c.birth), day(c.on)))
		})
	}
}

// TestOnFileAChildStaysOne: a person who was a child when listed stays one.
func TestOnFileAChildStaysOne(t *testing.T) {
	grown := FilePerson{Birth: born("1998-03-05"), Relationship: Child, ChildWhenListed: true}
	require.True(t, grown.IsChild(day("2026-03-05")), "28, and 17 when listed")
	grown.ChildWhenListed = false
	require.False(t, grown.IsChild(day("2026-03-05")), "28, and joined after the listing")
}

// TestEverybodyIsChildOrAdult: whatever is recorded, nobody falls between the
// two protections, and knowing less never takes one away.
func TestEverybodyIsChildOrAdult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		birth := day("1950-01-01").AddDays(rapid.IntRange(0, 30000).Draw(t, "born"))
		on := birth.AddDays(rapid.IntRange(0, 12000).Draw(t, "age in days"))
		r := rapid.SampledFrom(Relationships).Draw(t, "relationship")
		full := clock.Partial(birth)
		child, adult := MayBeChild(full, r, false, on), MayBeAdult(full, r, on)
		require.NotEqual(t, child, adult, "a birth date known to the day leaves no doubt")
		require.Equal(t, clock.AgeOn(birth, on) < 18, child)
		for _, known := range []string{birth.String()[:4], birth.String()[:7]} {
			if child {
				require.True(t, MayBeChild(born(known), r, false, on), "known only as %s", known)
			}
			if adult {
				require.True(t, MayBeAdult(born(known), r, on), "known only as %s", known)
			}
		}
		require.True(t, MayBeChild(full, r, true, on), "disputed")
		require.True(t, MayBeChild(clock.PartialDate{}, r, false, on) || MayBeAdult(clock.PartialDate{}, r, on), "unknown")
	})
}
