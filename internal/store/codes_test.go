package store_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// codesOf turns typed codes into words.
func codesOf[T ~string](values ...T) []string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return words
}

// TestTheCodesThatBothKnow: what the code has a type for, and the database a check, are
// the same codes.
func TestTheCodesThatBothKnow(t *testing.T) {
	h := newHouse(t)
	quoted := regexp.MustCompile(`'([a-z_A-Z0-9-]+)'::text`)
	for column, want := range map[string][]string{
		"command_outcome.outcome": codesOf(casefile.ActOutcomes...),
		"erasure.reason":          casefile.ErasureReasons,
		"import_take_back.reason": casefile.TakeBackReasons,
		"evidence.result":         codesOf(casefile.EvidenceResults...),
		"evidence.kinds":          codesOf(casefile.LifeKinds...),
		"threshold.kind":          codesOf(casefile.Thresholds...),
		"person_flag.state":       codesOf(casefile.FlagStates...),
		"proposal.second_due":     codesOf(casefile.SecondDues...),
		"case_role.sees":          codesOf(casefile.Sights...),
		"finding.finding":         codesOf(casefile.Findings...),
		"deadline_change.cause":   codesOf(store.Causes...),
	} {
		table, name, _ := strings.Cut(column, ".")
		checks := testdb.List[string](h, `select pg_get_constraintdef(c.oid) from pg_constraint c
			where c.contype = 'c' and c.conrelid = ('hame.' || $1)::regclass
			  and c.conkey = array[(select a.attnum from pg_attribute a where a.attrelid = c.conrelid and a.attname = $2)]`, table, name)
		require.Len(t, checks, 1, "%s has one check of its codes: %v", column, checks)
		var got []string
		for _, m := range quoted.FindAllStringSubmatch(checks[0], -1) {
			got = append(got, m[1])
		}
		require.ElementsMatch(t, want, got, "%s: %s", column, checks[0])
	}
	for _, result := range []casefile.TaskResult{casefile.ResultGap, casefile.ResultLapsed, casefile.ResultStopped, casefile.ResultFiled, "sent"} {
		require.Equal(t, result.TimePassed(), testdb.Value[bool](h, `select time_passed($1)`, string(result)), "%s", result)
	}
}

// TestWhatTheDatabaseKnowsOfTheRules: set-up writes it from the code, and a row that the
// code does not have any more goes.
func TestWhatTheDatabaseKnowsOfTheRules(t *testing.T) {
	h := newHouse(t)
	for _, l := range casefile.DatabaseLimits {
		require.Equal(t, l.Days, testdb.Value[int](h, `select limit_days($1)`, l.Name), l.Name)
	}
	for _, rule := range casefile.TaskRules {
		require.Equal(t, rule.Kind.CanBeMissed(), testdb.Value[bool](h, `select can_be_missed from task_kind where kind = $1`, rule.Kind), "%s", rule.Kind)
	}
	require.Equal(t, len(casefile.TaskRules), testdb.Value[int](h, `select count(*) from task_kind`))
	for _, rule := range casefile.ActRules {
		if rule.Part == casefile.NoPart {
			continue
		}
		role := casefile.Party(testdb.Value[string](h, `select role from part_role where part = $1`, string(rule.Part)))
		require.True(t, slices.Contains(rule.Roles, role), "%s: who plays its part sees a restricted case as one who may do it", rule.Act)
	}
}
