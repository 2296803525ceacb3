package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/store"
	"hame/workflows"
)

// How the sweep deals with commands that have no outcome (design.md, A human act).
const (
	sweepEvery = 30 * time.Second
	// sweepAfter leaves a command alone while its author may still be waiting.
	sweepAfter = 30 * time.Second
	// expireAfter is when a command is not sent again, for its author may have
	// given up on it; it is then marked expired.
	expireAfter = time.Hour
)

// sweep sends again the acts that were saved and did not reach their review.
func sweep(ctx context.Context, db *store.Store, c client.Client, logger *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		undelivered, err := db.Undelivered(ctx, time.Now().Add(-sweepAfter))
		if err != nil {
			logger.Warn("sweep: cannot read undelivered commands", "error", err.Error())
			continue
		}
		for _, u := range undelivered {
			if err := sweepOne(ctx, db, c, u); err != nil {
				logger.Warn("sweep: not delivered", "command", u.ID.String(), "act", string(u.Act), "error", err.Error())
			} else {
				logger.Info("sweep: delivered or expired", "command", u.ID.String(), "act", string(u.Act))
			}
		}
	}
}

func sweepOne(ctx context.Context, db *store.Store, c client.Client, u store.Undelivered) error {
	if time.Since(u.RecordedAt) > expireAfter {
		now, err := db.BusinessNow(ctx)
		if err != nil {
			return err
		}
		return db.Expire(ctx, u.ID, now)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	id := u.Case
	if id == "" {
		id = activities.BacklogID(u.Lane)
	}
	handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateID: u.ID.String(), UpdateName: string(u.Act),
		Args: []any{workflows.Act{Command: u.ID, Kind: u.Act}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	var app *temporal.ApplicationError
	var notFound *serviceerror.NotFound
	switch {
	case errors.As(err, &app) && app.Type() == workflows.RefusedError:
		return db.RefuseUndelivered(ctx, u.ID, casefile.Refuse(casefile.RefusalCode(refusalCode(app)), app.Message()))
	case errors.As(err, &notFound):
		return errors.New("no review runs for it")
	}
	return err
}

func refusalCode(app *temporal.ApplicationError) string {
	var refusal casefile.Refusal
	if app.HasDetails() && app.Details(&refusal) == nil {
		return string(refusal.Code)
	}
	return string(casefile.RefusedUnknownAct)
}
