package backlog

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// TestACorrectedFactIsReadAsAFilesIs: the rules of the file's columns, one at a time.
func TestACorrectedFactIsReadAsAFilesIs(t *testing.T) {
	today, err := clock.ParseDate("2026-11-23")
	require.NoError(t, err)
	for _, c := range []struct{ column, value, kept, wrong string }{
		{"date_of_birth", "5/3/1998", "", "not a date"},
		{"date_of_birth", "1998-03", "1998-03", ""},
		{"date_of_birth", "2026-10-01", "2026-10-01", ""},
		{"date_of_birth", "2015-02-30", "", "no such date"},
		{"date_of_birth", "2027", "", "in the future"},
		{"date_of_birth", "1890", "", "more than 120 years"},
		{"date_of_birth", "", "", ""},
		{"nationality", "Turkish", "TR", ""},
		{"nationality", "Turkey", "TR", ""},
		{"nationality", "Kingdom of Narnia", "", "unknown nationality"},
		{"sex", "f", "F", ""},
		{"sex", "female", "", "unknown sex"},
		{"born_in_scotland", "YES", "yes", ""},
		{"support", "section95", "section95", ""},
		{"family_name", " Ó Dochartaigh ", "Ó Dochartaigh", ""},
		{"family_name", "Шевченко", "Шевченко", ""},
		{"given_names", "a\x00b", "", "control character"},
		{"address", "1 Test Street\nGlasgow", "1 Test Street\nGlasgow", ""},
		{"home_office_ref", "n/a", "", ""},
		{"home_office_ref", "2.34E+15", "", "taken as no reference: a number that a spreadsheet has rounded"},
		{"home_office_ref", "#N/A", "", "a spreadsheet's error"},
		{"address", "#REF!", "", "a spreadsheet's error"},
		{"home_office_ref", "b–7654321", "b-7654321", ""},
		{"home_office_ref", "’1313–0002–4444–5678", "1313-0002-4444-5678", ""},
		{"given_names", "A\u200bli", "Ali", ""},
		{"arrived_on", "2019–03–01", "2019-03-01", ""},
		{"arrived_on", "1899-12-30", "", "more than 120 years ago"},
		{"representative", "", "", ""},
	} {
		kept, err := CheckFact(c.column, c.value, today)
		if c.wrong != "" {
			require.ErrorContains(t, err, c.wrong, "%s %q", c.column, c.value)
			continue
		}
		require.NoError(t, err, "%s %q", c.column, c.value)
		require.Equal(t, c.kept, kept, "%s %q", c.column, c.value)
	}
	for _, column := range append(append([]string{}, casefile.PersonFacts...), casefile.FamilyFacts...) {
		_, err := CheckFact(column, "", today)
		if column != "nationality" && column != "claim_date" { // which every principal has
			require.NoError(t, err, "%s can be left unknown", column)
		}
	}
}
