package activities_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// loginOf is a member of the demo staff who holds the first role of an act.
func loginOf(act casefile.Act) string {
	rule := act.Rule()
	return map[casefile.Party]string{casefile.Caseworker: "morag", casefile.SeniorCaseworker: "fiona", casefile.DecisionMaker: "ewan",
		casefile.SecondOfficer: "ailsa", casefile.LeadProfessional: "eilidh", casefile.WelfareLead: "agnes", casefile.RepresentationDrafter: "kirsty",
		casefile.PrivateOffice: "jean", casefile.Minister: "minister", casefile.Operations: "archie"}[rule.Roles[0]]
}

// sample returns coded fields with which an act can be tried on a story as it stands.
func (s *journey) sample(act casefile.Act) casefile.Fields {
	switch act {
	case casefile.ActStrike:
		return &casefile.StrikeFields{Act: 1, Reason: casefile.SlipTwice}
	case casefile.ActBreach:
		return &casefile.BreachFields{Item: 1, Whose: "unknown", Seen: "nobody", Told: "nobody"}
	case casefile.ActAssign:
		return &casefile.AssignFields{To: "morag"}
	case casefile.ActAssignWelfare:
		return &casefile.AssignReportFields{To: "eilidh"}
	case casefile.ActReconcile:
		return &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"}
	case casefile.ActTriage:
		return &casefile.TriageFields{Priority: 3, PublicHarmScreen: "clear", FamilyILR: casefile.No, SevenYears: casefile.No, Vulnerable: casefile.No}
	case casefile.ActLetterSent:
		return &casefile.LetterFields{To: "family", By: "post"}
	case casefile.ActLetterDelivered:
		return &casefile.DeliveredFields{To: "family"}
	case casefile.ActLetterReturned:
		return &casefile.ReturnedFields{To: "family", Reason: "gone_away"}
	case casefile.ActContact:
		return &casefile.ContactFields{How: "phone"}
	case casefile.ActInterview:
		return &casefile.InterviewFields{Adverse: "none"}
	case casefile.ActEvidence:
		return &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "complete"}
	case casefile.ActReport:
		return practice.Report()
	case casefile.ActWaive:
		return &casefile.WaiveFields{Reason: "family_asks"}
	case casefile.ActReceiveLetter:
		return &casefile.LetterFromFields{From: "mp"}
	case casefile.ActSignLetter:
		return &casefile.SignFields{}
	case casefile.ActDecline:
		return &casefile.DeclineFields{Reason: "no_agreement"}
	case casefile.ActAnswer:
		return &casefile.AnswerFields{Answer: "rejected"}
	case casefile.ActRecordCheck:
		return &casefile.CheckFields{Result: "clear", DoneOn: s.today()}
	case casefile.ActPropose, casefile.ActCorrectDecision:
		return s.proposal(grantAll)
	case casefile.ActAgree:
		return s.agreement()
	case casefile.ActReturn:
		return &casefile.ReturnFields{Reasons: []string{"law"}}
	case casefile.ActRecordService:
		return practice.Served()
	case casefile.ActOpen:
		return &casefile.OpenFields{Reason: "illness", ListingDate: s.today()}
	case casefile.ActFlag:
		return &casefile.FlagFields{Flag: casefile.FlagSeriousIllness, To: "on"}
	case casefile.ActLookInto:
		return nothingFound
	case casefile.ActLateArrival:
		return &casefile.ArrivalFields{Finding: "no_change"}
	case casefile.ActCorrect:
		return &casefile.CorrectFields{Field: "sex", Reason: "mistyped", Source: "passport"}
	case casefile.ActDifference:
		return &casefile.DifferenceFields{Finding: "rejected"}
	case casefile.ActReceivePost:
		return &casefile.PostFields{From: "family"}
	case casefile.ActLinkPost, casefile.ActReadPost:
		return &casefile.ItemFields{Item: 999}
	case casefile.ActWithdraw:
		return &casefile.WithdrawFields{Reason: "mistake"}
	case casefile.ActHold:
		return &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: s.today().AddDays(20)}
	case casefile.ActRelease:
		return &casefile.ReleaseFields{Ground: casefile.GroundMedical, Reason: "settled"}
	case casefile.ActBorn:
		return &casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Female}
	case casefile.ActJoined:
		return &casefile.JoinedFields{Relationship: casefile.Partner, Status: casefile.NeedsLeave}
	case casefile.ActDied:
		return aDeath
	case casefile.ActHasStatus:
		return &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"}
	case casefile.ActRecordError:
		return &casefile.RecordErrorFields{Reason: "no_such_person"}
	case casefile.ActHearWithdrawal:
		return &casefile.HearFields{Representative: "present", Means: casefile.Yes}
	case casefile.ActConfirmWithdrawal:
		return &casefile.ConfirmWithdrawalFields{Children: casefile.ChildrenConsidered}
	case casefile.ActDeparted, casefile.ActRemoved:
		return &casefile.DepartedFields{ShownBy: "embarkation_record"}
	case casefile.ActConfirm:
		return &casefile.ConfirmFields{Finding: casefile.RequestRefused}
	case casefile.ActHandOver:
		return &casefile.HandOverFields{To: "england", Sent: "whole_file"}
	case casefile.ActSplit:
		return &casefile.SplitFields{Persons: "2,3", Reason: casefile.SplitSeparation}
	case casefile.ActReopen:
		return &casefile.ReopenFields{Reason: "error"}
	case casefile.ActMerge:
		return &casefile.MergeFields{Other: "K7F-M2Q8", Pairs: []string{"1=1"}}
	case casefile.ActUnmerge:
		return &casefile.UnmergeFields{Other: "K7F-M2Q8"}
	case casefile.ActAppealEnded:
		return ended(casefile.AppealAllowed)
	case casefile.ActRemake:
		return s.proposal(grantAll)
	case casefile.ActReturnStep:
		return &casefile.ReturnStepFields{Step: casefile.StepOffer}
	case casefile.ActOpenWindow:
		return &casefile.WindowFields{OpensOn: s.today().AddDays(10), ClosesOn: s.today().AddDays(12), FamilyAsks: casefile.No}
	case casefile.ActLost:
		return &casefile.LostFields{Reason: "no_answer"}
	case casefile.ActTraceStep:
		return &casefile.TraceStepFields{Step: "mp", Result: "nothing"}
	case casefile.ActFound:
		return &casefile.FoundFields{How: "visit"}
	case casefile.ActConsider:
		return &casefile.ConsiderFields{Result: casefile.SubmissionRejected}
	case casefile.ActMove:
		return &casefile.MoveFields{To: "S12000036", Reason: "rehoused"}
	case casefile.ActRepresentativeChange:
		return &casefile.RepresentativeFields{ToldBy: "family"}
	case casefile.ActRepresentativeClosed:
		return &casefile.RepresentativeClosedFields{Reason: "closed_down"}
	case casefile.ActLodge, casefile.ActInterdict:
		return &casefile.CourtFields{}
	case casefile.ActCourtEnd:
		return &casefile.CourtEndFields{Result: casefile.CourtDismissed}
	case casefile.ActExtend:
		return s.moreTime(casefile.TaskQuestionnaire, 5, casefile.ExtensionGranted)
	}
	return nil
}

// TestEachActInEachStage is made of the acts and the stages: each act is tried in each
// stage. One that the stage does not allow is refused with the stage's code, and no
// fact is changed; one that it allows is not refused for its stage. What is accepted
// after the signature leaves nothing without an owner, a date and an act that ends it.
func TestEachActInEachStage(t *testing.T) {
	o := newStaffed(t)
	ofTheStage := []casefile.RefusalCode{casefile.RefusedTooEarly, casefile.RefusedTooLate, casefile.RefusedSigned, casefile.RefusedClosed}
	for _, stage := range []casefile.Stage{casefile.Listed, casefile.Evidence, casefile.Representation, casefile.Decision, casefile.Service, casefile.Closed} {
		t.Run(string(stage), func(t *testing.T) {
			at := func() *journey {
				s := o.family(t, nil)
				switch stage {
				case casefile.Service:
					s.decided(grantAll)
				case casefile.Closed:
					s.decided(grantAll)
					s.serve(0)
					s.do("morag", casefile.ActStatusIssued, 0, nil)
					s.goOn()
				default:
					s.until(stage)
				}
				require.Equal(t, stage, s.review.Stage)
				return s
			}
			s := at()
			for _, rule := range casefile.ActRules {
				if !rule.OnCase() || rule.NewCouncil {
					continue // an officer of another council does it: TestAMoveInEachStage
				}
				subject := 0
				switch rule.Subject {
				case casefile.AboutPerson, casefile.AboutPersonOrAll:
					subject = 3
				case casefile.AboutLetter, casefile.AboutRepresentation, casefile.AboutDifference, casefile.AboutRequest:
					subject = 1
				}
				if rule.Act == casefile.ActExtend || rule.Act == casefile.ActRequestCheck || rule.Act == casefile.ActRecordService {
					subject = 0
				}
				allowed, _ := casefile.AsRefusal(s.review.Allowed(rule.Act))
				before := s.facts()
				c := s.command(loginOf(rule.Act), rule.Act, subject, s.today(), s.sample(rule.Act))
				refusal := s.record(c)
				switch {
				case stage == casefile.Closed && (rule.Act == casefile.ActLinkPost || rule.Act == casefile.ActReadPost):
					require.Equal(t, casefile.RefusedNothingOpen, refusal.Code, "there is no such item")
				case stage == casefile.Closed && rule.Act == casefile.ActConfirm && refusal != nil:
					require.Equal(t, casefile.RefusedRole, refusal.Code, "a caseworker agrees to no reopening")
				case stage == casefile.Closed && (rule.Act == casefile.ActReopen || rule.Act == casefile.ActConfirm):
					require.Nil(t, refusal, "%s", rule.Act)
				case stage == casefile.Closed && (rule.Act == casefile.ActStrike || rule.Act == casefile.ActBreach):
					require.Contains(t, []casefile.RefusalCode{casefile.RefusedNotStruck, casefile.RefusedNoSubject, casefile.RefusedNothingOpen},
						refusal.Code, "what is struck on a closed case is a wrong link alone")
				case stage == casefile.Closed && (rule.Act == casefile.ActSubmissions || rule.Act == casefile.ActConsider):
					require.Contains(t, []casefile.RefusalCode{casefile.RefusedNoSubject, casefile.RefusedNothingOpen}, refusal.Code,
						"nobody of the family was refused")
				case stage == casefile.Closed && rule.Filed:
					require.Nil(t, refusal, "%s", rule.Act)
					require.Equal(t, "filed", s.outcome(c), "%s", rule.Act)
					require.True(t, s.isOpen(casefile.TaskArrival, 0), "%s: a senior caseworker reads it", rule.Act)
				case allowed != nil:
					require.NotNil(t, refusal, "%s is not for this stage", rule.Act)
					require.Equal(t, allowed.Code, refusal.Code, "%s", rule.Act)
					require.Contains(t, ofTheStage, refusal.Code, "%s", rule.Act)
					s.unchanged(before)
				case refusal != nil:
					if refusal.Code != casefile.RefusedTooEarly { // also said by handlers, of what must come first
						require.NotContains(t, ofTheStage, refusal.Code, "%s: %s", rule.Act, refusal.Detail)
					}
					s.unchanged(before)
				}
				for _, task := range s.review.Tasks {
					require.False(t, task.DueOn.IsZero() && !task.Stopped(), "%s: %s has a date", rule.Act, task.Kind)
					require.NotEmpty(t, task.Awaiting, "%s: %s has an owner", rule.Act, task.Kind)
				}
				if s.review.Stage != stage || s.review.Signed != (stage == casefile.Service || stage == casefile.Closed) {
					s = at() // the act has moved the case on
				}
			}
		})
	}
}

// TestWhatArrivesAfterTheSignature has an owner, a date, an act that ends it, and
// holds the closing (A5).
func TestWhatArrivesAfterTheSignature(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what    string
		arrives func(*journey)
		task    casefile.TaskKind
		subject int
		end     func(*journey)
	}{
		{"a representation", func(s *journey) { s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"}) },
			casefile.TaskAnswer, 1, func(s *journey) {
				s.do("catriona", casefile.ActAnswer, 1, &casefile.AnswerFields{Answer: "rejected"})
			}},
		{"evidence", func(s *journey) {
			s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: "partial"})
		}, casefile.TaskLateArrival, 0, func(s *journey) {
			s.do("fiona", casefile.ActLateArrival, 0, &casefile.ArrivalFields{Finding: "no_change"})
		}},
		{"a child's concern", func(s *journey) { s.do("eilidh", casefile.ActConcern, 3, nil) },
			casefile.TaskHold, 0, func(s *journey) {
				s.do("fiona", casefile.ActRelease, 3, &casefile.ReleaseFields{Ground: casefile.GroundChildProtection, Reason: "settled"})
			}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, nil)
			s.decided(grantAll)
			c.arrives(s)
			s.serve(0)
			s.do("morag", casefile.ActStatusIssued, 0, nil)
			s.goOn()
			require.Equal(t, casefile.Service, s.review.Stage, "it holds the closing")
			task := s.task(c.task, c.subject)
			require.False(t, task.DueOn.IsZero())
			require.NotEmpty(t, task.Awaiting)
			c.end(s)
			s.goOn()
			require.Equal(t, casefile.Closed, s.review.Stage)
		})
	}
}

// TestAClosedCasesTaskEscalates like any other: what was filed and nobody reads is
// overdue, escalated, and comes up again as a diary entry.
func TestAClosedCasesTaskEscalates(t *testing.T) {
	s := newStaffed(t).grantedAndClosed(t)
	s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
	due := s.task(casefile.TaskArrival, 0).DueOn
	escalate := func(on clock.Date) casefile.Task {
		t.Helper()
		for range 3 {
			require.NoError(t, s.EscalateClosed(t.Context(), at(on)))
		}
		s.now = at(on)
		s.takeStock()
		return s.task(casefile.TaskArrival, 0)
	}
	require.False(t, escalate(due).Overdue, "not on its last day")
	require.True(t, escalate(due.AddDays(1)).Overdue)
	later := escalate(due.AddDays(30))
	require.True(t, later.Escalated)
	require.Equal(t, casefile.Diary, later.Next.Kind)
}

// TestFiledBeforeItHadClosed: what came for a closed case is of the time after its closing, and
// verify finds what is not.
func TestFiledBeforeItHadClosed(t *testing.T) {
	s := newStaffed(t).grantedAndClosed(t)
	early := func() []string {
		return testdb.List[string](s.staffed, `select detail from breach_before_its_time where case_ref = $1 and detail like 'what came%'`, s.ref)
	}
	s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
	require.Empty(t, early())
	s.Exec(`update task set opened_at = (select closed_at - interval '1 day' from review where case_ref = $1) where case_ref = $1 and kind = 'closed.arrival'`, s.ref)
	require.Equal(t, []string{"what came for the closed case was filed before it had closed"}, early())
}

// TestARefusalNobodySaw: an act that was saved while no worker ran, and is refused when
// one comes, opens a task for its author's role (A11). One that is refused while its
// author waits opens none.
func TestARefusalNobodySaw(t *testing.T) {
	s := newStaffed(t).family(t, nil).toDecision()
	decline := &casefile.DeclineFields{Reason: "no_agreement"}
	s.refused(casefile.RefusedTooLate, "jean", casefile.ActDecline, 0, decline)
	require.NotContains(t, s.kinds(), casefile.TaskExpired)
	late := s.command("ewan", casefile.ActPropose, 0, s.today(), s.proposal(grantAll))
	s.contact("phone") // the file changes meanwhile
	s.Exec(`alter table command disable trigger user`)
	s.Exec(`update command set recorded_at = recorded_at - interval '10 minutes' where id = $1`, late.ID)
	s.Exec(`alter table command enable trigger user`)
	require.Equal(t, casefile.RefusedStale, s.record(late).Code)
	i := slices.IndexFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskExpired })
	require.GreaterOrEqual(t, i, 0, "%v", s.openTasks())
	require.Equal(t, casefile.DecisionMaker, s.review.Tasks[i].Awaiting)
	s.propose("ewan", refuseAll)
	require.NotContains(t, s.kinds(), casefile.TaskExpired, "done again")
}

func (s *journey) kinds() []casefile.TaskKind {
	var kinds []casefile.TaskKind
	for _, t := range s.review.Tasks {
		kinds = append(kinds, t.Kind)
	}
	return kinds
}

// TestALeaversCases: each case whose owner is a caseworker no more asks for a new owner (A12).
func TestALeaversCases(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Evidence)
	s.takeStock()
	require.NotContains(t, s.kinds(), casefile.TaskNewOwner)
	o.Exec(`update staff set revoked_at = clock_timestamp(), revoked_by = 'postgres' where login = 'morag'`)
	refs, err := o.Store.Unseen(t.Context())
	require.NoError(t, err)
	require.Contains(t, refs, s.ref, "its review is asked to take stock")
	s.takeStock()
	task := s.task(casefile.TaskNewOwner, 0)
	require.Equal(t, casefile.SeniorCaseworker, task.Awaiting)
	refs, err = o.Store.Unseen(t.Context())
	require.NoError(t, err)
	require.NotContains(t, refs, s.ref)
	s.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "hamish"})
	require.NotContains(t, s.kinds(), casefile.TaskNewOwner)
	s.takeStock()
	require.NotContains(t, s.kinds(), casefile.TaskNewOwner)
}
