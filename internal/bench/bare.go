package main

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// The bare workflows and the activity are the floors: as many messages, timers
// and activities as a review has, and nothing in them.
const (
	bareWorkflow   = "Bare"
	bareStarter    = "BareStarter"
	realStarter    = "RealStarter"
	bareActivity   = "Nothing"
	bareUpdate     = "nothing"
	startsActivity = "StartBare"
)

// bareState is what a bare workflow does.
type bareState struct {
	Timers  int           `json:"timers"` // each is followed by an activity that does nothing
	Apart   time.Duration `json:"apart"`
	Upserts int           `json:"upserts"`
	// Acts is after how many Updates it ends.
	Acts int `json:"acts"`
}

func nothing(context.Context) error { return nil }

// bare runs a local activity on each Update and after each timer.
func bare(ctx workflow.Context, s bareState) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{ScheduleToCloseTimeout: 5 * time.Second})
	acts := 0
	err := workflow.SetUpdateHandler(ctx, bareUpdate, func(ctx workflow.Context, id string) (string, error) {
		err := workflow.ExecuteLocalActivity(ctx, bareActivity).Get(ctx, nil)
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

// register registers what the floors need beside Hame's own.
func register(w sdkworker.Registry) {
	w.RegisterWorkflowWithOptions(bare, workflow.RegisterOptions{Name: bareWorkflow})
	w.RegisterActivityWithOptions(nothing, activity.RegisterOptions{Name: bareActivity})
}
