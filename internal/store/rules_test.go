package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/testdb"
)

// TestWhatVerifySaysOfRules: a set in force that two persons did not adopt, a review with a set that nobody
// adopted, an undecided one that never took the set in force, and a record of sets taken that skips one.
func TestWhatVerifySaysOfRules(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	former := testdb.Value[string](h, `select rule_set from review where case_ref = $1`, ref)
	h.Tamper(`insert into rule_set (hash, id, use, lane, in_force_from, body)
		select x, 'home-office-legacy', 'operative', 'legacy', '2007-03-05', '' from unnest(array['aaaa', 'bbbb']) x`)
	for _, c := range []struct{ what, plant, undo, says string }{
		{"adopted by nobody's acts", `with p as (insert into rules_proposal (rule_set, first_by, first_id, proposed_on, second_by, second_id, settled_on, result)
				select 'aaaa', 'archie', (select min(id::text)::uuid from command), '2026-03-02', 'rhona', (select max(id::text)::uuid from command), '2026-03-02', 'adopted' returning no)
			insert into rules_adoption (rule_set, from_day, proposal, adopted_at) select 'aaaa', '2999-01-01', no, now() from p`,
			``, "rule set aaaa was adopted, and no two persons are on record for it"},
		{"put there beside one that was adopted", `insert into rules_adoption (rule_set, from_day, adopted_at) values ('bbbb', '2999-01-02', now())`,
			`delete from rules_adoption; insert into rules_adoption (rule_set, from_day, adopted_at) values ('` + former + `', '2007-03-05', now())`,
			"rule set bbbb is in force beside another that was there before, and nobody adopted it"},
		{"a review with a set that nobody adopted", `update review set rule_set = 'aaaa'`, `update review set rule_set = '` + former + `'`,
			"it has rule set aaaa, which nobody adopted"},
		{"an undecided one that never took it", `insert into rules_adoption (rule_set, from_day, adopted_at, recorded_at) values ('bbbb', '2020-01-01', now(), now() - interval '61 minutes')`,
			``, "it is undecided under rule set " + former + ", and bbbb is in force"},
		{"a set that it never had", `insert into rules_taken (case_ref, no, replaced, rule_set, revision, taken_at) values
			('` + ref + `', 1, '` + former + `', 'aaaa', 1, now()), ('` + ref + `', 2, '` + former + `', 'bbbb', 1, now())`,
			``, "what it took the place of, rule set " + former + ", is not what it had before"},
	} {
		require.NotContains(t, h.breaches(), c.says, c.what)
		h.Tamper(c.plant)
		require.Contains(t, h.breaches(), c.says, c.what)
		if c.undo != "" {
			h.Tamper(c.undo)
			require.NotContains(t, h.breaches(), c.says, c.what)
		}
	}
}
