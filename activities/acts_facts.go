package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// correct writes a fact that was wrong anew, and keeps what it was.
func correct(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.CorrectFields)
	about := casefile.FamilyFacts
	if cmd.Subject > 0 {
		about = casefile.PersonFacts
	}
	if !slices.Contains(about, f.Field) {
		return casefile.Refuse(casefile.RefusedNoSubject,
			fmt.Sprintf("%s is a fact about the other: correct REF for the family, REF/N for a person", f.Field))
	}
	if f.Field == "representative" && f.Reason == "changed" {
		return casefile.Refuse(casefile.RefusedNoSubject,
			"another representative is no correction: representative change records it, and representative closed that there is none any more")
	}
	text, err := c.TextOf(ctx, cmd.ID)
	if err != nil {
		return err
	}
	return c.correct(ctx, store.Correction{Person: cmd.Subject, Field: f.Field, Value: text, Reason: f.Reason,
		Source: f.Source}, cmd)
}

func (c *change) correct(ctx context.Context, correction store.Correction, cmd store.Command) error {
	value, err := backlog.CheckFact(correction.Field, correction.Value, c.today)
	if err != nil {
		// The finding may repeat what was typed, and refusals pass through Temporal:
		// starter has said it in full before anything was sent.
		return casefile.Refuse(casefile.RefusedFields, correction.Field+": the new value is not one that the field takes")
	}
	correction.Value = value
	changed, err := c.Correct(ctx, c.ref, correction, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if !changed {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "that is what stands there already")
	}
	switch correction.Field {
	case "family_name", "given_names":
		family, given, err := c.Names(ctx, c.ref, correction.Person)
		if err != nil {
			return err
		}
		return c.SetNameKey(ctx, c.ref, correction.Person, backlog.NameKey(family, given))
	case "date_of_birth":
		return c.seeTheChild(ctx, correction.Person)
	}
	return nil
}

// seeTheChild gives somebody who turns out to be a child the protection of one:
// who was one when the review was listed, and the check of their welfare if the
// others' have begun. A correction takes no protection away.
func (c *change) seeTheChild(ctx context.Context, person int) error {
	people, err := c.People(ctx, c.ref)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(people, func(p store.PersonFacts) bool { return p.No == person })
	if i < 0 {
		return nil
	}
	p := people[i]
	if !p.ChildWhenListed && casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, clock.DateOf(c.before.DrawnAt)) {
		if err := c.KeepChildhood(ctx, c.ref, person, true); err != nil {
			return err
		}
		p.ChildWhenListed = true
	}
	if !c.before.HasOpened(casefile.Evidence) || c.before.Signed ||
		!(p.ChildWhenListed || casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, c.today)) {
		return nil
	}
	if _, err := c.LatestWelfareCheck(ctx, c.ref, person); !store.IsKind(err, store.NotFound) {
		return err
	}
	return c.open(ctx, casefile.TaskAssignWelfare, person, c.today)
}

// settleDifference accepts or rejects what a later import says otherwise. What
// is accepted is a correction whose source is the import.
func settleDifference(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	finding := fields.(*casefile.DifferenceFields).Finding
	open, err := c.OpenDifferences(ctx, c.ref)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(open, func(d store.Difference) bool { return d.No == cmd.Subject })
	if i < 0 {
		return casefile.Refuse(casefile.RefusedNothingOpen, "no difference of this number waits: case show lists them")
	}
	if finding == "accepted" {
		if err := c.catchUp(ctx); err != nil { // what is accepted may hold the case
			return err
		}
		if err := c.takeOver(ctx, open[i], cmd); err != nil {
			return err
		}
	}
	if err := c.SettleDifference(ctx, c.ref, cmd.Subject, finding, cmd.ID); err != nil {
		return err
	}
	_, err = c.done(ctx, casefile.TaskDifference, cmd.Subject, casefile.TaskResult(finding), cmd.AttestedOn)
	return err
}

func (c *change) takeOver(ctx context.Context, d store.Difference, cmd store.Command) error {
	switch d.Field {
	case "council", "lane", "relationship", "person_gone":
		return casefile.Refuse(casefile.RefusedConstraint,
			fmt.Sprintf("%s is not a fact that a file can change under an open review: reject the difference, and deal with a move, a departure or a new family tie by itself", d.Field))
	case "flag_gone":
		return casefile.Refuse(casefile.RefusedConstraint,
			"a later file clears no flag: case flag does, and says who cleared it; reject the difference")
	case "flag_added":
		return c.setImportedFlag(ctx, d.Person, casefile.Flag(d.NewValue), cmd.ID)
	case "person_added":
		var p casefile.Person
		if err := json.Unmarshal([]byte(d.NewValue), &p); err != nil {
			return err
		}
		child := casefile.MayBeChild(p.BirthDate, p.Relationship, slices.Contains(p.Flags, casefile.FlagAgeDispute), c.today)
		no, err := c.AddPerson(ctx, c.ref, d.NewValue, child, clock.Date{})
		if err != nil {
			return err
		}
		for _, flag := range p.Flags {
			if err := c.setImportedFlag(ctx, no, flag, cmd.ID); err != nil {
				return err
			}
		}
		return c.seeTheChild(ctx, no)
	}
	if slices.Contains(casefile.ClaimFacts, d.Field) {
		_, err := c.Correct(ctx, c.ref, store.Correction{Person: d.Person, Field: d.Field, Value: d.NewValue,
			Reason: "other_record", Source: "import"}, cmd.AttestedOn, cmd.ID)
		return err
	}
	return c.correct(ctx, store.Correction{Person: d.Person, Field: d.Field, Value: d.NewValue, Reason: "other_record",
		Source: "import"}, cmd)
}
