package store_test

import (
	"fmt"
	"net/url"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"hame/internal/clock"
	"hame/internal/rehearsal"
	"hame/internal/store"
)

// TestADatabaseFromBeforeClocksHadALedger is set up by this version: its holds
// stay what they were, one of them ended on a day before it was opened, and let
// every clock run; the review of a hold counts calendar days; what runs has the
// calendars that the program carries, and every deadline is what its ledger says.
func TestADatabaseFromBeforeClocksHadALedger(t *testing.T) {
	h := newHouse(t) // for its server and its roles
	name := "hame_old_" + uuid.NewString()[:8]
	h.exec(`create database ` + name)
	t.Cleanup(func() { h.exec(fmt.Sprintf(`drop database %s with (force)`, name)) })
	u, err := url.Parse(h.Admin)
	require.NoError(t, err)
	u.Path = "/" + name
	admin := u.String()
	old, err := sqlx.Connect("postgres", admin)
	require.NoError(t, err)
	defer func() { require.NoError(t, old.Close()) }()
	old.MustExec(`create schema hame authorization hame_owner`)
	old.MustExec(`grant usage on schema hame to hame_staff, hame_worker`)

	q := u.Query()
	q.Set("role", "hame_owner")
	q.Set("search_path", "hame")
	u.RawQuery = q.Encode()
	owner, err := sqlx.Connect("postgres", u.String())
	require.NoError(t, err)
	defer func() { require.NoError(t, owner.Close()) }()
	p, err := goose.NewProvider(goose.DialectPostgres, owner.DB, os.DirFS("migrations"))
	require.NoError(t, err)
	_, err = p.UpTo(t.Context(), 12)
	require.NoError(t, err)

	owner.MustExec(`insert into rule_set (hash, id, use, lane, in_force_from, body) values ('r', 'r', 'operative', 'legacy', '2007-01-01', '')`)
	tx, err := old.Beginx()
	require.NoError(t, err)
	tx.MustExec(`set local session_replication_role = replica`)
	tx.MustExec(`set local search_path = hame`)
	tx.MustExec(`insert into family (case_ref, family_key, lane, council, support, digest, batch, imported_on, imported_at)
		values ('222-2222', 'F', 'legacy', 'S12000049', 'none', 'd', gen_random_uuid(), '2026-01-05', '2026-01-05')`)
	tx.MustExec(`insert into listing (case_ref, lane, drawn_at, listing_date, why) values ('222-2222', 'legacy', '2026-02-02', '2026-03-02', 'test')`)
	tx.MustExec(`insert into review (case_ref, stage, lane, rule_set, opened_at, listing_date) values ('222-2222', 'evidence', 'legacy', 'r', '2026-02-02', '2026-03-02')`)
	tx.MustExec(`insert into hold (case_ref, person_no, ground, opened_on, ended_on, review_on) values
		('222-2222', 1, 'age_dispute', '2026-03-11', '2026-03-10', '2026-04-10'), ('222-2222', 2, 'court', '2026-03-02', null, '2026-03-30')`)
	tx.MustExec(`insert into task (case_ref, kind, subject, stage, awaiting, owed_by, began, days, unit, calendar, due_on, provisional, opened_at, next_rung, next_at) values
		('222-2222', 'hold.review', 0, 'closed', 'senior_caseworker', 'senior_caseworker', '2026-03-02', 20, 'working', 'england-and-wales', '2026-03-30', false, now(), 'due', '2026-03-30 23:00Z'),
		('222-2222', 'evidence.questionnaire', 0, 'evidence', 'family', 'family', '2026-03-05', 30, 'working', 'england-and-wales', '2026-04-20', false, now(), 'reminder', '2026-04-02 23:00Z')`)
	require.NoError(t, tx.Commit())

	require.NoError(t, store.Setup(t.Context(), admin, store.SetupOptions{Staff: rehearsal.Staff()}))
	require.NoError(t, store.Setup(t.Context(), admin, store.SetupOptions{Staff: rehearsal.Staff()}), "and again")
	var rows []string
	require.NoError(t, old.Select(&rows, `select concat_ws(' ', ground, opened_on, ended_on, runs_on) from hame.hold order by person_no`))
	require.Equal(t, []string{"age_dispute 2026-03-11 2026-03-10 t", "court 2026-03-02 t"}, rows)
	require.NoError(t, old.Select(&rows, `select concat_ws(' ', kind, days, unit, due_on, calendar_version) from hame.task order by kind`))
	version := clock.Embedded().Version()
	require.Equal(t, []string{"evidence.questionnaire 30 working 2026-04-20 " + version, "hold.review 28 calendar 2026-03-30 " + version}, rows)

	una, err := store.As(admin, "una")
	require.NoError(t, err)
	s, err := store.Open(t.Context(), una, 1)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	breaches, err := s.VerifyDeadlines(t.Context())
	require.NoError(t, err)
	require.Empty(t, breaches)
}
