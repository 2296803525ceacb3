package store_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestAServerThatIsGone is Unavailable: to be tried again, never a refusal.
func TestAServerThatIsGone(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	_, err = store.Open(t.Context(), "postgres://somebody:secretpassword@"+address+"/hame?sslmode=disable", 1)
	require.True(t, store.IsKind(err, store.Unavailable), "%v", err)
	require.NotContains(t, err.Error(), "secretpassword")
	for _, bad := range []string{"", "not a url", "host=127.0.0.1 password=secretpassword", "://secretpassword"} {
		_, err = store.Open(t.Context(), bad, 1)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secretpassword")
	}
}

// blocked runs f in a transaction of the worker's while a case is locked by
// another, and calls then when f waits for it.
func (h *house) blocked(ref string, f func(*store.Tx) error, then func()) error {
	h.T.Helper()
	other, err := h.Super.Beginx()
	require.NoError(h.T, err)
	defer func() { require.NoError(h.T, other.Rollback()) }()
	_, err = other.Exec(`select from review where case_ref = $1 for update`, ref)
	require.NoError(h.T, err)
	failed := make(chan error, 1)
	go func() { failed <- h.worker.InTx(context.Background(), f) }()
	require.Eventually(h.T, func() bool {
		return testdb.Value[int](h, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == 1
	}, 10*time.Second, 5*time.Millisecond)
	then()
	return <-failed
}

func lock(ctx context.Context, tx *store.Tx, ref string) error {
	_, err := tx.LockReview(ctx, ref)
	return err
}

// TestAConnectionThatIsCut in the middle of a transaction.
func TestAConnectionThatIsCut(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	err := h.blocked(ref, func(tx *store.Tx) error { return lock(t.Context(), tx, ref) }, func() {
		h.Exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
	})
	require.True(t, store.IsKind(err, store.Unavailable), "%v", err)
	require.NoError(t, h.worker.Ping(t.Context()), "the pool opens another")
}

// TestATimeThatIsUp: a statement that was cut short because its activity's time
// was over may be tried again; it is no mistake of the code.
func TestATimeThatIsUp(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	t.Run("deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err := h.blocked(ref, func(tx *store.Tx) error { return lock(ctx, tx, ref) }, func() { <-ctx.Done() })
		require.True(t, store.IsKind(err, store.Unavailable), "%v", err)
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := h.blocked(ref, func(tx *store.Tx) error { return lock(ctx, tx, ref) }, cancel)
		require.True(t, errors.Is(err, context.Canceled) || store.IsKind(err, store.Unavailable), "%v", err)
	})
	t.Run("before it was committed", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err := h.worker.InTx(ctx, func(tx *store.Tx) error {
			if err := lock(ctx, tx, ref); err != nil {
				return err
			}
			<-ctx.Done()
			require.Eventually(t, func() bool {
				var open int
				err := h.Super.Get(&open, `select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`)
				return err == nil && open == 0
			}, 10*time.Second, 5*time.Millisecond, "the driver has rolled it back")
			return nil
		})
		require.True(t, store.IsKind(err, store.Unavailable), "%v", err)
	})
	t.Run("by the server", func(t *testing.T) {
		err := h.blocked(ref, func(tx *store.Tx) error { return lock(t.Context(), tx, ref) }, func() {
			h.Exec(`select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
		})
		require.True(t, store.IsKind(err, store.Unavailable), "%v", err)
	})
}

// TestADeadlock is a Conflict for one of the two.
func TestADeadlock(t *testing.T) {
	h := newHouse(t)
	a, b := h.review(numbered(1)), h.review(numbered(2))
	h.as("hame_worker")
	var held [2]chan struct{}
	held[0], held[1] = make(chan struct{}), make(chan struct{})
	errs := make(chan error, 2)
	for i, refs := range [][2]string{{a, b}, {b, a}} {
		go func() {
			errs <- h.worker.InTx(t.Context(), func(tx *store.Tx) error {
				if err := lock(t.Context(), tx, refs[0]); err != nil {
					return err
				}
				close(held[i])
				<-held[1-i]
				return lock(t.Context(), tx, refs[1])
			})
		}()
	}
	one, two := <-errs, <-errs
	if one == nil {
		one, two = two, one
	}
	require.True(t, store.IsKind(one, store.Conflict), "%v", one)
	require.NoError(t, two)
}

// TestRulesThatTheDatabaseSays come back as refusals that are never retried, and
// no error's text quotes a value.
func TestRulesThatTheDatabaseSays(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	h.Tamper(`insert into officer (case_ref, person, part) values ($1, 'SECRETPERSON', 'proposal_author'), ($1, 'eilidh', 'welfare_author'),
		($1, 'fiona', 'waiver_giver'), ($1, 'agnes', 'welfare_signer'), ($1, 'SECRETDRAFTER', 'representation_drafter')`, ref)
	typed := uuid.New()
	h.Tamper(`insert into command (id, case_ref, kind, attested_on, login, person, recorded_at, chain_n, chain_hash, fields)
		values ($1, $2, 'decision.propose', '2026-03-02', 'x', 'SECRETPERSON', now(), 1, '', '{"outcomes": [{"person": 1, "outcome": "GRANT_ILR"},
			{"person": 1, "outcome": "REFUSED_UPHELD"}, {"person": 1, "outcome": "SECRETOUTCOME"}]}')`, typed, ref)
	proposal := func(tx *store.Tx, outcome casefile.Outcome, reasons ...casefile.Reason) error {
		return tx.AddProposal(t.Context(), ref, store.Proposal{No: 1, Author: "SECRETPERSON", Revision: 1, SecondDue: "no",
			Outcomes: []casefile.ProposedOutcome{{Person: 1, Outcome: outcome}}}, reasons, monday, at(monday), typed)
	}
	assigned := h.command(ref, casefile.ActAssignWelfare, &casefile.AssignReportFields{To: "eilidh"})
	assigned.Subject = 3
	require.NoError(t, h.as("agnes").InsertCommand(t.Context(), assigned))
	for name, c := range map[string]struct {
		do   func(*store.Tx) error
		code casefile.RefusalCode
	}{
		"second officer is the author": {func(tx *store.Tx) error {
			require.NoError(t, proposal(tx, casefile.GrantILR))
			return tx.Sign(t.Context(), ref, store.Proposal{No: 1, Author: "SECRETPERSON", SecondDue: "no", Outcomes: []casefile.ProposedOutcome{{Person: 1, Outcome: casefile.GrantILR}}}, "SECRETPERSON", monday, at(monday))
		}, casefile.RefusedFourEyes},
		"no second officer": {func(tx *store.Tx) error {
			require.NoError(t, proposal(tx, casefile.RefusedUpheld))
			return tx.Sign(t.Context(), ref, store.Proposal{No: 1, Author: "SECRETPERSON", SecondDue: "no", Outcomes: []casefile.ProposedOutcome{{Person: 1, Outcome: casefile.RefusedUpheld}}}, "", monday, at(monday))
		}, casefile.RefusedFourEyes},
		"author returns": {func(tx *store.Tx) error {
			require.NoError(t, proposal(tx, casefile.GrantILR))
			return tx.ReturnProposal(t.Context(), ref, 1, "SECRETPERSON", []string{"law"})
		}, casefile.RefusedFourEyes},
		"another part": {func(tx *store.Tx) error { return tx.TakePart(t.Context(), ref, "SECRETPERSON", casefile.PartSecond) }, casefile.RefusedFourEyes},
		"author signs a report": {func(tx *store.Tx) error {
			require.NoError(t, tx.AssignWelfare(t.Context(), ref, 3, "eilidh", monday))
			require.NoError(t, tx.ReportWelfare(t.Context(), ref, 3, 1, "eilidh", casefile.ReportFields{}, monday))
			return tx.SignWelfare(t.Context(), ref, 3, 1, "eilidh", monday)
		}, casefile.RefusedFourEyes},
		"drafter checks": {func(tx *store.Tx) error {
			no, err := tx.AddRepresentation(t.Context(), ref, casefile.LetterFromFields{From: "minister"}, "SECRETDRAFTER", clock.Date{})
			require.NoError(t, err)
			return tx.PassDraft(t.Context(), ref, no, casefile.ActCheckDraft, "SECRETDRAFTER")
		}, casefile.RefusedFourEyes},
		"refused after a waiver": {func(tx *store.Tx) error {
			require.NoError(t, tx.WaiveWelfare(t.Context(), ref, 3, "fiona", monday, uuid.New()))
			return proposal(tx, casefile.RefusedUpheld)
		}, casefile.RefusedBlocked},
		"a reason that rests on a gap": {func(tx *store.Tx) error {
			return proposal(tx, casefile.RefusedUpheld, casefile.Reason{Factor: casefile.FactorAge, Finding: casefile.FindingAgainst})
		}, casefile.RefusedGap},
		"a value that is none of the allowed": {func(tx *store.Tx) error { return proposal(tx, "SECRETOUTCOME") }, casefile.RefusedConstraint},
		"a person who is not there": {func(tx *store.Tx) error {
			return tx.RequestCheck(t.Context(), ref, 99, monday)
		}, casefile.RefusedConstraint},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.worker.InTx(t.Context(), c.do)
			refusal, ok := casefile.AsRefusal(err)
			require.True(t, ok, "%v", err)
			require.Equal(t, c.code, refusal.Code)
			require.NotContains(t, err.Error(), "SECRET")
		})
	}
	require.Zero(t, testdb.Value[int](h, `select count(*) from proposal`), "each was rolled back")

	err := h.worker.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Review(t.Context(), "SECRETREF")
		return err
	})
	require.True(t, store.IsKind(err, store.NotFound), "%v", err)
	require.NotContains(t, err.Error(), "SECRET")

	c := h.command(ref, casefile.ActContact, phone)
	c.Fields = []byte(`{"how": SECRETVALUE}`)
	err = h.as("morag").InsertCommand(t.Context(), c)
	require.True(t, store.IsKind(err, store.Broken), "%v", err)
	require.NotContains(t, err.Error(), "SECRET")
	_, err = h.as("morag").Cases(t.Context(), store.CaseFilter{Council: "SECRET\x00"}, 1)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "SECRET")

	// A column that can't be read is a mistake somewhere, and its value nobody's business.
	h.Exec(`update person set date_of_birth = '31/12/1987' where case_ref = $1 and no = 1`, ref)
	err = h.worker.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.People(t.Context(), ref)
		return err
	})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "1987")
}
