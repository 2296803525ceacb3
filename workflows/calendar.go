package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/contract"
)

// ApplyCalendar moves the deadlines that depend on a day which a change of the
// calendars touched, page by page. Cases that did not answer, or could not be
// moved, are tried again after a minute, after two, and so on, at last every hour,
// until all are: what kept them may have gone by itself or been mended. It
// moves no deadline twice.
func ApplyCalendar(ctx workflow.Context, state contract.CalendarChange) (contract.CalendarChange, error) {
	o := recordSurely("move the deadlines of the next cases")
	o.StartToCloseTimeout, o.HeartbeatTimeout = time.Hour, 30*time.Second
	ctx = workflow.WithActivityOptions(ctx, o)
	again := workflow.GetSignalChannel(ctx, contract.TryAgainSignal)
	for !state.Done {
		if state.After == "" {
			drain(again) // this pass is the try that they ask for
		}
		pass := state.Pass
		var next contract.CalendarChange
		if err := workflow.ExecuteActivity(ctx, activities.MoveReviewsActivity, state).Get(ctx, &next); err != nil {
			return state, err
		}
		state = next
		workflow.SetCurrentDetails(ctx, calendarDetails(state))
		if !state.Done && state.Pass > pass {
			selector := workflow.NewSelector(ctx)
			timing, stop := workflow.WithCancel(ctx)
			selector.AddFuture(workflow.NewTimerWithOptions(timing, untilNextPass(state.Pass),
				workflow.TimerOptions{Summary: "try again what could not be moved"}), func(workflow.Future) {})
			selector.AddReceive(again, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) })
			selector.Select(ctx)
			stop()
			state.Failed = nil
		}
		// Between two passes only: the next begins at once, whether or not somebody asks for it.
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() && !state.Done && state.After == "" {
			return state, workflow.NewContinueAsNewError(ctx, contract.ApplyCalendarWorkflow, state)
		}
	}
	return state, nil
}

// untilNextPass is how long after so many passes the next one begins [D].
func untilNextPass(passes int) time.Duration {
	return min(time.Minute<<min(passes-1, 6), time.Hour)
}

func calendarDetails(s contract.CalendarChange) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**Change %d of the calendars** · cases seen to: %d", s.Application, s.Seen)
	switch {
	case len(s.Failed) > 0:
		fmt.Fprintf(&b, "\n\n**Not moved**: %s. Operations look at them with verify; they are tried again within the hour, or at once when the same file is applied again.\n", strings.Join(s.Failed, ", "))
	case s.Done:
		b.WriteString(" · done\n")
	}
	return b.String()
}

// drain takes the signals that have come and forgets them.
func drain(signals workflow.ReceiveChannel) {
	for more := true; more; {
		more = signals.ReceiveAsync(nil)
	}
}
