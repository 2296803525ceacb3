package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
)

// collision is two acts of two officers on one case at the same moment.
type collision struct {
	name string
	// ready takes the family to where they meet, and returns the two moves.
	ready func(*testing.T, *office, string) (move, move)
	// became are the pairs of what they may come to, one for each order.
	became []string
	// after holds however they came, and says so by what it counts.
	after map[string]int
}

func after(moves []move, a, b move) func(*testing.T, *office, string) (move, move) {
	return func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, moves...)
		return a, b
	}
}

var (
	accepts = &casefile.AnswerFields{Answer: "accepted"}
	rejects = &casefile.AnswerFields{Answer: "rejected"}
	harmOn  = &casefile.FlagFields{Flag: casefile.FlagPublicHarm, To: "on"}
	harmOff = &casefile.FlagFields{Flag: casefile.FlagPublicHarm, To: "off"}
	draft   = move{"kirsty", casefile.ActDraft, 0, nil}
	checked = move{"finlay", casefile.ActCheckDraft, 0, nil}
	cleared = move{"jean", casefile.ActClear, 0, nil}
	signed  = move{"minister", casefile.ActSignLetter, 0, nil}
	thin    = &casefile.ReturnFields{Reasons: []string{"reasons_thin"}}
)

func toReport() []move {
	return append(toEvidence(), usual(casefile.TaskAssignWelfare, 3)...)
}

func toSignature() []move {
	return append(toReport(), usual(casefile.TaskReport, 3)...)
}

// refusal takes a couple to a refusal that waits for the second officer.
func refusal(t *testing.T, o *office, ref string) {
	o.does(t, ref, toInterviews()...)
	o.does(t, ref, o.proposes(t, "ewan", ref, casefile.RefusedUpheld))
}

// refused takes a couple to a refusal that is signed.
// decisionSent sends the letter with the decision: a family without a representative
// alone gets it.
func decisionSent() []move {
	return []move{{"morag", casefile.ActLetterSent, 2, &casefile.LetterFields{To: "family", By: "recorded_delivery"}}}
}

func refused(t *testing.T, o *office, ref string) {
	refusal(t, o, ref)
	o.does(t, ref, o.agrees(t, "ailsa", ref))
}

// decidedOrWithItsAuthor: signed, or waiting for a new proposal, and not both.
var decidedOrWithItsAuthor = map[string]int{
	`select (select count(*) from decision where case_ref = $1)
		+ (select count(*) from task where case_ref = $1 and kind = 'decision.propose' and closed_at is null)`: 1,
	`select count(*) from proposal where case_ref = $1 and state = 'open'`: 0,
}

var collisions = []collision{
	{"agree, return", func(t *testing.T, o *office, ref string) (move, move) {
		refusal(t, o, ref)
		return o.agrees(t, "ailsa", ref), move{"struan", casefile.ActReturn, 0, thin}
	}, []string{"accepted, refused nothing_open", "accepted, refused already_signed", "refused stale_revision, accepted"},
		decidedOrWithItsAuthor},
	{"agree, withdraw", func(t *testing.T, o *office, ref string) (move, move) {
		refusal(t, o, ref)
		return o.agrees(t, "ailsa", ref), move{"ewan", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"}}
	}, []string{"accepted, refused nothing_open", "accepted, refused already_signed", "refused stale_revision, accepted"}, decidedOrWithItsAuthor},
	{"propose, propose", func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, toInterviews()...)
		return o.proposes(t, "ewan", ref, casefile.RefusedUpheld), o.proposes(t, "catriona", ref, casefile.RefusedUpheld)
	}, []string{"accepted, refused stale_revision", "refused stale_revision, accepted"},
		map[string]int{`select count(*) from proposal where case_ref = $1`: 1, `select count(*) from task where case_ref = $1 and closed_at is null and kind = 'decision.agree'`: 1}},
	// What is recorded after a proposal returns it; what is recorded before makes it stale (Four eyes).
	{"propose, anything recorded", func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, toInterviews()...)
		return o.proposes(t, "ewan", ref, casefile.RefusedUpheld), move{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "visit"}}
	}, []string{"accepted, accepted", "refused stale_revision, accepted"},
		map[string]int{`select count(*) from proposal where case_ref = $1 and state = 'open'`: 0,
			`select count(*) from task where case_ref = $1 and closed_at is null and kind = 'decision.propose'`: 1,
			`select count(*) from task where case_ref = $1 and closed_at is null and kind = 'decision.agree'`:   0}},
	{"sign a report, return it", after(toSignature(), move{"agnes", casefile.ActSignWelfare, 3, nil}, move{"murdo", casefile.ActReturnWelfare, 3, nil}),
		[]string{"accepted, refused already_done", "refused nothing_open, accepted"}, nil},
	// A second report before the signature adds to the first: both stand, and one signature is asked for.
	{"report, report", after(toReport(), move{"eilidh", casefile.ActReport, 3, practice.Report()}, move{"eilidh", casefile.ActReport, 3, practice.Report()}),
		[]string{"accepted, accepted"},
		map[string]int{`select count(*) from task where case_ref = $1 and closed_at is null and kind = 'welfare.sign'`: 1,
			`select count(*) from welfare_check where case_ref = $1 and reported_on is not null`: 2}},
	// After a waiver the report may still be signed; a signed check can't be waived.
	{"waive, sign a report", after(toSignature(), move{"fiona", casefile.ActWaive, 3, &casefile.WaiveFields{Reason: "family_asks"}}, move{"agnes", casefile.ActSignWelfare, 3, nil}),
		[]string{"accepted, accepted", "refused nothing_open, accepted"}, nil},
	// One asks, and the other confirms: exactly one change by two people.
	{"flag on, flag on", after(toListing(), move{"fiona", casefile.ActFlag, 1, harmOn}, move{"douglas", casefile.ActFlag, 1, harmOn}),
		[]string{"accepted, accepted"},
		map[string]int{`select count(*) from flag_request where case_ref = $1`: 1, `select count(*) from flag_request where case_ref = $1 and result = 'done' and first_by <> second_by`: 1,
			`select count(*) from person_flag where case_ref = $1 and flag = 'public_harm' and state = 'confirmed'`: 1}},
	// An officer who wants the opposite of what is asked refuses it; before it is asked there is nothing to clear.
	{"flag on, flag off", after(toListing(), move{"fiona", casefile.ActFlag, 1, harmOn}, move{"douglas", casefile.ActFlag, 1, harmOff}),
		[]string{"accepted, accepted", "accepted, refused already_done"},
		map[string]int{`select count(*) from person_flag where case_ref = $1 and flag = 'public_harm' and state <> 'off'`: 0, `select count(*) from flag_request where case_ref = $1`: 1}},
	{"draft, draft", after(toRepresentation(), draft, move{"finlay", casefile.ActDraft, 0, nil}),
		[]string{"accepted, refused already_done", "refused already_done, accepted"},
		map[string]int{`select count(*) from representation where case_ref = $1`: 1}},
	// A draft may be returned after it was checked; one that was returned is not checked.
	{"check a draft, return it", after(append(toRepresentation(), draft), checked, move{"jean", casefile.ActReturnDraft, 0, nil}),
		[]string{"accepted, accepted", "refused too_early, accepted"},
		map[string]int{`select count(*) from representation where case_ref = $1 and returned_on is not null and checker is null`: 1}},
	// So may one that is signed and not sent: the signature goes with it.
	{"sign a draft, return it", after(append(toRepresentation(), draft, checked, cleared), signed, move{"jean", casefile.ActReturnDraft, 0, nil}),
		[]string{"accepted, accepted", "refused too_early, accepted"},
		map[string]int{`select count(*) from representation where case_ref = $1 and returned_on is not null and signer is null`: 1}},
	// A letter sent after the window was declined is late, and still considered (row 5).
	{"decline, send", after(append(toRepresentation(), draft, checked, cleared, signed), declines, move{"jean", casefile.ActSendLetter, 0, nil}),
		[]string{"refused unconfirmed, accepted", "refused too_late, accepted", "refused nothing_open, accepted"}, // a draft is in hand
		map[string]int{`select count(*) from task where case_ref = $1 and kind = 'representation.window' and closed_at is null`: 0,
			`select count(*) from task where case_ref = $1 and kind = 'representation.answer' and closed_at is null`: 1}},
	{"answer, answer", after(append(toListing(), move{"morag", casefile.ActReceiveLetter, 0, &casefile.LetterFromFields{From: "mp"}}),
		move{"ewan", casefile.ActAnswer, 1, accepts}, move{"catriona", casefile.ActAnswer, 1, rejects}),
		[]string{"accepted, refused nothing_open", "refused nothing_open, accepted"}, nil},
	// No service rests on a letter that came back, whichever is recorded first (C9, row 9).
	{"record service, its letter returned", func(t *testing.T, o *office, ref string) (move, move) {
		refused(t, o, ref)
		o.does(t, ref, decisionSent()...)
		return move{"morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: "recorded_delivery", Proof: "tracking"}},
			move{"hamish", casefile.ActLetterReturned, 2, &casefile.ReturnedFields{To: "family", Reason: "not_called_for"}}
	}, []string{"accepted, accepted", "refused too_early, accepted"},
		map[string]int{`select count(*) from decision_outcome where case_ref = $1 and served_on is not null`: 0,
			`select count(*) from task where case_ref = $1 and kind = 'service.serve' and closed_at is null`:      1,
			`select count(*) from task where case_ref = $1 and kind like 'service.appeal%' and closed_at is null`: 0}},
	// No window has ended yet: only the appeal counts, in either order.
	{"no appeal found, appeal", func(t *testing.T, o *office, ref string) (move, move) {
		refused(t, o, ref)
		o.does(t, ref, append(decisionSent(), move{"morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: "hand", Proof: "signature"}})...)
		return move{"morag", casefile.ActNoAppeal, 1, nil}, move{"hamish", casefile.ActAppeal, 1, nil}
	}, []string{"refused too_early, accepted"},
		map[string]int{`select count(*) from decision_outcome where case_ref = $1 and appeal_on is not null`: 1,
			`select count(*) from task where case_ref = $1 and kind = 'service.appeal' and closed_at is null`: 1}},
	{"read, read", func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, toListing()...)
		item := aLinkedItem(t, o, ref, "listed")
		return move{"morag", casefile.ActReadPost, 0, item}, move{"hamish", casefile.ActReadPost, 0, item}
	}, []string{"accepted, refused nothing_open", "refused nothing_open, accepted"}, nil},
	{"assign, assign", after(toListing(), allocates, move{"douglas", casefile.ActAssign, 0, &casefile.AssignFields{To: "hamish"}}),
		[]string{"accepted, accepted"},
		map[string]int{`select count(*) from review where case_ref = $1 and owner in ('morag', 'hamish')`: 1,
			`select count(*) from task where case_ref = $1 and kind = 'listed.allocate' and closed_at is null`: 0}},
	{"reconcile, reconcile", after(toListing(), compares, move{"hamish", casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "lost", Record: "differs"}}),
		[]string{"accepted, refused already_done", "refused already_done, accepted"},
		map[string]int{`select count(*) from task where case_ref = $1 and kind = 'listed.triage'`: 1}},
	// A report rests on its assignment: who is first decides, and the other is told what stands in the way.
	{"strike an assignment, report on it", func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, toReport()...)
		return o.strikes(t, "agnes", ref, casefile.ActAssignWelfare), move{"eilidh", casefile.ActReport, 3, practice.Report()}
	}, []string{"accepted, refused nothing_open", "refused rests_on_it, accepted"}, nil},
	// Two who strike the same at once are two: what one of them asks the other does, or finds done.
	{"strike, strike", func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, append(toListing(), move{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "visit"}})...)
		return o.strikes(t, "hamish", ref, casefile.ActContact), o.strikes(t, "isla", ref, casefile.ActContact)
	}, []string{"accepted, accepted"},
		map[string]int{`select count(*) from strike where case_ref = $1 and result = 'struck' and second_by <> first_by`: 1,
			`select count(*) from contact where case_ref = $1`: 0}},
	// A proposal that is made on the file before it is struck goes back; one after it is stale.
	{"propose, strike evidence", func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, append(toInterviews(), move{"morag", casefile.ActContact, 0, &casefile.ContactFields{How: "visit"}})...)
		return o.proposes(t, "ewan", ref, casefile.RefusedUpheld), o.strikes(t, "morag", ref, casefile.ActContact)
	}, []string{"accepted, accepted", "refused stale_revision, accepted"}, nil},
	// The first document closes the case.
	{"status issued, twice", func(t *testing.T, o *office, ref string) (move, move) {
		o.does(t, ref, toDecision()...)
		o.does(t, ref, o.proposes(t, "ewan", ref, casefile.GrantILR))
		if o.count(t, `select count(*) from decision where case_ref = $1`, ref) == 0 {
			o.does(t, ref, o.agrees(t, "ailsa", ref)) // the one grant in ten
		}
		o.does(t, ref, append(decisionSent(), move{"morag", casefile.ActRecordService, 0, &casefile.ServiceFields{How: "hand", Proof: "signature"}})...)
		return move{"morag", casefile.ActStatusIssued, 0, nil}, move{"hamish", casefile.ActStatusIssued, 0, nil}
	}, []string{"accepted, refused nothing_open", "refused nothing_open, accepted", "accepted, refused closed", "refused closed, accepted"},
		map[string]int{`select count(*) from decision_outcome where case_ref = $1 and status_issued_on is not null`: 2}},
}

// The two meet at one moment, and to know what the table promises of each order,
// also one after the other.
const (
	atOnce   = ", at once"
	inOrder  = ", in this order"
	reversed = ", in the other order"
)

var orders = []string{atOnce, inOrder, reversed}

// strikes is the striking of the last act of a kind on a case.
func (o *office) strikes(t *testing.T, login, ref string, act casefile.Act) move {
	t.Helper()
	no := o.count(t, `select max(c.chain_n) from command c join command_outcome x on x.command_id = c.id and x.outcome = 'accepted'
		where c.case_ref = $1 and c.kind = '`+string(act)+`'`, ref)
	return move{login, casefile.ActStrike, 0, &casefile.StrikeFields{Act: no, Reason: casefile.SlipWrongPerson}}
}

// TestTwoOfficersAtOnce: two acts that can't both be, on one case at the same
// moment, by two officers at their own desks. One has its effect and the other a
// clear refusal; where both are legal in either order the table says so. Nothing
// stands between: no task or outcome is doubled, and every invariant holds.
func TestTwoOfficersAtOnce(t *testing.T) {
	o := newOffice(t)
	today := clock.DateOf(time.Now())
	var families []casefile.Family
	for _, c := range collisions {
		for _, order := range orders {
			f := couple(c.name + order)
			if strings.Contains(c.name, "report") {
				f = practice.Family(c.name+order, today)
				f.Representative, f.Support = "", casefile.SupportNone
			}
			families = append(families, f)
		}
	}
	families = append(families, couple("one"), couple("other"), couple("A"), couple("B"))
	families[len(families)-1].People[0].HomeOfficeRef = "Z1234567"
	families[len(families)-2].People[0].HomeOfficeRef = "Z1234567"
	refs := o.db.Import(t, today, families...)

	// together does two things at one moment.
	together := func(a, b func() string) string {
		start, second := make(chan struct{}), make(chan string)
		go func() { <-start; second <- b() }()
		close(start)
		first := a()
		return first + ", " + <-second
	}
	t.Run("on one case", func(t *testing.T) {
		for _, c := range collisions {
			for _, order := range orders {
				t.Run(c.name+order, func(t *testing.T) {
					t.Parallel()
					ref := refs[c.name+order]
					a, b := c.ready(t, o, ref)
					o.desk(a.login)
					o.desk(b.login)
					first := func() string { s, _ := o.tries(t, ref, a); return s }
					second := func() string { s, _ := o.tries(t, ref, b); return s }
					var became string
					switch order {
					case atOnce:
						became = together(first, second)
					case inOrder:
						became = first()
						became += ", " + second()
					case reversed:
						became = second()
						became = first() + ", " + became
					}
					require.Contains(t, c.became, became)
					for query, want := range c.after {
						require.Equal(t, want, o.count(t, query, ref), "%s, after %s", query, became)
					}
					require.Zero(t, o.count(t, `select count(*) from (select kind, subject from task where case_ref = $1 and closed_at is null
						group by 1, 2 having count(*) > 1) x`, ref), "no task is doubled")
				})
			}
		}
	})
	t.Run("one item to two cases", func(t *testing.T) {
		o.does(t, refs["one"], toListing()...)
		o.does(t, refs["other"], toListing()...)
		item := anItem(t, o, "", "")
		link := func(login, ref string) func() string {
			o.desk(login)
			return func() string {
				s, _ := o.tries(t, ref, move{login, casefile.ActLinkPost, 0, item})
				return s
			}
		}
		became := together(link("morag", refs["one"]), link("hamish", refs["other"]))
		require.Contains(t, []string{"accepted, refused nothing_open", "refused nothing_open, accepted"}, became)
		require.Equal(t, 1, o.count(t, `select count(*) from task where kind = 'post.read' and subject = $1 and closed_at is null`, item.(*casefile.ItemFields).Item))
	})
	t.Run("a pair is the same and different", func(t *testing.T) {
		says := func(login, finding string) func() string {
			o.desk(login)
			return func() string {
				c, err := desk.New(refs["A"], casefile.ActDuplicate, 0, today, &casefile.DuplicateFields{Other: refs["B"], Finding: finding}, "")
				if err == nil {
					_, err = o.desk(login).Store.ResolveDuplicate(t.Context(), c, today.AddDays(28))
				}
				if r, ok := casefile.AsRefusal(err); ok {
					return "refused " + string(r.Code)
				}
				if err != nil {
					return err.Error()
				}
				return finding
			}
		}
		became := together(says("morag", "same"), says("hamish", "different"))
		// What is said last counts: "different" lets go the file that "same" has held, and two
		// families can be found to be one after all.
		require.Equal(t, "same, different", became)
		last := o.count(t, `select count(distinct resolution) from duplicate_candidate where resolution = 'same'`)
		require.Equal(t, last, o.count(t, `select count(*) from hold where ground = 'duplicate' and ended_on is null`))
		require.Equal(t, 1, o.count(t, `select count(*) from hold where ground = 'duplicate'`))
	})
	t.Run("capacity, twice", func(t *testing.T) {
		lane := func(act casefile.Act, n int) func() string {
			return func() string {
				f := casefile.BacklogFields{Lane: casefile.Legacy, Capacity: n}
				if act == casefile.ActBacklogStart {
					f.Target = today.AddYears(5)
				}
				r, err := o.desk("archie").DoOnLane(t.Context(), act, today, f)
				switch {
				case err != nil:
					return err.Error()
				case r.Refused != nil:
					return "refused " + string(r.Refused.Code)
				}
				return "accepted"
			}
		}
		require.Equal(t, "accepted", lane(casefile.ActBacklogStart, 1)())
		require.Equal(t, "accepted, accepted", together(lane(casefile.ActBacklogCapacity, 2), lane(casefile.ActBacklogCapacity, 3)))
		require.Equal(t, 1, o.count(t, `select count(*) from backlog_lane where lane = 'legacy' and capacity in (2, 3)`))
	})
	breaches, err := o.desk("una").Store.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, breaches)
	require.Zero(t, o.count(t, `select count(*) from command c left join command_outcome o on o.command_id = c.id where o.command_id is null`), "each act has one outcome")
}
