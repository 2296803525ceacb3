package main

import (
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// TestWhatIsShownOfThresholds: case show lists what fired and with which rules, what is to come,
// and for a child of which no day can be told, why; case explain names the next.
func TestWhatIsShownOfThresholds(t *testing.T) {
	on := func(text string) clock.PartialDate {
		d, err := clock.ParsePartial(text)
		require.NoError(t, err)
		return d
	}
	now := time.Date(2027, time.March, 10, 12, 0, 0, 0, time.UTC)
	drawn := now.AddDate(0, -6, 0)
	file := caseFile{Case: "K7F-M2Q8", Stage: casefile.Evidence, Now: now, DrawnAt: &drawn,
		Thresholds: []fileThreshold{{Person: 3, Kind: casefile.ThresholdSixMonths, On: clock.NewDate(2027, time.March, 9),
			FiredAt: time.Date(2027, time.March, 9, 0, 0, 0, 0, time.UTC), RuleSetID: "home-office-legacy", RuleSet: "abc"}},
		Days: []casefile.PersonDays{
			{No: 1, Relationship: casefile.Principal, Birth: on("1985")},
			{No: 3, Relationship: casefile.Child, Birth: on("2009-09-09"), ArrivedOn: on("2020-08-14"), ChildWhenListed: true,
				Fired: map[casefile.Threshold]time.Time{casefile.ThresholdSixMonths: now}},
			{No: 4, Relationship: casefile.Child, ChildWhenListed: true},
			{No: 5, Relationship: casefile.Child, Birth: on("2015"), ArrivedOn: on("2025"), AgeDisputed: true, ChildWhenListed: true},
		},
		Evidence: []fileEvidence{{No: 1, Provider: casefile.ProviderSchool, Person: 3, Result: "complete",
			Kinds: []casefile.LifeKind{casefile.LifeSchool, casefile.LifeMusic}}}}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 1, '|', 0)
	new(app).showCase(w, file)
	require.NoError(t, w.Flush())
	shown := regexp.MustCompile(`\|+`).ReplaceAllString(out.String(), " | ")
	for _, line := range []string{
		"may be 18 within six months | /3 | 2027-03-09 | fired on 2027-03-09, rule set home-office-legacy (abc)",
		"may be 18 within three months | /3 | 2027-06-09 | to come",
		"seven years of residence | /3 | 2027-08-14 | to come",
		"years of residence | /4 | - | no mark: the day of arrival is unknown",
		"is 18 | /4 | - | no day: the birth date is unknown",
		"three years of residence | /5 | 2028-12-31 | to come",
		"is 18 | /5 | - | no day while the age is disputed",
		"1 school | /3 | complete | ",
		"school, music",
	} {
		require.Contains(t, shown, line)
	}
	require.NotContains(t, shown, "/1 |")
	require.Contains(t, strings.Join(explain(file).Why, "\n"),
		"The next threshold of time is on 2027-06-09: /3, may be 18 within three months.")
	file.Stage = casefile.Closed
	require.NotContains(t, strings.Join(explain(file).Why, "\n"), "threshold")
}
