package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
)

// play lets the office see to every task until the review closes. The
// questionnaire never comes, so that rungs of every kind act.
func (r *recorder) play(ctx context.Context, ref string, p path) error {
	bad, returned, struck := p.bad, p.returned, p.struck
	if p.stuck {
		if err := r.stick(ctx, ref); err != nil {
			return err
		}
	}
	if bad {
		if err := r.badStart(ctx, ref); err != nil {
			return err
		}
	}
	wentAstray := false
	for range 400 {
		var state casefile.Facts
		err := r.store.InTx(ctx, func(tx *store.Tx) (err error) { state, err = tx.Review(ctx, ref); return err })
		if err != nil {
			return err
		}
		if state.Stage == casefile.Closed || (wentAstray && state.Stage == casefile.Representation) {
			return nil
		}
		var deeds []practice.Deed
		for _, t := range state.Tasks {
			if p.clocks && (t.Kind == casefile.TaskQuestionnaire || t.Kind == casefile.TaskNoAppeal) {
				if err := r.stopTheClock(ctx, ref, t); err != nil {
					return err
				}
				p.clocks = t.Kind == casefile.TaskQuestionnaire
			}
			if bad && t.Kind == casefile.TaskQuestionnaire {
				bad, wentAstray = false, true
				deeds = astray()
			}
			switch {
			case t.Kind == casefile.TaskQuestionnaire || len(deeds) > 0:
			case t.Kind == casefile.TaskReport && p.waived:
				deeds = []practice.Deed{
					{
						Login:   "douglas",
						Act:     casefile.ActWaive,
						Subject: t.Subject,
						Text:    practice.Text + ": the delay harms the child.",
						Fields:  func(practice.File) casefile.Fields { return &casefile.WaiveFields{Reason: "delay_harms_child"} },
					},
				}
			case t.Kind == casefile.TaskRequestCheck && struck:
				struck = false
				if deeds, err = r.strikes(ctx, ref); err != nil {
					return err
				}
			case t.Kind == casefile.TaskAgree && returned:
				returned = false
				deeds = []practice.Deed{{Login: "ailsa", Act: casefile.ActReturn, Text: practice.Text + ": the reasons are thin.",
					Fields: func(practice.File) casefile.Fields { return &casefile.ReturnFields{Reasons: []string{"reasons_thin"}} }}}
			default:
				deeds = p.manner.Answer(t)
			}
		}
		for _, d := range deeds {
			if err := r.do(ctx, ref, d); err != nil {
				return err
			}
		}
		if len(deeds) > 0 {
			continue
		}
		next := state.ListingAt
		if t, ok := state.Earliest(); ok && (state.Stage != casefile.Listed || t.Next.At.Before(next)) {
			next = t.Next.At
		}
		if err := r.forward(ctx, ref, next.Add(time.Hour)); err != nil {
			return err
		}
	}
	return errors.New("the review does not come to its end")
}

// stick takes a review to its listing date, on which its next stage can't be
// opened, and has operations recover it once that is mended.
func (r *recorder) stick(ctx context.Context, ref string) error {
	db, err := sqlx.ConnectContext(ctx, "postgres", r.admin)
	if err != nil {
		return err
	}
	for _, kind := range []casefile.TaskKind{casefile.TaskAllocate, casefile.TaskReconcile, casefile.TaskTriage} {
		for _, d := range (practice.Manner{}).Answer(casefile.Task{Kind: kind}) {
			if err := r.do(ctx, ref, d); err != nil {
				return err
			}
		}
	}
	if _, err := db.ExecContext(ctx, `alter table hame.letter rename to letter_away`); err != nil {
		return err
	}
	if err := r.forward(ctx, ref, r.now.Add(20*24*time.Hour)); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `alter table hame.letter_away rename to letter`); err != nil {
		return err
	}
	if err := r.do(ctx, ref, deed("archie", casefile.ActRecover, 0, nil)); err != nil {
		return err
	}
	return db.Close()
}

// stopTheClock holds a case and lets it go after some days: of the family's
// questionnaire on a medical ground, with more time given and a day that becomes a
// holiday meanwhile; of the search for an appeal because a court is asked. It does
// so once for each.
func (r *recorder) stopTheClock(ctx context.Context, ref string, t casefile.Task) error {
	ground, person := casefile.GroundMedical, 0
	if t.Kind == casefile.TaskNoAppeal {
		ground, person = casefile.GroundCourt, t.Subject
	}
	if r.stopped[ground] {
		return nil
	}
	r.stopped[ground] = true
	today := clock.DateOf(r.now)
	hold := &casefile.HoldFields{Ground: ground, ReviewOn: today.AddDays(14)}
	if err := r.do(ctx, ref, deed("fiona", casefile.ActHold, person, hold)); err != nil {
		return err
	}
	if ground == casefile.GroundMedical {
		if err := r.do(ctx, ref, deed("fiona", casefile.ActExtend, 0, &casefile.ExtendFields{Task: casefile.TaskQuestionnaire,
			Decision: casefile.ExtensionGranted, Days: 5, Reason: "illness", AskedBy: "family", AskedOn: today})); err != nil {
			return err
		}
		if err := r.changeCalendar(ctx, today); err != nil {
			return err
		}
	}
	if err := r.forward(ctx, ref, r.now.Add(20*24*time.Hour)); err != nil {
		return err // past the hold's day of review
	}
	return r.do(
		ctx,
		ref,
		deed("fiona", casefile.ActRelease, person, &casefile.ReleaseFields{Ground: ground, Reason: "passed"}),
	)
}

// changeCalendar makes a working day of next week a holiday in both nations, and
// has the deadlines moved.
func (r *recorder) changeCalendar(ctx context.Context, today clock.Date) error {
	operations, err := r.as(ctx, "archie")
	if err != nil {
		return err
	}
	from, err := operations.HolidaysInForce(ctx)
	if err != nil {
		return err
	}
	scotland, err := from.Calendar(clock.Scotland)
	if err != nil {
		return err
	}
	day := scotland.AddWorkingDays(today, 5)
	to, err := clock.NewHolidays("recorded", append(
		from.Days(),
		clock.Holiday{
			Division: clock.DivisionScotland,
			Date:     day,
			Title:    "a day more",
		},
		clock.Holiday{Division: clock.DivisionEnglandAndWales, Date: day, Title: "a day more"},
	))
	if err != nil {
		return err
	}
	cmd, err := desk.New(
		"",
		casefile.ActApplyCalendar,
		0,
		clock.DateOf(r.now),
		&casefile.CalendarFields{Version: to.Version(), Label: to.Label(), Reason: "recorded"},
		"",
	)
	if err != nil {
		return err
	}
	cmd.Office = store.CalendarOffice
	no, err := operations.ApplyCalendar(ctx, cmd, from, to)
	if err != nil {
		return err
	}
	if err := r.dispatcher.MoveDeadlines(ctx, no, true); err != nil {
		return err
	}
	if err := r.client.GetWorkflow(ctx, contract.CalendarID(no), "").Get(ctx, nil); err != nil {
		return err
	}
	return operations.Close()
}

// badStart is what befalls a review before its listing date.
func (r *recorder) badStart(ctx context.Context, ref string) error {
	flag := func(to string) practice.Deed {
		return deed("fiona", casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagJudicialReview, To: to})
	}
	sooner := clock.DateOf(r.now).AddDays(7)
	for _, d := range []practice.Deed{
		deed("fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "court", ListingDate: sooner}),
		flag("on"), flag("off"),
		deed("morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "mp"}),
		deed("morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: 1}),
	} {
		if err := r.do(ctx, ref, d); err != nil {
			return err
		}
	}
	if err := r.client.CancelWorkflow(ctx, ref, ""); err != nil {
		return err
	}
	if _, err := r.dispatcher.TakeStock(ctx, false, ref); err != nil {
		return err
	}
	return r.do(ctx, ref, deed("archie", casefile.ActRecover, 0, nil))
}

// astray is two letters that come back, and a third that does not.
func astray() []practice.Deed {
	var deeds []practice.Deed
	for letter := 1; letter <= 2; letter++ {
		deeds = append(deeds,
			deed("morag", casefile.ActLetterReturned, letter, &casefile.ReturnedFields{To: "family", Reason: "gone_away"}),
			deed("morag", casefile.ActLetterSent, letter+1, &casefile.LetterFields{To: "family", By: "post"}))
	}
	return deeds
}

func deed(login string, act casefile.Act, subject int, fields casefile.Fields) practice.Deed {
	d := practice.Deed{Login: login, Act: act, Subject: subject}
	if fields != nil {
		d.Fields = func(practice.File) casefile.Fields { return fields }
	}
	return d
}

func (r *recorder) do(ctx context.Context, ref string, d practice.Deed) error {
	f := practice.File{Today: clock.DateOf(r.now)}
	err := r.store.InTx(ctx, func(tx *store.Tx) error {
		state, err := tx.Review(ctx, ref)
		if err != nil {
			return err
		}
		f.Revision = state.Revision
		f.Evidence, err = tx.CitableEvidence(ctx, ref)
		return err
	})
	if err != nil {
		return err
	}
	cmd, err := desk.New(ref, d.Act, d.Subject, f.Today, d.On(f), d.Text)
	if err == nil && d.Act == casefile.ActContact { // the same one of that day may be meant again
		cmd.Fields, err = casefile.Confirm(cmd.Fields)
	}
	if err != nil {
		return err
	}
	login, err := r.as(ctx, d.Login)
	if err != nil {
		return err
	}
	receipt, err := (&desk.Desk{Store: login}).Do(ctx, cmd)
	if err = errors.Join(err, login.Close()); err != nil {
		return fmt.Errorf("%s: %w", d.Act, err)
	}
	if receipt.Refused != nil {
		return fmt.Errorf("%s: %w", d.Act, receipt.Refused)
	}
	return nil
}

// strikes are the deeds of the two officers who strike the last evidence of a case.
func (r *recorder) strikes(ctx context.Context, ref string) ([]practice.Deed, error) {
	var last int
	err := r.store.InTx(ctx, func(tx *store.Tx) error {
		for no := 1; ; no++ {
			act, err := tx.ActByNumber(ctx, ref, no)
			switch {
			case store.IsKind(err, store.NotFound) && no > last+50: // past the last act and its outcome
				return nil
			case err == nil && act.Act == casefile.ActEvidence && act.Done:
				last = no
			case err != nil && !store.IsKind(err, store.NotFound):
				return err
			}
		}
	})
	fields := func(practice.File) casefile.Fields {
		return &casefile.StrikeFields{Act: last, Reason: casefile.SlipWrongCase}
	}
	return []practice.Deed{{Login: "morag", Act: casefile.ActStrike, Fields: fields},
		{Login: "hamish", Act: casefile.ActStrike, Fields: fields}}, err
}
