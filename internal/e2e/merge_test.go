package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
	"hame/internal/practice"
)

// TestTwoReviewsBecomeOneAndTwoAgain: two files of one family are merged by two officers. The
// review of the merged file is told by the worker and ends; parted again, it is started again.
func TestTwoReviewsBecomeOneAndTwoAgain(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	today := clock.DateOf(time.Now())
	a, b := practice.Family("A", today), practice.Family("B", today)
	a.People[0].HomeOfficeRef, b.People[0].HomeOfficeRef = "A1234567", "A1234567"
	refs := s.db.Import(t, today, a, b)
	stage := func(name, want string) {
		t.Helper()
		require.Eventually(t, func() bool {
			var is string
			return s.db.SQL(t, "hame_worker").Get(&is, `select stage from review where case_ref = $1`, refs[name]) == nil && is == want
		}, time.Minute, 100*time.Millisecond, "%s is not %s", name, want)
	}
	s.day(t, refs, "--as fiona case open A --reason safeguarding", "--as fiona case open B --reason safeguarding")
	stage("B", "listed")
	s.types(t, refs, 0, "--as morag duplicate resolve A B --same")
	s.types(t, refs, 0, "--as morag case merge A --other "+refs["B"]+" --pair 1=1 --pair 2=2")
	s.types(t, refs, 0, "--as ailsa case confirm A 1 --agreed")
	stage("B", "closed")
	s.types(t, refs, 0, "--as una case show B", "into "+refs["A"])
	s.types(t, refs, 0, "--as una case show A", refs["B"]+" was merged into this file")
	s.types(t, refs, 0, "--as una case timeline B", "merged", "into "+refs["A"])
	require.Contains(t, s.must(t, "--as", "una", "verify"), nothingWrong)

	s.types(t, refs, 0, "--as morag case unmerge A --other "+refs["B"])
	s.types(t, refs, 0, "--as ailsa case confirm A 2 --agreed")
	stage("B", "listed")
	require.Eventually(t, func() bool {
		_, _, code := s.starter(t, "--as", "fiona", "case", "assign", refs["B"], "--to", "morag")
		return code == 0
	}, time.Minute, time.Second, "its review takes acts again")
	require.Contains(t, s.must(t, "--as", "una", "verify"), nothingWrong)
}
