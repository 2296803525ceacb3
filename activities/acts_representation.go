package activities

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// receiveRepresentation records a letter from whoever speaks for the family. It
// is taken until signature, and must be answered before it (C10).
func receiveRepresentation(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	no, err := c.AddRepresentation(ctx, c.ref, fields.(*casefile.LetterFromFields).From, "", cmd.AttestedOn)
	if err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskAnswer, no, c.today)
}

func draftRepresentation(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	_, err := c.MinistersDraft(ctx, c.ref)
	if err == nil {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "a draft is in hand")
	}
	if !store.IsKind(err, store.NotFound) {
		return err
	}
	_, err = c.AddRepresentation(ctx, c.ref, "minister", cmd.Person, clock.Date{})
	return err
}

func declineToRepresent(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	open, err := c.done(ctx, casefile.TaskWindow, 0, "declined", cmd.AttestedOn)
	if err == nil && !open {
		return casefile.Refuse(casefile.RefusedNothingOpen, "the minister's window is not open")
	}
	return err
}

// passDraft takes the minister's draft one step on: checked by another drafter,
// cleared by private office, signed by the minister, in this order.
func passDraft(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	d, err := c.draft(ctx)
	if err != nil {
		return err
	}
	ready := map[casefile.Act]bool{casefile.ActCheckDraft: !d.Checked, casefile.ActClear: d.Checked && !d.Cleared, casefile.ActSignLetter: d.Cleared && !d.Signed}
	if !ready[cmd.Act] {
		return casefile.Refuse(casefile.RefusedTooEarly, "a draft is checked, then cleared, then signed, each once")
	}
	return c.PassDraft(ctx, c.ref, d.No, cmd.Act, cmd.Person)
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
		if err := c.AnswerLate(ctx, c.ref, casefile.TaskWindow, 0, "represented", cmd.AttestedOn); err != nil {
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
	_, err = c.done(ctx, casefile.TaskAnswer, cmd.Subject, answer, cmd.AttestedOn)
	return err
}
