package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/store"
)

// restrict restricts a family, or lifts it.
const restrict = `update family set restricted = $2 where case_ref = $1`

func moved(ref string, apart bool) store.ToMove { return store.ToMove{Case: ref, Apart: apart} }

// TestAReviewOpenedWhileItsFamilyIsRestricted: neither transaction sees the other, and
// the review is moved all the same (F4).
func TestAReviewOpenedWhileItsFamilyIsRestricted(t *testing.T) {
	h := newHouse(t)
	ref := h.imports(numbered(1))
	h.List(t, ref, at(monday), monday)
	worker := h.as("hame_worker")
	importing := h.SQL(t, "hame_worker").MustBegin()
	importing.MustExec(restrict, ref, true)
	_, err := h.acts.OpenReview(t.Context(), activities.OpenReviewParams{Case: ref, Lane: casefile.Legacy, Now: at(monday)})
	require.NoError(t, err)
	require.NoError(t, importing.Commit())

	_, found, err := worker.ClaimReviewToMove(t.Context())
	require.NoError(t, err)
	require.False(t, found, "no trigger saw it")
	h.putOff()
	require.Contains(t, h.breaches(), "restricted reviews stand apart: its review runs where it does not belong, and is not to be moved")
	require.NoError(t, worker.NoteReviewsToMove(t.Context()))
	m, found, err := worker.ClaimReviewToMove(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, ref, m.Case)
	require.True(t, m.Apart)
}

// TestAFamilyThatIsRestrictedAndLiftedWhileItMoves: however the flag changes meanwhile,
// the review starts anew where it belongs before anything is deleted.
func TestAFamilyThatIsRestrictedAndLiftedWhileItMoves(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	worker, db := h.as("hame_worker"), h.SQL(t, "hame_worker")
	claim := func(apart, started bool) {
		t.Helper()
		m, found, err := worker.ClaimReviewToMove(t.Context())
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, []bool{apart, started}, []bool{m.Apart, m.Started})
	}
	lapses := func() { h.Exec(`update review_to_move set claimed_until = '-infinity'`) }
	place := func(apart, moving bool) {
		t.Helper()
		p, err := worker.PlaceOf(t.Context(), ref)
		require.NoError(t, err)
		require.Equal(t, []bool{apart, moving}, []bool{p.Apart, p.Moving})
	}
	db.MustExec(restrict, ref, true)
	place(false, true)
	claim(true, false)
	place(true, true)

	// Lifted before the run there has started: what the worker reports is of no use any more.
	db.MustExec(restrict, ref, false)
	require.NoError(t, worker.ReviewMoved(t.Context(), moved(ref, true), false))
	claim(false, false)
	place(false, true)
	require.NoError(t, worker.ReviewMoved(t.Context(), moved(ref, false), false))
	place(false, false)

	// Restricted again while old runs are being deleted: they are the review's by now.
	db.MustExec(restrict, ref, true)
	lapses()
	require.NoError(t, worker.ReviewMoved(t.Context(), moved(ref, false), true))
	claim(true, false)
	require.NoError(t, worker.ReviewMoved(t.Context(), moved(ref, true), false))
	lapses()
	claim(true, true)
	require.NoError(t, worker.ReviewMoved(t.Context(), moved(ref, true), true))
	_, found, err := worker.ClaimReviewToMove(t.Context())
	require.NoError(t, err)
	require.False(t, found, "nothing is left to do")
	place(true, false)

	// A claim that lapsed with the flag in between begins anew, however far it had come.
	db.MustExec(restrict, ref, false)
	claim(false, false)
	require.NoError(t, worker.ReviewMoved(t.Context(), moved(ref, false), false))
	h.Exec(`update review_to_move set started = true, claimed_until = '-infinity'`)
	db.MustExec(restrict, ref, true)
	h.Exec(`update review_to_move set started = true`) // as a report that came too late would have it
	claim(true, false)
}

// TestACalendarNamesNoRestrictedCase that could not be moved, but to those who see it.
func TestACalendarNamesNoRestrictedCase(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	h.Tamper(`insert into calendar_application (version, replaced, reason, command_id, applied_at, failed)
		select version, version, 'proclamation', gen_random_uuid(), now(), array[$1] from calendar_version limit 1`, ref)
	failed := func(login string) []string {
		p, err := h.as(login).CalendarProgress(t.Context())
		require.NoError(t, err)
		return p.Failed
	}
	require.Equal(t, []string{ref}, failed("archie"))
	h.Tamper(restrict, ref, true)
	require.Equal(t, []string{"a restricted case"}, failed("archie"))
	require.Equal(t, []string{ref}, failed("fiona"))
}
