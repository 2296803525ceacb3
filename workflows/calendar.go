package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"hame/activities"
)

// ApplyCalendar moves the deadlines that depend on a day which a change of the
// calendars touched, page by page. It is restarted with the same argument where
// some could not be moved, and moves no deadline twice.
//
// It returns how far it got, with the cases that could not be moved.
func ApplyCalendar(ctx workflow.Context, state activities.CalendarChange) (activities.CalendarChange, error) {
	o := recordSurely("move the deadlines of the next cases")
	o.StartToCloseTimeout, o.HeartbeatTimeout = time.Hour, 30*time.Second
	ctx = workflow.WithActivityOptions(ctx, o)
	for !state.Done {
		if err := workflow.ExecuteActivity(ctx, activities.MoveReviewsActivity, state).Get(ctx, &state); err != nil {
			return state, err
		}
		workflow.SetCurrentDetails(ctx, calendarDetails(state))
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() && !state.Done {
			return state, workflow.NewContinueAsNewError(ctx, activities.ApplyCalendarWorkflow, state)
		}
	}
	return state, nil
}

func calendarDetails(s activities.CalendarChange) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**Change %d of the calendars** · %d case(s) seen to", s.Application, s.Seen)
	switch {
	case len(s.Failed) > 0:
		fmt.Fprintf(&b, "\n\n**Not moved**: %s. Operations must mend them, and apply the calendar again.\n", strings.Join(s.Failed, ", "))
	case s.Done:
		b.WriteString(" · done\n")
	}
	return b.String()
}
