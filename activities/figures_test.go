package activities_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
)

// TestAMovedDeadlineAndTheFigures: a figure at an instant is the same whenever it
// is asked for (C5, R7). Social work has 28 calendar days from 2 March 2026, so
// until the 30th, and says nothing. On 1 April it is one deadline missed by social
// work. On 2 April it is given fourteen days more, until 13 April: from then on
// nothing is missed, and on 1 April it was.
func TestAMovedDeadlineAndTheFigures(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).until(casefile.Evidence)
	una := o.sql("una")
	read := func(query string, args ...any) (n int) {
		require.NoError(t, una.Get(&n, query, args...))
		return n
	}
	missed := func(asOf time.Time) int {
		return read(`select coalesce((figures($1, false, false, false)->'groups'->0->'missed'->>'social_work')::int, 0)`, asOf)
	}
	now := func() int { return read(`select (programme_report()->'deadlines'->>'missed')::int`) }
	s.rung(casefile.TaskSocialWork, 0) // reminder
	s.rung(casefile.TaskSocialWork, 0) // due
	o.Exec(`update programme set synthetic = true, business_now = $1`, at(day("2026-04-01")))
	first := at(day("2026-04-01"))
	require.Equal(t, 1, missed(first))
	require.Equal(t, 1, now())

	s.on(day("2026-04-02"))
	o.Exec(`update programme set business_now = $1`, s.now)
	s.do("fiona", casefile.ActExtend, 0, &casefile.ExtendFields{Task: casefile.TaskSocialWork, Decision: casefile.ExtensionGranted, Days: 14,
		Reason: "illness", AskedBy: "council", AskedOn: day("2026-04-02")})
	require.Equal(t, day("2026-04-13"), s.task(casefile.TaskSocialWork, 0).DueOn)
	require.Zero(t, missed(at(day("2026-04-03"))), "it has not been missed yet")
	require.Zero(t, now())
	require.Equal(t, 1, missed(first), "what was missed on 1 April was missed then")

	s.rung(casefile.TaskSocialWork, 0) // due again
	o.Exec(`update programme set business_now = $1`, at(day("2026-04-15")))
	require.Equal(t, 1, missed(at(day("2026-04-15"))), "and once, however often it was due")
	require.Equal(t, 1, now())
	require.Equal(t, 1, missed(first))
	require.Zero(t, missed(at(day("2026-04-03"))))
}

// asked are the figures of one instant, as they were answered then.
type asked struct {
	asOf time.Time
	what string
	body string
}

func (s *journey) figures(asOf time.Time) (body string) {
	s.t.Helper()
	require.NoError(s.t, s.sql("una").Get(&body, `select figures($1, true, true, true)::text`, asOf))
	return body
}

// asks takes the figures of the journey's now, and lets an hour pass.
func (s *journey) asks(what string) asked {
	s.t.Helper()
	s.now = s.now.Add(time.Hour)
	a := asked{s.now.Add(-30 * time.Minute), what, s.figures(s.now.Add(-30 * time.Minute))}
	return a
}

// stand requires that figures that were asked for are the same, to the byte, asked again.
func (s *journey) stand(all ...asked) {
	s.t.Helper()
	for _, a := range all {
		require.Equal(s.t, a.body, s.figures(a.asOf), "as of %s, %s", a.asOf, a.what)
	}
}

// all are the figures of everybody at the journey's now.
func (s *journey) all() store.GroupFigures {
	s.t.Helper()
	f, err := s.Store.Figures(s.t.Context(), s.now, store.Grouping{})
	require.NoError(s.t, err)
	return f.Groups[0]
}

// became counts people by outcome and age, those who wait as waiting.
func became(g store.GroupFigures) map[string]int {
	counts := map[string]int{}
	for _, p := range g.People {
		outcome := string(p.Outcome)
		if outcome == "" {
			outcome = "waiting"
		}
		counts[outcome+" "+p.Age] = p.People
	}
	return counts
}

// TestFiguresStandWhenAnActIsStruck: whatever is struck, the figures of the hour before it was,
// and of the hour before it was entered, are the same asked again, to the byte (C5).
func TestFiguresStandWhenAnActIsStruck(t *testing.T) {
	o := newStaffed(t)
	for n, x := range slips {
		t.Run(fmt.Sprintf("%d %s", n, x.act), func(t *testing.T) {
			s := o.in(t).family(t, nil)
			x.prepare(s)
			without := s.asks("before it was entered")
			x.do(s)
			with := s.asks("while it counted")
			s.strikes(x.login, x.second, x.act, casefile.SlipTwice)
			struck := s.asks("after it was struck")
			s.stand(without, with, struck)
			x.do(s)
			s.goOn()
			s.stand(without, with, struck)
		})
	}
}

// TestOutcomesInTheFigures follows one family to a refusal that falls and is made anew: what the
// figures count at each step, and that no later step changes an earlier answer.
func TestOutcomesInTheFigures(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	var all []asked
	step := func(what string) store.GroupFigures {
		all = append(all, s.asks(what))
		s.stand(all...)
		return s.all()
	}
	g := step("listed")
	require.Equal(t, map[string]int{"waiting adult": 2, "waiting child": 1}, became(g))
	birth := s.stands(3, "date_of_birth")
	s.correct(3, "date_of_birth", "1999-05")
	require.Equal(t, map[string]int{"waiting adult": 3}, became(step("the child's birth date is corrected, by mistake")))
	s.correct(3, "date_of_birth", birth)
	require.Equal(t, became(g), became(step("and back")))
	s.ready(casefile.TaskGP)
	s.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
	g = step("an MP has written")
	require.Equal(t, []store.RepresentationFigures{{Answer: "waiting", Representations: 1}}, g.Representations)
	require.Contains(t, g.DaysInStage, casefile.Listed)
	s.toDecision()
	g = step("to be decided")
	answers := func(g store.GroupFigures) map[string]int {
		n := map[string]int{}
		for _, r := range g.Representations {
			n[r.Answer] += r.Representations
		}
		return n
	}
	waiting := answers(g)["waiting"]
	for _, task := range slices.Clone(s.review.Tasks) {
		if task.Kind == casefile.TaskAnswer {
			s.do("catriona", casefile.ActAnswer, task.Subject, &casefile.AnswerFields{Answer: "accepted"})
		}
	}
	g = step("answered")
	require.Equal(t, map[string]int{"accepted": answers(g)["accepted"]}, answers(g), "of %d", waiting)
	require.GreaterOrEqual(t, answers(g)["accepted"], waiting)
	s.propose("ewan", refuseSome(2))
	s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	s.goOn()
	g = step("signed")
	require.Equal(t, map[string]int{"GRANT_ILR adult": 1, "GRANT_ILR child": 1, "REFUSED_UPHELD adult": 1}, became(g))
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.do("morag", casefile.ActAppeal, 2, nil)
	g = step("appealed")
	require.Equal(t, store.AppealFigures{Lodged: 1}, g.Appeals)
	s.do("morag", casefile.ActAppealEnded, 2, ended(casefile.AppealAllowed))
	g = step("the appeal is allowed")
	require.Equal(t, store.AppealFigures{Lodged: 1, Allowed: 1}, g.Appeals)
	require.Equal(t, map[string]int{"GRANT_ILR adult": 1, "GRANT_ILR child": 1, "waiting adult": 1}, became(g), "the refusal has fallen")
	s.goOn()
	require.Nil(t, s.remade("catriona", grantAll))
	s.do("struan", casefile.ActAgree, 0, s.agreement())
	g = step("made anew")
	require.Equal(t, map[string]int{"GRANT_ILR adult": 2, "GRANT_ILR child": 1}, became(g))
	s.serve(0)
	s.do("morag", casefile.ActStatusIssued, 0, nil)
	s.goOn()
	g = step("closed")
	require.Equal(t, 1, g.Resolved)
	s.do("fiona", casefile.ActReopen, 0, &casefile.ReopenFields{Reason: "error"})
	s.agreed("ailsa")
	g = step("reopened")
	require.Equal(t, 1, g.Decided)
}

// TestFiguresOfFilesThatAreMergedAndParted: a representation that moved counts once, people who
// joined count on the file that stays, and earlier answers stand.
func TestFiguresOfFilesThatAreMergedAndParted(t *testing.T) {
	o := newStaffed(t)
	a, b := o.in(t).family(t, nil), o.in(t).family(t, nil)
	var all []asked
	step := func(what string) store.GroupFigures {
		all = append(all, a.asks(what))
		b.now = a.now
		a.stand(all...)
		return a.all()
	}
	sum := func(g store.GroupFigures) (n int) {
		for _, r := range g.Representations {
			n += r.Representations
		}
		return n
	}
	a.until(casefile.Welfare)
	b.until(casefile.Welfare)
	b.do("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
	before := step("two files")
	require.Equal(t, 1, sum(before))
	a.merge(b, "1=1", "3=3")
	g := step("merged")
	require.Equal(t, 1, sum(g))
	require.Equal(t, map[string]int{"waiting adult": 3, "waiting child": 1, "DUPLICATE_MERGED adult": 2, "DUPLICATE_MERGED child": 1}, became(g))
	a.do("morag", casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: b.ref})
	a.agreed("ailsa")
	g = step("parted")
	require.Equal(t, became(before), became(g))
	require.Equal(t, 1, sum(g))
	b.look()
	own := a.splits(&casefile.SplitFields{Persons: "2,3", Reason: casefile.SplitSeparation})
	g = step("split")
	require.Equal(t, became(before), became(g), "who left for a file of their own counts as waiting")
	own.until(casefile.Service)
	require.Equal(t, became(before), became(step("the new file is decided")))
}

// TestFiguresAfterALateAnswer: the GP's answer of a day in time is typed after the deadline was
// missed. It is missed no more from then on, and was missed before.
func TestFiguresAfterALateAnswer(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.ready(casefile.TaskGP)
	for s.review.Tasks != nil && slices.ContainsFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskGP }) {
		s.rung(casefile.TaskGP, 0)
	}
	missed := s.asks("missed")
	require.Equal(t, 1, s.all().Missed["gp"])
	s.doOn(monday.AddDays(1), "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderGP, Result: casefile.EvidenceComplete})
	s.now = s.now.Add(time.Hour)
	require.Zero(t, s.all().Missed["gp"])
	s.stand(missed)
}

// TestFiguresCountCalendarDays: from 17:00 on 1 February to 09:00 on 3 February are two days.
func TestFiguresCountCalendarDays(t *testing.T) {
	s := newStaffed(t).family(t, nil)
	s.Tamper(`update family set imported_at = '2026-02-01 17:00Z' where case_ref = $1`, s.ref)
	f, err := s.Store.Figures(t.Context(), time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC), store.Grouping{})
	require.NoError(t, err)
	require.Equal(t, 2, *f.Groups[0].WithoutDecision.Longest)
}
