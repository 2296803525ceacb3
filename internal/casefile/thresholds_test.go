package casefile

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/clock"
)

func partial(t *testing.T, s string) clock.PartialDate {
	t.Helper()
	if s == "" {
		return clock.PartialDate{}
	}
	p, err := clock.ParsePartial(s)
	require.NoError(t, err)
	return p
}

func dayOf(t *testing.T, s string) clock.Date {
	t.Helper()
	if s == "" || s == "unknown" {
		return clock.Date{}
	}
	d, err := clock.ParseDate(s)
	require.NoError(t, err)
	return d
}

// daysOf are the crossings of a person in words; "unknown" is one without a day.
func daysOf(p PersonDays) map[Threshold]string {
	days := map[Threshold]string{}
	for _, c := range p.Crossings() {
		days[c.Kind] = c.On.String()
		if c.On.IsZero() {
			days[c.Kind] = "unknown"
		}
	}
	return days
}

// TestTheYearsOfResidenceOfAChild: three, seven and ten years from the day of arrival, or of
// birth for somebody born here; a partial date counts from its latest possible day.
func TestTheYearsOfResidenceOfAChild(t *testing.T) {
	for _, c := range []struct {
		who                 string
		birth, arrived      string
		here                Answer
		relationship        Relationship
		three, seven, years string // "" for no mark
	}{
		{"came to the day", "2015-04-01", "2020-08-14", No, Child, "2023-08-14", "2027-08-14", "2030-08-14"},
		{"born here", "2020-08-14", "", Yes, Child, "2023-08-14", "2027-08-14", "2030-08-14"},
		{"born here, and recorded as arrived later: the arrival counts", "2020-08-14", "2021-01-01", Yes, Child, "2024-01-01",
			"2028-01-01", "2031-01-01"},
		{"born here on 29 February: 1 March of a common year", "2024-02-29", "", Yes, Child, "2027-03-01", "2031-03-01",
			"2034-03-01"},
		{"arrived on 29 February", "2015-04-01", "2020-02-29", No, Child, "2023-03-01", "2027-03-01", "2030-03-01"},
		{"came in a month", "2015-04-01", "2020-02", No, Child, "2023-03-01", "2027-03-01", "2030-03-01"},
		{"came in a year: from its last day", "2015-04-01", "2020", No, Child, "2023-12-31", "2027-12-31", "2030-12-31"},
		{"when is not known", "2015-04-01", "", No, Child, "unknown", "unknown", "unknown"},
		{"where they were born is not known either", "2015-04-01", "", Unknown, Child, "unknown", "unknown", "unknown"},
		{"18 before the ten years are over", "2010-04-01", "2020-08-14", No, Child, "2023-08-14", "2027-08-14", ""},
		{"a grown-up", "1985-04-01", "2020-08-14", No, Principal, "", "", ""},
		{"a grown-up whose birth date is unknown", "", "2020-08-14", No, Spouse, "", "", ""},
		{"a child whose birth date is unknown", "", "2020-08-14", No, Child, "2023-08-14", "2027-08-14", "2030-08-14"},
	} {
		t.Run(c.who, func(t *testing.T) {
			days := daysOf(PersonDays{No: 3, Relationship: c.relationship, Birth: partial(t, c.birth),
				ArrivedOn: partial(t, c.arrived), BornInScotland: c.here})
			require.Equal(t, []string{c.three, c.seven, c.years},
				[]string{days[ThresholdThreeYears], days[ThresholdSevenYears], days[ThresholdTenYears]})
		})
	}
	t.Run("18 before the ten years are over, and a child when listed", func(t *testing.T) {
		days := daysOf(PersonDays{Relationship: Child, Birth: partial(t, "2010-04-01"), ArrivedOn: partial(t, "2020-08-14"),
			ChildWhenListed: true})
		require.Equal(t, "2030-08-14", days[ThresholdTenYears], "the protection of a child is not lost")
	})
}

// TestTheEighteenthBirthday: warned of six and three months ahead by the earliest day on
// which the person may be 18; the birthday itself by the latest, as for every question who is
// a child (process.md, Children).
func TestTheEighteenthBirthday(t *testing.T) {
	for _, c := range []struct {
		who                  string
		birth                string
		relationship         Relationship
		disputed             bool
		six, three, birthday string
	}{
		{"known to the day", "2009-09-09", Child, false, "2027-03-09", "2027-06-09", "2027-09-09"},
		{"born on 29 February: 1 March of a common year", "2008-02-29", Child, false, "2025-09-01", "2025-12-01", "2026-03-01"},
		{"warned on the last day of a short month, not after it", "2009-08-31", Child, false, "2027-02-28", "2027-05-31",
			"2027-08-31"},
		{"known to the month", "2009-09", Child, false, "2027-03-01", "2027-06-01", "2027-09-30"},
		{"known to the year", "2009", Child, false, "2026-07-01", "2026-10-01", "2027-12-31"},
		{"unknown", "", Child, false, "unknown", "unknown", "unknown"},
		{"unknown, of a sibling", "", Sibling, false, "unknown", "unknown", "unknown"},
		{"unknown, of somebody who stands as an adult", "", Principal, false, "", "", ""},
		{"in dispute: warned by the record, and no birthday until it is settled", "2009-09-09", Child, true, "2027-03-09",
			"2027-06-09", "unknown"},
		{"in dispute, of a principal without a birth date", "", Principal, true, "unknown", "unknown", "unknown"},
	} {
		t.Run(c.who, func(t *testing.T) {
			days := daysOf(PersonDays{Relationship: c.relationship, Birth: partial(t, c.birth), AgeDisputed: c.disputed})
			require.Equal(t, []string{c.six, c.three, c.birthday},
				[]string{days[ThresholdSixMonths], days[ThresholdThreeMonths], days[ThresholdEighteen]})
		})
	}
}

// TestFromTheFirstWarningAChildAgesOut: the fact that the rule sets ask about, and the order of
// listing, turn true on the day on which the warning fires, and false on the birthday.
func TestFromTheFirstWarningAChildAgesOut(t *testing.T) {
	for _, birth := range []string{"2009-09-09", "2008-02-29", "2009-08-31", "2009-09", "2009"} {
		p := PersonDays{Relationship: Child, Birth: partial(t, birth)}
		days := daysOf(p)
		six, birthday := dayOf(t, days[ThresholdSixMonths]), dayOf(t, days[ThresholdEighteen])
		require.False(t, AgesOut(p.Birth, six.AddDays(-1)), birth)
		require.True(t, AgesOut(p.Birth, six), birth)
		require.True(t, AgesOut(p.Birth, birthday.AddDays(-1)), birth)
		require.False(t, AgesOut(p.Birth, birthday), birth)
		require.False(t, MayBeChild(p.Birth, Child, false, birthday))
		require.True(t, MayBeChild(p.Birth, Child, false, birthday.AddDays(-1)))
	}
	require.False(t, AgesOut(clock.PartialDate{}, dayOf(t, "2027-03-09")))
}

// TestWhenAChecksLapses: on the first day on which a signature would find it too old.
func TestWhenACheckLapses(t *testing.T) {
	p := PersonDays{Relationship: Child, Birth: partial(t, "2009-09-09"), CheckDoneOn: dayOf(t, "2027-09-20"),
		WelfareSignedOn: dayOf(t, "2026-08-31")}
	days := daysOf(p)
	require.Equal(t, "2027-12-20", days[ThresholdCheck], "grown up, and checked")
	require.Equal(t, "2027-03-01", days[ThresholdWelfare], "six months from 31 August end on 28 February")
	at := FilePerson{CheckDoneOn: p.CheckDoneOn, WelfareSignedOn: p.WelfareSignedOn}
	for kind, lapsed := range map[Threshold]func(clock.Date) bool{ThresholdCheck: at.CheckLapsed,
		ThresholdWelfare: at.WelfareLapsed} {
		on := dayOf(t, days[kind])
		require.True(t, lapsed(on), kind)
		require.False(t, lapsed(on.AddDays(-1)), kind)
	}
	p.CheckDoneOn = dayOf(t, "2026-09-20")
	require.NotContains(t, daysOf(p), ThresholdCheck, "a child needs none")
	p.Birth = partial(t, "2000-01-01")
	require.NotContains(t, daysOf(p), ThresholdWelfare, "nor an adult the other")
	p.ChildWhenListed = true
	require.Contains(t, daysOf(p), ThresholdWelfare, "but one who was a child when the review was listed")
	require.Empty(t, daysOf(PersonDays{Relationship: Principal, Birth: partial(t, "1980")})[ThresholdCheck],
		"what was never made can't lapse")
}

// comes tells of each crossing that a review has yet to meet, in the order in which it does.
func comes(f Facts, people ...PersonDays) []string {
	var all []string
	for _, c := range f.Crossings(people) {
		all = append(all, fmt.Sprintf("%s /%d %s", c.On, c.Person, c.Kind))
	}
	return all
}

func noonOf(t *testing.T, day string) time.Time { return dayOf(t, day).Start().Add(12 * time.Hour) }

// TestWhatAReviewHasYetToMeet: each threshold fires once; one that was passed when the family
// was drawn is simply known; a correction moves one, also across one which has fired.
func TestWhatAReviewHasYetToMeet(t *testing.T) {
	open := Facts{Stage: Evidence, Opened: []Stage{Listed, Evidence, Welfare}, DrawnAt: noonOf(t, "2026-01-05")}
	child := PersonDays{No: 3, Relationship: Child, Birth: partial(t, "2009-09-09"), ArrivedOn: partial(t, "2019-08-14"),
		ChildWhenListed: true}
	all := []string{"2026-08-14 /3 seven_years", "2027-03-09 /3 eighteen_in_six_months",
		"2027-06-09 /3 eighteen_in_three_months", "2027-09-09 /3 eighteen", "2029-08-14 /3 ten_years"}
	require.Equal(t, all, comes(open, child), "three years were over before")

	with := func(change func(*PersonDays)) PersonDays {
		p := child
		p.Fired = map[Threshold]time.Time{}
		change(&p)
		return p
	}
	for _, c := range []struct {
		what  string
		state func(*Facts)
		child PersonDays
		want  []string
	}{
		{"on the day on which the family is drawn: known", func(f *Facts) { f.DrawnAt = noonOf(t, "2026-08-14") }, child, all[1:]},
		{"drawn in the evening before, in London's summer time",
			func(f *Facts) { f.DrawnAt = dayOf(t, "2026-08-14").Start().Add(-time.Second) }, child, all},
		{"fired", nil, with(func(p *PersonDays) { p.Fired[ThresholdSevenYears] = noonOf(t, "2026-08-14") }), all[1:]},
		{"fired at its first instant",
			nil, with(func(p *PersonDays) { p.Fired[ThresholdSevenYears] = dayOf(t, "2026-08-14").Start() }), all[1:]},
		{"fired days late, for no worker ran",
			nil, with(func(p *PersonDays) { p.Fired[ThresholdSevenYears] = noonOf(t, "2026-08-20") }), all[1:]},
		{"the arrival is corrected to a later day, before the mark fired",
			nil, with(func(p *PersonDays) { p.ArrivedOn = partial(t, "2019-10-01") }),
			[]string{"2026-10-01 /3 seven_years", all[1], all[2], all[3], "2029-10-01 /3 ten_years"}},
		{"the arrival is corrected to a later day, after the mark fired: what was told was wrong, and it fires again",
			nil, with(func(p *PersonDays) {
				p.ArrivedOn, p.Fired[ThresholdSevenYears] = partial(t, "2019-10-01"), noonOf(t, "2026-08-14")
			}), []string{"2026-10-01 /3 seven_years", all[1], all[2], all[3], "2029-10-01 /3 ten_years"}},
		{"the arrival is corrected to an earlier day, after the mark fired: it was told",
			nil, with(func(p *PersonDays) {
				p.ArrivedOn, p.Fired[ThresholdSevenYears] = partial(t, "2019-07-01"), noonOf(t, "2026-08-14")
			}), []string{all[1], all[2], all[3], "2029-07-01 /3 ten_years"}},
		{"the arrival is corrected to a day before the listing: the mark is simply known",
			nil, with(func(p *PersonDays) { p.ArrivedOn = partial(t, "2018-12-24") }),
			[]string{"2028-12-24 /3 ten_years", all[1], all[2], all[3]}},
		{"the birth date is corrected to an earlier day, across both warnings",
			nil, with(func(p *PersonDays) { p.Birth = partial(t, "2008-05-01") }),
			[]string{"2026-02-01 /3 eighteen_in_three_months", "2026-05-01 /3 eighteen", all[0], all[4]}},
		{"the birth date is corrected to a later day, after the first warning has fired: it warns again",
			nil, with(func(p *PersonDays) {
				p.Birth, p.Fired[ThresholdSixMonths] = partial(t, "2010-09-09"), noonOf(t, "2027-03-09")
			}), []string{all[0], "2028-03-09 /3 eighteen_in_six_months", "2028-06-09 /3 eighteen_in_three_months",
				"2028-09-09 /3 eighteen", all[4]}},
		{"the age is disputed: no birthday until it is settled",
			nil, with(func(p *PersonDays) { p.AgeDisputed = true }), []string{all[0], all[1], all[2], all[4]}},
		{"nothing is known",
			nil, with(func(p *PersonDays) { p.Birth, p.ArrivedOn = clock.PartialDate{}, clock.PartialDate{} }), nil},
		{"signed: recorded, and no check's lapse", func(f *Facts) { f.Signed = true },
			with(func(p *PersonDays) { p.WelfareSignedOn = dayOf(t, "2026-02-02") }), all},
		{"closed", func(f *Facts) { f.Stage = Closed }, child, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			f := open
			if c.state != nil {
				c.state(&f)
			}
			got := comes(f, c.child)
			if len(c.want) == 0 {
				require.Empty(t, got)
				return
			}
			require.ElementsMatch(t, c.want, got)
			require.IsNonDecreasing(t, got)
			require.Equal(t, dayOf(t, got[0][:10]).Start(), f.WithThresholds([]PersonDays{c.child}).NextThreshold)
		})
	}
}

// TestALapseCountsWhileADecisionIsAwaited: before, the stage asks for the checks; after the
// signature nothing rests on them. A check that was made anew lapses anew.
func TestALapseCountsWhileADecisionIsAwaited(t *testing.T) {
	adult := PersonDays{No: 1, Relationship: Principal, Birth: partial(t, "1985-04-01"), CheckDoneOn: dayOf(t, "2026-03-02"),
		Fired: map[Threshold]time.Time{}}
	f := Facts{Stage: Representation, Opened: []Stage{Listed, Evidence, Welfare, Representation},
		DrawnAt: noonOf(t, "2026-01-05")}
	require.Empty(t, comes(f, adult))
	f.Stage, f.Opened = Decision, append(f.Opened, Decision)
	require.Equal(t, []string{"2026-06-01 /1 security_check_lapsed"}, comes(f, adult))
	adult.Fired[ThresholdCheck] = noonOf(t, "2026-06-01")
	require.Empty(t, comes(f, adult))
	adult.CheckDoneOn = dayOf(t, "2026-06-10")
	require.Equal(t, []string{"2026-09-09 /1 security_check_lapsed"}, comes(f, adult))
	f.Signed = true
	require.Empty(t, comes(f, adult))
}

// TestTheFrontOfTheAgenda: one timer, for the earliest rung or for a threshold before it. A
// threshold behind the earliest task costs nothing, and between two stages none is set.
func TestTheFrontOfTheAgenda(t *testing.T) {
	at := func(day string) time.Time { return dayOf(t, day).Start() }
	rung := func(day string) []Task {
		return []Task{{Kind: TaskPropose, Stage: Decision, Next: Rung{Kind: Due, At: at(day)}}}
	}
	for _, c := range []struct {
		what      string
		f         Facts
		want      string
		threshold bool
	}{
		{"no threshold", Facts{Stage: Decision, Tasks: rung("2026-03-02")}, "2026-03-02", false},
		{"behind the task", Facts{Stage: Decision, Tasks: rung("2026-03-02"), NextThreshold: at("2027-01-01")}, "2026-03-02", false},
		{"before the task", Facts{Stage: Decision, Tasks: rung("2026-03-02"), NextThreshold: at("2026-03-01")}, "2026-03-01", true},
		{"with the task: the task is first", Facts{Stage: Decision, Tasks: rung("2026-03-02"), NextThreshold: at("2026-03-02")},
			"2026-03-02", false},
		{"between two stages", Facts{Stage: Decision, NextThreshold: at("2026-03-01")}, "", false},
		{"prepared, and before the listing date", Facts{Stage: Listed, ListingAt: at("2026-03-02"), NextThreshold: at("2026-03-01")},
			"2026-03-01", true},
		{"prepared, and after the listing date", Facts{Stage: Listed, ListingAt: at("2026-03-02"), NextThreshold: at("2026-03-03")},
			"", false},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, threshold, ok := c.f.Front()
			require.Equal(t, c.want != "", ok)
			if ok {
				require.Equal(t, at(c.want), got)
			}
			require.Equal(t, c.threshold, threshold)
		})
	}
}

// TestADateThatCannotBeReadIsUnknown: it keeps no review from its acts.
func TestADateThatCannotBeReadIsUnknown(t *testing.T) {
	var p PersonDays
	require.NoError(t, json.Unmarshal([]byte(`{"no": 3, "relationship": "child", "date_of_birth": "2015-02-30", "arrived_on": "2020-08",
		"welfare_signed_on": "2026-03-02", "fired": {"three_years": "2023-08-31T00:00:00+00:00"}}`), &p))
	require.Equal(t, PersonDays{No: 3, Relationship: Child, ArrivedOn: partial(t, "2020-08"), WelfareSignedOn: dayOf(t, "2026-03-02"),
		Fired: map[Threshold]time.Time{ThresholdThreeYears: p.Fired[ThresholdThreeYears]}}, p)
	require.Equal(t, "2023-08-31", clock.DateOf(p.Fired[ThresholdThreeYears]).String())
}

// TestThresholdsThroughTime: whatever is corrected, and however late a worker comes round to
// it, no threshold fires before its day, none twice for one day, and when those that have come
// have fired none is left that has come. So the review's timer always moves on.
func TestThresholdsThroughTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		listed := clock.NewDate(2026, time.March, 2)
		someDay := func(label string) clock.PartialDate {
			d := listed.AddDays(-rapid.IntRange(0, 20*366).Draw(t, label)).String()
			p, err := clock.ParsePartial(d[:rapid.SampledFrom([]int{0, 4, 7, 10, 10, 10}).Draw(t, label+" is known to")])
			if err != nil {
				return clock.PartialDate{}
			}
			return p
		}
		f := Facts{Stage: Decision, Opened: []Stage{Decision}, DrawnAt: listed.Start()}
		p := PersonDays{No: 3, Relationship: Child, Birth: someDay("birth"), ArrivedOn: someDay("arrival"),
			Fired: map[Threshold]time.Time{}}
		now := listed.Start()
		fired := map[Crossing]bool{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400*24).Draw(t, "hours")) * time.Hour)
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				p.Birth = someDay("birth")
			case 1:
				p.ArrivedOn = someDay("arrival")
			case 2:
				p.AgeDisputed = !p.AgeDisputed
			case 3:
				p.CheckDoneOn = clock.DateOf(now)
			case 4:
				p.WelfareSignedOn = clock.DateOf(now)
			case 5:
				f.Signed = !f.Signed
			}
			for _, c := range f.Crossings([]PersonDays{p}) {
				if c.At().After(now) {
					break
				}
				require.False(t, fired[c], "%v fires twice", c)
				require.True(t, c.On.After(listed))
				fired[c] = true
				p.Fired[c.Kind] = now
			}
			next := f.WithThresholds([]PersonDays{p}).NextThreshold
			require.True(t, next.IsZero() || next.After(now), "%s has come, and it is %s", next, now)
		}
	})
}
