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

// household is the family as the rules of events see it, in the state that the review has now.
func (c *change) household(ctx context.Context) (casefile.Household, error) {
	now, err := c.Review(ctx, c.ref)
	if err != nil {
		return casefile.Household{}, err
	}
	people, err := c.Household(ctx, c.ref)
	return casefile.Household{Facts: now, Today: c.today, People: people}, err
}

// born records a child's birth. The day attested is the day of birth.
func born(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.BornFields)
	return c.join(ctx, cmd, casefile.Child, casefile.NeedsLeave, func(p *casefile.Person) {
		p.BirthDate, p.ArrivedOn = clock.Partial(cmd.AttestedOn), clock.PartialDate{}
		p.BornInScotland, p.Sex = f.BornInScotland, f.Sex
	})
}

// joined records somebody who joins the family.
func joined(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.JoinedFields)
	return c.join(ctx, cmd, f.Relationship, f.Status, func(*casefile.Person) {})
}

// join adds a person to the family, whose names stand in the act's text, and does what
// follows from it.
func (c *change) join(ctx context.Context, cmd store.Command, r casefile.Relationship, status string,
	state func(*casefile.Person)) error {
	text, err := c.TextOf(ctx, cmd.ID)
	if err != nil {
		return err
	}
	p, err := backlog.ReadMember(text, r, c.today)
	if err != nil {
		// What was typed is personal, and refusals pass through Temporal: starter has said
		// it in full before anything was sent.
		return casefile.Refuse(casefile.RefusedFields, "text: it does not name the person as the form asks")
	}
	state(&p)
	if twice, err := c.NamedAndBorn(ctx, c.ref, p.NameKey, p.BirthDate); err != nil {
		return err
	} else if twice != 0 && !c.confirmed {
		return casefile.Refuse(casefile.RefusedUnconfirmed, fmt.Sprintf(
			"person %d of this family has the same name and birth date: if this is somebody else, type it again with --confirm", twice))
	}
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	effects, refusal := h.Join(r, p.BirthDate, status != casefile.NeedsLeave)
	if refusal != nil {
		return refusal
	}
	p.No, p.Key = effects.Joins.No, fmt.Sprintf("joined %d", effects.Joins.No)
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if _, err := c.AddPerson(ctx, c.ref, string(body), effects.Joins.Child, cmd.AttestedOn); err != nil {
		return err
	}
	return c.follow(ctx, cmd, effects)
}

func died(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	return c.end(ctx, cmd, cmd.Subject, casefile.Deceased, fields.(*casefile.DiedFields).Principal)
}

func hasStatus(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	return c.end(ctx, cmd, cmd.Subject, casefile.AlreadyHasStatus, fields.(*casefile.HasStatusFields).Principal)
}

func recordError(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	return c.end(ctx, cmd, cmd.Subject, casefile.RecordError, fields.(*casefile.RecordErrorFields).Principal)
}

// departed confirms that a person, or everybody who is left, has gone of their own will. Only
// a departure that is shown ends a person's part (domain.md 2.3).
func departed(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.DepartedFields)
	leaving := []int{cmd.Subject}
	if cmd.Subject == 0 {
		h, err := c.household(ctx)
		if err != nil {
			return err
		}
		if leaving = leaves(h); len(leaving) == 0 {
			return casefile.Refuse(casefile.RefusedNothingOpen,
				"nobody is left on this file whose departure could be recorded")
		}
	}
	for _, person := range leaving {
		h, err := c.household(ctx)
		if err != nil {
			return err
		}
		as := casefile.DepartedBeforeDecision
		if m, _ := h.Member(person); m.Decided != "" {
			as = casefile.DepartedVoluntary
		}
		principal := f.Principal
		if cmd.Subject == 0 {
			principal = 0
		}
		if err := c.end(ctx, cmd, person, as, principal); err != nil {
			return err
		}
	}
	return nil
}

// leaves lists the people of a household whose departure can be recorded, the principal last:
// the claim passes to nobody who goes too.
func leaves(h casefile.Household) []int {
	var people []int
	principal := 0
	for _, m := range h.Present() {
		switch {
		case m.Decided.IsGrant():
		case m.Relationship == casefile.Principal:
			principal = m.No
		default:
			people = append(people, m.No)
		}
	}
	if principal != 0 {
		people = append(people, principal)
	}
	return people
}

// end ends a person's part in the case, and does what follows.
func (c *change) end(ctx context.Context, cmd store.Command, person int, as casefile.Outcome, principal int) error {
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	effects, refusal := h.End(person, as, principal)
	if refusal != nil {
		return refusal
	}
	joined, err := c.JoinedOn(ctx, c.ref, person)
	if err != nil {
		return err
	}
	if cmd.Act.Rule().Day.TakesDay() && cmd.AttestedOn.Before(joined) {
		return casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("%s is before person %d joined the family on %s: "+
			"give the day on which it happened, or have the joining struck", cmd.AttestedOn, person, joined))
	}
	return c.follow(ctx, cmd, effects)
}

// follow writes what follows from an event.
func (c *change) follow(ctx context.Context, cmd store.Command, e casefile.Effects) error {
	for _, end := range e.Ends {
		if end.Outcome.TakesTwo() && c.second == "" && e.Joins == nil {
			return errTrial // the rule allows it, and the second officer has not agreed yet
		}
		x := store.PersonEnd{Ending: end, On: cmd.AttestedOn, First: cmd.Person, Second: c.second, Command: cmd.ID}
		if err := c.EndPerson(ctx, c.ref, x); err != nil {
			return err
		}
		if c.before.Held {
			if err := c.endFreshClaims(ctx, end.Person); err != nil {
				return err
			}
		}
	}
	if e.Principal != 0 {
		if err := c.passClaim(ctx, e.Principal); err != nil {
			return err
		}
	}
	for _, t := range e.Moot {
		if _, err := c.done(ctx, t.Kind, t.Subject, casefile.ResultMoot, clock.Date{}); err != nil {
			return err
		}
	}
	for _, t := range e.Opens {
		if err := c.askFor(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// passClaim lets another person of the family lead the claim. Somebody who is taken for a
// child for want of a birth date stays one: a principal would be taken for an adult.
func (c *change) passClaim(ctx context.Context, to int) error {
	people, err := c.People(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, p := range people {
		child := p.ChildWhenListed || casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, c.today)
		if p.No == to && child && !p.ChildWhenListed {
			if err := c.KeepChildhood(ctx, c.ref, to, true); err != nil {
				return err
			}
		}
	}
	return c.PassClaim(ctx, c.ref, to)
}

// askFor opens a task that an event asks for.
func (c *change) askFor(ctx context.Context, t casefile.TaskOf) error {
	switch t.Kind {
	case casefile.TaskPropose:
		return c.askForProposal(ctx)
	case casefile.TaskSchool:
		return c.ask(ctx, casefile.ProviderSchool, t.Subject, c.today)
	case casefile.TaskSocialWork:
		return c.ask(ctx, casefile.ProviderSocialWork, 0, c.today)
	case casefile.TaskReporter:
		return c.ask(ctx, casefile.ProviderReporter, 0, c.today)
	case casefile.TaskAssignWelfare:
		return c.askForWelfare(ctx, t.Subject)
	}
	return c.open(ctx, t.Kind, t.Subject, c.today)
}

// askToWithdraw records that a person asks, in writing, to withdraw (R2): they are heard, and
// have time to think again. Nothing of the review waits for it.
func askToWithdraw(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	if _, refusal := h.End(cmd.Subject, casefile.WithdrawnConfirmed, 0); refusal != nil {
		return refusal
	}
	asked, err := c.AskWithdrawal(ctx, c.ref, cmd.Subject, cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !asked {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "this person has asked to withdraw already")
	}
	return c.open(ctx, casefile.TaskHearWithdrawal, cmd.Subject, c.today)
}

// noWithdrawal is the refusal of an act on a withdrawal that nobody has asked for.
var noWithdrawal = casefile.Refuse(casefile.RefusedNothingOpen,
	"this person has no open wish to withdraw: withdrawal ask records one that came in writing")

// hearWithdrawal records the interview. Who means it has ten working days to think again; who
// does not has withdrawn nothing.
func hearWithdrawal(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.HearFields)
	w, err := c.OpenWithdrawal(ctx, c.ref, cmd.Subject)
	switch {
	case store.IsKind(err, store.NotFound):
		return noWithdrawal
	case err != nil:
		return err
	case !w.HeardOn.IsZero():
		return casefile.Refuse(casefile.RefusedAlreadyDone, "this person was heard on it already")
	case cmd.AttestedOn.Before(w.AskedOn):
		return casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("the person asked to withdraw on %s", w.AskedOn))
	}
	family, err := c.Family(ctx, c.ref)
	if err != nil {
		return err
	}
	if family.Represented && f.Representative == "none" {
		return casefile.Refuse(casefile.RefusedBlocked,
			"the family has a representative: nobody is heard on a withdrawal without their being told")
	}
	if f.Means == casefile.No {
		return dropWithdrawal(ctx, c, cmd, nil)
	}
	if err := c.HearWithdrawal(ctx, c.ref, cmd.Subject, f.Representative, cmd.AttestedOn); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskHearWithdrawal, cmd.Subject, "heard", cmd.AttestedOn); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskThinkAgain, cmd.Subject, cmd.AttestedOn)
}

// dropWithdrawal records that a person does not withdraw after all.
func dropWithdrawal(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	settled, err := c.SettleWithdrawal(ctx, c.ref, cmd.Subject, "dropped", cmd.AttestedOn)
	if err != nil {
		return err
	}
	if !settled {
		return noWithdrawal
	}
	for _, kind := range []casefile.TaskKind{casefile.TaskHearWithdrawal, casefile.TaskThinkAgain,
		casefile.TaskSettleWithdrawal} {
		if _, err := c.done(ctx, kind, cmd.Subject, "dropped", cmd.AttestedOn); err != nil {
			return err
		}
	}
	return nil
}

// confirmWithdrawal ends the part of a person who has withdrawn, after the time to think
// again. Silence confirms nothing: it takes two officers, and each child of the family is
// considered in its own right.
func confirmWithdrawal(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ConfirmWithdrawalFields)
	w, err := c.OpenWithdrawal(ctx, c.ref, cmd.Subject)
	switch {
	case store.IsKind(err, store.NotFound):
		return noWithdrawal
	case err != nil:
		return err
	case w.HeardOn.IsZero():
		return casefile.Refuse(casefile.RefusedTooEarly, "the person was not heard on it: withdrawal hear")
	case w.ThoughtOver.IsZero():
		return casefile.Refuse(casefile.RefusedTooEarly, "the person may still think again: clock show says until when")
	}
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	children := slices.ContainsFunc(h.Present(), func(m casefile.Member) bool { return m.IsChild(c.today) })
	if children && f.Children != casefile.ChildrenConsidered {
		return casefile.Refuse(casefile.RefusedBlocked,
			"the family has children: each is considered in its own right before a withdrawal is confirmed")
	}
	effects, refusal := h.End(cmd.Subject, casefile.WithdrawnConfirmed, f.Principal)
	if refusal != nil {
		return refusal
	}
	if err := c.follow(ctx, cmd, effects); err != nil {
		return err
	}
	_, err = c.SettleWithdrawal(ctx, c.ref, cmd.Subject, "confirmed", c.today)
	return err
}

// askToReturn records that a person, or everybody, asks to return of their own will. Nothing
// ends until they have left.
func askToReturn(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	asked := leaves(h)
	if cmd.Subject != 0 {
		if !slices.Contains(asked, cmd.Subject) {
			return casefile.Refuse(casefile.RefusedNothingOpen,
				"this person's part in the case has ended, or they were granted leave")
		}
		asked = []int{cmd.Subject}
	}
	open, err := c.OpenSubjects(ctx, c.ref, casefile.TaskDeparture)
	if err != nil {
		return err
	}
	asked = slices.DeleteFunc(asked, func(person int) bool { return slices.Contains(open, person) })
	if len(asked) == 0 && len(open) > 0 {
		return casefile.Refuse(casefile.RefusedAlreadyDone,
			"it is on file that they ask to return: departure confirm or departure drop says what came of it")
	}
	for _, person := range asked {
		if err := c.open(ctx, casefile.TaskDeparture, person, cmd.AttestedOn); err != nil {
			return err
		}
	}
	return nil
}

// stays records that a person, or everybody who had asked to return, does not leave.
func stays(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	open, err := c.OpenSubjects(ctx, c.ref, casefile.TaskDeparture)
	if err != nil {
		return err
	}
	staying := 0
	for _, person := range open {
		if cmd.Subject != 0 && cmd.Subject != person {
			continue
		}
		staying++
		if _, err := c.done(ctx, casefile.TaskDeparture, person, "stays", cmd.AttestedOn); err != nil {
			return err
		}
	}
	if staying == 0 {
		return casefile.Refuse(casefile.RefusedNothingOpen, "nobody named here has asked to return")
	}
	return nil
}

// handOver ends Hame's part for a family that has moved out of Scotland: two officers record to
// whom it is handed over, and what was sent.
func handOver(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	for _, person := range leaves(h) {
		if err := c.end(ctx, cmd, person, casefile.HandedOver, 0); err != nil {
			return err
		}
	}
	return nil
}
