package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/store"
)

func (a *app) verifyCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "verify", Short: "check what must always be true, on the live database and Temporal; exits non-zero on a breach", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := a.desk(c.Context())
			if err != nil {
				return err
			}
			breaches, err := d.Store.Verify(c.Context())
			if err != nil {
				return err
			}
			moved, err := d.Store.VerifyDeadlines(c.Context())
			if err != nil {
				return err
			}
			breaches = append(breaches, moved...)
			running, err := compareWithTemporal(c.Context(), d.Store, d.Temporal)
			if err != nil {
				return err
			}
			breaches = append(breaches, running...)
			touched, err := disturbed(c.Context(), d.Store, d.Temporal)
			if err != nil {
				return err
			}
			breaches = append(breaches, touched...)
			err = a.print(c.OutOrStdout(), breaches, func(t *tabwriter.Writer) {
				for _, b := range breaches {
					fmt.Fprintf(t, "%s\t%s\t%s\n", b.Rule, b.Case, b.Detail)
				}
				if len(breaches) == 0 {
					fmt.Fprintln(t, "every invariant holds")
				}
			})
			if err == nil && len(breaches) > 0 {
				err = fmt.Errorf("%d breach(es)", len(breaches))
			}
			return err
		},
	}, "operations or the auditor")
}

// compareWithTemporal finds cases that are open on record without a running
// review, and reviews that run for no open case.
func compareWithTemporal(ctx context.Context, s *store.Store, c client.Client) ([]store.Breach, error) {
	record, err := s.ReviewsOnRecord(ctx)
	if err != nil {
		return nil, err
	}
	running, err := count(ctx, c, "ExecutionStatus = 'Running'")
	if err != nil {
		return nil, err
	}
	var breaches []store.Breach
	for _, r := range record {
		open := r.Stage != "closed"
		switch {
		case open && running[r.Case] == 0:
			// Visibility lags: ask for this one before saying so.
			if runs, err := isRunning(ctx, c, r.Case); err != nil || runs {
				if err != nil {
					return nil, err
				}
				continue
			}
			breaches = append(breaches, store.Breach{Rule: "record and process agree", Case: r.Case,
				Detail: "open at " + r.Stage + " on record, and no review runs: case recover restarts it"})
		case !open && running[r.Case] > 0:
			if runs, err := isRunning(ctx, c, r.Case); err != nil || !runs {
				if err != nil {
					return nil, err
				}
				continue
			}
			breaches = append(breaches, store.Breach{Rule: "record and process agree", Case: r.Case, Detail: "closed on record, and its review still runs"})
		}
	}
	return breaches, nil
}

// disturbed finds the reviews that somebody has terminated, reset or asked to
// cancel, behind Hame's back, and that operations have not taken up since: a run
// of a review ends by completing or continuing as new, and in no other way.
func disturbed(ctx context.Context, s *store.Store, c client.Client) ([]store.Breach, error) {
	broken, err := count(ctx, c, "ExecutionStatus IN ('Terminated', 'Canceled', 'Failed', 'TimedOut')")
	if err != nil {
		return nil, err
	}
	recovered, err := s.Recoveries(ctx)
	if err != nil {
		return nil, err
	}
	cancelled, err := count(ctx, c, "ExecutionStatus = 'Running' AND CaseFlags = 'cancel_requested'")
	if err != nil {
		return nil, err
	}
	// Temporal lists the reviews of all cases, and each reader learns of those that
	// they may see. What has no case at all is the auditor's to find.
	me, err := s.Me(ctx)
	if err != nil {
		return nil, err
	}
	for _, refs := range []map[string]int{broken, cancelled} {
		for ref := range refs {
			_, err := s.CaseSummary(ctx, ref)
			if store.IsKind(err, store.NotFound) && !slices.Contains(me.Roles, casefile.Auditor) {
				delete(refs, ref)
			} else if err != nil && !store.IsKind(err, store.NotFound) {
				return nil, err
			}
		}
	}
	var breaches []store.Breach
	for _, ref := range slices.Sorted(maps.Keys(broken)) {
		if broken[ref] > recovered[ref] {
			breaches = append(breaches, store.Breach{Rule: "only the process ends a review", Case: ref,
				Detail: "it was terminated or reset: case recover takes it up from its recorded state"})
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(cancelled)) {
		breaches = append(breaches, store.Breach{Rule: "only the process ends a review", Case: ref,
			Detail: "somebody asked Temporal to cancel it, which has no effect: case recover says that you have seen it"})
	}
	return breaches, nil
}

// count counts the runs of reviews that a query finds, by case.
func count(ctx context.Context, c client.Client, query string) (map[string]int, error) {
	runs := map[string]int{}
	var token []byte
	for {
		page, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1000, NextPageToken: token,
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

// isRunning asks Temporal about one workflow, which unlike a list never lags.
func isRunning(ctx context.Context, c client.Client, id string) (bool, error) {
	d, err := c.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return false, nil
	}
	return d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, err
}
