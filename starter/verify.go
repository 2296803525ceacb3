package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hame/activities"
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
			running, err := compareWithTemporal(c.Context(), d.Store, d.Temporal)
			if err != nil {
				return err
			}
			breaches = append(breaches, running...)
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
	running := map[string]bool{}
	var token []byte
	for {
		page, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			PageSize: 1000, NextPageToken: token,
			Query: fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus = 'Running'", activities.CaseReviewWorkflow)})
		if err != nil {
			return nil, fmt.Errorf("list the running reviews: %w", err)
		}
		for _, e := range page.GetExecutions() {
			running[e.GetExecution().GetWorkflowId()] = true
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			break
		}
	}
	var breaches []store.Breach
	for _, r := range record {
		open := r.Stage != "closed"
		switch {
		case open && !running[r.Case]:
			// Visibility lags: ask for this one before saying so.
			if runs, err := isRunning(ctx, c, r.Case); err != nil || runs {
				if err != nil {
					return nil, err
				}
				continue
			}
			breaches = append(breaches, store.Breach{Rule: "record and process agree", Case: r.Case,
				Detail: "open at " + r.Stage + " on record, and no review runs: case recover restarts it"})
		case !open && running[r.Case]:
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

// isRunning asks Temporal about one workflow, which unlike a list never lags.
func isRunning(ctx context.Context, c client.Client, id string) (bool, error) {
	d, err := c.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return false, nil
	}
	return d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, err
}
