package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/policy"
	"hame/internal/testdb"
)

// scotlandSays is what Scotland's set makes of a person on the file's latest revision.
func (s *journey) scotlandSays(person int) policy.Recommendation {
	s.t.Helper()
	return s.says("comparison", person)
}

// TestEvidenceOfALifeLivedHere: what came says in codes what it shows; a rule set can ask for
// it. A kind that no evidence names is not known, and none is with the word that nothing is
// held. A struck receipt shows nothing any more.
func TestEvidenceOfALifeLivedHere(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	for _, kind := range []casefile.TaskKind{casefile.TaskCommunity, casefile.TaskSchool} {
		s.instead[kind] = func(task casefile.Task) {
			provider := map[casefile.TaskKind]casefile.Provider{casefile.TaskCommunity: casefile.ProviderCommunity,
				casefile.TaskSchool: casefile.ProviderSchool}[task.Kind]
			s.do("morag", casefile.ActEvidence, task.Subject, &casefile.EvidenceFields{Provider: provider, Result: "nothing_held"})
		}
	}
	s.until(casefile.Representation)
	before := s.scotlandSays(1)
	require.NotContains(t, before.Met, "integrated")
	require.Subset(t, before.Unknown, []string{"lived_here_music", "lived_here_school"}, "nobody has said that there is none")

	s.until(casefile.Decision).toDecision()
	s.do("morag", casefile.ActEvidence, 3, &casefile.EvidenceFields{Provider: casefile.ProviderSchool, Result: "partial",
		Kinds: []casefile.LifeKind{casefile.LifeMusic, casefile.LifeExams}})
	require.Contains(t, s.scotlandSays(1).Met, "integrated", "a child's life speaks for the family")
	require.Equal(t, "{music,exams}", testdb.Value[string](o, `select kinds::text from evidence where case_ref = $1 order by no desc limit 1`, s.ref))

	s.do("morag", casefile.ActStrike, 0, &casefile.StrikeFields{Act: s.lastAct(casefile.ActEvidence), Reason: "mistyped"})
	require.NotContains(t, s.scotlandSays(1).Met, "integrated")
	s.verified()

	// The database holds it too.
	_, err := s.sql("hame_worker").Exec(`update evidence set kinds = '{chess}' where case_ref = $1`, s.ref)
	require.ErrorContains(t, err, "kinds_of_life")
	_, err = s.sql("hame_worker").Exec(`update evidence set kinds = '{music}' where case_ref = $1 and result = 'nothing_held'`, s.ref)
	require.ErrorContains(t, err, "nothing_held_shows_nothing")
}
