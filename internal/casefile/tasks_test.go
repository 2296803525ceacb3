package casefile

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachKindOfTaskHasOneRule(t *testing.T) {
	var ruled []string
	for _, r := range TaskRules {
		ruled = append(ruled, string(r.Kind))
	}
	require.ElementsMatch(t, constants(t, "TaskKind"), ruled, "each kind of the const list stands in TaskRules once")
	_, ok := TaskKind("evidence.police").Rule()
	require.False(t, ok)
}

// TestEveryTaskHasAnOwner: no state without an owner and a next date (C15). Who
// is awaited may be outside the office; who takes over is always a role.
func TestEveryTaskHasAnOwner(t *testing.T) {
	outside := []Party{TheFamily, School, GP, SocialWork, Reporter, Police, Housing, Community, NewCouncil}
	for _, r := range TaskRules {
		t.Run(string(r.Kind), func(t *testing.T) {
			found, ok := r.Kind.Rule()
			require.True(t, ok)
			require.Equal(t, r, found)
			require.True(t, r.Awaiting.IsRole() != slices.Contains(outside, r.Awaiting), "awaits %q", r.Awaiting)
			require.True(t, r.EscalateTo.IsRole(), "escalates to %q", r.EscalateTo)
			require.Contains(t, Stages, r.Stage)
			require.NotEmpty(t, r.Row)
			require.NotEmpty(t, r.InWords)
		})
	}
}

// TestWhoActsAndWhoTakesOver is the columns "actor" and "on expiry" of
// domain.md 6.2 and 3.1.
func TestWhoActsAndWhoTakesOver(t *testing.T) {
	for _, c := range []struct {
		row      string
		kind     TaskKind
		awaiting Party
		takeOver Party
		due      Effect // when its days are over
		escalate Effect // at the escalation
	}{
		{"0", TaskAllocate, SeniorCaseworker, Operations, EffectNone, EffectNone},           // data steward
		{"1", TaskReconcile, Caseworker, SeniorCaseworker, EffectNone, EffectNone},          // escalate to team leader; stays
		{"2", TaskTriage, Caseworker, SeniorCaseworker, EffectDefaultPriority, EffectNone},  // default priority 3, never skipped
		{"3", TaskQuestionnaire, TheFamily, Caseworker, EffectContact, EffectGap},           // personal contact, then continue with the gap
		{"3", TaskGP, GP, Caseworker, EffectGap, EffectNone},                                // proceed without
		{"3", TaskReporter, Reporter, Caseworker, EffectGap, EffectNone},                    // the children's reporter
		{"3", TaskHousing, Housing, Caseworker, EffectGap, EffectNone},                      // proceed without
		{"3", TaskCommunity, Community, Caseworker, EffectLapse, EffectNone},                // optional
		{"4", TaskAssignWelfare, WelfareLead, SeniorCaseworker, EffectNone, EffectNone},     // blocked until done or waived
		{"4", TaskReport, LeadProfessional, SeniorCaseworker, EffectNone, EffectNone},       // the children's champion
		{"4", TaskSignWelfare, WelfareLead, SeniorCaseworker, EffectNone, EffectNone},       // blocked until done or waived
		{"5", TaskWindow, PrivateOffice, Caseworker, EffectLapse, EffectNone},               // "none received"; continue
		{"5", TaskAnswer, DecisionMaker, SeniorCaseworker, EffectNone, EffectNone},          // must be answered
		{"6", TaskCheck, Police, SeniorCaseworker, EffectNone, EffectNone},                  // escalate; blocked
		{"7", TaskPropose, DecisionMaker, SeniorCaseworker, EffectEscalate, EffectReassign}, // reassign at 40 working days
		{"8", TaskAgree, SecondOfficer, SeniorCaseworker, EffectNone, EffectNone},           // escalate
		{"9", TaskServe, Caseworker, SeniorCaseworker, EffectNone, EffectNone},              // until each person is served
		{"10a", TaskStatus, Caseworker, SeniorCaseworker, EffectNone, EffectNone},           // escalate (C8)
		{"10b", TaskAppealWindow, TheFamily, Caseworker, EffectSearchAppeal, EffectNone},    // a person looks; no timer closes
		{"10b", TaskNoAppeal, Caseworker, SeniorCaseworker, EffectNone, EffectNone},         // only that act closes
		{"6.1", TaskHold, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone},       // a hold has an owner and a review date
		{"3", TaskOpeningLetter, Caseworker, SeniorCaseworker, EffectNone, EffectNone},      // the Home Office's own clock
		{"3", TaskContact, Caseworker, SeniorCaseworker, EffectNone, EffectNone},            // reach them in person
		{"3", TaskSchool, School, WelfareLead, EffectNone, EffectGap},                       // council lead, then missing
		{"3", TaskSocialWork, SocialWork, WelfareLead, EffectNone, EffectGap},               // council lead, then missing
		{"9", TaskLateArrival, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone},  // after the signature
		{"1", TaskNewOwner, SeniorCaseworker, Operations, EffectNone, EffectNone},           // its owner has left
		{"6", TaskReferral, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone},     // before anybody decides
		{"2", TaskFlag, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone},         // an allegation stays one until two have looked
		{"1", TaskDifference, Caseworker, SeniorCaseworker, EffectNone, EffectNone},         // nothing is overwritten by itself
		{"C1", TaskReadPost, Caseworker, SeniorCaseworker, EffectNone, EffectNone},          // post is read by somebody
		{"3b", TaskTrace, Caseworker, SeniorCaseworker, EffectNone, EffectNone},             // untraced is not refused
		{"9", TaskTraceToServe, Caseworker, SeniorCaseworker, EffectNone, EffectNone},       // not served: no clock
		{"11", TaskAppeal, Caseworker, SeniorCaseworker, EffectNone, EffectNone},            // until the tribunal has spoken
		{"13", TaskArrival, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone},     // a late letter may reopen
		{"6.3", TaskThreshold, Caseworker, SeniorCaseworker, EffectLapse, EffectNone},       // only tells
		{"6.3", TaskAcceptMove, NewCouncil, SeniorCaseworker, EffectNone, EffectNone},       // another council
		{"11", TaskConsider, DecisionMaker, SeniorCaseworker, EffectNone, EffectNone},       // a fresh claim or not
		{"6.3", TaskTell, Caseworker, SeniorCaseworker, EffectNone, EffectNone},             // its firm has closed down
		{"11", TaskAnew, SeniorCaseworker, Operations, EffectNone, EffectNone},              // a court has quashed it
		{"6", TaskRequestCheck, Caseworker, SeniorCaseworker, EffectNone, EffectNone},       // asked for at decision
	} {
		t.Run(c.row+"/"+string(c.kind), func(t *testing.T) {
			r, ok := c.kind.Rule()
			require.True(t, ok)
			require.Equal(t, c.row, r.Row)
			require.Equal(t, c.awaiting, r.Awaiting)
			require.Equal(t, c.takeOver, r.EscalateTo)
			require.Equal(t, c.due, r.OnDue)
			require.Equal(t, c.escalate, r.OnEscalation)
		})
	}
}

// TestNoTimerWritesAnOutcome (R1): the list of effects is closed, and none of
// them is an outcome or the end of a person's case. Whoever adds one meets
// this test, and says here why it can't turn silence against anybody.
func TestNoTimerWritesAnOutcome(t *testing.T) {
	closed := []string{"", "gap", "lapse", "contact", "default_priority", "escalate", "reassign", "search_appeal", "settle"}
	require.ElementsMatch(t, closed, constants(t, "Effect"))
	for _, r := range TaskRules {
		for _, e := range []Effect{r.OnDue, r.OnEscalation} {
			require.Contains(t, closed, string(e), "%s", r.Kind)
			require.NotContains(t, Outcomes, Outcome(strings.ToUpper(string(e))))
		}
	}
}

// TestWhatSilenceMayEnd: a timer closes what waits for somebody outside or was
// optional, and never a task of a decision, a child's welfare check, a check, a
// service or the search for an appeal.
func TestWhatSilenceMayEnd(t *testing.T) {
	ends := map[TaskKind]bool{
		TaskQuestionnaire: true, TaskSchool: true, TaskGP: true, TaskSocialWork: true, TaskReporter: true, TaskHousing: true,
		TaskCommunity: true, TaskWindow: true, TaskAppealWindow: true,
		TaskThreshold: true, // only tells: what fired stays on record
		TaskExpired:   true, // a reminder to its author: the act itself stays on record as expired
	}
	for _, r := range TaskRules {
		closes := slices.ContainsFunc([]Effect{r.OnDue, r.OnEscalation}, func(e Effect) bool {
			return e == EffectGap || e == EffectLapse || e == EffectSearchAppeal
		})
		require.Equal(t, ends[r.Kind], closes, "%s", r.Kind)
		if r.Stage == Welfare || r.Stage == Decision {
			require.False(t, closes, "%s", r.Kind)
		}
	}
}

func TestProvidersAnswerTheirOwnTask(t *testing.T) {
	for _, p := range append(slices.Clone(Providers), ProviderInterview) {
		kind := p.Task()
		if p == ProviderPolice || p == ProviderInterview {
			require.Empty(t, kind, "%s answers no request for evidence", p)
			continue
		}
		rule, ok := kind.Rule()
		require.True(t, ok, "%s answers %q", p, kind)
		require.Equal(t, Evidence, rule.Stage)
		require.Equal(t, p == ProviderSchool, p.PerChild())
	}
	require.ElementsMatch(t, constants(t, "Provider"), append(joinedList(Providers), string(ProviderInterview)),
		"an interview is recorded by its own act")
}

func joinedList[T ~string](values []T) []string { return strings.Split(joined(values), ", ") }
