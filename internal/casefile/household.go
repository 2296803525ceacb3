package casefile

import (
	"cmp"
	"fmt"
	"slices"

	"hame/internal/clock"
)

// Household is a family under review as the events of its life meet it: the state of the
// review, and its people without their names. The rules of events are methods on it. They
// are pure: they read no record and write none. The activities do what they return.
type Household struct {
	Facts
	Today  clock.Date
	People []Member // everybody who was ever of the family, by number
}

// Member is one person of a household.
type Member struct {
	No              int
	Relationship    Relationship
	Birth           clock.PartialDate
	AgeDisputed     bool
	ChildWhenListed bool
	// End is how the person's part ended other than by a decision; empty while it has not.
	End Outcome
	// Decided is the outcome that the decision in force gives the person; empty if none does.
	Decided Outcome
	// Served says that the decision in force was served on the person; Documented, that a
	// grant's document has reached them.
	Served, Documented bool
	// Fallen says that the decision in force decides this person no more: an appeal was
	// allowed, a court has quashed it, or a fresh claim was accepted.
	Fallen bool
}

// IsChild reports whether the person counts as a child on a day (docs/process.md, Children).
func (m Member) IsChild(on clock.Date) bool {
	return m.ChildWhenListed || MayBeChild(m.Birth, m.Relationship, m.AgeDisputed, on)
}

// Present reports whether the person's part in the case has not ended by itself: a decision
// is due of them, or was made.
func (m Member) Present() bool { return m.End == "" }

// Undecided reports whether Hame still owes the person a decision or an end.
func (m Member) Undecided() bool { return m.Present() && (m.Decided == "" || m.Fallen) }

// TaskOf names an open task.
type TaskOf struct {
	Kind    TaskKind `db:"kind"`
	Subject int      `db:"subject"`
}

// Effects are what follows from an event.
type Effects struct {
	// Ends are those whose part in the case ends, and how.
	Ends []Ending
	// Joins is the person who joins the family, nil if nobody does.
	Joins *Joining
	// Principal is the person to whom the claim passes; 0 if it stays with whom it is.
	Principal int
	// Moot are the open tasks whose ground has gone.
	Moot []TaskOf
	// Opens are the tasks that the event asks for. An open one stays as it is.
	Opens []TaskOf
}

// Ending is the end of one person's part in a case.
type Ending struct {
	Person  int
	Outcome Outcome
}

// Joining is a person who joins a family.
type Joining struct {
	No           int
	Relationship Relationship
	Child        bool
}

// Present lists the people whose part in the case has not ended by itself.
func (h Household) Present() []Member {
	return slices.DeleteFunc(slices.Clone(h.People), func(m Member) bool { return !m.Present() })
}

// Member returns a person of the household by number, and whether there is one.
func (h Household) Member(no int) (Member, bool) {
	i := slices.IndexFunc(h.People, func(m Member) bool { return m.No == no })
	if i < 0 {
		return Member{}, false
	}
	return h.People[i], true
}

// HasGone reports whether a task is about a person who is not of the family, or not any more.
func (h Household) HasGone(k TaskKind, subject int) bool {
	m, ok := h.Member(subject)
	return k.IsPersonal() && subject != 0 && (!ok || !m.Present())
}

// personal are the kinds of task whose subject is a person.
var personal = []TaskKind{TaskSchool, TaskAssignWelfare, TaskReport, TaskSignWelfare, TaskCheck, TaskAppealWindow,
	TaskNoAppeal, TaskAppeal, TaskFlag, TaskReferral, TaskUndecided, TaskHearWithdrawal, TaskThinkAgain,
	TaskSettleWithdrawal, TaskDeparture, TaskReturn, TaskThreshold}

// IsPersonal reports whether the subject of a kind of task is a person.
func (k TaskKind) IsPersonal() bool { return slices.Contains(personal, k) }

// outlasting are the kinds of task that stay when nobody of a family is left to decide
// about: what came in is read and considered, and what was asked of a second officer is settled.
var outlasting = []TaskKind{TaskReadPost, TaskDifference, TaskStrike, TaskBreach, TaskHold, TaskConfirm,
	TaskLateArrival, TaskArrival, TaskConsider}

// Outlasts reports whether a kind of task is due also after the whole family has gone, and while
// it is archived.
func (k TaskKind) Outlasts() bool { return slices.Contains(outlasting, k) }

// End is the rule of a person's end: who may end how, at which point of the review, and what
// becomes moot. principal is who takes the claim on if the person is the principal; 0 for
// the one whom [Household.Successor] names.
func (h Household) End(person int, as Outcome, principal int) (Effects, *Refusal) {
	m, ok := h.Member(person)
	if !ok {
		return Effects{}, Refuse(RefusedNoSubject, fmt.Sprintf("the family has no person %d", person))
	}
	if refusal := h.mayEnd(m, as); refusal != nil {
		return Effects{}, refusal
	}
	e := Effects{Ends: []Ending{{person, as}}}
	left := h.without(person)
	if principal == person {
		return Effects{}, Refuse(RefusedFields, fmt.Sprintf(
			"principal: person %d is the one whose part ends: name who takes the claim on, or leave --principal out", person))
	}
	if m.Relationship == Principal {
		next, refusal := left.takesOver(principal)
		if refusal != nil {
			return Effects{}, refusal
		}
		e.Principal = next
	} else if principal != 0 {
		return Effects{}, Refuse(RefusedFields,
			fmt.Sprintf("principal: person %d is not the principal applicant, so nobody takes the claim on", person))
	}
	left.mootWithout(person, &e)
	left.askNext(&e)
	return e, nil
}

// mayEnd refuses an end that can't be this person's.
func (h Household) mayEnd(m Member, as Outcome) *Refusal {
	about := fmt.Sprintf("person %d", m.No)
	afterRefusal := as == DepartedVoluntary || as == Removed
	switch {
	case !m.Present():
		return Refuse(RefusedAlreadyDone, fmt.Sprintf("%s: %s is on record already; case strike takes a mistaken act back",
			about, m.End))
	case as == WithdrawnConfirmed && m.IsChild(h.Today):
		return Refuse(RefusedConstraint, about+" is a child: its claim is decided in its own right, and nobody withdraws it")
	case m.Undecided() && afterRefusal:
		return Refuse(RefusedConstraint, about+" has not been refused: a departure before the decision is recorded as one")
	case m.Undecided() || as == Deceased:
		return nil
	case m.Decided.IsGrant():
		return Refuse(RefusedSigned, about+" was granted leave, which stands: only a death is recorded after it")
	case afterRefusal, as == AlreadyHasStatus:
		return nil
	case as == DepartedBeforeDecision:
		return Refuse(RefusedSigned, about+" was refused: the departure comes after the decision")
	case as == WithdrawnConfirmed:
		return Refuse(RefusedSigned, about+" was decided already: an appeal can still be withdrawn, a claim can't")
	}
	return Refuse(RefusedSigned, about+" was decided: decision correct puts a wrong outcome right")
}

// without is the household after a person's part has ended.
func (h Household) without(person int) Household {
	h.People = slices.Clone(h.People)
	for i := range h.People {
		if h.People[i].No == person {
			h.People[i].End = Deceased // any end: who has one is not there any more
		}
	}
	return h
}

// takesOver returns who takes the claim on, 0 if nobody is left.
func (h Household) takesOver(named int) (int, *Refusal) {
	next := h.Successor()
	if named == 0 || next == 0 {
		return next, nil
	}
	if m, ok := h.Member(named); !ok || !m.Present() {
		return 0, Refuse(RefusedFields, fmt.Sprintf("principal: person %d is not of the family any more, or never was", named))
	}
	return named, nil
}

// Successor is who takes the claim on when the principal is not there any more: the spouse or
// partner, else the eldest adult, else the eldest child; 0 if nobody is left. Of whom no
// birth date is known comes after the others [D]. An officer
// may name another.
func (h Household) Successor() int {
	rank := func(m Member) int {
		switch {
		case m.Relationship == Spouse || m.Relationship == Partner:
			return 0
		case !m.IsChild(h.Today):
			return 1
		}
		return 2
	}
	unknown := func(m Member) int {
		if m.Birth.IsZero() {
			return 1
		}
		return 0
	}
	present := h.Present()
	slices.SortStableFunc(present, func(a, b Member) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(unknown(a), unknown(b)), a.Birth.Latest().Compare(b.Birth.Latest()), cmp.Compare(a.No, b.No))
	})
	if len(present) == 0 {
		return 0
	}
	return present[0].No
}

// IsLed reports whether the principal is there, or nobody is.
func (h Household) IsLed() bool {
	present := h.Present()
	return len(present) == 0 || slices.ContainsFunc(present, func(m Member) bool { return m.Relationship == Principal })
}

// mootWithout adds the tasks whose ground has gone with a person; h is the household without
// the person.
func (h Household) mootWithout(person int, e *Effects) {
	for _, t := range h.Tasks {
		moot := t.Subject == person
		if !t.Kind.IsPersonal() {
			moot = h.isGroundless(t.Kind)
		}
		if len(h.Present()) == 0 {
			moot = !t.Kind.Outlasts()
		}
		if moot {
			e.Moot = append(e.Moot, TaskOf{t.Kind, t.Subject})
		}
	}
}

// isGroundless reports whether a task of the whole family has nobody any more for whom it is done:
// children to ask others about, or people to be served or to get a document.
func (h Household) isGroundless(k TaskKind) bool {
	someone := func(is func(Member) bool) bool { return slices.ContainsFunc(h.Present(), is) }
	unserved := someone(func(m Member) bool { return m.Decided != "" && !m.Served })
	switch k {
	case TaskSocialWork, TaskReporter:
		return !someone(func(m Member) bool { return m.IsChild(h.Today) })
	case TaskServe, TaskTraceToServe:
		return !unserved
	case TaskStatus:
		return !unserved && !someone(func(m Member) bool { return m.Decided.IsGrant() && !m.Documented })
	}
	return false
}

// NobodyLeft reports whether nobody of the family is left to decide about, and nobody was decided:
// the review is closed administratively.
func (h Household) NobodyLeft() bool {
	return !h.Signed && !slices.ContainsFunc(h.People, Member.Present)
}

// askNext asks for a proposal when the check that it waited for is moot.
func (h Household) askNext(e *Effects) {
	if !h.HasOpened(Decision) || h.Signed || h.NobodyLeft() {
		return
	}
	for _, t := range h.Tasks {
		if t.Kind.leadsToDecision() && !slices.Contains(e.Moot, TaskOf{t.Kind, t.Subject}) {
			return
		}
	}
	e.Opens = append(e.Opens, TaskOf{Kind: TaskPropose})
}

// Join is the rule of somebody who joins the family: born, married, or found to be of it.
// has says that the person needs no leave, for they are British or settled: then no decision
// is due of them.
func (h Household) Join(r Relationship, birth clock.PartialDate, has bool) (Effects, *Refusal) {
	no := 1
	for _, m := range h.People {
		no = max(no, m.No+1)
	}
	if len(h.Present()) == 0 { // also after the signature: nobody would lead the claim
		return Effects{}, Refuse(RefusedNothingOpen,
			"nobody of the family is left on this file: a new claim is a file of its own")
	}
	child := MayBeChild(birth, r, false, h.Today)
	e := Effects{Joins: &Joining{no, r, child}}
	if h.HasOpened(Evidence) && !h.Signed && (r != Child || has) {
		e.Opens = append(e.Opens, TaskOf{Kind: TaskTriage})
	}
	switch {
	case has:
		e.Ends = []Ending{{no, AlreadyHasStatus}}
		return e, nil
	case h.Signed && child:
		e.Opens = append(e.Opens, TaskOf{TaskUndecided, no}, TaskOf{TaskAssignWelfare, no})
		return e, nil
	case h.Signed:
		e.Opens = append(e.Opens, TaskOf{TaskUndecided, no}, TaskOf{Kind: TaskRequestCheck})
		return e, nil
	case !h.HasOpened(Evidence):
		return e, nil // the stage asks for everybody who is there when it opens
	}
	if child {
		e.Opens = append(e.Opens, TaskOf{TaskAssignWelfare, no})
		if OfSchoolAge(birth, h.Today) {
			e.Opens = append(e.Opens, TaskOf{TaskSchool, no})
		}
		if !slices.ContainsFunc(h.Present(), func(m Member) bool { return m.IsChild(h.Today) }) {
			e.Opens = append(e.Opens, TaskOf{Kind: TaskSocialWork}, TaskOf{Kind: TaskReporter})
		}
	}
	if h.HasOpened(Decision) && MayBeAdult(birth, r, h.Today) {
		e.Opens = append(e.Opens, TaskOf{Kind: TaskRequestCheck})
	}
	return e, nil
}

// After is the household after what follows from an event, for a rule that looks further.
// The days of new tasks are not known here.
func (h Household) After(e Effects, birth clock.PartialDate) Household {
	h.People, h.Tasks = slices.Clone(h.People), slices.Clone(h.Tasks)
	if j := e.Joins; j != nil {
		h.People = append(h.People, Member{No: j.No, Relationship: j.Relationship, Birth: birth, ChildWhenListed: j.Child})
	}
	for i := range h.People {
		m := &h.People[i]
		for _, end := range e.Ends {
			if end.Person == m.No {
				m.End = end.Outcome
			}
		}
		if e.Principal != 0 && m.Relationship == Principal {
			m.Relationship = FormerPrincipal
		}
	}
	for i := range h.People {
		if e.Principal != 0 && h.People[i].No == e.Principal {
			h.People[i].Relationship = Principal
		}
	}
	h.Tasks = slices.DeleteFunc(h.Tasks, func(t Task) bool { return slices.Contains(e.Moot, TaskOf{t.Kind, t.Subject}) })
	for _, t := range e.Opens {
		if !slices.ContainsFunc(h.Tasks, func(o Task) bool { return o.Kind == t.Kind && o.Subject == t.Subject }) {
			rule, _ := t.Kind.Rule()
			h.Tasks = append(h.Tasks, Task{Kind: t.Kind, Subject: t.Subject, Stage: rule.Stage, Awaiting: rule.Awaiting})
		}
	}
	h.Over = h.NobodyLeft()
	return h
}

// AskedAgain lists, of tasks that had become moot, those that are due when a family is found or
// its case reopened: of the people who are there, in stages that were opened. What follows from
// a task that is asked again is not asked for beside it. What somebody waits for and none of those
// tasks asks for is added ([Household.Unasked]).
func (h Household) AskedAgain(moot []TaskOf) []TaskOf {
	var again []TaskOf
	for _, t := range moot {
		rule, ok := t.Kind.Rule()
		m, there := h.Member(t.Subject)
		switch {
		case !ok, t.Kind.OnlyTells(), t.Kind == TaskTraceMonthly, t.Kind == TaskTraceAgain, t.Kind == TaskConfirm, t.Kind == TaskStrike:
		case t.Kind.IsPersonal() && (!there || !m.Present()):
		case rule.Stage != Closed && !h.HasOpened(rule.Stage):
		case h.Signed && rule.Stage.Before(Service) && !h.leadsToUndecided(t):
		case h.isGroundless(t.Kind):
		case t.Kind == TaskHold && !h.Held: // a hold that has ended is not reviewed
		case t.Kind == TaskAgree: // the proposal went back to its author
			again = append(again, TaskOf{Kind: TaskPropose})
		default:
			again = append(again, t)
		}
	}
	return append(again, h.After(Effects{Opens: again}, clock.PartialDate{}).Unasked()...)
}

// leadsToUndecided reports whether a task asks for what the decision about somebody waits for who
// is undecided after the signature: who joined since, or whose decision has fallen.
func (h Household) leadsToUndecided(t TaskOf) bool {
	switch t.Kind {
	case TaskAssignWelfare, TaskReport, TaskSignWelfare, TaskCheck:
		m, ok := h.Member(t.Subject)
		return ok && m.Undecided()
	case TaskRequestCheck:
		return slices.ContainsFunc(h.People, Member.Undecided)
	}
	return false
}

// AfterStrike is what follows for the family after an act was struck, and its answers are asked again.
// What is asked about a person who is not of the family any more is moot, and, if the whole family has
// gone, what is asked about its decision. If the principal left meanwhile, the claim passes to who is
// back. What somebody waits for and nobody is asked for is asked ([Household.Unasked]).
func (h Household) AfterStrike() Effects {
	var e Effects
	for _, t := range h.Tasks {
		if h.HasGone(t.Kind, t.Subject) || h.NobodyLeft() && !t.Kind.Outlasts() {
			e.Moot = append(e.Moot, TaskOf{t.Kind, t.Subject})
		}
	}
	if !h.IsLed() {
		e.Principal = h.Successor()
	}
	if !h.Archived {
		e.Opens = h.After(e, clock.PartialDate{}).Unasked()
	}
	return e
}

// Unasked lists what somebody of the family waits for and no open task asks of anybody: a decision,
// its service, or the document of a grant. An act that is struck, and a family that is found again,
// can leave such a gap: the task had ended while the person counted as gone, or as decided. On an
// archived or closed case nothing is asked until it is taken up again.
func (h Household) Unasked() []TaskOf {
	asked := func(kinds ...TaskKind) bool {
		return slices.ContainsFunc(h.Tasks, func(t Task) bool { return slices.Contains(kinds, t.Kind) })
	}
	if !h.Signed {
		if !h.HasOpened(Decision) || h.NobodyLeft() || slices.ContainsFunc(h.Tasks, func(t Task) bool { return t.Kind.leadsToDecision() }) {
			return nil
		}
		return []TaskOf{{Kind: TaskRequestCheck}}
	}
	var unasked []TaskOf
	unserved, undocumented := false, false
	for _, m := range h.Present() {
		undecided := slices.ContainsFunc(h.Tasks, func(t Task) bool { return t.Kind == TaskUndecided && t.Subject == m.No })
		switch {
		case m.Undecided() && !undecided:
			unasked = append(unasked, TaskOf{TaskUndecided, m.No})
		case m.Undecided():
		case !m.Served:
			unserved = true
		case m.Decided.IsGrant() && !m.Documented:
			undocumented = true
		}
	}
	if unserved && !asked(TaskServe, TaskTraceToServe) {
		unasked = append(unasked, TaskOf{Kind: TaskServe})
	}
	if undocumented && !asked(TaskStatus) {
		unasked = append(unasked, TaskOf{Kind: TaskStatus})
	}
	return unasked
}

// leadsToDecision reports whether a proposal is asked for, or what it waits for: one of these
// tasks is open while a family waits for its decision.
func (k TaskKind) leadsToDecision() bool {
	return k == TaskCheck || k == TaskRequestCheck || k == TaskPropose || k == TaskAgree
}

// ReopenedAt lists the stages that are open again when a closed case is reopened, the one that
// is shown first: service if it was decided, else the last that had been opened.
func (h Household) ReopenedAt() []Stage {
	switch {
	case h.Signed:
		return []Stage{Service}
	case h.HasOpened(Decision):
		return []Stage{Decision}
	case h.HasOpened(Representation):
		return []Stage{Representation}
	case h.HasOpened(Evidence):
		return []Stage{Evidence, Welfare}
	}
	return []Stage{Listed}
}
