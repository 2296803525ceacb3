package e2e

import (
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/practice"
	"hame/internal/store"
)

// office is a system with the desks of its staff, for tests that need many acts
// and not the words of the command line.
type office struct {
	*system
	mu    sync.Mutex
	desks map[string]*desk.Desk
	root  *testing.T // outlives the subtests that share the desks
}

func newOffice(t *testing.T) *office {
	t.Helper()
	s := newSystem(t)
	s.startWorker(t)
	return &office{system: s, desks: map[string]*desk.Desk{}, root: t}
}

// desk returns a login's desk.
func (o *office) desk(login string) *desk.Desk {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.desks[login] == nil {
		o.desks[login] = &desk.Desk{Store: o.db.As(o.root, login), Patience: time.Minute}
	}
	return o.desks[login]
}

// move is an act as somebody does it.
type move struct {
	login   string
	act     casefile.Act
	subject int
	fields  casefile.Fields
}

// command makes the command of a move.
func (o *office) command(t *testing.T, ref string, m move) store.NewCommand {
	t.Helper()
	text := ""
	switch {
	case m.act == casefile.ActCorrect:
		text = "7 Another Street"
	case m.act == casefile.ActBorn || m.act == casefile.ActJoined:
		text = "given_names: Somebody\nfamily_name: New\nnationality: TR\ndate_of_birth: 2001-02-03\n"
	case m.act.Rule().NeedsText:
		text = "SYNTHETIC: what was written."
	}
	c, err := desk.New(ref, m.act, m.subject, clock.DateOf(time.Now()), m.fields, text)
	require.NoError(t, err)
	return c
}

// tries does a move and returns what became of it: accepted, filed, or refused
// and the code. In each case it is the outcome on record.
func (o *office) tries(t *testing.T, ref string, m move) (string, contract.Receipt) {
	t.Helper()
	c := o.command(t, ref, m)
	receipt, err := o.desk(m.login).Do(t.Context(), c)
	require.NoError(t, err, "%s %s by %s", m.act, ref, m.login)
	became := "accepted"
	switch {
	case receipt.Refused != nil:
		became = "refused " + string(receipt.Refused.Code)
	case receipt.Filed:
		became = "filed"
	}
	var recorded string
	require.NoError(t, o.db.SQL(t, "hame_worker").Get(&recorded, `select trim(outcome || ' ' || code) from command_outcome where command_id = $1`, c.ID))
	require.Equal(t, recorded, became, "%s %s by %s: what they are told is what is on record", m.act, ref, m.login)
	return became, receipt
}

// does wants each of the moves to be accepted, in their order.
func (o *office) does(t *testing.T, ref string, moves ...move) {
	t.Helper()
	for _, m := range moves {
		became, receipt := o.tries(t, ref, m)
		require.Equal(t, "accepted", became, "%s %s by %s: %v", m.act, ref, m.login, receipt.Refused)
	}
}

func (o *office) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, o.db.SQL(t, "hame_worker").Get(&n, query, args...))
	return n
}

// couple is a family of two adults whom nobody represents; named after its key.
func couple(key string) casefile.Family {
	f := practice.Family(key, clock.DateOf(time.Now()))
	f.People = f.People[:2]
	f.Representative, f.Support = "", casefile.SupportNone
	return f
}

// The moves of the straight path of a couple, from an unlisted family on.
var (
	opens     = move{"fiona", casefile.ActOpen, 0, &casefile.OpenFields{Reason: "linked_family", ListingDate: clock.DateOf(time.Now())}}
	allocates = usual(casefile.TaskAllocate, 0)[0]
	compares  = usual(casefile.TaskReconcile, 0)[0]
	triages   = usual(casefile.TaskTriage, 0)[0]
	writes    = usual(casefile.TaskOpeningLetter, 0)[0]
	declines  = usual(casefile.TaskWindow, 0)[0]
)

// usual is what a good officer does about a kind of task of a couple.
func usual(kind casefile.TaskKind, subject int) []move {
	var moves []move
	for _, d := range (practice.Manner{Alone: true}).Answer(casefile.Task{Kind: kind, Subject: subject}) {
		moves = append(moves, made(d))
	}
	return moves
}

// made is a deed on today's file, of a couple.
func made(d practice.Deed) move {
	return move{d.Login, d.Act, d.Subject, d.On(practice.File{People: []int{1, 2}, Today: clock.DateOf(time.Now())})}
}

func toListing() []move  { return []move{opens} }
func toEvidence() []move { return append(toListing(), allocates, compares, triages) }
func toRepresentation() []move {
	return slices.Concat(toEvidence(), []move{writes}, usual(casefile.TaskQuestionnaire, 0), usual(casefile.TaskGP, 0),
		usual(casefile.TaskCommunity, 0))
}
func toDecision() []move {
	return slices.Concat(toRepresentation(), []move{declines}, usual(casefile.TaskRequestCheck, 0),
		usual(casefile.TaskCheck, 1), usual(casefile.TaskCheck, 2))
}
func toInterviews() []move {
	none := &casefile.InterviewFields{Adverse: "none"}
	return append(toDecision(), move{"morag", casefile.ActInterview, 1, none}, move{"morag", casefile.ActInterview, 2, none})
}

// proposes is a decision maker's proposal of one outcome for both of a couple, on
// the file as it stands.
func (o *office) proposes(t *testing.T, login, ref string, outcome casefile.Outcome) move {
	t.Helper()
	file := practice.File{People: []int{1, 2}, Revision: o.revision(t, ref), Evidence: []int{1}}
	return move{login, casefile.ActPropose, 0, practice.Proposal(file, outcome)}
}

// agrees is a second officer's agreement on the file as it stands.
func (o *office) agrees(t *testing.T, login, ref string) move {
	t.Helper()
	fields := &casefile.AgreeFields{Revision: o.revision(t, ref), Reasons: practice.Findings(nil)}
	return move{login, casefile.ActAgree, 0, fields}
}

// closed opens a family's review and closes it, as a case closed long ago stands
// on record: no review runs for it.
func (s *system) closed(t *testing.T, ref string) {
	t.Helper()
	today := clock.DateOf(time.Now())
	s.db.List(t, ref, time.Now(), today)
	admin := s.db.SQL(t, "postgres")
	_, err := admin.Exec(`insert into review (case_ref, lane, rule_set, stage, opened_at, listing_date, closed_at)
		select f.case_ref, f.lane, (select hash from rule_set r where r.use = 'operative' and r.lane = f.lane limit 1), 'closed', now(), current_date, now()
		from family f where f.case_ref = $1`, ref)
	require.NoError(t, err)
}

// testEnv is the environment of this test run.
func testEnv() []string { return os.Environ() }
