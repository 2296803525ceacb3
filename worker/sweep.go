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
	"hame/internal/clock"
	"hame/internal/desk"
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
func sweep(ctx context.Context, db *store.Store, c client.Client, acts *activities.Activities, logger *slog.Logger) {
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
			if err := sweepOne(ctx, db, c, acts, u); err != nil {
				logger.Warn("sweep: not delivered", "command", u.ID.String(), "act", string(u.Act), "error", err.Error())
			} else {
				logger.Info("sweep: delivered or expired", "command", u.ID.String(), "act", string(u.Act))
			}
		}
		unseen, err := db.Unseen(ctx)
		if err != nil {
			logger.Warn("sweep: cannot read what no task stands for", "error", err.Error())
			continue
		}
		if err := goOnApplying(ctx, db, c, acts.TaskQueue); err != nil {
			logger.Warn("sweep: a change of the calendars does not go on", "error", err.Error())
		}
		for _, ref := range unseen {
			if err := takeStock(ctx, db, c, acts, ref); err != nil {
				logger.Warn("sweep: did not take stock", "case", ref, "error", err.Error())
			}
		}
	}
}

// goOnApplying starts the workflow of a change of the calendars that was stored and
// then left: whoever applied it may have lost the connection in between.
func goOnApplying(ctx context.Context, db *store.Store, c client.Client, taskQueue string) error {
	no, err := db.UnfinishedCalendar(ctx)
	if err != nil || no == 0 {
		return err
	}
	return (&desk.Desk{Store: db, Temporal: c, TaskQueue: taskQueue}).MoveDeadlines(ctx, no, false)
}

// takeStock has a review open tasks for what has come onto its record by itself;
// for a closed case, which has none running, the record alone is enough.
func takeStock(ctx context.Context, db *store.Store, c client.Client, acts *activities.Activities, ref string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	runs, err := (&desk.Desk{Store: db, Temporal: c}).TakeStock(ctx, ref)
	if err != nil || runs {
		return err
	}
	now, err := db.BusinessNow(ctx)
	if err != nil {
		return err
	}
	_, err = acts.TakeStock(ctx, activities.TakeStockParams{Case: ref, Now: now})
	return err
}

// withoutReview delivers an act whose case no review runs for: what arrived for
// an unlisted family opens its review, and for a closed case it is filed.
func withoutReview(ctx context.Context, db *store.Store, c client.Client, acts *activities.Activities, u store.Undelivered) error {
	now, err := db.BusinessNow(ctx)
	if err != nil {
		return err
	}
	f, err := db.FamilyToOpen(ctx, u.Case)
	if err != nil {
		return err
	}
	switch {
	case f.Stage == casefile.Closed:
		_, err := acts.RecordAct(ctx, activities.RecordActParams{Case: u.Case, Command: u.ID, Act: u.Act.Wire(), Now: now})
		return err
	case f.Stage != casefile.Unlisted || !u.Act.OpensReview():
		return errors.New("no review runs for it")
	}
	today := clock.DateOf(now)
	review := casefile.Review{Schema: casefile.ReviewSchema, Case: u.Case, Lane: f.Lane, Council: f.Council,
		DrawnAt: now, ListingDate: today, ListingAt: today.Start(), Stage: casefile.Listed}
	_, err = c.ExecuteWorkflow(ctx, activities.ReviewOptions(review, acts.TaskQueue), activities.CaseReviewWorkflow, review)
	if err != nil {
		return err
	}
	return update(ctx, db, c, u.Case, u)
}

func sweepOne(ctx context.Context, db *store.Store, c client.Client, acts *activities.Activities, u store.Undelivered) error {
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
	err := update(ctx, db, c, id, u)
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) && u.Case != "" {
		return withoutReview(ctx, db, c, acts, u)
	}
	return err
}

// update sends an act to its workflow again; a refusal becomes its outcome.
func update(ctx context.Context, db *store.Store, c client.Client, id string, u store.Undelivered) error {
	handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateID: u.ID.String(), UpdateName: string(u.Act.Wire()),
		Args: []any{workflows.Act{Command: u.ID, Kind: u.Act.Wire()}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	var app *temporal.ApplicationError
	if errors.As(err, &app) && app.Type() == workflows.RefusedError {
		return db.RefuseUndelivered(ctx, u.ID, casefile.Refuse(casefile.RefusalCode(refusalCode(app)), app.Message()))
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
