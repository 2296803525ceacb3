package policy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// TestTheOrderReadsTheThresholds: an unlisted family has no timer. Its place follows from the
// day on which the order is worked out: the warning of an eighteenth birthday, and a child's
// years of residence where the order asks for them.
func TestTheOrderReadsTheThresholds(t *testing.T) {
	on := func(text string) clock.PartialDate {
		d, err := clock.ParsePartial(text)
		require.NoError(t, err)
		return d
	}
	body := set(t, legacy).Body
	const asked = "    - {id: longest_resident,"
	require.Contains(t, body, asked)
	marks, err := Load("marks", []byte(strings.Replace(body, asked,
		"    - {id: seven_years, priority: 2, when: child_residence_years >= 7}\n    - {id: three_years, priority: 3, when: child_residence_years >= 3}\n"+asked, 1)))
	require.NoError(t, err)
	adult := WaitingPerson{Relationship: casefile.Principal, Birth: on("1985"), ArrivedOn: on("2005")}
	for _, c := range []struct {
		child WaitingPerson
		today string
		rules *RuleSet
		why   string
	}{
		{WaitingPerson{Birth: on("2009-09-09")}, "2027-03-08", set(t, legacy), "rest"},
		{WaitingPerson{Birth: on("2009-09-09")}, "2027-03-09", set(t, legacy), "ageing_out"},
		{WaitingPerson{Birth: on("2009-09-09")}, "2027-09-08", set(t, legacy), "ageing_out"},
		{WaitingPerson{Birth: on("2009-09-09")}, "2027-09-09", set(t, legacy), "rest"},
		{WaitingPerson{Birth: on("2009")}, "2026-07-01", set(t, legacy), "ageing_out"},
		{WaitingPerson{Birth: on("2015"), ArrivedOn: on("2020-08-14")}, "2023-08-13", marks, "rest"},
		{WaitingPerson{Birth: on("2015"), ArrivedOn: on("2020-08-14")}, "2023-08-14", marks, "three_years"},
		{WaitingPerson{Birth: on("2015"), ArrivedOn: on("2020-08-14")}, "2027-08-13", marks, "three_years"},
		{WaitingPerson{Birth: on("2015"), ArrivedOn: on("2020-08-14")}, "2027-08-14", marks, "seven_years"},
		{WaitingPerson{Birth: on("2020-02-29"), BornInScotland: casefile.Yes}, "2027-02-28", marks, "three_years"},
		{WaitingPerson{Birth: on("2020-02-29"), BornInScotland: casefile.Yes}, "2027-03-01", marks, "seven_years"},
		{WaitingPerson{Birth: on("2020-02-29"), BornInScotland: casefile.No}, "2027-03-01", marks, "rest"},
		{WaitingPerson{Birth: on("2015"), ArrivedOn: on("2020-08-14")}, "2027-08-14", set(t, legacy), "rest"},
	} {
		c.child.Relationship = casefile.Child
		today := day(c.today)
		placed, err := c.rules.Order([]Waiting{{Case: "A", ImportedOn: today, People: []WaitingPerson{adult, c.child}}}, today)
		require.NoError(t, err)
		require.Equal(t, c.why, placed[0].Place.Why, "%v on %s", c.child, c.today)
	}
}
