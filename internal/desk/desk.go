// Package desk is where a member of staff acts: it records an act as a row under
// their own database login, and waits for what the record says became of it. The
// worker delivers the row (package carrier): a desk needs the database and nothing
// else. The command line and the rehearsal both sit here, so that simulated people
// act as real ones do.
package desk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/policy"
	"hame/internal/store"
)

// Desk is one login's desk.
type Desk struct {
	Store *store.Store
	// Patience is how long the outcome of a recorded act is waited for. 0 waits for
	// as long as the context does.
	Patience time.Duration
}

// UndeliveredError says that an act is on record and that its outcome was not seen.
// The act is not lost: it is delivered when a worker runs.
type UndeliveredError struct {
	Command uuid.UUID
	Cause   error
}

// Error says that the act is saved, and where its outcome can be read later. It
// promises nothing: the act may be refused when it is delivered.
func (e *UndeliveredError) Error() string {
	return fmt.Sprintf("saved as %s; %v; it is delivered when a worker runs, and refused if it is too late by then: case timeline REF and task list tell", e.Command, e.Cause)
}

// Unwrap returns why the outcome was not seen.
func (e *UndeliveredError) Unwrap() error { return e.Cause }

// New makes a command of an act with its coded fields.
func New(ref string, act casefile.Act, subject int, on clock.Date, fields casefile.Fields,
	text string) (store.NewCommand, error) {
	if fields == nil {
		fields = &casefile.NoFields{}
	}
	if err := fields.Validate(); err != nil {
		return store.NewCommand{}, casefile.Refuse(casefile.RefusedFields, err.Error())
	}
	if err := act.Rule().CheckReason(text); err != nil {
		return store.NewCommand{}, err
	}
	if err := casefile.CheckText(text); err != nil {
		return store.NewCommand{}, err
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return store.NewCommand{}, err
	}
	id, err := uuid.NewV7()
	return store.NewCommand{ID: id, Case: ref, Act: act, Subject: subject, AttestedOn: on, Fields: body, Text: text}, err
}

// Resumable gives a command of a list an id that follows from what it says: who
// does which act to whom, attested for which day, with which fields and text,
// and on which list. Typed again, the list finds the commands that it has
// recorded, also after a power cut.
func Resumable(c store.NewCommand, login string, list []string) (store.NewCommand, error) {
	list = slices.Sorted(slices.Values(list))
	said, err := json.Marshal([]any{login, c.Act, c.Case, c.Subject, c.AttestedOn, c.Fields, c.Text, list})
	c.ID = derived(said)
	return c, err
}

// derived is a version 8 UUID made of a SHA-256.
func derived(of []byte) uuid.UUID { return uuid.NewHash(sha256.New(), uuid.Nil, of, 8) }

// Do records an act and waits for its outcome. A refusal by a rule is in the
// receipt; an [*UndeliveredError] says that the act is saved and has no outcome yet.
func (d *Desk) Do(ctx context.Context, c store.NewCommand) (contract.Receipt, error) {
	if err := d.Store.InsertCommand(ctx, c); err != nil {
		return contract.Receipt{}, err
	}
	return d.await(ctx, c.ID)
}

// DoOnce is Do for a [Resumable] command. A command that is on record is not
// recorded twice: its outcome is waited for. before reports that it had its outcome
// earlier.
func (d *Desk) DoOnce(ctx context.Context, c store.NewCommand) (receipt contract.Receipt, before bool, err error) {
	err = d.Store.InsertCommand(ctx, c)
	if err == nil {
		receipt, err = d.await(ctx, c.ID)
		return receipt, false, err
	}
	if !store.IsKind(err, store.Recorded) {
		return receipt, false, err
	}
	mine, err := d.Store.MyCommand(ctx, c.ID)
	if store.IsKind(err, store.NotFound) || (err == nil && (mine.Case != c.Case || mine.Act != c.Act)) {
		return receipt, false, fmt.Errorf("%s %s: another person's command stands under the id %s: tell operations", c.Act,
			c.Case, c.ID)
	}
	switch {
	case err != nil:
		return receipt, false, err
	case !mine.Outcome.Valid:
		receipt, err = d.await(ctx, c.ID)
		return receipt, false, err
	case mine.Outcome.String == string(casefile.ActExpired):
		// It was given up undelivered: it is done now, as the next of its line.
		c.ID = derived(c.ID[:])
		return d.DoOnce(ctx, c)
	}
	receipt, err = receiptOf(mine)
	return receipt, true, err
}

// Stands completes a receipt with where the case stands: its stage, and who must act
// next by when. A case that the login does not see stays as it is.
func (d *Desk) Stands(ctx context.Context, ref string, r contract.Receipt) (contract.Receipt, error) {
	s, err := d.Store.CaseSummary(ctx, ref)
	if store.IsKind(err, store.NotFound) {
		return r, nil
	}
	r.Stage, r.Awaiting, r.NextDate, r.Provisional = s.Stage, s.Awaiting, s.DueOn, s.Provisional
	return r, err
}

// oneWait is how long one statement waits for an outcome, inside the database [D].
const oneWait = 3 * time.Second

// await waits until a recorded act has its outcome and its review has answered, in
// as few statements as that takes.
func (d *Desk) await(ctx context.Context, id uuid.UUID) (contract.Receipt, error) {
	begun := time.Now()
	for {
		wait := oneWait
		if d.Patience > 0 {
			wait = min(wait, max(0, d.Patience-time.Since(begun)))
		}
		mine, err := d.Store.AwaitOutcome(ctx, id, wait)
		late := d.Patience > 0 && time.Since(begun) >= d.Patience
		switch {
		case ctx.Err() != nil:
			return contract.Receipt{}, &UndeliveredError{id, errors.New("it was broken off here")}
		case err != nil:
			return contract.Receipt{}, &UndeliveredError{id, err}
		case mine.Outcome.Valid && (mine.Answered || late):
			return receiptOf(mine.MyCommand)
		case mine.Why == "not_running" && d.Patience > 0:
			return contract.Receipt{}, &UndeliveredError{id,
				errors.New("its review does not run: operations find it with verify")}
		case late:
			return contract.Receipt{}, &UndeliveredError{id, d.silence(ctx)}
		}
	}
}

// silence says who has not answered: no worker, or the review.
func (d *Desk) silence(ctx context.Context) error {
	seen, err := d.Store.WorkerSeen(ctx)
	switch {
	case err == nil && !seen.Never && seen.Ago > time.Minute:
		return fmt.Errorf("no worker has answered within %s, and none was here for %s", d.Patience,
			seen.Ago.Round(time.Second))
	case err != nil || seen.Away():
		return fmt.Errorf("no worker has answered within %s", d.Patience)
	}
	return fmt.Errorf("its review has not answered within %s", d.Patience)
}

// receiptOf is the receipt of a command that has its outcome.
func receiptOf(mine store.MyCommand) (contract.Receipt, error) {
	receipt := contract.Receipt{Revision: mine.Revision, Filed: mine.Outcome.String == string(casefile.ActFiled)}
	switch mine.Outcome.String {
	case string(casefile.ActExpired):
		receipt.Refused = casefile.Refuse(casefile.RefusedTooLate,
			"it was not delivered in time, and was given up: type it again")
	case string(casefile.ActRefused):
		receipt.Refused = casefile.Refuse(casefile.RefusedAlreadyDone, "it was dealt with before")
		if err := json.Unmarshal(mine.Detail, receipt.Refused); err != nil {
			return receipt, err
		}
	}
	return receipt, nil
}

// DoOnLane records an act of operations on a lane's backlog and waits for its outcome.
func (d *Desk) DoOnLane(ctx context.Context, act casefile.Act, on clock.Date,
	f casefile.BacklogFields) (contract.Receipt, error) {
	c, err := New("", act, 0, on, &f, "")
	if err != nil {
		return contract.Receipt{}, err
	}
	c.Lane = f.Lane
	return d.Do(ctx, c)
}

// ReceivePost records an item of post whose case is not known. It needs the
// database only, and returns the item's number. confirmed says that the item is meant
// also if one like it waits already.
func (d *Desk) ReceivePost(ctx context.Context, on clock.Date, f *casefile.PostFields, says store.PostSays,
	note string, confirmed bool) (int, error) {
	c, err := New("", casefile.ActReceivePost, 0, on, f, note)
	if err == nil && confirmed {
		c.Fields, err = casefile.Confirm(c.Fields)
	}
	if err != nil {
		return 0, err
	}
	c.Office = store.Mailroom
	holidays, err := d.Store.HolidaysInForce(ctx)
	if err != nil {
		return 0, err
	}
	until, err := policy.PostWaitsUntil(on, holidays)
	if err != nil {
		return 0, err
	}
	return d.Store.ReceivePost(ctx, c, says, until)
}
