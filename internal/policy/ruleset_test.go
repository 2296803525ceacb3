package policy

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

func TestTheEmbeddedSets(t *testing.T) {
	sets, err := Embedded()
	require.NoError(t, err)
	for i, want := range []struct {
		id, use string
		lane    casefile.Lane
		from    string
		lead    int
		longest int
	}{
		{fastTrack, Operative, casefile.FastTrack, "2007-03-05", 2, 26},
		{legacy, Operative, casefile.Legacy, "2007-03-05", 6, 104},
		{scottish, Comparison, "", "2007-03-21", 0, 0},
	} {
		s := sets[i]
		t.Run(want.id, func(t *testing.T) {
			require.Equal(t, want.id, s.ID)
			require.Equal(t, want.use, s.Use)
			require.Equal(t, want.lane, s.Lane, "only an operative set has a lane")
			require.Equal(t, day(want.from), s.InForceFrom)
			require.Equal(t, want.lead, s.Listing.LeadWeeks)
			require.Equal(t, want.longest, s.Listing.LongestWaitWeeks, "R4: every operative set has a longest wait")
			require.NotEmpty(t, s.Criteria)
			seen := map[string]bool{}
			for _, c := range s.Criteria {
				require.NotEmpty(t, c.Source, "%s names its source", c.ID)
				require.NotEqual(t, c.Against, c.Recommends.IsGrant(), "%s is for a grant or against, and no set recommends a refusal", c.ID)
				require.False(t, seen[c.ID], "%s stands once", c.ID)
				seen[c.ID] = true
			}
		})
	}
	require.Len(t, sets, 3)
}

// TestTheHomeOfficesSetsDifferInTime only: the same criteria in both lanes.
func TestTheHomeOfficesSetsDifferInTimeOnly(t *testing.T) {
	criteria := func(id string) (lines []string) {
		for _, c := range set(t, id).Criteria {
			lines = append(lines, strings.Join([]string{c.ID, string(c.Recommends), strconv.FormatBool(c.Against), c.When, c.Source}, " | "))
		}
		return lines
	}
	require.Equal(t, criteria(legacy), criteria(fastTrack))
}

// TestASetIsNamedByItsContent: reviews, recommendations and decisions keep the hash.
func TestASetIsNamedByItsContent(t *testing.T) {
	body := set(t, legacy).Body
	one, err := Load("one.yaml", []byte(body))
	require.NoError(t, err)
	two, err := Load("two.yaml", []byte(body))
	require.NoError(t, err)
	require.Equal(t, one.Hash, two.Hash, "the same content under another name")
	require.Equal(t, set(t, legacy).Hash, one.Hash)
	require.Regexp(t, `^[0-9a-f]{16}$`, one.Hash)
	require.Equal(t, body, one.Body, "the content is kept as it was, to be stored")

	hashes := map[string]bool{one.Hash: true}
	for _, change := range [][2]string{
		{"longest_wait_weeks: 104", "longest_wait_weeks: 105"},
		{"child_residence_years >= 7", "child_residence_years >= 6"},
		{"listed.triage:          {days: 10,", "listed.triage:          {days: 11,"},
		{"in_force_from: 2007-03-05", "in_force_from: 2007-03-06"},
		{"# [S39]", "# [S40]"}, // what it rests on is part of a rule
	} {
		s, err := Load("changed.yaml", []byte(changed(t, body, change[0], change[1])))
		require.NoError(t, err)
		require.False(t, hashes[s.Hash], "%s", change[1])
		hashes[s.Hash] = true
	}
	for _, other := range []string{fastTrack, scottish} {
		require.False(t, hashes[set(t, other).Hash])
	}
}

// changed replaces the one place where old stands.
func changed(t *testing.T, body, old, with string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(body, old), "%q stands once", old)
	return strings.Replace(body, old, with, 1)
}

// TestMistakes: each is refused, with the file and the line named. The line is
// that on which the entry begins.
func TestMistakes(t *testing.T) {
	const (
		sevenYears = "  - id: children-seven-years\n    recommends: GRANT_ILR\n    when: child_residence_years >= 7\n    source: DP5/96, seven-year child concession [S31]\n"
		triage     = "listed.triage:          {days: 10, unit: working,  calendar: england-and-wales, reminder: 7,  escalation: 15}"
		gp         = "evidence.gp:            {days: 28, unit: calendar, calendar: scotland,          reminder: 14}"
		medical    = "{id: medical, priority: 2, when: serious_illness}"
	)
	for _, c := range []struct {
		mistake, old, with string
		line               string // the entry's first line, as it stands after the change; "" where there is no line to name
		says               string
	}{
		{"no YAML", "listing:", "listing: [", "diary_working_days", "did not find"},
		{"an unknown key at the top", "diary_working_days: 20", "diary_weeks: 4", "diary_weeks", "diary_weeks"},
		{"an unknown key of the listing", "lead_weeks: 6 ", "leed_weeks: 6 ", "leed_weeks", "leed_weeks"},
		{"an unknown key of a task", triage, strings.Replace(triage, "reminder", "remainder", 1), "listed.triage:", "remainder"},
		{"an unknown key of a criterion", sevenYears, sevenYears + "    unless: supported\n", "- id: children-seven-years", "unless"},
		{"an unknown key of a class of the order", medical, strings.Replace(medical, "when:", "weight: 3, when:", 1), "{id: medical", "weight"},
		{"a number that is none", triage, strings.Replace(triage, "days: 10", "days: ten", 1), "listed.triage:", "ten"},

		{"no id", "id: home-office-legacy\n", "", "", "no id"},
		{"no use", "use: operative\n", "", "", `use is ""`},
		{"a use that is none", "use: operative\n", "use: trial\n", "", `use is "trial"`},
		{"no lane", "lane: legacy\n", "", "", `lane is ""`},
		{"a lane that is none", "lane: legacy\n", "lane: slow\n", "", `lane is "slow"`},
		{"no day from which it is in force", "in_force_from: 2007-03-05 ", "in_force_from: ", "", "in_force_from"},
		{"a day that is none", "in_force_from: 2007-03-05 ", "in_force_from: 2007-02-29 ", "", "in_force_from"},
		{"no longest wait: R4 wants one", "  longest_wait_weeks: 104 ", "  longest_wait_weeks: 0 ", "", "longest_wait_weeks"},

		{"CEL that can't be read", "child_residence_years >= 7", "child_residence_years >=", "- id: children-seven-years", "children-seven-years"},
		{"no expression", "    when: child_residence_years >= 7\n", "", "- id: children-seven-years", "children-seven-years"},
		{"a fact that is not documented", "child_residence_years >= 7", "years_in_glasgow >= 7", "- id: children-seven-years", "years_in_glasgow"},
		{"a fact of another type", "child_residence_years >= 7", "child_residence_years >= 'seven'", "- id: children-seven-years", "no matching overload"},
		{"an expression that is neither true nor false", "child_residence_years >= 7", "child_residence_years + 7", "- id: children-seven-years", "must be true or false"},
		{"a criterion without its source", "    source: DP5/96, seven-year child concession [S31]\n", "", "- id: children-seven-years", "names its source"},
		{"a criterion both for and against", sevenYears, sevenYears + "    against: true\n", "- id: children-seven-years", "either recommends a grant or is against"},
		{"a criterion neither for nor against", sevenYears, strings.Replace(sevenYears, "    recommends: GRANT_ILR\n", "", 1), "- id: children-seven-years", "either recommends a grant or is against"},
		{"a rule that recommends a refusal", sevenYears, strings.Replace(sevenYears, "GRANT_ILR", "REFUSED_UPHELD", 1), "- id: children-seven-years", "is no grant"},
		{"a grant that there is not", sevenYears, strings.Replace(sevenYears, "GRANT_ILR", "GRANT_ALL", 1), "- id: children-seven-years", "is no grant"},
		{"a criterion without an id", "  - id: children-seven-years\n    recommends", "  - recommends", "- recommends: GRANT_ILR", "id"},
		{"two criteria of one id", "  - id: family-residence\n", "  - id: children-seven-years\n", "- id: children-seven-years\n    recommends: GRANT_ILR\n    when: residence_years >= 4", "children-seven-years"},
		// process.md, Four eyes: an allegation counts in no recommendation until two
		// officers have confirmed it; it may order the listing.
		{"a criterion against somebody on an allegation", "when: public_harm_confirmed", "when: public_harm_alleged", "- id: public-harm", "public_harm_alleged"},
		{"a criterion for somebody on there being no allegation", "child_residence_years >= 7", "child_residence_years >= 7 && !public_harm_alleged", "- id: children-seven-years", "public_harm_alleged"},

		{"CEL that can't be read, in the order", medical, strings.Replace(medical, "serious_illness", "serious_illness ||", 1), "{id: medical", "medical"},
		{"an undocumented fact, in the order", medical, strings.Replace(medical, "serious_illness", "tired", 1), "{id: medical", "tired"},
		{"an expression that is no yes or no, in the order", medical, strings.Replace(medical, "serious_illness", "children", 1), "{id: medical", "must be true or false"},
		{"priority 0, which is the longest wait's", medical, strings.Replace(medical, "priority: 2", "priority: 0", 1), "{id: medical", "priority 0 is not 1 to 5"},
		{"priority 6", medical, strings.Replace(medical, "priority: 2", "priority: 6", 1), "{id: medical", "priority 6 is not 1 to 5"},

		{"an unknown task", triage, strings.Replace(triage, "listed.triage", "listed.sort", 1), "listed.sort:", `"listed.sort" is no kind of task`},
		{"a missing task", "  " + triage + "\n", "", "", "listed.triage"},
		{"a task twice", triage, triage + "\n  " + triage, "", "listed.triage"},
		{"an unknown calendar", triage, strings.Replace(triage, "england-and-wales", "england", 1), "listed.triage:", `unknown calendar "england"`},
		{"no calendar", triage, strings.Replace(triage, "calendar: england-and-wales, ", "", 1), "listed.triage:", "unknown calendar"},
		{"an unknown unit", triage, strings.Replace(triage, "unit: working", "unit: weeks", 1), "listed.triage:", "unit working or calendar"},
		{"no days", triage, strings.Replace(triage, "days: 10, ", "", 1), "listed.triage:", "days must be at least 1"},
		{"minus ten days", triage, strings.Replace(triage, "days: 10", "days: -10", 1), "listed.triage:", "days must be at least 1"},
		{"a reminder on the last day", triage, strings.Replace(triage, "reminder: 7", "reminder: 10", 1), "listed.triage:", "the reminder must come before the 10 days are over"},
		{"a reminder after the last day", triage, strings.Replace(triage, "reminder: 7", "reminder: 11", 1), "listed.triage:", "the reminder must come before"},
		{"a reminder before it begins", triage, strings.Replace(triage, "reminder: 7", "reminder: -1", 1), "listed.triage:", "the reminder must come before"},
		{"an escalation before it is due", triage, strings.Replace(triage, "escalation: 15", "escalation: 9", 1), "listed.triage:", "escalation must be at 10 days or later"},
		{"no escalation, where nothing ends it", triage, strings.Replace(triage, ",  escalation: 15", "", 1), "listed.triage:", "escalation must be at 10 days or later"},
		{"an escalation of what ends when due", gp, strings.Replace(gp, "reminder: 14", "reminder: 14, escalation: 30", 1), "evidence.gp:", "can't escalate"},
		{"no diary", "diary_working_days: 20 ", "diary_working_days: 0 ", "", "diary_working_days"},
		{"an unknown calendar of the diary", "\ncalendar: england-and-wales", "\ncalendar: wales", "", "calendar"},
	} {
		t.Run(c.mistake, func(t *testing.T) {
			body := changed(t, set(t, legacy).Body, c.old, c.with)
			s, err := Load("mistaken.yaml", []byte(body))
			require.Error(t, err)
			require.Nil(t, s)
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "mistaken.yaml", "the file is named")
			if c.line != "" && c.mistake != "no YAML" {
				at := strings.Index(body, c.line)
				require.NotEqual(t, -1, at)
				require.Regexp(t, `\bline `+strconv.Itoa(1+strings.Count(body[:at], "\n"))+`\b`, err.Error(), "the line is named")
			}
		})
	}
}

// TestBoundariesThatAreAllowed, one step from a mistake.
func TestBoundariesThatAreAllowed(t *testing.T) {
	const triage = "listed.triage:          {days: 10, unit: working,  calendar: england-and-wales, reminder: 7,  escalation: 15}"
	for _, c := range []struct{ boundary, old, with string }{
		{"a reminder on the day before the last", triage, strings.Replace(triage, "reminder: 7", "reminder: 9", 1)},
		{"no reminder", triage, strings.Replace(triage, "reminder: 7,  ", "", 1)},
		{"an escalation on the last day", triage, strings.Replace(triage, "escalation: 15", "escalation: 10", 1)},
		{"one day", triage, "listed.triage:          {days: 1, unit: working,  calendar: scotland, escalation: 1}"},
		{"priority 1", "{id: medical, priority: 2,", "{id: medical, priority: 1,"},
		{"priority 5", "{id: supported, priority: 4,", "{id: supported, priority: 5,"},
		{"an allegation may order the listing", "when: supported}", "when: supported || public_harm_alleged}"},
	} {
		t.Run(c.boundary, func(t *testing.T) {
			_, err := Load("boundary.yaml", []byte(changed(t, set(t, legacy).Body, c.old, c.with)))
			require.NoError(t, err)
		})
	}
}

// TestASetOfComparisonNeedsNoTasks: it runs no clock and lists nobody.
func TestASetOfComparisonNeedsNoTasks(t *testing.T) {
	s, err := Load("what-if.yaml", []byte("id: what-if\nuse: comparison\nin_force_from: 2007-03-21\n"))
	require.NoError(t, err)
	require.Empty(t, s.Lane)
	require.Empty(t, s.Criteria)
	_, err = Load("what-if.yaml", []byte(""))
	require.ErrorContains(t, err, "what-if.yaml")
}

// TestEveryFactIsDocumented: a rule's author finds each by name, type and meaning.
func TestEveryFactIsDocumented(t *testing.T) {
	for name, doc := range Documented {
		require.Regexp(t, `^[a-z][a-z0-9_]*$`, name)
		require.NotEmpty(t, doc.Meaning)
		require.Contains(t, []string{"bool", "int", "string"}, doc.Type.String(), name)
	}
	require.Equal(t, Fact{Known, int64(7)}, Is(7))
	require.Equal(t, Fact{Known, true}, Is(true))
	require.Equal(t, Fact{Unknown, nil}, NotKnown())
	require.Equal(t, Fact{Disputed, nil}, InDispute())
}
