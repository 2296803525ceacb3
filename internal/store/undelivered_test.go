package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// claims takes up to so many acts to deliver, and strikes those that were delivered.
func (h *house) claims(atMost int, delivered ...uuid.UUID) []uuid.UUID {
	h.T.Helper()
	claimed, err := h.worker.ClaimUndelivered(h.T.Context(), delivered, atMost)
	require.NoError(h.T, err)
	ids := []uuid.UUID{}
	for _, c := range claimed {
		ids = append(ids, c.ID)
	}
	return ids
}

// TestActsAreTakenInTheirOrder: of one case one act at a time, in the order in which
// they were recorded; of different cases, lanes and offices side by side.
func TestActsAreTakenInTheirOrder(t *testing.T) {
	h := newHouse(t)
	one, other := h.review(numbered(1)), h.review(numbered(2))
	first, second := h.types("morag", one, casefile.ActContact, phone), h.types("hamish", one, casefile.ActContact, phone)
	beside := h.types("morag", other, casefile.ActContact, phone)
	require.Empty(t, h.claims(0))
	require.Equal(t, []uuid.UUID{first.ID, beside.ID}, h.claims(10))
	require.Empty(t, h.claims(10), "what is under way is not taken again, nor what comes after it")
	require.NoError(t, h.worker.RefuseUndelivered(t.Context(), first.ID, casefile.Refuse(casefile.RefusedClosed, "closed")))
	require.Empty(t, h.claims(10), "it has its outcome, and its worker is still busy with it")
	require.Equal(t, []uuid.UUID{second.ID}, h.claims(10, first.ID))
	require.Empty(t, h.claims(10, second.ID, beside.ID))
	require.Zero(t, testdb.Value[int](h, `select count(*) from undelivered`))
}

// TestAnActThatCantBeDelivered is tried again later, and holds up those that were
// recorded after it, but for a recovery of its case.
func TestAnActThatCantBeDelivered(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	dead, after := h.types("morag", ref, casefile.ActContact, phone), h.types("morag", ref, casefile.ActContact, phone)
	recovery := h.types("archie", ref, casefile.ActRecover, nil)
	require.Equal(t, []uuid.UUID{dead.ID}, h.claims(10), "nothing overtakes what may be delivered")
	require.NoError(t, h.worker.PutBack(t.Context(), dead.ID, true))
	awaited, err := h.as("morag").AwaitOutcome(t.Context(), dead.ID, time.Minute)
	require.NoError(t, err, "and does not wait for a minute")
	require.Equal(t, "not_running", awaited.Why)
	require.False(t, awaited.Answered)
	require.Empty(t, h.claims(10), "the act between has not been tried")
	h.Exec(`update undelivered set failed = 1, retry_at = clock_timestamp() + interval '1 minute' where command_id in ($1, $2)`, dead.ID, after.ID)
	require.Equal(t, []uuid.UUID{recovery.ID}, h.claims(10))
	h.Exec(`update undelivered set retry_at = '-infinity'`)
	require.Equal(t, []uuid.UUID{dead.ID}, h.claims(10, recovery.ID))
	require.NoError(t, h.worker.Release(t.Context(), dead.ID))
	require.Equal(t, []uuid.UUID{dead.ID}, h.claims(10), "what was only given back is taken at once")
	h.Exec(`update undelivered set claimed_until = clock_timestamp() where command_id = $1`, dead.ID)
	require.Equal(t, []uuid.UUID{dead.ID}, h.claims(10), "the claim of a dead worker lapses")
}

// TestLoginsTakeTurns: a login with a thousand acts starves no other (F16).
func TestLoginsTakeTurns(t *testing.T) {
	h := newHouse(t)
	var refs []string
	for n := range 12 {
		refs = append(refs, h.review(numbered(1+n)))
	}
	for _, ref := range refs {
		h.types("morag", ref, casefile.ActContact, phone)
	}
	mine := h.types("hamish", h.review(numbered(20)), casefile.ActContact, phone)
	two := h.claims(2)
	require.Len(t, two, 2)
	require.Equal(t, mine.ID, two[1], "each has the first turn")
	require.Len(t, h.claims(100), 7, "a login has eight acts under way")
	require.Empty(t, h.claims(100))
}

// TestActsThatHang hold up no new act of the same login: what failed less often comes
// first, and half of a login's turns are kept from what has failed. Acts of one case stay
// in the order recorded.
func TestActsThatHang(t *testing.T) {
	h := newHouse(t)
	var hang []uuid.UUID
	for n := range 20 {
		hang = append(hang, h.types("morag", h.review(numbered(1+n)), casefile.ActContact, phone).ID)
	}
	ref := h.review(numbered(30))
	fail := func(ids []uuid.UUID) {
		for _, id := range ids {
			require.NoError(t, h.worker.PutBack(t.Context(), id, false))
		}
		h.Exec(`update undelivered set retry_at = '-infinity'`)
	}
	tried := h.claims(100)
	require.Equal(t, hang[:8], tried)
	fail(tried)
	mine, next := h.types("morag", ref, casefile.ActContact, phone), h.types("morag", ref, casefile.ActContact, phone)
	tried = h.claims(100)
	require.Equal(t, hang[8:16], tried, "what was never tried, before what has failed")
	fail(tried)
	require.ElementsMatch(t, append(slices.Clone(hang[16:20]), hang[0], hang[1], hang[2], mine.ID), h.claims(100))
	require.Empty(t, h.claims(100), "the order within a case stays")
	require.Equal(t, []uuid.UUID{next.ID}, h.claims(100, mine.ID))
	fail(hang[16:20])
	require.Equal(t, []uuid.UUID{hang[3]}, h.claims(100, next.ID), "four of the eight turns at most are of what has failed")
	require.Empty(t, h.claims(100))
}

// TestAnActWaitsForAWorker: the time in which no worker was here is not counted against
// an act, and a break of less than a minute is none.
func TestAnActWaitsForAWorker(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	waiting := func() time.Duration {
		h.types("morag", ref, casefile.ActContact, phone)
		h.Tamper(`update command set recorded_at = recorded_at - interval '3 hours'`)
		claimed, err := h.worker.ClaimUndelivered(t.Context(), nil, 1)
		require.NoError(t, err)
		require.Len(t, claimed, 1)
		h.Tamper(`delete from undelivered`)
		return time.Since(claimed[0].WaitingSince)
	}
	require.Less(t, waiting(), time.Minute, "the first worker has just come")
	h.Exec(`update worker_seen set since = since - interval '2 hours', seen_at = seen_at - interval '50 seconds'`)
	require.InDelta(t, 2*time.Hour, waiting(), float64(time.Minute), "workers were here all the time")
	h.Exec(`update worker_seen set seen_at = seen_at - interval '2 minutes'`)
	require.Less(t, waiting(), time.Minute, "they have come back")
}

// TestWorkersShareTheActs: several that look at the same moment take each act once.
func TestWorkersShareTheActs(t *testing.T) {
	h := newHouse(t)
	logins := []string{"morag", "hamish", "isla", "callum"}
	for n := range 24 {
		h.types(logins[n%len(logins)], h.review(numbered(1+n)), casefile.ActContact, phone)
	}
	var taken sync.Map
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		all.Go(func() {
			for range 12 {
				claimed, err := h.worker.ClaimUndelivered(t.Context(), nil, 3)
				if err != nil {
					errs[i] = err
					return
				}
				for _, c := range claimed {
					if _, twice := taken.LoadOrStore(c.ID, true); twice {
						errs[i] = fmt.Errorf("%s was taken twice", c.ID)
					}
				}
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	n := 0
	taken.Range(func(any, any) bool { n++; return true })
	require.Equal(t, 24, n)
}

// TestOnlyTheAuthorAwaitsAnOutcome, and is told that no worker was there.
func TestOnlyTheAuthorAwaitsAnOutcome(t *testing.T) {
	h := newHouse(t)
	c := h.types("morag", h.review(numbered(1)), casefile.ActContact, phone)
	_, err := h.as("hamish").AwaitOutcome(t.Context(), c.ID, time.Second)
	require.True(t, store.IsKind(err, store.NotFound), "%v", err)
	seen, err := h.as("morag").WorkerSeen(t.Context())
	require.NoError(t, err)
	require.True(t, seen.Away())
	require.Len(t, h.claims(1), 1)
	seen, err = h.as("morag").WorkerSeen(t.Context())
	require.NoError(t, err)
	require.False(t, seen.Away())
}

// TestComparisonsAreAskedForAndMade: one that was asked for is made once, by one
// worker; the daily one is made without being asked for; operations and the auditor
// read what was found, and nobody else.
func TestComparisonsAreAskedForAndMade(t *testing.T) {
	h := newHouse(t)
	daily, err := h.worker.ClaimComparison(t.Context())
	require.NoError(t, err)
	require.NotZero(t, daily)
	asked, err := h.as("una").AskComparison(t.Context())
	require.NoError(t, err)
	require.Greater(t, asked, daily, "one that has begun may have looked before")
	same, err := h.as("archie").AskComparison(t.Context())
	require.NoError(t, err)
	require.Equal(t, asked, same)
	none, err := h.as("archie").Comparison(t.Context(), 0)
	require.NoError(t, err)
	require.Nil(t, none.Finished)
	found := []store.Breach{{Rule: "a rule", Case: "K7F-M2Q8", Detail: "a detail"}}
	require.NoError(t, h.worker.FinishComparison(t.Context(), daily, found))
	require.NoError(t, h.worker.FinishComparison(t.Context(), daily, found), "a worker that was late tells it again")
	no, err := h.worker.ClaimComparison(t.Context())
	require.NoError(t, err)
	require.Equal(t, asked, no)
	no, err = h.worker.ClaimComparison(t.Context())
	require.NoError(t, err)
	require.Zero(t, no)
	last, err := h.as("archie").Comparison(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, found, last.Breaches)
	require.NoError(t, h.worker.FinishComparison(t.Context(), asked, nil))
	state, err := h.as("una").AwaitComparison(t.Context(), asked, time.Minute)
	require.NoError(t, err)
	require.NotNil(t, state.Finished)
	last, err = h.as("una").Comparison(t.Context(), asked)
	require.NoError(t, err)
	require.Empty(t, last.Breaches)
	require.NotNil(t, last.Finished)
	for _, login := range []string{"morag", "fiona", "eilidh"} {
		_, err := h.as(login).AskComparison(t.Context())
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
		_, err = h.as(login).Comparison(t.Context(), daily)
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}
}
