package rehearsal

import (
	"context"
	"fmt"
	"math/rand/v2"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// act does one task as the person for whom it waits. It reports whether something was
// recorded.
func (v *review) act(ctx context.Context, r *Rehearsal, state casefile.Facts, t casefile.Task, p plan) (bool, error) {
	do := func(login string, act casefile.Act, subject int, fields casefile.Fields, text string) (bool, error) {
		return v.do(ctx, r, login, act, subject, p.attested, fields, text)
	}
	receive := func(provider casefile.Provider) (bool, error) {
		result := "complete"
		if v.random.Float64() < 0.1 {
			result = "nothing_held"
		}
		if provider == casefile.ProviderQuestionnaire {
			result = "complete"
		}
		return do(v.owner, casefile.ActEvidence, t.Subject, &casefile.EvidenceFields{Provider: provider, Result: result}, "")
	}
	switch t.Kind {
	case casefile.TaskAllocate:
		assigned, err := do(pick(v.random, staffByRole[casefile.SeniorCaseworker]), casefile.ActAssign, 0, &casefile.AssignFields{To: v.owner}, "")
		if err != nil || !v.bad.restricted {
			return assigned, err
		}
		return true, v.restrict(ctx, r, p.attested)
	case casefile.TaskReconcile:
		f := &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"}
		if v.random.Float64() < 0.04 {
			f.PaperFile = "lost"
		}
		if v.bad.wrongFact {
			f.Record = "differs"
			if err := v.correctBirth(ctx, r, p.attested); err != nil {
				return false, err
			}
		}
		return do(v.owner, casefile.ActReconcile, 0, f, "")
	case casefile.TaskFlag:
		return v.lookIntoFlags(ctx, r, t.Subject, p.attested)
	case casefile.TaskReferral:
		return do(lookingInto, casefile.ActLookInto, t.Subject, &casefile.LookIntoFields{Finding: pick(v.random, []string{"no_concern", "no_concern", "concern"})},
			"SYNTHETIC: what was looked into, and what was found.")
	case casefile.TaskLateArrival:
		return do(lookingInto, casefile.ActLateArrival, 0, &casefile.ArrivalFields{Finding: "no_change"}, "")
	case casefile.TaskHold:
		return v.reviewHold(ctx, r, p.attested)
	case casefile.TaskDifference:
		return do(v.owner, casefile.ActDifference, t.Subject, &casefile.DifferenceFields{Finding: "accepted"}, "")
	case casefile.TaskReadPost:
		return v.readPost(ctx, r, t.Subject, p.attested)
	case casefile.TaskTrace:
		return v.trace(ctx, r, "opening", p.attested)
	case casefile.TaskTraceToServe:
		return v.trace(ctx, r, "decision", p.attested)
	case casefile.TaskTriage:
		return do(v.owner, casefile.ActTriage, 0, &casefile.TriageFields{Priority: 3, PublicHarmScreen: "clear",
			FamilyILR: casefile.No, SevenYears: casefile.Unknown, Vulnerable: casefile.Unknown}, "")
	case casefile.TaskOpeningLetter:
		return v.sendLetter(ctx, r, "opening", "post", p.attested)
	case casefile.TaskQuestionnaire:
		if t.Escalated || t.Overdue && v.random.Float64() < 0.3 {
			return false, nil
		}
		if v.bad.lostPost {
			return v.loseInPost(ctx, r, p.attested)
		}
		if !v.inPost.IsZero() {
			return false, nil // it lies among the post
		}
		return receive(casefile.ProviderQuestionnaire)
	case casefile.TaskContact:
		if v.rep {
			if _, err := do(v.owner, casefile.ActContact, 0, &casefile.ContactFields{How: "representative"}, ""); err != nil {
				return false, err
			}
		}
		return do(v.owner, casefile.ActContact, 0, &casefile.ContactFields{How: pick(v.random, []string{"phone", "visit"})}, "")
	case casefile.TaskSchool:
		return receive(casefile.ProviderSchool)
	case casefile.TaskGP:
		return receive(casefile.ProviderGP)
	case casefile.TaskSocialWork:
		return receive(casefile.ProviderSocialWork)
	case casefile.TaskReporter:
		return receive(casefile.ProviderReporter)
	case casefile.TaskHousing:
		return receive(casefile.ProviderHousing)
	case casefile.TaskCommunity:
		return receive(casefile.ProviderCommunity)
	case casefile.TaskAssignWelfare:
		lead := pick(v.random, councilStaff(v.council, casefile.LeadProfessional))
		v.assigned[t.Subject] = lead
		return do(v.welfareLead(), casefile.ActAssignWelfare, t.Subject, &casefile.AssignReportFields{To: lead}, "")
	case casefile.TaskReport:
		if t.Escalated && v.random.Float64() < 0.3 {
			return do(staffByRole[casefile.SeniorCaseworker][1], casefile.ActWaive, t.Subject, &casefile.WaiveFields{Reason: "delay_harms_child"}, "SYNTHETIC: the delay harms the child.")
		}
		if v.bad.concern {
			v.bad.concern = false
			if _, err := do(v.assigned[t.Subject], casefile.ActConcern, t.Subject, nil, "SYNTHETIC: what gave cause for concern."); err != nil {
				return false, err
			}
		}
		return do(v.assigned[t.Subject], casefile.ActReport, t.Subject, v.report(), "SYNTHETIC: what the lead professional saw and heard.")
	case casefile.TaskSignWelfare:
		return do(v.welfareLead(), casefile.ActSignWelfare, t.Subject, nil, "")
	case casefile.TaskWindow:
		return v.useWindow(ctx, r, p.attested)
	case casefile.TaskAnswer:
		return do(staffByRole[casefile.DecisionMaker][0], casefile.ActAnswer, t.Subject,
			&casefile.AnswerFields{Answer: pick(v.random, []string{"accepted", "accepted", "rejected"})}, "SYNTHETIC: the answer, with reasons.")
	case casefile.TaskRequestCheck:
		return do(v.owner, casefile.ActRequestCheck, 0, nil, "")
	case casefile.TaskCheck:
		result := "clear"
		if v.random.Float64() < 0.01 { // the police refer one in a hundred [D]
			result = casefile.CheckRefer
		}
		return do(v.owner, casefile.ActRecordCheck, t.Subject, &casefile.CheckFields{Result: result, DoneOn: p.attested}, "")
	case casefile.TaskPropose:
		return v.propose(ctx, r, state, p.attested)
	case casefile.TaskAgree:
		return v.secondOfficer(ctx, r, state, p.attested)
	case casefile.TaskServe:
		if _, err := v.sendLetter(ctx, r, "decision", "recorded_delivery", p.attested); err != nil {
			return false, err
		}
		return do(v.owner, casefile.ActRecordService, 0, &casefile.ServiceFields{How: "recorded_delivery", Proof: "tracking"}, "")
	case casefile.TaskStatus:
		return do(v.owner, casefile.ActStatusIssued, 0, nil, "")
	case casefile.TaskNoAppeal:
		if v.bad.appeals {
			v.bad.appeals = false
			return do(v.owner, casefile.ActAppeal, t.Subject, nil, "")
		}
		return do(v.owner, casefile.ActNoAppeal, t.Subject, nil, "")
	}
	return false, nil
}

func (v *review) welfareLead() string { return councilStaff(v.council, casefile.WelfareLead)[0] }

func (v *review) report() *casefile.ReportFields {
	f := &casefile.ReportFields{Views: "obtained", Indicators: map[string]string{}, BestInterest: "remain"}
	for _, i := range casefile.Indicators {
		f.Indicators[i] = pick(v.random, []string{"strength", "strength", "concern", "unknown"})
	}
	if v.random.Float64() < 0.2 {
		f.Views, f.ViewsReason = "not_obtained", "too_young"
	}
	if v.random.Float64() < 0.1 {
		f.BestInterest = "undetermined"
	}
	return f
}

// drawRepresentation draws how the minister's office uses its window.
func drawRepresentation(r *rand.Rand) string {
	if r.Float64() < 0.2 {
		return "represent"
	}
	return "decline"
}

// useWindow represents the family, step by step through the minister's office,
// or declines to.
func (v *review) useWindow(ctx context.Context, r *Rehearsal, on clock.Date) (bool, error) {
	office := staffByRole[casefile.PrivateOffice][0]
	if v.represent == "decline" {
		return v.do(ctx, r, office, casefile.ActDecline, 0, on, &casefile.DeclineFields{Reason: "no_agreement"}, "")
	}
	drafters := staffByRole[casefile.RepresentationDrafter]
	type step struct {
		login  string
		act    casefile.Act
		fields casefile.Fields
		text   string
	}
	draft := []step{
		{drafters[0], casefile.ActDraft, nil, "SYNTHETIC: the minister asks that the children's lives here be weighed."},
		{drafters[1], casefile.ActCheckDraft, nil, ""},
	}
	steps := draft
	if v.bad.namesAgreed {
		steps = append([]step{{v.owner, casefile.ActContact, &casefile.ContactFields{How: "phone", Names: "agreed"}, ""}}, steps...)
	}
	if v.bad.draftReturned {
		steps = append(steps, step{office, casefile.ActReturnDraft, nil, "SYNTHETIC: say more of the children's schools."})
		steps = append(steps, draft...)
	}
	sign := step{staffByRole[casefile.Minister][0], casefile.ActSignLetter, nil, ""}
	if v.bad.wetSignature {
		sign = step{office, casefile.ActSignLetter, &casefile.SignFields{Signatory: sign.login, Document: fmt.Sprintf("SYNTHETIC-%d/%s", on.Year(), v.ref)}, ""}
	}
	for _, s := range append(steps, step{office, casefile.ActClear, nil, ""}, sign, step{office, casefile.ActSendLetter, nil, ""}) {
		on := on
		if s.act == casefile.ActSignLetter || s.act == casefile.ActSendLetter {
			on = v.today() // it was cleared today
		}
		if ok, err := v.do(ctx, r, s.login, s.act, 0, on, s.fields, s.text); err != nil || !ok {
			return ok, err
		}
	}
	return true, nil
}

// propose proposes grants, or in a family whose scenario is a refusal first
// does what a refusal needs and then proposes it.
func (v *review) propose(ctx context.Context, r *Rehearsal, state casefile.Facts, on clock.Date) (bool, error) {
	author := staffByRole[casefile.DecisionMaker][int(v.ref[0])%3]
	if v.returned >= 2 {
		author = staffByRole[casefile.SeniorCaseworker][0] // who gives no waivers, and so is not yet involved
	}
	if v.refuse && v.returned == 0 {
		if err := v.prepareRefusal(ctx, r, author, on); err != nil {
			return false, err
		}
	}
	if err := v.lookIntoReferrals(ctx, r, on); err != nil {
		return false, err
	}
	var evidence []int
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		if state, err = tx.Review(ctx, v.ref); err != nil {
			return err
		}
		evidence, err = tx.CitableEvidence(ctx, v.ref)
		return err
	})
	if err != nil {
		return false, err
	}
	if v.refuse && len(evidence) > 0 {
		ok, err := v.do(ctx, r, author, casefile.ActPropose, 0, on, v.proposal(state.Revision, evidence, casefile.RefusedUpheld), "SYNTHETIC: the reasons.")
		if err != nil || ok {
			return ok, err
		}
		v.refuse = false // something blocks a refusal; the family has the benefit
	}
	return v.do(ctx, r, author, casefile.ActPropose, 0, on, v.proposal(state.Revision, evidence, casefile.GrantILR), "SYNTHETIC: the reasons.")
}

// lookingInto is the senior caseworker who looks into what was referred.
var lookingInto = staffByRole[casefile.SeniorCaseworker][0]

// lookIntoReferrals has a senior caseworker look into what was referred or alleged,
// for nothing can be proposed before.
func (v *review) lookIntoReferrals(ctx context.Context, r *Rehearsal, on clock.Date) error {
	var waiting []int
	err := r.o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		waiting, err = tx.NotLookedInto(ctx, v.ref)
		return err
	})
	if err != nil {
		return err
	}
	for _, person := range waiting {
		if _, err := v.do(ctx, r, lookingInto, casefile.ActLookInto, person, on, &casefile.LookIntoFields{Finding: "no_concern"},
			"SYNTHETIC: what was looked into, and what was found."); err != nil {
			return err
		}
	}
	return nil
}

// prepareRefusal records what no refusal may be without: interviews, and where
// the family is silent the attempts to reach it.
func (v *review) prepareRefusal(ctx context.Context, r *Rehearsal, author string, on clock.Date) error {
	for _, p := range v.people {
		if casefile.MayBeAdult(p.Birth, p.Relationship, on) {
			if _, err := v.do(ctx, r, author, casefile.ActInterview, p.No, on, &casefile.InterviewFields{Adverse: "none"}, ""); err != nil {
				return err
			}
		}
	}
	for _, how := range []string{"phone", "representative"} {
		if _, err := v.do(ctx, r, v.owner, casefile.ActContact, 0, on, &casefile.ContactFields{How: how}, ""); err != nil {
			return err
		}
	}
	return nil
}

func (v *review) proposal(revision int, evidence []int, outcome casefile.Outcome) *casefile.ProposeFields {
	f := &casefile.ProposeFields{Revision: revision}
	for _, p := range v.people {
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: p.No, Outcome: outcome})
	}
	f.Reasons = findings(evidence, outcome)
	return f
}

func findings(evidence []int, outcome casefile.Outcome) []casefile.Reason {
	var reasons []casefile.Reason
	for _, factor := range casefile.Factors {
		reasons = append(reasons, casefile.Reason{Factor: factor, Finding: casefile.FindingNeutral})
	}
	against := &reasons[2] // connections
	against.Finding = casefile.FindingFor
	if !outcome.IsGrant() {
		against.Finding, against.Evidence = casefile.FindingAgainst, evidence[:1]
	}
	return reasons
}

func (v *review) secondOfficer(ctx context.Context, r *Rehearsal, state casefile.Facts, on clock.Date) (bool, error) {
	second := staffByRole[casefile.SecondOfficer][int(v.ref[1])%2]
	if v.bad.stale {
		v.bad.stale = false
		// Something arrives before the second officer has looked: the author must look again.
		return v.do(ctx, r, v.owner, casefile.ActEvidence, 0, on, &casefile.EvidenceFields{Provider: casefile.ProviderCommunity, Result: "partial"}, "")
	}
	if v.bad.returnedTwice && v.returned < 2 || v.random.Float64() < 0.05 {
		returned, err := v.do(ctx, r, second, casefile.ActReturn, 0, on, &casefile.ReturnFields{Reasons: []string{"reasons_thin"}}, "SYNTHETIC: the reasons are thin.")
		if returned {
			v.returned++
		}
		return returned, err
	}
	return v.do(ctx, r, second, casefile.ActAgree, 0, on, &casefile.AgreeFields{Revision: state.Revision, Reasons: findings(nil, casefile.GrantILR)}, "")
}
