package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/synthetic"
)

// incidents are the bad days that one family has: what was lost in the post,
// came back, or was wrong on file. Every Nth family has each, by its number in
// the backlog, so that also a small rehearsal shows them; the rates are those of
// domain.md 6.5 where it has one, else [D].
type incidents struct {
	lostPost      bool // the questionnaire arrives without a reference, and lies unlinked for days
	returns       int  // letters that come back from the family
	wrongFact     bool // 5%: a birth date that the paper file has otherwise
	concern       bool // 2%: the lead professional fears for the child
	restricted    bool // 1%: a case that only those named may see
	namesAgreed   bool // the family agrees that ministers read its names
	draftReturned bool // private office sends the draft back once
	wetSignature  bool // the minister signs on paper
	stale         bool // evidence arrives while the second officer has the proposal
	returnedTwice bool // the second officer returns two proposals
	appeals       bool // a refused person appeals
	slip          bool // 4%: evidence of another family's, found at once and struck
	lateSlip      bool // 2%: the same, found a week later and struck by two
}

func incidentsOf(key string) incidents {
	n, err := strconv.Atoi(strings.TrimPrefix(key, synthetic.KeyPrefix))
	if err != nil {
		return incidents{}
	}
	i := incidents{
		lostPost: n%12 == 5, wrongFact: n%20 == 9, concern: n%50 == 11, restricted: n%100 == 7, namesAgreed: n%8 == 1,
		draftReturned: n%7 == 2, wetSignature: n%3 == 0, stale: n%5 == 4, returnedTwice: n%9 == 6, appeals: n%4 == 2,
		slip: n%25 == 14, lateSlip: n%50 == 22,
	}
	switch {
	case n%32 == 3:
		i.returns = 2
	case n%16 == 3: // 6% have returned mail
		i.returns = 1
	}
	return i
}

// event is something that happens to a family by itself, on a day of its clock.
type event struct {
	at time.Time
	do func(context.Context, *Rehearsal) error
}

// later lets something happen after so many days of the review's clock, on the
// desk day that follows.
func (v *inPlay) later(days int, do func(context.Context, *Rehearsal) error) {
	on := v.deskDay(clock.DateOf(v.now).AddDays(days))
	v.events = append(v.events, event{on.Start().Add(11 * time.Hour), do})
}

// happen plays the events whose time has come. It reports whether there were any.
func (v *inPlay) happen(ctx context.Context, r *Rehearsal) (bool, error) {
	i := slices.IndexFunc(v.events, func(e event) bool { return !e.at.After(v.now) })
	if i < 0 {
		return false, nil
	}
	e := v.events[i]
	v.events = slices.Delete(v.events, i, i+1)
	return true, e.do(ctx, r)
}

// today is the day on which the review's clock stands.
func (v *inPlay) today() clock.Date { return clock.DateOf(v.now) }

// sendLetter sends the letter of a kind that waits to be sent. Some come back.
func (v *inPlay) sendLetter(ctx context.Context, r *Rehearsal, kind, by string, on clock.Date) (bool, error) {
	var no int
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		no, err = tx.UnsentLetter(ctx, v.ref, kind)
		return err
	})
	if err != nil {
		return false, err
	}
	if no == 0 { // the family has it, and somebody else may still wait for it
		return v.writeToRepresentatives(ctx, r, v.lastLetter[kind], on)
	}
	v.lastLetter[kind] = no
	letters := v.manner().Letters(kind, by)
	for i := range letters {
		letters[i].Subject = no
	}
	sent, err := v.does(ctx, r, on, letters[0])
	if err != nil || !sent {
		return sent, err
	}
	if v.bad.returns > 0 && kind == practice.Opening {
		v.bad.returns--
		v.later(8, func(ctx context.Context, r *Rehearsal) error {
			_, err := v.do(
				ctx,
				r,
				v.owner,
				casefile.ActLetterReturned,
				no,
				v.today(),
				&casefile.ReturnedFields{To: "family", Reason: "gone_away"},
				"",
			)
			return err
		})
	}
	if !v.rep || (kind == practice.Opening && v.repHasLetter) {
		return true, nil
	}
	v.repHasLetter = v.repHasLetter || kind == practice.Opening
	return v.writeToRepresentatives(ctx, r, no, on)
}

// writeToRepresentatives sends a letter to the representative, and for some days after a change
// to the one before.
func (v *inPlay) writeToRepresentatives(ctx context.Context, r *Rehearsal, no int, on clock.Date) (bool, error) {
	if !v.rep || no == 0 {
		return false, nil
	}
	to := []string{"representative"}
	if v.writesToFormer(on) {
		to = append(to, casefile.FormerRepresentative)
	}
	done := false
	for _, addressee := range to {
		sent, err := v.do(ctx, r, v.owner, casefile.ActLetterSent, no, on, &casefile.LetterFields{To: addressee, By: "email"}, "")
		if err != nil {
			return false, err
		}
		done = done || sent
	}
	return done, nil
}

// trace finds where the family lives now, and writes to it there.
func (v *inPlay) trace(ctx context.Context, r *Rehearsal, letter string, on clock.Date) (bool, error) {
	moved := &casefile.CorrectFields{Field: "address", Reason: "changed", Source: "provider"}
	if _, err := v.do(ctx, r, v.owner, casefile.ActCorrect, 0, on, moved,
		fmt.Sprintf("%d SYNTHETIC Street", 1+v.random.IntN(200))); err != nil {
		return false, err
	}
	return v.sendLetter(ctx, r, letter, "recorded_delivery", on)
}

// loseInPost lets a questionnaire arrive with a name on it and no reference: the
// mailroom records it, and somebody finds its case some days later (C1).
func (v *inPlay) loseInPost(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	v.bad.lostPost = false
	var family, given string
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		family, given, err = tx.Names(ctx, v.ref, 1)
		return err
	})
	if err != nil {
		return false, err
	}
	d, err := r.deskOf(ctx, pick(v.random, practice.Logins(casefile.Caseworker)))
	if err != nil {
		return false, err
	}
	item, err := d.ReceivePost(
		ctx,
		on,
		&casefile.PostFields{From: "family"},
		store.PostSays{NameKey: backlog.NameKey(family, given)},
		"SYNTHETIC: a form without a reference.",
		true,
	)
	r.count(func(t *Tally) { t.Acts++ })
	if err != nil {
		return false, err
	}
	v.later(2+v.random.IntN(8), func(ctx context.Context, r *Rehearsal) error {
		found := &casefile.ItemFields{Item: item}
		if _, err := v.do(ctx, r, v.owner, casefile.ActLinkPost, 0, v.today(), found, ""); err != nil {
			return err
		}
		v.inPost = on
		return nil
	})
	return true, nil
}

// slips lets evidence that was just recorded have been another family's, for some
// families: its author strikes it at once, or two officers do when it is found. Then the
// provider is asked again.
func (v *inPlay) slips(ctx context.Context, r *Rehearsal) error {
	if !v.bad.slip && !v.bad.lateSlip {
		return nil
	}
	d, err := r.deskOf(ctx, v.owner)
	if err != nil {
		return err
	}
	// The author finds it in the list of the acts that they may strike.
	acts, err := d.Store.MyActs(ctx, v.ref)
	if err != nil {
		return err
	}
	i := len(acts) - 1
	for i >= 0 && acts[i].Kind != casefile.ActEvidence {
		i--
	}
	if i < 0 {
		return nil
	}
	if v.bad.slip {
		v.bad.slip = false
		return v.strike(ctx, r, acts[i].Act, v.owner)
	}
	v.bad.lateSlip = false
	v.later(7, func(ctx context.Context, r *Rehearsal) error {
		return v.strike(ctx, r, acts[i].Act, v.owner, practice.Logins(casefile.SeniorCaseworker)[0])
	})
	return nil
}

// strike has officers strike an act.
func (v *inPlay) strike(ctx context.Context, r *Rehearsal, act int, logins ...string) error {
	for _, login := range logins {
		fields := &casefile.StrikeFields{Act: act, Reason: casefile.SlipWrongCase}
		if done, err := v.do(ctx, r, login, casefile.ActStrike, 0, v.today(), fields, ""); err != nil || !done {
			return err
		}
	}
	clear(v.plans) // what is open again is planned anew
	return nil
}

// settleArrival reads what has come for a case that is closed, and finds that it changes nothing.
// Of the senior caseworkers one does it who sees the case.
func (v *inPlay) settleArrival(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	var unread []int
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		unread, err = tx.UnreadPost(ctx, v.ref)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, item := range unread {
		read, err := v.do(ctx, r, v.owner, casefile.ActReadPost, 0, on, &casefile.ItemFields{Item: item}, "")
		if err != nil || !read {
			return false, err
		}
	}
	for _, login := range practice.Logins(casefile.SeniorCaseworker) {
		d, err := r.deskOf(ctx, login)
		if err != nil {
			return false, err
		}
		cmd, err := desk.New(v.ref, casefile.ActArrival, 0, on, &casefile.ArrivalFields{Finding: "no_change"}, "")
		if err != nil {
			return false, err
		}
		err = persist(ctx, func() error { return d.Store.SettleArrival(ctx, cmd) })
		if !store.IsKind(err, store.NotFound) && !store.IsKind(err, store.NotPermitted) {
			r.count(func(t *Tally) { t.Acts++ })
			return err == nil, err
		}
	}
	return false, nil
}

// readPost reads an item; where it is the questionnaire, that is recorded for
// the day on which it came.
func (v *inPlay) readPost(ctx context.Context, r *Rehearsal, item int, on clock.Date) (bool, error) {
	read, err := v.do(ctx, r, v.owner, casefile.ActReadPost, 0, on, &casefile.ItemFields{Item: item}, "")
	if err != nil || v.inPost.IsZero() {
		return read, err
	}
	came := v.inPost
	v.inPost = clock.Date{}
	return v.do(
		ctx,
		r,
		v.owner,
		casefile.ActEvidence,
		0,
		came,
		&casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"},
		"",
	)
}

// correctBirth corrects the principal's birth date by what the paper file says.
func (v *inPlay) correctBirth(ctx context.Context, r *Rehearsal, on clock.Date) error {
	v.bad.wrongFact = false
	birth := v.people[0].Birth
	if birth.IsZero() {
		return nil
	}
	_, err := v.do(
		ctx,
		r,
		v.owner,
		casefile.ActCorrect,
		1,
		on,
		&casefile.CorrectFields{Field: "date_of_birth", Reason: "misread", Source: "paper_file"},
		birth.Earliest().AddDays(-1-v.random.IntN(20)).String(),
	)
	return err
}

// restrict has a senior caseworker restrict the case, and name on it those who will
// have to do with it.
func (v *inPlay) restrict(ctx context.Context, r *Rehearsal, on clock.Date) error {
	v.bad.restricted = false
	senior := practice.Logins(casefile.SeniorCaseworker)[0]
	restricted := &casefile.FlagFields{Flag: casefile.FlagRestricted, To: "on"}
	if _, err := v.do(ctx, r, senior, casefile.ActFlag, 1, on, restricted, ""); err != nil {
		return err
	}
	name := func(role casefile.Party, logins ...string) error {
		for _, login := range logins {
			named := &casefile.AssignFields{To: login, Role: role}
			done, err := v.do(ctx, r, senior, casefile.ActAssign, 0, on, named, "")
			if err != nil {
				return err
			}
			if !done && v.walled {
				v.keptApart = append(v.keptApart, login)
			}
		}
		return nil
	}
	roles := []casefile.Party{casefile.DecisionMaker, casefile.SecondOfficer, casefile.RepresentationDrafter,
		casefile.PrivateOffice, casefile.Minister}
	if v.walled {
		roles = append(roles, casefile.SeniorCaseworker) // else only one of them sees it
	}
	for _, role := range roles {
		if err := name(role, practice.Logins(role)...); err != nil {
			return err
		}
	}
	for _, role := range []casefile.Party{casefile.WelfareLead, casefile.LeadProfessional} {
		if err := name(role, practice.CouncilLogins(v.council, role)...); err != nil {
			return err
		}
	}
	return nil
}

// lookIntoFlags has two senior caseworkers confirm or clear an allegation of
// public harm, and one of them an illness.
func (v *inPlay) lookIntoFlags(ctx context.Context, r *Rehearsal, person int, on clock.Date) (bool, error) {
	flags, err := v.flags(ctx, r)
	if err != nil {
		return false, err
	}
	seniors := practice.Logins(casefile.SeniorCaseworker)
	done := false
	for _, f := range flags {
		if f.Person != person || f.State != "alleged" {
			continue
		}
		switch f.Flag {
		case casefile.FlagSeriousIllness:
			done, err = v.do(ctx, r, seniors[0], casefile.ActFlag, person, on, &casefile.FlagFields{Flag: f.Flag, To: "on"}, "")
		case casefile.FlagPublicHarm:
			to := pick(v.random, []string{"off", "off", "on"})
			for _, senior := range seniors {
				fields := &casefile.FlagFields{Flag: f.Flag, To: to}
				if done, err = v.do(ctx, r, senior, casefile.ActFlag, person, on, fields, ""); err != nil {
					return false, err
				}
			}
		}
		if err != nil {
			return false, err
		}
	}
	return done, nil
}

func (v *inPlay) flags(ctx context.Context, r *Rehearsal) ([]store.PersonFlag, error) {
	var flags []store.PersonFlag
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		flags, err = tx.Flags(ctx, v.ref)
		return err
	})
	return flags, err
}

// firstDay is what waits on the desks when a rehearsal begins: files that may be
// one family, an item of post for a family that is not listed yet, a family that
// must not wait its turn.
func (r *Rehearsal) firstDay(ctx context.Context, today clock.Date) error {
	if err := r.resolveDuplicates(ctx, today); err != nil {
		return err
	}
	if time.Since(today.Start()) > 48*time.Hour || time.Until(today.Start()) > 48*time.Hour {
		return nil // a review starts by the wall's clock: what arrives today would arrive in the past
	}
	senior, err := r.deskOf(ctx, practice.Logins(casefile.SeniorCaseworker)[0])
	if err != nil {
		return err
	}
	waiting, _, err := senior.Store.WaitingOrder(ctx, casefile.Legacy)
	if err != nil {
		return err
	}
	for i, w := range waiting {
		var act casefile.Act
		var fields casefile.Fields
		login := practice.Logins(casefile.SeniorCaseworker)[0]
		switch i % 100 {
		case 60:
			act, fields = casefile.ActOpen, &casefile.OpenFields{Reason: "safeguarding", ListingDate: today.AddDays(14)}
		case 70:
			act, fields, login = casefile.ActReceivePost, &casefile.PostFields{
				From: "representative",
			}, practice.Logins(casefile.Caseworker)[0]
		default:
			continue
		}
		d, err := r.deskOf(ctx, login)
		if err != nil {
			return err
		}
		cmd, err := desk.New(w.Case, act, 0, today, fields, "")
		if err != nil {
			return err
		}
		r.count(func(t *Tally) { t.Acts++ })
		if _, err := d.Do(ctx, cmd); err != nil {
			return fmt.Errorf("%s, %s: %w", w.Case, act, err)
		}
	}
	return nil
}

// resolveDuplicates lets caseworkers say of most pairs whether they are one
// family; one in ten is left, escalates, and is resolved late.
func (r *Rehearsal) resolveDuplicates(ctx context.Context, today clock.Date) error {
	d, err := r.deskOf(ctx, practice.Logins(casefile.Caseworker)[0])
	if err != nil {
		return err
	}
	pairs, err := d.Store.Duplicates(ctx, 1000)
	if err != nil {
		return err
	}
	for i, p := range pairs {
		if p.Held != "" || i%10 == 9 {
			continue
		}
		finding := "same"
		if i%3 == 2 {
			finding = "different"
		}
		if err := r.resolve(ctx, d, p, today, finding); err != nil {
			return err
		}
	}
	return nil
}

// mergeDoubles merges the files into this one that are held because they are the same family:
// the case owner pairs the people, and a senior caseworker agrees.
func (v *inPlay) mergeDoubles(ctx context.Context, r *Rehearsal, on clock.Date) error {
	var doubles []string
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		doubles, err = tx.DoublesOf(ctx, v.ref)
		return err
	})
	if err != nil {
		return err
	}
	for _, other := range doubles {
		merge := &casefile.MergeFields{Other: other, As: string(casefile.OtherDependant)}
		err := r.o.Store.InTx(ctx, func(tx *store.Tx) error {
			pairs, err := tx.LikelyPairs(ctx, v.ref, other)
			for _, p := range pairs {
				merge.Pairs = append(merge.Pairs, fmt.Sprintf("%d=%d", p.Into, p.Other))
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := v.byTwo(ctx, r, v.owner, lookingInto, casefile.ActMerge, 0, merge); err != nil {
			return err
		}
	}
	if len(doubles) == 0 {
		return nil
	}
	return r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		v.people, err = tx.People(ctx, v.ref)
		return err
	})
}

// resolveLate lets a senior caseworker settle the pairs that nobody has looked at in time: as
// long as they wait, neither file is drawn.
func (r *Rehearsal) resolveLate(ctx context.Context, today clock.Date) error {
	d, err := r.deskOf(ctx, lookingInto)
	if err != nil {
		return err
	}
	pairs, err := d.Store.Duplicates(ctx, 1000)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if p.Held != "" || p.DueOn.IsZero() || !p.DueOn.Before(today) {
			continue
		}
		if err := r.resolve(ctx, d, p, today, "same"); err != nil {
			return err
		}
	}
	return nil
}

// resolve says of a pair whether its files are one family.
func (r *Rehearsal) resolve(ctx context.Context, d *desk.Desk, p store.DuplicatePair, today clock.Date, finding string) error {
	cmd, err := desk.New(p.A, casefile.ActDuplicate, 0, today, &casefile.DuplicateFields{Other: p.B, Finding: finding}, "")
	if err != nil {
		return err
	}
	r.count(func(t *Tally) { t.Acts++ })
	if _, err := d.Store.ResolveDuplicate(ctx, cmd, today.AddDays(28)); err != nil {
		return fmt.Errorf("%s and %s: %w", p.A, p.B, err)
	}
	return nil
}
