package e2e

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/store"
)

// forges sends an Update from a plain Temporal client, and returns the code with
// which it is refused, empty if it was taken.
func (o *office) forges(t *testing.T, ref string, name casefile.Act, a contract.Act) casefile.RefusalCode {
	t.Helper()
	h, err := o.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{WorkflowID: ref, UpdateName: string(name),
		Args: []any{a}, WaitForStage: client.WorkflowUpdateStageCompleted})
	var r contract.Receipt
	if err == nil {
		err = h.Get(t.Context(), &r)
	}
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		require.Equal(t, contract.RefusedError, app.Type())
		refusal := &casefile.Refusal{}
		require.NoError(t, app.Details(refusal))
		return refusal.Code
	}
	require.NoError(t, err)
	if r.Refused == nil {
		return ""
	}
	return r.Refused.Code
}

// TestAForgedUpdateChangesNothing: a stranger who reaches Temporal with a client of
// their own can send any Update, at a moment in which the stage allows the act.
// Without a row of that kind, on that case, under a login that may do it, it is
// refused, and no fact changes. The command line and SQL are tried role by role
// in package starter.
func TestAForgedUpdateChangesNothing(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("F"), couple("OTHER"))
	ref, other := refs["F"], refs["OTHER"]
	o.does(t, other, toListing()...)
	o.does(t, other, move{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}})
	elsewhere := o.lastCommand(t, other, "contact.record")
	forged := map[casefile.Act]bool{}
	at := func(stage casefile.Stage) {
		t.Helper()
		last := o.lastCommand(t, ref, string(casefile.ActOpen))
		before := o.facts(t, ref)
		for _, rule := range casefile.ActRules {
			if !rule.OnCase() || forged[rule.Act] || stage.Before(rule.From) || rule.Until.Before(stage) {
				continue
			}
			forged[rule.Act] = true
			wire := rule.Wire()
			for what, a := range map[string]contract.Act{"no row": {Command: uuid.New(), Kind: wire}, "a row of another case": {Command: elsewhere, Kind: wire}} {
				require.Equal(t, casefile.RefusedUnknownCommand, o.forges(t, ref, wire, a), "%s: %s", rule.Act, what)
			}
			if rule.Act != casefile.ActOpen {
				require.Equal(t, casefile.RefusedUnknownCommand, o.forges(t, ref, wire, contract.Act{Command: last, Kind: wire}), "%s: a row of another kind", rule.Act)
				require.Equal(t, casefile.RefusedUnknownCommand, o.forges(t, ref, wire, contract.Act{Command: last, Kind: casefile.ActOpen}), "%s: another kind under its name", rule.Act)
			}
		}
		require.Equal(t, before, o.facts(t, ref), "none of it changed a fact")
	}
	path := append(toInterviews()[:0:0], toInterviews()...)
	done := 0
	reach := func(n int) {
		o.does(t, ref, path[done:n]...)
		done = n
	}
	reach(len(toListing()))
	at(casefile.Listed)
	reach(len(toRepresentation()))
	at(casefile.Representation)
	reach(len(path))
	at(casefile.Decision)
	o.does(t, ref, o.proposes(t, "ewan", ref, casefile.RefusedUpheld))
	o.does(t, ref, o.agrees(t, "ailsa", ref))
	at(casefile.Service)
	for _, rule := range casefile.ActRules {
		require.Equal(t, rule.OnCase() && rule.From != casefile.Closed, forged[rule.Act], "%s", rule.Act) // no review runs for a closed case
	}
	breaches, err := o.desk("una").Store.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, breaches)
}

// TestARoleThatEnded: what was recorded while a role was held is done, also when
// it is delivered after the role has ended; under a login without the role no row
// can be written any more, and so nothing delivered.
func TestARoleThatEnded(t *testing.T) {
	o := newOffice(t)
	ref := o.db.Import(t, clock.DateOf(time.Now()), couple("E"))["E"]
	o.does(t, ref, toListing()...)
	call := move{"hamish", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}}
	c := o.command(t, ref, call)
	hamish := o.desk("hamish")
	require.NoError(t, hamish.Store.InsertCommand(t.Context(), c))
	o.db.SQL(t, "postgres").MustExec(`update staff set revoked_at = clock_timestamp() where login = 'hamish'`)
	late := o.command(t, ref, call)
	err := hamish.Store.InsertCommand(t.Context(), late)
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	require.Equal(t, casefile.RefusedUnknownCommand, o.forges(t, ref, casefile.ActContact, contract.Act{Command: late.ID, Kind: casefile.ActContact}))
	require.Empty(t, o.forges(t, ref, casefile.ActContact, contract.Act{Command: c.ID, Kind: casefile.ActContact}), "it was his to do when he did it")
	require.Equal(t, 1, o.count(t, `select count(*) from contact where case_ref = $1`, ref))
	// With another role he has a login again, and no more than that role's acts.
	o.db.SQL(t, "postgres").MustExec(`insert into staff (login, person, role) values ('hamish', 'hamish', 'second_officer')`)
	err = hamish.Store.InsertCommand(t.Context(), late)
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	require.ErrorContains(t, err, "may not do contact.record")
}

// TestADeadReviewOfARestrictedCase: operations, who may not see the case, learn its
// reference from verify and nothing more, and recover its review. Without a dead
// review they can't.
func TestADeadReviewOfARestrictedCase(t *testing.T) {
	o := newOffice(t)
	hidden := couple("R")
	hidden.People[0].Flags = []casefile.Flag{casefile.FlagRestricted}
	ref := o.db.Import(t, clock.DateOf(time.Now()), hidden)["R"]
	refs := map[string]string{"R": ref}
	o.does(t, ref, toListing()...)
	require.NoError(t, o.clients.Of(true).TerminateWorkflow(t.Context(), ref, "", "somebody else"))
	require.Eventually(t, func() bool {
		out, _, code := o.starter(t, "--as", "una", "verify")
		return code == 1 && strings.Contains(out, ref) && strings.Contains(out, "terminated or reset")
	}, time.Minute, 500*time.Millisecond, "the auditor finds it")
	o.types(t, refs, 1, "--as archie verify", ref, "no review runs")
	o.types(t, refs, 5, "--as archie case show R", "no such case")
	o.types(t, refs, 5, "--as archie case timeline R")
	out := o.types(t, refs, 0, "--as archie case recover R", "recorded")
	require.NotContains(t, out, "listed", "not how far it is")
	o.types(t, refs, 0, "--as archie verify", "every invariant holds")
	o.types(t, refs, 5, "--as archie case recover R", "no such case")
	o.types(t, refs, 0, "--as una verify", "every invariant holds")
}
