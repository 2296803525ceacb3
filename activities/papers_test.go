package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// TestOnThePapers: in either lane a family that nobody interviewed can be granted, and nobody
// of it can be refused: not by an act, and not by SQL, whoever writes it.
func TestOnThePapers(t *testing.T) {
	o := newStaffed(t)
	for _, lane := range []casefile.Lane{casefile.Legacy, casefile.FastTrack} {
		t.Run(string(lane), func(t *testing.T) {
			s := o.family(t, func(f *casefile.Family) { f.Lane = lane })
			s.until(casefile.Decision)
			s.answer(s.task(casefile.TaskRequestCheck, 0))
			for _, task := range slices.Clone(s.review.Tasks) {
				if task.Kind == casefile.TaskCheck {
					s.answer(task)
				}
			}
			s.proposes(s.proposal(refuseAll), []casefile.Block{casefile.BlockNoInterview})
			s.proposes(s.proposal(refuseSome(2)), []casefile.Block{casefile.BlockNoInterview})

			s.sampled = true // as a refusal would need: two officers
			s.propose("ewan", grantAll)
			s.do("ailsa", casefile.ActAgree, 0, s.agreement())
			require.True(t, s.review.Signed, "granted on the papers")
			require.Equal(t, []string{"1 GRANT_ILR", "2 GRANT_ILR", "3 GRANT_ILR"}, s.outcomes())
			// An outcome is what was proposed, and a proposal what was typed. Without that rule,
			// and for a superuser, this one still holds.
			o.Exec(`alter table decision_outcome disable trigger was_decided`)
			_, err := o.Super.Exec(`update decision_outcome set outcome = 'REFUSED_UPHELD' where case_ref = $1 and person_no = 2`, s.ref)
			require.ErrorContains(t, err, "nobody is refused on the papers")
			o.Exec(`alter table decision_outcome enable trigger was_decided`)
		})
	}
}
