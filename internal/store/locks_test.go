package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestNobodyStandsInTheWay of their own revocation, of set-up or of a case: no lock
// of Hame's is one that staff can keep, and a transaction that others wait for is
// ended by the worker (F7, F9).
func TestNobodyStandsInTheWay(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	login := "moragh_" + uuid.NewString()[:8]
	t.Cleanup(func() { h.Exec(`drop owned by ` + login + `; drop role ` + login) })
	_, err := store.AddStaff(t.Context(), h.Admin, login, login)
	require.NoError(t, err)
	_, err = store.GrantRole(t.Context(), h.Admin, login, casefile.Caseworker, "")
	require.NoError(t, err)

	held, err := h.SQL(t, login).Beginx()
	require.NoError(t, err)
	for _, key := range []string{`x'48616d65'::int`, `hashtextextended('hame.chain.staff', 0)`, `hashtextextended('hame.chain.` + ref + `', 0)`} {
		_, err = held.Exec(`select pg_advisory_lock(` + key + `)`)
		require.NoError(t, err)
	}
	require.Zero(t, testdb.Value[int](h, `select count(*) from pg_locks l join pg_database d on d.oid = l.database
		where d.datname = current_database() and l.locktype = 'advisory' and l.pid <> (select pid from pg_stat_activity where usename = $1 limit 1)`, login),
		"nobody else's advisory lock tells of a case")
	h.does("morag", ref, casefile.ActContact, 0, phone)
	require.NoError(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{}))

	// An act left open in its transaction holds its case's chain, and no more.
	_, err = held.Exec(`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'contact.record', '2026-03-02')`, ref)
	require.NoError(t, err)
	other := h.review(numbered(2))
	h.does("morag", other, casefile.ActContact, 0, phone)
	waiting := make(chan error, 1)
	go func() { waiting <- h.as("isla").InsertCommand(t.Context(), h.command(ref, casefile.ActContact, phone)) }()
	require.Eventually(t, func() bool {
		ended, err := h.worker.EndStaffInTheWay(t.Context())
		require.NoError(t, err)
		return len(ended) == 1 && ended[0].Login == login && ended[0].Why == "others waited for it"
	}, time.Minute, 100*time.Millisecond)
	require.NoError(t, <-waiting)
	require.Error(t, held.Rollback(), "the session is gone")

	// A revocation ends what runs, before it waits for anything.
	running := make(chan error, 1)
	go func() {
		_, err := h.SQL(t, login).Exec(`do $$ begin perform pg_sleep(600); perform case_file('` + ref + `'); end $$`)
		running <- err
	}()
	require.Eventually(t, func() bool {
		return testdb.Value[int](h, `select count(*) from pg_stat_activity where usename = $1 and query like '%pg_sleep%' and state = 'active'`, login) == 1
	}, time.Minute, 20*time.Millisecond)
	revoked, err := store.RevokeRole(t.Context(), h.Admin, login, casefile.Caseworker)
	require.NoError(t, err)
	require.True(t, revoked)
	require.Error(t, <-running, "what ran was ended")
	require.Zero(t, testdb.Value[int](h, `select count(*) from case_read where login = $1`, login))
	require.Zero(t, testdb.Value[int](h, `select count(*) from pg_stat_activity where usename = $1`, login))
	_, err = h.SQL(t, login).Exec(`select 1`)
	require.ErrorContains(t, err, "not permitted to log in")
}

// TestOnlyStaffAreEnded: the function that ends sessions is for the sessions of
// staff, and for the administrator and the worker.
func TestOnlyStaffAreEnded(t *testing.T) {
	h := newHouse(t)
	for _, login := range append([]string{"hame_worker"}, everyRole...) {
		_, err := h.SQL(t, login).Exec(`select hame_server.end_sessions('morag')`)
		require.ErrorContains(t, err, "permission denied", login)
	}
	for _, login := range []string{"postgres", "hame_worker", "hame_admin", "hame_owner", "nobody_at_all"} {
		_, err := h.SQL(t, "hame_admin").Exec(`select hame_server.end_sessions($1)`, login)
		require.ErrorContains(t, err, "no login of the staff", login)
	}
	for _, login := range everyRole {
		_, err := h.SQL(t, login).Exec(`select * from hame_server.end_staff_in_the_way()`)
		require.ErrorContains(t, err, "permission denied", login)
	}
}

// TestSetUpNamesWhoHoldsItUp, and changes nothing.
func TestSetUpNamesWhoHoldsItUp(t *testing.T) {
	h := newHouse(t)
	h.Exec(`update hame.defined set digest = 'that of another version'; drop view hame.letter_list cascade`)
	held, err := h.SQL(t, "morag").Beginx()
	require.NoError(t, err)
	_, err = held.Exec(`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'contact.record', '2026-03-02')`, h.review(numbered(1)))
	require.NoError(t, err)
	err = store.Setup(t.Context(), h.Admin, store.SetupOptions{})
	require.ErrorContains(t, err, "morag (process ")
	require.NoError(t, held.Rollback())
	require.NoError(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{}))
}
