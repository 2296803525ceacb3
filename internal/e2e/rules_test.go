package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// changedRules is a file with the operative set of the backlog, with some of its text replaced.
func changedRules(t *testing.T, old, with string) string {
	t.Helper()
	sets, err := policy.Embedded()
	require.NoError(t, err)
	for _, s := range sets {
		if s.Lane == casefile.Legacy {
			require.Contains(t, s.Body, old)
			name := filepath.Join(t.TempDir(), "rules.yaml")
			require.NoError(t, os.WriteFile(name, []byte(strings.Replace(s.Body, old, with, 1)), 0o600))
			return name
		}
	}
	require.Fail(t, "there is no operative set of the backlog")
	return ""
}

// TestRulesAreAdopted on the real server, by two officers at the command line: without a restart
// undecided reviews take the set, also a restricted one, a proposal that waits goes back, and a decided
// family does not change. Then the one before is adopted again. What each set would say of every family
// is asked, and under the set in force it is what is on file; who does not see the restricted
// family is not told of it by any count.
func TestRulesAreAdopted(t *testing.T) {
	o := newOffice(t)
	today := clock.DateOf(time.Now())
	apart := couple("R")
	apart.People[0].Flags = []casefile.Flag{casefile.FlagRestricted}
	refs := o.db.Import(t, today, couple("P"), couple("E"), couple("S"), apart, couple("U"))
	o.does(t, refs["P"], toDecision()...)
	o.does(t, refs["E"], toEvidence()...)
	o.does(t, refs["S"], toListing()...)
	o.does(t, refs["R"], toListing()...)
	former := changedRules(t, "lead_weeks: 6", "lead_weeks: 6")
	file := changedRules(t, "when: residence_years >= 6", "when: residence_years >= 5")
	set, err := policy.Load(file, must(os.ReadFile(file)))
	require.NoError(t, err)
	has := func(hash string) int {
		return o.count(t, `select count(*) from review where rule_set = $1`, hash)
	}

	o.types(t, refs, 0, "rules check "+file, "home-office-legacy", set.Hash, "seven years here, with a child")
	o.types(t, refs, 0, "--as jean rules compare home-office-legacy "+file, "criterion long-residence", "residence_years >= 5")
	o.types(t, refs, 4, "--as fiona rules propose "+file, "operations")
	o.types(t, refs, 0, "--as archie rules propose "+file, "is proposed", "another officer of operations adopts it")
	o.types(t, refs, 3, "--as archie rules adopt "+set.Hash, "you proposed it yourself")
	require.Zero(t, has(set.Hash))
	o.types(t, refs, 0, "--as rhona rules adopt "+set.Hash, "is adopted", "in force from "+today.String())
	require.Eventually(t, func() bool { return has(set.Hash) == 4 }, time.Minute, 100*time.Millisecond, "every review takes it")
	require.Equal(t, 4, o.count(t, `select count(*) from rules_taken`), "once each")
	o.types(t, refs, 0, "--as una rules list", "in force since "+today.String(), "archie and rhona", "was in force")
	o.types(t, refs, 0, "--as fiona case timeline P", set.Hash)

	o.types(t, refs, 0, "--as rhona rules propose "+former, "is proposed")
	o.types(t, refs, 0, "--as archie rules adopt home-office-legacy", "is adopted")
	require.Eventually(t, func() bool { return has(set.Hash) == 0 }, time.Minute, 100*time.Millisecond, "the way back")
	require.Equal(t, 8, o.count(t, `select count(*) from rules_taken`))

	o.types(t, refs, 2, "--as jean programme what-if --rules amnesty-longest-resident --with decades=1", "no such parameter; it has years")
	o.types(t, refs, 4, "--as morag programme what-if --rules scotland", "may not ask")
	out := o.types(t, refs, 0, "--as archie programme what-if --rules amnesty-longest-resident --with years=1 --list",
		"UNDECIDED FAMILIES: 4", "1 restricted family that you may not see", "grant to all", refs["U"])
	require.NotContains(t, out, refs["R"])
	out = o.types(t, refs, 0, "--as una programme what-if --rules home-office-legacy --list", "UNDECIDED FAMILIES: 5", "0 families that they part on")
	require.NotContains(t, out, "restricted")
	o.types(t, refs, 0, "--as una verify", "every invariant holds")
	require.NotZero(t, o.asOnFile(t))
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// asOnFile holds what the sets make of each file against the recommendation that is on it, for the
// day on which it was made, of every family whose file has not changed since.
func (o *office) asOnFile(t *testing.T) int {
	t.Helper()
	return onFile(t, o.db.As(t, "hame_worker"), func(dest any, query string) error { return o.db.SQL(t, "hame_worker").Select(dest, query) })
}

// onFile is [office.asOnFile] for any database. It returns how many recommendations it looked at.
func onFile(t *testing.T, s *store.Store, rows func(dest any, query string) error) int {
	t.Helper()
	var all []struct {
		Case string     `db:"case_ref"`
		Set  string     `db:"set_body"`
		Body []byte     `db:"body"`
		On   clock.Date `db:"on_day"`
	}
	require.NoError(t, rows(&all, `
		select r.case_ref, s.body as set_body, r.body, london_day(r.made_at) as on_day
		from recommendation r join review v on v.case_ref = r.case_ref and v.revision = r.revision and v.rule_set = r.rule_set
		join rule_set s on s.hash = r.rule_set
		where v.signed_on is null and v.stage <> 'closed'`))
	for _, r := range all {
		set, err := policy.Load(r.Case, []byte(r.Set))
		require.NoError(t, err)
		require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error {
			file, err := tx.RulesFile(t.Context(), r.Case)
			require.NoError(t, err)
			is, err := set.Recommend(file, r.On)
			require.NoError(t, err)
			var was struct{ People []policy.Recommendation }
			require.NoError(t, json.Unmarshal(r.Body, &was))
			require.True(t, reflect.DeepEqual(was.People, is), "%s: on file %+v, and now %+v", r.Case, was.People, is)
			return nil
		}))
	}
	return len(all)
}
