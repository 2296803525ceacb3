package activities

import (
	"context"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// The kinds of letter.
const (
	openingLetter  = "opening"
	decisionLetter = "decision"
	// correctionLetter is the letter of a decision that corrects one which was sent.
	correctionLetter = "correction"
)

// letterSent records that a letter went out. Only when the opening letter has
// gone to the family and to its representative does the questionnaire's clock
// start, on the later of the two days.
func letterSent(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.LetterFields)
	letter, err := c.Letter(ctx, c.ref, cmd.Subject)
	if store.IsKind(err, store.NotFound) {
		return cmd.Act.Rule().MissingSubject(cmd.Subject)
	}
	if err != nil {
		return err
	}
	if letter.CorrectedBy > 0 && !cmd.AttestedOn.Before(letter.CorrectedOn) {
		return casefile.Refuse(casefile.RefusedTooLate, fmt.Sprintf("letter %d is withheld: it gives decision %d, which decision %d corrects: letter show tells which letter to send",
			cmd.Subject, letter.Decision, letter.CorrectedBy))
	}
	family, err := c.Family(ctx, c.ref)
	if err != nil {
		return err
	}
	if f.To == "representative" && !family.Represented {
		return casefile.Refuse(casefile.RefusedNoSubject, "the family has no representative on file")
	}
	if f.To == casefile.FormerRepresentative {
		from, until, err := c.FormerRepresentative(ctx, c.ref)
		if err != nil {
			return err
		}
		owed, err := c.OwedToFormer(ctx, c.ref, cmd.Subject)
		if err != nil {
			return err
		}
		if refusal := casefile.CheckFormer(cmd.AttestedOn, from, until, owed); refusal != nil {
			return refusal
		}
	}
	recorded, err := c.SendLetter(ctx, c.ref, cmd.Subject, *f, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if !recorded {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "that letter is recorded as sent to them")
	}
	if letter.CorrectedBy > 0 {
		return c.SayItCorrects(ctx, c.ref) // it had gone out before the correction was signed
	}
	if f.To == "family" {
		if _, err := c.done(ctx, traceOf(letter), 0, "sent_again", cmd.AttestedOn); err != nil {
			return err
		}
	}
	if letter.Kind != openingLetter {
		return nil
	}
	sent, err := c.OpeningSent(ctx, c.ref)
	if err != nil {
		return err
	}
	on, reached, err := c.reached(sent)
	if err != nil {
		return err
	}
	if on.IsZero() && c.before.Stage.Before(casefile.Representation) {
		// Somebody still waits for it: a family found again, whose task had been
		// stopped before its representative was written to.
		return c.open(ctx, casefile.TaskOpeningLetter, 0, c.today)
	}
	if on.IsZero() {
		return nil
	}
	if _, err := c.done(ctx, casefile.TaskOpeningLetter, 0, "sent", on); err != nil {
		return err
	}
	return c.ask(ctx, casefile.ProviderQuestionnaire, 0, reached)
}

// reached returns the day on which the last addressee was sent a letter, and the
// day on which it counts as having reached them all, from which their time runs:
// the same, or for what was posted the day of deemed receipt where the rule set
// deems it (domain.md 6.1). Both are zero if it was sent to nobody.
func (c *change) reached(sent []store.Sent) (last, reached clock.Date, err error) {
	for _, s := range sent {
		arrived := s.On
		if s.By == "post" {
			if arrived, err = c.rules.DeemedReceipt(s.On, c.holidays); err != nil {
				return last, reached, err
			}
		}
		if last.Before(s.On) {
			last = s.On
		}
		if reached.Before(arrived) {
			reached = arrived
		}
	}
	return last, reached, nil
}

func traceOf(letter store.Letter) casefile.TaskKind {
	if letter.Decision > 0 {
		return casefile.TaskTraceToServe
	}
	return casefile.TaskTrace
}

func letterDelivered(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.DeliveredFields)
	if _, err := c.underWay(ctx, cmd.Subject, f.To); err != nil {
		return err
	}
	return c.LetterArrived(ctx, c.ref, cmd.Subject, f.To, cmd.AttestedOn)
}

// letterReturned records that a letter came back. It is made again, to be sent
// again; the second that comes back from the family stops its clock, until a
// caseworker has found where it lives and a letter has been sent there (row 3b).
// A service that rested on a returned letter does not count (C9, row 9). Exception: the
// letter of a decision that was corrected since is not made again, and no service rests on it.
func letterReturned(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ReturnedFields)
	letter, err := c.underWay(ctx, cmd.Subject, f.To)
	if err != nil {
		return err
	}
	if err := c.LetterReturned(ctx, c.ref, cmd.Subject, *f, cmd.AttestedOn); err != nil {
		return err
	}
	if f.To == casefile.FormerRepresentative {
		return nil // it was written to, and acts for the family no more
	}
	if letter.CorrectedBy == 0 {
		if err := c.makeAgain(ctx, letter.Kind); err != nil {
			return err
		}
	}
	if letter.Decision > 0 && letter.CorrectedBy == 0 && f.To == "family" {
		if err := c.unserve(ctx, cmd.AttestedOn); err != nil {
			return err
		}
	}
	returns := 0
	if f.To == "family" {
		if returns, err = c.ReturnsFromFamily(ctx, c.ref); err != nil {
			return err
		}
	}
	switch {
	case returns >= casefile.ReturnsThatStop:
		if _, err := c.done(ctx, casefile.TaskQuestionnaire, 0, "stopped", cmd.AttestedOn); err != nil {
			return err
		}
		if _, err := c.done(ctx, casefile.TaskOpeningLetter, 0, "stopped", cmd.AttestedOn); err != nil {
			return err
		}
		return c.open(ctx, traceOf(letter), 0, c.today)
	case letter.Kind == openingLetter && c.before.Stage.Before(casefile.Representation):
		return c.open(ctx, casefile.TaskOpeningLetter, 0, c.today)
	}
	return nil
}

// makeAgain makes a kind of letter once more, unless one waits to be sent.
func (c *change) makeAgain(ctx context.Context, kind string) error {
	if waits, err := c.UnsentLetter(ctx, c.ref, kind); err != nil || waits != 0 {
		return err
	}
	_, err := c.AddLetter(ctx, c.ref, kind, c.now)
	return err
}

// underWay returns a letter that was sent and has neither arrived nor come back.
func (c *change) underWay(ctx context.Context, letter int, to string) (store.Letter, error) {
	sent, err := c.LetterUnderWay(ctx, c.ref, letter, to)
	if err != nil {
		return store.Letter{}, err
	}
	if !sent {
		return store.Letter{}, casefile.Refuse(casefile.RefusedNothingOpen,
			"no such letter is under way to them: letter show tells which are")
	}
	return c.Letter(ctx, c.ref, letter)
}

// unserve takes back the services by post that rested on a letter which came
// back, with the clocks that ran from them.
func (c *change) unserve(ctx context.Context, on clock.Date) error {
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.How != "recorded_delivery" || !p.StatusOn.IsZero() || !p.AppealOn.IsZero() {
			continue
		}
		if err := c.Unserve(ctx, c.ref, p.Person); err != nil {
			return err
		}
		for _, kind := range []casefile.TaskKind{casefile.TaskAppealWindow, casefile.TaskNoAppeal} {
			if _, err := c.done(ctx, kind, p.Person, "letter_returned", on); err != nil {
				return err
			}
		}
		if err := c.open(ctx, casefile.TaskServe, 0, c.today); err != nil {
			return err
		}
	}
	return nil
}
