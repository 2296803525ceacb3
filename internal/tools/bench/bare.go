package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/errgroup"

	"hame/activities"
	"hame/internal/casefile"
)

// The bare workflows and activities are the floors: as many messages, timers and
// activities as a review has, and nothing in them.
const (
	bareWorkflow   = "Bare"
	starterFlow    = "Starter"
	bareActivity   = "Nothing"
	bareUpdate     = "nothing"
	startsActivity = "StartBare"
	// reviewsActivity is StartReviews under a name of the bench's own: under its own it
	// serves ClearBacklog alone.
	reviewsActivity = "StartReviewsForBench"
)

// bareState is what a bare workflow does.
type bareState struct {
	Timers int           `json:"timers"` // each is followed by an activity that does nothing
	Apart  time.Duration `json:"apart"`
	// Acts is after how many Updates it ends.
	Acts int `json:"acts"`
}

// nothings counts the activities that did nothing.
var nothings atomic.Int64

func nothing(context.Context) error {
	nothings.Add(1)
	return nil
}

// bare runs a local activity when it starts, on each Update and after each timer.
func bare(ctx workflow.Context, s bareState) error {
	options := workflow.LocalActivityOptions{ScheduleToCloseTimeout: 5 * time.Second}
	ctx = workflow.WithLocalActivityOptions(ctx, options)
	acts := 0
	err := workflow.SetUpdateHandler(ctx, bareUpdate, func(ctx workflow.Context, id string) (string, error) {
		err := workflow.ExecuteLocalActivity(workflow.WithLocalActivityOptions(ctx, options), bareActivity).Get(ctx, nil)
		acts++
		return id, err
	})
	if err != nil {
		return err
	}
	if err := workflow.ExecuteLocalActivity(ctx, bareActivity).Get(ctx, nil); err != nil {
		return err
	}
	for range s.Timers {
		if err := workflow.Sleep(ctx, s.Apart); err != nil {
			return err
		}
		if err := workflow.ExecuteLocalActivity(ctx, bareActivity).Get(ctx, nil); err != nil {
			return err
		}
	}
	return workflow.Await(ctx, func() bool { return acts >= s.Acts && workflow.AllHandlersFinished(ctx) })
}

// startBare starts a bare workflow.
func (h *installation) startBare(ctx context.Context, id string, s bareState) error {
	_, err := h.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: taskQueue}, bareWorkflow, s)
	return err
}

// startBares starts so many bare workflows that stay open, as many at once as
// StartReviews does.
func (h *installation) startBares(ctx context.Context, in bareStarts) error {
	starts, starting := errgroup.WithContext(ctx)
	starts.SetLimit(activities.StartedAtOnce)
	for i := range in.N {
		starts.Go(func() error {
			return h.startBare(starting, fmt.Sprintf("%s-%d", in.Prefix, i), bareState{Timers: 1, Apart: 10_000 * time.Hour})
		})
		activity.RecordHeartbeat(ctx, i)
	}
	return starts.Wait()
}

type bareStarts struct {
	Prefix string `json:"prefix"`
	N      int    `json:"n"`
}

// starter runs the activity that starts bare workflows, or without any the one
// that starts reviews.
func starter(ctx workflow.Context, bare bareStarts) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Minute})
	if bare.N == 0 {
		in := activities.StartReviewsParams{Lane: casefile.Legacy}
		return workflow.ExecuteActivity(ctx, reviewsActivity, in).Get(ctx, nil)
	}
	return workflow.ExecuteActivity(ctx, startsActivity, bare).Get(ctx, nil)
}

// register registers what the floors need beside Hame's own.
func (h *installation) register() {
	h.worker.RegisterWorkflowWithOptions(bare, workflow.RegisterOptions{Name: bareWorkflow})
	h.worker.RegisterWorkflowWithOptions(starter, workflow.RegisterOptions{Name: starterFlow})
	h.worker.RegisterActivityWithOptions(nothing, activity.RegisterOptions{Name: bareActivity})
	h.worker.RegisterActivityWithOptions(h.acts.StartReviews, activity.RegisterOptions{Name: reviewsActivity})
	h.worker.RegisterActivityWithOptions(h.startBares, activity.RegisterOptions{Name: startsActivity})
}
