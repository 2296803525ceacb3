package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/store"
)

// assign gives the case an owner (row 1: every file had a case owner [S5]), or
// names an officer on it in a role.
func assign(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	to, role := fields.(*casefile.AssignFields).To, fields.(*casefile.AssignFields).Role
	if role != "" {
		return nameOnCase(ctx, c, cmd, to, role)
	}
	holds, err := c.mayBeGiven(ctx, to, casefile.Caseworker, "")
	if err != nil {
		return err
	}
	if !holds {
		return casefile.Refuse(casefile.RefusedFields, "to: the case owner must be a caseworker of the staff list")
	}
	if err := c.SetOwner(ctx, c.ref, to); err != nil {
		return err
	}
	if slices.ContainsFunc(c.before.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskNewOwner }) {
		if _, err := c.done(ctx, casefile.TaskNewOwner, 0, "assigned", cmd.AttestedOn); err != nil {
			return err
		}
	}
	_, err = c.done(ctx, casefile.TaskAllocate, 0, "assigned", cmd.AttestedOn)
	return err
}

// nameOnCase names an officer on the case in a role that they hold, of the
// family's council where the role is a council's. A restricted case is seen by
// those named (process.md, Roles). That somebody is named says nothing about the
// family, so that a second officer can be named after the proposal.
func nameOnCase(ctx context.Context, c *change, cmd store.Command, to string, role casefile.Party) error {
	councils, words := []string{""}, role.InWords()
	if role.IsCouncils() {
		var err error
		if councils, err = c.councilsOf(ctx); err != nil {
			return err
		}
		words = role.InWords() + " of the family's council"
	}
	holds := false
	for _, council := range councils {
		there, err := c.mayBeGiven(ctx, to, role, council)
		if err != nil {
			return err
		}
		holds = holds || there
	}
	if !holds {
		return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("to: it must be a %s on the staff list", words))
	}
	c.fileUntouched = true
	return c.NameOnCase(ctx, c.ref, to, role, cmd.AttestedOn, cmd.ID)
}

// reconcile records the comparison of record and paper file, after which the
// family can be triaged (rows 1 and 2).
func reconcile(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	was, err := c.done(ctx, casefile.TaskReconcile, 0, casefile.TaskResult(fields.(*casefile.ReconcileFields).Record),
		cmd.AttestedOn)
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
		return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("listing_date %s has passed: today is %s", f.ListingDate,
			c.today))
	case c.before.ListingDate.Before(f.ListingDate):
		return casefile.Refuse(casefile.RefusedConstraint,
			fmt.Sprintf("the family is listed for %s; it can be brought forward, never put back", c.before.ListingDate))
	}
	return c.SetListingDate(ctx, c.ref, f.ListingDate, "brought forward: "+f.Reason)
}
