package casefile

import (
	"fmt"
	"slices"
	"time"

	"hame/internal/clock"
)

// Fall is the rule of a decision that falls for one person: an appeal was allowed, a court has
// quashed it, or a fresh claim was accepted. The decision is made anew for that person alone.
func (h Household) Fall(person int) (Effects, *Refusal) {
	m, ok := h.Member(person)
	switch {
	case !ok:
		return Effects{}, Refuse(RefusedNoSubject, fmt.Sprintf("the family has no person %d", person))
	case !m.Present():
		return Effects{}, Refuse(RefusedAlreadyDone, fmt.Sprintf("person %d: %s is on record", person, m.End))
	case m.Decided == "" || m.Decided.IsGrant() || m.Fallen:
		return Effects{}, Refuse(RefusedNothingOpen, fmt.Sprintf("no refusal of person %d stands that could fall", person))
	}
	e := Effects{Opens: []TaskOf{{TaskUndecided, person}}}
	for _, t := range h.Tasks {
		ofRefusal := t.Kind == TaskAppealWindow || t.Kind == TaskNoAppeal || t.Kind == TaskAppeal || t.Kind == TaskReturn
		if ofRefusal && t.Subject == person {
			e.Moot = append(e.Moot, TaskOf{t.Kind, t.Subject})
		}
	}
	return e, nil
}

// CheckRemake refuses outcomes that can't be a new decision beside the one that stands: it is
// made for those alone whom that one does not decide any more, or leaves out. Of everybody
// else it repeats the outcome. After an appeal that was allowed it can only grant [D].
func CheckRemake(people []Member, allowed []int, proposed []ProposedOutcome) *Refusal {
	anew := false
	for _, m := range people {
		if !m.Present() {
			continue
		}
		i := slices.IndexFunc(proposed, func(p ProposedOutcome) bool { return p.Person == m.No })
		if i < 0 {
			continue // that somebody has no outcome is refused elsewhere
		}
		outcome := proposed[i].Outcome
		switch {
		case m.Undecided():
			anew = true
			if slices.Contains(allowed, m.No) && !outcome.IsGrant() {
				return Refuse(RefusedConstraint, fmt.Sprintf("the appeal of person %d was allowed: they can't be refused "+
					"again", m.No))
			}
		case outcome != m.Decided:
			return Refuse(RefusedConstraint,
				fmt.Sprintf("the decision on person %d stands: %s; a slip in it is put right by decision correct", m.No, m.Decided))
		}
	}
	if !anew {
		return Refuse(RefusedNothingOpen, "the signed decision stands for everybody: nothing is to be decided anew")
	}
	return nil
}

// CheckRemaker refuses an author who signed the decision that fell; signers are its author and
// its second officer, if it has one.
func CheckRemaker(author string, signers []string) *Refusal {
	if slices.Contains(signers, author) {
		return Refuse(RefusedFourEyes, "you signed the decision that is made anew: another officer proposes")
	}
	return nil
}

// The limits of a removal window [S45].
const (
	noticeWorkingDays = 5
	windowDays        = 21
)

// Removal is what stands of somebody's return when a removal window is named for them.
type Removal struct {
	Person   int
	Final    bool       // the refusal is final, and their return waits to be settled
	NoticeOn clock.Date // when notice was given, zero if it was not
	Held     bool       // a hold stands on the case
	Post     bool       // post is unread, or its link is unresolved
	Waits    bool       // somebody of the family waits for a decision
}

// CheckWindow refuses a removal window that may not be opened; nil if it may. Hame records it,
// and removes nobody.
func (h Household) CheckWindow(r Removal, f WindowFields, addWorkingDays func(clock.Date, int) clock.Date) *Refusal {
	earliest := clock.Date{}
	if !r.NoticeOn.IsZero() {
		earliest = addWorkingDays(r.NoticeOn, noticeWorkingDays)
	}
	switch {
	case !r.Final:
		return Refuse(RefusedTooEarly, fmt.Sprintf("the refusal of person %d is not final, or their return is settled", r.Person))
	case r.Held:
		return BlockedRefusal([]Block{BlockHold})
	case r.Post:
		return BlockedRefusal([]Block{BlockPost})
	case r.Waits:
		return Refuse(RefusedBlocked, "somebody of the family waits for a decision: no window is opened meanwhile")
	case r.NoticeOn.IsZero():
		return Refuse(RefusedTooEarly, "no notice of removal is on record: return step --step notice")
	case !earliest.Before(f.OpensOn):
		return Refuse(RefusedTooEarly, fmt.Sprintf("notice was given on %s: the window opens after %d working days, "+
			"later than %s",
			r.NoticeOn, noticeWorkingDays, earliest))
	case f.OpensOn.AddDays(windowDays - 1).Before(f.ClosesOn):
		return Refuse(RefusedConstraint, fmt.Sprintf("a window is at most %d days, the first and the last counted", windowDays))
	case !f.OpensOn.After(h.Today):
		return Refuse(RefusedTooEarly, fmt.Sprintf("opens_on %s has come: today is %s", f.OpensOn, h.Today))
	}
	if from, to, in := h.examWeeks(f); in && f.FamilyAsks != Yes {
		return Refuse(RefusedBlocked,
			fmt.Sprintf("a child of the family may sit exams: from %s to %s a window is opened only if the family asks", from, to))
	}
	return nil
}

// The exam weeks in which nobody is interviewed, served with a refusal or made to leave: from
// two weeks before the SQA's exams, late in April, to their end early in June (row 7). The
// days are those of every year [D].
var examsFrom, examsTo = struct {
	month time.Month
	day   int
}{time.April, 6}, struct {
	month time.Month
	day   int
}{time.June, 5}

// examAge is from when a pupil may sit exams: S4, at 14 or 15.
const examAge = 14

// examWeeks returns the exam weeks that a window would meet, if a child of the family may sit
// exams in them.
func (h Household) examWeeks(f WindowFields) (from, to clock.Date, meets bool) {
	for year := f.OpensOn.Year(); year <= f.ClosesOn.Year(); year++ {
		from = clock.NewDate(year, examsFrom.month, examsFrom.day)
		to = clock.NewDate(year, examsTo.month, examsTo.day)
		if f.ClosesOn.Before(from) || to.Before(f.OpensOn) {
			continue
		}
		for _, m := range h.Present() {
			if m.IsChild(to) && (m.Birth.IsZero() || m.Birth.MayBeAtLeast(examAge, to)) {
				return from, to, true
			}
		}
	}
	return from, to, false
}
