package activities_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/scenario"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestScenarios plays every story that a caseworker can read, on the virtual clock of one case:
// who does what when, and what is then true. The record is sound at the end of each.
func TestScenarios(t *testing.T) {
	all, err := scenario.All()
	require.NoError(t, err)
	o := newStaffed(t)
	var played []*journey
	for _, story := range all {
		t.Run(story.Name+" "+story.Title, func(t *testing.T) {
			w := &stage{o: o.in(t), t: t}
			require.NoError(t, story.Play(w))
			played = append(played, w.journey)
		})
	}
	soundAll(t, o, played...)
}

// stage is the world of a story that is played on the activities.
type stage struct {
	o *staffed
	t *testing.T
	*journey
	// double is the second file of the family, which a story calls K7F-M2Q8.
	double *journey
}

func (w *stage) Begin(s scenario.Scenario) error {
	w.journey = w.o.family(w.t, func(f *casefile.Family) {
		f.People = nil
		for i, p := range s.Family {
			f.People = append(f.People, practice.Member(f.Key, i+1, p.Relationship, monday, p.Age))
		}
	})
	return nil
}

func (w *stage) Ask(query string) ([]string, error) {
	return testdb.List[string](w.o, query, w.ref), nil
}

func (w *stage) Pass(days int) error {
	w.wait(days)
	return nil
}

func (w *stage) Do(login string, act casefile.Act, subject int, fields casefile.Fields, text string) (*casefile.Refusal, error) {
	s := w.journey
	switch f := fields.(type) {
	case *casefile.MergeFields:
		if w.double == nil && s.review.Stage.Before(casefile.Service) {
			w.double = w.o.unlisted(w.t, nil)
			s.isDouble(w.double)
		}
		fields = &casefile.MergeFields{Other: w.second(f.Other), Pairs: f.Pairs, As: f.As}
	case *casefile.UnmergeFields:
		fields = &casefile.UnmergeFields{Other: w.second(f.Other), Evidence: f.Evidence, Post: f.Post}
	}
	switch _, joins := casefile.Joins(fields); {
	case joins:
		text = fmt.Sprintf("given_names: Synthetic %d\nfamily_name: Joined\n%s", s.people(), strings.ReplaceAll(text, "; ", "\n"))
	case text == "" && act.Rule().NeedsText:
		text = "SYNTHETIC: why and what."
	}
	c, err := desk.New(s.ref, act, subject, s.today(), fields, text)
	if err != nil {
		return nil, err
	}
	switch err := s.desk(login).InsertCommand(s.t.Context(), c); {
	case store.IsKind(err, store.NotPermitted), store.IsKind(err, store.NotFound):
		return casefile.Refuse(casefile.RefusedRole, "the database does not let them"), nil
	case err != nil:
		return nil, err
	}
	refusal := s.record(c)
	s.goOn()
	return refusal, nil
}

// second is the reference of the second file, if the story has made one.
func (w *stage) second(named string) string {
	if w.double == nil {
		return named
	}
	return w.double.ref
}

// unusual are the tasks that a story itself answers, or that end by themselves.
var unusual = []casefile.TaskKind{casefile.TaskHold, casefile.TaskThinkAgain, casefile.TaskSettleWithdrawal,
	casefile.TaskHearWithdrawal, casefile.TaskDeparture, casefile.TaskTraceMonthly, casefile.TaskTraceAgain,
	casefile.TaskConfirm, casefile.TaskAppeal, casefile.TaskArrival, casefile.TaskStrike, casefile.TaskThreshold}

func (w *stage) Reach(to casefile.Stage, refuse []int) error {
	s := w.journey
	for range 150 {
		s.goOn()
		if s.review.Stage == to && (to != casefile.Decision || !s.review.Signed) {
			return nil
		}
		rank := func(t casefile.Task) int {
			switch {
			case slices.Contains(unusual, t.Kind), to == casefile.Welfare && t.Stage == casefile.Welfare:
				return 0
			case t.Kind == casefile.TaskAppealWindow:
				return 1 // last: time passes
			case t.Kind == casefile.TaskServe:
				return 2 // nobody is served while somebody is decided anew
			case t.Kind == casefile.TaskPropose, t.Kind == casefile.TaskUndecided:
				return 3 // it waits for what else is open
			}
			return 4
		}
		tasks := slices.Clone(s.review.Tasks)
		slices.SortStableFunc(tasks, func(a, b casefile.Task) int { return rank(b) - rank(a) })
		if len(tasks) == 0 || rank(tasks[0]) == 0 {
			return fmt.Errorf("the case does not get to %s: it is at %s, and awaits %v", to, s.review.Stage, s.openTasks())
		}
		switch task := tasks[0]; task.Kind {
		case casefile.TaskAppealWindow:
			s.wait(task.DueOn.DaysSince(s.today()) + 1)
		case casefile.TaskPropose:
			w.decide(refuse)
		case casefile.TaskUndecided:
			w.decideAnew()
		case casefile.TaskAgree:
			s.do("struan", casefile.ActAgree, 0, s.agreement())
		case casefile.TaskRequestCheck, casefile.TaskServe:
			s.answer(task)
		default:
			s.answer(task)
		}
	}
	return fmt.Errorf("the case does not get to %s: it is at %s, and awaits %v", to, s.review.Stage, s.openTasks())
}

// decide proposes and, where that is due, agrees: everybody is granted but those whom the story
// refuses.
func (w *stage) decide(refuse []int) {
	s := w.journey
	f := &casefile.ProposeFields{Reasons: practice.Findings(nil)}
	for _, no := range testdb.List[int](s.staffed, `select no from present where case_ref = $1 order by no`, s.ref) {
		outcome := casefile.GrantILR
		if slices.Contains(refuse, no) {
			outcome = casefile.RefusedUpheld
		}
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: no, Outcome: outcome})
	}
	if len(refuse) > 0 {
		for _, no := range refuse {
			s.interview(no)
		}
		against := &f.Reasons[slices.Index(casefile.Factors, casefile.FactorConnections)]
		against.Finding, against.Evidence = casefile.FindingAgainst, []int{s.evidence(casefile.ProviderCommunity)}
	}
	f.Revision = s.review.Revision
	require.Nil(s.t, s.tryPropose("ewan", f))
	if !s.review.Signed {
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	}
}

// decideAnew makes the decision anew for whom it has fallen, or leaves out.
func (w *stage) decideAnew() {
	s := w.journey
	f := &casefile.ProposeFields{Revision: s.review.Revision, Reasons: practice.Findings(nil)}
	for _, p := range testdb.List[struct {
		No      int              `db:"no"`
		Outcome casefile.Outcome `db:"outcome"`
	}](s.staffed, `
		select p.no, coalesce(o.outcome, 'GRANT_ILR') as outcome
		from present p left join outcome_in_force o on o.case_ref = p.case_ref and o.person_no = p.no and o.fell_on is null
		where p.case_ref = $1 order by p.no`, s.ref) {
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: p.No, Outcome: p.Outcome})
		if !p.Outcome.IsGrant() {
			against := &f.Reasons[slices.Index(casefile.Factors, casefile.FactorConnections)]
			against.Finding, against.Evidence = casefile.FindingAgainst, []int{s.evidence(casefile.ProviderCommunity)}
		}
	}
	s.do("catriona", casefile.ActRemade, 0, f)
	s.do("struan", casefile.ActAgree, 0, s.agreement())
}
