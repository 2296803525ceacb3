package policy

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
)

// what a lawyer reads of a kind of task in the two sets of the Home Office.
const (
	same    = "same"
	shorter = "shorter"
)

// lanes says of each kind of task how the time of a new claim compares with that of the
// backlog, and why.
var lanes = map[casefile.TaskKind]struct{ days, why string }{
	// The child.
	casefile.TaskAssignWelfare: {same, "a child's check is never hurried"},
	casefile.TaskReport:        {same, "a child's check is never hurried"},
	casefile.TaskSignWelfare:   {same, "a child's check is never hurried"},
	// The family's own time.
	casefile.TaskQuestionnaire:    {same, "the family's own time to answer"},
	casefile.TaskAppealWindow:     {same, "the family's own time to appeal, which is the law's"},
	casefile.TaskThinkAgain:       {same, "the family's own time to think again"},
	casefile.TaskContact:          {same, "who reaches the family needs time to find it at home"},
	casefile.TaskDeparture:        {same, "who asked to return chooses the day"},
	casefile.TaskTrace:            {same, "who is looked for is looked for as long"},
	casefile.TaskTraceToServe:     {same, "who is looked for is looked for as long"},
	casefile.TaskTraceMonthly:     {same, "who is looked for is looked for as long"},
	casefile.TaskTraceAgain:       {same, "who is looked for is looked for as long"},
	casefile.TaskHearWithdrawal:   {same, "a withdrawal is not hurried (R2)"},
	casefile.TaskSettleWithdrawal: {same, "a withdrawal is not hurried (R2)"},
	casefile.TaskReturn:           {same, "a return is not hurried"},
	casefile.TaskAppeal:           {same, "the tribunal's time"},
	casefile.TaskNoAppeal:         {same, "an appeal is looked for as long"},
	// Where the way is long: offices that hold a file, and the minister's house.
	casefile.TaskSchool:     {shorter, "evidence from an office"},
	casefile.TaskGP:         {shorter, "evidence from an office"},
	casefile.TaskSocialWork: {shorter, "evidence from an office"},
	casefile.TaskReporter:   {shorter, "evidence from an office"},
	casefile.TaskHousing:    {shorter, "evidence from an office"},
	casefile.TaskCommunity:  {shorter, "letters that nobody need write"},
	casefile.TaskWindow:     {shorter, "the minister's window"},
	casefile.TaskAnswer:     {shorter, "the answer to the minister"},
	// The Home Office's own steps.
	casefile.TaskReconcile: {shorter, "a young file is soon compared"},
	casefile.TaskTriage:    {shorter, "the Home Office's own step"},
	casefile.TaskPropose:   {shorter, "the Home Office's own step"},
	casefile.TaskAgree:     {shorter, "the Home Office's own step"},
}

// TestTheLanesSideBySide compares the time for each kind of task. What the table does not
// name is short already, and the same for both. Nowhere has a new claim more time, so it is
// never reminded or passed over later either; and both count days of the same unit on the
// same calendar.
func TestTheLanesSideBySide(t *testing.T) {
	backlog, claims := set(t, legacy), set(t, fastTrack)
	for _, rule := range casefile.TaskRules {
		t.Run(string(rule.Kind), func(t *testing.T) {
			was, wasReminder, wasEscalation, err := backlog.Days(rule.Kind)
			require.NoError(t, err)
			is, reminder, escalation, err := claims.Days(rule.Kind)
			require.NoError(t, err)
			require.Equal(t, was.Unit, is.Unit)
			require.Equal(t, was.Calendar, is.Calendar)
			row := lanes[rule.Kind]
			if row.days == shorter {
				require.Less(t, is.Days, was.Days, row.why)
				require.LessOrEqual(t, reminder, wasReminder, row.why)
				require.LessOrEqual(t, escalation, wasEscalation, row.why)
				require.Equal(t, wasEscalation > 0, escalation > 0, "both escalate, or neither does")
				return
			}
			require.Equal(t, was, is, row.why)
			require.Equal(t, wasReminder, reminder, row.why)
			require.Equal(t, wasEscalation, escalation, row.why)
		})
	}
}

// TestWhatTheFamilyOrALeadProfessionalMustDoIsNeverShorter: also of a kind of task that is
// added later, and that the table does not name.
func TestWhatTheFamilyOrALeadProfessionalMustDoIsNeverShorter(t *testing.T) {
	for _, rule := range casefile.TaskRules {
		if rule.Awaiting == casefile.TheFamily || rule.Stage == casefile.Welfare {
			require.NotEqual(t, shorter, lanes[rule.Kind].days, rule.Kind)
		}
	}
}

// TestTheLanesDecideByTheSameGrounds: a new claim is faster, and no less of a claim.
func TestTheLanesDecideByTheSameGrounds(t *testing.T) {
	backlog, claims := set(t, legacy), set(t, fastTrack)
	require.Len(t, claims.Criteria, len(backlog.Criteria))
	for i, c := range claims.Criteria {
		was := backlog.Criteria[i]
		require.Equal(t, []any{was.ID, was.Recommends, was.Against, was.When}, []any{c.ID, c.Recommends, c.Against, c.When})
	}
	require.Less(t, claims.Listing.LongestWaitWeeks, backlog.Listing.LongestWaitWeeks, "nobody waits as long to be listed")
}
