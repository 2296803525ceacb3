package casefile

import (
	"time"

	"hame/internal/clock"
)

// TaskKind names one thing that somebody must do by a day. Its deadline stands
// in the rule set under the same name.
type TaskKind string

// The kinds of task, by the row of domain.md 6.2 they come from.
const (
	TaskAllocate      TaskKind = "listed.allocate"        // row 0
	TaskReconcile     TaskKind = "listed.reconcile"       // row 1
	TaskTriage        TaskKind = "listed.triage"          // row 2
	TaskOpeningLetter TaskKind = "evidence.letter"        // row 3
	TaskQuestionnaire TaskKind = "evidence.questionnaire" // row 3
	TaskContact       TaskKind = "evidence.contact"       // row 3
	TaskSchool        TaskKind = "evidence.school"        // row 3
	TaskGP            TaskKind = "evidence.gp"            // row 3
	TaskSocialWork    TaskKind = "evidence.social_work"   // row 3
	TaskReporter      TaskKind = "evidence.scra"          // row 3
	TaskHousing       TaskKind = "evidence.housing"       // row 3
	TaskCommunity     TaskKind = "evidence.community"     // row 3
	TaskAssignWelfare TaskKind = "welfare.assign"         // row 4
	TaskReport        TaskKind = "welfare.report"         // row 4
	TaskSignWelfare   TaskKind = "welfare.sign"           // row 4
	TaskWindow        TaskKind = "representation.window"  // row 5
	TaskAnswer        TaskKind = "representation.answer"  // row 5
	TaskRequestCheck  TaskKind = "check.request"          // row 6
	TaskCheck         TaskKind = "check.record"           // row 6
	TaskPropose       TaskKind = "decision.propose"       // row 7
	TaskAgree         TaskKind = "decision.agree"         // row 8
	TaskServe         TaskKind = "service.serve"          // row 9
	TaskStatus        TaskKind = "service.status"         // row 10a
	TaskAppealWindow  TaskKind = "service.appeal_window"  // row 10b
	TaskNoAppeal      TaskKind = "service.no_appeal"      // row 10b
	TaskHold          TaskKind = "hold.review"            // a hold, with its owner and review date
	// TaskFlag is for an imported flag of illness or of public harm alike, so that
	// what Temporal shows does not tell which (process.md, invariant 5).
	TaskFlag         TaskKind = "flag.review"     // row 2
	TaskDifference   TaskKind = "file.difference" // row 1
	TaskReadPost     TaskKind = "post.read"       // C1
	TaskTrace        TaskKind = "evidence.trace"  // row 3b
	TaskTraceToServe TaskKind = "service.trace"   // row 9
	TaskAppeal       TaskKind = "service.appeal"  // row 11
	TaskArrival      TaskKind = "closed.arrival"  // row 13
	TaskExpired      TaskKind = "act.expired"     // process.md, How an act is done
	TaskReferral     TaskKind = "case.look_into"  // process.md, Four eyes
	TaskLateArrival  TaskKind = "service.arrival" // process.md, Stages
	TaskNewOwner     TaskKind = "case.new_owner"  // row 1: every case has an owner
	TaskStrike       TaskKind = "act.strike"      // process.md, Slips
	TaskBreach       TaskKind = "case.breach"     // process.md, Slips
	TaskConfirm      TaskKind = "case.confirm"    // process.md, Four eyes
	// The tasks of people who come, go, or give up their claim (domain.md 6.3).
	TaskUndecided        TaskKind = "person.undecided"
	TaskHearWithdrawal   TaskKind = "withdrawal.hear"
	TaskThinkAgain       TaskKind = "withdrawal.think"
	TaskSettleWithdrawal TaskKind = "withdrawal.settle"
	TaskDeparture        TaskKind = "departure.settle"
	TaskReturn           TaskKind = "return.settle" // row 12
	TaskTraceMonthly     TaskKind = "trace.step"    // row 3b
	TaskTraceAgain       TaskKind = "trace.again"   // row 3b
	// TaskThreshold is for every threshold alike, so that what Temporal shows does not tell
	// whose birthday comes (process.md, invariant 5).
	TaskThreshold TaskKind = "case.threshold" // domain.md 6.3
	// TaskAnew is for a closed case whose decision a court has quashed, or for which a fresh
	// claim was accepted: it is reopened first. On an open one TaskUndecided is for each person.
	// Its name tells no court (process.md, invariant 5).
	TaskAnew TaskKind = "service.anew" // row 11
	TaskTell TaskKind = "case.tell"    // section 6.3: a representative who acts no more
	// TaskConsider is for further submissions. Its name tells no more than that something
	// came after the decision (process.md, invariant 5).
	TaskConsider   TaskKind = "service.consider" // row 11
	TaskAcceptMove TaskKind = "case.accept_move" // section 6.3: another council
)

// TaskResult is how a task was closed: what an act made of it, or that its time passed.
type TaskResult string

// The results that later acts and the reports look at. Others say what an act found.
const (
	// ResultGap is a task whose time passed: the gap is recorded, and the review goes on.
	ResultGap TaskResult = "gap"
	// ResultLapsed is a task whose time passed, and that was optional.
	ResultLapsed TaskResult = "lapsed"
	// ResultStopped is a task whose letters came back: it is asked again when the family
	// is found (row 3b).
	ResultStopped TaskResult = "stopped"
	// ResultMoot is a task whose ground has gone: what asked for it was struck, or came with
	// an import that was taken back.
	ResultMoot TaskResult = "moot"
	// ResultFiled is a task of a case that was closed with what arrived.
	ResultFiled TaskResult = "filed"
)

// TimePassed reports whether the task was closed because its time had passed.
func (r TaskResult) TimePassed() bool { return r == ResultGap || r == ResultLapsed }

// OnlyTells reports whether a kind of task only tells somebody something: it holds up
// neither a stage nor the closing, and ends by itself.
func (k TaskKind) OnlyTells() bool { return k == TaskThreshold }

// CanBeMissed reports whether the last day of a kind of task can be missed at all:
// what was optional can't, and neither can the time to appeal or to think again.
func (k TaskKind) CanBeMissed() bool {
	rule, _ := k.Rule()
	return rule.OnDue != EffectLapse && rule.OnDue != EffectSearchAppeal && rule.OnDue != EffectSettle
}

// Effect is what a rung does beside marking the task, when its day has passed.
type Effect string

// The effects. None of them can write an outcome (R1).
const (
	// EffectNone marks the task and changes nothing else.
	EffectNone Effect = ""
	// EffectGap closes the task with its gap recorded, so that the review goes on.
	EffectGap Effect = "gap"
	// EffectLapse closes the task because what it waited for was optional.
	EffectLapse Effect = "lapse"
	// EffectContact opens a task for the caseworker to reach the family in person.
	EffectContact Effect = "contact"
	// EffectDefaultPriority sets priority 3 where none was given, so that a late
	// triage moves a family up and never past anyone (row 2).
	EffectDefaultPriority Effect = "default_priority"
	// EffectEscalate marks the task as escalated while it stays with whom it was
	// (row 7, 20 working days).
	EffectEscalate Effect = "escalate"
	// EffectReassign tells the senior caseworker to reassign the task (row 7, 40 working days).
	EffectReassign Effect = "reassign"
	// EffectSearchAppeal closes the appeal window and asks a caseworker to look for an appeal (row 10b).
	EffectSearchAppeal Effect = "search_appeal"
	// EffectSettle closes the time to think again, and asks for two officers to settle the
	// withdrawal. Silence settles nothing (R2).
	EffectSettle Effect = "settle"
)

// Closes reports whether the effect closes the task, so that no escalation comes after it.
func (e Effect) Closes() bool {
	switch e {
	case EffectGap, EffectLapse, EffectSearchAppeal, EffectSettle:
		return true
	}
	return false
}

// TaskRule says how a kind of task behaves; how long it has is the rule set's.
type TaskRule struct {
	Kind  TaskKind
	Row   string // of domain.md 6.2
	Stage Stage  // the stage it holds up
	// Awaiting must act. EscalateTo takes over at the escalation rung; where that rung records a
	// gap, it hears already when the task is due.
	Awaiting, EscalateTo Party
	OnDue, OnEscalation  Effect
	InWords              string
}

// TaskRules lists the kinds of task in the order of the process.
var TaskRules = []TaskRule{
	{TaskAllocate, "0", Listed, SeniorCaseworker, Operations, EffectNone, EffectNone, "give the case an owner"},
	{TaskReconcile, "1", Listed, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"compare the computer record with the paper file"},
	{TaskTriage, "2", Listed, Caseworker, SeniorCaseworker, EffectDefaultPriority, EffectNone, "triage the family"},
	{TaskOpeningLetter, "3", Evidence, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"send the opening letter and questionnaire"},
	{TaskQuestionnaire, "3", Evidence, TheFamily, Caseworker, EffectContact, EffectGap, "return the questionnaire"},
	{TaskContact, "3", Evidence, Caseworker, SeniorCaseworker, EffectNone, EffectNone, "reach the family in person"},
	{TaskSchool, "3", Evidence, School, WelfareLead, EffectNone, EffectGap, "send the school's evidence"},
	{TaskGP, "3", Evidence, GP, Caseworker, EffectGap, EffectNone, "send the health evidence"},
	{TaskSocialWork, "3", Evidence, SocialWork, WelfareLead, EffectNone, EffectGap, "send social work's evidence"},
	{TaskReporter, "3", Evidence, Reporter, Caseworker, EffectGap, EffectNone, "say what the Reporter holds"},
	{TaskHousing, "3", Evidence, Housing, Caseworker, EffectGap, EffectNone, "send the address and support history"},
	{TaskCommunity, "3", Evidence, Community, Caseworker, EffectLapse, EffectNone,
		"send letters from the community, if any"},
	{TaskAssignWelfare, "4", Welfare, WelfareLead, SeniorCaseworker, EffectNone, EffectNone,
		"assign a lead professional to the child"},
	{TaskReport, "4", Welfare, LeadProfessional, SeniorCaseworker, EffectNone, EffectNone,
		"report on the child's welfare"},
	{TaskSignWelfare, "4", Welfare, WelfareLead, SeniorCaseworker, EffectNone, EffectNone,
		"sign the child's welfare report"},
	{TaskWindow, "5", Representation, PrivateOffice, Caseworker, EffectLapse, EffectNone,
		"represent the family, or decline to"},
	{TaskAnswer, "5", Decision, DecisionMaker, SeniorCaseworker, EffectNone, EffectNone, "answer the representation"},
	{TaskRequestCheck, "6", Decision, Caseworker, SeniorCaseworker, EffectNone, EffectNone, "ask for the security checks"},
	{TaskCheck, "6", Decision, Police, SeniorCaseworker, EffectNone, EffectNone, "answer the security check"},
	{TaskPropose, "7", Decision, DecisionMaker, SeniorCaseworker, EffectEscalate, EffectReassign, "propose a decision"},
	{TaskAgree, "8", Decision, SecondOfficer, SeniorCaseworker, EffectNone, EffectNone,
		"agree to the proposal or return it"},
	{TaskServe, "9", Service, Caseworker, SeniorCaseworker, EffectNone, EffectNone, "serve the decision on each person"},
	{TaskStatus, "10a", Service, Caseworker, SeniorCaseworker, EffectNone, EffectNone, "issue the status documents"},
	{TaskAppealWindow, "10b", Service, TheFamily, Caseworker, EffectSearchAppeal, EffectNone, "appeal, if they wish to"},
	{TaskNoAppeal, "10b", Service, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"look for an appeal at the tribunal and in the post"},
	{TaskHold, "6.1", Closed, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone, "review the hold"},
	{TaskFlag, "2", Closed, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone,
		"look into what the file is flagged with, and confirm or clear it"},
	{TaskDifference, "1", Closed, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"accept or reject what a later import says otherwise"},
	{TaskReadPost, "C1", Closed, Caseworker, SeniorCaseworker, EffectNone, EffectNone, "read the item of post"},
	{TaskTrace, "3b", Evidence, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"find where the family lives, and send the letter again"},
	{TaskTraceToServe, "9", Service, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"find where the family lives, and serve the decision again"},
	{TaskAppeal, "11", Service, Caseworker, SeniorCaseworker, EffectNone, EffectNone, "follow the appeal at the tribunal"},
	{TaskArrival, "13", Closed, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone,
		"read what arrived after the case was closed"},
	{TaskReferral, "6", Closed, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone,
		"look into what was referred or alleged, before anybody decides"},
	{TaskLateArrival, "9", Service, SeniorCaseworker, SeniorCaseworker, EffectNone, EffectNone,
		"read what arrived or was struck after the decision was signed, or while the case was closed"},
	{TaskNewOwner, "1", Closed, SeniorCaseworker, Operations, EffectNone, EffectNone, "give the case a new owner"},
	{TaskStrike, "6.4", Closed, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"say whether the act was a mistake: strike it too, or let it stand"},
	{TaskBreach, "C1", Closed, SeniorCaseworker, Operations, EffectNone, EffectNone,
		"answer whose data the wrongly linked item held, who saw it and who was told"},
	{TaskConfirm, "6.4", Closed, SecondOfficer, SeniorCaseworker, EffectNone, EffectNone,
		"agree, as second officer, to what a colleague has asked for, or refuse it"},
	{TaskUndecided, "11", Service, DecisionMaker, SeniorCaseworker, EffectNone, EffectNone,
		"propose a decision for the person whom the signed one does not decide, or not any more"},
	{TaskTraceMonthly, "3b", Closed, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"take the month's step to find the family"},
	{TaskTraceAgain, "3b", Closed, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"trace the archived family again"},
	{TaskReturn, "12", Service, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"offer a voluntary return, and record whether the person leaves or remains"},
	{TaskHearWithdrawal, "6.3", Decision, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"hear the person who asks to withdraw, with their representative"},
	{TaskThinkAgain, "6.3", Decision, TheFamily, Caseworker, EffectSettle, EffectNone,
		"think again about the withdrawal, if they wish to"},
	{TaskSettleWithdrawal, "6.3", Decision, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"settle the withdrawal: two officers confirm it, or it is dropped"},
	{TaskDeparture, "6.3", Closed, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"find out whether the person has left: confirm it on evidence, or record that they stay"},
	{TaskThreshold, "6.3", Closed, Caseworker, SeniorCaseworker, EffectLapse, EffectNone,
		"look at what has changed with time: case show lists the person's thresholds"},
	{TaskAnew, "11", Service, SeniorCaseworker, Operations, EffectNone, EffectNone,
		"see that a decision which does not stand any more is made anew"},
	{TaskConsider, "11", Service, DecisionMaker, SeniorCaseworker, EffectNone, EffectNone,
		"consider what came after the decision"},
	{TaskAcceptMove, "6.3", Closed, NewCouncil, SeniorCaseworker, EffectNone, EffectNone,
		"take the family over as its new council"},
	{TaskTell, "6.3", Closed, Caseworker, SeniorCaseworker, EffectNone, EffectNone,
		"tell the family that nobody represents it any more"},
	{TaskExpired, "6.4", Closed, Caseworker, SeniorCaseworker, EffectLapse, EffectNone,
		"look at the act that was saved and then not done, and do it again if it is still meant"},
}

// EndedBy lists the acts that end a kind of task. A task that nobody could end would
// hold a case open for good.
func (k TaskKind) EndedBy() []Act {
	switch k {
	case TaskAllocate, TaskNewOwner:
		return []Act{ActAssign}
	case TaskReconcile:
		return []Act{ActReconcile}
	case TaskTriage:
		return []Act{ActTriage}
	case TaskOpeningLetter, TaskTrace, TaskTraceToServe:
		return []Act{ActLetterSent}
	case TaskQuestionnaire, TaskSchool, TaskGP, TaskSocialWork, TaskReporter, TaskHousing, TaskCommunity:
		return []Act{ActEvidence}
	case TaskContact:
		return []Act{ActContact, ActEvidence}
	case TaskAssignWelfare:
		return []Act{ActAssignWelfare, ActWaive}
	case TaskReport:
		return []Act{ActReport, ActWaive}
	case TaskSignWelfare:
		return []Act{ActSignWelfare, ActReturnWelfare, ActWaive}
	case TaskWindow:
		return []Act{ActSendLetter, ActDecline}
	case TaskAnswer:
		return []Act{ActAnswer}
	case TaskRequestCheck:
		return []Act{ActRequestCheck}
	case TaskCheck:
		return []Act{ActRecordCheck}
	case TaskPropose:
		return []Act{ActPropose}
	case TaskAgree:
		return []Act{ActAgree, ActReturn, ActWithdraw}
	case TaskServe:
		return []Act{ActRecordService}
	case TaskStatus:
		return []Act{ActStatusIssued}
	case TaskAppealWindow:
		return []Act{ActAppeal} // or its own end, after which somebody looks
	case TaskNoAppeal:
		return []Act{ActNoAppeal, ActAppeal}
	case TaskHold:
		return []Act{ActRelease, ActFlag, ActCourtEnd, ActConsider}
	case TaskFlag:
		return []Act{ActFlag}
	case TaskReferral:
		return []Act{ActLookInto, ActFlag}
	case TaskDifference:
		return []Act{ActDifference}
	case TaskReadPost:
		return []Act{ActReadPost}
	case TaskLateArrival:
		return []Act{ActLateArrival}
	case TaskArrival:
		return []Act{ActArrival}
	case TaskStrike:
		return []Act{ActStrike}
	case TaskBreach:
		return []Act{ActBreach}
	case TaskConfirm:
		return []Act{ActConfirm}
	case TaskUndecided:
		return []Act{ActAgree, ActHasStatus, ActDied, ActDeparted}
	case TaskTraceMonthly:
		return []Act{ActTraceStep, ActArchive, ActFound}
	case TaskTraceAgain:
		return []Act{ActTraceStep, ActFound}
	case TaskReturn:
		return []Act{ActRemains, ActDeparted, ActRemoved}
	case TaskAppeal:
		return []Act{ActAppealEnded}
	case TaskHearWithdrawal:
		return []Act{ActHearWithdrawal, ActDropWithdrawal}
	case TaskThinkAgain:
		return []Act{ActDropWithdrawal} // or its own end, after which it is settled
	case TaskSettleWithdrawal:
		return []Act{ActConfirmWithdrawal, ActDropWithdrawal}
	case TaskDeparture:
		return []Act{ActDeparted, ActStays}
	case TaskConsider:
		return []Act{ActConsider}
	case TaskAcceptMove:
		return []Act{ActAcceptMove, ActMove}
	case TaskTell:
		return []Act{ActContact, ActRepresentativeChange}
	case TaskAnew:
		return []Act{ActReopen, ActAgree} // a reopening comes first; the new decision ends what is left
	}
	return nil
}

// Rule returns the rule of a kind of task, and whether there is one.
func (k TaskKind) Rule() (TaskRule, bool) {
	for _, r := range TaskRules {
		if r.Kind == k {
			return r, true
		}
	}
	return TaskRule{}, false
}

// RungKind is a step of a deadline's ladder.
type RungKind string

// The rungs, in the order they act. Diary rungs recur (process.md, invariant 6).
const (
	Reminder   RungKind = "reminder"
	Due        RungKind = "due"
	Escalation RungKind = "escalation"
	Diary      RungKind = "diary"
)

// Rung is one step of a task's ladder. It acts at the first instant after its
// day has passed, once.
type Rung struct {
	Kind RungKind `json:"kind"`
	// No counts diary rungs from 1. Of the others it is 0, and counts up where the
	// task was given more time after the rung had acted, so that it acts again.
	No int `json:"no,omitempty"`
	// At is zero while the task's clock is stopped.
	At time.Time `json:"at"`
}

// Task is what a review's state holds of an open task: codes, days and
// instants, and nothing personal.
type Task struct {
	Kind TaskKind `json:"kind"`
	// Subject is the person's number in the family, or the representation's for
	// an answer; 0 for the family as a whole.
	Subject  int   `json:"subject,omitempty"`
	Stage    Stage `json:"stage"`
	Awaiting Party `json:"awaiting"`
	// DueOn is zero while a hold keeps the task from having a last day.
	DueOn       clock.Date `json:"due_on"`
	Next        Rung       `json:"next"`
	Overdue     bool       `json:"overdue,omitempty"`
	Escalated   bool       `json:"escalated,omitempty"`
	Provisional bool       `json:"provisional,omitempty"` // the due day rests on computed holidays
}

// Stopped reports whether a hold has stopped the task's clock: no rung of it acts
// until it is released.
func (t Task) Stopped() bool { return t.Next.At.IsZero() }
