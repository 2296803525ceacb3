package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/store"
)

// lookingInto is the senior caseworker who looks into what was referred.
var lookingInto = practice.Logins(casefile.SeniorCaseworker)[0]

// manner is how this family's case is worked on.
func (v *inPlay) manner() practice.Manner {
	authors := v.free(practice.Logins(casefile.DecisionMaker))
	drafters := v.free(practice.Logins(casefile.RepresentationDrafter))
	seconds := v.free(practice.Logins(casefile.SecondOfficer))
	return practice.Manner{Refuse: v.refuse, Represent: v.represent, Alone: !v.rep, Officers: practice.Officers{
		Caseworker: v.owner, Senior: lookingInto, DecisionMaker: authors[int(v.ref[0])%len(authors)],
		SecondOfficer: seconds[int(v.ref[1])%len(seconds)],
		Drafter:       drafters[0], Checker: drafters[len(drafters)-1],
		PrivateOffice: practice.Logins(casefile.PrivateOffice)[0], Minister: practice.Logins(casefile.Minister)[0],
		WelfareLead: v.free(practice.CouncilLogins(v.council, casefile.WelfareLead))[0],
	}}
}

// free are those of an office who may work on the case: all, but for who works on the other
// side of a wall. If nobody is left all are named, and what they do is refused.
func (v *inPlay) free(office []string) []string {
	free := slices.DeleteFunc(slices.Clone(office), func(login string) bool { return slices.Contains(v.keptApart, login) })
	if len(free) == 0 {
		return office
	}
	return free
}

// act does one task as the person for whom it waits. It reports whether something was
// recorded. What a good officer does is the practice's; what is drawn, and the
// family's bad days, are here.
func (v *inPlay) act(ctx context.Context, r *Rehearsal, t casefile.Task, p intent) (bool, error) {
	deeds := v.manner().Answer(t)
	if practice.IsEvidence(t.Kind) {
		return v.receive(ctx, r, t, p, deeds)
	}
	switch t.Kind {
	case casefile.TaskAllocate:
		return v.allocate(ctx, r, p.attested)
	case casefile.TaskReconcile:
		if err := v.mergeDoubles(ctx, r, p.attested); err != nil {
			return false, err
		}
		lost := v.random.Float64() < 0.04
		if v.bad.wrongFact {
			deeds[0] = practice.Change(deeds[0], func(f *casefile.ReconcileFields) { f.Record = "differs" })
			if err := v.correctBirth(ctx, r, p.attested); err != nil {
				return false, err
			}
		}
		if lost {
			deeds[0] = practice.Change(deeds[0], func(f *casefile.ReconcileFields) { f.PaperFile = "lost" })
		}
	case casefile.TaskFlag:
		return v.lookIntoFlags(ctx, r, t.Subject, p.attested)
	case casefile.TaskReferral:
		finding := pick(v.random, []string{"no_concern", "no_concern", "concern"})
		deeds[0] = practice.Change(deeds[0], func(f *casefile.LookIntoFields) { f.Finding = finding })
	case casefile.TaskHold:
		return v.reviewHold(ctx, r)
	case casefile.TaskAcceptMove:
		return v.acceptMove(ctx, r)
	case casefile.TaskConsider:
		return v.consider(ctx, r, t.Subject)
	case casefile.TaskReturn:
		return v.settleReturn(ctx, r, t.Subject)
	case casefile.TaskConfirm:
		if done, err := v.does(ctx, r, p.attested, deeds...); err != nil || done {
			return done, err
		}
		// What can't be done any more is not agreed to.
		deeds[0] = practice.Change(deeds[0], func(f *casefile.ConfirmFields) { f.Finding = casefile.RequestRefused })
	case casefile.TaskArrival:
		return v.settleArrival(ctx, r, p.attested)
	case casefile.TaskReadPost:
		return v.readPost(ctx, r, t.Subject, p.attested)
	case casefile.TaskTrace:
		return v.trace(ctx, r, practice.Opening, p.attested)
	case casefile.TaskTraceToServe:
		return v.trace(ctx, r, practice.Decision, p.attested)
	case casefile.TaskOpeningLetter:
		return v.sendLetter(ctx, r, practice.Opening, "post", p.attested)
	case casefile.TaskContact:
		deeds = v.contacts(deeds[0])
	case casefile.TaskAssignWelfare:
		lead := pick(v.random, v.free(practice.CouncilLogins(v.council, casefile.LeadProfessional)))
		v.assigned[t.Subject] = lead
		report := fmt.Sprintf("%s/%d/", casefile.TaskReport, t.Subject)
		maps.DeleteFunc(v.plans, func(key string, _ intent) bool { return strings.HasPrefix(key, report) })
		deeds[0] = practice.Change(deeds[0], func(f *casefile.AssignReportFields) { f.To = lead })
	case casefile.TaskReport:
		return v.reportOrWaive(ctx, r, t, p, deeds[0])
	case casefile.TaskWindow:
		return v.useWindow(ctx, r, p.attested, deeds)
	case casefile.TaskAnswer:
		deeds[0].Login = practice.Logins(casefile.DecisionMaker)[0]
		answer := pick(v.random, []string{"accepted", "accepted", "rejected"})
		deeds[0] = practice.Change(deeds[0], func(f *casefile.AnswerFields) { f.Answer = answer })
	case casefile.TaskCheck:
		switch x := v.random.Float64(); {
		case x < 0.02: // the police refer two in a hundred [D]
			deeds[0] = practice.Change(deeds[0], func(f *casefile.CheckFields) { f.Result = casefile.CheckRefer })
		case x < 0.05: // what came says nothing of this person: it is asked for again [D]
			delete(v.plans, planKey(t))
			return v.do(ctx, r, v.owner, casefile.ActRequestCheck, t.Subject, v.today(), nil, "")
		}
	case casefile.TaskPropose:
		return v.propose(ctx, r, p.attested)
	case casefile.TaskAgree:
		return v.secondOfficer(ctx, r, p.attested, deeds[0])
	case casefile.TaskServe:
		if err := v.beforeService(ctx, r); err != nil {
			return false, err
		}
		if _, err := v.sendLetter(ctx, r, practice.Decision, "recorded_delivery", p.attested); err != nil {
			return false, err
		}
		deeds = deeds[len(deeds)-1:] // the letters are sent
	case casefile.TaskUndecided:
		return v.decideAnew(ctx, r, p.attested)
	case casefile.TaskAppeal:
		return v.appealEnds(ctx, r, t.Subject, p.attested)
	case casefile.TaskDeparture:
		return v.settleDeparture(ctx, r, p.attested)
	case casefile.TaskTraceMonthly, casefile.TaskTraceAgain:
		return v.takeTraceStep(ctx, r, p.attested)
	case casefile.TaskAppealWindow:
		if !v.bad.appeals {
			return false, nil
		}
		v.bad.appeals = false
		return v.do(ctx, r, v.owner, casefile.ActAppeal, t.Subject, p.attested, &casefile.AppealFields{}, "")
	case casefile.TaskNoAppeal:
		if v.bad.appeals { // it is found late, with the tribunal's leave
			v.bad.appeals = false
			late := &casefile.AppealFields{Permission: "granted"}
			return v.do(ctx, r, v.owner, casefile.ActAppeal, t.Subject, p.attested, late, "")
		}
	}
	return v.does(ctx, r, p.attested, deeds...)
}

// receive records what a provider sent. One in ten holds nothing; a questionnaire may
// be lost in the post, or never come.
func (v *inPlay) receive(
	ctx context.Context,
	r *Rehearsal,
	t casefile.Task,
	p intent,
	deeds []practice.Deed,
) (bool, error) {
	questionnaire := t.Kind == casefile.TaskQuestionnaire
	if questionnaire {
		if t.Escalated || t.Overdue && v.random.Float64() < 0.3 {
			return false, nil
		}
		if v.bad.lostPost {
			return v.loseInPost(ctx, r, p.attested)
		}
		if !v.inPost.IsZero() {
			return false, nil // it lies among the post
		}
	}
	if nothing := v.random.Float64() < 0.1; nothing && !questionnaire {
		deeds[0] = practice.Change(deeds[0], func(f *casefile.EvidenceFields) { f.Result, f.Kinds = "nothing_held", nil })
	} else {
		deeds[0] = practice.Change(deeds[0], v.livesHere)
	}
	done, err := v.does(ctx, r, p.attested, deeds...)
	if err != nil || !done {
		return done, err
	}
	return true, v.slips(ctx, r)
}

// mayShow is what the evidence of a school, and of the community, may show beside what it
// always does.
var mayShow = map[casefile.Provider][]casefile.LifeKind{
	casefile.ProviderSchool: {casefile.LifeExams, casefile.LifeSport, casefile.LifeMusic, casefile.LifeFriends},
	casefile.ProviderCommunity: {casefile.LifeFaith, casefile.LifeSport, casefile.LifeMusic, casefile.LifeSchool,
		casefile.LifeWork},
}

// livesHere draws what a piece of evidence shows of the life lived here: each kind that it
// may show once in three times [D].
func (v *inPlay) livesHere(f *casefile.EvidenceFields) {
	for _, kind := range mayShow[f.Provider] {
		if v.random.Float64() < 1.0/3 {
			f.Kinds = append(f.Kinds, kind)
		}
	}
}

// contacts asks after a questionnaire: the representative first, if there is one.
func (v *inPlay) contacts(family practice.Deed) []practice.Deed {
	how := pick(v.random, []string{"phone", "visit"})
	contact := func(how string) practice.Deed {
		family.Fields = func(practice.File) casefile.Fields { return &casefile.ContactFields{How: how} }
		return family
	}
	if v.rep {
		return []practice.Deed{contact("representative"), contact(how)}
	}
	return []practice.Deed{contact(how)}
}

// reportOrWaive reports on a child; some reports that are very late are waived.
func (v *inPlay) reportOrWaive(
	ctx context.Context,
	r *Rehearsal,
	t casefile.Task,
	p intent,
	report practice.Deed,
) (bool, error) {
	if t.Escalated && v.random.Float64() < 0.3 {
		senior := practice.Logins(casefile.SeniorCaseworker)[1]
		return v.do(
			ctx,
			r,
			senior,
			casefile.ActWaive,
			t.Subject,
			p.attested,
			&casefile.WaiveFields{Reason: "delay_harms_child"},
			"SYNTHETIC: the delay harms the child.",
		)
	}
	report.Login = v.assigned[t.Subject]
	if report.Login == "" {
		return false, nil // its new council has to assign the child first
	}
	if v.bad.concern {
		v.bad.concern = false
		_, err := v.do(ctx, r, report.Login, casefile.ActConcern, t.Subject, p.attested, nil,
			"SYNTHETIC: what gave cause for concern.")
		if err != nil {
			return false, err
		}
	}
	return v.does(ctx, r, p.attested, practice.Change(report, v.findings))
}

// findings draws what is reported on a child.
func (v *inPlay) findings(f *casefile.ReportFields) {
	for _, i := range casefile.Indicators {
		f.Indicators[i] = pick(v.random, []string{"strength", "strength", "concern", "unknown"})
	}
	if v.random.Float64() < 0.2 {
		f.Views, f.ViewsReason = "not_obtained", "too_young"
	}
	if v.random.Float64() < 0.1 {
		f.BestInterest = "undetermined"
	}
}

// useWindow represents the family, step by step through the minister's office, or
// declines to. The steps stop at the first that is refused.
func (v *inPlay) useWindow(ctx context.Context, r *Rehearsal, on clock.Date, steps []practice.Deed) (bool, error) {
	if v.represent {
		steps = v.withBadDays(steps, on)
	}
	for _, d := range steps {
		on := on
		if d.Act == casefile.ActSignLetter || d.Act == casefile.ActSendLetter {
			on = v.today() // it was cleared today
		}
		if ok, err := v.does(ctx, r, on, d); err != nil || !ok {
			return ok, err
		}
	}
	return true, nil
}

// withBadDays adds what befalls this family's representation to its steps.
func (v *inPlay) withBadDays(steps []practice.Deed, on clock.Date) []practice.Deed {
	o := v.manner().Officers
	draft := v.manner().Draft()
	rest := steps[len(draft):]
	if v.bad.wetSignature {
		for i := range rest {
			if rest[i].Act == casefile.ActSignLetter {
				rest[i].Login = o.PrivateOffice
				rest[i].Fields = func(practice.File) casefile.Fields {
					return &casefile.SignFields{Signatory: o.Minister, Document: fmt.Sprintf("SYNTHETIC-%d/%s", on.Year(), v.ref)}
				}
			}
		}
	}
	var all []practice.Deed
	if v.bad.namesAgreed {
		all = append(all, practice.Deed{Login: v.owner, Act: casefile.ActContact,
			Fields: func(practice.File) casefile.Fields { return &casefile.ContactFields{How: "phone", Names: "agreed"} }})
	}
	all = append(all, draft...)
	if v.bad.draftReturned {
		all = append(all, practice.Deed{Login: o.PrivateOffice, Act: casefile.ActReturnDraft,
			Text: "SYNTHETIC: say more of the children's schools."})
		all = append(all, draft...)
	}
	return append(all, rest...)
}

// propose proposes grants, or in a family whose scenario is a refusal first
// does what a refusal needs and then proposes it.
func (v *inPlay) propose(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	m := v.manner()
	if v.returned >= 2 {
		m.Officers.DecisionMaker = lookingInto // who gives no waivers, and so is not yet involved
	}
	if v.refuse && v.returned == 0 {
		m.Interviewees = []int{}
		people, err := v.present(ctx, r)
		if err != nil {
			return false, err
		}
		for _, p := range people {
			if casefile.MayBeAdult(p.Birth, p.Relationship, on) {
				m.Interviewees = append(m.Interviewees, p.No)
			}
		}
		for _, d := range m.PrepareRefusal() {
			if _, err := v.does(ctx, r, on, d); err != nil {
				return false, err
			}
		}
	}
	if err := v.lookIntoReferrals(ctx, r, on); err != nil {
		return false, err
	}
	f, err := v.file(ctx, r, on)
	if err != nil {
		return false, err
	}
	if v.refuse && len(f.Evidence) > 0 {
		ok, err := v.does(ctx, r, on, m.Propose(casefile.RefusedUpheld))
		if err != nil || ok {
			return ok, err
		}
		v.refuse = false // something blocks a refusal; the family has the benefit
	}
	return v.does(ctx, r, on, m.Propose(casefile.GrantILR))
}

// lookIntoReferrals has a senior caseworker look into what was referred or alleged,
// for nothing can be proposed before.
func (v *inPlay) lookIntoReferrals(ctx context.Context, r *Rehearsal, on clock.Date) error {
	var waiting []int
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		waiting, err = tx.NotLookedInto(ctx, v.ref)
		return err
	})
	if err != nil {
		return err
	}
	for _, person := range waiting {
		deeds := v.manner().Answer(casefile.Task{Kind: casefile.TaskReferral, Subject: person})
		if _, err := v.does(ctx, r, on, deeds...); err != nil {
			return err
		}
	}
	return nil
}

func (v *inPlay) secondOfficer(ctx context.Context, r *Rehearsal, on clock.Date, agree practice.Deed) (bool, error) {
	if v.bad.stale {
		v.bad.stale = false
		// Something arrives before the second officer has looked: the author must look again.
		return v.do(ctx, r, v.owner, casefile.ActEvidence, 0, on,
			&casefile.EvidenceFields{Provider: casefile.ProviderCommunity, Result: "partial"}, "")
	}
	if v.bad.returnedTwice && v.returned < 2 || v.random.Float64() < 0.05 {
		returned, err := v.do(ctx, r, agree.Login, casefile.ActReturn, 0, on,
			&casefile.ReturnFields{Reasons: []string{"reasons_thin"}}, "SYNTHETIC: the reasons are thin.")
		if returned {
			v.returned++
		}
		return returned, err
	}
	return v.does(ctx, r, on, agree)
}

// file is what an officer has before them, read from the record.
func (v *inPlay) file(ctx context.Context, r *Rehearsal, on clock.Date) (practice.File, error) {
	f := practice.File{Today: on}
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) error {
		state, err := tx.Review(ctx, v.ref)
		if err != nil {
			return err
		}
		people, err := tx.People(ctx, v.ref)
		if err != nil {
			return err
		}
		for _, p := range people {
			f.People = append(f.People, p.No)
		}
		f.Revision = state.Revision
		f.Evidence, err = tx.CitableEvidence(ctx, v.ref)
		return err
	})
	return f, err
}

// does does deeds one after the other. It reports whether the last was accepted.
func (v *inPlay) does(ctx context.Context, r *Rehearsal, on clock.Date, deeds ...practice.Deed) (done bool, err error) {
	for _, d := range deeds {
		f := practice.File{Today: on}
		if d.Act == casefile.ActPropose || d.Act == casefile.ActAgree {
			if f, err = v.file(ctx, r, on); err != nil {
				return false, err
			}
		}
		if done, err = v.do(ctx, r, d.Login, d.Act, d.Subject, on, d.On(f), d.Text); err != nil {
			return false, err
		}
	}
	return done, nil
}

// representsOneInFive draws whether the minister's office uses its window to represent.
func representsOneInFive(r *rand.Rand) bool { return r.Float64() < 0.2 }
