package casefile

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/clock"
)

// lifetimes is how many families TestWhateverHappensToAFamily draws, and steps is how much
// happens to each.
const lifetimes, steps = 800, 50

// life is one family to which things happen in an order that nobody has thought of. What
// officers decide, and what a stage asks for when it opens, stands here in a few lines; all
// else is the rule's.
type life struct {
	t    *testing.T
	draw *rand.Rand
	h    Household
	// ever are the numbers of all who were ever of the family, in the order in which they came.
	ever []int
	// moot are the tasks whose ground has gone: they may be asked again.
	moot []TaskOf
	log  []string
	seed uint64
}

// TestWhateverHappensToAFamily: whatever happens to a family, in whatever order, nobody is
// lost, a principal is there as long as anybody is, and the review asks for what is due of
// those who are there and of nobody else. No rule of an event decides about anybody.
func TestWhateverHappensToAFamily(t *testing.T) {
	done := map[string]int{}
	for seed := range uint64(lifetimes) {
		l := begin(t, seed)
		for range steps {
			what := l.step()
			done[what]++
			l.holds()
		}
	}
	for _, what := range []string{"end", "join", "fall", "split", "task", "stage", "sign", "serve", "reopen", "days"} {
		require.Greater(t, done[what], lifetimes/40, "%s: it has to happen often enough to show anything: %v", what, done)
	}
}

func begin(t *testing.T, seed uint64) *life {
	l := &life{t: t, seed: seed, draw: rand.New(rand.NewPCG(seed, 16)), h: Household{Today: clock.NewDate(2026, 3, 2)}}
	l.h.Stage, l.h.Opened = Listed, []Stage{Listed}
	relationships := []Relationship{Principal}
	for range l.draw.IntN(5) {
		relationships = append(relationships, Relationships[1+l.draw.IntN(len(Relationships)-1)])
	}
	for i, r := range relationships {
		birth := l.birth(r)
		child := MayBeChild(birth, r, false, l.h.Today)
		l.h.People = append(l.h.People, Member{No: i + 1, Relationship: r, Birth: birth, ChildWhenListed: child})
		l.ever = append(l.ever, i+1)
	}
	l.ask(TaskOf{Kind: TaskAllocate}, TaskOf{Kind: TaskReconcile}, TaskOf{Kind: TaskTriage})
	return l
}

func (l *life) birth(r Relationship) clock.PartialDate {
	age := 1 + l.draw.IntN(70)
	if r == Child {
		age = l.draw.IntN(22)
	}
	if l.draw.IntN(10) == 0 {
		return clock.PartialDate{}
	}
	return clock.Partial(l.h.Today.AddYears(-age).AddDays(-l.draw.IntN(300)))
}

// ask opens tasks as a stage, an officer or a deadline does.
func (l *life) ask(tasks ...TaskOf) { l.h = l.h.After(Effects{Opens: tasks}, clock.PartialDate{}) }

func (l *life) close(is func(Task) bool) { l.h.Tasks = slices.DeleteFunc(slices.Clone(l.h.Tasks), is) }

func (l *life) has(kind TaskKind, subject int) bool {
	return slices.ContainsFunc(l.h.Tasks, func(t Task) bool { return t.Kind == kind && t.Subject == subject })
}

// anybody is somebody who was ever of the family.
func (l *life) anybody() int { return l.ever[l.draw.IntN(len(l.ever))] }

// step lets one thing happen, and says which; "" if the rule refused it.
func (l *life) step() string {
	if l.h.NobodyLeft() {
		return l.reopen()
	}
	switch l.draw.IntN(24) {
	case 0:
		return l.end(l.anybody(), Ends[l.draw.IntN(len(Ends))], l.draw.IntN(3)*l.draw.IntN(5))
	case 1:
		return l.join()
	case 2:
		return l.split()
	case 3:
		return l.withdraws()
	case 4:
		l.h.Today = l.h.Today.AddDays(l.draw.IntN(400))
		return "days"
	case 5, 6, 7:
		return l.fall()
	case 8, 9, 10, 11:
		return l.sign()
	case 12, 13:
		return l.serve()
	}
	return l.work()
}

// follows lets what a rule has worked out happen, and holds the rule to it.
func (l *life) follows(e Effects, birth clock.PartialDate) {
	before := l.h
	for _, m := range e.Moot {
		l.must(l.has(m.Kind, m.Subject), "only what is open becomes moot: %v", m)
	}
	for i, o := range e.Opens {
		l.must(!slices.Contains(e.Opens[i+1:], o), "an event asks for nothing twice: %v", o)
	}
	l.h = l.h.After(e, birth)
	l.moot = append(l.moot, e.Moot...)
	if j := e.Joins; j != nil {
		l.must(!slices.Contains(l.ever, j.No), "nobody's number is given to another")
		l.ever = append(l.ever, j.No)
	}
	for _, m := range before.People {
		now, _ := l.h.Member(m.No)
		l.must(m.Decided == now.Decided, "no event writes an outcome")
		ends := slices.ContainsFunc(e.Ends, func(x Ending) bool { return x.Person == m.No })
		l.must(ends == (m.Present() && !now.Present()), "who has gone has an end, and nobody ends twice: %d", m.No)
		l.must(m.Present() || m.End == now.End, "an end stays as it was")
	}
	for _, m := range e.Moot {
		l.rightlyMoot(m)
	}
}

// rightlyMoot requires that nothing becomes moot which is due to somebody who is there.
func (l *life) rightlyMoot(t TaskOf) {
	anybody := func(is func(Member) bool) bool { return slices.ContainsFunc(l.h.Present(), is) }
	due := false
	switch {
	case l.h.NobodyLeft():
	case t.Kind.IsPersonal():
		m, _ := l.h.Member(t.Subject)
		ofOldRefusal := t.Kind == TaskAppealWindow || t.Kind == TaskNoAppeal || t.Kind == TaskAppeal || t.Kind == TaskReturn
		due = m.Present() && !(m.Decided != "" && ofOldRefusal) // a refusal that fell is not appealed against
	case t.Kind == TaskSocialWork, t.Kind == TaskReporter:
		due = anybody(func(m Member) bool { return m.IsChild(l.h.Today) })
	case t.Kind == TaskServe, t.Kind == TaskTraceToServe:
		due = anybody(func(m Member) bool { return m.Decided != "" && !m.Served })
	case t.Kind == TaskStatus:
		due = anybody(func(m Member) bool { return m.Decided.IsGrant() && !m.Documented })
	default:
		due = true
	}
	l.must(!due, "nothing is moot that is due to somebody who is there: %v", t)
}

func (l *life) end(person int, as Outcome, principal int) string {
	e, refusal := l.h.End(person, as, principal)
	l.log = append(l.log, fmt.Sprintf("end %d %s %d: %v", person, as, principal, refusal))
	if refusal != nil {
		return ""
	}
	l.must(slices.Equal(e.Ends, []Ending{{person, as}}), "one person's end ends nobody else's case")
	l.follows(e, clock.PartialDate{})
	return "end"
}

func (l *life) join() string {
	r := Relationships[1+l.draw.IntN(len(Relationships)-1)]
	birth, has := l.birth(r), l.draw.IntN(4) == 0
	e, refusal := l.h.Join(r, birth, has)
	l.log = append(l.log, fmt.Sprintf("join %s %v %v: %v", r, birth, has, refusal))
	l.must((refusal == nil) == (len(l.h.Present()) > 0), "whoever joins a family that is there is taken")
	if refusal != nil {
		return ""
	}
	l.follows(e, birth)
	m, _ := l.h.Member(e.Joins.No)
	l.must(m.Present() != has, "no decision is due of who needs no leave, and of everybody else one is")
	inTime := l.h.HasOpened(Evidence)
	l.must(l.has(TaskAssignWelfare, m.No) == (!has && inTime && m.IsChild(l.h.Today)), "every child is seen")
	return "join"
}

func (l *life) fall() string {
	person := l.anybody()
	e, refusal := l.h.Fall(person)
	l.log = append(l.log, fmt.Sprintf("fall %d: %v", person, refusal))
	m, _ := l.h.Member(person)
	stands := m.Present() && m.Decided == RefusedUpheld && !m.Fallen
	l.must(stands == (refusal == nil), "a refusal that stands can fall, and nothing else")
	if refusal != nil {
		return ""
	}
	l.follows(e, clock.PartialDate{})
	for i := range l.h.People {
		if l.h.People[i].No == person {
			l.h.People[i].Fallen = true
		}
	}
	return "fall"
}

func (l *life) split() string {
	var people []int
	for _, no := range l.ever {
		if l.draw.IntN(3) == 0 {
			people = append(people, no)
		}
	}
	if len(people) == 0 || l.h.Signed {
		return ""
	}
	p, refusal := l.h.Split(people)
	l.log = append(l.log, fmt.Sprintf("split %v: %v", people, refusal))
	if refusal != nil {
		return ""
	}
	l.must(len(p.Leave) == len(people) && !slices.ContainsFunc(people, func(no int) bool { return !slices.Contains(p.Leave, no) }), "who parts is who was named")
	l.must(slices.Contains(people, p.Leads), "the new file has a principal of its own")
	for _, no := range p.Leave {
		l.must(l.end(no, OnOwnFile, 0) == "end", "who may part ends here")
	}
	l.must(len(l.h.Present()) > 0, "somebody stays on the old file")
	return "split"
}

// withdraws lets somebody ask to withdraw, or to return.
func (l *life) withdraws() string {
	person := l.anybody()
	if _, refusal := l.h.End(person, WithdrawnConfirmed, 0); refusal == nil && l.h.HasOpened(Evidence) {
		l.ask(TaskOf{TaskHearWithdrawal, person})
	}
	if m, _ := l.h.Member(person); m.Present() && !m.Decided.IsGrant() {
		l.ask(TaskOf{TaskDeparture, person})
	}
	return "withdraws"
}

// work does a task that is open, or opens the stage that is due.
func (l *life) work() string {
	if l.h.Signed || len(l.h.Tasks) > 0 && l.draw.IntN(3) > 0 {
		if len(l.h.Tasks) == 0 {
			return ""
		}
		return l.do(l.h.Tasks[l.draw.IntN(len(l.h.Tasks))])
	}
	children := func() (tasks []TaskOf) {
		for _, m := range l.h.Present() {
			if m.IsChild(l.h.Today) {
				tasks = append(tasks, TaskOf{TaskAssignWelfare, m.No}, TaskOf{TaskSchool, m.No}, TaskOf{Kind: TaskSocialWork}, TaskOf{Kind: TaskReporter})
			}
		}
		return tasks
	}
	l.close(func(t Task) bool { return t.Stage != Closed }) // each was answered, or its time has passed
	opens := func(s ...Stage) { l.h.Opened, l.h.Stage = append(slices.Clone(l.h.Opened), s...), s[0] }
	switch {
	case !l.h.HasOpened(Evidence):
		opens(Evidence, Welfare)
		l.ask(append(children(), TaskOf{Kind: TaskGP}, TaskOf{Kind: TaskOpeningLetter})...)
	case !l.h.HasOpened(Representation):
		opens(Representation)
		l.ask(TaskOf{Kind: TaskWindow})
	case !l.h.HasOpened(Decision):
		opens(Decision)
		l.ask(TaskOf{Kind: TaskRequestCheck})
	default:
		l.ask(TaskOf{Kind: TaskPropose})
	}
	l.log = append(l.log, fmt.Sprintf("stage %s", l.h.Stage))
	return "stage"
}

// do is what an officer or a provider does about a task, and what is asked for next.
func (l *life) do(t Task) string {
	if t.Kind == TaskPropose || t.Kind == TaskServe || t.Kind == TaskUndecided || t.Kind == TaskStatus {
		return "" // see sign and serve
	}
	l.log = append(l.log, fmt.Sprintf("do %s/%d", t.Kind, t.Subject))
	l.close(func(o Task) bool { return o.Kind == t.Kind && o.Subject == t.Subject })
	next := map[TaskKind]TaskKind{TaskAssignWelfare: TaskReport, TaskReport: TaskSignWelfare, TaskAppealWindow: TaskNoAppeal,
		TaskNoAppeal: TaskReturn, TaskHearWithdrawal: TaskThinkAgain, TaskThinkAgain: TaskSettleWithdrawal, TaskAgree: TaskPropose}
	if kind, ok := next[t.Kind]; ok && !(t.Kind == TaskAgree && l.h.Signed) {
		l.ask(TaskOf{kind, t.Subject})
	}
	if t.Kind == TaskRequestCheck {
		for _, m := range l.h.Present() {
			if MayBeAdult(m.Birth, m.Relationship, l.h.Today) && (!l.h.Signed || m.Undecided()) {
				l.ask(TaskOf{TaskCheck, m.No})
			}
		}
	}
	waits := slices.ContainsFunc(l.h.Tasks, func(o Task) bool { return o.Kind == TaskCheck })
	if (t.Kind == TaskRequestCheck || t.Kind == TaskCheck) && !waits && !l.h.Signed {
		l.ask(TaskOf{Kind: TaskPropose})
	}
	return "task"
}

// sign is the decision of named officers on everybody who is there, or anew on those of whom
// one is due.
func (l *life) sign() string {
	first := l.h.HasOpened(Decision) && !l.h.Signed && l.has(TaskPropose, 0)
	anew := l.h.Signed && slices.ContainsFunc(l.h.People, Member.Undecided)
	if !first && !anew {
		return ""
	}
	l.log = append(l.log, "sign")
	for i := range l.h.People {
		m := &l.h.People[i]
		if m.Present() && (first || m.Undecided()) {
			m.Decided, m.Served, m.Documented, m.Fallen = []Outcome{GrantILR, RefusedUpheld}[l.draw.IntN(2)], false, false, false
		}
	}
	l.close(func(t Task) bool { return t.Stage.Before(Service) || t.Kind == TaskUndecided })
	if first {
		l.h.Signed, l.h.Stage, l.h.Opened = true, Service, append(slices.Clone(l.h.Opened), Service)
	}
	l.ask(TaskOf{Kind: TaskServe})
	return "sign"
}

// serve serves everybody, and asks for what the law gives each then.
func (l *life) serve() string {
	if !l.h.Signed || !l.has(TaskServe, 0) {
		return ""
	}
	l.log = append(l.log, "serve")
	l.close(func(t Task) bool { return t.Kind == TaskServe })
	for i := range l.h.People {
		m := &l.h.People[i]
		if !m.Present() || m.Decided == "" || m.Served || m.Fallen {
			continue
		}
		m.Served = true
		if m.Decided.IsGrant() {
			l.ask(TaskOf{Kind: TaskStatus})
		} else {
			l.ask(TaskOf{TaskAppealWindow, m.No})
		}
	}
	return "serve"
}

// reopen takes a case up again that was closed because nobody was left, for those whose end is
// no end of theirs: nobody brings back the dead, nor who stands on another file.
func (l *life) reopen() string {
	l.close(func(Task) bool { return true })
	for i := range l.h.People {
		if m := &l.h.People[i]; !slices.Contains(StaysEnded(false), m.End) {
			m.End = ""
		}
	}
	if l.h.NobodyLeft() {
		return ""
	}
	l.h.Over = false
	if !l.h.IsLed() {
		l.h = l.h.After(Effects{Principal: l.h.Successor()}, clock.PartialDate{})
	}
	return l.askedAgain()
}

func (l *life) askedAgain() string {
	again := l.h.AskedAgain(l.moot)
	l.log = append(l.log, fmt.Sprintf("reopen: %v", again))
	for _, t := range again {
		l.must(slices.Contains(l.moot, t) || t.Kind.leadsToDecision(), "only what had become moot is asked again: %v", t)
	}
	l.moot = nil
	l.ask(again...)
	return "reopen"
}

// must requires something of the family, and says in words what was to be true and what happened.
func (l *life) must(is bool, words string, args ...any) {
	l.t.Helper()
	if !is {
		require.Failf(l.t, fmt.Sprintf(words, args...), "family %d:\n%s", l.seed, strings.Join(l.log, "\n"))
	}
}

// holds requires what is true of every family at any time.
func (l *life) holds() {
	l.t.Helper()
	h := l.h
	var numbers, principals []int
	for _, m := range h.People {
		numbers = append(numbers, m.No)
		if m.Relationship == Principal {
			principals = append(principals, m.No)
		}
		l.must(m.Present() != slices.Contains(Ends, m.End), "person %d is there, or has an end that the law knows", m.No)
	}
	l.must(slices.Equal(l.ever, numbers), "nobody is lost: %v, and were %v", numbers, l.ever)
	if len(h.Present()) > 0 {
		l.must(len(principals) == 1, "one person leads the claim: %v", principals)
		lead, _ := h.Member(principals[0])
		l.must(lead.Present(), "who leads the claim is there")
	}
	seen := map[TaskOf]bool{}
	for _, task := range h.Tasks {
		of := TaskOf{task.Kind, task.Subject}
		l.must(!seen[of], "nothing is asked for twice: %v", of)
		seen[of] = true
		m, ok := h.Member(task.Subject)
		l.must(!task.Kind.IsPersonal() || ok && m.Present(), "nothing is asked about somebody who has left: %v", of)
		l.must(task.Awaiting != "", "every task has somebody who must act: %v", of)
	}
	l.must(h.NobodyLeft() == (!h.Signed && len(h.Present()) == 0), "a review is over when nobody is left, and not before")
	switch {
	case h.NobodyLeft():
		for _, task := range h.Tasks {
			l.must(slices.Contains(outlasting, task.Kind), "where nobody is left nothing more is asked: %s", task.Kind)
		}
	case h.Signed:
		for _, m := range h.Present() {
			due := TaskOf{Kind: TaskServe}
			switch {
			case m.Undecided():
				due = TaskOf{TaskUndecided, m.No}
			case m.Served && (!m.Decided.IsGrant() || m.Documented):
				continue
			case m.Served:
				due.Kind = TaskStatus
			}
			l.must(seen[due], "person %d has what the decision gives them, or %v is asked for", m.No, due)
		}
	case h.HasOpened(Decision):
		leads := slices.ContainsFunc(h.Tasks, func(t Task) bool { return t.Kind.leadsToDecision() })
		l.must(leads, "an officer works on the decision for which a family waits")
	}
}

// TestNobodyJoinsAFamilyThatHasGone: where nobody is left, also after the signature, there is
// nobody to join, and nobody who would lead the claim.
func TestNobodyJoinsAFamilyThatHasGone(t *testing.T) {
	for _, signed := range []bool{false, true} {
		h := Household{Facts: Facts{Signed: signed, Opened: []Stage{Listed, Evidence}}, Today: clock.NewDate(2026, 3, 2),
			People: []Member{{No: 1, Relationship: Principal, End: Deceased}}}
		_, refusal := h.Join(Child, clock.Partial(h.Today), false)
		require.NotNil(t, refusal, "signed %v", signed)
		require.Equal(t, RefusedNothingOpen, refusal.Code)
	}
}

// TestWhoIsFoundGetsADecision: a case that is taken up in the stage of the decision has an officer
// who works on it, also where only evidence had become moot.
func TestWhoIsFoundGetsADecision(t *testing.T) {
	h := Household{Facts: Facts{Opened: []Stage{Listed, Evidence, Welfare, Representation, Decision}}, Today: clock.NewDate(2026, 3, 2),
		People: []Member{{No: 1, Relationship: Principal}}}
	require.Equal(t, []TaskOf{{Kind: TaskRequestCheck}}, h.AskedAgain(nil))
	require.Equal(t, []TaskOf{{Kind: TaskGP}, {Kind: TaskRequestCheck}}, h.AskedAgain([]TaskOf{{Kind: TaskGP}}))
	require.Equal(t, []TaskOf{{Kind: TaskRequestCheck}}, h.AskedAgain([]TaskOf{{Kind: TaskReporter}}), "there is no child of whom the Reporter could know")
	require.Equal(t, []TaskOf{{Kind: TaskPropose}}, h.AskedAgain([]TaskOf{{Kind: TaskAgree}}), "the proposal went back to its author")
	h.Signed, h.Opened = true, append(h.Opened, Service)
	require.Equal(t, []TaskOf{{TaskUndecided, 1}}, h.AskedAgain([]TaskOf{{Kind: TaskPropose}}), "the signed decision does not decide them")
	serving := []TaskOf{{Kind: TaskServe}, {Kind: TaskStatus}, {Kind: TaskTraceToServe}}
	h.People[0].Decided = GrantILR
	require.Equal(t, serving, h.AskedAgain(serving))
	h.People[0].Served = true
	require.Equal(t, serving[1:2], h.AskedAgain(serving), "who was served waits for the document")
	h.People[0].End = Deceased
	require.Empty(t, h.AskedAgain(serving), "nobody is left to be served")
}

// TestWhatAStrikeLeavesToAsk: of who is back, of who has gone, and of nobody.
func TestWhatAStrikeLeavesToAsk(t *testing.T) {
	opened := []Stage{Listed, Evidence, Welfare, Representation, Decision}
	task := func(k TaskKind, subject int) Task { return Task{Kind: k, Subject: subject} }
	parent, child := Member{No: 1, Relationship: Principal}, Member{No: 2, Relationship: Child}
	gone := func(m Member) Member { m.End = DepartedBeforeDecision; return m }
	decided := func(m Member, served bool) Member { m.Decided, m.Served = GrantILR, served; return m }
	for _, c := range []struct {
		what   string
		facts  Facts
		people []Member
		want   Effects
	}{
		{"nobody waits", Facts{Opened: opened, Tasks: []Task{task(TaskPropose, 0)}}, []Member{parent, child}, Effects{}},
		{"the child's check is asked, and the child has gone", Facts{Opened: opened, Tasks: []Task{task(TaskPropose, 0), task(TaskSignWelfare, 2)}}, []Member{parent, gone(child)},
			Effects{Moot: []TaskOf{{TaskSignWelfare, 2}}}},
		{"all that led to a decision was about who has gone", Facts{Opened: opened, Tasks: []Task{task(TaskCheck, 2)}}, []Member{parent, gone(child)},
			Effects{Moot: []TaskOf{{TaskCheck, 2}}, Opens: []TaskOf{{Kind: TaskRequestCheck}}}},
		{"the whole family has gone", Facts{Opened: opened, Tasks: []Task{task(TaskPropose, 0), task(TaskReadPost, 1)}}, []Member{gone(parent), gone(child)},
			Effects{Moot: []TaskOf{{Kind: TaskPropose}}}},
		{"the last who is back leads the claim", Facts{Opened: opened, Tasks: []Task{task(TaskPropose, 0)}}, []Member{gone(parent), child}, Effects{Principal: 2}},
		{"the others were served meanwhile", Facts{Opened: append(opened, Service), Signed: true, Tasks: []Task{task(TaskStatus, 0)}}, []Member{decided(parent, true), decided(child, false)},
			Effects{Opens: []TaskOf{{Kind: TaskServe}}}},
		{"the others were decided meanwhile", Facts{Opened: append(opened, Service), Signed: true, Tasks: []Task{task(TaskServe, 0)}}, []Member{decided(parent, false), child},
			Effects{Opens: []TaskOf{{TaskUndecided, 2}}}},
		{"an archived family is asked when it is found", Facts{Opened: append(opened, Service), Signed: true, Archived: true}, []Member{decided(parent, false), child}, Effects{}},
	} {
		require.Equal(t, c.want, Household{Facts: c.facts, Today: clock.NewDate(2026, 3, 2), People: c.people}.AfterStrike(), c.what)
	}
}

// TestNoWindowButALawfulOne: whatever is asked for, a removal window is opened only for somebody
// whose refusal is final, while nothing is held, unread or undecided, five working days after
// the notice, from a day to come, for three weeks at most, and in no child's exam weeks unless
// the family asks.
func TestNoWindowButALawfulOne(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 16))
	yes := func() bool { return draw.IntN(8) > 0 }
	weekdays := func(from clock.Date, n int) clock.Date {
		for n > 0 {
			from = from.AddDays(1)
			if d := from.Weekday(); d != time.Saturday && d != time.Sunday {
				n--
			}
		}
		return from
	}
	opened := 0
	for range 20000 {
		today := clock.NewDate(2026, time.Month(1+draw.IntN(12)), 1+draw.IntN(28))
		age := 10 + draw.IntN(10)
		h := Household{Today: today, People: []Member{{No: 1, Relationship: Principal, Birth: clock.Partial(today.AddYears(-40))},
			{No: 2, Relationship: Child, Birth: clock.Partial(today.AddYears(-age))}}}
		r := Removal{Person: 1, Final: yes(), Held: !yes(), Post: !yes(), Waits: !yes()}
		if yes() {
			r.NoticeOn = today.AddDays(-draw.IntN(20))
		}
		f := WindowFields{OpensOn: today.AddDays(draw.IntN(40) - 2), FamilyAsks: No}
		f.ClosesOn = f.OpensOn.AddDays(draw.IntN(26))
		if !yes() {
			f.FamilyAsks = Yes
		}
		if h.CheckWindow(r, f, weekdays) != nil {
			continue
		}
		opened++
		why := fmt.Sprintf("%+v %+v today %s, a child of %d", r, f, today, age)
		require.True(t, r.Final && !r.Held && !r.Post && !r.Waits && !r.NoticeOn.IsZero(), why)
		require.True(t, weekdays(r.NoticeOn, 5).Before(f.OpensOn) && f.OpensOn.After(today), why)
		require.LessOrEqual(t, f.ClosesOn.DaysSince(f.OpensOn), 21, why)
		from, to := clock.NewDate(f.OpensOn.Year(), 4, 6), clock.NewDate(f.OpensOn.Year(), 6, 5)
		exams := !f.ClosesOn.Before(from) && !to.Before(f.OpensOn) && h.People[1].Birth.MayBeAtLeast(14, to) && h.People[1].IsChild(to)
		require.False(t, exams && f.FamilyAsks != Yes, why)
	}
	require.Greater(t, opened, 1000, "it has to be allowed often enough to show anything")
}
