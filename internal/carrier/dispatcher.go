package carrier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/google/uuid"

	"hame/internal/contract"
	"hame/internal/store"
)

// How the dispatcher looks for acts [D].
const (
	// inFlight is how many acts one worker delivers at the same time.
	inFlight = 32
	// busyEvery and idleEvery are how soon the record is looked at again: while people
	// act, and otherwise.
	busyEvery, idleEvery = 8 * time.Millisecond, 40 * time.Millisecond
	// busyFor is how long after the last act people are taken to be acting.
	busyFor = 2 * time.Second
	// awayEvery is how soon the record is looked at again when it did not answer.
	awayEvery = time.Second
)

// Dispatcher delivers everything that is on record: it looks for acts without an
// outcome and delivers them at once, different cases side by side. Several may run.
type Dispatcher struct {
	Carrier
	Logger *slog.Logger
	// Export writes the day's export of the chains' heads, unless it is written; nil
	// where none is kept.
	Export func(context.Context) error
}

// Run delivers until ctx ends, and then lets what it has begun finish. Acts that do
// not finish in time are given back.
func (d *Dispatcher) Run(ctx context.Context, stopWithin time.Duration) {
	var keeping sync.WaitGroup
	keeping.Go(func() { d.keepHouse(ctx) })
	defer keeping.Wait()
	delivering, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	var under sync.WaitGroup
	done := make(chan uuid.UUID, inFlight)
	ended := make(chan struct{}, inFlight)
	busy, flying := time.Time{}, 0
	var delivered []uuid.UUID
	for wait := time.Duration(0); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
			continue
		case id := <-done:
			delivered = append(delivered, id)
			continue
		case <-ended:
			flying--
			if len(ended) > 0 || len(done) > 0 {
				continue
			}
		case <-time.After(wait):
		}
		claimed, err := d.Record.ClaimUndelivered(ctx, delivered, inFlight-flying)
		if err != nil {
			if ctx.Err() == nil && wait != awayEvery {
				d.Logger.Warn("acts are not delivered: the record does not answer", "error", err.Error())
			}
			wait = awayEvery
			continue
		}
		if len(claimed)+len(delivered) > 0 {
			busy = time.Now()
		}
		delivered = delivered[:0]
		for _, a := range claimed {
			flying++
			under.Go(func() {
				if d.deliver(delivering, a) {
					done <- a.ID
				}
				ended <- struct{}{}
			})
		}
		wait = idleEvery
		if time.Since(busy) < busyFor {
			wait = busyEvery
		}
	}
	late := time.AfterFunc(stopWithin, giveUp)
	defer late.Stop()
	go func() { under.Wait(); close(done) }()
	for id := range done {
		delivered = append(delivered, id)
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = d.Record.ClaimUndelivered(closing, delivered, 0) // what is not struck now lapses, and is struck by another
}

// deliver delivers one act, and reports whether it has its outcome. One that could
// not be delivered is given back.
func (d *Dispatcher) deliver(ctx context.Context, a store.Claimed) bool {
	err := d.Deliver(ctx, a)
	if err == nil {
		return true
	}
	giving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if ctx.Err() != nil {
		_ = d.Record.Release(giving, a.ID) // or the claim lapses
		return false
	}
	to := a.Case + string(a.Lane)
	if a.Apart || errors.Is(err, errMoved) {
		to = store.Unnamed
	}
	d.Logger.Warn("an act was not delivered, and is sent again", "command", a.ID.String(), "act",
		string(a.Act.Rule().Wire()), "to", to, "error", err.Error())
	if err := d.Record.PutBack(giving, a.ID, errors.Is(err, errNotRunning)); err != nil {
		d.Logger.Warn("an act was not given back: its claim lapses", "command", a.ID.String(), "error", err.Error())
	}
	return false
}

// TakeStock has a review look at its record again. It reports false where none runs.
func (c *Carrier) TakeStock(ctx context.Context, apart bool, ref string) (bool, error) {
	handle, err := c.Temporal.Of(apart).UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: ref, UpdateName: contract.TakeStockUpdate, WaitForStage: client.WorkflowUpdateStageCompleted})
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return false, nil
	}
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	if err != nil {
		return true, fmt.Errorf("take stock of %s: %w", ref, err)
	}
	return true, nil
}

// MoveDeadlines has the deadlines moved that depend on a change of the calendars, by
// a workflow. One that runs is left running; again has it try at once what could not
// be moved before.
func (c *Carrier) MoveDeadlines(ctx context.Context, application int64, again bool) error {
	id, change := contract.CalendarID(application), contract.CalendarChange{Application: application}
	o := client.StartWorkflowOptions{
		ID: id, TaskQueue: c.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "move the deadlines that depend on a changed day",
	}
	if again {
		_, err := c.Temporal.Open.SignalWithStartWorkflow(ctx, id, contract.TryAgainSignal, nil, o,
			contract.ApplyCalendarWorkflow, change)
		return err
	}
	_, err := c.Temporal.Open.ExecuteWorkflow(ctx, o, contract.ApplyCalendarWorkflow, change)
	return err
}
