package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/store"
)

// typical is two adults and two children at school, of Glasgow, six years here,
// represented and supported.
func typical(key string, today clock.Date) casefile.Family {
	arrived := clock.Partial(today.AddYears(-6))
	person := func(no int, r casefile.Relationship, age int, school string) casefile.Person {
		return casefile.Person{No: no, Key: fmt.Sprint(no), Relationship: r, HomeOfficeRef: fmt.Sprintf("%s/%d", key, no),
			FamilyName: "Synthetic", GivenNames: fmt.Sprintf("%s Person %d", key, no), NameKey: fmt.Sprintf("%s person %d synthetic", key, no),
			BirthDate: clock.Partial(today.AddYears(-age).AddDays(-40)), Sex: casefile.SexUnknown, Nationality: "TR", BornInScotland: casefile.No,
			ArrivedOn: arrived, ClaimDate: arrived, ClaimStatus: casefile.ClaimUndecided, OwnClaim: no == 1, School: school}
	}
	return casefile.Family{Key: key, Lane: casefile.Legacy, Council: "S12000049", Address: "1 SYNTHETIC Street",
		Representative: "SYNTHETIC Law Centre", Support: casefile.SupportSection95, People: []casefile.Person{
			person(1, casefile.Principal, 38, ""), person(2, casefile.Spouse, 35, ""),
			person(3, casefile.Child, 11, "SYNTHETIC Primary School"), person(4, casefile.Child, 7, "SYNTHETIC Primary School"),
		}}
}

// review is the review of one family, played by an office that does everything
// half-way to its deadline.
type review struct {
	h   *installation
	ref string
	now time.Time
	// around is called with each thing that is done, and does it. The label is the
	// act, or skip for what the review does by itself while its clock is moved.
	around func(label string, stage casefile.Stage, do func() error) error
	// second tells that the grant was one of those drawn for a second officer.
	second bool
}

const (
	labelStart = "start"
	labelSkip  = "(rungs and stages)"
)

// begin imports a typical family, lists it for a working day some days on, and
// starts its review as StartReviews does.
func (r *review) begin(ctx context.Context, key string) error {
	r.now = time.Now()
	today := clock.DateOf(r.now)
	archie, err := r.h.as(ctx, "archie")
	if err != nil {
		return err
	}
	if _, err := archie.Store.Import(ctx, []casefile.Family{typical(key, today)}, key, true, today, func() {}); err != nil {
		return err
	}
	calendar, err := clock.Embedded().Calendar(clock.EnglandAndWales)
	if err != nil {
		return err
	}
	on := calendar.AddWorkingDays(today, 25)
	err = r.h.sqlGet(ctx, &r.ref, `select case_ref from family where family_key = $1`, key)
	if err != nil {
		return err
	}
	return r.around(labelStart, casefile.Listed, func() error {
		err := r.h.store.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.List(ctx, r.ref, r.now, on, "bench")
			return err
		})
		if err != nil {
			return err
		}
		start := casefile.NewReview(r.ref, casefile.Legacy, "S12000049", r.now, on)
		if _, err := r.h.client.ExecuteWorkflow(ctx, contract.ReviewOptions(start, taskQueue), contract.CaseReviewWorkflow, start); err != nil {
			return err
		}
		return r.forward(ctx, r.now.Add(time.Minute))
	})
}

// play plays the review to its end.
func (r *review) play(ctx context.Context) error {
	for range 400 {
		var state casefile.Facts
		type due struct {
			task casefile.Task
			at   time.Time
		}
		var first due
		err := r.h.store.InTx(ctx, func(tx *store.Tx) (err error) {
			if state, err = tx.Review(ctx, r.ref); err != nil {
				return err
			}
			for _, t := range state.Tasks {
				row, err := tx.Task(ctx, r.ref, t.Kind, t.Subject)
				if err != nil {
					return err
				}
				at := row.Began.AddDays((row.DueOn.DaysSince(row.Began) + 1) / 2).Start().Add(10 * time.Hour)
				if first.at.IsZero() || at.Before(first.at) {
					first = due{t, at}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if state.Stage == casefile.Closed {
			return nil
		}
		if first.at.IsZero() {
			first.at = state.ListingAt.Add(time.Hour)
		}
		if first.at.After(r.now) {
			if err := r.around(labelSkip, state.Stage, func() error { return r.forward(ctx, first.at) }); err != nil {
				return err
			}
			continue
		}
		deeds := answer(first.task, clock.DateOf(r.now))
		if len(deeds) == 0 {
			return fmt.Errorf("nobody knows what to do about %s", first.task.Kind)
		}
		r.second = r.second || first.task.Kind == casefile.TaskAgree
		for _, d := range deeds {
			if err := r.around(string(d.act), state.Stage, func() error { return r.do(ctx, d) }); err != nil {
				return fmt.Errorf("%s: %w", d.act, err)
			}
		}
	}
	return errors.New("the review does not come to its end")
}

func (r *review) forward(ctx context.Context, to time.Time) (err error) {
	r.now, err = r.h.clock().Forward(ctx, r.ref, r.now, to)
	return err
}

// do does one act through the desk.
func (r *review) do(ctx context.Context, d deed) error {
	at, err := r.h.as(ctx, d.login)
	if err != nil {
		return err
	}
	fields := d.fields
	if d.onRevision != nil {
		fields = d.onRevision(r.revision(ctx))
	}
	cmd, err := desk.New(r.ref, d.act, d.subject, clock.DateOf(r.now), fields, d.text)
	if err != nil {
		return err
	}
	receipt, err := at.Do(ctx, cmd)
	if err == nil && receipt.Refused != nil {
		err = receipt.Refused
	}
	return err
}

// revision is the file's, as an author reads it from the record: as the superuser, so
// that it is not counted, for nobody would ask for it alone.
func (r *review) revision(ctx context.Context) (n int) {
	if err := r.h.sqlGet(ctx, &n, `select revision from review where case_ref = $1`, r.ref); err != nil {
		return 0 // refused as stale, which says more
	}
	return n
}

// deed is one act of one person.
type deed struct {
	login      string
	act        casefile.Act
	subject    int
	fields     casefile.Fields
	onRevision func(int) casefile.Fields // for those that name the revision they are made on
	text       string
}

const text = "SYNTHETIC: what was said, at the length of a short letter, so that it takes about as much room as one would."

// answer is what the office does about an open task.
func answer(t casefile.Task, today clock.Date) []deed {
	provider := func(p casefile.Provider) []deed {
		return []deed{{"morag", casefile.ActEvidence, t.Subject, &casefile.EvidenceFields{Provider: p, Result: "complete"}, nil, ""}}
	}
	switch t.Kind {
	case casefile.TaskAllocate:
		return []deed{{"fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"}, nil, ""}}
	case casefile.TaskReconcile:
		return []deed{{"morag", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"}, nil, ""}}
	case casefile.TaskTriage:
		return []deed{{"morag", casefile.ActTriage, 0, &casefile.TriageFields{Priority: 4, PublicHarmScreen: "clear",
			FamilyILR: casefile.No, SevenYears: casefile.No, Vulnerable: casefile.Unknown}, nil, ""}}
	case casefile.TaskOpeningLetter:
		return []deed{
			{"morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: "family", By: "post"}, nil, ""},
			{"morag", casefile.ActLetterSent, 1, &casefile.LetterFields{To: "representative", By: "email"}, nil, ""},
		}
	case casefile.TaskQuestionnaire:
		return provider(casefile.ProviderQuestionnaire)
	case casefile.TaskSchool:
		return provider(casefile.ProviderSchool)
	case casefile.TaskGP:
		return provider(casefile.ProviderGP)
	case casefile.TaskSocialWork:
		return provider(casefile.ProviderSocialWork)
	case casefile.TaskReporter:
		return provider(casefile.ProviderReporter)
	case casefile.TaskHousing:
		return provider(casefile.ProviderHousing)
	case casefile.TaskCommunity:
		return provider(casefile.ProviderCommunity)
	case casefile.TaskAssignWelfare:
		return []deed{{"agnes", casefile.ActAssignWelfare, t.Subject, &casefile.AssignReportFields{To: "eilidh"}, nil, ""}}
	case casefile.TaskReport:
		return []deed{{"eilidh", casefile.ActReport, t.Subject, childsReport(), nil, text}}
	case casefile.TaskSignWelfare:
		return []deed{{"agnes", casefile.ActSignWelfare, t.Subject, nil, nil, ""}}
	case casefile.TaskWindow:
		return []deed{
			{"kirsty", casefile.ActDraft, 0, nil, nil, text}, {"finlay", casefile.ActCheckDraft, 0, nil, nil, ""}, {"jean", casefile.ActClear, 0, nil, nil, ""},
			{"minister", casefile.ActSignLetter, 0, nil, nil, ""}, {"jean", casefile.ActSendLetter, 0, nil, nil, ""},
		}
	case casefile.TaskAnswer:
		return []deed{{"ewan", casefile.ActAnswer, t.Subject, &casefile.AnswerFields{Answer: "accepted"}, nil, text}}
	case casefile.TaskRequestCheck:
		return []deed{{"morag", casefile.ActRequestCheck, 0, nil, nil, ""}}
	case casefile.TaskCheck:
		return []deed{{"morag", casefile.ActRecordCheck, t.Subject, &casefile.CheckFields{Result: "clear", DoneOn: today}, nil, ""}}
	case casefile.TaskPropose:
		return []deed{{"ewan", casefile.ActPropose, 0, nil, grant, text}}
	case casefile.TaskAgree:
		return []deed{{"ailsa", casefile.ActAgree, 0, nil, func(n int) casefile.Fields { return &casefile.AgreeFields{Revision: n, Reasons: findings()} }, ""}}
	case casefile.TaskServe:
		return []deed{
			{"morag", casefile.ActLetterSent, 2, &casefile.LetterFields{To: "family", By: "recorded_delivery"}, nil, ""},
			{"morag", casefile.ActLetterSent, 2, &casefile.LetterFields{To: "representative", By: "email"}, nil, ""},
			{"morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: "recorded_delivery", Proof: "tracking"}, nil, ""},
		}
	case casefile.TaskStatus:
		return []deed{{"morag", casefile.ActStatusIssued, 0, nil, nil, ""}}
	}
	return nil
}

func grant(revision int) casefile.Fields {
	f := &casefile.ProposeFields{Revision: revision, Reasons: findings()}
	for no := 1; no <= 4; no++ {
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: no, Outcome: casefile.GrantILR})
	}
	return f
}

func findings() []casefile.Reason {
	var reasons []casefile.Reason
	for _, factor := range casefile.Factors {
		reasons = append(reasons, casefile.Reason{Factor: factor, Finding: casefile.FindingNeutral})
	}
	return reasons
}

func childsReport() *casefile.ReportFields {
	f := &casefile.ReportFields{Views: "obtained", Indicators: map[string]string{}, BestInterest: "remain"}
	for _, i := range casefile.Indicators {
		f.Indicators[i] = "strength"
	}
	return f
}

// playTypical plays a family that was not drawn for a second officer: a grant in
// ten is, and would make one run's figures another's.
func playTypical(ctx context.Context, h *installation, around func(r *review, label string, stage casefile.Stage, do func() error) error, restart func()) (*review, error) {
	for n := range 20 {
		restart()
		r := &review{h: h}
		r.around = func(label string, stage casefile.Stage, do func() error) error { return around(r, label, stage, do) }
		if err := r.begin(ctx, fmt.Sprintf("SYN-TYPICAL%d", n)); err != nil {
			return nil, err
		}
		if err := r.play(ctx); err != nil {
			return nil, err
		}
		if !r.second {
			return r, nil
		}
	}
	return nil, errors.New("twenty grants in turn were drawn for a second officer")
}

// settled waits until a workflow has nothing under way.
func settled(ctx context.Context, c client.Client, id string) (events int64, err error) {
	for {
		d, err := c.DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			return 0, err
		}
		if d.GetPendingWorkflowTask() == nil && len(d.GetPendingActivities()) == 0 {
			return d.GetWorkflowExecutionInfo().GetHistoryLength(), nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}
