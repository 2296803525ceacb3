package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestWhyAReviewIsStuck: a step that fails for good makes the review stuck. Its cause,
// in codes, is what case show and case explain say; case recover says whether the
// review went on (A9).
func TestWhyAReviewIsStuck(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.begins(t, couple("A"))
	admin := s.db.SQL(t, "postgres")
	admin.MustExec(`revoke insert on hame.letter from hame_worker`)
	s.day(t, refs, "--as fiona case assign A --to morag", "--as morag case reconcile A --paper-file found --record agrees")
	s.types(t, refs, 0, "--as morag case triage A --priority 3 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable no")
	worker := s.db.SQL(t, "hame_worker")
	require.Eventually(t, func() bool {
		var stuck string
		return worker.Get(&stuck, `select stuck from review where case_ref = $1`, refs["A"]) == nil && stuck != ""
	}, 30*time.Second, 50*time.Millisecond)
	s.types(t, refs, 0, "--as morag case show A", "at OpenStage: open stage: ")
	s.types(t, refs, 0, "--as morag case explain A", "It is stuck (OpenStage: open stage: ")
	s.types(t, refs, 3, "--as archie case recover A", "the review is stuck as before, at OpenStage: open stage: ")
	admin.MustExec(`grant insert on hame.letter to hame_worker`)
	s.types(t, refs, 0, "--as archie case recover A", "recorded")
	require.Eventually(t, func() bool {
		var stage string
		return worker.Get(&stage, `select stage from review where case_ref = $1`, refs["A"]) == nil && stage == "evidence"
	}, 30*time.Second, 50*time.Millisecond)
}
