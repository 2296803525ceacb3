package activities_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// The council that families of these stories move to, with its officers.
const (
	edinburgh     = "S12000036"
	edinburghLead = "city_of_edinburgh_lead"
	edinburghSign = "city_of_edinburgh_welfare"
)

var toEdinburgh = &casefile.MoveFields{To: edinburgh, Reason: "rehoused"}

func (s *journey) movesAway() { s.do("morag", casefile.ActMove, 0, toEdinburgh) }

func (s *journey) council() string {
	return testdb.Value[string](s.staffed, `select council from family where case_ref = $1`, s.ref)
}

// sees is what a login reads of the case; empty if it does not see it.
func (s *journey) sees(login string) string {
	s.t.Helper()
	body, err := s.desk(login).CaseFile(s.t.Context(), s.ref, "case show")
	if store.IsKind(err, store.NotFound) {
		return ""
	}
	require.NoError(s.t, err)
	return string(body)
}

// TestAMoveInEachStage: the new council's welfare lead accepts the family in every stage.
// Until then its council stays responsible, and the new one is told only that a family with
// so many children moves to it; afterwards the new one sees the children's file, and the
// old one nothing. A closed case files what it is told.
func TestAMoveInEachStage(t *testing.T) {
	atEachStage(t, func(t *testing.T, stage casefile.Stage, s *journey) {
		s.movesAway()
		require.Equal(t, practice.Glasgow, s.council())
		if stage == casefile.Closed {
			require.Contains(t, s.openTasks(), "closed.arrival")
			return
		}
		require.Contains(t, s.openTasks(), "case.accept_move")
		require.Empty(t, s.sees(edinburghSign))
		require.Empty(t, s.sees(edinburghLead))
		require.NotEmpty(t, s.sees("agnes"))
		require.NotContains(t, s.sees("agnes"), edinburgh, "the old council is not told where")
		require.NotContains(t, s.sees("agnes"), "accept_move")
		moves, err := s.desk(edinburghSign).Moves(t.Context())
		require.NoError(t, err)
		i := slices.IndexFunc(moves, func(m store.MoveToMe) bool { return m.Case == s.ref })
		require.GreaterOrEqual(t, i, 0)
		require.Equal(t, store.MoveToMe{Case: s.ref, Council: edinburgh, Children: 1, MovedOn: s.today(),
			DueOn: s.task(casefile.TaskAcceptMove, 0).DueOn}, moves[i])
		for _, login := range []string{"agnes", edinburghLead, "kirsty", "minister", "aberdeen_city_welfare"} {
			moves, err := s.desk(login).Moves(t.Context())
			require.NoError(t, err)
			require.Empty(t, moves, login)
		}
		// The old council's welfare lead can't accept it, nor can the new one's lead professional.
		for _, login := range []string{"agnes", edinburghLead, "aberdeen_city_welfare"} {
			c, err := s.tryCommand(login, casefile.ActAcceptMove)
			require.Error(t, err, "%s %v", login, c)
		}
		before := s.dues()
		s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
		require.Equal(t, edinburgh, s.council())
		require.Equal(t, edinburgh, s.review.MovedTo)
		require.Empty(t, s.sees("agnes"))
		require.Empty(t, s.sees("eilidh"))
		require.Contains(t, s.sees(edinburghSign), `"sees": "children"`)
		for task, due := range s.dues() {
			require.False(t, due < before[task], "%s: due on %s, and %s was shown", task, due, before[task])
		}
		require.Empty(t, testdb.List[string](s.staffed, `select kind from task where case_ref = $1 and closed_at is null and calendar like '%/' || $2`, s.ref, practice.Glasgow))
		s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActMove, 0, toEdinburgh)
	})
}

// tryCommand types an act, and returns the database's refusal.
func (s *journey) tryCommand(login string, act casefile.Act) (c store.NewCommand, err error) {
	s.t.Helper()
	c = store.NewCommand{ID: uuid.New(), Case: s.ref, Act: act, AttestedOn: s.today(), Fields: json.RawMessage(`{}`)}
	return c, s.desk(login).InsertCommand(s.t.Context(), c)
}

// TestWhatAMovedChildKeeps: a report that is signed stays valid, one that is under way is
// assigned anew by the new council with the days that are left, and what the old council's
// officer wrote stays on record.
func TestWhatAMovedChildKeeps(t *testing.T) {
	o := newStaffed(t)
	t.Run("signed", func(t *testing.T) {
		s := o.in(t).family(t, nil).until(casefile.Representation)
		s.movesAway()
		s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
		require.Equal(t, []string{"representation.window"}, s.openTasks())
		require.Contains(t, s.sees(edinburghSign), "eilidh", "the new council reads the old one's report")
		s.until(casefile.Decision)
		require.NotContains(t, s.openTasks(), "welfare.assign/3", "it is not asked for again")
		s.sound()
	})
	t.Run("assigned", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskReport)
		due := s.task(casefile.TaskReport, 3).DueOn
		s.on(day("2026-03-09"))
		s.movesAway()
		s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
		require.Equal(t, due, s.task(casefile.TaskReport, 3).DueOn, "with the days that are left")
		_, err := s.tryCommand("eilidh", casefile.ActReport)
		require.Error(t, err)
		s.do(edinburghSign, casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: edinburghLead})
		s.do(edinburghLead, casefile.ActReport, 3, practice.Report())
		s.do(edinburghSign, casefile.ActSignWelfare, 3, nil)
		s.sound()
	})
	t.Run("written and not signed", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskSignWelfare)
		s.movesAway()
		s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
		require.Subset(t, s.openTasks(), []string{"welfare.assign/3", "welfare.report/3"})
		require.NotContains(t, s.openTasks(), "welfare.sign/3")
		require.Equal(t, []string{"eilidh signed: -"}, testdb.List[string](s.staffed,
			`select author || ' signed: ' || coalesce(signer, '-') from welfare_check where case_ref = $1 and author is not null`, s.ref))
		s.refused(casefile.RefusedNothingOpen, edinburghSign, casefile.ActSignWelfare, 3, nil)
		s.do(edinburghSign, casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: edinburghLead})
		s.do(edinburghLead, casefile.ActReport, 3, practice.Report())
		s.do(edinburghSign, casefile.ActSignWelfare, 3, nil)
		s.sound()
	})
	t.Run("finished before the acceptance", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.ready(casefile.TaskReport)
		s.movesAway()
		s.do("eilidh", casefile.ActReport, 3, practice.Report())
		s.do("agnes", casefile.ActSignWelfare, 3, nil)
		s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
		require.NotContains(t, s.openTasks(), "welfare.assign/3")
		s.sound()
	})
	t.Run("a school that did not answer", func(t *testing.T) {
		s := o.in(t).family(t, nil)
		s.until(casefile.Evidence)
		s.do("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderSocialWork, Result: "complete"})
		s.silence(casefile.TaskSchool, 3, 3)
		require.Equal(t, "gap", s.closed(casefile.TaskSchool, 3).Result)
		s.movesAway()
		s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
		require.True(t, s.isOpen(casefile.TaskSchool, 3), "the new council's school may fill the gap")
		require.False(t, s.isOpen(casefile.TaskSocialWork, 0), "what was answered is not asked again")
	})
}

// TestAConcernThatCrossedTheMove: what the old council's officer typed before the family
// left is done, although it comes to the review afterwards.
func TestAConcernThatCrossedTheMove(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	s.movesAway()
	concern := s.command("eilidh", casefile.ActConcern, 3, s.today(), nil)
	s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
	require.Nil(t, s.record(concern))
	require.True(t, s.held(casefile.GroundChildProtection, 3))
}

// TestAMoveThatDidNotHappen: it is taken back, goes to another council, or needs nobody's
// word where there is no child.
func TestAMoveThatDidNotHappen(t *testing.T) {
	o := newStaffed(t)
	t.Run("taken back", func(t *testing.T) {
		s := o.in(t).family(t, nil).until(casefile.Evidence)
		s.movesAway()
		s.refused(casefile.RefusedAlreadyDone, "morag", casefile.ActMove, 0, toEdinburgh)
		late := s.command(edinburghSign, casefile.ActAcceptMove, 0, s.today(), nil)
		s.do("morag", casefile.ActMove, 0, &casefile.MoveFields{To: practice.Glasgow, Reason: "mistake"})
		require.NotContains(t, s.openTasks(), "case.accept_move")
		require.NotNil(t, s.record(late), "nothing waits to be accepted any more")
		require.Equal(t, practice.Glasgow, s.council())
		s.sound()
	})
	t.Run("elsewhere", func(t *testing.T) {
		s := o.in(t).family(t, nil).until(casefile.Evidence)
		s.movesAway()
		s.do("morag", casefile.ActMove, 0, &casefile.MoveFields{To: "S12000033", Reason: "family"})
		_, err := s.tryCommand(edinburghSign, casefile.ActAcceptMove)
		require.Error(t, err)
		s.do("aberdeen_city_welfare", casefile.ActAcceptMove, 0, nil)
		require.Equal(t, "S12000033", s.council())
		s.sound()
	})
	t.Run("no child", func(t *testing.T) {
		s := o.in(t).family(t, func(f *casefile.Family) { f.People = f.People[:2] })
		s.until(casefile.Evidence)
		s.movesAway()
		require.Equal(t, edinburgh, s.council())
		require.NotContains(t, s.openTasks(), "case.accept_move")
		s.sound()
	})
	t.Run("no council of today", func(t *testing.T) {
		s := o.in(t).family(t, nil).until(casefile.Evidence)
		s.refused(casefile.RefusedFields, "morag", casefile.ActMove, 0, &casefile.MoveFields{To: "S12999999", Reason: "rehoused"})
	})
	t.Run("nobody answers", func(t *testing.T) {
		s := o.in(t).family(t, nil).until(casefile.Evidence)
		s.movesAway()
		s.silence(casefile.TaskAcceptMove, 0, 2)
		task := s.task(casefile.TaskAcceptMove, 0)
		require.True(t, task.Escalated)
		require.Equal(t, casefile.SeniorCaseworker, task.Awaiting)
		require.Equal(t, practice.Glasgow, s.council())
	})
}

// TestARestrictedFamilyMoves: the new council hears of it only by an officer who is named on
// the case.
func TestARestrictedFamilyMoves(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	s.do("fiona", casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagRestricted, To: "on"})
	s.movesAway()
	moves, err := s.desk(edinburghSign).Moves(t.Context())
	require.NoError(t, err)
	require.Empty(t, moves)
	_, err = s.tryCommand(edinburghSign, casefile.ActAcceptMove)
	require.Error(t, err)
	s.do("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: edinburghSign, Role: casefile.WelfareLead})
	s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
	require.NotEmpty(t, s.sees(edinburghSign))
}

// TestFiguresKnowWhereAFamilyWas: figures as of an earlier instant count it with its old
// council, and the figures of all councils add up at both.
func TestFiguresKnowWhereAFamilyWas(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	s.Exec(`update family set imported_at = '2026-01-05 12:00Z' where case_ref = $1`, s.ref)
	before := s.now.Add(time.Hour)
	s.on(day("2026-03-09"))
	s.movesAway()
	s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
	in := func(at time.Time, council string) int {
		figures, err := s.desk("una").Figures(t.Context(), at, store.Grouping{Council: true})
		require.NoError(t, err)
		sum, n := 0, 0
		for _, g := range figures.Groups[1:] {
			sum += g.Families
			if g.Council == council {
				n = g.Families
			}
		}
		require.Equal(t, figures.Groups[0].Families, sum, "the councils add up")
		return n
	}
	after := s.now.Add(time.Hour)
	require.Equal(t, []int{1, 0}, []int{in(before, practice.Glasgow), in(before, edinburgh)})
	require.Equal(t, []int{0, 1}, []int{in(after, practice.Glasgow), in(after, edinburgh)})
	require.Equal(t, []int{1, 0}, []int{in(s.now.Add(-time.Second), practice.Glasgow), in(s.now.Add(-time.Second), edinburgh)})
}

// TestNoCouncilChangesWithoutItsWord: neither the worker's login nor a forged Update moves
// a family, and verify finds one that was moved by other means.
func TestNoCouncilChangesWithoutItsWord(t *testing.T) {
	s := newStaffed(t).family(t, nil).until(casefile.Evidence)
	_, err := s.SQL(t, "hame_worker").Exec(`update family set council = $2 where case_ref = $1`, s.ref, edinburgh)
	require.ErrorContains(t, err, "moved_by_an_act")
	s.movesAway()
	forged := s.command("morag", casefile.ActContact, 0, s.today(), &casefile.ContactFields{How: "phone"})
	forged.Act = casefile.ActAcceptMove
	require.Equal(t, casefile.RefusedUnknownCommand, s.record(forged).Code)
	require.Equal(t, practice.Glasgow, s.council())
}

// TestLocalDaysOfTheNewCouncil: a day that the new council keeps and the old one does not
// comes to the time of what goes on there, and one of the old council takes none away.
func TestLocalDaysOfTheNewCouncil(t *testing.T) {
	o := newStaffed(t)
	o.applies(monday, with(t, clock.Embedded(), holiday(edinburgh, "2026-03-16"), holiday(practice.Glasgow, "2026-03-17")))
	s := o.family(t, nil)
	s.ready(casefile.TaskAssignWelfare)
	shown := s.task(casefile.TaskAssignWelfare, 3).DueOn
	s.movesAway()
	s.do(edinburghSign, casefile.ActAcceptMove, 0, nil)
	require.False(t, s.task(casefile.TaskAssignWelfare, 3).DueOn.Before(shown))
	require.Equal(t, clock.Scotland.KeptBy(edinburgh), testdb.Value[clock.CalendarID](s.staffed,
		`select calendar from task where case_ref = $1 and kind = 'welfare.assign' and closed_at is null`, s.ref))
	s.sound()
	require.False(t, strings.Contains(s.sees(edinburghSign), practice.Glasgow))
}
