package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
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
	*testdb.Harness
	worker *store.Store
	acts   *activities.Activities
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Harness: testdb.NewHarness(t)}
	h.worker = h.as("hame_worker")
	h.acts = &activities.Activities{Store: h.worker}
	return h
}

func (h *house) as(login string) *store.Store { return h.As(h.T, login) }

// imports imports a family as operations do, and returns its reference.
func (h *house) imports(f casefile.Family) string {
	h.T.Helper()
	return h.Import(h.T, monday, f)[f.Key]
}

// review imports a family, draws it and opens its review.
func (h *house) review(f casefile.Family) string {
	h.T.Helper()
	ref := h.imports(f)
	h.open(ref)
	return ref
}

func (h *house) open(ref string) {
	h.T.Helper()
	h.List(h.T, ref, at(monday), monday)
	_, err := h.acts.OpenReview(h.T.Context(), activities.OpenReviewParams{Case: ref, Lane: casefile.Legacy, Now: at(monday)})
	require.NoError(h.T, err)
}

// types records an act as a login, and leaves it undelivered.
func (h *house) types(login, ref string, act casefile.Act, fields casefile.Fields) store.NewCommand {
	h.T.Helper()
	c := h.command(ref, act, fields)
	require.NoError(h.T, h.as(login).InsertCommand(h.T.Context(), c))
	return c
}

func (h *house) command(ref string, act casefile.Act, fields casefile.Fields) store.NewCommand {
	h.T.Helper()
	text := ""
	if act.Rule().NeedsText {
		text = "SYNTHETIC: a secret of the family's."
	}
	c, err := desk.New(ref, act, 0, monday, fields, text)
	require.NoError(h.T, err)
	return c
}

// does records an act and lets the worker record it, accepted.
func (h *house) does(login, ref string, act casefile.Act, subject int, fields casefile.Fields) store.NewCommand {
	h.T.Helper()
	c := h.command(ref, act, fields)
	c.Subject = subject
	if act == casefile.ActContact { // the same one may be meant again
		var err error
		c.Fields, err = casefile.Confirm(c.Fields)
		require.NoError(h.T, err)
	}
	require.NoError(h.T, h.as(login).InsertCommand(h.T.Context(), c))
	out, err := h.acts.RecordAct(h.T.Context(), activities.RecordActParams{Case: ref, Command: c.ID, Act: act.Rule().Wire(), Now: at(monday)})
	require.NoError(h.T, err)
	require.Nil(h.T, out.Refused)
	return c
}

// record lets the worker record an act, and returns why it was refused, if it was.
func (h *house) record(c store.NewCommand) *casefile.Refusal {
	h.T.Helper()
	out, err := h.acts.RecordAct(h.T.Context(), activities.RecordActParams{Case: c.Case, Command: c.ID, Act: c.Act.Rule().Wire(), Now: at(monday)})
	require.NoError(h.T, err)
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
	h.T.Helper()
	return testdb.Value[string](h, `select coalesce((select trim(outcome || ' ' || code) from command_outcome where command_id = $1), 'none')`, id)
}

// stage opens a stage of a case, finished or not what comes before.
func (h *house) stage(ref string, stage casefile.Stage) {
	h.T.Helper()
	_, err := h.acts.OpenStage(h.T.Context(), activities.OpenStageParams{Case: ref, Stage: stage, Now: at(monday)})
	require.NoError(h.T, err)
}

// evidence opens the evidence stage of a case.
func (h *house) evidence(ref string) string {
	h.T.Helper()
	h.stage(ref, casefile.Evidence)
	return ref
}
