package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

var monday = clock.NewDate(2026, time.March, 2)

func at(d clock.Date) time.Time { return d.Start().Add(9 * time.Hour) }

func born(d clock.Date) clock.PartialDate { return clock.Partial(d) }

const (
	glasgow   = "S12000049"
	edinburgh = "S12000036"
)

// house is one test's database with its staff.
type house struct {
	testdb.DB
	t      testing.TB
	admin  *sqlx.DB // the stack's superuser
	worker *store.Store
	acts   *activities.Activities
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	h := &house{DB: testdb.New(t), t: t}
	h.admin = h.SQL(t, "postgres")
	h.worker = h.as("hame_worker")
	h.acts = &activities.Activities{Store: h.worker}
	return h
}

func (h *house) as(login string) *store.Store { return h.As(h.t, login) }

// exec runs SQL as the superuser: what no login of Hame's could do.
func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	_, err := h.admin.Exec(query, args...)
	require.NoError(h.t, err)
}

// tamper runs SQL as the superuser with triggers and constraints off.
func (h *house) tamper(query string, args ...any) {
	h.t.Helper()
	tx, err := h.admin.Beginx()
	require.NoError(h.t, err)
	_, err = tx.Exec(`set local session_replication_role = replica`)
	require.NoError(h.t, err)
	_, err = tx.Exec(query, args...)
	require.NoError(h.t, err, "%s", query)
	require.NoError(h.t, tx.Commit())
}

func value[T any](h *house, query string, args ...any) T {
	h.t.Helper()
	var v T
	require.NoError(h.t, h.admin.Get(&v, query, args...))
	return v
}

func list[T any](h *house, query string, args ...any) []T {
	h.t.Helper()
	v := []T{}
	require.NoError(h.t, h.admin.Select(&v, query, args...))
	return v
}

// imports imports a family as operations do, and returns its reference.
func (h *house) imports(f casefile.Family) string {
	h.t.Helper()
	return h.Import(h.t, monday, f)[f.Key]
}

// review imports a family, draws it and opens its review.
func (h *house) review(f casefile.Family) string {
	h.t.Helper()
	ref := h.imports(f)
	h.open(ref)
	return ref
}

func (h *house) open(ref string) {
	h.t.Helper()
	h.List(h.t, ref, at(monday), monday)
	_, err := h.acts.OpenReview(h.t.Context(), activities.OpenReviewParams{Case: ref, Lane: casefile.Legacy, Now: at(monday)})
	require.NoError(h.t, err)
}

// types records an act as a login, and leaves it undelivered.
func (h *house) types(login, ref string, act casefile.Act, fields casefile.Fields) store.NewCommand {
	h.t.Helper()
	c := h.command(ref, act, fields)
	require.NoError(h.t, h.as(login).InsertCommand(h.t.Context(), c))
	return c
}

func (h *house) command(ref string, act casefile.Act, fields casefile.Fields) store.NewCommand {
	h.t.Helper()
	text := ""
	if act.Rule().NeedsText {
		text = "SYNTHETIC: a secret of the family's."
	}
	c, err := desk.New(ref, act, 0, monday, fields, text)
	require.NoError(h.t, err)
	return c
}

// does records an act and lets the worker record it, accepted.
func (h *house) does(login, ref string, act casefile.Act, subject int, fields casefile.Fields) store.NewCommand {
	h.t.Helper()
	c := h.command(ref, act, fields)
	c.Subject = subject
	if act == casefile.ActContact { // the same one may be meant again
		var err error
		c.Fields, err = casefile.Confirm(c.Fields)
		require.NoError(h.t, err)
	}
	require.NoError(h.t, h.as(login).InsertCommand(h.t.Context(), c))
	out, err := h.acts.RecordAct(h.t.Context(), activities.RecordActParams{Case: ref, Command: c.ID, Act: act.Rule().Wire(), Now: at(monday)})
	require.NoError(h.t, err)
	require.Nil(h.t, out.Refused)
	return c
}

// record lets the worker record an act, and returns why it was refused, if it was.
func (h *house) record(c store.NewCommand) *casefile.Refusal {
	h.t.Helper()
	out, err := h.acts.RecordAct(h.t.Context(), activities.RecordActParams{Case: c.Case, Command: c.ID, Act: c.Act.Rule().Wire(), Now: at(monday)})
	require.NoError(h.t, err)
	return out.Refused
}

var phone = &casefile.ContactFields{How: "phone"}

// numbered is a family under a key of its own, that resembles no other.
func numbered(n int) casefile.Family { return practice.Family(fmt.Sprintf("N%d", n), monday) }

func flagged(f casefile.Family, person int, flags ...casefile.Flag) casefile.Family {
	f.People[person-1].Flags = flags
	return f
}

// outcomeOf is what became of a command.
func (h *house) outcomeOf(id uuid.UUID) string {
	h.t.Helper()
	return value[string](h, `select coalesce((select trim(outcome || ' ' || code) from command_outcome where command_id = $1), 'none')`, id)
}

// stage opens a stage of a case, finished or not what comes before.
func (h *house) stage(ref string, stage casefile.Stage) {
	h.t.Helper()
	_, err := h.acts.OpenStage(h.t.Context(), activities.OpenStageParams{Case: ref, Stage: stage, Now: at(monday)})
	require.NoError(h.t, err)
}

// evidence opens the evidence stage of a case.
func (h *house) evidence(ref string) string {
	h.t.Helper()
	h.stage(ref, casefile.Evidence)
	return ref
}
