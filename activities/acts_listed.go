package activities

import (
	"context"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/store"
)

// assign gives the case an owner (row 1: every file had a case owner [S5]).
func assign(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	to := fields.(*casefile.AssignFields).To
	holds, err := c.StaffHolds(ctx, to, casefile.Caseworker, "")
	if err != nil {
		return err
	}
	if !holds {
		return casefile.Refuse(casefile.RefusedFields, "to: the case owner must be a caseworker of the staff list")
	}
	if err := c.SetOwner(ctx, c.ref, to); err != nil {
		return err
	}
	_, err = c.done(ctx, casefile.TaskAllocate, 0, "assigned", cmd.AttestedOn)
	return err
}

// reconcile records the comparison of record and paper file, after which the
// family can be triaged (rows 1 and 2).
func reconcile(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	was, err := c.done(ctx, casefile.TaskReconcile, 0, fields.(*casefile.ReconcileFields).Record, cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !was {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the case is reconciled")
	}
	if err := c.SetReconciled(ctx, c.ref, cmd.AttestedOn); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskTriage, 0, c.today)
}

func triage(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	was, err := c.done(ctx, casefile.TaskTriage, 0, "triaged", cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !was {
		return casefile.Refuse(casefile.RefusedNothingOpen, "there is nothing to triage: reconcile first, or it was triaged")
	}
	return c.SetTriaged(ctx, c.ref, cmd.AttestedOn, fields.(*casefile.TriageFields).Priority)
}

// bringForward moves a family's listing to an earlier day, never to a later one.
// For an unlisted family its review has just been opened on the day asked for.
func bringForward(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.OpenFields)
	switch {
	case f.ListingDate.Before(c.today):
		return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("listing_date %s has passed: today is %s", f.ListingDate, c.today))
	case c.before.ListingDate.Before(f.ListingDate):
		return casefile.Refuse(casefile.RefusedConstraint, fmt.Sprintf("the family is listed for %s; it can be brought forward, never put back", c.before.ListingDate))
	}
	return c.SetListingDate(ctx, c.ref, f.ListingDate, "brought forward: "+f.Reason)
}
