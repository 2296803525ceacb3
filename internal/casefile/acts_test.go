package casefile

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// constants reads the package's own source for the string constants of a type,
// so that a new one can't be forgotten in a list beside it.
func constants(t *testing.T, typeName string) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var values []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				if id, ok := v.Type.(*ast.Ident); ok && id.Name == typeName {
					for _, x := range v.Values {
						value, err := strconv.Unquote(x.(*ast.BasicLit).Value)
						require.NoError(t, err)
						values = append(values, value)
					}
				}
			}
		}
	}
	require.NotEmpty(t, values, "constants of type %s", typeName)
	return values
}

func TestEachActHasOneRule(t *testing.T) {
	var ruled []string
	for _, r := range ActRules {
		ruled = append(ruled, string(r.Act))
	}
	require.ElementsMatch(t, constants(t, "Act"), ruled, "each act of the const list stands in ActRules once")
	parts := constants(t, "Part")
	for _, r := range ActRules {
		t.Run(string(r.Act), func(t *testing.T) {
			require.True(t, r.Act.Known())
			require.Same(t, r, r.Act.Rule())
			require.NotEmpty(t, r.Roles, "somebody may do it")
			for _, p := range r.Roles {
				require.True(t, p.IsRole(), "%s is a role of the staff", p)
				require.NotEqual(t, Auditor, p, "an auditor changes nothing")
			}
			require.Contains(t, Stages, r.From)
			require.Contains(t, Stages, r.Until)
			require.False(t, r.Until.Before(r.From), "%s comes before %s", r.Until, r.From)
			require.NotEmpty(t, r.InWords)
			require.Contains(t, append(parts, ""), string(r.Part))
			require.Equal(t, strings.HasPrefix(string(r.Act), "backlog.") && r.Act != ActTakeBack, r.Subject == AboutLane)
			require.Equal(t, slices.Contains([]Act{ActErase, ActArrival, ActDismissPost, ActDuplicate, ActApplyCalendar, ActTakeBack}, r.Act), r.Subject == AboutRecord,
				"these are done by the database whole, for no review runs that could take them")
		})
	}
	require.False(t, Act("decision.sign").Known(), "there is no act of signing: agreeing, or proposing, is")
}

// TestWhoMayDoWhat is process.md, Who does what.
func TestWhoMayDoWhat(t *testing.T) {
	only := func(p ...Party) []Party { return p }
	may := map[Act][]Party{
		ActAssign:          only(SeniorCaseworker),
		ActReconcile:       only(Caseworker),
		ActTriage:          only(Caseworker),
		ActLetterSent:      only(Caseworker),
		ActContact:         only(Caseworker),
		ActInterview:       only(Caseworker, DecisionMaker),
		ActEvidence:        only(Caseworker),
		ActAssignWelfare:   only(WelfareLead),
		ActReport:          only(LeadProfessional),
		ActSignWelfare:     only(WelfareLead),
		ActWaive:           only(SeniorCaseworker),
		ActReceiveLetter:   only(Caseworker),
		ActDraft:           only(RepresentationDrafter),
		ActDecline:         only(Minister, PrivateOffice),
		ActCheckDraft:      only(RepresentationDrafter), // another than the draft's author: a part each
		ActClear:           only(PrivateOffice),
		ActSignLetter:      only(Minister, PrivateOffice), // private office recording a wet signature
		ActSendLetter:      only(PrivateOffice),
		ActAnswer:          only(DecisionMaker),
		ActRequestCheck:    only(Caseworker),
		ActRecordCheck:     only(Caseworker),
		ActPropose:         only(DecisionMaker, SeniorCaseworker), // the senior caseworker after a second return
		ActCorrectDecision: only(DecisionMaker, SeniorCaseworker), // likewise
		ActAgree:           only(SecondOfficer),
		ActReturn:          only(SecondOfficer),
		ActRecordService:   only(Caseworker),
		ActStatusIssued:    only(Caseworker),
		ActNoAppeal:        only(Caseworker),
		ActBacklogStart:    only(Operations),
		ActBacklogPause:    only(Operations),
		ActBacklogResume:   only(Operations),
		ActBacklogCapacity: only(Operations),
		ActOpen:            only(SeniorCaseworker),
		ActFlag:            only(SeniorCaseworker),
		ActLookInto:        only(SeniorCaseworker),
		ActLateArrival:     only(SeniorCaseworker),
		ActCorrect:         only(Caseworker),
		ActDifference:      only(Caseworker),
		ActRecover:         only(Operations),
		ActArrival:         only(SeniorCaseworker),
		ActReceivePost:     only(Caseworker),
		ActLinkPost:        only(Caseworker),
		ActReadPost:        only(Caseworker),
		ActDismissPost:     only(Caseworker),
		ActLetterDelivered: only(Caseworker),
		ActLetterReturned:  only(Caseworker),
		ActConcern:         only(WelfareLead, LeadProfessional),
		ActReturnWelfare:   only(WelfareLead),
		ActReturnDraft:     only(RepresentationDrafter, PrivateOffice, Minister),
		ActWithdraw:        only(DecisionMaker, SeniorCaseworker), // its author
		ActAppeal:          only(Caseworker),
		ActDuplicate:       only(Caseworker, SeniorCaseworker), // who gets it when it is escalated
		ActErase:           only(Operations),                   // as data steward
		ActHold:            only(SeniorCaseworker),             // an open hold's owner
		ActRelease:         only(SeniorCaseworker),
		ActExtend:          only(SeniorCaseworker),
		ActApplyCalendar:   only(Operations),
		ActStrike: only(Caseworker, SeniorCaseworker, LeadProfessional, WelfareLead, RepresentationDrafter, PrivateOffice,
			Minister, DecisionMaker), // each role with an act that can be struck
		ActSubmissions: only(Caseworker), ActConsider: only(DecisionMaker),
		ActMove: only(Caseworker), ActAcceptMove: only(WelfareLead),
		ActRepresentativeChange: only(Caseworker), ActRepresentativeClosed: only(Caseworker),
		ActLodge: only(Caseworker, SeniorCaseworker), ActInterdict: only(Caseworker, SeniorCaseworker), // whoever has the paper
		ActCourtEnd: only(Caseworker, SeniorCaseworker),
		ActBreach:   only(SeniorCaseworker),
		ActTakeBack: only(Operations), // two of them

		ActHandOver: only(SeniorCaseworker), ActSplit: only(SeniorCaseworker), // and a second officer
		ActLost: only(Caseworker), ActTraceStep: only(Caseworker), ActFound: only(Caseworker),
		ActArchive: only(Caseworker, SeniorCaseworker), ActReopen: only(SeniorCaseworker), // and a second officer
		ActAppealHeard: only(Caseworker), ActAppealEnded: only(Caseworker),
		ActRemake:     only(DecisionMaker, SeniorCaseworker), // as a proposal
		ActReturnStep: only(Caseworker, SeniorCaseworker), ActCloseWindow: only(Caseworker, SeniorCaseworker),
		ActRemains:    only(Caseworker),
		ActOpenWindow: only(SeniorCaseworker), ActRemoved: only(SeniorCaseworker), // and a second officer

		ActMerge: only(Caseworker, SeniorCaseworker), ActUnmerge: only(Caseworker, SeniorCaseworker), // and a second officer
		ActBorn: only(Caseworker), ActJoined: only(Caseworker), ActDied: only(Caseworker), ActDeparted: only(Caseworker),
		ActHasStatus: only(Caseworker, SeniorCaseworker), ActRecordError: only(Caseworker, SeniorCaseworker), // and a second officer
		ActAskWithdrawal: only(Caseworker), ActDropWithdrawal: only(Caseworker),
		ActHearWithdrawal:    only(Caseworker, DecisionMaker),
		ActConfirmWithdrawal: only(Caseworker, SeniorCaseworker), // and a second officer
		ActAskDeparture:      only(Caseworker), ActStays: only(Caseworker),
		ActConfirm: only(Caseworker, SeniorCaseworker, SecondOfficer), // the second officer, or the author who takes it back
	}
	require.Len(t, may, len(ActRules))
	for _, rule := range ActRules {
		for _, role := range Roles {
			t.Run(string(rule.Act)+"/"+string(role), func(t *testing.T) {
				require.Equal(t, slices.Contains(may[rule.Act], role), rule.MayBeDoneBy([]Party{role}))
			})
		}
		require.False(t, rule.MayBeDoneBy(nil), "%s: whoever holds no role", rule.Act)
		require.True(t, rule.MayBeDoneBy(Roles), "%s: whoever holds every role", rule.Act)
	}
}

// TestNoPathFromAMinisterToAnOutcome: only the Home Office decides (process.md,
// invariant 2).
func TestNoPathFromAMinisterToAnOutcome(t *testing.T) {
	scottish := []Party{Minister, PrivateOffice, RepresentationDrafter, LeadProfessional, WelfareLead}
	for _, a := range []Act{ActPropose, ActCorrectDecision, ActAgree, ActReturn, ActAnswer, ActWaive, ActRecordService} {
		require.True(t, a.Known())
		require.False(t, a.Rule().MayBeDoneBy(scottish), "%s", a)
	}
}

// TestPartsThatMayNotMeet: author, second officer, welfare report's author and
// signer, and giver of a waiver are different people on one case (process.md,
// Four eyes), and a draft is checked by another.
func TestPartsThatMayNotMeet(t *testing.T) {
	parts := map[Act]Part{
		ActPropose: PartAuthor, ActCorrectDecision: PartAuthor, ActRemake: PartAuthor, ActAgree: PartSecond, ActReturn: PartSecond, ActReport: PartReporter,
		ActSignWelfare: PartSigner, ActWaive: PartWaiver, ActDraft: PartDrafter, ActCheckDraft: PartRepChecker,
		ActClear: PartRepClearer, // and of a signature the signatory's, whoever records it: PartRepSigner
	}
	for _, r := range ActRules {
		require.Equal(t, parts[r.Act], r.Part, "%s", r.Act)
	}
	require.ElementsMatch(t, constants(t, "Part"), []string{"", string(PartAuthor), string(PartSecond), string(PartReporter),
		string(PartSigner), string(PartWaiver), string(PartDrafter), string(PartRepChecker), string(PartRepClearer), string(PartRepSigner)})
}

// TestWhatEachActIsAbout: one rule says what the N of REF/N is for every act, wherever
// it is typed, printed as a form, tried or done.
func TestWhatEachActIsAbout(t *testing.T) {
	for _, c := range []struct {
		act    Act
		n      int
		refuse string
	}{
		{ActAssign, 0, ""}, {ActAssign, 2, "about the whole case: leave out the /2"},
		{ActReport, 3, ""}, {ActReport, 0, "about one person: name them as in K7F-M2Q8/2"},
		{ActEvidence, 0, ""}, {ActEvidence, 3, ""},
		{ActLetterSent, 1, ""}, {ActLetterSent, 0, "about one letter: name the letter as letter list does, as in K7F-M2Q8/1"},
		{ActLetterReturned, 0, "about one letter"}, {ActLetterDelivered, 0, "about one letter"},
		{ActAnswer, 1, ""}, {ActAnswer, 0, "about one representation"},
		{ActDifference, 1, ""}, {ActDifference, 0, "about one difference"},
		{ActBacklogPause, 1, "leave out the /1"}, {ActErase, 1, "leave out the /1"},
	} {
		t.Run(fmt.Sprintf("%s/%d", c.act, c.n), func(t *testing.T) {
			refusal := c.act.Rule().CheckSubject("K7F-M2Q8", c.n)
			if c.refuse == "" {
				require.Nil(t, refusal)
				return
			}
			require.Equal(t, RefusedNoSubject, refusal.Code)
			require.Contains(t, refusal.Detail, c.refuse)
			require.Contains(t, refusal.Detail, string(c.act))
		})
	}
	for _, r := range ActRules {
		require.Equal(t, RefusedNoSubject, r.MissingSubject(7).Code)
		if r.Subject.IsPerson() || r.Subject == AboutLetter || r.Subject == AboutRepresentation || r.Subject == AboutDifference {
			require.Contains(t, r.MissingSubject(7).Detail, "7", "%s", r.Act)
		}
	}
}

// TestWhatIsStruckIsOneHouses: the acts that can be struck are each done by roles of one
// house, whose senior may strike them too.
func TestWhatIsStruckIsOneHouses(t *testing.T) {
	for _, r := range ActRules {
		for _, p := range r.Roles {
			if r.Slip.CanBeStruck() {
				require.Equal(t, r.Roles[0].House(), p.House(), "%s", r.Act)
			}
		}
		require.True(t, r.Slip.CanBeStruck() == (r.Slip.Follows != ""), "%s: what follows is said of what can be struck", r.Act)
		require.True(t, r.Slip.CanBeStruck() || r.Slip.Instead != "", "%s: what can't be struck is put right in another way", r.Act)
	}
	for house, act := range SeniorActs {
		require.True(t, act.Rule().MayBeDoneBy([]Party{house.Senior()}))
	}
}

// TestCouncilActs: councils act on their own children only.
func TestCouncilActs(t *testing.T) {
	for _, r := range ActRules {
		council := slices.Contains(r.Roles, WelfareLead) || slices.Contains(r.Roles, LeadProfessional)
		if r.Act == ActStrike {
			continue // its roles are those of the act that is struck, and its council that act's
		}
		require.Equal(t, council, r.Council, "%s", r.Act)
	}
}

// TestWhenAnActIsAllowed: in which stages shown each act may be tried, for an
// unsigned case until decision and a signed one from service. What records
// something that arrived has a test of its own.
func TestWhenAnActIsAllowed(t *testing.T) {
	const (
		listing   = "listed"
		always    = "listed evidence welfare representation decision service"
		toSigning = "listed evidence welfare representation decision"
		drafting  = "evidence welfare representation decision"
	)
	for act, stages := range map[Act]string{
		ActAssign:          always,
		ActReconcile:       listing,
		ActTriage:          toSigning, // again where somebody joins the family
		ActLetterSent:      always,
		ActInterview:       toSigning,
		ActAssignWelfare:   always,
		ActReport:          always,
		ActSignWelfare:     always,
		ActWaive:           drafting,
		ActDraft:           drafting,
		ActDecline:         "representation",
		ActCheckDraft:      drafting,
		ActClear:           drafting,
		ActSignLetter:      drafting,
		ActSendLetter:      drafting,
		ActAnswer:          always,                                             // what arrives after the signature is answered too
		ActRequestCheck:    "decision service",                                 // a correction needs checks that have not lapsed
		ActRecordCheck:     "evidence welfare representation decision service", // the police's answer is taken also after a strike
		ActStrike:          always + " closed",
		ActBreach:          always + " closed",
		ActPropose:         "decision",
		ActAgree:           "decision service", // a correction is agreed to until it is served
		ActReturn:          "decision service",
		ActCorrectDecision: "service",
		ActRecordService:   "service",
		ActStatusIssued:    "service",
		ActNoAppeal:        "service",
		ActOpen:            "listed",
		ActFlag:            always,
		ActLookInto:        always,
		ActLateArrival:     always,
		ActCorrect:         always,
		ActDifference:      always,
		ActRecover:         "unlisted " + always, // at any stage, of a review that is not closed
		ActReceivePost:     always + " closed",
		ActLinkPost:        always + " closed",
		ActReadPost:        always + " closed",
		ActLetterDelivered: always + " closed",
		ActLetterReturned:  always + " closed",
		ActConcern:         always + " closed",
		ActReturnWelfare:   always,
		ActReturnDraft:     drafting,
		ActWithdraw:        "decision service",
		ActAppeal:          "service",
		// Acts on the record are done by the database, and taken by no review.
		ActArrival: "", ActDismissPost: "", ActDuplicate: "", ActErase: "", ActApplyCalendar: "", ActTakeBack: "",
		ActHold: always, ActRelease: always, ActExtend: always,
		ActAppealHeard: "service", ActAppealEnded: "service", ActRemake: "service", ActReturnStep: "service",
		ActRemains: "service", ActOpenWindow: "service", ActCloseWindow: "service", ActRemoved: "service",
		ActBorn: always, ActJoined: always, ActDied: always, ActDeparted: always, ActAskDeparture: always, ActStays: always,
		ActHasStatus: always, ActConfirm: always + " closed", ActReopen: "closed", ActMerge: toSigning, ActUnmerge: toSigning, ActSplit: toSigning,
		ActLost: always, ActTraceStep: always, ActArchive: always, ActFound: always, ActRecordError: toSigning, ActAskWithdrawal: toSigning,
		ActHearWithdrawal: toSigning, ActDropWithdrawal: toSigning, ActConfirmWithdrawal: toSigning,
		ActHandOver:    toSigning,
		ActSubmissions: "service closed", ActConsider: "service closed",
		ActMove: always + " closed", ActAcceptMove: always,
		ActRepresentativeChange: always + " closed", ActRepresentativeClosed: always + " closed",
		ActLodge: always + " closed", ActInterdict: always + " closed", ActCourtEnd: always + " closed",
		// Acts on a lane are no acts on a case, at any stage.
		ActBacklogStart: "", ActBacklogPause: "", ActBacklogResume: "", ActBacklogCapacity: "",
		"decision.sign": "", "": "",
	} {
		rule, known := act.Rule(), act.Known()
		for _, stage := range Stages {
			t.Run(string(act)+" at "+string(stage), func(t *testing.T) {
				err := Facts{Stage: stage, Signed: stage == Service}.Allowed(act)
				if slices.Contains(strings.Fields(stages), string(stage)) {
					require.NoError(t, err)
					return
				}
				refusal, ok := AsRefusal(err)
				require.True(t, ok, "%v", err)
				switch {
				case !known || !rule.OnCase():
					require.Equal(t, RefusedUnknownAct, refusal.Code)
				case stage == Closed:
					require.Equal(t, RefusedClosed, refusal.Code)
				case stage.Before(rule.From):
					require.Equal(t, RefusedTooEarly, refusal.Code)
					require.Contains(t, refusal.Detail, string(rule.From))
				default:
					require.Equal(t, RefusedTooLate, refusal.Code)
					require.Contains(t, refusal.Detail, string(rule.Until))
				}
			})
		}
	}
}

func TestASignedDecisionIsNotProposedAgain(t *testing.T) {
	signed := Facts{Stage: Decision, Signed: true}
	for _, r := range ActRules {
		if r.Until != Decision || r.Receives || !r.OnCase() {
			continue
		}
		refusal, ok := AsRefusal(signed.Allowed(r.Act))
		require.True(t, ok, "%s", r.Act)
		require.Equal(t, RefusedSigned, refusal.Code, "%s", r.Act)
	}
	require.NoError(t, signed.Allowed(ActAssign))
	require.NoError(t, Facts{Stage: Decision, Stuck: "no_rule_set"}.Allowed(ActRecover), "that is what it is for")
	require.NoError(t, signed.Allowed(ActLetterSent))
}

func TestAStuckReviewWaitsForOperations(t *testing.T) {
	for _, r := range ActRules {
		if !r.OnCase() || r.Receives || r.Act == ActRecover {
			continue
		}
		refusal, ok := AsRefusal(Facts{Stage: r.From, Stuck: "no_rule_set"}.Allowed(r.Act))
		require.True(t, ok, "%s", r.Act)
		require.Equal(t, RefusedStuck, refusal.Code, "%s", r.Act)
	}
}

// TestReceivingNeverFails: process.md, Stages. Letters, evidence and contacts
// are recorded in any open stage, after the signature, for a stuck review, and
// for a closed one, where they open a task for a senior caseworker. (For an
// unlisted family the act itself opens the review: see Receives.)
func TestReceivingNeverFails(t *testing.T) {
	receives := []Act{ActEvidence, ActReceiveLetter, ActContact, ActReceivePost, ActLinkPost, ActReadPost, ActConcern, ActLetterDelivered, ActLetterReturned,
		ActLodge, ActInterdict, ActCourtEnd, ActRepresentativeChange, ActRepresentativeClosed, ActMove}
	for _, a := range receives {
		require.True(t, a.Rule().Receives)
		require.True(t, a.Rule().Filed, "%s is kept with a closed case", a)
		for _, stage := range []Stage{Listed, Evidence, Welfare, Representation, Decision, Service, Closed} {
			t.Run(string(a)+" at "+string(stage), func(t *testing.T) {
				require.NoError(t, Facts{Stage: stage, Signed: !stage.Before(Service)}.Allowed(a))
			})
		}
		t.Run(string(a)+" at decision, just signed", func(t *testing.T) {
			require.NoError(t, Facts{Stage: Decision, Signed: true}.Allowed(a))
		})
		t.Run(string(a)+" on a stuck review", func(t *testing.T) {
			require.NoError(t, Facts{Stage: Evidence, Stuck: "no_rule_set"}.Allowed(a))
		})
	}
	for _, r := range ActRules {
		require.Equal(t, slices.Contains(receives, r.Act), r.Receives, "%s", r.Act)
	}
}

// TestNoBatchDecides: what decides or judges takes one case at a time (R3), and
// so does every act that the list does not name.
func TestNoBatchDecides(t *testing.T) {
	many := []Act{ActAssign, ActLetterSent, ActLetterDelivered, ActContact, ActEvidence, ActRequestCheck, ActReceiveLetter, ActDraft, ActDecline,
		ActCheckDraft, ActClear, ActSignLetter, ActSendLetter, ActRecordService, ActStatusIssued}
	for _, r := range ActRules {
		require.Equal(t, slices.Contains(many, r.Act), r.Many, "%s", r.Act)
		if r.Many {
			require.NotContains(t, []Part{PartAuthor, PartSecond, PartReporter, PartSigner, PartWaiver}, r.Part, "%s", r.Act)
			require.NotContains(t, []Subject{AboutLane, AboutRepresentation}, r.Subject, "%s", r.Act)
		}
	}
}
