package activities_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/testdb"
)

// twoWorlds is one family in two worlds: in one of them acts are entered by mistake, and
// struck sooner or later.
type twoWorlds struct {
	t            testing.TB
	draw         *rand.Rand
	plain, slips *journey
	// outstanding are the numbers of the mistakes that are not struck yet.
	outstanding []int
	log         []string
}

func (w *twoWorlds) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

func (w *twoWorlds) pick(n int) int { return w.draw.IntN(n) }

// both does the same in both worlds.
func (w *twoWorlds) both(what string, do func(*journey)) {
	w.t.Helper()
	w.note("both: %s", what)
	for _, s := range []*journey{w.plain, w.slips} {
		do(s)
		s.goOn()
	}
}

// openInBoth are the tasks that are open in both worlds, and have a usual answer.
func (w *twoWorlds) openInBoth() []casefile.Task {
	return slices.DeleteFunc(slices.Clone(w.plain.review.Tasks), func(t casefile.Task) bool {
		if w.touchedByMistake(t.Kind) {
			return true // what is done next would rest on the mistake
		}
		return !answerable(t) || !slices.ContainsFunc(w.slips.review.Tasks, func(o casefile.Task) bool { return o.Kind == t.Kind && o.Subject == t.Subject })
	})
}

// touchedByMistake reports whether a letter, a child's check, a representation or a
// security check was touched by mistake, and a kind of task is about the same.
func (w *twoWorlds) touchedByMistake(kind casefile.TaskKind) bool {
	return slices.ContainsFunc(w.outstanding, func(no int) bool {
		act := casefile.Act(testdb.Value[string](w.slips.staffed, `select kind from command where case_ref = $1 and chain_n = $2`, w.slips.ref, no))
		group := act.Rule().Group()
		return group != "evidence" && slices.ContainsFunc(kind.EndedBy(), func(a casefile.Act) bool { return a.Rule().Group() == group })
	})
}

// answerable leaves out what has no usual answer, and the decision: it rests on the whole file.
func answerable(t casefile.Task) bool {
	return t.Kind != casefile.TaskPropose && t.Kind != casefile.TaskStrike && t.Kind != casefile.TaskTrace &&
		len(practice.Manner{Officers: usual}.Answer(t)) > 0
}

type tried struct {
	login   string
	act     casefile.Act
	subject int
	fields  casefile.Fields
}

// always are acts that are taken in any stage before the decision.
func (w *twoWorlds) always() tried {
	switch w.pick(4) {
	case 0:
		return tried{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: []string{"phone", "visit", "representative"}[w.pick(3)]}}
	case 1:
		return tried{"morag", casefile.ActInterview, 1 + w.pick(2), &casefile.InterviewFields{Adverse: "none"}}
	case 2:
		return tried{"morag", casefile.ActEvidence, 3, &casefile.EvidenceFields{Provider: casefile.ProviderSchool, Result: "partial"}}
	}
	return tried{"morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{
		Provider: []casefile.Provider{casefile.ProviderGP, casefile.ProviderQuestionnaire, casefile.ProviderCommunity}[w.pick(3)], Result: casefile.EvidencePartial}}
}

// mistake is an act that somebody enters by mistake; it may be refused.
func (w *twoWorlds) mistake() []tried {
	s := w.slips
	// What prepares a case is struck before its evidence is asked for, or not at all.
	tasks := slices.DeleteFunc(slices.Clone(s.review.Tasks), func(t casefile.Task) bool { return !answerable(t) || t.Stage == casefile.Listed })
	if len(tasks) > 0 && w.pick(3) > 0 {
		var all []tried
		for _, d := range (practice.Manner{Officers: usual}).Answer(tasks[w.pick(len(tasks))]) {
			all = append(all, tried{d.Login, d.Act, d.Subject, d.On(practice.File{Today: s.today()})})
		}
		return all
	}
	one := func(login string, act casefile.Act, subject int, f casefile.Fields) []tried {
		return []tried{{login, act, subject, f}}
	}
	switch w.pick(9) {
	case 0:
		return one("morag", casefile.ActLetterReturned, 1, &casefile.ReturnedFields{To: "family", Reason: "refused"})
	case 1:
		return one("morag", casefile.ActLetterDelivered, 1, &casefile.DeliveredFields{To: "family"})
	case 2:
		return one("fiona", casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"})
	case 3:
		if s.review.Stage != casefile.Listed {
			return one("fiona", casefile.ActAssign, 0, &casefile.AssignFields{To: "isla"})
		}
	case 4:
		return one("morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"})
	case 5:
		return one("kirsty", casefile.ActDraft, 0, nil)
	case 6:
		return one("morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: casefile.EvidenceComplete})
	case 7:
		return one("agnes", casefile.ActReturnWelfare, 3, nil)
	}
	return []tried{w.always()}
}

func (w *twoWorlds) slip() {
	w.t.Helper()
	for _, x := range w.mistake() {
		s := w.slips
		s.confirming = x.act.Rule().AskedBack()
		refusal := s.attempt(x.login, x.act, x.subject, x.fields)
		s.confirming = false
		w.note("slip: %s/%d %v: %v", x.act, x.subject, x.fields, refusal)
		if refusal == nil {
			w.outstanding = append(w.outstanding, s.lastAct(x.act))
		}
		s.goOn()
	}
}

// strike strikes a mistake, unless another one rests on it. It reports whether it was struck.
func (w *twoWorlds) strike(i int) bool {
	w.t.Helper()
	s, no := w.slips, w.outstanding[i]
	first, second := w.officers(no)
	fields := &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase}
	refusal := s.attempt(first, casefile.ActStrike, 0, fields)
	w.note("strike %d: %v", no, refusal)
	if refusal != nil {
		require.Equal(w.t, casefile.RefusedRestsOn, refusal.Code, "%s\n%v", refusal.Detail, w.log)
		return false
	}
	if !s.isStruck(no) {
		s.do(second, casefile.ActStrike, 0, fields)
	}
	w.outstanding = slices.Delete(w.outstanding, i, i+1)
	s.goOn()
	return true
}

// officers are an act's author, and somebody who may strike it with them.
func (w *twoWorlds) officers(no int) (author, second string) {
	w.t.Helper()
	var row struct{ Person, Kind string }
	require.NoError(w.t, w.slips.Super.Get(&row, `select person, kind from command where case_ref = $1 and chain_n = $2`, w.slips.ref, no))
	seconds := map[casefile.House][]string{casefile.HomeOffice: {"douglas", "fiona"}, casefile.Councils: {"murdo", "agnes"}, casefile.Ministers: {"minister", "jean"}}
	house := casefile.Act(row.Kind).Rule().Roles[0].House()
	return row.Person, seconds[house][0]
}

// TestAsIfItHadNeverBeenDone: whatever is entered by mistake and struck, and whatever is
// done on the case meanwhile, the case is one in which it was never entered. Days that were
// shown may be later.
func TestAsIfItHadNeverBeenDone(t *testing.T) {
	o := newStaffed(t)
	var cases []*journey
	for seed := range uint64(histories) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			in := o.in(t)
			w := &twoWorlds{t: t, draw: rand.New(rand.NewPCG(seed, 15)), plain: in.family(t, nil), slips: in.family(t, nil)}
			defer func() {
				if t.Failed() {
					t.Logf("%q", w.log)
				}
			}()
			days := 0
			for range 24 {
				switch tasks := w.openInBoth(); {
				case w.pick(3) == 0:
					w.slip()
				case w.pick(4) == 0 && len(w.outstanding) > 0:
					w.strike(w.pick(len(w.outstanding)))
				case w.pick(6) == 0 && days < 3:
					days++
					w.both("a day passes", func(s *journey) { s.wait(1) })
				case w.pick(4) == 0 || len(tasks) == 0:
					x := w.always()
					w.both(string(x.act), func(s *journey) {
						s.confirming = true
						s.do(x.login, x.act, x.subject, x.fields)
						s.confirming = false
					})
				default:
					task := tasks[w.pick(len(tasks))]
					w.both("answer "+string(task.Kind), func(s *journey) { s.answer(task) })
				}
			}
			for len(w.outstanding) > 0 {
				struck := false
				for i := len(w.outstanding) - 1; i >= 0 && !struck; i-- {
					struck = w.strike(i)
				}
				require.True(t, struck, "each of the rest rests on another one: %v", w.outstanding)
			}
			w.slips.sameAs(w.plain.counts(), w.plain.dues())
			w.slips.t = t
			cases = append(cases, w.slips)
		})
	}
	soundAll(t, o, cases...)
}

// histories is how many histories the test draws.
const histories = 12
