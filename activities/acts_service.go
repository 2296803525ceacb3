package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/store"
)

// recordService records service on a person, or on all who were not served. A
// grant then waits for its document; a refusal's appeal window runs from this
// person's own day of service (row 10).
func recordService(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ServiceFields)
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	if err := c.mayBeServed(ctx, *f, people, cmd.Subject); err != nil {
		return err
	}
	served, waiting := 0, 0
	for _, p := range people {
		switch {
		case !p.ServedOn.IsZero(), !p.FellOn.IsZero(): // who is decided anew is served with that decision
			continue
		case cmd.Subject != 0 && cmd.Subject != p.Person:
			waiting++
			continue
		}
		if err := c.Serve(ctx, c.ref, p.Person, *f, cmd.AttestedOn); err != nil {
			return err
		}
		served++
		switch {
		case p.Outcome.IsGrant() && !p.DocumentOn.IsZero(): // it came by a decision that was corrected for others
			err = c.IssueStatus(ctx, c.ref, p.Person, p.DocumentOn)
		case p.Outcome.IsGrant():
			err = c.open(ctx, casefile.TaskStatus, 0, cmd.AttestedOn)
		case p.AppealOn.IsZero(): // who has appealed already has no window to appeal in
			err = c.open(ctx, casefile.TaskAppealWindow, p.Person, cmd.AttestedOn)
		}
		if err != nil {
			return err
		}
	}
	if served == 0 {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "service is recorded already")
	}
	if waiting > 0 {
		return nil
	}
	_, err = c.done(ctx, casefile.TaskServe, 0, "served", cmd.AttestedOn)
	return err
}

// mayBeServed refuses a service without its decision letter on record as sent, to the
// family and to its representative if it has one, and not come back (C9, row 9); one
// to a representative who is not there; and of a refusal one while a hold stands, also
// for a concern (row 4).
func (c *change) mayBeServed(ctx context.Context, f casefile.ServiceFields, people []store.Decided, subject int) error {
	letter, err := c.DecisionLetter(ctx, c.ref)
	if err != nil {
		return err
	}
	if waits, err := c.proposalWaits(ctx); err != nil {
		return err
	} else if waits {
		return casefile.Refuse(casefile.RefusedBlocked,
			"a correction of the decision waits for its second officer: the decision is served when that is agreed to, returned or withdrawn")
	}
	switch {
	case f.How == "representative" && !letter.Represented:
		return casefile.Refuse(casefile.RefusedNoSubject,
			"the family has no representative on file: serve it by hand or by recorded delivery")
	case !letter.ToFamily:
		return casefile.Refuse(casefile.RefusedTooEarly,
			"no decision letter is on record as sent to the family, and not come back: letter sent --to family")
	case letter.Represented && !letter.ToRepresentative:
		return casefile.Refuse(casefile.RefusedTooEarly,
			"no decision letter is on record as sent to the representative, and not come back: letter sent --to representative")
	}
	if letter.OwedToFormer {
		return casefile.Refuse(casefile.RefusedTooEarly,
			"the representative has changed, and letters go to both: the decision letter is not on record as sent to the former one: letter sent --to former_representative")
	}
	refused := slices.ContainsFunc(people, func(p store.Decided) bool {
		return !p.Outcome.IsGrant() && p.ServedOn.IsZero() && (subject == 0 || subject == p.Person)
	})
	if !refused {
		return nil
	}
	fell, err := c.Fell(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, p := range people {
		quashed := slices.Contains(fell, 0) || slices.Contains(fell, p.Person)
		if quashed && !p.Outcome.IsGrant() && p.ServedOn.IsZero() && (subject == 0 || subject == p.Person) {
			return casefile.Refuse(casefile.RefusedBlocked,
				"the refusal does not stand any more: it is made anew before anybody is served with it")
		}
	}
	holds, err := c.OpenHolds(ctx, c.ref)
	if err == nil && holds > 0 {
		err = casefile.Refuse(casefile.RefusedBlocked, "a hold stands on the case: a refusal is not served while it does; clock show tells which, and who reviews it")
	}
	return err
}

// readLateArrival records that a senior caseworker has read what arrived after the
// signature. What should change the decision waits, as a task, until cases can be
// reopened.
func readLateArrival(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	open, err := c.done(ctx, casefile.TaskLateArrival, 0, "no_change", cmd.AttestedOn)
	if err == nil && !open {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"nothing has arrived since the decision was signed that waits to be read")
	}
	return err
}

// statusIssued records that a person, or everybody granted, has the document:
// a decision is not carried out before (C7, C8).
func statusIssued(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	issued, waiting := 0, 0
	for _, p := range people {
		if !p.Outcome.IsGrant() || !p.StatusOn.IsZero() {
			continue
		}
		if p.ServedOn.IsZero() || (cmd.Subject != 0 && cmd.Subject != p.Person) {
			waiting++
			continue
		}
		if err := c.IssueStatus(ctx, c.ref, p.Person, cmd.AttestedOn); err != nil {
			return err
		}
		issued++
	}
	if issued == 0 {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"nobody named here waits for a document; service is recorded first")
	}
	if waiting > 0 {
		return nil
	}
	_, err = c.done(ctx, casefile.TaskStatus, 0, "issued", cmd.AttestedOn)
	return err
}

// noAppeal records that a caseworker looked for an appeal after the window and
// found none. Only this act ends a refusal's window, never the timer (R1).
func noAppeal(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	looked := cmd.AttestedOn
	// An appeal may lie among the post, and a held case must not go on to removal.
	post, err := c.PostOutstanding(ctx, c.ref)
	if err != nil {
		return err
	}
	holds, err := c.OpenHolds(ctx, c.ref)
	switch {
	case err != nil:
		return err
	case post:
		return casefile.BlockedRefusal([]casefile.Block{casefile.BlockPost})
	case holds > 0:
		return casefile.BlockedRefusal([]casefile.Block{casefile.BlockHold})
	}
	search, err := c.Task(ctx, c.ref, casefile.TaskNoAppeal, cmd.Subject)
	switch {
	case store.IsKind(err, store.NotFound):
		return casefile.Refuse(casefile.RefusedTooEarly,
			"this person's appeal window has not ended, or no refusal was served on them")
	case err != nil:
		return err
	case looked.Before(search.Began):
		return casefile.Refuse(casefile.RefusedTooEarly,
			fmt.Sprintf("this person could appeal until %s: a search on %s tells nothing of it", search.Began.AddDays(-1),
				looked))
	}
	if _, err := c.done(ctx, casefile.TaskNoAppeal, cmd.Subject, "none_found", looked); err != nil {
		return err
	}
	if err := c.NoAppeal(ctx, c.ref, cmd.Subject, looked); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskReturn, cmd.Subject, c.today) // the refusal is final (row 12)
}
