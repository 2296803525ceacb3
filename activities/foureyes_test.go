package activities_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// grantRole gives a login one more role, under the person it belongs to or under
// another name for the same pair of eyes.
func (o *staffed) grantRole(login, person string, role casefile.Party, council string) {
	o.T.Helper()
	// The staff list lets no two houses meet in one person; what is tried here lies behind it.
	o.Exec(`alter table staff disable trigger one_house`)
	o.Exec(`insert into staff (login, person, role, council) values ($1, $2, $3, nullif($4, ''))`, login, person, role, council)
	o.Exec(`alter table staff enable trigger one_house`)
}

const glasgow = "S12000049"

// TestFourEyes: the parts of process.md are different people on one case. Each
// row lets one person play a first part and then try a second one.
func TestFourEyes(t *testing.T) {
	o := newStaffed(t)
	o.grantRole("ewan", "ewan", casefile.SecondOfficer, "")
	o.grantRole("fiona", "fiona", casefile.DecisionMaker, "")
	o.grantRole("fiona", "fiona", casefile.SecondOfficer, "")
	o.grantRole("agnes", "agnes", casefile.LeadProfessional, glasgow)
	o.grantRole("agnes", "agnes", casefile.DecisionMaker, "")
	o.grantRole("eilidh", "eilidh", casefile.SecondOfficer, "")
	o.grantRole("eilidh", "eilidh", casefile.DecisionMaker, "")
	o.grantRole("murdo", "murdo", casefile.SeniorCaseworker, "")
	// Two logins of one person are one pair of eyes.
	o.Exec(`update staff set person = 'gregor' where login = 'struan'`)
	o.Exec(`update staff set person = 'kirsty' where login = 'finlay'`)

	waive := &casefile.WaiveFields{Reason: "family_asks"}
	waived := func(by string) func(*journey) {
		return func(s *journey) {
			s.instead[casefile.TaskReport] = func(task casefile.Task) { s.do(by, casefile.ActWaive, task.Subject, waive) }
		}
	}
	draft := func(s *journey) { s.do("kirsty", casefile.ActDraft, 0, nil) }
	o.grantRole("rory", "rory", casefile.RepresentationDrafter, "")
	o.grantRole("jean", "jean", casefile.DecisionMaker, "")
	o.grantRole("minister", "minister", casefile.DecisionMaker, "")
	o.grantRole("minister", "minister", casefile.SecondOfficer, "")
	o.grantRole("kirsty", "kirsty", casefile.SecondOfficer, "")
	represented := func(s *journey) {
		s.instead[casefile.TaskWindow] = func(casefile.Task) {
			for _, step := range []struct {
				login string
				act   casefile.Act
			}{{"kirsty", casefile.ActDraft}, {"rory", casefile.ActCheckDraft}, {"jean", casefile.ActClear}, {"minister", casefile.ActSignLetter}, {"jean", casefile.ActSendLetter}} {
				s.do(step.login, step.act, 0, nil)
			}
			s.answer(s.task(casefile.TaskAnswer, 1))
		}
	}
	for _, c := range []struct {
		row      string
		before   func(*journey)
		proposer string
		outcomes []casefile.Outcome
		login    string
		act      casefile.Act
		subject  int
		fields   func(*journey) casefile.Fields
	}{
		{"author agrees to their own refusal", nil, "ewan", refuseAll, "ewan", casefile.ActAgree, 0, func(s *journey) casefile.Fields { return s.agreement() }},
		{"author agrees under another login", nil, "gregor", refuseAll, "struan", casefile.ActAgree, 0, func(s *journey) casefile.Fields { return s.agreement() }},
		{"author returns their own proposal", nil, "ewan", refuseAll, "ewan", casefile.ActReturn, 0, func(*journey) casefile.Fields { return &casefile.ReturnFields{Reasons: []string{"law"}} }},
		{"welfare author agrees", nil, "ewan", refuseAll, "eilidh", casefile.ActAgree, 0, func(s *journey) casefile.Fields { return s.agreement() }},
		{"giver of a waiver agrees", waived("fiona"), "", nil, "fiona", casefile.ActAgree, 0, func(s *journey) casefile.Fields {
			s.sampled = true
			s.propose("ewan", grantAll)
			return s.agreement()
		}},
		{"welfare author proposes", nil, "", nil, "eilidh", casefile.ActPropose, 0, func(s *journey) casefile.Fields { return s.proposal(grantAll) }},
		{"welfare signer proposes", nil, "", nil, "agnes", casefile.ActPropose, 0, func(s *journey) casefile.Fields { return s.proposal(grantAll) }},
		{"giver of a waiver proposes", waived("fiona"), "", nil, "fiona", casefile.ActPropose, 0, func(s *journey) casefile.Fields { return s.proposal(grantAll) }},
		{"clearer proposes", represented, "", nil, "jean", casefile.ActPropose, 0, func(s *journey) casefile.Fields { return s.proposal(grantAll) }},
		{"signer proposes", represented, "", nil, "minister", casefile.ActPropose, 0, func(s *journey) casefile.Fields { return s.proposal(grantAll) }},
		{"signer agrees", represented, "ewan", refuseAll, "minister", casefile.ActAgree, 0, func(s *journey) casefile.Fields { return s.agreement() }},
		{"drafter agrees", represented, "ewan", refuseAll, "kirsty", casefile.ActAgree, 0, func(s *journey) casefile.Fields { return s.agreement() }},
		{"drafter checks their own draft", draft, "", nil, "kirsty", casefile.ActCheckDraft, 0, func(*journey) casefile.Fields { return nil }},
		{"drafter checks it under another login", draft, "", nil, "finlay", casefile.ActCheckDraft, 0, func(*journey) casefile.Fields { return nil }},
	} {
		t.Run(c.row, func(t *testing.T) {
			s := o.family(t, nil)
			if c.act == casefile.ActCheckDraft {
				s.until(casefile.Evidence)
			}
			if c.before != nil {
				c.before(s)
			}
			if c.act != casefile.ActCheckDraft {
				s.toDecision()
			}
			if c.proposer != "" {
				s.propose(c.proposer, c.outcomes)
			}
			s.refused(casefile.RefusedFourEyes, c.login, c.act, c.subject, c.fields(s))
		})
	}

	t.Run("welfare author signs", func(t *testing.T) {
		s := o.family(t, nil)
		s.until(casefile.Evidence)
		s.do("agnes", casefile.ActAssignWelfare, 3, &casefile.AssignReportFields{To: "agnes"})
		s.do("agnes", casefile.ActReport, 3, practice.Report())
		s.refused(casefile.RefusedFourEyes, "agnes", casefile.ActSignWelfare, 3, nil)
		s.do("murdo", casefile.ActSignWelfare, 3, nil)
	})
	t.Run("giver of a waiver signs the report on another child", func(t *testing.T) {
		s := o.family(t, func(f *casefile.Family) {
			second := f.People[2]
			second.No, second.Key, second.NameKey = 4, "4", ""
			f.People = append(f.People, second)
		})
		s.until(casefile.Evidence)
		s.do("murdo", casefile.ActWaive, 3, waive)
		s.do("agnes", casefile.ActAssignWelfare, 4, &casefile.AssignReportFields{To: "eilidh"})
		s.do("eilidh", casefile.ActReport, 4, practice.Report())
		s.refused(casefile.RefusedFourEyes, "murdo", casefile.ActSignWelfare, 4, nil)
	})
	t.Run("one person may play one part twice", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.propose("ewan", refuseAll)
		s.do("ailsa", casefile.ActReturn, 0, &casefile.ReturnFields{Reasons: []string{"law"}})
		s.propose("ewan", refuseAll)
		s.do("ailsa", casefile.ActAgree, 0, s.agreement())
		require.True(t, s.review.Signed)
	})
	t.Run("parts belong to one case", func(t *testing.T) {
		s := o.family(t, nil).toDecision()
		s.propose("gregor", refuseAll)
		other := o.family(t, nil).toDecision()
		other.propose("ewan", refuseAll)
		other.do("struan", casefile.ActAgree, 0, other.agreement())
		require.Equal(t, "second_officer", other.parts()["gregor"])
		require.Equal(t, "proposal_author", s.parts()["gregor"])
	})
}

// TestFourEyesInTheDatabase: whatever the code might do, no login can write a
// decision that one person made alone, not a superuser's.
func TestFourEyesInTheDatabase(t *testing.T) {
	o := newStaffed(t)
	refuses := func(t *testing.T, constraint, query string, args ...any) {
		t.Helper()
		tx, err := o.Super.Beginx()
		require.NoError(t, err)
		_, err = tx.Exec(query, args...)
		require.ErrorContains(t, err, constraint, "%s", query)
		require.NoError(t, tx.Rollback())
	}
	const decide = `insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
		select $1, 1, 1, $2, nullif($3, ''), $4, '2026-03-02', '2026-03-02 09:00Z', $5, rule_set from review where case_ref = $1`

	s := o.family(t, nil).toDecision()
	s.do("kirsty", casefile.ActDraft, 0, nil)
	s.propose("ewan", refuseAll)
	t.Run("decision", func(t *testing.T) {
		refuses(t, "decision_four_eyes", decide, s.ref, "ewan", "ewan", "refusal", "ALL_REFUSED")
		refuses(t, "second_officer_due", decide, s.ref, "ewan", "", "refusal", "ALL_REFUSED")
		refuses(t, "second_officer_due", decide, s.ref, "ewan", "", "no", "MIXED")
		refuses(t, "foreign key", decide, s.ref, "ewan", "", "no", "ALL_GRANTED")               // the proposal says otherwise
		refuses(t, "foreign key", decide, s.ref, "ewan", "struan", "refusal", "ALL_REFUSED")    // struan plays no part
		refuses(t, "foreign key", decide, s.ref, "ewan", "eilidh", "refusal", "ALL_REFUSED")    // eilidh wrote the child's report
		refuses(t, "foreign key", decide, s.ref, "catriona", "ailsa", "refusal", "ALL_REFUSED") // catriona proposed nothing
	})
	t.Run("part", func(t *testing.T) {
		for _, part := range []casefile.Part{casefile.PartSecond, casefile.PartReporter, casefile.PartSigner, casefile.PartWaiver, casefile.PartDrafter, casefile.PartRepChecker,
			casefile.PartRepClearer, casefile.PartRepSigner} {
			refuses(t, "officer_pkey", `insert into officer (case_ref, person, part) values ($1, 'ewan', $2)`, s.ref, part)
			refuses(t, "foreign key", `update officer set part = $2 where case_ref = $1 and person = 'ewan'`, s.ref, part)
		}
	})
	t.Run("proposal", func(t *testing.T) {
		refuses(t, "return_four_eyes", `update proposal set state = 'returned', returned_by = 'ewan' where case_ref = $1`, s.ref)
		refuses(t, "one_open_proposal", `insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, command_id)
			select case_ref, 2, author, revision, proposed_on, proposed_at, second_due, command_id from proposal where case_ref = $1`, s.ref)
		refuses(t, "no_reason_rests_on_a_gap", `insert into finding (case_ref, no, by_second, person_no, factor, finding) values ($1, 1, true, 0, 'age', 'against')`, s.ref)
	})
	t.Run("welfare check", func(t *testing.T) {
		refuses(t, "welfare_four_eyes", `update welfare_check set signer = author where case_ref = $1`, s.ref)
		refuses(t, "foreign key", `update welfare_check set signer = 'ewan' where case_ref = $1`, s.ref)
		refuses(t, "foreign key", `update welfare_check set author = 'ewan' where case_ref = $1`, s.ref)
		refuses(t, "foreign key", `insert into welfare_waiver (case_ref, person_no, giver, given_on, command_id) values ($1, 3, 'ewan', '2026-03-02', $2)`, s.ref, uuid.New())
	})
	t.Run("representation", func(t *testing.T) {
		refuses(t, "representation_four_eyes", `update representation set checker = drafter where case_ref = $1`, s.ref)
		for _, column := range []string{"drafter", "checker", "cleared_by", "signer"} {
			refuses(t, "foreign key", `update representation set `+column+` = 'ewan' where case_ref = $1`, s.ref) // who proposed
		}
	})
	t.Run("outcome", func(t *testing.T) {
		granted := o.family(t, nil).toDecision()
		granted.propose("ewan", grantAll)
		require.True(t, granted.review.Signed)
		// A grant that its author signed alone can't become a refusal.
		refuses(t, "second_officer_due", `update decision_outcome set outcome = 'REFUSED_UPHELD' where case_ref = $1 and person_no = 2`, granted.ref)
	})
}

// TestStaffWriteCommandsOnly: with psql in hand, a member of staff can neither
// write a fact nor do an act of a role that they don't hold.
func TestStaffWriteCommandsOnly(t *testing.T) {
	o := newStaffed(t)
	s := o.family(t, nil).toDecision()
	s.propose("ewan", refuseAll)
	for _, login := range []string{"ewan", "ailsa", "fiona", "eilidh", "agnes", "minister", "archie", "una"} {
		db := o.sql(login)
		for table := range o.factTables() {
			_, err := db.Exec(`delete from ` + table)
			require.ErrorContains(t, err, "permission denied", "%s: %s", login, table)
			_, err = db.Exec(`insert into ` + table + ` default values`)
			require.ErrorContains(t, err, "permission denied", "%s: %s", login, table)
		}
		_, err := db.Exec(`update review set signed_on = '2026-03-02', rollup = 'ALL_GRANTED'`)
		require.ErrorContains(t, err, "permission denied", "%s", login)
	}
	before := testdb.Value[int](o, `select count(*) from command`)
	for _, c := range []struct {
		login string
		act   casefile.Act
	}{
		{"ewan", casefile.ActAgree}, {"ailsa", casefile.ActPropose}, {"minister", casefile.ActPropose}, {"jean", casefile.ActAgree},
		{"morag", casefile.ActWaive}, {"eilidh", casefile.ActSignWelfare}, {"agnes", casefile.ActReport}, {"una", casefile.ActContact},
		{"archie", casefile.ActEvidence}, {"city_of_edinburgh_lead", casefile.ActReport}, {"fiona", "decision.sign"},
	} {
		err := o.desk(c.login).InsertCommand(t.Context(), store.NewCommand{ID: uuid.New(), Case: s.ref, Act: c.act, AttestedOn: monday, Fields: []byte(`{}`)})
		if c.login == "city_of_edinburgh_lead" {
			require.Error(t, err, "the case is not of their council")
			continue
		}
		require.True(t, store.IsKind(err, store.NotPermitted), "%s, %s: %v", c.login, c.act, err)
	}
	require.Equal(t, before, testdb.Value[int](o, `select count(*) from command`))
}
