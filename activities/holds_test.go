package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
)

// TestTraffickingAndMedicalHoldsInEachStage: a hold has a ground that is named, a senior
// caseworker who owns it, and a day on which it is looked at again (R5). It keeps a refusal
// from being served. On a closed case nothing is left to hold.
func TestTraffickingAndMedicalHoldsInEachStage(t *testing.T) {
	atEachStage(t, func(t *testing.T, stage casefile.Stage, s *journey) {
		review := s.today().AddDays(30)
		trafficking := &casefile.HoldFields{Ground: casefile.GroundTrafficking, ReviewOn: review}
		if stage == casefile.Closed {
			refusal := s.refused(casefile.RefusedClosed, "fiona", casefile.ActHold, 2, trafficking)
			require.Contains(t, refusal.Detail, "post receive")
			return
		}
		s.refused(casefile.RefusedNoSubject, "fiona", casefile.ActHold, 0, trafficking)
		s.do("fiona", casefile.ActHold, 2, trafficking)
		s.do("fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: review.AddDays(-10)})
		task := s.task(casefile.TaskHold, 0)
		require.Equal(t, casefile.SeniorCaseworker, task.Awaiting)
		require.Equal(t, review.AddDays(-10), task.DueOn, "the earliest of the days of review")
		if stage == casefile.Decision {
			require.True(t, s.task(casefile.TaskPropose, 0).Stopped())
		}
		if stage == casefile.Service {
			s.refused(casefile.RefusedBlocked, "morag", casefile.ActRecordService, 1, practice.Served())
		}
		s.do("fiona", casefile.ActRelease, 0, &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "passed"})
		require.Equal(t, review, s.task(casefile.TaskHold, 0).DueOn)
		s.do("fiona", casefile.ActRelease, 2, &casefile.ReleaseFields{Ground: casefile.GroundTrafficking, Reason: "settled"})
		require.NotContains(t, s.openTasks(), "hold.review")
	})
}
