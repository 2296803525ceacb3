package activities_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/policy"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// years are the years of one or more families to whom things happen in an order that nobody
// has thought of: usual answers, silence, and every event of docs/events.md.
type years struct {
	t    testing.TB
	o    *staffed
	draw *rand.Rand
	// files are the family's, and those that were merged with it or parted from it.
	files []*journey
	// known is everybody who was ever on a file.
	known map[string][]int
	// refusing says that the office refuses some of the family on the way to where the history begins.
	refusing bool
	log      []string
	*tally
}

// tally counts over all histories, so that the test shows that it tries what it says.
type tally struct {
	steps              int
	accepted, agreedTo map[casefile.Act]int
	refusals           int
}

// lives is how many histories the test draws; the variable HAME_LIVES draws more, from
// the seed HAME_SEED on.
func lives() (from, n uint64) {
	n = 3
	if v, err := strconv.ParseUint(os.Getenv("HAME_LIVES"), 10, 32); err == nil {
		n = v
	}
	from, _ = strconv.ParseUint(os.Getenv("HAME_SEED"), 10, 32)
	return from, n
}

// TestWhateverHappensOverTheYears: whatever happens to a family, in whatever order, nobody is
// lost, every open review has an owner and a next date, nothing ends and nobody is decided but
// by those who must agree, what is refused changes nothing, and a diligent office can bring
// each case to its end.
//
// Not drawn here: unlisted families, whose events open a review in the carrier's tests; imports
// and calendars that change meanwhile; post; letters that come back; clock hold, extensions and
// flags but where they end something; and the correction of a signed decision. The record is
// verified at the end of each history, and what is refused compared in one refusal of eight. That
// every event was accepted is required of a hundred histories and more.
func TestWhateverHappensOverTheYears(t *testing.T) {
	from, n := lives()
	o := newStaffed(t)
	for _, m := range onLoan {
		for _, was := range []casefile.Party{casefile.LeadProfessional, casefile.WelfareLead} {
			_, err := store.RevokeRole(t.Context(), o.Admin, m.Login, was)
			require.NoError(t, err)
		}
		_, err := store.GrantRole(t.Context(), o.Admin, m.Login, m.Role, "")
		require.NoError(t, err)
	}
	total := &tally{accepted: map[casefile.Act]int{}, agreedTo: map[casefile.Act]int{}}
	var cases []*journey
	for seed := from; seed < from+n; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := &years{t: t, o: o.in(t), draw: rand.New(rand.NewPCG(seed, 16)), known: map[string][]int{}, tally: total}
			defer func() {
				if t.Failed() {
					t.Logf("seed %d:\n%s", seed, strings.Join(w.log, "\n"))
				}
			}()
			w.begin()
			for range 45 {
				w.step()
				w.holds()
			}
			w.toTheEnd()
			for _, s := range w.files {
				s.t = t
			}
			soundAll(t, w.o, w.files...)
			cases = append(cases, w.files...)
		})
	}
	t.Logf("%d histories, %d files, %d steps, %d refusals; accepted %v; agreed to by a second officer %v",
		n, len(cases), total.steps, total.refusals, total.accepted, total.agreedTo)
	if n < 100 || t.Failed() {
		return
	}
	for _, rule := range casefile.Events() {
		require.NotZero(t, total.accepted[rule.Act], "%s was never accepted: the test does not show anything about it", rule.Act)
		if rule.TakesTwo() {
			require.NotZero(t, total.agreedTo[rule.Act], "%s was never agreed to", rule.Act)
		}
	}
}

func (w *years) pick(n int) int          { return w.draw.IntN(n) }
func (w *years) odds(one, in int) bool   { return w.draw.IntN(in) < one }
func (w *years) note(f string, a ...any) { w.log = append(w.log, fmt.Sprintf(f, a...)) }

func anyOf[T any](w *years, of ...T) T { return of[w.pick(len(of))] }

// must ends the history where something is not true that is to be.
func (w *years) must(is bool, words string, args ...any) {
	w.t.Helper()
	if !is {
		require.FailNow(w.t, fmt.Sprintf(words, args...))
	}
}

// begin imports the family, and often a second file of it.
func (w *years) begin() {
	w.files = append(w.files, w.family())
	if w.odds(2, 3) {
		w.files = append(w.files, w.family())
	}
	// Many histories begin late in the process, so that what comes after the signature is tried.
	until := anyOf(w, casefile.Listed, casefile.Evidence, casefile.Representation, casefile.Decision, casefile.Service, casefile.Service, casefile.Service)
	s := w.files[0]
	w.refusing = w.odds(2, 3)
	for range 60 {
		w.goOn(s)
		if s.review.HasOpened(until) {
			break
		}
		w.work(s, true)
	}
	w.refusing = false
	w.note("-- begins at %s", s.review.Stage)
}

func (w *years) family() *journey {
	s := w.o.family(w.t, func(f *casefile.Family) {
		f.People = nil
		rest := []casefile.Relationship{casefile.Spouse, casefile.Child, casefile.Child, casefile.Parent, casefile.Sibling}
		for i, r := range append([]casefile.Relationship{casefile.Principal}, rest[:w.pick(len(rest)+1)]...) {
			age := 20 + w.pick(50)
			if r == casefile.Child {
				age = w.pick(19)
			}
			f.People = append(f.People, practice.Member(f.Key, i+1, r, monday, age))
		}
		if w.odds(1, 4) {
			f.Representative = ""
		}
	})
	if len(w.files) > 0 {
		s.now = w.files[0].now
	}
	return s
}

// onLoan are officers, of councils from which no family comes here, whom the office has taken on for families with a wall between their files: who
// works on one side is given nothing on another, and a decision that is made anew takes two others.
var onLoan = func() (staff []store.StaffMember) {
	for _, island := range []string{"S12000013", "S12000023", "S12000027"} {
		for _, as := range [][2]casefile.Party{{casefile.LeadProfessional, casefile.DecisionMaker}, {casefile.WelfareLead, casefile.SecondOfficer}} {
			for _, login := range practice.CouncilLogins(island, as[0]) {
				staff = append(staff, store.StaffMember{Login: login, Person: login, Role: as[1]})
			}
		}
	}
	return staff
}()

// officers are those who hold a role that the act takes, in the order in which they are asked.
func (w *years) officers(s *journey, act casefile.Act) []string {
	rule := act.Rule()
	var logins []string
	for _, m := range slices.Concat(practice.Staff(), onLoan) {
		if m.Council != "" && m.Council != practice.Glasgow && m.Council != s.review.Council && m.Council != w.asked(s) {
			continue
		}
		if slices.Contains(rule.Roles, m.Role) || act == casefile.ActAgree && m.Role == casefile.SecondOfficer {
			logins = append(logins, m.Login)
		}
	}
	w.draw.Shuffle(len(logins), func(i, j int) { logins[i], logins[j] = logins[j], logins[i] })
	first := func(login string) int {
		return slices.Index([]string{"morag", "fiona", "ewan", "ailsa", "eilidh", "agnes", "kirsty"}, login)
	}
	if w.odds(3, 4) { // mostly the case's own officers
		slices.SortStableFunc(logins, func(a, b string) int { return cmp.Compare(first(b), first(a)) })
	}
	return logins
}

// asked is the council that is asked whether it takes the family over.
func (w *years) asked(s *journey) string {
	return testdb.Value[string](w.o, `select coalesce((select to_council from council_move where case_ref = $1 and result is null), '')`, s.ref)
}

func (w *years) text(s *journey, act casefile.Act, fields casefile.Fields) string {
	if r, joins := casefile.Joins(fields); joins {
		age := w.pick(60)
		if r == casefile.Child {
			age = w.pick(19)
		}
		text := fmt.Sprintf("given_names: Synthetic %d\nfamily_name: Joined\n", s.people())
		if act != casefile.ActBorn && w.odds(4, 5) {
			text += fmt.Sprintf("date_of_birth: %s\n", s.today().AddYears(-age).AddDays(-1))
		}
		return text
	}
	if act == casefile.ActRepresentativeChange {
		return "Other & Co\npost@other.example"
	}
	if act.Rule().NeedsText {
		return "SYNTHETIC: why and what."
	}
	return ""
}

// act has an officer do an act, who may do it if anybody may, and reports whether it was done.
// What is refused changes nothing.
func (w *years) act(s *journey, act casefile.Act, subject int, fields casefile.Fields) bool {
	w.t.Helper()
	return w.actOn(s, s.today(), act, subject, fields)
}

func (w *years) actOn(s *journey, on clock.Date, act casefile.Act, subject int, fields casefile.Fields) bool {
	w.t.Helper()
	for _, login := range w.officers(s, act) {
		if done, again := w.by(s, login, on, act, subject, fields); done || !again {
			return done
		}
	}
	return false
}

// by has one officer do it, and reports whether it was done, and else whether another officer
// might.
func (w *years) by(s *journey, login string, on clock.Date, act casefile.Act, subject int, fields casefile.Fields) (done, another bool) {
	w.t.Helper()
	c, err := desk.New(s.ref, act, subject, on, fields, w.text(s, act, fields))
	require.NoError(w.t, err, "%s %v", act, fields)
	if act.Rule().AskedBack() {
		c.Fields, err = casefile.Confirm(c.Fields)
		require.NoError(w.t, err)
	}
	who := fmt.Sprintf("%s %s: %s %s/%d %+v", s.ref, s.today(), login, act, subject, fields)
	switch err := s.desk(login).InsertCommand(w.t.Context(), c); {
	case store.IsKind(err, store.NotPermitted), store.IsKind(err, store.NotFound):
		return false, true
	case err != nil:
		w.note("%s: at the desk: %v", who, err)
		return false, false
	}
	var before record
	if w.odds(1, 8) {
		before = s.facts()
	}
	out, err := s.RecordAct(w.t.Context(), activities.RecordActParams{Case: s.ref, Command: c.ID, Act: c.Act.Rule().Wire(), Now: s.now})
	w.must(err == nil, "%s: %v", who, err)
	s.review = out.Review
	if out.Refused == nil {
		w.note("%s: done at %s", who, s.review.Stage)
		w.accepted[act]++
		return true, false
	}
	w.refusals++
	w.note("%s: %s %s", who, out.Refused.Code, out.Refused.Detail)
	if before != nil {
		s.unchanged(before)
	}
	return false, slices.Contains([]casefile.RefusalCode{casefile.RefusedFourEyes, casefile.RefusedRole}, out.Refused.Code)
}

// goOn opens what is due, as the review's workflow does.
func (w *years) goOn(s *journey) {
	w.t.Helper()
	for _, stage := range []casefile.Stage{casefile.Evidence, casefile.Representation, casefile.Decision, casefile.Service, casefile.Closed} {
		if s.review.Stage == casefile.Closed || s.review.HasOpened(stage) || !s.review.MayOpen(stage, s.now) {
			continue
		}
		if stage == casefile.Closed {
			require.NoError(w.t, w.o.Store.InTx(w.t.Context(), func(tx *store.Tx) error {
				unserved, err := tx.Unserved(w.t.Context(), s.ref)
				w.must(unserved == 0, "%s would be stuck: %d are not served, and nothing is open", s.ref, unserved)
				return err
			}))
		}
		s.open(stage)
		w.note("%s: %s opens", s.ref, stage)
	}
}

// passes lets time pass on every file, with each rung and threshold at its instant.
func (w *years) passes(days int) {
	w.t.Helper()
	w.note("-- %d days pass", days)
	for _, s := range w.files {
		until := s.now.AddDate(0, 0, days)
		for n := 0; ; n++ {
			w.must(n < 400, "%s: its timer fires again and again: %v", s.ref, s.openTasks())
			task, _ := s.review.Earliest()
			at, threshold, ok := s.review.Front()
			if !ok || at.After(until) || at.IsZero() || threshold && s.review.Stage == casefile.Closed {
				break
			}
			if at.After(s.now) {
				s.now = at.UTC()
			}
			var err error
			if threshold {
				s.review, err = s.ActOnThresholds(w.t.Context(), activities.ActOnThresholdsParams{Case: s.ref, Now: s.now})
			} else {
				s.review, err = s.ActOnRung(w.t.Context(), activities.ActOnRungParams{Case: s.ref, Kind: task.Kind, Subject: task.Subject, Rung: task.Next, Now: s.now})
			}
			w.must(err == nil, "%s: %v", s.ref, err)
			w.goOn(s)
		}
		s.now = until
	}
}

// step is one thing that happens.
func (w *years) step() {
	w.steps++
	s := anyOf(w, w.files...)
	switch w.pick(12) {
	case 0:
		w.passes(1 + w.pick(60))
	case 1:
		w.strike(s)
	case 2, 3, 4, 5, 6:
		w.event(s)
	default:
		w.work(s, false)
	}
	w.follow()
}

// follow is what the worker does after an act: it starts the reviews of new files, tells those
// of merged ones, and opens what is due.
func (w *years) follow() {
	w.t.Helper()
	for _, row := range testdb.List[struct {
		Ref string `db:"own_ref"`
		Of  string `db:"case_ref"`
	}](w.o, `select own_ref, case_ref from split where started_at is null`) {
		i := slices.IndexFunc(w.files, func(s *journey) bool { return s.ref == row.Of })
		if i >= 0 {
			w.starts(w.files[i], row.Ref)
		}
	}
	for _, s := range w.files {
		s.look()
		w.goOn(s)
	}
}

// starts opens the review of a file of people who parted, as the worker does. Behind a wall it
// names officers who do not work on the file that they left.
func (w *years) starts(of *journey, ref string) {
	toStart, err := w.o.Store.ReviewsToStart(w.t.Context())
	require.NoError(w.t, err)
	i := slices.IndexFunc(toStart, func(x store.ReviewToStart) bool { return x.New && x.Case == ref })
	w.must(i >= 0, "the review of %s is to be started", ref)
	o := *w.o
	o.Activities = &activities.Activities{Store: w.o.Store, Apart: toStart[i].Apart}
	own := &journey{staffed: &o, t: w.t, ref: ref, now: of.now, instead: of.instead}
	own.review, err = o.OpenReview(w.t.Context(), activities.OpenReviewParams{Case: ref, Lane: casefile.Legacy, Now: own.now})
	require.NoError(w.t, err)
	require.NoError(w.t, w.o.Store.ReviewStarted(w.t.Context(), ref))
	w.files = append(w.files, own)
	w.note("%s parts from %s", ref, of.ref)
	if !toStart[i].Apart {
		return
	}
	for _, role := range []casefile.Party{casefile.DecisionMaker, casefile.SecondOfficer, casefile.WelfareLead, casefile.LeadProfessional} {
		w.name(own, role)
	}
}

// name names two officers of a role for a file that only those who are named see: a decision may be
// made anew. It reports whether it named somebody.
func (w *years) name(s *journey, role casefile.Party) bool {
	named := 0
	for _, m := range slices.Concat(practice.Staff(), onLoan) {
		if m.Role != role || m.Council != "" && m.Council != practice.Glasgow {
			continue
		}
		if named < 2 && w.act(s, casefile.ActAssign, 0, &casefile.AssignFields{To: m.Login, Role: role}) {
			named++
		}
	}
	return named > 0
}

// holds requires what is true of every family at any time.
func (w *years) holds() {
	w.t.Helper()
	for _, s := range w.files {
		w.nobodyIsLost(s)
		w.everythingIsOwned(s)
	}
}

func (w *years) nobodyIsLost(s *journey) {
	w.t.Helper()
	numbers := testdb.List[int](w.o, `select no from person where case_ref = $1 order by no`, s.ref)
	w.known[s.ref] = numbers
	type unsigned struct{ What string }
	for _, x := range testdb.List[unsigned](w.o, `
		select 'person ' || no || ' is neither there nor has an end or an outcome' as what from person p where case_ref = $1
		  and not exists (select from present x where x.case_ref = p.case_ref and x.no = p.no)
		  and not exists (select from person_outcome x where x.case_ref = p.case_ref and x.person_no = p.no)
		union all
		select 'nobody leads the claim' where exists (select from present where case_ref = $1) and not exists
			(select from present x join person p using (case_ref, no) where case_ref = $1 and p.relationship = 'principal')
		union all
		select 'two lead the claim' where (select count(*) from person where case_ref = $1 and relationship = 'principal') > 1
		union all
		select 'the end of person ' || person_no || ' takes two, and one has agreed' from end_in_force where case_ref = $1
		  and outcome = any($2) and (second_by is null or second_by = first_by)
		  and not exists (select from person p where p.case_ref = $1 and p.no = person_no and p.joined_on is not null)
		union all
		select 'person ' || e.person_no || ' stands on another file, and on none' from end_in_force e where e.case_ref = $1
		  and e.outcome = 'ON_OWN_FILE' and not exists (select from split where case_ref = $1)
		  and not exists (select from file_merge where into_ref = $1)
		union all
		select 'the decision ' || no || ' refuses somebody, and one officer has signed it' from decision
		where case_ref = $1 and rollup <> 'ALL_GRANTED' and (second is null or second = author)`, s.ref, pq.Array(casefile.EndsByTwo)) {
		w.must(false, "%s: %s", s.ref, x.What)
	}
}

func (w *years) everythingIsOwned(s *journey) {
	w.t.Helper()
	var household casefile.Household
	require.NoError(w.t, w.o.Store.InTx(w.t.Context(), func(tx *store.Tx) (err error) {
		if household.Facts, err = tx.Review(w.t.Context(), s.ref); err == nil {
			household.People, err = tx.Household(w.t.Context(), s.ref)
		}
		return err
	}))
	f := household.Facts
	w.must(f.Stuck == "", "%s is stuck", s.ref)
	seen := map[casefile.TaskOf]bool{}
	hasNext := false
	for _, t := range f.Tasks {
		of := casefile.TaskOf{Kind: t.Kind, Subject: t.Subject}
		w.must(!seen[of], "%s: %v is asked for twice", s.ref, of)
		seen[of] = true
		w.must(t.Awaiting != "", "%s: %v is nobody's", s.ref, of)
		m, ok := household.Member(t.Subject)
		w.must(!t.Kind.IsPersonal() || t.Subject == 0 || ok && m.Present(), "%s: %v is asked about somebody who has left", s.ref, of)
		hasNext = hasNext || !t.Stopped()
	}
	names := func() []string { return s.openTasks() }
	if f.Stage == casefile.Closed {
		return
	}
	w.must(!f.Over || len(f.Tasks) > 0, "%s: nobody is left, nothing waits, and it is not closed", s.ref)
	w.must(len(f.Tasks) > 0, "%s: it is open at %s, and nobody has anything to do", s.ref, f.Stage)
	w.must(hasNext, "%s: it is open, and has no next date: %v", s.ref, names())
	if f.Over || f.Archived {
		return
	}
	leads := seen[casefile.TaskOf{Kind: casefile.TaskAgree}] || seen[casefile.TaskOf{Kind: casefile.TaskRequestCheck}] || seen[casefile.TaskOf{Kind: casefile.TaskPropose}]
	for of := range seen {
		leads = leads || of.Kind == casefile.TaskCheck
	}
	if f.HasOpened(casefile.Decision) && !f.Signed {
		w.must(leads, "%s waits for a decision, and no officer is asked for it: %v", s.ref, names())
	}
	if !f.HasOpened(casefile.Service) || !f.Signed {
		return
	}
	for _, m := range household.Present() {
		undecided := seen[casefile.TaskOf{Kind: casefile.TaskUndecided, Subject: m.No}]
		w.must(!m.Undecided() || undecided, "%s: person %d waits for a decision, and nobody is asked for it: %v", s.ref, m.No, names())
		served := seen[casefile.TaskOf{Kind: casefile.TaskServe}] || seen[casefile.TaskOf{Kind: casefile.TaskTraceToServe}]
		w.must(m.Undecided() || m.Served || served, "%s: person %d waits to be served, and nobody is asked to: %v", s.ref, m.No, names())
		w.must(m.Undecided() || !m.Served || !m.Decided.IsGrant() || m.Documented || seen[casefile.TaskOf{Kind: casefile.TaskStatus}],
			"%s: person %d waits for the document, and nobody is asked for it: %v", s.ref, m.No, names())
	}
}

// present are the numbers of those who are there.
func (w *years) present(s *journey) []int {
	return testdb.List[int](w.o, `select no from present where case_ref = $1 order by no`, s.ref)
}

// somebody is mostly one who is there, of everybody who was ever of the family.
func (w *years) somebody(s *journey) int {
	if there := w.present(s); len(there) > 0 && w.odds(5, 6) {
		return anyOf(w, there...)
	}
	return 1 + w.pick(s.people())
}

// work does something about an open task, in the usual way or another one; best only in the
// usual way.
func (w *years) work(s *journey, best bool) bool {
	w.t.Helper()
	tasks := slices.Clone(s.review.Tasks)
	w.draw.Shuffle(len(tasks), func(i, j int) { tasks[i], tasks[j] = tasks[j], tasks[i] })
	if best { // a proposal comes last: it waits for what else is open
		slices.SortStableFunc(tasks, func(a, b casefile.Task) int {
			rank := func(t casefile.Task) int {
				return slices.Index([]casefile.TaskKind{casefile.TaskPropose, casefile.TaskUndecided, casefile.TaskServe}, t.Kind)
			}
			return cmp.Compare(rank(a), rank(b))
		})
	}
	for _, t := range tasks {
		if w.answer(s, t, best) {
			w.goOn(s)
			return true
		}
	}
	return false
}

// answer does what is due about a task, and reports whether anything was done.
func (w *years) answer(s *journey, t casefile.Task, best bool) bool {
	w.t.Helper()
	yes := func(f string, g string) string {
		if best || w.odds(2, 3) {
			return f
		}
		return g
	}
	switch t.Kind {
	case casefile.TaskPropose:
		return w.decide(s, casefile.ActPropose, best) || s.Apart && w.name(s, casefile.DecisionMaker) // who was named may have been struck
	case casefile.TaskUndecided:
		return w.decide(s, casefile.ActRemake, best) || s.Apart && w.name(s, casefile.DecisionMaker)
	case casefile.TaskAgree:
		switch {
		case !best && w.odds(1, 6):
			return w.act(s, casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"law"}})
		case !best && w.odds(1, 8):
			return w.act(s, casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"})
		}
		return w.act(s, casefile.ActAgree, 0, s.agreement()) || best && w.act(s, casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"law"}})
	case casefile.TaskServe:
		w.send(s, `l.decision_no = (select max(no) from decision d where d.case_ref = l.case_ref)`)
		return w.act(s, casefile.ActRecordService, anyOf(w, 0, 0, w.somebody(s)), practice.Served()) || w.act(s, casefile.ActRecordService, 0, practice.Served())
	case casefile.TaskOpeningLetter, casefile.TaskTrace:
		return w.send(s, `l.kind = 'opening'`)
	case casefile.TaskTraceToServe:
		return w.send(s, `l.decision_no is not null`)
	case casefile.TaskHold:
		return w.endHold(s)
	case casefile.TaskConfirm:
		return w.second(s, t.Subject, yes(casefile.RequestAgreed, casefile.RequestRefused))
	case casefile.TaskSettleWithdrawal:
		if !best && w.odds(1, 2) {
			return w.act(s, casefile.ActDropWithdrawal, t.Subject, nil)
		}
		return w.twice(s, casefile.ActConfirmWithdrawal, t.Subject, &casefile.ConfirmWithdrawalFields{Children: casefile.ChildrenConsidered}, best) ||
			best && w.act(s, casefile.ActDropWithdrawal, t.Subject, nil)
	case casefile.TaskDeparture:
		if !best && w.odds(1, 2) {
			return w.act(s, casefile.ActDeparted, t.Subject, &casefile.DepartedFields{ShownBy: "carrier"})
		}
		return w.act(s, casefile.ActStays, t.Subject, nil)
	case casefile.TaskTraceMonthly, casefile.TaskTraceAgain:
		if best {
			return w.act(s, casefile.ActFound, 0, &casefile.FoundFields{How: "visit"})
		}
		return w.trace(s)
	case casefile.TaskReturn:
		if !best && w.odds(2, 3) {
			return w.returns(s, t.Subject)
		}
		return w.act(s, casefile.ActRemains, t.Subject, nil)
	case casefile.TaskAppeal:
		if w.odds(1, 3) {
			w.act(s, casefile.ActAppealHeard, t.Subject, nil)
		}
		return w.act(s, casefile.ActAppealEnded, t.Subject, ended(anyOf(w, casefile.AppealAllowed, casefile.AppealDismissed, casefile.AppealWithdrawn)))
	case casefile.TaskConsider:
		return w.act(s, casefile.ActConsider, t.Subject, considered(anyOf(w, casefile.SubmissionResults...)))
	case casefile.TaskAcceptMove:
		return w.act(s, casefile.ActAcceptMove, 0, nil) || w.act(s, casefile.ActMove, 0, &casefile.MoveFields{To: s.review.Council, Reason: "mistake"})
	case casefile.TaskTell:
		return w.act(s, casefile.ActContact, 0, &casefile.ContactFields{How: "visit"})
	case casefile.TaskReadPost:
		return w.act(s, casefile.ActReadPost, 0, &casefile.ItemFields{Item: t.Subject})
	case casefile.TaskFlag:
		return w.act(s, casefile.ActFlag, t.Subject, &casefile.FlagFields{Flag: casefile.FlagSeriousIllness, To: "off"})
	case casefile.TaskNewOwner, casefile.TaskAllocate:
		for _, to := range []string{"morag", "hamish", "isla", "callum"} {
			if w.act(s, casefile.ActAssign, 0, &casefile.AssignFields{To: to}) {
				return true
			}
		}
		return false
	case casefile.TaskAssignWelfare:
		for _, to := range practice.CouncilLogins(s.review.Council, casefile.LeadProfessional) {
			if w.act(s, casefile.ActAssignWelfare, t.Subject, &casefile.AssignReportFields{To: to}) {
				return true
			}
		}
		return best && w.act(s, casefile.ActWaive, t.Subject, &casefile.WaiveFields{Reason: "family_asks"})
	case casefile.TaskStrike:
		return w.settleStrike(s, t.Subject)
	}
	alone := testdb.Value[bool](w.o, `select representative = '' from family where case_ref = $1`, s.ref)
	m := practice.Manner{Officers: usual, Alone: alone, Represent: !best && w.odds(1, 3)}
	done := false
	for _, d := range m.Answer(t) {
		done = w.act(s, d.Act, d.Subject, d.On(practice.File{Today: s.today(), Revision: s.review.Revision, People: w.present(s)})) || done
	}
	return done
}

// send sends the last letter that is meant to each to whom it is due.
func (w *years) send(s *journey, which string) bool {
	no := testdb.Value[int](w.o, `select coalesce(max(no), 0) from letter l where case_ref = $1 and `+which, s.ref)
	if no == 0 {
		return false
	}
	done := w.act(s, casefile.ActLetterSent, no, &casefile.LetterFields{To: "family", By: "recorded_delivery"})
	if testdb.Value[bool](w.o, `select representative <> '' from family where case_ref = $1`, s.ref) {
		done = w.act(s, casefile.ActLetterSent, no, &casefile.LetterFields{To: "representative", By: "email"}) || done
	}
	if testdb.Value[bool](w.o, `select owed_to_former($1, $2)`, s.ref, no) {
		done = w.act(s, casefile.ActLetterSent, no, &casefile.LetterFields{To: casefile.FormerRepresentative, By: "email"}) || done
	}
	return done
}

// decide proposes an outcome for everybody who is there, and often has it agreed to.
func (w *years) decide(s *journey, act casefile.Act, best bool) bool {
	type row struct {
		No      int              `db:"no"`
		Outcome casefile.Outcome `db:"outcome"`
	}
	f := &casefile.ProposeFields{Reasons: practice.Findings(nil)}
	refuses := w.refusing || !best && w.odds(2, 3)
	var refused []int
	for _, p := range testdb.List[row](w.o, `
		select p.no, coalesce(o.outcome, '') as outcome from present p
		left join outcome_in_force o on o.case_ref = p.case_ref and o.person_no = p.no and o.fell_on is null
		where p.case_ref = $1 order by p.no`, s.ref) {
		switch {
		case p.Outcome != "" && act == casefile.ActRemake:
		case refuses && w.odds(2, 3):
			p.Outcome = casefile.RefusedUpheld
			refused = append(refused, p.No)
		default:
			p.Outcome = casefile.GrantILR
		}
		if !p.Outcome.IsGrant() {
			against := &f.Reasons[slices.Index(casefile.Factors, casefile.FactorConnections)]
			against.Finding, against.Evidence = casefile.FindingAgainst, nil
			if e := s.evidence(casefile.ProviderCommunity); e > 0 {
				against.Evidence = []int{e}
			} else if e := testdb.Value[int](w.o, `select coalesce(min(no), 0) from evidence where case_ref = $1`, s.ref); e > 0 {
				against.Evidence = []int{e}
			}
			if against.Evidence == nil {
				against.Finding = casefile.FindingNeutral
			}
		}
		f.Outcomes = append(f.Outcomes, casefile.ProposedOutcome{Person: p.No, Outcome: p.Outcome})
	}
	if len(f.Outcomes) == 0 {
		return false
	}
	for _, no := range refused {
		w.act(s, casefile.ActInterview, no, &casefile.InterviewFields{Adverse: "none"})
	}
	if len(refused) > 0 {
		w.act(s, casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
		w.act(s, casefile.ActContact, 0, &casefile.ContactFields{How: "representative"})
	}
	w.drawNext(s)
	f.Revision = s.review.Revision
	if !w.act(s, act, 0, f) {
		return false
	}
	if slices.ContainsFunc(s.review.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskAgree }) && (best || w.odds(4, 5)) {
		w.act(s, casefile.ActAgree, 0, s.agreement())
	}
	return true
}

// drawNext draws the case's next grant for a second officer, or does not.
func (w *years) drawNext(s *journey) {
	drawn := w.odds(1, 4)
	next := testdb.Value[int](w.o, `select 1 + coalesce(max(no), 0) from proposal where case_ref = $1`, s.ref)
	for i := 0; ; i++ {
		if key := fmt.Sprintf("key %d", i); policy.Sampled(key, s.ref, next) == drawn {
			w.o.Exec(`update programme set sampling_key = $1`, key)
			return
		}
	}
}

// endHold ends a hold in the way that its ground takes.
func (w *years) endHold(s *journey) bool {
	for _, h := range testdb.List[struct {
		Person int `db:"person_no"`
		Ground casefile.Ground
	}](w.o, `select person_no, ground from hold where case_ref = $1 and ended_on is null order by id`, s.ref) {
		switch h.Ground {
		case casefile.GroundDuplicate:
			other := testdb.Value[string](w.o, `select same_as from hold where case_ref = $1 and ground = 'duplicate' and ended_on is null limit 1`, s.ref)
			if w.finds(s, other, "different") {
				return true
			}
			continue
		case casefile.GroundCourt:
			if w.act(s, casefile.ActCourtEnd, h.Person, &casefile.CourtEndFields{Result: anyOf(w, casefile.CourtResults...)}) {
				return true
			}
		case casefile.GroundSubmissions:
			if w.act(s, casefile.ActConsider, h.Person, considered(anyOf(w, casefile.SubmissionResults...))) {
				return true
			}
		}
		if w.act(s, casefile.ActRelease, h.Person, &casefile.ReleaseFields{Ground: h.Ground, Reason: "settled"}) {
			return true
		}
		flag := map[casefile.Ground]casefile.Flag{casefile.GroundAgeDispute: casefile.FlagAgeDispute, casefile.GroundMedical: casefile.FlagSeriousIllness,
			casefile.GroundCourt: casefile.FlagJudicialReview, casefile.GroundSubmissions: casefile.FlagFurtherSubmissions}[h.Ground]
		if flag != "" && h.Person > 0 && w.act(s, casefile.ActFlag, h.Person, &casefile.FlagFields{Flag: flag, To: "off"}) {
			return true
		}
	}
	return false
}

// second has another officer answer a request.
func (w *years) second(s *journey, no int, finding string) bool {
	act := casefile.Act(testdb.Value[string](w.o, `select coalesce((select act from second_request where case_ref = $1 and no = $2), '')`, s.ref, no))
	if act == "" {
		return false
	}
	f := &casefile.ConfirmFields{Finding: finding}
	for _, login := range []string{"ailsa", "struan", "douglas", "fiona"} {
		done, another := w.by(s, login, s.today(), casefile.ActConfirm, no, f)
		if done && finding == casefile.RequestAgreed {
			w.agreedTo[act]++
		}
		if done || !another {
			if !done && finding == casefile.RequestAgreed { // it can't be done any more, and is refused
				return w.second(s, no, casefile.RequestRefused)
			}
			return done
		}
	}
	return false
}

// twice has two officers do an act that takes two; the second may be left out.
func (w *years) twice(s *journey, act casefile.Act, subject int, fields casefile.Fields, best bool) bool {
	if !w.act(s, act, subject, fields) {
		return false
	}
	if best || w.odds(4, 5) {
		w.second(s, s.request(), casefile.RequestAgreed)
	}
	return true
}

// trace takes the steps to find a family, and archives it after the time.
func (w *years) trace(s *journey) bool {
	if w.odds(1, 2) {
		return w.act(s, casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: anyOf(w, casefile.TraceSteps...), Result: "nothing"})
	}
	for _, step := range casefile.TraceSteps {
		if !w.act(s, casefile.ActTraceStep, 0, &casefile.TraceStepFields{Step: step, Result: "nothing"}) {
			return false
		}
	}
	w.passes(casefile.TracingDays)
	return w.twice(s, casefile.ActArchive, 0, nil, false)
}

// returns settles the return of somebody whose refusal is final.
func (w *years) returns(s *journey, person int) bool {
	switch w.pick(4) {
	case 0:
		return w.act(s, casefile.ActReturnStep, person, &casefile.ReturnStepFields{Step: anyOf(w, casefile.StepOffer, casefile.StepConference, casefile.StepPanel)})
	case 1:
		return w.act(s, casefile.ActDeparted, person, &casefile.DepartedFields{ShownBy: "border_stamp"})
	}
	w.act(s, casefile.ActReturnStep, person, &casefile.ReturnStepFields{Step: casefile.StepNotice})
	opens := s.today().AddDays(12)
	w.twice(s, casefile.ActOpenWindow, person, &casefile.WindowFields{OpensOn: opens, ClosesOn: opens.AddDays(14), FamilyAsks: casefile.Yes}, true)
	if w.odds(1, 4) {
		return w.act(s, casefile.ActCloseWindow, person, nil)
	}
	w.passes(15)
	return w.twice(s, casefile.ActRemoved, person, &casefile.DepartedFields{ShownBy: "embarkation_record"}, false)
}

// event is something that happens to the family, mostly in a stage that takes it.
func (w *years) event(s *journey) bool {
	all := casefile.Events()
	for range 3 {
		rule := anyOf(w, all...)
		if s.review.Allowed(rule.Act) != nil && !w.odds(1, 10) && !rule.Filed {
			continue
		}
		if w.happens(s, rule.Act) {
			return true
		}
	}
	return false
}

func (w *years) happens(s *journey, act casefile.Act) bool {
	person, principal := w.somebody(s), 0
	if w.odds(1, 5) {
		principal = w.somebody(s)
	}
	all := anyOf(w, 0, person, person)
	switch act {
	case casefile.ActBorn:
		return w.actOn(s, s.today().AddDays(-w.pick(20)), act, 0, &casefile.BornFields{ShownBy: "registrar", BornInScotland: casefile.Yes, Sex: casefile.Female})
	case casefile.ActJoined:
		return w.act(s, act, 0, &casefile.JoinedFields{Relationship: anyOf(w, casefile.Relationships[1:]...),
			Status: anyOf(w, casefile.NeedsLeave, casefile.NeedsLeave, casefile.IsBritish)})
	case casefile.ActDied:
		return w.odds(1, 2) && w.act(s, act, person, &casefile.DiedFields{ShownBy: "certificate", Principal: principal})
	case casefile.ActHasStatus:
		return w.twice(s, act, person, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport", Principal: principal}, false)
	case casefile.ActRecordError:
		return w.twice(s, act, person, &casefile.RecordErrorFields{Reason: "not_of_the_family", Principal: principal}, false)
	case casefile.ActHearWithdrawal:
		return w.act(s, act, person, &casefile.HearFields{Representative: anyOf(w, "present", "none"), Means: anyOf(w, casefile.Yes, casefile.Yes, casefile.No)})
	case casefile.ActAskWithdrawal:
		if !w.act(s, act, person, nil) {
			return false
		}
		if w.odds(1, 2) {
			w.act(s, casefile.ActHearWithdrawal, person, &casefile.HearFields{Representative: "present", Means: casefile.Yes})
		}
		return true
	case casefile.ActConfirmWithdrawal:
		return w.twice(s, act, person, &casefile.ConfirmWithdrawalFields{Children: casefile.ChildrenConsidered, Principal: principal}, false)
	case casefile.ActDropWithdrawal, casefile.ActAppealHeard, casefile.ActRemains, casefile.ActCloseWindow, casefile.ActSubmissions:
		return w.act(s, act, person, nil)
	case casefile.ActAskDeparture, casefile.ActStays:
		return w.act(s, act, all, nil)
	case casefile.ActDeparted:
		return w.act(s, act, all, &casefile.DepartedFields{ShownBy: "carrier"})
	case casefile.ActHandOver:
		return w.odds(1, 2) && w.twice(s, act, 0, &casefile.HandOverFields{To: "england", Sent: "whole_file"}, false)
	case casefile.ActReopen:
		return w.twice(s, act, all, &casefile.ReopenFields{Reason: anyOf(w, "error", "late_appeal", "person_found")}, false)
	case casefile.ActSplit:
		return w.parts(s)
	case casefile.ActMerge:
		return w.merges(s)
	case casefile.ActUnmerge:
		return w.unmerges(s)
	case casefile.ActLost:
		return w.act(s, act, 0, &casefile.LostFields{Reason: "no_answer"})
	case casefile.ActTraceStep, casefile.ActArchive:
		return w.trace(s)
	case casefile.ActFound:
		return w.act(s, act, 0, &casefile.FoundFields{How: "family_wrote"})
	case casefile.ActLodge, casefile.ActInterdict:
		return w.act(s, act, all, &casefile.CourtFields{At: "08:00"})
	case casefile.ActCourtEnd:
		return w.act(s, act, all, &casefile.CourtEndFields{Result: anyOf(w, casefile.CourtResults...)})
	case casefile.ActRepresentativeChange:
		return w.act(s, act, 0, &casefile.RepresentativeFields{ToldBy: "family"})
	case casefile.ActRepresentativeClosed:
		return w.act(s, act, 0, &casefile.RepresentativeClosedFields{Reason: "closed_down"})
	case casefile.ActMove:
		return w.act(s, act, 0, &casefile.MoveFields{To: anyOf(w, "S12000036", "S12000042", practice.Glasgow), Reason: "rehoused"})
	case casefile.ActAcceptMove:
		return w.act(s, act, 0, nil)
	case casefile.ActAppeal:
		return w.act(s, act, person, &casefile.AppealFields{Permission: anyOf(w, "", "granted")})
	case casefile.ActAppealEnded:
		return w.act(s, act, person, ended(anyOf(w, casefile.AppealAllowed, casefile.AppealDismissed, casefile.AppealWithdrawn)))
	case casefile.ActConsider:
		return w.act(s, act, person, considered(anyOf(w, casefile.SubmissionResults...)))
	case casefile.ActRemake:
		return w.decide(s, act, false)
	case casefile.ActReturnStep, casefile.ActOpenWindow, casefile.ActRemoved:
		return w.returns(s, person)
	}
	w.must(false, "%s is an event that nobody has thought of here", act)
	return false
}

// parts has some of those who are there part from the others.
func (w *years) parts(s *journey) bool {
	there := w.present(s)
	w.draw.Shuffle(len(there), func(i, j int) { there[i], there[j] = there[j], there[i] })
	if len(there) < 2 {
		return false
	}
	leave := make([]string, 1+w.pick(len(there)-1))
	for i := range leave {
		leave[i] = strconv.Itoa(there[i])
	}
	return w.twice(s, casefile.ActSplit, 0, &casefile.SplitFields{Persons: strings.Join(leave, ","),
		Reason: anyOf(w, casefile.SplitSeparation, casefile.SplitSeparation, casefile.SplitDomesticAbuse)}, false)
}

// merges makes one file of two, of which some people are the same.
func (w *years) merges(s *journey) bool {
	other := anyOf(w, w.files...)
	if other.ref == s.ref {
		return false
	}
	w.o.Exec(`insert into duplicate_candidate (a, b, why) values (least($1, $2), greatest($1, $2), 'home_office_ref') on conflict do nothing`, s.ref, other.ref)
	w.finds(s, other.ref, "same")
	mine, theirs := w.present(s), w.present(other)
	f := &casefile.MergeFields{Other: other.ref, As: anyOf(w, "", "sibling", "spouse")}
	for i := range min(len(mine), len(theirs)) {
		if i == 0 || w.odds(1, 2) {
			f.Pairs = append(f.Pairs, fmt.Sprintf("%d=%d", mine[i], theirs[i]))
		}
	}
	return w.twice(s, casefile.ActMerge, 0, f, false)
}

// finds has a caseworker find that two files are one family, or two.
func (w *years) finds(s *journey, other, finding string) bool {
	c, err := desk.New(s.ref, casefile.ActDuplicate, 0, s.today(), &casefile.DuplicateFields{Other: other, Finding: finding}, "")
	require.NoError(w.t, err)
	for _, login := range []string{"morag", "fiona", "douglas"} {
		if _, err = s.desk(login).ResolveDuplicate(w.t.Context(), c, s.today().AddDays(28)); err == nil {
			break
		}
	}
	w.note("%s and %s are found to be the %s family: %v", s.ref, other, finding, err)
	for _, x := range w.files {
		x.look()
	}
	return err == nil
}

func (w *years) unmerges(s *journey) bool {
	other := testdb.Value[string](w.o, `select coalesce((select max(other_ref) from file_merge where into_ref = $1), '')`, s.ref)
	return other != "" && w.twice(s, casefile.ActUnmerge, 0, &casefile.UnmergeFields{Other: other}, false)
}

// strike has an act struck that was done, by its author and another officer.
func (w *years) strike(s *journey) bool {
	acts := testdb.List[struct {
		No     int `db:"chain_n"`
		Person string
		Kind   casefile.Act
	}](w.o, `select c.chain_n, c.person, c.kind from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
		where c.case_ref = $1 and c.kind <> 'act.strike' order by c.chain_n desc limit 12`, s.ref)
	if len(acts) == 0 {
		return false
	}
	x := anyOf(w, acts...)
	f := &casefile.StrikeFields{Act: x.No, Reason: casefile.SlipWrongCase}
	done, _ := w.by(s, x.Person, s.today(), casefile.ActStrike, 0, f)
	if done && !s.isStruck(x.No) && w.odds(4, 5) {
		w.settleStrike(s, x.No)
	}
	return done
}

func (w *years) settleStrike(s *journey, no int) bool {
	for _, login := range w.officers(s, casefile.ActStrike) {
		if done, _ := w.by(s, login, s.today(), casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongCase}); done {
			return true
		}
	}
	stands := &casefile.StrikeFields{Act: no, Reason: casefile.SlipStands}
	for _, login := range w.officers(s, casefile.ActStrike) {
		if done, _ := w.by(s, login, s.today(), casefile.ActStrike, 0, stands); done {
			return true
		}
	}
	return false
}

// toTheEnd requires that a diligent office brings every case to its closing, whatever has
// happened: nothing is left that no act ends.
func (w *years) toTheEnd() {
	w.t.Helper()
	w.note("-- from here on the office is diligent")
	for range 120 {
		w.follow()
		open := slices.DeleteFunc(slices.Clone(w.files), func(s *journey) bool { return s.review.Stage == casefile.Closed })
		if len(open) == 0 {
			return
		}
		done := false
		for _, s := range open {
			for range 40 {
				if s.review.Stage == casefile.Closed || !w.work(s, true) {
					break
				}
				done = true
				w.follow()
			}
		}
		w.holds()
		if !done {
			w.passes(30)
		}
	}
	for _, s := range w.files {
		w.must(s.review.Stage == casefile.Closed, "%s can't come to its end: it is at %s, and awaits %v", s.ref, s.review.Stage, s.openTasks())
	}
}
