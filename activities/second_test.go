package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/testdb"
)

// secondDue is why the case's last proposal needs a second officer.
func (s *journey) secondDue() string {
	s.t.Helper()
	return testdb.Value[string](s.staffed, `select second_due from proposal where case_ref = $1 order by no desc limit 1`, s.ref)
}

// TestADrawStaysWithTheCase: a grant that was drawn for the second officer can't be
// drawn again until it is not (A3, F3). The next draw would let each go free.
func TestADrawStaysWithTheCase(t *testing.T) {
	o := newStaffed(t)
	for what, again := range map[string]func(*journey){
		"withdrawn by its author": func(s *journey) {
			s.do("ewan", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"})
		},
		"made stale by an act of its author's own": func(s *journey) {
			s.do("ewan", casefile.ActInterview, 1, &casefile.InterviewFields{Adverse: "none"})
		},
		"returned by the second officer": func(s *journey) {
			s.do("ailsa", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"reasons_thin"}})
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := o.family(t, nil).toDecision()
			s.sampled = true
			s.propose("ewan", grantAll)
			require.Equal(t, "sample", s.secondDue())
			again(s)
			s.sampled = false
			s.propose("ewan", grantAll)
			require.NotEqual(t, "no", s.secondDue())
			require.False(t, s.review.Signed, "it waits for a second officer")
			s.do("ewan", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "new_facts"})
			s.propose("ewan", grantAll)
			require.False(t, s.review.Signed, "and the third time too")
			s.do("ailsa", casefile.ActAgree, 0, s.agreement())
			require.True(t, s.review.Signed)
		})
	}
}

// TestAReturnedCaseNeedsTwo: a refusal that the second officer returned does not
// become a grant of its author alone. One that went back by itself may.
func TestAReturnedCaseNeedsTwo(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).toDecision()
	s.propose("ewan", refuseAll)
	s.do("ailsa", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"outcome"}})
	s.propose("ewan", grantAll)
	require.Equal(t, "returned", s.secondDue())
	require.False(t, s.review.Signed)

	stale := o.family(t, nil).toDecision()
	stale.propose("ewan", refuseAll)
	stale.do("morag", casefile.ActContact, 0, &casefile.ContactFields{How: "phone"})
	stale.propose("ewan", grantAll)
	require.Equal(t, "no", stale.secondDue())
	require.True(t, stale.review.Signed)
}

// TestTheDatabaseHoldsTheSecondOfficer: the worker's own login can't write a proposal
// that needs none after one that did, nor make one need none; verify names one that
// stands there all the same.
func TestTheDatabaseHoldsTheSecondOfficer(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).toDecision()
	s.sampled = true
	s.propose("ewan", grantAll)
	worker := o.sql("hame_worker")
	const none = `update proposal set second_due = 'no' where case_ref = $1`
	_, err := worker.Exec(none, s.ref)
	require.ErrorContains(t, err, "permission denied")
	_, err = o.Super.Exec(none, s.ref)
	require.ErrorContains(t, err, "second_officer_due", "nor can a superuser")
	s.do("ewan", casefile.ActWithdraw, 0, &casefile.WithdrawFields{Reason: "mistake"})
	const next = `insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, command_id)
		select case_ref, 2, author, revision, proposed_on, proposed_at, 'no', command_id from proposal where case_ref = $1`
	_, err = worker.Exec(next, s.ref)
	require.ErrorContains(t, err, "second_officer_due")
	require.NotContains(t, o.breaches(), "four eyes")
	o.Exec(`alter table proposal disable trigger user`)
	o.Exec(next, s.ref)
	o.Exec(`alter table proposal enable trigger user`)
	require.Contains(t, o.breaches(), "four eyes")
}

// breaches lists the rules that verify finds broken.
func (o *staffed) breaches() []string {
	o.T.Helper()
	rules := []string{}
	require.NoError(o.T, o.sql("una").Select(&rules, `select rule from verify_record()`))
	return rules
}

var nothingFound = &casefile.LookIntoFields{Finding: "no_concern"}

// TestAReferralIsLookedIntoFirst: what the police referred, and public harm alleged,
// asked for or confirmed, is looked into by a senior caseworker, on record; then any
// outcome takes two officers (A6).
func TestAReferralIsLookedIntoFirst(t *testing.T) {
	o := newStaffed(t)
	for _, c := range []struct {
		what   string
		family func(*casefile.Family)
		refer  func(*journey)
	}{
		{"the police refer", nil, func(s *journey) {
			s.do("morag", casefile.ActRequestCheck, 1, nil)
			s.do("morag", casefile.ActRecordCheck, 1, &casefile.CheckFields{Result: casefile.CheckRefer, DoneOn: s.today()})
		}},
		{"the police refer, and later find the person clear", nil, func(s *journey) {
			s.do("morag", casefile.ActRequestCheck, 1, nil)
			s.do("morag", casefile.ActRecordCheck, 1, &casefile.CheckFields{Result: casefile.CheckRefer, DoneOn: s.today()})
			s.do("morag", casefile.ActRequestCheck, 1, nil)
			s.check(1, s.today())
		}},
		{"the file alleges public harm", func(f *casefile.Family) { f.People[0].Flags = []casefile.Flag{casefile.FlagPublicHarm} }, func(*journey) {}},
		{"public harm waits for its second officer", nil, func(s *journey) { s.flag("fiona", 1, casefile.FlagPublicHarm, "on") }},
		{"public harm is confirmed", nil, func(s *journey) {
			s.flag("fiona", 1, casefile.FlagPublicHarm, "on")
			s.flag("douglas", 1, casefile.FlagPublicHarm, "on")
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := o.family(t, c.family).toDecision()
			c.refer(s)
			require.True(t, s.isOpen(casefile.TaskReferral, 1), "a senior caseworker has the task: %v", s.openTasks())
			for _, outcomes := range [][]casefile.Outcome{grantAll, refuseAll} {
				s.proposes(s.proposal(outcomes), []casefile.Block{casefile.BlockReferral})
			}
			s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActLookInto, 2, nothingFound)
			s.do("fiona", casefile.ActLookInto, 1, nothingFound)
			require.False(t, s.isOpen(casefile.TaskReferral, 1))
			s.refused(casefile.RefusedNothingOpen, "fiona", casefile.ActLookInto, 1, nothingFound)
			s.propose("ewan", grantAll)
			require.Equal(t, "referral", s.secondDue())
			require.False(t, s.review.Signed)
			s.do("ailsa", casefile.ActAgree, 0, s.agreement())
			require.True(t, s.review.Signed)
			require.NotContains(t, o.breaches(), "four eyes")
		})
	}
	t.Run("public harm that two officers cleared needs neither", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		for _, to := range []string{"on", "off"} {
			s.flag("fiona", 1, casefile.FlagPublicHarm, to)
			s.flag("douglas", 1, casefile.FlagPublicHarm, to)
		}
		require.False(t, s.isOpen(casefile.TaskReferral, 1))
		s.propose("ewan", grantAll)
		require.True(t, s.review.Signed)
	})
	t.Run("raised again, it is looked into again", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		for _, to := range []string{"on", "off", "on"} {
			s.flag("fiona", 1, casefile.FlagPublicHarm, to)
			s.flag("douglas", 1, casefile.FlagPublicHarm, to)
			if to == "on" {
				s.do("fiona", casefile.ActLookInto, 1, nothingFound)
			}
		}
		require.Equal(t, 2, testdb.Value[int](o, `select count(*) from looked_into where case_ref = $1`, s.ref))
	})
	t.Run("held in the database", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.propose("ewan", refuseAll)
		o.Exec(`update security_check set result = 'refer' where case_ref = $1 and person_no = 1`, s.ref)
		worker := o.sql("hame_worker")
		s.command("ailsa", casefile.ActAgree, 0, s.today(), s.agreement()) // typed, and not delivered
		_, err := worker.Exec(`insert into officer (case_ref, person, part) values ($1, 'ailsa', 'second_officer')`, s.ref)
		require.NoError(t, err)
		_, err = worker.Exec(`insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
			select $1, 1, 1, 'ewan', 'ailsa', 'refusal', '2026-03-02', '2026-03-02 09:00Z', 'ALL_REFUSED', rule_set from review where case_ref = $1`, s.ref)
		require.ErrorContains(t, err, "referral_looked_into")
	})
}
