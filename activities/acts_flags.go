package activities

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// setFlag sets or clears a flag. public_harm takes two officers, both ways: the
// first asks, the second does it or refuses (process.md, Four eyes).
func setFlag(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.FlagFields)
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	flags, err := c.Flags(ctx, c.ref)
	if err != nil {
		return err
	}
	state := casefile.FlagOff
	if i := slices.IndexFunc(flags, func(x store.PersonFlag) bool {
		return x.Person == cmd.Subject &&
			x.Flag == f.Flag
	}); i >= 0 {
		state = flags[i].State
	}
	if f.To == "off" {
		ground := f.Flag.Hold()
		if f.Flag == casefile.FlagFurtherSubmissions {
			ground = casefile.GroundSubmissions // it opens none, and is not cleared while they wait
		}
		if f.Flag == casefile.FlagRestricted {
			if walled, err := c.Walled(ctx, c.ref); err != nil || walled {
				return wallStands(err)
			}
		}
		if err := c.whileItStands(ctx, cmd.Subject, ground); err != nil {
			return err
		}
	}
	wanted := map[string]casefile.FlagState{"on": casefile.FlagConfirmed, "off": casefile.FlagOff}[f.To]
	if f.Flag.NeedsTwo() {
		settled, err := c.askSecondOfficer(ctx, cmd, *f, state == wanted)
		if err != nil || !settled {
			return err
		}
	} else if state == wanted {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "the flag stands so already")
	}
	if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: f.Flag, State: wanted}); err != nil {
		return err
	}
	return c.flagHasChanged(ctx, cmd, f.Flag, f.To == "on")
}

// askSecondOfficer reports whether two officers now want the same. The first
// one's wish waits; the second may refuse it by wanting the opposite.
func (c *change) askSecondOfficer(ctx context.Context, cmd store.Command, f casefile.FlagFields, stands bool,
) (bool, error) {
	request, err := c.FlagRequest(ctx, c.ref, cmd.Subject, f.Flag)
	switch {
	case store.IsKind(err, store.NotFound) && stands:
		return false, casefile.Refuse(casefile.RefusedAlreadyDone, "the flag stands so already")
	case store.IsKind(err, store.NotFound):
		if err := c.AskForFlag(ctx, c.ref, cmd.Subject, f, cmd.Person, cmd.AttestedOn, cmd.ID); err != nil {
			return false, err
		}
		if err := c.open(ctx, casefile.TaskFlag, cmd.Subject, c.today); err != nil {
			return false, err
		}
		return false, c.harmHasChanged(ctx)
	case err != nil:
		return false, err
	case request.Wanted != f.To:
		// The officer who asked may withdraw it; a second officer may refuse.
		if err := c.SettleFlag(ctx, request.ID, "refused", cmd.Person, cmd.AttestedOn); err != nil {
			return false, err
		}
		if err := c.flagsLookedInto(ctx, cmd.Subject, cmd.AttestedOn); err != nil {
			return false, err
		}
		return false, c.harmHasChanged(ctx)
	case request.By == cmd.Person:
		return false, casefile.Refuse(casefile.RefusedFourEyes,
			"you asked for it yourself: another senior caseworker must confirm it")
	}
	return true, c.SettleFlag(ctx, request.ID, "done", cmd.Person, cmd.AttestedOn)
}

// flagHasChanged does what follows from a flag: a hold opened or ended, a family
// moved up, a case restricted.
func (c *change) flagHasChanged(ctx context.Context, cmd store.Command, flag casefile.Flag, on bool) error {
	person, ground := cmd.Subject, flag.Hold()
	switch {
	case flag == casefile.FlagRestricted:
		if err := c.Restrict(ctx, c.ref, on); err != nil {
			return err
		}
	case ground != "" && on:
		if err := c.hold(ctx, ground, cmd); err != nil {
			return err
		}
	case ground != "":
		if err := c.endHold(ctx, person, ground, cmd.AttestedOn, cmd.ID); err != nil {
			return err
		}
	case flag == casefile.FlagPublicHarm && on:
		if err := c.RaisePriority(ctx, c.ref, 1); err != nil {
			return err
		}
	case flag == casefile.FlagSeriousIllness && on:
		if err := c.RaisePriority(ctx, c.ref, 2); err != nil {
			return err
		}
	}
	if flag == casefile.FlagAgeDispute && on {
		// Somebody whose age is disputed is a child until it is settled.
		if err := c.seeTheChild(ctx, person); err != nil {
			return err
		}
	}
	if err := c.flagsLookedInto(ctx, person, cmd.AttestedOn); err != nil || flag != casefile.FlagPublicHarm {
		return err
	}
	return c.harmHasChanged(ctx)
}

// harmHasChanged sees to it that public harm which was raised while a decision is
// awaited, or after it, is looked into.
func (c *change) harmHasChanged(ctx context.Context) error {
	if !c.before.HasOpened(casefile.Decision) {
		return nil
	}
	return c.askToLookInto(ctx)
}

// flagsLookedInto ends the task of looking into a person's flags when none of
// them is an allegation that nobody has dealt with.
func (c *change) flagsLookedInto(ctx context.Context, person int, on clock.Date) error {
	flags, err := c.Flags(ctx, c.ref)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(flags, func(f store.PersonFlag) bool { return f.Person == person && lookInto(f) }) {
		return nil
	}
	if _, err := c.FlagRequest(ctx, c.ref, person, casefile.FlagPublicHarm); !store.IsKind(err, store.NotFound) {
		return err
	}
	_, err = c.done(ctx, casefile.TaskFlag, person, "looked_into", on)
	return err
}

// lookInto reports whether a flag that came with the file asks for somebody to
// look into it: an allegation of public harm, and an illness that counts.
func lookInto(f store.PersonFlag) bool {
	return f.State == casefile.FlagAlleged && (f.Flag == casefile.FlagPublicHarm || f.Flag == casefile.FlagSeriousIllness)
}

// setImportedFlag takes a flag over from a file: an allegation, with the task or
// the hold that it asks for. command is the act that accepted it.
func (c *change) setImportedFlag(ctx context.Context, person int, flag casefile.Flag, command uuid.UUID) error {
	if err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: person, Flag: flag,
		State: casefile.FlagAlleged}); err != nil {
		return err
	}
	if flag == casefile.FlagRestricted {
		return c.Restrict(ctx, c.ref, true)
	}
	return c.openForFlag(ctx, store.PersonFlag{Person: person, Flag: flag, State: casefile.FlagAlleged}, c.today, command)
}

// openForFlag opens what a flag of the file asks for. command is the act that
// brought it into an open review, uuid.Nil for none.
func (c *change) openForFlag(ctx context.Context, f store.PersonFlag, began clock.Date, command uuid.UUID) error {
	if f.State == "off" {
		return nil
	}
	if ground := f.Flag.Hold(); ground != "" {
		return c.holdFrom(ctx, f.Person, ground, began, began, command)
	}
	if !lookInto(f) {
		return nil
	}
	if err := c.open(ctx, casefile.TaskFlag, f.Person, began); err != nil || f.Flag != casefile.FlagPublicHarm {
		return err
	}
	return c.harmHasChanged(ctx)
}

// raiseConcern holds refusal and removal at once (row 4): an officer who sees a
// child in danger waits for no other. It is taken for any person, for the record may be wrong
// about who is a child. A senior caseworker reviews the hold, and alone ends it.
func raiseConcern(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	err := c.SetFlag(ctx, c.ref, store.PersonFlag{Person: cmd.Subject, Flag: casefile.FlagChildProtection,
		State: casefile.FlagAlleged})
	if err != nil {
		return err
	}
	return c.hold(ctx, casefile.GroundChildProtection, cmd)
}
