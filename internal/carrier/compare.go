package carrier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/sync/errgroup"

	"hame/internal/casefile"
	"hame/internal/contract"
	"hame/internal/store"
)

// The rules that a comparison of record and Temporal checks.
const (
	ruleAgree = "record and process agree"
	ruleEnds  = "only the process ends a review"
	ruleLost  = "nothing is lost"
	ruleApart = "restricted reviews stand apart"
)

// queriedAtOnce is how many reviews are asked for their state at the same time [D].
const queriedAtOnce = 8

// pageOfReviews is how many reviews are compared before the comparison's claim is
// renewed [D].
const pageOfReviews = 5000

// Compare finds where record and Temporal do not agree: open cases whose review does
// not run, reviews that run for closed cases or for none, reviews that stand
// elsewhere than their record, lanes whose workflow was ended, reviews that were
// terminated, reset or cancelled and not taken up since, and what stands in the
// namespace where it does not belong. It takes the reviews by pages, and calls goOn
// before each.
func (c *Carrier) Compare(ctx context.Context, goOn func(context.Context) error) ([]store.Breach, error) {
	running := map[bool]map[string]int{} // by whether apart
	for _, apart := range []bool{false, true} {
		var err error
		if running[apart], err = c.count(ctx, apart, "ExecutionStatus = 'Running'"); err != nil {
			return nil, err
		}
	}
	var found []store.Breach
	var all []store.OnRecord
	for after, last := "", false; !last; {
		if err := goOn(ctx); err != nil {
			return nil, err
		}
		page, err := c.Record.ReviewsOnRecord(ctx, after, pageOfReviews)
		if err != nil {
			return nil, err
		}
		more, err := c.compareReviews(ctx, page, running)
		if err != nil {
			return nil, err
		}
		found, all = append(found, more...), append(all, page...)
		if last = len(page) < pageOfReviews; !last {
			after = page[len(page)-1].Case
		}
	}
	for _, look := range []func() ([]store.Breach, error){
		func() ([]store.Breach, error) { return c.runForNone(ctx, running) },
		func() ([]store.Breach, error) { return c.compareLanes(ctx) },
		func() ([]store.Breach, error) { return c.disturbed(ctx, false, "", all) },
		func() ([]store.Breach, error) { return c.disturbed(ctx, true, "", all) },
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

// compareReviews holds each review on record against what runs, and takes it out of
// running. Temporal's list lags: a review is asked for by itself before anything is
// said of it. One that is being moved is left for the next comparison.
func (c *Carrier) compareReviews(ctx context.Context, record []store.OnRecord,
	running map[bool]map[string]int) ([]store.Breach, error) {
	perCase := make([][]store.Breach, len(record))
	all, asking := errgroup.WithContext(ctx)
	all.SetLimit(queriedAtOnce)
	for i, r := range record {
		listed, elsewhere := running[r.Apart][r.Case] > 0, running[!r.Apart][r.Case] > 0
		delete(running[false], r.Case)
		delete(running[true], r.Case)
		if r.Moving {
			continue
		}
		all.Go(func() error {
			here, err := c.compareReview(asking, r, listed)
			if err != nil {
				return err
			}
			there, err := c.standsWhereItMayNot(asking, r, elsewhere)
			perCase[i] = append(here, there...)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(perCase...), nil
}

func (c *Carrier) compareReview(ctx context.Context, r store.OnRecord, listed bool) ([]store.Breach, error) {
	open := r.Stage != casefile.Closed
	if !open && !listed {
		return nil, nil
	}
	says := func(detail string) []store.Breach {
		return []store.Breach{{Rule: ruleAgree, Case: r.Case, Detail: detail}}
	}
	runs, err := c.runs(ctx, r.Apart, r.Case)
	switch {
	case err != nil:
		return nil, err
	case !open && runs:
		return says("closed on record, and its review still runs"), nil
	case !open:
		return nil, nil
	case !runs:
		now, err := c.Record.ReviewOnRecord(ctx, r.Case)
		if err != nil || now.Moving || now.Apart != r.Apart || now.Stage == casefile.Closed {
			return nil, err // it was moved, or closed, since the page was read
		}
		return says(fmt.Sprintf("open at %s on record, and no review runs: case recover restarts it", r.Stage)), nil
	}
	found, err := c.standsElsewhere(ctx, r.Apart, r.Case)
	if deaf(err) && ctx.Err() == nil { // it may have been busy: once more
		found, err = c.standsElsewhere(ctx, r.Apart, r.Case)
	}
	var over *serviceerror.NotFound
	switch {
	case errors.As(err, &over):
		return nil, nil // it ended meanwhile
	case deaf(err) && ctx.Err() == nil: // one deaf review hides no other
		return says("its review runs and does not say where it stands: case recover starts it from its record"), nil
	}
	return found, err
}

// standsWhereItMayNot finds what Temporal keeps of a case in the other namespace: of a
// restricted one anything, for more people read there than may know of it; of another
// a review that runs twice.
func (c *Carrier) standsWhereItMayNot(ctx context.Context, r store.OnRecord, listed bool) ([]store.Breach, error) {
	if !r.Apart && !listed {
		return nil, nil
	}
	status, err := c.status(ctx, !r.Apart, r.Case)
	if err != nil || status == enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED {
		return nil, err
	}
	now, err := c.Record.ReviewOnRecord(ctx, r.Case)
	switch {
	case err != nil || now.Moving || now.Apart != r.Apart:
		return nil, err // it is being moved since the page was read
	case r.Apart:
		return []store.Breach{{Rule: ruleApart, Case: r.Case,
			Detail: fmt.Sprintf("it is restricted, and namespace %s keeps a history of it: delete it there",
				c.Temporal.Name(false))}}, nil
	case status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return []store.Breach{{Rule: ruleAgree, Case: r.Case,
			Detail: fmt.Sprintf("it is not restricted, and a review of it runs in namespace %s too: terminate it there",
				c.Temporal.Name(true))}}, nil
	}
	return nil, nil
}

// runForNone finds the reviews that run and are on no record.
func (c *Carrier) runForNone(ctx context.Context, running map[bool]map[string]int) ([]store.Breach, error) {
	var found []store.Breach
	for _, apart := range []bool{false, true} {
		for ref := range running[apart] {
			// One that was drawn meanwhile is on record by now.
			_, err := c.Record.ReviewOnRecord(ctx, ref)
			if store.IsKind(err, store.NotFound) {
				var runs bool
				if runs, err = c.runs(ctx, apart, ref); err == nil && runs {
					found = append(found, store.Breach{Rule: ruleAgree, Case: ref,
						Detail: "a review runs under this id, and the record has no such review"})
				}
			}
			if err != nil {
				return nil, err
			}
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
// run: no family is drawn any more. Of one that runs, the last act that it was told of
// must stand on record.
func (c *Carrier) compareLanes(ctx context.Context) ([]store.Breach, error) {
	lanes, err := c.Record.Lanes(ctx)
	if err != nil {
		return nil, err
	}
	var found []store.Breach
	for _, l := range lanes {
		runs, err := c.runs(ctx, false, contract.BacklogID(l.Lane))
		if err != nil {
			return nil, err
		}
		if !runs {
			found = append(found, store.Breach{Rule: ruleAgree,
				Detail: fmt.Sprintf("the %s lane was started, and its workflow does not run: backlog start takes it up from its record", l.Lane)})
			continue
		}
		state, err := c.laneState(ctx, l.Lane)
		switch {
		case deaf(err) && ctx.Err() == nil:
			found = append(found, store.Breach{Rule: ruleAgree,
				Detail: fmt.Sprintf("the %s lane's workflow runs and does not say where it stands", l.Lane)})
			continue
		case err != nil:
			return nil, err
		case state.Head.N == 0:
			continue
		}
		stands, err := c.Record.IsLinkOfLane(ctx, l.Lane, state.Head)
		if err != nil {
			return nil, err
		}
		if !stands {
			found = append(found, store.Breach{Rule: ruleLost, Detail: fmt.Sprintf(
				"the %s lane's workflow was told of link %d of its chain, which the record has not: the record was rewritten or restored", l.Lane, state.Head.N)})
		}
	}
	return found, nil
}

// laneState asks a lane's workflow for its state. It waits ten seconds for a worker.
func (c *Carrier) laneState(ctx context.Context, lane casefile.Lane) (contract.Backlog, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var state contract.Backlog
	answer, err := c.Temporal.Open.QueryWorkflow(ctx, contract.BacklogID(lane), "", contract.BacklogQuery)
	if err == nil {
		err = answer.Get(&state)
	}
	return state, err
}

// disturbed finds the reviews that somebody has terminated, reset or asked to
// cancel, behind Hame's back, and that operations have not taken up since: a run of
// a review ends by completing or continuing as new, and in no other way. One recovery
// is enough for all runs that were ended before it. It looks in one of the namespaces;
// among narrows Temporal's list.
func (c *Carrier) disturbed(ctx context.Context, apart bool, among string, record []store.OnRecord,
) ([]store.Breach, error) {
	broken, err := c.runsOf(ctx, apart, among+"ExecutionStatus IN ('Terminated', 'Canceled', 'Failed', 'TimedOut')")
	if err != nil {
		return nil, err
	}
	cancelled, err := c.runsOf(ctx, apart, among+"ExecutionStatus = 'Running' AND CaseFlags = 'cancel_requested'")
	if err != nil {
		return nil, err
	}
	onRecord := map[string]store.OnRecord{}
	for _, r := range record {
		onRecord[r.Case] = r
		if r.Moving || r.Apart != apart {
			delete(broken, r.Case) // its old runs are being deleted, or are named by another rule
			delete(cancelled, r.Case)
		}
	}
	var found []store.Breach
	for _, ref := range slices.Sorted(maps.Keys(broken)) {
		ended, r := broken[ref], onRecord[ref]
		takenUp := r.RecoveredAt != nil && ended.last.Before(*r.RecoveredAt)
		if !takenUp && ended.n > r.Recoveries {
			found = append(found, store.Breach{Rule: ruleEnds, Case: ref,
				Detail: "it was terminated or reset: case recover takes it up from its recorded state"})
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(cancelled)) {
		found = append(found, store.Breach{Rule: ruleEnds, Case: ref,
			Detail: "somebody asked Temporal to cancel it, which has no effect: case recover says that you have seen it"})
	}
	return found, nil
}

// count counts the runs of reviews that a query finds in one of the namespaces, by case.
func (c *Carrier) count(ctx context.Context, apart bool, query string) (map[string]int, error) {
	found, err := c.runsOf(ctx, apart, query)
	n := make(map[string]int, len(found))
	for ref, r := range found {
		n[ref] = r.n
	}
	return n, err
}

// runs are runs of one review: how many, and when the last of them ended, by its own
// clock.
type runs struct {
	n    int
	last time.Time
}

// runsOf lists the runs of reviews that a query finds in one of the namespaces, by case.
func (c *Carrier) runsOf(ctx context.Context, apart bool, query string) (map[string]runs, error) {
	found := map[string]runs{}
	var token []byte
	for {
		page, err := c.Temporal.Of(apart).ListWorkflow(ctx,
			&workflowservice.ListWorkflowExecutionsRequest{PageSize: 1000, NextPageToken: token,
				Query: fmt.Sprintf("WorkflowType = '%s' AND %s", contract.CaseReviewWorkflow, query)})
		if err != nil {
			return nil, fmt.Errorf("list the reviews in Temporal: %w", err)
		}
		for _, e := range page.GetExecutions() {
			ref := e.GetExecution().GetWorkflowId()
			r := found[ref]
			r.n++
			if end := e.GetCloseTime(); end != nil && r.last.Before(end.AsTime()) {
				r.last = end.AsTime()
			}
			found[ref] = r
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			return found, nil
		}
	}
}
