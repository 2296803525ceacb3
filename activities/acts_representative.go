package activities

import (
	"context"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// changeRepresentative gives the family another representative. For some working days
// letters go to both, and the family's own deadlines that run are longer by as many.
func changeRepresentative(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	text, err := c.TextOf(ctx, cmd.ID)
	if err != nil {
		return err
	}
	name, contact, err := casefile.ReadRepresentative(text)
	if err != nil {
		return err
	}
	family, err := c.Family(ctx, c.ref)
	if err != nil {
		return err
	}
	if err := c.setRepresentative(ctx, name, contact, fields.(*casefile.RepresentativeFields).ToldBy, cmd); err != nil {
		return err
	}
	var until clock.Date
	if family.Represented {
		if until, err = casefile.BothAreWrittenTo(cmd.AttestedOn, c.holidays); err != nil {
			return err
		}
	}
	if err := c.AddRepresentativeChange(ctx, c.ref, cmd.AttestedOn, until, cmd.ID); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskTell, 0, "named_another", cmd.AttestedOn); err != nil {
		return err
	}
	return c.giveFamilyTime(ctx, cmd)
}

// loseRepresentative leaves the family unrepresented until it names another. No letter to
// the one before is needed; a caseworker tells the family.
func loseRepresentative(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	family, err := c.Family(ctx, c.ref)
	if err != nil {
		return err
	}
	if !family.Represented {
		return casefile.Refuse(casefile.RefusedNothingOpen, "the family has no representative on file")
	}
	if err := c.setRepresentative(ctx, "", "", "caseworker", cmd); err != nil {
		return err
	}
	if err := c.AddRepresentativeChange(ctx, c.ref, cmd.AttestedOn, clock.Date{}, cmd.ID); err != nil {
		return err
	}
	if err := c.open(ctx, casefile.TaskTell, 0, c.today); err != nil {
		return err
	}
	if err := c.giveFamilyTime(ctx, cmd); err != nil {
		return err
	}
	return c.openingReachesAll(ctx, cmd.AttestedOn)
}

// setRepresentative writes name and contact, told by whom, and keeps the old ones.
func (c *change) setRepresentative(ctx context.Context, name, contact, toldBy string, cmd store.Command) error {
	for _, fact := range []struct{ field, value string }{{"representative", name}, {"representative_contact", contact}} {
		value := fact.value
		if value != "" {
			var err error
			if value, err = backlog.CheckFact(fact.field, value, c.today); err != nil {
				return casefile.Refuse(casefile.RefusedFields, fact.field+": the text is not one that the field takes")
			}
		}
		changed, err := c.Correct(ctx, c.ref, store.Correction{Field: fact.field, Value: value, Reason: "changed",
			Source: toldBy}, cmd.AttestedOn, cmd.ID)
		if err != nil {
			return err
		}
		if !changed && fact.field == "representative" {
			return casefile.Refuse(casefile.RefusedAlreadyDone,
				"that is the representative on file already: case correct with representative_contact changes how to reach them")
		}
	}
	return nil
}

// giveFamilyTime lengthens what runs of the family's own time. It is given beside what the
// family may ask for, and never refused: a last day that has passed stays passed.
func (c *change) giveFamilyTime(ctx context.Context, cmd store.Command) error {
	if c.before.Signed {
		return nil // what runs then is the law's
	}
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	for _, kind := range casefile.LengthenedByRepresentative {
		task, err := c.Task(ctx, c.ref, kind, 0)
		if store.IsKind(err, store.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		more := casefile.ExtendFields{Task: kind, Decision: casefile.ExtensionGranted, Days: casefile.RepresentativeWDays,
			Reason: "new_representative", AskedBy: store.AskedByNobody, AskedOn: cmd.AttestedOn}
		if err := c.AddExtension(ctx, c.ref, task.ID, more, cmd.Person, c.today, cmd.ID); err != nil {
			return err
		}
		if task, err = c.Task(ctx, c.ref, kind, 0); err != nil {
			return err
		}
		if _, err := c.moveDeadline(ctx, task, store.CauseExtension, cmd.ID); err != nil {
			return err
		}
	}
	if err := c.ExtendAnswers(ctx, c.ref, casefile.RepresentativeWDays, c.today); err != nil {
		return err
	}
	return c.moveAnswers(ctx, store.CauseExtension, cmd.ID)
}

// openingReachesAll starts the family's clock if the opening letter has now gone to
// everybody to whom it is due: its representative, who waited for it, acts no more.
func (c *change) openingReachesAll(ctx context.Context, on clock.Date) error {
	if !c.waits(casefile.TaskOpeningLetter) {
		return nil
	}
	sent, err := c.OpeningSent(ctx, c.ref)
	if err != nil || len(sent) == 0 {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskOpeningLetter, 0, "sent", on); err != nil {
		return err
	}
	_, reached, err := c.reached(sent)
	if err != nil {
		return err
	}
	if reached.Before(on) {
		reached = on
	}
	return c.ask(ctx, casefile.ProviderQuestionnaire, 0, reached)
}
