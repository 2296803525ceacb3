package carrier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/sync/errgroup"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/store"
)

// The rules that a comparison of record and Temporal checks.
const (
	ruleAgree = "record and process agree"
	ruleEnds  = "only the process ends a review"
	ruleLost  = "nothing is lost"
)

// queriedAtOnce is how many reviews are asked for their state at the same time [D].
const queriedAtOnce = 8

// Compare finds where record and Temporal do not agree: open cases whose review does
// not run, reviews that run for closed cases or for none, reviews that stand
// elsewhere than their record, lanes whose workflow was ended, and reviews that were
// terminated, reset or cancelled and not taken up since.
func (c *Carrier) Compare(ctx context.Context) ([]store.Breach, error) {
	running, err := c.count(ctx, "ExecutionStatus = 'Running'")
	if err != nil {
		return nil, err
	}
	record, err := c.Record.ReviewsOnRecord(ctx)
	if err != nil {
		return nil, err
	}
	found, err := c.compareReviews(ctx, record, running)
	if err != nil {
		return nil, err
	}
	for _, look := range []func() ([]store.Breach, error){
		func() ([]store.Breach, error) { return c.compareLanes(ctx) },
		func() ([]store.Breach, error) { return c.disturbed(ctx, "", record) },
	} {
		more, err := look()
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	slices.SortFunc(found, func(x, y store.Breach) int {
		return cmp.Or(cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Case, y.Case), cmp.Compare(x.Detail, y.Detail))
	})
	return found, nil
}

// compareReviews holds each review on record against what runs. Temporal's list
// lags: a review is asked for by itself before anything is said of it.
func (c *Carrier) compareReviews(ctx context.Context, record []store.OnRecord, running map[string]int) ([]store.Breach, error) {
	perCase := make([][]store.Breach, len(record))
	all, asking := errgroup.WithContext(ctx)
	all.SetLimit(queriedAtOnce)
	for i, r := range record {
		listed := running[r.Case] > 0
		delete(running, r.Case)
		open := r.Stage != casefile.Closed
		if !open && !listed {
			continue
		}
		all.Go(func() error {
			runs, err := c.runs(asking, r.Case)
			switch {
			case err != nil:
				return err
			case !open && runs:
				perCase[i] = []store.Breach{{Rule: ruleAgree, Case: r.Case, Detail: "closed on record, and its review still runs"}}
			case open && !runs:
				perCase[i] = []store.Breach{{Rule: ruleAgree, Case: r.Case, Detail: fmt.Sprintf("open at %s on record, and no review runs: case recover restarts it", r.Stage)}}
			case open:
				perCase[i], err = c.standsElsewhere(asking, r.Case)
				if deaf(err) && asking.Err() == nil { // it may have been busy: once more
					perCase[i], err = c.standsElsewhere(asking, r.Case)
				}
				var over *serviceerror.NotFound
				if errors.As(err, &over) {
					return nil // it ended meanwhile
				}
				if deaf(err) && asking.Err() == nil { // one deaf review hides no other
					perCase[i], err = []store.Breach{{Rule: ruleAgree, Case: r.Case, Detail: "its review runs and does not say where it stands: case recover starts it from its record"}}, nil
				}
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	found := slices.Concat(perCase...)
	for ref := range running {
		// One that was drawn meanwhile is on record by now.
		_, err := c.Record.ReviewOnRecord(ctx, ref)
		if store.IsKind(err, store.NotFound) {
			var runs bool
			if runs, err = c.runs(ctx, ref); err == nil && runs {
				found = append(found, store.Breach{Rule: ruleAgree, Case: ref, Detail: "a review runs under this id, and the record has no such review"})
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// deaf reports whether an error says that a review does not answer, and not that
// Temporal or the record is away.
func deaf(err error) bool {
	var away *serviceerror.Unavailable
	var record *store.Error
	return err != nil && !errors.As(err, &away) && !errors.As(err, &record)
}

// compareLanes finds the lanes whose backlog was started and whose workflow does not
// run: no family is drawn any more.
func (c *Carrier) compareLanes(ctx context.Context) ([]store.Breach, error) {
	lanes, err := c.Record.Lanes(ctx)
	if err != nil {
		return nil, err
	}
	var found []store.Breach
	for _, l := range lanes {
		runs, err := c.runs(ctx, activities.BacklogID(l.Lane))
		if err != nil {
			return nil, err
		}
		if !runs {
			found = append(found, store.Breach{Rule: ruleAgree, Detail: fmt.Sprintf("the %s lane was started, and its workflow does not run: backlog start takes it up from its record", l.Lane)})
		}
	}
	return found, nil
}

// disturbed finds the reviews that somebody has terminated, reset or asked to
// cancel, behind Hame's back, and that operations have not taken up since: a run of
// a review ends by completing or continuing as new, and in no other way. among
// narrows Temporal's list.
func (c *Carrier) disturbed(ctx context.Context, among string, record []store.OnRecord) ([]store.Breach, error) {
	broken, err := c.count(ctx, among+"ExecutionStatus IN ('Terminated', 'Canceled', 'Failed', 'TimedOut')")
	if err != nil {
		return nil, err
	}
	cancelled, err := c.count(ctx, among+"ExecutionStatus = 'Running' AND CaseFlags = 'cancel_requested'")
	if err != nil {
		return nil, err
	}
	recovered := map[string]int{}
	for _, r := range record {
		recovered[r.Case] = r.Recovered
	}
	var found []store.Breach
	for _, ref := range slices.Sorted(maps.Keys(broken)) {
		if broken[ref] > recovered[ref] {
			found = append(found, store.Breach{Rule: ruleEnds, Case: ref, Detail: "it was terminated or reset: case recover takes it up from its recorded state"})
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(cancelled)) {
		found = append(found, store.Breach{Rule: ruleEnds, Case: ref,
			Detail: "somebody asked Temporal to cancel it, which has no effect: case recover says that you have seen it"})
	}
	return found, nil
}

// count counts the runs of reviews that a query finds, by case.
func (c *Carrier) count(ctx context.Context, query string) (map[string]int, error) {
	runs := map[string]int{}
	var token []byte
	for {
		page, err := c.Temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1000, NextPageToken: token,
			Query: fmt.Sprintf("WorkflowType = '%s' AND %s", activities.CaseReviewWorkflow, query)})
		if err != nil {
			return nil, fmt.Errorf("list the reviews in Temporal: %w", err)
		}
		for _, e := range page.GetExecutions() {
			runs[e.GetExecution().GetWorkflowId()]++
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			return runs, nil
		}
	}
}
