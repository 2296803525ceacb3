package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
)

// The tests of this file are the days of the people in the process, ordinary and
// bad ones, told as they type them.

// types runs a line of starter, with REF, A and the like replaced, and wants the
// exit code and, of what it prints, the words.
func (s *system) types(t *testing.T, refs map[string]string, code int, line string, words ...string) string {
	t.Helper()
	args := strings.Fields(line)
	for i, a := range args {
		name, rest, _ := strings.Cut(a, "/")
		if ref, ok := refs[name]; ok {
			args[i] = ref
			if rest != "" {
				args[i] += "/" + rest
			}
		}
	}
	out, errs, got := s.starter(t, args...)
	require.Equal(t, code, got, "%s\n%s%s", line, out, errs)
	for _, w := range words {
		require.Contains(t, out+errs, w, line)
	}
	return out
}

// says pipes a text into a line of starter, as free text never comes from a flag.
func (s *system) says(t *testing.T, refs map[string]string, text, line string) string {
	t.Helper()
	return s.types(t, refs, 0, line+" --file "+file(t, "text", text))
}

// tasks lists the open tasks of a case, as kind, subject and whom it awaits.
func (s *system) tasks(t *testing.T, ref string) []string {
	t.Helper()
	var tasks []string
	require.NoError(t, s.db.SQL(t, "hame_worker").Select(&tasks, `
		select kind || case when subject > 0 then '/' || subject else '' end || ' ' || awaiting from task
		where case_ref = $1 and closed_at is null order by kind, subject`, ref))
	return tasks
}

// families imports three families of Glasgow, A with a school child, B of two
// adults, C with a Home Office reference, and starts clearing the lane.
func (s *system) families(t *testing.T, change func(map[string]*casefile.Family)) map[string]string {
	t.Helper()
	today := clock.DateOf(time.Now())
	by := map[string]*casefile.Family{}
	for _, key := range []string{"A", "B", "C"} {
		f := practice.Family(key, today)
		by[key] = &f
	}
	by["B"].People = by["B"].People[:2]
	by["C"].People[0].HomeOfficeRef = "A1234567"
	if change != nil {
		change(by)
	}
	return s.db.Import(t, today, *by["A"], *by["B"], *by["C"])
}

// prepared takes a case past its listing.
func (s *system) prepared(t *testing.T, refs map[string]string, name string) {
	t.Helper()
	s.types(t, refs, 0, "--as fiona case assign "+name+" --to morag")
	s.types(t, refs, 0, "--as morag case reconcile "+name+" --paper-file found --record agrees")
	s.types(t, refs, 0, "--as morag case triage "+name+" --priority 3 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable no")
}

// TestTheMailroom: any item is recorded, its case known or not; it suggests
// families, whose expiries wait; it is linked, read, dismissed; what comes for an
// unlisted family opens its review (C1).
func TestTheMailroom(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.families(t, func(by map[string]*casefile.Family) {
		by["A"].People[2].GivenNames, by["A"].People[2].NameKey = "Deniz", backlog.NameKey("Kaya", "Deniz")
	})
	a := map[string]string{"A": refs["A"], "B": refs["B"], "C": refs["C"]}

	s.types(t, a, 0, "--as morag post receive --from family --file "+file(t, "said", "reference: A1234567\nnote: no name on it\n"), "item 1", refs["C"], "by reference")
	s.types(t, a, 0, "--as morag post receive --from school --file "+file(t, "said", "name: deniz KAYA\n"), "item 2", refs["A"], "by name")
	s.types(t, a, 0, "--as morag post receive --from unknown", "item 3", "no family is suggested")
	s.types(t, a, 0, "--as archie backlog status", "3 unlinked")
	s.types(t, a, 3, "--as morag post read 2", "belongs to no case yet")
	s.types(t, a, 2, "--as morag post receive --from pigeon", "must be one of")
	s.types(t, a, 4, "--as archie post receive --from family")

	// Linking an item opens the review of the unlisted family.
	s.types(t, a, 0, "--as morag post link 1 C", "listed")
	require.Equal(t, []string{"listed.allocate senior_caseworker", "listed.reconcile caseworker", "post.read/1 caseworker"}, s.tasks(t, refs["C"]))
	s.types(t, a, 3, "--as morag post link 1 A", "no unlinked item")
	s.types(t, a, 0, "--as morag post read 1")
	require.NotContains(t, s.tasks(t, refs["C"]), "post.read/1 caseworker")
	s.types(t, a, 3, "--as morag post read 1", "no unread item")
	s.types(t, a, 0, "--as morag post dismiss 3 --reason advertising")
	s.types(t, a, 3, "--as morag post dismiss 3 --reason advertising", "no item of post that waits")
	s.types(t, a, 0, "--as archie backlog status", "1 unlinked", "0 unread")
	s.types(t, a, 0, "--as morag post list", refs["A"], "1 item")
	s.types(t, a, 0, "--as morag post receive --case A --from family", "listed")
	s.types(t, a, 0, "--as una verify", "every invariant holds")
}

// TestFactsThatWereWrong: a correction keeps the old value, its reason and
// source; a person who turns out to be a child gets the protection of one; a
// later import that says otherwise opens a task a difference, and overwrites
// nothing by itself.
func TestFactsThatWereWrong(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.families(t, nil)
	s.types(t, refs, 0, "--as archie backlog start --capacity 5 --target 2031-11-23")
	s.listsToday(t)
	s.prepared(t, refs, "B")

	s.types(t, refs, 2, "--as morag case correct B/2 date_of_birth --reason misread --source passport")
	_, errs, code := s.starter(t, "--as", "morag", "case", "correct", refs["B"]+"/2", "date_of_birth", "--reason", "misread", "--source", "passport",
		"--file", file(t, "born", "2015-02-30"))
	require.NotZero(t, code)
	require.Contains(t, errs, "no such date")
	born := clock.DateOf(time.Now()).AddYears(-16).String()
	s.says(t, refs, born, "--as morag case correct B/2 date_of_birth --reason misread --source birth_certificate")
	require.Contains(t, s.tasks(t, refs["B"]), "welfare.assign/2 welfare_lead", "who turns out to be a child is seen as one")
	s.types(t, refs, 0, "--as morag case show B", "CORRECTED", born, "misread, by birth_certificate")
	s.types(t, refs, 0, "--as archie case show B", born)

	// The source sends the family again, with two facts changed and one more child.
	today := clock.DateOf(time.Now())
	again := practice.Family("B", today)
	again.Phone, again.People[0].Language = "0141 000 0000", "tr"
	_, err := s.db.As(t, "archie").Import(context.Background(), []casefile.Family{again}, "again", false, today, func() {})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return slices.Contains(s.tasks(t, refs["B"]), "file.difference/4 caseworker") }, time.Minute, 200*time.Millisecond, "the worker takes stock")
	var file struct {
		Differences []struct {
			No    int    `json:"no"`
			Field string `json:"field"`
		} `json:"differences"`
	}
	s.decode(t, &file, "--as", "morag", "case", "show", refs["B"])
	numbers := map[string]int{}
	for _, d := range file.Differences {
		numbers[d.Field] = d.No
		require.Contains(t, s.tasks(t, refs["B"]), fmt.Sprintf("file.difference/%d caseworker", d.No))
	}
	require.Len(t, numbers, 4, "%v", numbers) // phone, language, the birth date as the source still has it, the child
	s.types(t, refs, 0, fmt.Sprintf("--as morag case difference B %d --accepted", numbers["phone"]))
	s.types(t, refs, 0, fmt.Sprintf("--as morag case difference B %d --rejected", numbers["date_of_birth"]))
	s.types(t, refs, 0, fmt.Sprintf("--as morag case difference B %d --accepted", numbers["person_added"]))
	require.Contains(t, s.tasks(t, refs["B"]), "welfare.assign/3 welfare_lead")
	s.types(t, refs, 3, fmt.Sprintf("--as morag case difference B %d --accepted", numbers["phone"]), "no difference of this number")
	s.types(t, refs, 0, fmt.Sprintf("--as morag case difference B %d --rejected", numbers["language"]))
	s.types(t, refs, 0, "--as morag case show B", "0141 000 0000", "/3 child")
	_, err = s.db.As(t, "archie").Import(context.Background(), []casefile.Family{again}, "again", false, today, func() {})
	require.NoError(t, err)
	require.Zero(t, s.open(t, refs["B"]), "what was settled is not asked again")
	s.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// open counts the differences of a case that nobody has settled.
func (s *system) open(t *testing.T, ref string) int {
	t.Helper()
	var n int
	require.NoError(t, s.db.SQL(t, "hame_worker").Get(&n, `select count(*) from import_difference where case_ref = $1 and finding is null`, ref))
	return n
}

// TestLettersThatGoAstray: the second letter that comes back from the family
// stops its clock and opens a task; a letter that arrives starts it anew.
func TestLettersThatGoAstray(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.families(t, func(by map[string]*casefile.Family) { by["B"].Representative = "" })
	s.types(t, refs, 0, "--as archie backlog start --capacity 5 --target 2031-11-23")
	s.listsToday(t)
	s.prepared(t, refs, "B")
	s.types(t, refs, 3, "--as morag letter returned B/1 --to family --reason gone_away", "under way")
	s.types(t, refs, 0, "--as morag letter sent B/1 --to family --by post")
	require.Contains(t, s.tasks(t, refs["B"]), "evidence.questionnaire family")
	s.types(t, refs, 0, "--as morag letter returned B/1 --to family --reason gone_away")
	require.Contains(t, s.tasks(t, refs["B"]), "evidence.questionnaire family", "one letter does not stop it")
	require.Contains(t, s.tasks(t, refs["B"]), "evidence.letter caseworker", "it is sent again")
	s.types(t, refs, 0, "--as morag letter sent B/2 --to family --by post")
	s.types(t, refs, 0, "--as morag letter returned B/2 --to family --reason no_such_address")
	require.NotContains(t, s.tasks(t, refs["B"]), "evidence.questionnaire family", "two do")
	require.Contains(t, s.tasks(t, refs["B"]), "evidence.trace caseworker")
	s.says(t, refs, "2 New Street", "--as morag case correct B address --reason changed --source provider")
	s.types(t, refs, 0, "--as morag letter sent B/3 --to family --by recorded_delivery")
	s.types(t, refs, 0, "--as morag letter delivered B/3 --to family")
	require.Contains(t, s.tasks(t, refs["B"]), "evidence.questionnaire family", "its clock starts anew")
	require.NotContains(t, s.tasks(t, refs["B"]), "evidence.trace caseworker")
	s.types(t, refs, 3, "--as morag letter returned B/3 --to family --reason refused", "under way")
	s.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// TestFlagsAndHolds: an imported public_harm is an allegation that two officers
// confirm or clear; court, age dispute and child protection hold a refusal; a
// concern for a child holds at once, and says whom to ring.
func TestFlagsAndHolds(t *testing.T) {
	s := newSystem(t)
	s.env = append(s.env, "HAME_CHILD_PROTECTION_NUMBERS=S12000049:0141 287 0555")
	s.startWorker(t)
	refs := s.families(t, func(by map[string]*casefile.Family) {
		by["A"].People[0].Flags = []casefile.Flag{casefile.FlagPublicHarm, casefile.FlagJudicialReview}
	})
	s.types(t, refs, 0, "--as archie backlog start --capacity 5 --target 2031-11-23")
	s.listsToday(t)
	require.Eventually(t, func() bool { return len(s.tasks(t, refs["A"])) == 4 }, time.Minute, 100*time.Millisecond)
	require.Equal(t, []string{"flag.review/1 senior_caseworker", "hold.review senior_caseworker", "listed.allocate senior_caseworker", "listed.reconcile caseworker"}, s.tasks(t, refs["A"]))
	s.types(t, refs, 0, "--as fiona case flag A/1 public_harm on")
	s.types(t, refs, 3, "--as fiona case flag A/1 public_harm on", "four_eyes")
	s.types(t, refs, 0, "--as fiona case show A", "ASKED FOR", "public_harm on by fiona")
	s.types(t, refs, 0, "--as douglas case flag A/1 public_harm on")
	s.types(t, refs, 0, "--as fiona case show A", "confirmed", "priority 1")
	require.NotContains(t, s.tasks(t, refs["A"]), "flag.review/1 senior_caseworker")
	s.types(t, refs, 0, "--as fiona case flag A/1 judicial_review off")
	require.NotContains(t, s.tasks(t, refs["A"]), "hold.review senior_caseworker")
	s.types(t, refs, 4, "--as morag case flag A/1 public_harm off")
	s.types(t, refs, 2, "--as fiona case flag A/1 rude on", "must be one of")

	s.types(t, refs, 0, "--as eilidh welfare concern A/3", "0141 287 0555")
	require.Contains(t, s.tasks(t, refs["A"]), "hold.review senior_caseworker")
	s.types(t, refs, 0, "--as fiona case show A", "child_protection since")
	s.types(t, refs, 5, "--as city_of_edinburgh_lead welfare concern A/3", "no such case")
	s.types(t, refs, 0, "--as fiona case flag A/3 child_protection off")
	require.NotContains(t, s.tasks(t, refs["A"]), "hold.review senior_caseworker")
	s.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// TestBringingForward: a senior caseworker brings a family forward, never back,
// and the order of listing says why.
func TestBringingForward(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	today := clock.DateOf(time.Now())
	refs := s.families(t, func(by map[string]*casefile.Family) {
		by["A"].People[2].BirthDate = clock.Partial(today.AddYears(-18).AddMonths(4)) // 18 in four months
	})
	out := s.types(t, refs, 0, "--as archie backlog order", "ageing_out")
	require.Less(t, strings.Index(out, refs["A"]), strings.Index(out, refs["B"]), "a child near 18 comes first")
	s.types(t, refs, 4, "--as morag backlog order")
	later := today.AddDays(30).String()
	s.types(t, refs, 0, "--as fiona case open B --on "+later+" --reason linked_family", "listed")
	s.types(t, refs, 3, "--as fiona case open B --on "+today.AddDays(40).String()+" --reason linked_family", "never put back")
	s.prepared(t, refs, "B")
	s.types(t, refs, 0, "--as morag case show B", "listed", later)
	s.types(t, refs, 0, "--as fiona case open B --reason safeguarding", "evidence")
	s.types(t, refs, 3, "--as fiona case open B --reason safeguarding", "too_late")
	s.types(t, refs, 4, "--as morag case open A --reason illness")
	out = s.types(t, refs, 0, "--as una backlog order")
	require.NotContains(t, out, refs["B"])
}

// TestDuplicates: two files that may be one family are held from listing until a
// caseworker has said; the second file of one family is then held, with a date.
func TestDuplicates(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.families(t, func(by map[string]*casefile.Family) {
		by["A"].People[0].HomeOfficeRef, by["B"].People[0].HomeOfficeRef, by["C"].People[0].HomeOfficeRef = "A7654321", "A7654321", "A7654321"
		by["B"].People[0].ClaimDate = clock.Partial(clock.NewDate(2001, time.May, 2))
	})
	s.types(t, refs, 0, "--as morag duplicate list", "3 pairs", "home_office_ref")
	s.types(t, refs, 0, "--as archie backlog start --capacity 5 --target 2031-11-23")
	s.listsToday(t)
	s.types(t, refs, 0, "--as archie backlog status", "3 pairs to be resolved", "(3 held back as possible duplicates)")
	s.types(t, refs, 0, "--as morag duplicate resolve A B --same", refs["A"]+" is held")
	s.types(t, refs, 0, "--as morag duplicate resolve B C --different", "two families")
	s.types(t, refs, 3, "--as morag duplicate resolve B C --different", "no open pair")
	s.types(t, refs, 0, "--as morag duplicate resolve C A --different")
	s.types(t, refs, 0, "--as morag duplicate list", refs["A"]+" is held: case merge")
	out := s.types(t, refs, 0, "--as archie backlog order")
	require.NotContains(t, out, refs["A"], "a held file is not drawn")
	require.Contains(t, out, refs["B"])
	require.Contains(t, out, refs["C"])
	s.types(t, refs, 0, "--as archie backlog status", "1 second file held")
	s.types(t, refs, 0, "--as una verify", "every invariant holds")
}

// TestWhenSomebodyElseBreaksIt: a review that was terminated behind Hame's back
// is found by verify and restarted from its record; a cancellation has no effect
// and is found too.
func TestWhenSomebodyElseBreaksIt(t *testing.T) {
	s := newSystem(t)
	w := s.startWorker(t)
	refs := s.families(t, nil)
	s.types(t, refs, 0, "--as archie backlog start --capacity 5 --target 2031-11-23")
	s.listsToday(t)
	s.prepared(t, refs, "A")
	s.types(t, refs, 3, "--as archie case recover A", "runs well")
	before := s.tasks(t, refs["A"])
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), refs["A"], "", "somebody else"))
	out := s.types(t, refs, 1, "--as una verify", refs["A"], "case recover")
	require.NotContains(t, out, refs["B"])
	s.types(t, refs, 7, "--as morag contact record A --how phone", "saved")
	s.types(t, refs, 4, "--as morag case recover A")
	s.types(t, refs, 0, "--as archie case recover A", "evidence")
	require.Equal(t, before, s.tasks(t, refs["A"]))
	require.Eventually(t, func() bool { _, _, code := s.starter(t, "--as", "una", "verify"); return code == 0 }, 2*time.Minute, time.Second, "the saved act is delivered, and all is well")
	s.types(t, refs, 0, "--as morag letter sent A/1 --to family --by post")

	require.NoError(t, s.client.CancelWorkflow(t.Context(), refs["B"], ""))
	require.Eventually(t, func() bool { _, _, code := s.starter(t, "--as", "una", "verify"); return code == 1 }, time.Minute, 500*time.Millisecond)
	s.types(t, refs, 1, "--as una verify", refs["B"], "cancel")
	s.types(t, refs, 0, "--as archie case recover B", "listed")
	require.Eventually(t, func() bool { _, _, code := s.starter(t, "--as", "una", "verify"); return code == 0 }, time.Minute, 500*time.Millisecond)
	_, err := s.client.QueryWorkflow(t.Context(), refs["B"], "", "review")
	require.NoError(t, err)

	// The record stands where its copy stood: a task is open that the review saw done.
	db := s.db.SQL(t, "postgres")
	db.MustExec(`update task set closed_at = null, attested_on = null, answered_at = null, result = null, next_rung = 'due', next_no = 0, next_at = business_now() - interval '2 hours'
		where id = (select max(id) from task where case_ref = $1 and kind = 'evidence.letter')`, refs["A"])
	s.types(t, refs, 1, "--as una verify", refs["A"], "due of evidence.letter was to act at")
	s.types(t, refs, 0, "--as archie case recover A")
	require.Eventually(t, func() bool {
		var acted int
		return db.Get(&acted, `select count(*) from rung join task on task.id = task_id where case_ref = $1 and task.kind = 'evidence.letter' and rung.kind = 'due'`, refs["A"]) == nil && acted == 1
	}, time.Minute, 100*time.Millisecond, "its rung acts after all")
	s.types(t, refs, 0, "--as una verify", "every invariant holds")
	s.types(t, refs, 3, "--as archie case recover A", "runs well")

	require.NoError(t, w.stop(t, syscall.SIGTERM))
	s.types(t, refs, 7, "--as archie case recover A", "no worker has answered")
}
