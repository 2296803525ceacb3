package rehearsal

import (
	"context"
	"math/rand/v2"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// act does one task as whoever it waits for. It reports whether something was
// recorded.
func (v *review) act(ctx context.Context, r *Rehearsal, state casefile.Review, t casefile.Task, p plan) (bool, error) {
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
		return do(pick(v.random, staffByRole[casefile.SeniorCaseworker]), casefile.ActAssign, 0, &casefile.AssignFields{To: v.owner}, "")
	case casefile.TaskReconcile:
		f := &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"}
		if v.random.Float64() < 0.04 {
			f.PaperFile = "lost"
		}
		if v.random.Float64() < 0.05 {
			f.Record = "differs"
		}
		return do(v.owner, casefile.ActReconcile, 0, f, "")
	case casefile.TaskTriage:
		return do(v.owner, casefile.ActTriage, 0, &casefile.TriageFields{Priority: 3, PublicHarmScreen: "clear",
			FamilyILR: casefile.No, SevenYears: casefile.Unknown, Vulnerable: casefile.Unknown}, "")
	case casefile.TaskOpeningLetter:
		done, err := do(v.owner, casefile.ActLetterSent, 0, &casefile.LetterFields{Letter: 1, To: "family", By: "post"}, "")
		if err != nil || !v.rep {
			return done, err
		}
		return do(v.owner, casefile.ActLetterSent, 0, &casefile.LetterFields{Letter: 1, To: "representative", By: "email"}, "")
	case casefile.TaskQuestionnaire:
		if t.Escalated || t.Overdue && v.random.Float64() < 0.3 {
			return false, nil
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
		return do(v.welfareLead(), casefile.ActAssignWelfare, t.Subject, &casefile.AssignFields{To: lead}, "")
	case casefile.TaskReport:
		if t.Escalated && v.random.Float64() < 0.3 {
			return do(staffByRole[casefile.SeniorCaseworker][1], casefile.ActWaive, t.Subject, &casefile.WaiveFields{Reason: "delay_harms_child"}, "SYNTHETIC: the delay harms the child.")
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
		return do(v.owner, casefile.ActRecordCheck, t.Subject, &casefile.CheckFields{Result: "clear", DoneOn: p.attested}, "")
	case casefile.TaskPropose:
		return v.propose(ctx, r, state, p.attested)
	case casefile.TaskAgree:
		return v.secondOfficer(ctx, r, state, p.attested)
	case casefile.TaskServe:
		if _, err := do(v.owner, casefile.ActLetterSent, 0, &casefile.LetterFields{Letter: 2, To: "family", By: "recorded_delivery"}, ""); err != nil {
			return false, err
		}
		return do(v.owner, casefile.ActRecordService, 0, &casefile.ServiceFields{How: "recorded_delivery", Proof: "tracking"}, "")
	case casefile.TaskStatus:
		return do(v.owner, casefile.ActStatusIssued, 0, nil, "")
	case casefile.TaskNoAppeal:
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
	for _, step := range []struct {
		login string
		act   casefile.Act
		text  string
	}{
		{drafters[0], casefile.ActDraft, "SYNTHETIC: the minister asks that the children's lives here be weighed."},
		{drafters[1], casefile.ActCheckDraft, ""},
		{office, casefile.ActClear, ""},
		{staffByRole[casefile.Minister][0], casefile.ActSignLetter, ""},
		{office, casefile.ActSendLetter, ""},
	} {
		if ok, err := v.do(ctx, r, step.login, step.act, 0, on, nil, step.text); err != nil || !ok {
			return ok, err
		}
	}
	return true, nil
}

// propose proposes grants, or in a family whose scenario is a refusal first
// does what a refusal needs and then proposes it.
func (v *review) propose(ctx context.Context, r *Rehearsal, state casefile.Review, on clock.Date) (bool, error) {
	author := staffByRole[casefile.DecisionMaker][int(v.ref[0])%3]
	if v.refuse {
		if err := v.prepareRefusal(ctx, r, author, on); err != nil {
			return false, err
		}
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

func (v *review) secondOfficer(ctx context.Context, r *Rehearsal, state casefile.Review, on clock.Date) (bool, error) {
	second := pick(v.random, staffByRole[casefile.SecondOfficer])
	if v.random.Float64() < 0.05 {
		return v.do(ctx, r, second, casefile.ActReturn, 0, on, &casefile.ReturnFields{Reasons: []string{"reasons_thin"}}, "SYNTHETIC: the reasons are thin.")
	}
	return v.do(ctx, r, second, casefile.ActAgree, 0, on, &casefile.AgreeFields{Revision: state.Revision, Reasons: findings(nil, casefile.GrantILR)}, "")
}
