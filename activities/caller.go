package activities

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"hame/internal/contract"
	"hame/internal/store"
)

// caller is the one workflow that may call an activity with certain parameters.
type caller struct{ workflow, id string }

// called is the parameters of an activity: they say whose they are.
type called interface{ caller() caller }

func ofCase(ref string) caller { return caller{contract.CaseReviewWorkflow, ref} }

func (p OpenReviewParams) caller() caller      { return ofCase(p.Case) }
func (p OpenStageParams) caller() caller       { return ofCase(p.Case) }
func (p RecordActParams) caller() caller       { return ofCase(p.Case) }
func (p ActOnRungParams) caller() caller       { return ofCase(p.Case) }
func (p MarkStuckParams) caller() caller       { return ofCase(p.Case) }
func (p ActOnThresholdsParams) caller() caller { return ofCase(p.Case) }
func (p TakeStockParams) caller() caller       { return ofCase(p.Case) }
func (p MoveDeadlinesParams) caller() caller   { return ofCase(p.Case) }

func (p DrawFamiliesParams) caller() caller {
	return caller{contract.ClearBacklogWorkflow, contract.BacklogID(p.Lane)}
}
func (p StartReviewsParams) caller() caller {
	return caller{contract.ClearBacklogWorkflow, contract.BacklogID(p.Lane)}
}
func (p RecordBacklogActParams) caller() caller {
	return caller{contract.ClearBacklogWorkflow, contract.BacklogID(p.Lane)}
}

// ofCalendar is a workflow that moves the deadlines of a change of the calendars.
func ofCalendar(p contract.CalendarChange) caller {
	return caller{contract.ApplyCalendarWorkflow, contract.CalendarID(p.Application)}
}

// own refuses a call of an activity that comes from elsewhere than the workflow
// whose it is: anybody who reaches Temporal's frontend can schedule an activity.
// In which namespace that workflow must run, [Activities.inPlace] asks.
func own[P called, R any](f func(context.Context, P) (R, error)) func(context.Context, P) (R, error) {
	return ownBy(P.caller, f)
}

// ownBy is own for parameters that do not say themselves whose they are.
func ownBy[P, R any](whose func(P) caller, f func(context.Context, P) (R, error)) func(context.Context, P) (R, error) {
	return func(ctx context.Context, in P) (R, error) {
		info := activity.GetInfo(ctx)
		by := caller{id: info.WorkflowExecution.ID}
		if info.WorkflowType != nil {
			by.workflow = info.WorkflowType.Name
		}
		if want := whose(in); by != want {
			activity.GetMetricsHandler(ctx).Counter("hame_activities_called_from_elsewhere").Inc(1)
			activity.GetLogger(ctx).Warn("an activity was called from elsewhere", "activity", info.ActivityType.Name, "by",
				by.workflow, "workflow", by.id, "for", want.id)
			var none R
			return none, temporal.NewNonRetryableApplicationError(fmt.Sprintf("%s is for %s %s alone", info.ActivityType.Name,
				want.workflow, want.id), BrokenError, nil)
		}
		return f(ctx, in)
	}
}

// inTime refuses an instant that lies after the latest at which something may happen
// now. Only what is called through Temporal is asked: elsewhere the instant is the
// worker's own.
func inTime(ctx context.Context, now time.Time, latest *time.Time) error {
	if !activity.IsActivity(ctx) || latest == nil || !now.After(*latest) {
		return nil
	}
	return store.Impossible("the instant %s has not come: it is taken for forged, or the clock of Temporal's server is ahead of the database's by more than five minutes", now.UTC().Format(time.RFC3339))
}

// directly is the mark of a change that the worker makes by itself, because no review
// runs for the case.
type directly struct{}

// Directly marks a context for changes that no run of the review makes. apart is where
// none was found: has the review moved since, the change is refused as one that came in
// between, and is tried again.
func Directly(ctx context.Context, apart bool) context.Context {
	return context.WithValue(ctx, directly{}, apart)
}

// inPlace refuses a call from the namespace in which the review does not run any more:
// its family became restricted, or is so no longer, and the run there is being ended.
// The words name neither: more people read them than may know of it.
func (a *Activities) inPlace(ctx context.Context, locked store.Locked) error {
	if apart, direct := ctx.Value(directly{}).(bool); direct {
		if locked.Moving || locked.Apart != apart {
			return &store.Error{Kind: store.Conflict}
		}
		return nil
	}
	if !activity.IsActivity(ctx) || locked.Apart == a.Apart {
		return nil
	}
	return store.Impossible("this run is not the review's any more")
}
