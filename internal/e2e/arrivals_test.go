package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// The states in which something can arrive for a family.
var states = []string{"unlisted", "listed", "evidence", "stuck", "closed"}

// ownAct is why what tells of an event in a family can be refused.
const ownAct = "an officer finds it, and that waits until operations have freed the review; on a closed case what told of it is filed"

// arrivals is what can arrive, and what becomes of it in each of the states.
// "Receiving never fails" (process.md, Stages): where a cell refuses what is
// received, the reason stands beside it.
var arrivals = []struct {
	move
	// before is what must have happened for the act to make sense, where it can have.
	before func(*testing.T, *office, string, string) casefile.Fields
	became [5]string // in the order of states
	why    string
}{
	{move: move{"morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: "gp", Result: "complete"}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "family"}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActLinkPost, 0, nil}, before: anItem,
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActReadPost, 0, nil}, before: aLinkedItem,
		became: [5]string{"refused nothing_open", "accepted", "accepted", "accepted", "filed"},
		why:    "an item that is linked to an unlisted family has opened its review; here there is none to read, and trying opens it too"},
	{move: move{"eilidh", casefile.ActConcern, 3, nil},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActLetterDelivered, 1, &casefile.DeliveredFields{To: "family"}}, before: aLetter,
		became: [5]string{"refused unlisted", "refused nothing_open", "accepted", "accepted", "filed"},
		why:    "nobody has written to an unlisted family, and until the listing date the opening letter does not exist: no letter was ever sent"},
	{move: move{"morag", casefile.ActLetterReturned, 1, &casefile.ReturnedFields{To: "family", Reason: "gone_away"}}, before: aLetter,
		became: [5]string{"refused unlisted", "refused nothing_open", "accepted", "accepted", "filed"},
		why:    "the same: no letter was ever sent"},
	{move: move{"morag", casefile.ActAppeal, 1, nil},
		became: [5]string{"refused unlisted", "refused too_early", "refused too_early", "refused too_early", "filed"},
		why:    "nobody appeals against a decision that was not made; one who seems to have is post, which is taken in"},
	{move: move{"morag", casefile.ActCorrect, 0, &casefile.CorrectFields{Field: "address", Reason: "changed", Source: "letter"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "filed"},
		why:    "a correction is an officer's own act and waits until operations have freed the review; the letter that says so is taken in"},
	{move: move{"morag", casefile.ActDifference, 1, &casefile.DifferenceFields{Finding: "rejected"}}, before: aDifference,
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"},
		why:    "a difference is an officer's own act; on a closed case a senior caseworker reads what has come"},
	{move: move{"fiona", casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagSeriousIllness, To: "on"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"},
		why:    "a flag is a senior caseworker's own act; on a closed case it would protect nobody, and what told of it is filed"},
	{move: move{"morag", casefile.ActLodge, 0, &casefile.CourtFields{}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActInterdict, 0, &casefile.CourtFields{At: "00:00"}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActCourtEnd, 0, &casefile.CourtEndFields{Result: casefile.CourtDismissed}}, before: somethingLodged,
		became: [5]string{"refused unlisted", "accepted", "accepted", "accepted", "filed"},
		why:    "what was lodged for an unlisted family has opened its review; here nothing was"},
	{move: move{"morag", casefile.ActRepresentativeChange, 0, &casefile.RepresentativeFields{ToldBy: "family"}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"morag", casefile.ActRepresentativeClosed, 0, &casefile.RepresentativeClosedFields{Reason: "closed_down"}},
		became: [5]string{"refused nothing_open", "refused nothing_open", "refused nothing_open", "refused nothing_open", "filed"},
		why:    "these families have no representative whose firm could close down"},
	{move: move{"morag", casefile.ActMove, 0, &casefile.MoveFields{To: "S12000036", Reason: "rehoused"}},
		became: [5]string{"accepted", "accepted", "accepted", "accepted", "filed"}},
	{move: move{"fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: clock.DateOf(time.Now()).AddDays(30)}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"},
		why:    "a hold is a senior caseworker's own act; on a closed case nothing runs that it could stop, and what told of it is filed"},
	{move: move{"morag", casefile.ActSubmissions, 1, nil},
		became: [5]string{"refused unlisted", "refused too_early", "refused too_early", "refused too_early", "refused no_such_subject"},
		why:    "before a refusal it is evidence, which is taken in; here nobody was refused"},
	{move: move{"ewan", casefile.ActConsider, 1, &casefile.ConsiderFields{Result: casefile.SubmissionRejected}},
		became: [5]string{"refused unlisted", "refused too_early", "refused too_early", "refused too_early", "refused nothing_open"},
		why:    "nothing was submitted"},
	{move: move{"morag", casefile.ActBorn, 0, &casefile.BornFields{ShownBy: "hospital", BornInScotland: casefile.Yes, Sex: casefile.Female}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "filed"}, why: ownAct},
	{move: move{"morag", casefile.ActJoined, 0, &casefile.JoinedFields{Relationship: casefile.OtherDependant, Status: casefile.NeedsLeave}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "filed"}, why: ownAct},
	{move: move{"morag", casefile.ActDied, 1, &casefile.DiedFields{ShownBy: "police"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "filed"}, why: ownAct},
	{move: move{"morag", casefile.ActHasStatus, 2, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"}, why: ownAct},
	{move: move{"morag", casefile.ActRecordError, 2, &casefile.RecordErrorFields{Reason: "no_such_person"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"}, why: ownAct},
	{move: move{"morag", casefile.ActAskWithdrawal, 2, nil},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "filed"}, why: ownAct},
	{move: move{"morag", casefile.ActAskDeparture, 2, nil},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "filed"}, why: ownAct},
	{move: move{"morag", casefile.ActDeparted, 2, &casefile.DepartedFields{ShownBy: "border_stamp"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "filed"}, why: ownAct},
	{move: move{"morag", casefile.ActLost, 0, &casefile.LostFields{Reason: "no_answer"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"}, why: ownAct},
	{move: move{"fiona", casefile.ActHandOver, 0, &casefile.HandOverFields{To: "wales", Sent: "summary"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"}, why: ownAct},
	{move: move{"fiona", casefile.ActSplit, 0, &casefile.SplitFields{Persons: "2", Reason: "separation"}},
		became: [5]string{"accepted", "accepted", "accepted", "refused stuck", "refused closed"}, why: ownAct},
	{move: move{"fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "illness", ListingDate: clock.DateOf(time.Now())}},
		became: [5]string{"accepted", "accepted", "refused too_late", "refused too_late", "refused closed"},
		why:    "what is at evidence has been listed"},
}

// anItem is an item of which no case is known.
func anItem(t *testing.T, o *office, _, _ string) casefile.Fields {
	no, err := o.desk("morag").ReceivePost(t.Context(), clock.DateOf(time.Now()), &casefile.PostFields{From: "school"}, store.PostSays{}, "", false)
	require.NoError(t, err)
	return &casefile.ItemFields{Item: no}
}

// aLinkedItem is one that came for the case, where it can have come without opening its review.
func aLinkedItem(t *testing.T, o *office, ref, state string) casefile.Fields {
	if state == "unlisted" {
		return &casefile.ItemFields{Item: 999999}
	}
	became, _ := o.tries(t, ref, move{"morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "school"}})
	require.Contains(t, []string{"accepted", "filed"}, became)
	var no int
	require.NoError(t, o.db.SQL(t, "hame_worker").Get(&no, `select no from post_item where case_ref = $1`, ref))
	return &casefile.ItemFields{Item: no}
}

// aDifference is one that a later import has found.
func aDifference(t *testing.T, o *office, ref, state string) casefile.Fields {
	if state != "closed" {
		_, err := o.db.SQL(t, "postgres").Exec(`insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
			select $1, 1, id, 0, 'phone', '', '1', current_date from import_batch limit 1`, ref)
		require.NoError(t, err)
	}
	return nil
}

// somethingLodged is a judicial review, where recording it does not open the review.
func somethingLodged(t *testing.T, o *office, ref, state string) casefile.Fields {
	if state != "unlisted" {
		became, _ := o.tries(t, ref, move{"morag", casefile.ActLodge, 0, &casefile.CourtFields{}})
		require.Contains(t, []string{"accepted", "filed"}, became)
	}
	return nil
}

// aLetter has the opening letter sent, where there is one.
func aLetter(t *testing.T, o *office, ref, state string) casefile.Fields {
	if state == "evidence" || state == "stuck" {
		o.does(t, ref, writes)
	}
	return nil
}

// TestWhateverArrivesIsTaken: each kind of thing that arrives, for a family in
// each of the states in which it may find it, has an act on record with an
// outcome; what is received is never refused where it makes sense. An arrival
// opens the review of an unlisted family; for a closed one it is filed, and
// exactly one task awaits the senior caseworker, who closes it when all post is
// read (C1, process.md, Stages).
func TestWhateverArrivesIsTaken(t *testing.T) {
	o := newOffice(t)
	today := clock.DateOf(time.Now())
	var families []casefile.Family
	key := func(act casefile.Act, state string) string { return string(act) + " " + state }
	tabled := map[casefile.Act]bool{}
	for _, a := range arrivals {
		tabled[a.act] = true
		for _, state := range states {
			f := practice.Family(key(a.act, state), today)
			f.Representative, f.Support = "", casefile.SupportNone
			for i := range f.People { // no two families alike
				f.People[i].FamilyName = key(a.act, state)
				f.People[i].NameKey = fmt.Sprintf("%s %d", strings.ReplaceAll(key(a.act, state), ".", " "), i)
			}
			families = append(families, f)
		}
	}
	for _, rule := range casefile.ActRules {
		if slices.Contains([]casefile.Act{casefile.ActStrike, casefile.ActBreach, casefile.ActReopen, casefile.ActConfirm, casefile.ActMerge}, rule.Act) {
			continue // taken on a closed case for a wrong link or to reopen it, or about another file: no arrival
		}
		if rule.Receives || rule.OpensReview || rule.Filed {
			require.True(t, tabled[rule.Act], "%s arrives, and is not in the table", rule.Act)
		}
	}
	refs := o.db.Import(t, today, families...)
	admin := o.db.SQL(t, "postgres")

	t.Run("cells", func(t *testing.T) {
		for _, a := range arrivals {
			for i, state := range states {
				t.Run(key(a.act, state), func(t *testing.T) {
					t.Parallel()
					ref, m := refs[key(a.act, state)], a.move
					switch state {
					case "listed":
						o.does(t, ref, toListing()...)
					case "evidence", "stuck":
						o.does(t, ref, toEvidence()...)
					case "closed":
						o.closed(t, ref)
					}
					if a.before != nil {
						if fields := a.before(t, o, ref, state); fields != nil {
							m.fields = fields
						}
					}
					if state == "stuck" {
						_, err := admin.Exec(`update review set stuck = 'OpenStage' where case_ref = $1`, ref)
						require.NoError(t, err)
					}
					became, receipt := o.tries(t, ref, m)
					require.Equal(t, a.became[i], became, "%s; %v", a.why, receipt.Refused)
					if strings.HasPrefix(became, "refused") {
						require.NotEmpty(t, a.why, "a refusal is justified")
					}
					opened := o.count(t, `select count(*) from review where case_ref = $1`, ref) == 1
					require.Equal(t, state != "unlisted" || m.act.Rule().OpensReview, opened)
					if state == "closed" {
						o.settles(t, ref, became)
					}
				})
			}
		}
	})
	breaches, err := o.desk("una").Store.Verify(t.Context())
	require.NoError(t, err)
	// The stuck ones were made stuck here, the closed ones closed by hand, and differences put
	// there that no import found: on a slow machine the import is long over.
	breaches = slices.DeleteFunc(breaches, func(b store.Breach) bool {
		return strings.HasPrefix(b.Detail, "stuck: ") || b.Detail == "at closed without a decision" || b.Rule == "served before closed" ||
			strings.Contains(b.Detail, "of an import waits")
	})
	require.Empty(t, breaches)
	require.Zero(t, o.count(t, `select count(*) from command c left join command_outcome o on o.command_id = c.id where o.command_id is null`), "each act has its outcome")
}

// settles wants the one task of a closed case for which something was filed, and
// closes it as its officers do.
func (o *office) settles(t *testing.T, ref, became string) {
	t.Helper()
	// What stands at the court holds a closed case too, and the hold is reviewed beside what arrived.
	open := func() []string {
		return slices.DeleteFunc(o.tasks(t, ref), func(task string) bool { return strings.HasPrefix(task, "hold.review ") })
	}
	settle := func() error {
		c, err := desk.New(ref, casefile.ActArrival, 0, clock.DateOf(time.Now()), &casefile.ArrivalFields{Finding: "no_change"}, "")
		require.NoError(t, err)
		return o.desk("fiona").Store.SettleArrival(t.Context(), c)
	}
	refused := func(code casefile.RefusalCode) {
		t.Helper()
		r, ok := casefile.AsRefusal(settle())
		require.True(t, ok)
		require.Equal(t, code, r.Code)
	}
	if became != "filed" {
		require.Empty(t, open())
		refused(casefile.RefusedNothingOpen)
		return
	}
	require.Equal(t, []string{"closed.arrival senior_caseworker"}, open())
	again, _ := o.tries(t, ref, usual(casefile.TaskGP, 0)[0])
	require.Equal(t, "filed", again)
	require.Equal(t, []string{"closed.arrival senior_caseworker"}, open(), "one task, however much arrives")
	var unread []int
	require.NoError(t, o.db.SQL(t, "hame_worker").Select(&unread, `select no from post_item where case_ref = $1 and read_on is null`, ref))
	for _, no := range unread {
		refused(casefile.RefusedTooEarly)
		read, _ := o.tries(t, ref, move{"morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: no}})
		require.Equal(t, "filed", read)
		require.Equal(t, []string{"closed.arrival senior_caseworker"}, open())
	}
	require.NoError(t, settle())
	require.Empty(t, open())
	refused(casefile.RefusedNothingOpen)
}

// TestFilingThatBreaksOffIsSaved: what arrived for a closed case is on record before
// its days are worked out. While that fails it is said to be saved, so that nobody
// types it twice, and it is filed when it can be.
func TestFilingThatBreaksOffIsSaved(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("C"))
	o.closed(t, refs["C"])
	admin, d := o.db.SQL(t, "postgres"), &desk.Desk{Store: o.db.As(t, "morag"), Patience: 2 * time.Second}
	c, err := desk.New(refs["C"], casefile.ActReceivePost, 0, clock.DateOf(time.Now()), &casefile.PostFields{From: "family"}, "")
	require.NoError(t, err)
	admin.MustExec(`alter function hame.calendar_in_force() rename to mislaid`)
	_, err = d.Do(t.Context(), c)
	var saved *desk.UndeliveredError
	require.ErrorAs(t, err, &saved)
	require.Equal(t, c.ID, saved.Command)
	admin.MustExec(`alter function hame.mislaid() rename to calendar_in_force`)
	receipt, _, err := o.desk("morag").DoOnce(t.Context(), c)
	require.NoError(t, err)
	require.True(t, receipt.Filed)
	require.Equal(t, 1, o.count(t, `select count(*) from post_item where case_ref = $1`, refs["C"]))
}

// TestPostIsTakenInWithoutTemporal: an item of which no case is known needs the
// database only, and says which family it may be for; what needs a review is saved,
// and says that no worker has answered (C1).
func TestPostIsTakenInWithoutTemporal(t *testing.T) {
	t.Parallel()
	s := &system{db: testdb.New(t), namespace: "none"}
	s.env = append(slices.DeleteFunc(testEnv(), func(e string) bool { return strings.HasPrefix(e, "TEMPORAL_") }),
		"HAME_ADMIN_DATABASE_URL="+s.db.Admin, "HAME_DATABASE_URL="+s.db.Worker, "TEMPORAL_ADDRESS=127.0.0.1:1", "TEMPORAL_NAMESPACE=none")
	today := clock.DateOf(time.Now())
	refs := s.db.Import(t, today, couple("U"), couple("C"))
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	o.closed(t, refs["C"])
	for _, name := range []string{"U", "C"} {
		s.types(t, refs, 0, "--as morag post receive --from family --file "+file(t, "said", "reference: "+refs[name]+"\n"), "recorded", refs[name])
	}
	s.types(t, refs, 0, "--as morag post list", "2 items")
	s.types(t, refs, 0, "--as morag post dismiss 1 --reason not_ours")
	s.types(t, refs, 7, "--as morag post receive --case U --from family", "no worker has answered")
	require.Equal(t, 1, o.count(t, `select count(*) from undelivered u join command c on c.id = u.command_id where c.kind = 'post.receive' and c.case_ref is not null`))
	require.Equal(t, 1, o.count(t, `select count(*) from post_item where dismissed_on is null`))
}
