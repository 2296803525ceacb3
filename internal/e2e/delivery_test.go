package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
)

// saves records an act while no worker is there, and returns the command's id.
func (o *office) saves(t *testing.T, ref string, m move) uuid.UUID {
	t.Helper()
	c := o.command(t, ref, m)
	require.NoError(t, o.db.As(t, m.login).InsertCommand(t.Context(), c))
	return c.ID
}

// becomes waits for what becomes of a saved act.
func (o *office) becomes(t *testing.T, id uuid.UUID) (became string) {
	t.Helper()
	require.Eventually(t, func() bool {
		return o.db.SQL(t, "hame_worker").Get(&became, `select trim(outcome || ' ' || code) from command_outcome where command_id = $1`, id) == nil
	}, 30*time.Second, 20*time.Millisecond)
	return became
}

// TestWhatWasSavedIsDoneAsItWasTyped: an act that was typed while no worker ran becomes
// what it would have become with one: of an unlisted family each act that opens its
// review, on the day asked for; what can't is refused at once.
func TestWhatWasSavedIsDoneAsItWasTyped(t *testing.T) {
	s := newSystem(t)
	o := &office{system: s, desks: nil, root: t}
	today := clock.DateOf(time.Now())
	opening := map[casefile.Act]move{
		casefile.ActOpen:                 {"fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "illness", ListingDate: today.AddDays(14)}},
		casefile.ActCorrect:              {"morag", casefile.ActCorrect, 0, &casefile.CorrectFields{Field: "address", Reason: "changed", Source: "provider"}},
		casefile.ActFlag:                 {"fiona", casefile.ActFlag, 1, &casefile.FlagFields{Flag: casefile.FlagSeriousIllness, To: "on"}},
		casefile.ActEvidence:             {"morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: "gp", Result: "complete"}},
		casefile.ActReceiveLetter:        {"morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "msp"}},
		casefile.ActContact:              {"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}},
		casefile.ActReceivePost:          {"morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "family"}},
		casefile.ActLodge:                {"morag", casefile.ActLodge, 0, &casefile.CourtFields{}},
		casefile.ActInterdict:            {"morag", casefile.ActInterdict, 1, &casefile.CourtFields{}},
		casefile.ActMove:                 {"morag", casefile.ActMove, 0, &casefile.MoveFields{To: "S12000036", Reason: "rehoused"}},
		casefile.ActHold:                 {"fiona", casefile.ActHold, 0, &casefile.HoldFields{Ground: casefile.GroundMedical, ReviewOn: today.AddDays(30)}},
		casefile.ActRepresentativeChange: {"morag", casefile.ActRepresentativeChange, 0, &casefile.RepresentativeFields{ToldBy: "family"}},
		casefile.ActRepresentativeClosed: {"morag", casefile.ActRepresentativeClosed, 0, &casefile.RepresentativeClosedFields{Reason: "closed_down"}},
		casefile.ActBorn:                 {"morag", casefile.ActBorn, 0, &casefile.BornFields{ShownBy: "hospital", BornInScotland: casefile.Yes, Sex: casefile.Female}},
		casefile.ActJoined:               {"morag", casefile.ActJoined, 0, &casefile.JoinedFields{Relationship: casefile.OtherDependant, Status: casefile.NeedsLeave}},
		casefile.ActDied:                 {"morag", casefile.ActDied, 2, &casefile.DiedFields{ShownBy: "police"}},
		casefile.ActHasStatus:            {"morag", casefile.ActHasStatus, 2, &casefile.HasStatusFields{Status: casefile.IsBritish, ShownBy: "passport"}},
		casefile.ActRecordError:          {"morag", casefile.ActRecordError, 2, &casefile.RecordErrorFields{Reason: "no_such_person"}},
		casefile.ActAskWithdrawal:        {"morag", casefile.ActAskWithdrawal, 2, nil},
		casefile.ActAskDeparture:         {"morag", casefile.ActAskDeparture, 2, nil},
		casefile.ActDeparted:             {"morag", casefile.ActDeparted, 2, &casefile.DepartedFields{ShownBy: "border_stamp"}},
		casefile.ActLost:                 {"morag", casefile.ActLost, 0, &casefile.LostFields{Reason: "no_answer"}},
		casefile.ActHandOver:             {"fiona", casefile.ActHandOver, 0, &casefile.HandOverFields{To: "wales", Sent: "summary"}},
		casefile.ActSplit:                {"fiona", casefile.ActSplit, 0, &casefile.SplitFields{Persons: "2", Reason: "separation"}},
		casefile.ActConcern:              {"agnes", casefile.ActConcern, 3, casefile.NewFields(casefile.ActConcern)},
	}
	var families []casefile.Family
	var acts []casefile.Act
	for _, rule := range casefile.ActRules {
		if rule.OnCase() && rule.OpensReview && rule.Subject != casefile.AboutDifference &&
			rule.Act != casefile.ActMerge && rule.Act != casefile.ActLinkPost && rule.Act != casefile.ActReadPost { // these need something that is there
			acts = append(acts, rule.Act)
		}
	}
	for n := range 2*len(acts) + 1 {
		f := couple(fmt.Sprintf("S%d", n))
		if n < 2*len(acts) && acts[n%len(acts)] == casefile.ActRepresentativeClosed {
			f.Representative = "SYNTHETIC Law Centre"
		}
		if n < 2*len(acts) && acts[n%len(acts)] == casefile.ActConcern {
			f.People = append(f.People, casefile.Person{No: 3, Key: "3", Relationship: casefile.Child, FamilyName: "T", GivenNames: "C", NameKey: fmt.Sprint("c", n),
				BirthDate: clock.Partial(today.AddYears(-9)), Sex: casefile.SexUnknown, Nationality: "TR", BornInScotland: casefile.No, ClaimStatus: casefile.ClaimUndecided})
		}
		families = append(families, f)
	}
	refs := o.db.Import(t, today, families...)
	saved := map[casefile.Act]uuid.UUID{}
	for n, act := range acts {
		m, known := opening[act]
		require.True(t, known, "%s opens a review: say here how it is done", act)
		saved[act] = o.saves(t, refs[fmt.Sprintf("S%d", n)], m)
	}
	early := o.saves(t, refs[fmt.Sprintf("S%d", 2*len(acts))], triages)
	o.startWorker(t)
	require.Equal(t, "refused unlisted", o.becomes(t, early))
	desks := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	for n, act := range acts {
		typed, _ := desks.tries(t, refs[fmt.Sprintf("S%d", len(acts)+n)], opening[act])
		require.Equal(t, typed, o.becomes(t, saved[act]), "%s: as with a worker there", act)
		require.Equal(t, "accepted", typed, "%s", act)
		on := func(n int) (day clock.Date) {
			require.NoError(t, o.db.SQL(t, "hame_worker").Get(&day, `select listing_date from listing where case_ref = $1`, refs[fmt.Sprintf("S%d", n)]))
			return day
		}
		want := today
		if act == casefile.ActOpen {
			want = today.AddDays(14)
		}
		require.Equal(t, []clock.Date{want, want}, []clock.Date{on(n), on(len(acts) + n)}, "%s: listed on the day asked for", act)
	}
}

// TestARefusalKeepsItsWords: what its review refuses of a saved act is on record as
// it refused it: its code, and its words once.
func TestARefusalKeepsItsWords(t *testing.T) {
	s := newSystem(t)
	w := s.startWorker(t)
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	ref := o.db.Import(t, clock.DateOf(time.Now()), couple("R"))["R"]
	o.does(t, ref, toEvidence()...)
	require.NoError(t, w.stop(t, syscall.SIGTERM))
	first, second := o.saves(t, ref, usual(casefile.TaskGP, 0)[0]), o.saves(t, ref, compares)
	s.startWorker(t)
	require.Equal(t, "accepted", o.becomes(t, first))
	require.Equal(t, "refused too_late", o.becomes(t, second))
	var detail []byte
	require.NoError(t, o.db.SQL(t, "hame_worker").Get(&detail, `select detail from command_outcome where command_id = $1`, second))
	var refusal casefile.Refusal
	require.NoError(t, json.Unmarshal(detail, &refusal))
	require.Equal(t, "the case is at evidence; case.reconcile belongs to listed or earlier", refusal.Detail)
	var order []string
	require.NoError(t, o.db.SQL(t, "hame_worker").Select(&order, `select command_id from command_outcome where command_id in ($1, $2) order by chain_n`, first, second))
	require.Equal(t, []string{first.String(), second.String()}, order, "in the order recorded")
}

// TestJunkStarvesNobody: a login's thousand acts that can be delivered to nothing are
// refused at once, and hold up no other's (F16).
func TestJunkStarvesNobody(t *testing.T) {
	s := newSystem(t)
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	ref := o.db.Import(t, clock.DateOf(time.Now()), couple("J"))["J"]
	morag := s.db.SQL(t, "morag")
	for _, office := range []string{"office", "case_ref"} {
		to, kind := "mailroom", "contact.record"
		if office == "case_ref" {
			to, kind = ref, "duplicate.resolve"
		}
		for range 20 { // as many as the database takes
			_, _ = morag.Exec(`insert into command (id, `+office+`, kind, subject_no, attested_on, fields) values (gen_random_uuid(), $1, $2, 0, current_date, '{}')`, to, kind)
		}
	}
	mine := o.saves(t, ref, move{"hamish", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}})
	s.startWorker(t)
	require.Equal(t, "accepted", o.becomes(t, mine))
	require.Eventually(t, func() bool { return o.count(t, `select count(*) from undelivered`) == 0 }, 20*time.Second, 20*time.Millisecond, "the rest is refused at once")
	require.Zero(t, o.count(t, `select count(*) from command_outcome o join command c on c.id = o.command_id where c.login = 'morag' and (outcome, code) <> ('refused', 'unknown_act')`))
}

// TestALaneThatWasTerminated is found by verify, and taken up by backlog start.
func TestALaneThatWasTerminated(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	s.must(t, "--as", "archie", "backlog", "start", "--capacity", "3", "--target", "2031-11-23")
	s.must(t, "--as", "una", "verify")
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), contract.BacklogID(casefile.Legacy), "", "a test"))
	out, _, code := s.starter(t, "--as", "archie", "verify")
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "the legacy lane was started, and its workflow does not run")
	_, errs, code := s.starter(t, "--as", "archie", "backlog", "capacity", "6")
	require.Equal(t, 3, code, errs)
	require.Contains(t, errs, "backlog start takes it up")
	s.must(t, "--as", "archie", "backlog", "start", "--capacity", "6", "--target", "2031-11-23")
	s.must(t, "--as", "una", "verify")
	require.Contains(t, s.must(t, "--as", "archie", "backlog", "status"), "3 families a week", "it goes on as it stands on record")
	_, errs, code = s.starter(t, "--as", "archie", "backlog", "start", "--capacity", "6", "--target", "2031-11-23")
	require.Equal(t, 3, code, errs)
}

// TestNoWorkerIsNoticed by verify, which prints what was found of Temporal before,
// and from when that is.
func TestNoWorkerIsNoticed(t *testing.T) {
	s := newSystem(t)
	w := s.startWorker(t)
	s.must(t, "--as", "una", "verify")
	require.Error(t, w.stop(t, syscall.SIGKILL), "it is killed")
	out, _, code := s.starter(t, "--as", "una", "verify")
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "no worker has compared record and Temporal within 20s")
	require.Contains(t, out, "found at "+time.Now().UTC().Format("2006-01-02"))
	require.Contains(t, s.must(t, "--as", "archie", "backlog", "status"), "no worker has looked for acts to deliver for")
	s.startWorker(t)
	s.must(t, "--as", "una", "verify")
	require.NotContains(t, s.must(t, "--as", "archie", "backlog", "status"), "no worker")
}

// TestAReviewThatTheRecordDoesNotKnow, and one that goes on for a closed case, are found.
func TestAReviewThatTheRecordDoesNotKnow(t *testing.T) {
	o := newOffice(t)
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("K"), couple("U"))
	o.does(t, refs["K"], toListing()...)
	unknown := casefile.NewReview(refs["U"], casefile.Legacy, "S12000049", time.Now().Add(time.Hour), clock.DateOf(time.Now()))
	_, err := o.client.ExecuteWorkflow(t.Context(), contract.ReviewOptions(unknown, "hame"), contract.CaseReviewWorkflow, unknown)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		out, _, _ := o.starter(t, "--as", "una", "verify")
		return strings.Contains(out, refs["U"]) && strings.Contains(out, "the record has no such review")
	}, 30*time.Second, 100*time.Millisecond)
	require.NoError(t, o.client.TerminateWorkflow(t.Context(), refs["U"], "", "a test"))

	_, err = o.db.SQL(t, "postgres").Exec(`update hame.review set stage = 'closed', closed_at = now() where case_ref = $1`, refs["K"])
	require.NoError(t, err)
	out, _, _ := o.starter(t, "--as", "una", "verify")
	require.Contains(t, out, "closed on record, and its review still runs")
}

// TestAClaimOfADeadWorkerLapses: an act that a worker had taken when it was killed is
// delivered by another, once.
func TestAClaimOfADeadWorkerLapses(t *testing.T) {
	s := newSystem(t)
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	ref := o.db.Import(t, clock.DateOf(time.Now()), couple("L"))["L"]
	id := o.saves(t, ref, move{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}})
	claimed, err := o.db.As(t, "hame_worker").ClaimUndelivered(t.Context(), nil, 1)
	require.NoError(t, err)
	require.Len(t, claimed, 1)
	s.startWorker(t)
	_, err = s.db.SQL(t, "postgres").Exec(`update hame.undelivered set claimed_until = clock_timestamp()`) // half a minute passes
	require.NoError(t, err)
	require.Equal(t, "accepted", o.becomes(t, id))
	require.Equal(t, 1, o.count(t, `select count(*) from contact where command_id = $1`, id))
}

// TestAnActExpiresOnlyWhereAWorkerWas: what was typed three hours ago is delivered by the
// first worker that comes. What could not be delivered while workers were here for an hour
// expires.
func TestAnActExpiresOnlyWhereAWorkerWas(t *testing.T) {
	s := newSystem(t)
	o := &office{system: s, desks: map[string]*desk.Desk{}, root: t}
	refs := o.db.Import(t, clock.DateOf(time.Now()), couple("L"))
	admin := s.db.SQL(t, "postgres")
	typed := func() uuid.UUID {
		id := o.saves(t, refs["L"], move{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"}})
		tx := admin.MustBegin()
		tx.MustExec(`set local session_replication_role = replica`)
		tx.MustExec(`update hame.command set recorded_at = recorded_at - interval '3 hours' where id = $1`, id)
		// Three hours ago may have been yesterday, and its author held the role then too.
		tx.MustExec(`update hame.staff set valid_from = valid_from - 1, recorded_at = recorded_at - interval '1 day'`)
		require.NoError(t, tx.Commit())
		return id
	}
	first := typed()
	w := s.startWorker(t)
	require.Equal(t, "accepted", o.becomes(t, first))
	require.NoError(t, w.stop(t, syscall.SIGTERM))
	second := typed()
	admin.MustExec(`update hame.worker_seen set since = clock_timestamp() - interval '2 hours', seen_at = clock_timestamp() + interval '5 minutes'`)
	// As if one had been there all the time, however long the next takes to start.
	s.startWorker(t)
	require.Equal(t, "expired undelivered", o.becomes(t, second))
}
