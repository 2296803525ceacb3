package activities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// strike strikes an act that was entered by mistake (docs/process.md, Slips): alone if its
// author does so on the same day, else when a second officer does the same. The first
// one's wish waits as a task.
func strike(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.StrikeFields)
	target, err := c.doneAct(ctx, cmd, f.Act)
	if err != nil {
		return err
	}
	if f.Reason != casefile.SlipStands { // what was asked for can be let stand in any stage
		if err := c.mayBeStruck(ctx, target); err != nil {
			return err
		}
	}
	request, err := c.OpenStrike(ctx, target.ID)
	waits := !store.IsKind(err, store.NotFound)
	if err != nil && waits {
		return err
	}
	switch {
	case f.Reason == casefile.SlipStands && !waits:
		return casefile.Refuse(
			casefile.RefusedNothingOpen,
			fmt.Sprintf("nobody has asked that act %d be struck: it stands", f.Act),
		)
	case f.Reason == casefile.SlipStands:
		return c.letStand(ctx, cmd, target, request)
	case waits && request.FirstBy != cmd.Person && request.Reason != f.Reason:
		return casefile.Refuse(
			casefile.RefusedConstraint,
			fmt.Sprintf(
				"%s asked for it with another reason, %s: type the same, or let the act stand with --reason stands",
				request.FirstBy,
				request.Reason,
			),
		)
	case waits && request.FirstBy == cmd.Person:
		return casefile.Refuse(
			casefile.RefusedFourEyes,
			"you asked for it yourself: another officer who may do such an act must strike it too",
		)
	case waits:
		if err := c.SettleStrike(ctx, request.No, "struck", cmd.Person, cmd.ID, c.now); err != nil {
			return err
		}
		if _, err := c.done(ctx, casefile.TaskStrike, target.No, "struck", c.today); err != nil {
			return err
		}
		return c.takeBack(ctx, target, f.Reason, request.No)
	}
	proposed, err := c.proposalWaits(ctx)
	if err != nil {
		return err
	}
	s := casefile.Struck{
		Rule:  target.Act.Rule(),
		Today: clock.DateOf(*target.At) == c.today,
		Own:   target.Person == cmd.Person,
		Rests: c.before.Signed || proposed,
	}
	request.No, err = c.AskToStrike(ctx, target, c.ref, f.Reason, cmd.Person, s.TakesTwo(), c.today, cmd.ID)
	if err != nil {
		return err
	}
	if s.TakesTwo() {
		c.fileUntouched = true // nothing has changed yet
		return c.openFor(ctx, casefile.TaskStrike, target.No, c.today, s.Rule.Roles[0])
	}
	if err := c.SettleStrike(ctx, request.No, "struck", "", cmd.ID, c.now); err != nil {
		return err
	}
	return c.takeBack(ctx, target, f.Reason, request.No)
}

// doneAct returns an act of the case that was done and is not struck, and that this officer
// may strike.
func (c *change) doneAct(ctx context.Context, cmd store.Command, no int) (store.DoneAct, error) {
	notYours := casefile.Refuse(
		casefile.RefusedNoSubject,
		fmt.Sprintf("the case has no act %d that you may strike: case strike %s lists those that you may", no, c.ref),
	)
	target, err := c.ActByNumber(ctx, c.ref, no)
	if store.IsKind(err, store.NotFound) {
		return target, notYours
	}
	if err != nil {
		return target, err
	}
	may, err := c.MayStrike(ctx, cmd.ID, target.Act)
	switch {
	case err != nil:
		return target, err
	case !may:
		return target, notYours // the kind of act is not theirs to know
	case !target.Done:
		return target, casefile.Refuse(
			casefile.RefusedNothingOpen,
			fmt.Sprintf("act %d was not done: there is nothing to strike", no),
		)
	case target.Struck:
		return target, casefile.Refuse(casefile.RefusedAlreadyDone, fmt.Sprintf("act %d is struck already", no))
	case !target.Kept:
		return target, casefile.Refuse(
			casefile.RefusedNotStruck,
			fmt.Sprintf("act %d was recorded before Hame kept what acts change: put it right by a new act", no),
		)
	}
	return target, nil
}

// mayBeStruck refuses to strike an act that its rule, the case's stage, a decision that was
// corrected since or a later act does not allow to be struck.
func (c *change) mayBeStruck(ctx context.Context, target store.DoneAct) error {
	no := target.No
	if refusal := c.before.MayBeStruck(target.Act.Rule()); refusal != nil {
		return refusal
	}
	if rule := target.Act.Rule(); rule.From == casefile.Service || rule.Subject == casefile.AboutLetter {
		by, err := c.CorrectedSince(ctx, c.ref, target)
		if err != nil {
			return err
		}
		if by > 0 {
			return casefile.Refuse(
				casefile.RefusedNotStruck,
				fmt.Sprintf(
					"act %d carried out a decision that decision %d has corrected since: it stays on record, and nothing rests on it",
					no,
					by,
				),
			)
		}
	}
	resting, err := c.RestsOn(ctx, target.ID)
	if err != nil {
		return err
	}
	acts := make([]casefile.Resting, len(resting))
	for i, r := range resting {
		acts[i] = r.Resting
	}
	if refusal := casefile.CheckResting(no, casefile.NotStruckAlong(target.Act, acts)); refusal != nil {
		return refusal
	}
	return nil
}

// letStand settles a request to strike an act: it was no mistake.
func (c *change) letStand(
	ctx context.Context,
	cmd store.Command,
	target store.DoneAct,
	request store.StrikeRequest,
) error {
	second := cmd.Person
	if request.FirstBy == cmd.Person {
		second = "" // the officer who asked has thought better of it
	}
	c.fileUntouched = true
	if err := c.SettleStrike(ctx, request.No, "stands", second, cmd.ID, c.now); err != nil {
		return err
	}
	_, err := c.done(ctx, casefile.TaskStrike, target.No, "stands", c.today)
	return err
}

func (c *change) proposalWaits(ctx context.Context) (bool, error) {
	_, err := c.OpenProposal(ctx, c.ref)
	if store.IsKind(err, store.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// takeBack does what follows from the striking of an act: its facts no longer count, the
// tasks that it opened are moot, and those that it answered wait again, with the time that
// was left. A stage that it finished is open again.
func (c *change) takeBack(ctx context.Context, target store.DoneAct, reason string, no int64) error {
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	if err := c.StopJournal(ctx); err != nil { // taking back is no change of its own
		return err
	}
	stays, err := c.takePostAway(ctx, target, reason)
	if err != nil {
		return err
	}
	if err := c.VoidOpenedBy(ctx, target.ID, c.now); err != nil {
		return err
	}
	answered, err := c.ClosedBy(ctx, target.ID)
	if err != nil {
		return err
	}
	if !stays {
		if err := c.TakeBack(ctx, no); err != nil {
			return err
		}
	}
	for _, t := range answered {
		if err := c.reopen(ctx, t); err != nil {
			return err
		}
	}
	if err := c.stillAsked(ctx, target); err != nil {
		return err
	}
	if c.before.Stage == casefile.Closed {
		return nil
	}
	if c.before.Signed {
		rests, err := c.DecidedSince(ctx, target.ID)
		if err != nil || !rests {
			return err
		}
		// The decision stands as it was signed; somebody looks whether it must be corrected.
		return c.open(ctx, casefile.TaskLateArrival, 0, c.today)
	}
	return c.goBack(ctx)
}

// reopen lets a new task take the place of one whose answer was struck, with the days that
// were left on the day attested for it. Exceptions: another act that stands answers it; or
// its time had passed before the answer came.
func (c *change) reopen(ctx context.Context, t store.TaskDates) error {
	rule, _ := t.Kind.Rule()
	if err := c.VoidTask(ctx, t.ID, c.now); err != nil {
		return err
	}
	if t.Kind == casefile.TaskAgree {
		return nil // the proposal went back, and stays with its author
	}
	if c.before.Signed && rule.Stage.Before(casefile.Service) && t.Kind != casefile.TaskAllocate {
		return nil // it is not asked any more: the decision is signed
	}
	if slices.Contains(askedByStage[rule.Stage], t.Kind) && !c.before.HasOpened(rule.Stage) {
		return nil // its stage will ask when it is open again
	}
	answer, err := c.AnswerOf(ctx, c.ref, t.Kind, t.Subject, t.OpenedAt)
	answered := err == nil
	if err != nil && !store.IsKind(err, store.NotFound) {
		return err
	}
	to := store.Reopened{Days: t.Days, Dates: t.Ledger(nil).Shown}
	if !answered && t.AnsweredAt == nil {
		if to, err = c.withWhatWasLeft(ctx, t); err != nil {
			return err
		}
	}
	id, err := c.Reopen(ctx, t.ID, to, c.cmd.ID, c.now)
	switch {
	case store.IsKind(err, store.NotFound):
		return c.AskedFor(ctx, t.ID) // it was asked again since, and is open
	case err != nil:
		return err
	case answered:
		late := t.Kind.CanBeMissed() && !to.DueOn.IsZero() && to.DueOn.Before(answer.On)
		return c.CloseAs(ctx, id, answer.Result, answer.On, late, answer.Command, c.now)
	case t.AnsweredAt != nil:
		result := casefile.ResultGap
		if rule.OnDue == casefile.EffectLapse {
			result = casefile.ResultLapsed
		}
		return c.CloseAs(ctx, id, result, clock.Date{}, t.Kind.CanBeMissed(), uuid.Nil, c.now)
	}
	return nil
}

// withWhatWasLeft works out the dates of a task that is open again: the last day moves on
// by the days in which it counted as answered, so that as much is left as was then.
func (c *change) withWhatWasLeft(ctx context.Context, t store.TaskDates) (store.Reopened, error) {
	pauses, err := c.pauses(ctx, t.Kind)
	if err != nil {
		return store.Reopened{}, err
	}
	answered := clock.DateOf(*t.ClosedAt)
	if !t.AttestedOn.IsZero() && t.AttestedOn.Before(answered) {
		answered = t.AttestedOn
	}
	// A task that is open again has been open since then, and not since it began.
	if opened := clock.DateOf(t.OpenedAt); answered.Before(opened) {
		answered = opened
	}
	if answered.Before(t.Began) {
		answered = t.Began
	}
	deadline := t.Deadline(pauses)
	to := store.Reopened{Days: deadline.Budget.Days}
	if to.Days, err = policy.LengthenedBy(deadline, c.holidays, answered, c.today); err != nil {
		return to, err
	}
	deadline.Budget.Days = to.Days
	if !t.DueOn.IsZero() { // it was shown, and is kept or moved on
		if to.Days, err = policy.UntilAtLeast(deadline, c.holidays, t.DueOn); err != nil {
			return to, err
		}
		deadline.Budget.Days = to.Days
	}
	day, err := policy.DayBy(deadline, c.holidays)
	if err != nil {
		return to, err
	}
	to.Dates = policy.Dates{DueOn: day.On, Provisional: day.Provisional, Version: c.holidays.Version()}
	next, no := t.NextRung, t.NextNo
	if late := next != casefile.Reminder && next != casefile.Due; late && day.Passed(c.today) {
		to.Overdue, to.Escalated = true, t.Escalated
	} else if late {
		next, no = casefile.Due, t.Acted[casefile.Due] // it was due, and the new day has not passed
	}
	if to.Next, err = c.rules.Rung(t.Kind, deadline, c.holidays, next, no); err != nil {
		return to, err
	}
	if next == casefile.Diary && t.Next != nil {
		to.Next.At = *t.Next
	}
	if day.On.IsZero() {
		to.Next.At = time.Time{}
	}
	return to, nil
}

// keptSince lengthens a deadline that begins anew after an act was struck, if a later last
// day was shown before: what somebody was shown is never shortened behind their back [D].
func (c *change) keptSince(
	ctx context.Context,
	kind casefile.TaskKind,
	subject int,
	d clock.Deadline,
) (clock.Deadline, error) {
	if !c.before.Struck || kind == casefile.TaskHold {
		return d, nil
	}
	shown, err := c.LastShown(ctx, c.ref, kind, subject)
	if err != nil || shown.IsZero() {
		return d, err
	}
	d.Budget.Days, err = policy.UntilAtLeast(d, c.holidays, shown)
	return d, err
}

// stillAsked opens or makes moot the tasks that follow from several acts together.
func (c *change) stillAsked(ctx context.Context, target store.DoneAct) error {
	switch target.Act {
	case casefile.ActLetterSent:
		return c.openingAskedAgain(ctx)
	case casefile.ActEvidence:
		return c.askWhoWasNotAsked(ctx)
	case casefile.ActRecordCheck, casefile.ActLookInto:
		if c.before.HasOpened(casefile.Decision) {
			return c.askToLookInto(ctx)
		}
	case casefile.ActRecordService, casefile.ActStatusIssued:
		return c.servedAgain(ctx)
	}
	return nil
}

// askWhoWasNotAsked asks the providers who were not, because their answer was on record
// before it was asked for, and who have not answered now.
func (c *change) askWhoWasNotAsked(ctx context.Context) error {
	if c.before.Signed || !c.before.HasOpened(casefile.Evidence) {
		return nil
	}
	asked, err := c.asked(ctx)
	if err != nil {
		return err
	}
	sent, err := c.OpeningSent(ctx, c.ref)
	if err != nil {
		return err
	}
	if len(sent) > 0 {
		asked = append(asked, asking{casefile.ProviderQuestionnaire, 0})
	}
	for _, x := range asked {
		had, err := c.HadTask(ctx, c.ref, x.provider.Task(), x.person)
		if err != nil {
			return err
		}
		if had {
			continue
		}
		if err := c.ask(ctx, x.provider, x.person, c.today); err != nil {
			return err
		}
	}
	return nil
}

// openingAskedAgain makes the family's questionnaire moot, if an addressee of the opening
// letter still waits for it.
func (c *change) openingAskedAgain(ctx context.Context) error {
	if c.before.Signed {
		return nil
	}
	sent, err := c.OpeningSent(ctx, c.ref)
	if err != nil || len(sent) > 0 {
		return err
	}
	for _, kind := range []casefile.TaskKind{casefile.TaskQuestionnaire, casefile.TaskContact} {
		if err := c.VoidTasks(ctx, c.ref, -1, c.now, kind); err != nil {
			return err
		}
	}
	asked, err := c.LastClosed(ctx, c.ref, casefile.TaskQuestionnaire, 0)
	switch {
	case err == nil:
		if err := c.VoidTask(ctx, asked.ID, c.now); err != nil {
			return err
		}
	case !store.IsKind(err, store.NotFound):
		return err
	}
	return c.askedAgain(ctx, casefile.TaskOpeningLetter)
}

// askedAgain opens a task of the whole case anew that another act had closed meanwhile.
func (c *change) askedAgain(ctx context.Context, kind casefile.TaskKind) error {
	closed, err := c.LastClosed(ctx, c.ref, kind, 0)
	if store.IsKind(err, store.NotFound) {
		return nil // it is open
	}
	if err != nil {
		return err
	}
	return c.reopen(ctx, closed)
}

// servedAgain sees to the tasks of service after one was struck: a person who is not served
// waits to be, and has no window to appeal in yet.
func (c *change) servedAgain(ctx context.Context) error {
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	unserved, documents := false, false
	for _, p := range people {
		documents = documents || (p.Outcome.IsGrant() && !p.ServedOn.IsZero() && p.StatusOn.IsZero())
		if !p.ServedOn.IsZero() {
			continue
		}
		unserved = true
		if err := c.VoidTasks(ctx, c.ref, p.Person, c.now, casefile.TaskAppealWindow, casefile.TaskNoAppeal); err != nil {
			return err
		}
	}
	if unserved {
		if err := c.askedAgain(ctx, casefile.TaskServe); err != nil {
			return err
		}
	}
	if documents {
		if err := c.askedAgain(ctx, casefile.TaskStatus); err != nil {
			return err
		}
		return c.open(ctx, casefile.TaskStatus, 0, c.today)
	}
	return c.VoidTasks(ctx, c.ref, 0, c.now, casefile.TaskStatus)
}

// takePostAway takes an item of post off the file to which it was linked by mistake, with
// the acts by which it was read there. A task asks whose data it held, who saw it and who
// was told. It reports whether the item stays, in the mailroom; else all that the act changed
// is taken back.
func (c *change) takePostAway(ctx context.Context, target store.DoneAct, reason string) (bool, error) {
	item := 0
	var err error
	switch target.Act {
	case casefile.ActReceivePost:
		item, err = c.ItemOf(ctx, target.ID)
	case casefile.ActLinkPost:
		var fields casefile.Fields
		if fields, err = casefile.DecodeFields(target.Act, target.Fields); err == nil {
			item = fields.(*casefile.ItemFields).Item
		}
	}
	if err != nil || item == 0 {
		return false, err
	}
	resting, err := c.RestsOn(ctx, target.ID)
	if err != nil {
		return false, err
	}
	for _, r := range resting {
		along := store.DoneAct{ID: r.ID, No: r.No, Act: r.Act}
		if waits, err := c.OpenStrike(ctx, r.ID); err == nil { // somebody has asked for that one alone
			if err := c.letStand(ctx, store.Command{Person: waits.FirstBy}, along, waits); err != nil {
				return false, err
			}
			c.fileUntouched = false
		} else if !store.IsKind(err, store.NotFound) {
			return false, err
		}
		request, err := c.AskToStrike(ctx, along, c.ref, reason, c.cmd.Person, false, c.today, c.cmd.ID)
		if err != nil {
			return false, err
		}
		if err := c.SettleStrike(ctx, request, "struck", "", c.cmd.ID, c.now); err != nil {
			return false, err
		}
		if err := c.TakeBack(ctx, request); err != nil {
			return false, err
		}
	}
	if err := c.VoidTasks(ctx, c.ref, item, c.now, casefile.TaskReadPost); err != nil {
		return false, err
	}
	if target.Act == casefile.ActReceivePost &&
		!slices.Contains([]string{casefile.SlipWrongCase, casefile.SlipWrongPerson,
			casefile.SlipWrongItem}, reason) {
		return false, nil
	}
	if err := c.open(ctx, casefile.TaskBreach, item, c.today); err != nil {
		return false, err
	}
	if target.Act == casefile.ActLinkPost {
		return false, nil // what the link changed is taken back
	}
	return true, c.TakeItemAway(ctx, c.ref, item) // the item was received, for this case or another
}

// answerBreach records whose data a wrongly linked item held, who saw it and who was told.
func answerBreach(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	item := fields.(*casefile.BreachFields).Item
	c.fileUntouched = true // it says nothing about this family
	open, err := c.done(ctx, casefile.TaskBreach, item, "answered", cmd.AttestedOn)
	if err == nil && !open {
		return casefile.Refuse(
			casefile.RefusedNothingOpen,
			fmt.Sprintf("nothing is asked about item %d on this case: task list tells what is", item),
		)
	}
	return err
}

// goBack lets the stage shown be the earliest unfinished again: an act that finished it was
// struck. Stages that were opened since are not open any more; what people did in them
// stands, and is not asked again.
func (c *change) goBack(ctx context.Context) error {
	now, err := c.Review(ctx, c.ref)
	if err != nil {
		return err
	}
	back := c.before.Stage
	for _, s := range []casefile.Stage{casefile.Evidence, casefile.Welfare, casefile.Representation} {
		if now.HasOpened(s) && s.Before(back) && !now.Finished(s) {
			back = s
			break
		}
	}
	if now.HasOpened(casefile.Decision) {
		if err := c.withdrawStale(ctx, now, back == casefile.Decision); err != nil {
			return err
		}
	}
	if back == c.before.Stage {
		return nil
	}
	var since []casefile.Stage
	for _, s := range []casefile.Stage{casefile.Representation, casefile.Decision} {
		if back.Before(s) && now.HasOpened(s) {
			since = append(since, s)
		}
	}
	if err := c.VoidStages(ctx, c.ref, since, c.now); err != nil {
		return err
	}
	for _, s := range since {
		if err := c.VoidTasks(ctx, c.ref, 0, c.now, askedByStage[s]...); err != nil {
			return err
		}
	}
	if err := c.ReenterStage(ctx, c.ref, back, c.now); err != nil {
		return err
	}
	return c.ShowStage(ctx, c.ref, back, c.now)
}

// askedByStage are the tasks that go with a stage and with no act.
var askedByStage = map[casefile.Stage][]casefile.TaskKind{
	casefile.Representation: {casefile.TaskWindow},
	casefile.Decision:       {casefile.TaskRequestCheck, casefile.TaskPropose},
}

// withdrawStale sends a proposal that waits back to its author, for what it rests on has
// changed. It is asked for anew if the checks are there; else nobody proposes yet.
func (c *change) withdrawStale(ctx context.Context, now casefile.Facts, stays bool) error {
	p, err := c.OpenProposal(ctx, c.ref)
	switch {
	case store.IsKind(err, store.NotFound):
	case err != nil:
		return err
	default:
		if err := c.ReturnProposal(ctx, c.ref, p.No, "", []string{"stale"}); err != nil {
			return err
		}
		if _, err := c.done(ctx, casefile.TaskAgree, 0, "stale", c.today); err != nil {
			return err
		}
	}
	waits := slices.ContainsFunc(now.Tasks, func(t casefile.Task) bool {
		return t.Kind == casefile.TaskCheck || t.Kind == casefile.TaskRequestCheck
	})
	if stays && !waits {
		return c.askForProposal(ctx)
	}
	return c.VoidTasks(ctx, c.ref, 0, c.now, casefile.TaskPropose)
}
