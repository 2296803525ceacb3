package activities_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/desk"
	"hame/internal/store"
	"hame/internal/testdb"
)

// correction is the act that corrects a fact of a person, or of the family with 0.
func (s *journey) correction(person int, field, value, source string) store.NewCommand {
	s.t.Helper()
	c, err := desk.New(s.ref, casefile.ActCorrect, person, s.today(), &casefile.CorrectFields{Field: field, Reason: "misread", Source: source}, "a value")
	require.NoError(s.t, err)
	c.Text = value // also one that the desk would refuse: this is the depth below
	require.NoError(s.t, s.desk("morag").InsertCommand(s.t.Context(), c))
	return c
}

func (s *journey) correct(person int, field, value string) {
	s.t.Helper()
	require.Nil(s.t, s.record(s.correction(person, field, value, "passport")), "%s", field)
}

// stands is what the record has for a field of a person, or of the family with 0.
func (s *journey) stands(person int, field string) string {
	s.t.Helper()
	if person == 0 {
		return testdb.Value[string](s.staffed, `select `+field+`::text from family where case_ref = $1`, s.ref)
	}
	return testdb.Value[string](s.staffed, `select `+field+`::text from person where case_ref = $1 and no = $2`, s.ref, person)
}

// TestEveryFactCanBeCorrected: each fact that the file states of a person and of
// a family, with what it was, why and by what source kept (row 1). A value that
// no file may hold is refused, and changes nothing.
func TestEveryFactCanBeCorrected(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil)
	rows := []struct {
		person                  int
		field, value, is, wrong string
	}{
		{2, "family_name", "Ó Dochartaigh", "", "a\tb"},
		{2, "given_names", "Siobhán Máire", "", "a\tb"},
		{2, "date_of_birth", "1991-05", "", "2015-02-30"},
		{2, "sex", "f", "F", "female"},
		{2, "nationality", "Iran", "IR", "Kingdom of Narnia"},
		{2, "birth_country", "Iraq", "IQ", "Narnia"},
		{2, "born_in_scotland", "unknown", "", "perhaps"},
		{2, "home_office_ref", "A1234567", "", "a\tb"},
		{2, "arrived_on", "2019-11-02", "", "2099-01-01"},
		{2, "claim_date", "2019-12", "", "yesterday"},
		{2, "language", "fa", "", "a\tb"},
		{2, "interpreter", "Farsi, by phone", "", "a\tb"},
		{2, "school", "Drumchapel High", "", "a\tb"},
		{2, "responsible_adult", "an aunt", "", "a\tb"},
		{0, "area", "Sighthill", "", "a\tb"},
		{0, "address", "2 New Street\nGlasgow", "", "a\tb"},
		{0, "postcode", "G21 1AA", "", "a\tb"},
		{0, "phone", "0141 000 0000", "", "a\tb"},
		{0, "email", "family@example.org", "", "a\tb"},
		{0, "representative", "Rowan & Birch", "", "a\tb"},
		{0, "representative_contact", "desk@rowan.example", "", "a\tb"},
		{0, "support", "section4", "", "section5"},
	}
	var tested []string
	for i, c := range rows {
		tested = append(tested, c.field)
		if c.is == "" {
			c.is = c.value
		}
		old := s.stands(c.person, c.field)
		refusal := s.refusedCommand(casefile.RefusedFields, s.correction(c.person, c.field, c.wrong, "passport"))
		require.NotContains(t, refusal.Detail, c.wrong, "what was typed is personal, and a refusal goes through Temporal: %s", c.field)
		require.Equal(t, old, s.stands(c.person, c.field))

		other := map[int]int{0: 2, 2: 0}[c.person]
		s.refusedCommand(casefile.RefusedNoSubject, s.correction(other, c.field, c.value, "passport"))
		source := []string{"passport", "birth_certificate", "interview", "questionnaire", "paper_file", "letter", "provider"}[i%7]
		require.Nil(t, s.record(s.correction(c.person, c.field, c.value, source)), "%s", c.field)
		require.Equal(t, c.is, s.stands(c.person, c.field))
		require.Equal(t, fmt.Sprintf("%d|%s|%s|%s|misread|%s|2026-03-02", c.person, c.field, old, c.is, source), testdb.Value[string](o, `
			select concat_ws('|', person_no, field, old_value, new_value, reason, source, corrected_on) from correction
			where case_ref = $1 order by no desc limit 1`, s.ref))
		s.refusedCommand(casefile.RefusedAlreadyDone, s.correction(c.person, c.field, c.value, "passport"))
	}
	require.ElementsMatch(t, slices.Concat(casefile.PersonFacts, casefile.FamilyFacts), tested, "a row for each fact")
	require.Equal(t, len(rows), testdb.Value[int](o, `select count(*) from correction where case_ref = $1`, s.ref), "what was refused left no correction")
	require.Equal(t, backlog.NameKey("Ó Dochartaigh", "Siobhán Máire"), s.stands(2, "name_key"), "found as a double by the new name")

	// Both values are texts that can be erased; none of them is among the coded fields.
	require.Zero(t, testdb.Value[int](o, `select count(*) from command where case_ref = $1 and kind = 'case.correct' and fields::text ~ '(Dochartaigh|Sighthill|1991)'`, s.ref))
	s.verified()

	for _, council := range []string{"council", "lane", "relationship", "claim_status"} {
		_, err := desk.New(s.ref, casefile.ActCorrect, 2, monday, &casefile.CorrectFields{Field: council, Reason: "misread", Source: "passport"}, "x")
		require.Error(t, err, "%s is no fact to correct", council)
	}
	s.refusedCommand(casefile.RefusedNoSubject, s.correction(9, "language", "fa", "passport"))
}

// verified checks the record's own invariants, as starter verify does.
func (s *journey) verified() {
	s.t.Helper()
	var broken []string
	require.NoError(s.t, s.sql("hame_worker").Select(&broken, `select rule || ': ' || detail from verify_record() where case_ref = $1 
		and rule not in ('every rung acts', 'nothing happens before its time')`, s.ref)) // no review runs to let one act, and its clock runs ahead
	require.Empty(s.t, broken)
}

// TestWhoTurnsOutToBeAChild is protected as one, from when it is known; nobody
// loses that protection by a correction (process.md, Children).
func TestWhoTurnsOutToBeAChild(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what    string
		at      casefile.Stage
		person  int
		born    string
		child   bool // is one when listed
		checked bool // a check of their welfare is asked for
	}{
		{"an adult of 17 before the evidence began", casefile.Listed, 2, "2008-03-03", true, false},
		{"an adult of 17, when it had", casefile.Evidence, 2, "2008-03-03", true, true},
		{"18 on the day of listing", casefile.Evidence, 2, "2008-03-02", false, false},
		{"of whom only the year is known", casefile.Evidence, 2, "2008", true, true},
		{"an adult whose birth date is not known at all is still shown by being a spouse", casefile.Evidence, 2, " ", false, false},
		{"the principal", casefile.Representation, 1, "2009-01-01", true, true},
		{"while a decision is awaited", casefile.Decision, 2, "2010", true, true},
		{"a child who turns out to be grown up stays protected", casefile.Listed, 3, "1990-01-01", true, false},
		{"and so when the evidence has begun", casefile.Evidence, 3, "1990-01-01", true, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, nil)
			s.instead[casefile.TaskAssignWelfare] = nil
			s.until(c.at)
			s.correct(c.person, "date_of_birth", c.born)
			require.Equal(t, c.child, testdb.Value[bool](o, `select child_when_listed from person where case_ref = $1 and no = $2`, s.ref, c.person))
			require.Equal(t, c.checked, s.isOpen(casefile.TaskAssignWelfare, c.person), "%v", s.openTasks())
			if c.checked && c.person != 3 {
				require.Equal(t, []any{casefile.WelfareLead, day("2026-03-09")}, []any{s.task(casefile.TaskAssignWelfare, c.person).Awaiting, s.task(casefile.TaskAssignWelfare, c.person).DueOn})
			}
		})
	}
	t.Run("a refusal of theirs is blocked until the check is signed", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.correct(2, "date_of_birth", "2009-06")
		s.proposes(s.proposal(refuseAll), []casefile.Block{casefile.BlockWelfareCheck})
		for _, kind := range []casefile.TaskKind{casefile.TaskAssignWelfare, casefile.TaskReport, casefile.TaskSignWelfare} {
			s.answer(s.task(kind, 2))
		}
		s.propose("ewan", refuseAll)
	})
	t.Run("a check that has begun is not begun again", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Representation)
		s.correct(3, "date_of_birth", "2017-01-01")
		require.False(t, s.isOpen(casefile.TaskAssignWelfare, 3))
	})
	t.Run("not when the decision is signed", func(t *testing.T) {
		s := o.family(t, nil)
		s.decided(grantAll)
		s.correct(2, "date_of_birth", "2009-06")
		require.Equal(t, []string{"service.serve"}, s.openTasks())
	})
	t.Run("nor by their names or their address", func(t *testing.T) {
		s := o.family(t, nil).until(casefile.Evidence)
		before := s.openTasks()
		s.correct(2, "family_name", "Child")
		s.correct(0, "address", "3 Other Street")
		require.Equal(t, before, s.openTasks())
	})
}

// TestACorrectionReturnsAProposal: it was made on a file that has changed since,
// whatever the fact; what was refused returns nothing (process.md, Four eyes).
func TestACorrectionReturnsAProposal(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		person       int
		field, value string
	}{{2, "nationality", "Iran"}, {0, "phone", "0141 000 0000"}, {3, "school", "Drumchapel High"}} {
		s := o.family(t, nil).toDecision()
		s.propose("ewan", refuseAll)
		s.refusedCommand(casefile.RefusedFields, s.correction(2, "sex", "female", "passport"))
		require.True(t, s.isOpen(casefile.TaskAgree, 0))
		agreed := s.agreement()
		s.correct(c.person, c.field, c.value)
		require.Equal(t, "stale", s.closed(casefile.TaskAgree, 0).Result, c.field)
		require.Equal(t, casefile.DecisionMaker, s.task(casefile.TaskPropose, 0).Awaiting)
		s.refused(casefile.RefusedStale, "ailsa", casefile.ActAgree, 0, agreed)
		s.propose("ewan", refuseAll)
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
	}
}

// TestFactsCountAtOnce: the rules are asked again with what a corrected file
// says, and a recommendation names who it is for (row 7).
func TestFactsCountAtOnce(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).toDecision()
	require.Contains(t, s.recommended(1).Met, "long-residence", "six years here")
	s.correct(1, "arrived_on", "2023-05-01")
	r := s.recommended(1)
	require.NotContains(t, r.Met, "long-residence")
	require.Contains(t, s.recommended(2).Met, "long-residence", "the spouse came when the file says")
	s.correct(1, "arrived_on", "2020")
	require.Contains(t, s.recommended(1).Unknown, "residence_years", "a year may be five or six: an unknown satisfies nothing")
}
