package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// publishes reads what is published of a quarter, by table and row.
func (r *room) publishes(quarter string) map[string][]*int {
	r.t.Helper()
	out, errs, code := r.types("--as", "una", "report", "figures", "--publish", "--as-of", quarter, "-o", "json")
	require.Zero(r.t, code, errs)
	var p published
	require.NoError(r.t, json.Unmarshal([]byte(out), &p))
	rows := map[string][]*int{}
	for _, table := range p.Tables {
		for _, row := range table.Rows {
			rows[table.Title+": "+strings.TrimSpace(row.Name)] = row.Counts
		}
	}
	return rows
}

// TestPublishedFigures: a fixed list of tables, of a quarter's last day alone. A family that came
// between two quarters is told neither by a table nor by two.
func TestPublishedFigures(t *testing.T) {
	r := newRoom(t)
	brought := 0
	brings := func(on clock.Date, council string, n int) {
		var families []casefile.Family
		for range n {
			brought++
			f := practice.Family(fmt.Sprintf("P%d", brought), on)
			f.Council = council
			families = append(families, f)
		}
		r.Import(t, on, families...)
	}
	const edinburgh, stirling = "S12000036", "S12000030"
	glasgow := practice.Family("X", clock.NewDate(2026, 2, 1)).Council
	brings(clock.NewDate(2026, 2, 10), glasgow, 40)
	brings(clock.NewDate(2026, 2, 11), edinburgh, 20)
	brings(clock.NewDate(2026, 2, 12), stirling, 2)
	brings(clock.NewDate(2026, 5, 2), stirling, 1)
	brings(clock.NewDate(2026, 8, 2), glasgow, 30)

	march := r.publishes("2026-03-31")
	require.Equal(t, 62, *march["Families by what has become of them: imported"][0])
	require.Equal(t, 62, *march["Families by lane: legacy"][0])
	require.Equal(t, 0, *march["Families by lane: fast-track"][0])
	require.Equal(t, 186, *march["People by what has become of them: all people"][0])
	require.Equal(t, 40, *march["Families by council: Glasgow City"][1])
	for _, council := range []string{"Stirling", "City of Edinburgh", "Fife"} {
		require.Nil(t, march["Families by council: "+council][1], "two in Stirling, which Edinburgh covers, and nobody in Fife")
	}
	june := r.publishes("2026-06-30")
	require.Nil(t, june["Families by what has become of them: imported"][0], "one family more than in March")
	require.Nil(t, june["Families by council: Stirling"][1])
	require.Equal(t, 40, *june["Families by council: Glasgow City"][1])
	september := r.publishes("2026-09-30")
	require.Equal(t, 93, *september["Families by what has become of them: imported"][0])
	require.Equal(t, march, r.publishes("2026-03-31"))

	out, errs, code := r.types("--as", "una", "report", "figures", "--publish", "--as-of", "2026-03-31")
	require.Zero(t, code, errs)
	require.Contains(t, out, "FOR PUBLICATION: the quarter that ended on 2026-03-31")
	fits(t, out, 80)
	for _, wrong := range []struct {
		args, says string
	}{
		{"--publish --as-of 2026-05-31", "ends no quarter"},
		{"--publish --as-of 2099-12-31", "is not over"},
		{"--publish --as-of 2026-03-31T12:00:00Z", "write a day"},
		{"--publish --by council", "fixed list"},
	} {
		_, errs, code := r.types(append([]string{"--as", "una", "report", "figures"}, strings.Fields(wrong.args)...)...)
		require.Equal(t, exitUsage, code, wrong.args)
		require.Contains(t, errs, wrong.says, wrong.args)
	}
	r.admin.MustExec(`update hame.family set restricted = true where case_ref = $1`, r.ref)
	_, _, code = r.types("--as", "archie", "report", "figures", "--publish")
	require.Zero(t, code, "the restricted family came later")
	r.admin.MustExec(`update hame.family set restricted = true where family_key = 'P1'`)
	_, errs, code = r.types("--as", "archie", "report", "figures", "--publish")
	require.NotZero(t, code)
	require.Contains(t, errs, "a senior caseworker or the auditor publishes")
	require.Equal(t, march, r.publishes("2026-03-31"), "the auditor sees all")
}

// TestInternalFigures say that they are, fit a terminal, and have the outcomes.
func TestInternalFigures(t *testing.T) {
	r := newRoom(t)
	out, errs, code := r.types("--as", "una", "report", "figures")
	require.Zero(t, code, errs)
	require.Contains(t, out, "INTERNAL, not for publication")
	for _, table := range []string{"PEOPLE", "OF THEM CHILDREN", "OUTCOMES", "REPRESENTATIONS", "APPEALS", "DAYS IN STAGE LISTED",
		"DEADLINES MISSED"} {
		require.Contains(t, out, "\n"+table)
	}
	fits(t, out, 80)
	out, errs, code = r.types("--as", "una", "report", "figures", "--by", "lane,council,stage")
	require.Zero(t, code, errs)
	fits(t, out, 120)
}

func fits(t *testing.T, out string, columns int) {
	t.Helper()
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), columns, line)
	}
}
