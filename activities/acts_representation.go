package activities

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// receiveRepresentation records a letter from somebody who speaks for the family. It
// is taken until signature, and must be answered before it (C10).
func receiveRepresentation(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	no, err := c.AddRepresentation(ctx, c.ref, *fields.(*casefile.LetterFromFields), "", cmd.AttestedOn)
	if err != nil {
		return err
	}
	twice, err := c.RepresentationTwice(ctx, c.ref, no)
	if err != nil {
		return err
	}
	if twice && !c.confirmed {
		return casefile.Refuse(casefile.RefusedUnconfirmed,
			"a representation of that day from there is on record already: if it is another one, type it again with --confirm, and with --letter if it has a code")
	}
	return c.open(ctx, casefile.TaskAnswer, no, c.today)
}

// draftRepresentation begins the minister's representation, or takes up one that
// was returned.
func draftRepresentation(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	d, err := c.MinistersDraft(ctx, c.ref)
	switch {
	case store.IsKind(err, store.NotFound):
		_, err = c.AddRepresentation(ctx, c.ref, casefile.LetterFromFields{From: "minister"}, cmd.Person, clock.Date{})
		return err
	case err != nil:
		return err
	case !d.Returned:
		return casefile.Refuse(casefile.RefusedAlreadyDone, "a draft is in hand")
	}
	return c.RedraftRepresentation(ctx, c.ref, d.No, cmd.Person)
}

// returnDraft sends the draft in hand back to its drafter, with a reason.
func returnDraft(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	d, err := c.draft(ctx)
	if err != nil {
		return err
	}
	if d.Returned {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the draft is with its drafter")
	}
	return c.ReturnDraft(ctx, c.ref, d.No, cmd.Person, cmd.AttestedOn)
}

// declineToRepresent ends the minister's window without a representation. A draft in
// hand would be lost by it: the act is asked back, and confirmed it withdraws the
// draft on record.
func declineToRepresent(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	d, err := c.MinistersDraft(ctx, c.ref)
	switch {
	case store.IsKind(err, store.NotFound):
	case err != nil:
		return err
	case !c.confirmed:
		return casefile.Refuse(casefile.RefusedUnconfirmed,
			"a draft of the representation is in hand: send it, or type this again with --confirm, and the draft is withdrawn")
	default:
		if err := c.WithdrawDraft(ctx, c.ref, d.No, cmd.Person, cmd.AttestedOn); err != nil {
			return err
		}
	}
	open, err := c.done(ctx, casefile.TaskWindow, 0, "declined", cmd.AttestedOn)
	if err == nil && !open {
		return casefile.Refuse(casefile.RefusedNothingOpen, "the minister's window is not open")
	}
	return err
}

// passDraft takes the minister's draft one step on: checked by another drafter,
// then cleared by private office.
func passDraft(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	d, err := c.inOrder(ctx, cmd.Act)
	if err != nil {
		return err
	}
	return c.PassDraft(ctx, c.ref, d.No, cmd.Act, cmd.Person)
}

// signDraft signs the minister's draft: the minister does, or private office
// records a wet signature, whose and on which document.
func signDraft(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.SignFields)
	d, err := c.inOrder(ctx, cmd.Act)
	if err != nil {
		return err
	}
	signer, recorder := cmd.Person, ""
	if f.Signatory != "" {
		signer, recorder = f.Signatory, cmd.Person
	}
	minister, err := c.StaffHolds(ctx, signer, casefile.Minister, "")
	if err != nil {
		return err
	}
	switch {
	case !minister && recorder == "":
		return casefile.Refuse(casefile.RefusedRole, "only a minister signs; private office records a wet signature, with --signatory and --document")
	case !minister:
		return casefile.Refuse(casefile.RefusedFields, "signatory: it must be a minister of the staff list")
	}
	// The part is the signatory's, also where private office records a wet signature.
	if err := c.TakePart(ctx, c.ref, signer, casefile.PartRepSigner); err != nil {
		return err
	}
	return c.SignDraft(ctx, c.ref, d.No, signer, recorder, f.Document, cmd.AttestedOn)
}

// inOrder returns the draft in hand if an act is its next step.
func (c *change) inOrder(ctx context.Context, act casefile.Act) (store.MinistersDraft, error) {
	d, err := c.draft(ctx)
	if err != nil {
		return d, err
	}
	ready := map[casefile.Act]bool{casefile.ActCheckDraft: !d.Checked, casefile.ActClear: d.Checked && !d.Cleared,
		casefile.ActSignLetter: d.Cleared && !d.Signed}
	if d.Returned || !ready[act] {
		return d, casefile.Refuse(casefile.RefusedTooEarly,
			"a draft is checked, then cleared, then signed, each once; a returned one is drafted anew first")
	}
	return d, nil
}

func sendRepresentation(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	d, err := c.draft(ctx)
	if err != nil {
		return err
	}
	if !d.Signed {
		return casefile.Refuse(casefile.RefusedTooEarly, "the minister has not signed it")
	}
	if err := c.ReceiveDraft(ctx, c.ref, d.No, cmd.AttestedOn); err != nil {
		return err
	}
	open, err := c.done(ctx, casefile.TaskWindow, 0, "represented", cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !open {
		// The window had passed; a late letter before signing is still considered (row 5).
		if err := c.AnswerLate(ctx, c.ref, casefile.TaskWindow, 0, "represented", cmd.AttestedOn, c.now); err != nil {
			return err
		}
	}
	return c.open(ctx, casefile.TaskAnswer, d.No, c.today)
}

func (c *change) draft(ctx context.Context) (store.MinistersDraft, error) {
	d, err := c.MinistersDraft(ctx, c.ref)
	if store.IsKind(err, store.NotFound) {
		return d, casefile.Refuse(casefile.RefusedNothingOpen, "there is no draft")
	}
	return d, err
}

// answerRepresentation records the decision maker's answer. One that asks for
// more leaves the representation unanswered, and the signature blocked.
func answerRepresentation(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	answer := fields.(*casefile.AnswerFields).Answer
	found, err := c.AnswerRepresentation(ctx, c.ref, cmd.Subject, answer, cmd.Person, cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !found {
		return casefile.Refuse(casefile.RefusedNothingOpen, "no representation of this number waits for an answer")
	}
	if answer == "more" {
		return nil
	}
	_, err = c.done(ctx, casefile.TaskAnswer, cmd.Subject, casefile.TaskResult(answer), cmd.AttestedOn)
	return err
}
