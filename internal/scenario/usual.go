package scenario

import (
	"fmt"
	"slices"
	"strconv"

	"hame/internal/casefile"
	"hame/internal/practice"
)

// The officers of the stories: who answers a representation is not the author of the
// proposal. An agreement with a decision that is corrected or made anew is another second
// officer's than the first one's.
var officers = func() practice.Officers {
	o := practice.GlasgowOfficers
	o.DecisionMaker = "catriona"
	return o
}()

const (
	author      = "ewan"
	second      = "ailsa"
	anewAuthor  = "catriona"
	anewSecond  = "struan"
	owner       = "morag"
	mostAnswers = 150
)

// byStory are the tasks that a story itself answers, or that end by themselves.
var byStory = []casefile.TaskKind{casefile.TaskHold, casefile.TaskThinkAgain, casefile.TaskSettleWithdrawal,
	casefile.TaskHearWithdrawal, casefile.TaskDeparture, casefile.TaskTraceMonthly, casefile.TaskTraceAgain,
	casefile.TaskConfirm, casefile.TaskAppeal, casefile.TaskArrival, casefile.TaskStrike, casefile.TaskThreshold}

// turn says how soon a task is answered on the way to a stage: the higher, the sooner; with 0
// the way ends at it.
func turn(t casefile.Task, to casefile.Stage) int {
	switch {
	case slices.Contains(byStory, t.Kind), to == casefile.Welfare && t.Stage == casefile.Welfare:
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

// reach does everything as usual until a stage is shown, and has those refused whom the story
// says.
func (s Scenario) reach(w World, to casefile.Stage) error {
	var now casefile.Facts
	for range mostAnswers {
		var err error
		if now, err = w.Facts(); err != nil {
			return err
		}
		if now.Stage == to && (to != casefile.Decision || !now.Signed) {
			return nil
		}
		tasks := slices.Clone(now.Tasks)
		slices.SortStableFunc(tasks, func(a, b casefile.Task) int { return turn(b, to) - turn(a, to) })
		if len(tasks) == 0 || turn(tasks[0], to) == 0 {
			break
		}
		if err := s.answer(w, now, tasks[0]); err != nil {
			return err
		}
	}
	awaited, err := w.Ask(openTasks)
	if err != nil {
		return err
	}
	return fmt.Errorf("the case does not get to %s: it is at %s, and awaits %v", to, now.Stage, awaited)
}

// answer does what is usual about a task.
func (s Scenario) answer(w World, now casefile.Facts, t casefile.Task) error {
	switch t.Kind {
	case casefile.TaskAppealWindow:
		return w.Pass(t.DueOn.DaysSince(w.Today()) + 1)
	case casefile.TaskPropose:
		return s.decide(w, now)
	case casefile.TaskUndecided:
		return decideAnew(w, now)
	case casefile.TaskAgree:
		return agree(w, anewSecond, now)
	case casefile.TaskServe:
		return serve(w)
	}
	alone, err := w.Ask(`select representative from family where case_ref = $1`)
	if err != nil {
		return err
	}
	people, err := numbers(w, `select no::text from present where case_ref = $1 order by no`)
	if err != nil {
		return err
	}
	deeds := practice.Manner{Officers: officers, Alone: alone[0] == ""}.Answer(t)
	if len(deeds) == 0 {
		return fmt.Errorf("nothing is usually done about %s", t.Kind)
	}
	for _, d := range deeds {
		fields := d.On(practice.File{Today: w.Today(), Revision: now.Revision, People: people})
		if err := does(w, d.Login, d.Act, d.Subject, fields); err != nil {
			return err
		}
	}
	return nil
}

// does does an act that nothing may refuse.
func does(w World, login string, act casefile.Act, subject int, fields casefile.Fields) error {
	refusal, err := w.Do(login, act, subject, fields, "")
	if err == nil && refusal != nil {
		err = fmt.Errorf("%s by %s: %w", act, login, refusal)
	}
	return err
}

func numbers(w World, query string) ([]int, error) {
	rows, err := w.Ask(query)
	found := make([]int, len(rows))
	for i, row := range rows {
		if err == nil {
			found[i], err = strconv.Atoi(row)
		}
	}
	return found, err
}

func agree(w World, login string, now casefile.Facts) error {
	return does(w, login, casefile.ActAgree, 0, &casefile.AgreeFields{Revision: now.Revision, Reasons: practice.Findings(nil)})
}

// against makes the reasons of a proposal bear a refusal: they rest on what community
// organisations sent.
func against(w World, f *casefile.ProposeFields) error {
	sent, err := numbers(w, `select coalesce(min(no), 0)::text from evidence where case_ref = $1 and provider = 'community'`)
	if err != nil {
		return err
	}
	reason := &f.Reasons[slices.Index(casefile.Factors, casefile.FactorConnections)]
	reason.Finding, reason.Evidence = casefile.FindingAgainst, sent
	return nil
}

// decide proposes and, where that is due, has a second officer agree: everybody is granted but
// those whom the story refuses.
func (s Scenario) decide(w World, now casefile.Facts) error {
	f := &casefile.ProposeFields{Reasons: practice.Findings(nil)}
	people, err := numbers(w, `select no::text from present where case_ref = $1 order by no`)
	if err != nil {
		return err
	}
	for _, no := range people {
		outcome := casefile.GrantILR
		if slices.Contains(s.Refuse, no) {
			outcome = casefile.RefusedUpheld
		}
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: no, Outcome: outcome})
	}
	for _, no := range s.Refuse {
		if err := does(w, owner, casefile.ActInterview, no, &casefile.InterviewFields{Adverse: "none"}); err != nil {
			return err
		}
	}
	if len(s.Refuse) > 0 {
		if err := against(w, f); err != nil {
			return err
		}
		if now, err = w.Facts(); err != nil { // the interviews are new evidence
			return err
		}
	}
	f.Revision = now.Revision
	if err := does(w, author, casefile.ActPropose, 0, f); err != nil {
		return err
	}
	if now, err = w.Facts(); err != nil || now.Signed {
		return err
	}
	return agree(w, second, now)
}

// decideAnew makes the decision anew for whom it has fallen, or leaves out.
func decideAnew(w World, now casefile.Facts) error {
	f := &casefile.ProposeFields{Revision: now.Revision, Reasons: practice.Findings(nil)}
	people, err := numbers(w, `select no::text from present where case_ref = $1 order by no`)
	if err != nil {
		return err
	}
	outcomes, err := w.Ask(`
		select coalesce(o.outcome, 'GRANT_ILR') from present p
		left join outcome_in_force o on o.case_ref = p.case_ref and o.person_no = p.no and o.fell_on is null
		where p.case_ref = $1 order by p.no`)
	if err != nil {
		return err
	}
	for i, no := range people {
		o := casefile.Outcome(outcomes[i])
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: no, Outcome: o})
		if !o.IsGrant() {
			if err := against(w, f); err != nil {
				return err
			}
		}
	}
	if err := does(w, anewAuthor, casefile.ActRemake, 0, f); err != nil {
		return err
	}
	if now, err = w.Facts(); err != nil {
		return err
	}
	return agree(w, anewSecond, now)
}

// serve sends the decision letter to each to whom it is due and who does not have it, and
// records service on everybody.
func serve(w World) error {
	due, err := w.Ask(`
		select a.whom from (values ('family'), ('representative')) a (whom)
		where (a.whom = 'family' or (select representative <> '' from family where case_ref = $1))
		  and not exists (select from letter l join letter_sent x using (case_ref, no) join decision_in_force d using (case_ref)
		                  where l.case_ref = $1 and l.decision_no = d.no and x.to_whom = a.whom and x.returned_on is null)`)
	if err != nil {
		return err
	}
	letter, err := numbers(w, `
		select max(l.no)::text from letter l join decision_in_force d using (case_ref)
		where l.case_ref = $1 and l.decision_no = d.no`)
	if err != nil {
		return err
	}
	for _, to := range due {
		err := does(w, owner, casefile.ActLetterSent, letter[0], &casefile.LetterFields{To: to, By: "recorded_delivery"})
		if err != nil {
			return err
		}
	}
	return does(w, owner, casefile.ActRecordService, 0, practice.Served())
}
