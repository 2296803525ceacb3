package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/store"
	"hame/internal/testdb"
)

// The tests of bad days: each plays what went wrong on days that are chosen so
// that a lawyer can count them in a calendar. In 2026 Good Friday is 3 April and
// Easter Monday 6 April, which is a working day in Scotland and none in England
// and Wales; 4 May and 25 May are bank holidays.

// silence lets rungs of a task act, each at its own instant, and returns the days
// that passed before each of them, as in "due 2026-03-16".
func (s *journey) silence(kind casefile.TaskKind, subject, rungs int) []string {
	s.t.Helper()
	var days []string
	for range rungs {
		next := s.task(kind, subject).Next
		days = append(days, string(next.Kind)+" "+clock.DateOf(next.At).AddDays(-1).String())
		s.rung(kind, subject)
	}
	return days
}

// isOpen reports whether a task is open.
func (s *journey) isOpen(kind casefile.TaskKind, subject int) bool {
	for _, t := range s.review.Tasks {
		if t.Kind == kind && t.Subject == subject {
			return true
		}
	}
	return false
}

// effects lists what the rungs of a kind of task did, in their order.
func (s *journey) effects(kind casefile.TaskKind) []string {
	s.t.Helper()
	return testdb.List[string](s.staffed, `select trim(r.kind || ' ' || r.effect) from rung r join task t on t.id = r.task_id
		where t.case_ref = $1 and t.kind = $2 order by r.on_at, r.acted_at`, s.ref, kind)
}

// linked records an item that came for the case, and returns its number.
func (s *journey) linked(on clock.Date) int {
	s.t.Helper()
	defer func(was bool) { s.confirming = was }(s.confirming)
	s.confirming = true // another one of that day
	s.doOn(on, "morag", casefile.ActReceivePost, 0, &casefile.PostFields{From: "family"})
	return testdb.Value[int](s.staffed, `select max(no) from post_item where case_ref = $1`, s.ref)
}

// suggested takes in an item of which no case is known, and which may be this
// family's by the name on it.
func (s *journey) suggested(on clock.Date) int {
	s.t.Helper()
	key := testdb.Value[string](s.staffed, `select split_part(name_key, ' ', 1) from person where case_ref = $1 and no = 1`, s.ref)
	d := &desk.Desk{Store: s.desk("morag")}
	no, err := d.ReceivePost(s.t.Context(), on, &casefile.PostFields{From: "unknown"}, store.PostSays{NameKey: key}, "", false)
	require.NoError(s.t, err)
	require.Equal(s.t, []string{s.ref}, testdb.List[string](s.staffed, `select case_ref from post_suggestion where item = $1`, no))
	return no
}

func (s *journey) read(item int) {
	s.t.Helper()
	s.do("morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: item})
}

func (s *journey) dismiss(item int) {
	s.t.Helper()
	c, err := desk.New("", casefile.ActDismissPost, 0, s.today(), &casefile.DismissFields{Item: item, Reason: "not_ours"}, "")
	require.NoError(s.t, err)
	c.Office = store.Mailroom
	require.NoError(s.t, s.desk("morag").DismissPost(s.t.Context(), c))
}

// tries lets a task's next rung come up, and reports whether it acted.
func (s *journey) tries(kind casefile.TaskKind, subject int) bool {
	s.t.Helper()
	before := len(s.effects(kind))
	s.rung(kind, subject)
	return len(s.effects(kind)) > before
}

// again lets a rung come up that has acted already.
func (s *journey) again(kind casefile.TaskKind, subject int, rung casefile.Rung) {
	s.t.Helper()
	before := s.facts()
	_, err := s.ActOnRung(s.t.Context(), activities.ActOnRungParams{Case: s.ref, Kind: kind, Subject: subject, Rung: rung, Now: s.now})
	require.NoError(s.t, err)
	s.unchanged(before)
}

// servedRefusal takes a family to a refusal of all, served on a day.
func (s *journey) servedRefusal(on clock.Date) {
	s.t.Helper()
	s.decided(refuseAll)
	s.on(on)
	s.serve(0)
}

// decided takes a family to a signed decision, with the service stage open.
func (s *journey) decided(outcomes []casefile.Outcome) {
	s.t.Helper()
	s.toDecision()
	s.propose("ewan", outcomes)
	if !s.review.Signed {
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	}
	s.goOn()
}

// expiries are the rungs that end somebody's time (process.md; C1), each on its
// way to the day on which it would act.
var expiries = []struct {
	what     string
	kind     casefile.TaskKind
	subject  int
	reach    func(*journey)
	due      clock.Date // the day after which it would act
	waits    clock.Date // for an item received on that day: five working days of England and Wales
	effect   string
	happened func(*testing.T, *journey)
}{
	{"the gap of a GP (row 3), across Easter", casefile.TaskGP, 0, func(s *journey) {
		s.until(casefile.Evidence)
		s.rung(casefile.TaskGP, 0)
	}, day("2026-03-30"), day("2026-04-08"), "due gap", func(t *testing.T, s *journey) {
		require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(casefile.TaskGP, 0))
	}},
	{"the lapse of what the community may send (row 3)", casefile.TaskCommunity, 0, func(s *journey) { s.until(casefile.Evidence) },
		day("2026-04-14"), day("2026-04-21"), "due lapse", func(t *testing.T, s *journey) {
			require.Equal(t, closedTask{Result: "lapsed"}, s.closed(casefile.TaskCommunity, 0))
		}},
	{"the lapse of the minister's window (row 5), across Easter", casefile.TaskWindow, 0, func(s *journey) {
		s.until(casefile.Representation)
		s.rung(casefile.TaskWindow, 0)
	}, day("2026-03-30"), day("2026-04-08"), "due lapse", func(t *testing.T, s *journey) {
		require.Equal(t, closedTask{Result: "lapsed"}, s.closed(casefile.TaskWindow, 0))
	}},
	{"personal contact with a silent family (row 3)", casefile.TaskQuestionnaire, 0, func(s *journey) {
		s.until(casefile.Evidence)
		s.on(day("2026-03-05"))
		s.letter("family", s.today())
		s.letter("representative", s.today())
		s.rung(casefile.TaskQuestionnaire, 0)
	}, day("2026-04-20"), day("2026-04-27"), "due contact", func(t *testing.T, s *journey) {
		require.True(t, s.isOpen(casefile.TaskContact, 0))
		require.Equal(t, day("2026-05-06"), s.task(casefile.TaskContact, 0).DueOn, "five working days from 28 April, when it was asked for; 4 May is none")
	}},
	{"the gap of a silent family (row 3), across May Day", casefile.TaskQuestionnaire, 0, func(s *journey) {
		s.until(casefile.Evidence)
		s.on(day("2026-03-05"))
		s.letter("family", s.today())
		s.letter("representative", s.today())
		s.rung(casefile.TaskQuestionnaire, 0)
		s.rung(casefile.TaskQuestionnaire, 0)
	}, day("2026-04-27"), day("2026-05-05"), "escalation gap", func(t *testing.T, s *journey) {
		require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(casefile.TaskQuestionnaire, 0))
	}},
	{"the search for an appeal (row 10b), across Easter", casefile.TaskAppealWindow, 1, func(s *journey) { s.servedRefusal(day("2026-03-18")) },
		day("2026-04-01"), day("2026-04-10"), "due search_appeal", func(t *testing.T, s *journey) {
			require.Equal(t, closedTask{Result: "window_ended"}, s.closed(casefile.TaskAppealWindow, 1))
			require.True(t, s.isOpen(casefile.TaskNoAppeal, 1))
		}},
	{"the default priority (row 2)", casefile.TaskTriage, 0, func(s *journey) {
		s.answer(s.task(casefile.TaskReconcile, 0))
		s.Exec(`update review set priority = 5 where case_ref = $1`, s.ref)
		s.rung(casefile.TaskTriage, 0)
	}, day("2026-03-16"), day("2026-03-23"), "due default_priority", func(t *testing.T, s *journey) {
		require.Equal(t, 3, testdb.Value[int](s.staffed, `select priority from review where case_ref = $1`, s.ref))
		require.True(t, s.isOpen(casefile.TaskTriage, 0))
	}},
}

// TestPostStopsEveryExpiry: an item that is received and unread, or that may be
// the family's and is not linked, stops each expiry for five working days at
// most. Then the expiry acts, once (C1).
func TestPostStopsEveryExpiry(t *testing.T) {
	o := newStaffed(t)
	for _, c := range expiries {
		for how, receive := range map[string]func(*journey, clock.Date) int{"unread": (*journey).linked, "unlinked": (*journey).suggested} {
			t.Run(c.what+", "+how, func(t *testing.T) {
				s := o.family(t, nil)
				c.reach(s)
				require.Equal(t, clock.LateAt(c.due), s.task(c.kind, c.subject).Next.At.UTC())
				dueOn := s.task(c.kind, c.subject).DueOn
				s.on(c.due)
				receive(s, c.due)
				before := s.effects(c.kind)
				require.False(t, s.tries(c.kind, c.subject), "it waits for the item")
				require.Equal(t, clock.LateAt(c.waits), s.task(c.kind, c.subject).Next.At.UTC(), "until %s has passed", c.waits)
				require.True(t, s.isOpen(c.kind, c.subject))
				require.Equal(t, dueOn, s.task(c.kind, c.subject).DueOn, "the day on which it was due stays what it was")

				rung := s.task(c.kind, c.subject).Next
				require.True(t, s.tries(c.kind, c.subject), "it waits no longer")
				require.Equal(t, append(before, c.effect), s.effects(c.kind))
				c.happened(t, s)
				s.again(c.kind, c.subject, rung)
			})
		}
	}
}

// TestPostStopsNothingElse: reminders, and the Home Office's own tasks, go on
// while an item is unread.
func TestPostStopsNothingElse(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what  string
		kind  casefile.TaskKind
		who   int
		reach func(*journey)
		want  []string
	}{
		{"reconciling", casefile.TaskReconcile, 0, func(*journey) {}, []string{"reminder 2026-03-23", "due 2026-03-30", "escalation 2026-03-30"}},
		{"an owner for the case", casefile.TaskAllocate, 0, func(*journey) {}, []string{"due 2026-03-09", "escalation 2026-03-09", "diary 2026-04-08"}},
		{"the letter to be sent", casefile.TaskOpeningLetter, 0, func(s *journey) { s.until(casefile.Evidence) }, []string{"due 2026-03-09", "escalation 2026-03-16"}},
		{"the family's reminder", casefile.TaskQuestionnaire, 0, func(s *journey) {
			s.until(casefile.Evidence)
			s.letter("family", day("2026-03-02"))
			s.letter("representative", day("2026-03-02"))
		}, []string{"reminder 2026-03-30"}},
		{"the school's reminder and its day", casefile.TaskSchool, 3, func(s *journey) { s.until(casefile.Evidence) }, []string{"reminder 2026-03-16", "due 2026-03-30"}},
		{"a child's report", casefile.TaskReport, 3, func(s *journey) {
			s.until(casefile.Evidence)
			s.answer(s.task(casefile.TaskAssignWelfare, 3))
		}, []string{"reminder 2026-03-23", "due 2026-03-30", "escalation 2026-04-13"}},
		{"the post itself", casefile.TaskReadPost, 1, func(*journey) {}, []string{"due 2026-03-09", "escalation 2026-03-09"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, nil)
			c.reach(s)
			item := s.linked(day("2026-03-02"))
			if c.kind == casefile.TaskReadPost {
				c.who = item
			}
			o.Exec(`update post_item set wait_until = '2026-03-30' where no = $1`, item) // longer than any item may
			require.Equal(t, c.want, s.silence(c.kind, c.who, len(c.want)))
		})
	}
}

// TestWhenAnItemIsDealtWith: read or dismissed, an item holds up nothing anew;
// what had been put off for it acts at the latest when its five days are over.
// The GP's evidence is due on 30 March; the rows say what came meanwhile.
func TestWhenAnItemIsDealtWith(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what  string
		story func(*journey)
		acts  clock.Date // the day after which the gap is recorded
	}{
		{"no item", func(*journey) {}, day("2026-03-30")},
		{"read before the day", func(s *journey) { s.read(s.linked(day("2026-03-27"))) }, day("2026-03-30")},
		{"dismissed before the day", func(s *journey) { s.dismiss(s.suggested(day("2026-03-27"))) }, day("2026-03-30")},
		{"linked before the day and not read", func(s *journey) {
			s.do("morag", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: s.suggested(day("2026-03-27"))})
		}, day("2026-04-07")},
		{"its five days end on the day itself", func(s *journey) { s.linked(day("2026-03-23")) }, day("2026-03-30")},
		{"its five days end on the day after", func(s *journey) { s.linked(day("2026-03-24")) }, day("2026-03-31")},
		{"received long ago, and recorded today", func(s *journey) { s.linked(day("2026-02-02")) }, day("2026-03-30")},
		{"read a day after it was put off", func(s *journey) {
			item := s.linked(day("2026-03-30"))
			s.rung(casefile.TaskGP, 0)
			s.on(day("2026-03-31"))
			s.read(item)
		}, day("2026-04-08")},
		{"dismissed a day after it was put off", func(s *journey) {
			item := s.suggested(day("2026-03-30"))
			s.rung(casefile.TaskGP, 0)
			s.on(day("2026-03-31"))
			s.dismiss(item)
		}, day("2026-04-08")},
		{"linked a day after it was put off: no new five days", func(s *journey) {
			item := s.suggested(day("2026-03-30"))
			s.rung(casefile.TaskGP, 0)
			s.on(day("2026-04-02"))
			s.do("morag", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: item})
		}, day("2026-04-08")},
		{"a second item has five days of its own", func(s *journey) {
			s.linked(day("2026-03-30"))
			s.rung(casefile.TaskGP, 0)
			s.on(day("2026-04-08"))
			s.linked(day("2026-04-08"))
		}, day("2026-04-15")},
		{"the later of two on the table counts", func(s *journey) {
			s.linked(day("2026-03-26"))
			s.suggested(day("2026-03-30"))
		}, day("2026-04-08")},
		{"another family's item", func(s *journey) { o.family(t, nil).suggested(day("2026-03-30")) }, day("2026-03-30")},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, nil).until(casefile.Evidence)
			s.rung(casefile.TaskGP, 0)
			s.on(day("2026-03-30"))
			c.story(s)
			for tries := 0; !s.tries(casefile.TaskGP, 0); tries++ {
				require.Less(t, tries, 3, "it is put off without end")
			}
			require.Equal(t, c.acts.String(), clock.DateOf(s.now).AddDays(-1).String())
			require.Equal(t, closedTask{Result: "gap", Overdue: true}, s.closed(casefile.TaskGP, 0))
		})
	}
}

// TestATimelyAnswerThatLayInThePost: the questionnaire was in an item that came
// on time and was read late. The mark of being late, and the task of reaching the
// family, are taken away (process.md, Stages; C1).
func TestATimelyAnswerThatLayInThePost(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what    string
		rungs   int // that acted while the item lay there
		answers clock.Date
		want    closedTask
	}{
		{"before the family was to be reached", 1, day("2026-04-10"), closedTask{"complete", day("2026-04-10"), false}},
		{"after it", 2, day("2026-04-10"), closedTask{"complete", day("2026-04-10"), false}},
		{"after the gap was recorded", 3, day("2026-04-10"), closedTask{"complete", day("2026-04-10"), false}},
		{"which had come on the last day", 3, day("2026-04-15"), closedTask{"complete", day("2026-04-15"), false}},
		{"which had come a day late", 3, day("2026-04-16"), closedTask{"complete", day("2026-04-16"), true}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, nil).until(casefile.Evidence)
			s.letter("family", day("2026-03-02"))
			s.letter("representative", day("2026-03-02"))
			require.Equal(t, day("2026-04-15"), s.task(casefile.TaskQuestionnaire, 0).DueOn)
			s.rung(casefile.TaskQuestionnaire, 0)
			s.on(c.answers)
			item := s.linked(c.answers)
			for len(s.effects(casefile.TaskQuestionnaire)) < c.rungs {
				s.rung(casefile.TaskQuestionnaire, 0)
			}
			s.on(day("2026-05-20"))
			s.read(item)
			s.doOn(c.answers, "morag", casefile.ActEvidence, 0, &casefile.EvidenceFields{Provider: casefile.ProviderQuestionnaire, Result: "complete"})
			require.Equal(t, c.want, s.closed(casefile.TaskQuestionnaire, 0))
			require.False(t, s.isOpen(casefile.TaskQuestionnaire, 0))
			require.False(t, s.isOpen(casefile.TaskContact, 0), "who has answered need not be reached in person")
		})
	}
}

// TestTheMailroomsNumbers: an item is linked once and read once, in that order,
// and is another's business only after it was linked there.
func TestTheMailroomsNumbers(t *testing.T) {
	o := newStaffed(t)
	s, other := o.family(t, nil), o.family(t, nil)
	item := s.suggested(monday)
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: item})
	s.do("morag", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: item})
	require.Equal(t, []any{day("2026-03-09"), casefile.Caseworker}, []any{s.task(casefile.TaskReadPost, item).DueOn, s.task(casefile.TaskReadPost, item).Awaiting})
	other.refused(casefile.RefusedNothingOpen, "morag", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: item})
	other.refused(casefile.RefusedNothingOpen, "morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: item})
	s.read(item)
	require.Equal(t, "read", s.closed(casefile.TaskReadPost, item).Result)
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActReadPost, 0, &casefile.ItemFields{Item: item})
	s.refused(casefile.RefusedNothingOpen, "morag", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: item + 100})
	dismissed := s.suggested(monday)
	s.dismiss(dismissed)
	s.do("morag", casefile.ActLinkPost, 0, &casefile.ItemFields{Item: dismissed}) // dismissed by mistake, it is taken up again
	require.True(t, s.isOpen(casefile.TaskReadPost, dismissed))
}
