package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// otherFile is the second case that an act is about. Only acts that can be about two are
// looked up.
func (a *Activities) otherFile(ctx context.Context, in RecordActParams) (string, error) {
	switch in.Act {
	case casefile.ActMerge, casefile.ActUnmerge, casefile.ActConfirm:
		return a.Store.OtherFile(ctx, in.Command)
	}
	return "", nil
}

// seesBoth refuses an act whose officers may not see the second file too. They are told what
// they would be told of a file that does not exist.
func (c *change) seesBoth(ctx context.Context, cmd store.Command, other string) error {
	for _, by := range []store.Command{cmd, c.cmd} { // the first officer's act, and the second's
		sees, err := c.AuthorSees(ctx, by.ID, other)
		if err != nil {
			return err
		}
		if !sees {
			return casefile.Refuse(casefile.RefusedNoSubject, "other: there is no case "+other)
		}
	}
	return nil
}

// fileToMerge is a case as the rule of a merge sees it.
func (c *change) fileToMerge(ctx context.Context, ref string) (casefile.FamilyFile, store.FileToMerge, error) {
	f := casefile.FamilyFile{Ref: ref}
	about, err := c.FileToMerge(ctx, ref)
	if err != nil {
		return f, about, err
	}
	f.Restricted, f.Unsettled, f.Split, f.Today = about.Restricted, about.Unsettled, about.Split, c.today
	if f.Facts, err = c.Review(ctx, ref); err != nil && !store.IsKind(err, store.NotFound) {
		return f, about, err
	}
	if f.People, err = c.Household(ctx, ref); err != nil {
		return f, about, err
	}
	f.Claims, err = c.ClaimDates(ctx, ref)
	return f, about, err
}

// mergeFiles makes one file of two (docs/process.md, Families over the years). The review of the
// file that is merged is told afterwards by the worker, and closes itself. That of an unlisted
// family, which no workflow runs, is closed here.
func mergeFiles(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.MergeFields)
	if err := c.seesBoth(ctx, cmd, f.Other); err != nil {
		return err
	}
	into, _, err := c.fileToMerge(ctx, c.ref)
	if err != nil {
		return err
	}
	other, about, err := c.fileToMerge(ctx, f.Other)
	if err != nil {
		return err
	}
	pairs, err := f.Paired()
	if err != nil {
		return err
	}
	merging, refusal := casefile.Merge(into, other, pairs, casefile.Relationship(f.As))
	if refusal != nil {
		return refusal
	}
	state, err := c.PairState(ctx, c.ref, f.Other)
	switch {
	case err != nil:
		return err
	case state != store.PairHeld:
		return casefile.Refuse(casefile.RefusedTooEarly, fmt.Sprintf(
			"nobody has found that they are one family: duplicate resolve %s %s --same comes first", c.ref, f.Other))
	case c.second == "":
		return errTrial
	}
	if err := c.StopJournal(ctx); err != nil { // a merge is no act that is struck
		return err
	}
	unlisted := other.Stage == ""
	if unlisted {
		open := OpenReviewParams{Case: f.Other, Lane: about.Lane, Now: c.now}
		if _, err := c.a.openReview(ctx, c.Tx, open, "merged", about.Restricted); err != nil {
			return err
		}
	}
	from, err := c.on(ctx, f.Other)
	if err != nil {
		return err
	}
	m := store.Merge{Other: f.Other, Into: c.ref, First: cmd.Person, Second: c.second, Command: cmd.ID, At: c.now}
	if m.No, err = c.AddMerge(ctx, m); err != nil {
		return err
	}
	if err := c.movePeople(ctx, m, merging); err != nil {
		return err
	}
	if err := c.moveFacts(ctx, from, m, merging); err != nil {
		return err
	}
	if err := from.leave(ctx, m, merging.Pairs, unlisted); err != nil {
		return err
	}
	return c.settleDoubles(ctx, from, m)
}

// movePeople lets who was not on the file join the family, and gives the others the earlier
// claim date of their two.
func (c *change) movePeople(ctx context.Context, m store.Merge, merging casefile.Merging) error {
	for _, p := range merging.Joins {
		if err := c.CopyPerson(ctx, m, p.Pair, p.Relationship, p.Child, c.today); err != nil {
			return err
		}
	}
	for _, p := range merging.Pairs {
		joined := slices.ContainsFunc(merging.Joins, func(j casefile.MergedMember) bool { return j.Pair == p })
		if err := c.AddMergedPerson(ctx, m, p, joined); err != nil {
			return err
		}
	}
	had, err := c.ClaimDates(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, x := range merging.Claims {
		moved := store.MergedFact{Kind: store.MergedClaim, Person: x.Person, Was: had[x.Person].String(), Became: x.On.String()}
		if err := c.AddMergedFact(ctx, m, moved); err != nil {
			return err
		}
		if err := c.SetClaimDate(ctx, c.ref, x.Person, x.On); err != nil {
			return err
		}
	}
	for _, no := range merging.Children {
		if err := c.KeepChildhood(ctx, c.ref, no, true); err != nil {
			return err
		}
	}
	return nil
}

// moveFacts takes over what the merged file knows, and asks for what the family needs now.
func (c *change) moveFacts(ctx context.Context, from *change, m store.Merge, merging casefile.Merging) error {
	moved, err := c.TakeOverFacts(ctx, m)
	if err != nil {
		return err
	}
	checked := map[int]bool{}
	for _, f := range moved {
		switch f.Kind {
		case store.MergedPost:
			err = c.open(ctx, casefile.TaskReadPost, f.Into, c.today)
		case store.MergedRepresentation:
			err = c.open(ctx, casefile.TaskAnswer, f.Into, c.today)
		case store.MergedWelfare:
			checked[f.Person] = true
			for _, kind := range []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport} {
				if _, err := c.done(ctx, kind, f.Person, casefile.ResultMoot, clock.Date{}); err != nil {
					return err
				}
			}
		}
		if err != nil {
			return err
		}
	}
	for _, t := range merging.Opens {
		if t.Kind == casefile.TaskAssignWelfare && checked[t.Subject] {
			continue
		}
		if err := c.askFor(ctx, t); err != nil {
			return err
		}
	}
	if err := c.moveFlags(ctx, from, m, merging.Pairs); err != nil {
		return err
	}
	if err := c.moveHolds(ctx, from, m, merging.Pairs); err != nil {
		return err
	}
	for _, no := range merging.Children {
		if err := c.seeTheChild(ctx, no); err != nil {
			return err
		}
	}
	return nil
}

// whoIs is the number on the file that stays of a person of the merged one, 0 for the family.
func whoIs(pairs []casefile.Pair, other int) (int, bool) {
	i := slices.IndexFunc(pairs, func(p casefile.Pair) bool { return p.Other == other })
	if other == 0 || i < 0 {
		return 0, other == 0
	}
	return pairs[i].Into, true
}

// moveFlags sets the flags of the merged file on the file that stays. Public harm is an
// allegation there, also if it was confirmed: two officers of this case confirm or clear it.
func (c *change) moveFlags(ctx context.Context, from *change, m store.Merge, pairs []casefile.Pair) error {
	flags, err := c.Flags(ctx, from.ref)
	if err != nil {
		return err
	}
	mine, err := c.Flags(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, f := range flags {
		person, known := whoIs(pairs, f.Person)
		if f.State == casefile.FlagOff || !known {
			continue
		}
		was := casefile.FlagState("")
		for _, x := range mine {
			if x.Person == person && x.Flag == f.Flag {
				was = x.State
			}
		}
		if was != "" && was != casefile.FlagOff {
			continue // it stands here already
		}
		moved := store.PersonFlag{Person: person, Flag: f.Flag, State: f.State}
		if f.Flag.NeedsTwo() {
			moved.State = casefile.FlagAlleged
		}
		if err := c.SetFlag(ctx, c.ref, moved); err != nil {
			return err
		}
		fact := store.MergedFact{Kind: store.MergedFlag, Code: string(f.Flag), Person: person, From: f.Person,
			Was: string(was), Became: string(moved.State)}
		if err := c.AddMergedFact(ctx, m, fact); err != nil {
			return err
		}
		if moved.Flag.Hold() != "" {
			continue // its hold moves with the holds
		}
		if err := c.openForFlag(ctx, moved, c.today, c.cmd.ID); err != nil {
			return err
		}
	}
	return nil
}

// moveHolds holds the file that stays on every ground on which the merged one was held, from
// today, and ends the holds there.
func (c *change) moveHolds(ctx context.Context, from *change, m store.Merge, pairs []casefile.Pair) error {
	holds, err := c.Holds(ctx, from.ref)
	if err != nil {
		return err
	}
	for _, h := range holds {
		if !h.Until.IsZero() || h.Ground == casefile.GroundDuplicate {
			continue
		}
		if _, err := c.EndHold(ctx, from.ref, h.Person, h.Ground, later(c.today, h.From)); err != nil {
			return err
		}
		person, known := whoIs(pairs, h.Person)
		if !known {
			continue
		}
		_, stands, err := c.openHold(ctx, person, h.Ground)
		if err != nil {
			return err
		}
		if !stands {
			if err := c.beginHold(ctx, person, h.Ground, c.today, h.ReviewOn, c.cmd.ID); err != nil {
				return err
			}
			if h.Ground == casefile.GroundAgeDispute {
				if err := c.seeTheChild(ctx, person); err != nil {
					return err
				}
			}
		}
		fact := store.MergedFact{Kind: store.MergedHold, Code: string(h.Ground), Person: person, From: h.Person}
		if stands {
			fact.Was = "stood"
		}
		if err := c.AddMergedFact(ctx, m, fact); err != nil {
			return err
		}
	}
	return nil
}

// later is the later of two days: a hold does not end before it began.
func later(a, b clock.Date) clock.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// leave ends the part of everybody in the merged file, and what was asked there.
func (c *change) leave(ctx context.Context, m store.Merge, pairs []casefile.Pair, unlisted bool) error {
	for _, p := range pairs {
		x := store.PersonEnd{Ending: casefile.Ending{Person: p.Other, Outcome: casefile.DuplicateMerged}, On: c.today,
			First: m.First, Second: m.Second, Command: m.Command}
		if err := c.EndPerson(ctx, c.ref, x); err != nil {
			return err
		}
	}
	if err := c.returnStaleProposal(ctx); err != nil {
		return err
	}
	if err := c.EndTracing(ctx, c.ref, "closed", c.today); err != nil {
		return err
	}
	if err := c.CloseAll(ctx, c.ref, casefile.ResultMoot, c.now); err != nil {
		return err
	}
	if err := c.Revise(ctx, c.ref); err != nil || !unlisted {
		return err
	}
	if _, err := c.EnterStage(ctx, c.ref, casefile.Closed, c.now); err != nil {
		return err
	}
	for _, s := range []casefile.Stage{casefile.Listed, casefile.Closed} {
		if err := c.LeaveStage(ctx, c.ref, s, c.now); err != nil {
			return err
		}
	}
	return c.ShowStage(ctx, c.ref, casefile.Closed, c.now)
}

// settleDoubles ends the holds that kept one of the two files back as the other's double.
func (c *change) settleDoubles(ctx context.Context, from *change, m store.Merge) error {
	if err := c.SettlePairs(ctx, m, c.today); err != nil {
		return err
	}
	held, err := c.HeldAsDoubleOf(ctx, c.ref)
	if err != nil || held != from.ref {
		return err
	}
	hold, _, err := c.openHold(ctx, 0, casefile.GroundDuplicate)
	if err != nil {
		return err
	}
	return c.endHold(ctx, 0, casefile.GroundDuplicate, later(c.today, hold.From), c.cmd.ID)
}

// unmergeFiles makes two files again of two that were merged. What was recorded since stays on
// the file that stayed, but for what is named.
func unmergeFiles(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.UnmergeFields)
	if err := c.seesBoth(ctx, cmd, f.Other); err != nil {
		return err
	}
	m, err := c.MergeInForce(ctx, f.Other, c.ref)
	switch {
	case store.IsKind(err, store.NotFound):
		return casefile.Refuse(casefile.RefusedNothingOpen, f.Other+" is not merged into this file")
	case err != nil:
		return err
	}
	from, err := c.on(ctx, f.Other)
	switch {
	case err != nil:
		return err
	case m.Newer != "":
		return casefile.Refuse(casefile.RefusedBlocked,
			m.Newer+" was merged into this file later: it is parted from it first, with case unmerge")
	case from.before.Stage != casefile.Closed:
		return casefile.Refuse(casefile.RefusedTooEarly, f.Other+" is being closed: type it again in a minute")
	}
	pairs, joined, err := c.MergedPeople(ctx, m)
	if err != nil {
		return err
	}
	h, err := c.household(ctx)
	if err != nil {
		return err
	}
	effects, refusal := h.Unmerge(pairs, joined)
	switch {
	case refusal != nil:
		return refusal
	case c.second == "":
		return errTrial
	}
	if err := c.StopJournal(ctx); err != nil {
		return err
	}
	parted := m
	parted.First, parted.Second, parted.Command, parted.At = cmd.Person, c.second, cmd.ID, c.now
	if err := c.AddUnmerge(ctx, parted); err != nil {
		return err
	}
	for _, e := range effects {
		if err := c.follow(ctx, cmd, e); err != nil {
			return err
		}
	}
	if err := c.handBack(ctx, from, m, *f); err != nil {
		return err
	}
	if err := c.holdsBack(ctx, from, pairs, joined); err != nil {
		return err
	}
	if err := from.LiftMerged(ctx, m, c.today, cmd.ID); err != nil {
		return err
	}
	if err := c.PartPair(ctx, m, c.second, c.today); err != nil {
		return err
	}
	family, err := from.household(ctx)
	if err != nil {
		return err
	}
	if err := from.takeUp(ctx, family, cmd, "unmerged"); err != nil {
		return err
	}
	if err := c.reviewHolds(ctx, cmd.ID); err != nil { // one may have ended with a pair
		return err
	}
	return from.reviewHolds(ctx, cmd.ID)
}

// handBack gives the merged file its own again.
func (c *change) handBack(ctx context.Context, from *change, m store.Merge, f casefile.UnmergeFields) error {
	back, err := c.HandBackFacts(ctx, m)
	if err != nil {
		return err
	}
	for _, x := range back {
		switch x.Kind {
		case store.MergedRepresentation:
			_, err = c.done(ctx, casefile.TaskAnswer, x.Into, casefile.ResultMoot, clock.Date{})
		case store.MergedPost:
			err = c.postMoved(ctx, from, x.Into)
		case store.MergedHold:
			err = c.holdBack(ctx, from, x)
		case store.MergedFlag:
			err = c.flagsLookedInto(ctx, x.Person, c.today)
		}
		if err != nil {
			return err
		}
	}
	evidence, post := f.Moves()
	for _, no := range evidence {
		moved, err := c.MoveEvidence(ctx, m, no)
		if err != nil {
			return err
		}
		if !moved {
			return casefile.Refuse(casefile.RefusedNoSubject,
				fmt.Sprintf("evidence: there is no number %d on this file, or it is about nobody of %s", no, from.ref))
		}
	}
	for _, no := range post {
		moved, _, err := c.MovePost(ctx, c.ref, from.ref, no)
		if err != nil {
			return err
		}
		if !moved {
			return casefile.Refuse(casefile.RefusedNoSubject, fmt.Sprintf("post: no item %d is on this file", no))
		}
		if err := c.postMoved(ctx, from, no); err != nil {
			return err
		}
	}
	return nil
}

// postMoved lets the task of an unread item go with the item.
func (c *change) postMoved(ctx context.Context, from *change, item int) error {
	unread, err := c.UnreadPost(ctx, from.ref)
	if err != nil || !slices.Contains(unread, item) {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskReadPost, item, casefile.ResultMoot, clock.Date{}); err != nil {
		return err
	}
	return from.open(ctx, casefile.TaskReadPost, item, c.today)
}

// holdBack holds the merged file again. A hold that came from it ends on the file that stayed,
// if nobody has ended it before; one that stood there too goes on.
func (c *change) holdBack(ctx context.Context, from *change, x store.MergedFact) error {
	ground := casefile.Ground(x.Code)
	hold, stands, err := c.openHold(ctx, x.Person, ground)
	if err != nil || !stands {
		return err // it was looked into since, and let go
	}
	if _, err := from.OpenHold(ctx, from.ref, x.From, ground, c.today, hold.ReviewOn); err != nil || x.Was != "" {
		return err
	}
	return c.endHold(ctx, x.Person, ground, later(c.today, hold.From), c.cmd.ID)
}

// holdsBack lets the holds go with those who leave that were opened about them since the merge. What
// is before a court, or was submitted, stays on this file, and so does its hold.
func (c *change) holdsBack(ctx context.Context, from *change, pairs []casefile.Pair, joined []int) error {
	for _, p := range pairs {
		if !slices.Contains(joined, p.Into) {
			continue
		}
		grounds, err := c.HoldsOf(ctx, c.ref, p.Into)
		if err != nil {
			return err
		}
		for _, ground := range grounds {
			g := casefile.Ground(ground)
			if g == casefile.GroundCourt || g == casefile.GroundSubmissions {
				continue
			}
			if err := c.holdBack(ctx, from, store.MergedFact{Code: ground, Person: p.Into, From: p.Other}); err != nil {
				return err
			}
		}
	}
	return nil
}
