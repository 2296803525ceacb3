package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
)

// perform runs an activity that writes the record: first as a local one, which
// costs no events while the database is well, for up to five seconds; then as a
// regular one under the same key, retried without end. The error is one that no
// retry can mend.
func perform(ctx workflow.Context, activity, summary string, params, result any) error {
	quick := workflow.WithLocalActivityOptions(ctx, recordQuickly(summary))
	err := workflow.ExecuteLocalActivity(quick, activity, params).Get(quick, result)
	if err == nil || isBroken(err) {
		return err
	}
	sure := workflow.WithActivityOptions(ctx, recordSurely(summary))
	return workflow.ExecuteActivity(sure, activity, params).Get(sure, result)
}

// recordQuickly bounds the local attempt below the workflow task's own timeout
// of ten seconds, so that an outage never loses the task.
func recordQuickly(summary string) workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 5 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: time.Second},
		Summary:                summary,
	}
}

// recordSurely has no attempt limit: no case may close because a database was
// down for a day. The interval stays short, for on a skipped clock a backoff is
// business time.
func recordSurely(summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 10 * time.Second},
		Summary:             summary,
	}
}

// startReviews gives a week's starts time enough, and notices a dead worker by
// the missing heartbeat.
func startReviews() workflow.ActivityOptions {
	o := recordSurely("start the reviews of the drawn families")
	o.StartToCloseTimeout, o.HeartbeatTimeout = 10*time.Minute, 30*time.Second
	return o
}

func isBroken(err error) bool {
	var app *temporal.ApplicationError
	return errors.As(err, &app) && app.Type() == activities.BrokenError
}
