package workflows

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/contract"
)

// aWeek is how often families are drawn.
const aWeek = 7 * 24 * time.Hour

// backlog is one run of a ClearBacklog.
type backlog struct {
	contract.Backlog
	lock workflow.Mutex
	busy int
}

// ClearBacklog draws a lane's families: each week those that are to be listed
// some weeks on, in the policy's order, as many as capacity allows. It opens
// their reviews as peers and never decides anything about them: no target and
// no batch may (R3). It goes on for as long as its lane does, pausing, resuming
// and changing pace when operations say so.
func ClearBacklog(ctx workflow.Context, state contract.Backlog) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // pause is how it is stopped
	b := &backlog{Backlog: state, lock: workflow.NewMutex(ctx)}
	if err := b.handleActs(ctx); err != nil {
		return err
	}
	b.show(ctx)
	for {
		if err := workflow.Await(ctx, func() bool { return b.running() || b.canContinueAsNew(ctx) }); err != nil {
			return err
		}
		if b.running() && !workflow.Now(ctx).Before(b.NextDraw) {
			if err := b.draw(ctx); err != nil {
				// Operations resume it when it is mended; until then nobody is lost, only unlisted.
				b.Paused = "draw_failed"
				b.show(ctx)
			}
		}
		if b.canContinueAsNew(ctx) {
			return workflow.NewContinueAsNewError(ctx, contract.ClearBacklogWorkflow, b.Backlog)
		}
		if err := b.sleep(ctx); err != nil {
			return err
		}
	}
}

func (b *backlog) running() bool { return b.Capacity > 0 && b.Paused == "" }

func (b *backlog) canContinueAsNew(ctx workflow.Context) bool {
	return workflow.GetInfo(ctx).GetContinueAsNewSuggested() && b.busy == 0 && workflow.AllHandlersFinished(ctx)
}

// draw lists a week's families and starts their reviews.
func (b *backlog) draw(ctx workflow.Context) error {
	b.busy++
	defer func() { b.busy-- }()
	if err := b.lock.Lock(ctx); err != nil {
		return err
	}
	defer b.lock.Unlock()
	now := workflow.Now(ctx)
	var progress contract.Progress
	err := perform(ctx, activities.DrawFamiliesActivity, "draw the coming families",
		activities.DrawFamiliesParams{Lane: b.Lane, Capacity: b.Capacity, Now: now}, &progress)
	if err != nil {
		return err
	}
	starting := workflow.WithActivityOptions(ctx, startReviews())
	if err := workflow.ExecuteActivity(starting, activities.StartReviewsActivity,
		activities.StartReviewsParams{Lane: b.Lane}).Get(starting, nil); err != nil {
		return err
	}
	b.Progress, b.NextDraw = progress, now.Add(aWeek)
	b.show(ctx)
	return nil
}

// sleep waits for the next draw, or until the lane is paused.
func (b *backlog) sleep(ctx workflow.Context) error {
	wait := b.NextDraw.Sub(workflow.Now(ctx))
	if wait <= 0 || !b.running() {
		return nil
	}
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: "next draw"})
	return workflow.Await(ctx, func() bool { return timer.IsReady() || !b.running() || b.canContinueAsNew(ctx) })
}

// handleActs registers the query and the acts of operations.
func (b *backlog) handleActs(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, contract.BacklogQuery,
		func() (contract.Backlog, error) { return b.Backlog, nil },
		workflow.QueryHandlerOptions{Description: "the lane's capacity, target and progress"})
	if err != nil {
		return err
	}
	for _, rule := range casefile.ActRules {
		if rule.Subject != casefile.AboutLane {
			continue
		}
		err := workflow.SetUpdateHandlerWithOptions(ctx, string(rule.Act), b.act, workflow.UpdateHandlerOptions{
			Validator: func(_ workflow.Context, a contract.Act) error {
				if a.Kind != rule.Act || a.Command == uuid.Nil {
					return refused(casefile.Refuse(casefile.RefusedUnknownCommand,
						fmt.Sprintf("this Update takes the id of a command of kind %s", rule.Act)))
				}
				return nil
			},
			Description: rule.InWords,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *backlog) act(ctx workflow.Context, a contract.Act) (contract.Receipt, error) {
	b.busy++
	defer func() { b.busy-- }()
	if err := b.lock.Lock(ctx); err != nil {
		return contract.Receipt{}, err
	}
	defer b.lock.Unlock()
	var out activities.RecordBacklogActResult
	err := perform(ctx, activities.RecordBacklogActActivity, string(a.Kind),
		activities.RecordBacklogActParams{Command: a.Command, Act: a.Kind, Lane: b.Lane, Now: workflow.Now(ctx),
			Stopped: b.Paused != "", Fresh: b.Capacity == 0}, &out)
	if err != nil {
		return contract.Receipt{}, err
	}
	if out.Refused == nil || out.Capacity > 0 { // also of one that is refused: as the lane stands on record
		b.Capacity, b.Target, b.Paused = out.Capacity, out.Target, out.Paused
		b.show(ctx)
	}
	if out.Head.N > 0 {
		b.Head = out.Head
	}
	return contract.Receipt{Refused: out.Refused}, nil
}

func (b *backlog) show(ctx workflow.Context) {
	var s strings.Builder
	fmt.Fprintf(&s, "**%s lane** · %d families a week", b.Lane, b.Capacity)
	if !b.Target.IsZero() {
		fmt.Fprintf(&s, " · target %s", b.Target)
	}
	if b.Paused != "" {
		fmt.Fprintf(&s, "\n\n**Paused**: %s", b.Paused)
	}
	p := b.Progress
	s.WriteString("\n\n| unlisted | of them held as duplicates | open | closed |\n|---|---|---|---|\n")
	fmt.Fprintf(&s, "| %d | %d | %d | %d |\n", p.Unlisted, p.Held, p.Open, p.Closed)
	if !p.LastDay.IsZero() {
		fmt.Fprintf(&s, "\nAt this pace the last family is listed on %s.", p.LastDay)
	}
	workflow.SetCurrentDetails(ctx, s.String())
}
