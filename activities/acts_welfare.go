package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/store"
)

func assignWelfare(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	to := fields.(*casefile.AssignReportFields).To
	holds, err := c.mayBeGiven(ctx, to, casefile.LeadProfessional, c.before.Council)
	if err != nil {
		return err
	}
	if !holds {
		return casefile.Refuse(casefile.RefusedFields, "to: it must be a lead professional of the family's council")
	}
	people, err := c.People(ctx, c.ref)
	if err != nil {
		return err
	}
	child := slices.ContainsFunc(people, func(p store.PersonFacts) bool {
		return p.No == cmd.Subject && (p.ChildWhenListed ||
			casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, c.today))
	})
	if !child {
		return casefile.Refuse(casefile.RefusedNoSubject,
			fmt.Sprintf("person %d is an adult by the record, and has no child's report: case show lists the children",
				cmd.Subject))
	}
	check, err := c.LatestWelfareCheck(ctx, c.ref, cmd.Subject)
	switch {
	case err != nil && !store.IsKind(err, store.NotFound):
		return err
	case err == nil && !check.ReportedOn.IsZero() && check.SignedOn.IsZero():
		return casefile.Refuse(casefile.RefusedTooEarly, "a report on this child waits to be signed or returned")
	}
	if err := c.AssignWelfare(ctx, c.ref, cmd.Subject, to, cmd.AttestedOn); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskAssignWelfare, cmd.Subject, "assigned", cmd.AttestedOn); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskReport, cmd.Subject, c.today)
}

// askForWelfare asks for a child's welfare check, at the step where it stands: a report that waits
// to be signed is signed or returned before anybody is assigned anew.
func (c *change) askForWelfare(ctx context.Context, person int) error {
	check, err := c.LatestWelfareCheck(ctx, c.ref, person)
	switch {
	case err != nil && !store.IsKind(err, store.NotFound):
		return err
	case err == nil && !check.ReportedOn.IsZero() && check.SignedOn.IsZero():
		return c.open(ctx, casefile.TaskSignWelfare, person, c.today)
	}
	return c.open(ctx, casefile.TaskAssignWelfare, person, c.today)
}

func reportWelfare(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	check, err := c.LatestWelfareCheck(ctx, c.ref, cmd.Subject)
	switch {
	case store.IsKind(err, store.NotFound):
		return casefile.Refuse(casefile.RefusedNothingOpen, "no lead professional is assigned to this child")
	case err != nil:
		return err
	case check.AssignedTo != cmd.Person:
		return casefile.Refuse(casefile.RefusedRole, "the report on this child is another lead professional's")
	case !check.SignedOn.IsZero():
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the report on this child is signed")
	case !check.ReportedOn.IsZero():
		// A second report before the signature adds to the first and hides nothing of it.
		if err := c.AssignWelfare(ctx, c.ref, cmd.Subject, cmd.Person, cmd.AttestedOn); err != nil {
			return err
		}
		check.No++
	}
	if err := c.ReportWelfare(ctx, c.ref, cmd.Subject, check.No, cmd.Person, *fields.(*casefile.ReportFields),
		cmd.AttestedOn); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskReport, cmd.Subject, "reported", cmd.AttestedOn); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskSignWelfare, cmd.Subject, c.today)
}

func signWelfare(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	check, err := c.LatestWelfareCheck(ctx, c.ref, cmd.Subject)
	switch {
	case store.IsKind(err, store.NotFound) || (err == nil && check.ReportedOn.IsZero()):
		return casefile.Refuse(casefile.RefusedNothingOpen, "there is no report on this child to sign")
	case err != nil:
		return err
	case !check.SignedOn.IsZero():
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the report on this child is signed")
	}
	if err := c.SignWelfare(ctx, c.ref, cmd.Subject, check.No, cmd.Person, cmd.AttestedOn); err != nil {
		return err
	}
	_, err = c.done(ctx, casefile.TaskSignWelfare, cmd.Subject, "signed", cmd.AttestedOn)
	return err
}

// returnWelfare sends an unsigned report back to its author.
func returnWelfare(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	check, err := c.LatestWelfareCheck(ctx, c.ref, cmd.Subject)
	switch {
	case store.IsKind(err, store.NotFound) || (err == nil && check.ReportedOn.IsZero()):
		return casefile.Refuse(casefile.RefusedNothingOpen, "there is no report on this child to return")
	case err != nil:
		return err
	case !check.SignedOn.IsZero():
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the report on this child is signed")
	}
	if err := c.ReturnWelfare(ctx, c.ref, cmd.Subject, check.No, cmd.Person, cmd.AttestedOn); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskSignWelfare, cmd.Subject, "returned", cmd.AttestedOn); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskReport, cmd.Subject, c.today)
}

// waiveWelfare lets the review go on without a child's check. From then on the
// database refuses any outcome but a grant for every member of the family.
func waiveWelfare(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	file, err := c.SignatureFile(ctx, c.ref, c.today)
	if err != nil {
		return err
	}
	waived := slices.ContainsFunc(file.People, func(p casefile.FilePerson) bool {
		return p.No == cmd.Subject && p.IsChild(c.today) && p.WelfareLapsed(c.today) && !p.WelfareSignedOn.IsZero()
	})
	if err := c.WaiveWelfare(ctx, c.ref, cmd.Subject, cmd.Person, cmd.AttestedOn, cmd.ID); err != nil {
		return err
	}
	for _, kind := range []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport, casefile.TaskSignWelfare} {
		open, err := c.done(ctx, kind, cmd.Subject, "waived", cmd.AttestedOn)
		if err != nil {
			return err
		}
		waived = waived || open
	}
	if !waived {
		return casefile.Refuse(casefile.RefusedNothingOpen, "no check of this child is outstanding")
	}
	return nil
}
