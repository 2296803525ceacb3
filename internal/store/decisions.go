package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// RequestCheck asks for a person's security check. An open request stays.
func (t *Tx) RequestCheck(ctx context.Context, ref string, person int, on clock.Date) error {
	return t.exec(ctx, `
		insert into security_check (case_ref, person_no, no, requested_on)
		select $1, $2, coalesce(max(no) filter (where done_on is null), 1 + coalesce(max(no), 0)), $3
		from security_check where case_ref = $1 and person_no = $2
		on conflict do nothing`, ref, person, on)
}

// RecordCheck records the result of a requested check. It reports false if none is open.
func (t *Tx) RecordCheck(ctx context.Context, ref string, person int, f casefile.CheckFields) (bool, error) {
	return t.execOne(ctx, `
		update security_check set done_on = $3, result = $4, valid_until = $3::date + $5::int
		where case_ref = $1 and person_no = $2 and no = (select max(o.no) from security_check o
			where o.case_ref = $1 and o.person_no = $2 and o.done_on is null)`, ref, person, f.DoneOn, f.Result, casefile.SecurityCheckDays)
}

// CheckResults returns each person's latest result.
func (t *Tx) CheckResults(ctx context.Context, ref string) (map[int]string, error) {
	var rows []struct {
		Person int    `db:"person_no"`
		Result string `db:"result"`
	}
	err := t.all(ctx, &rows, `
		select distinct on (person_no) person_no, result from security_check
		where case_ref = $1 and done_on is not null order by person_no, no desc`, ref)
	results := make(map[int]string, len(rows))
	for _, r := range rows {
		results[r.Person] = r.Result
	}
	return results, err
}

// SignatureFile gathers what a signature looks at on a day.
func (t *Tx) SignatureFile(ctx context.Context, ref string, today clock.Date) (casefile.File, error) {
	var f casefile.File
	var row struct {
		Represented bool `db:"represented"`
		Answered    bool `db:"answered"`
		TimeRuns    bool `db:"time_runs"`
		Letter      bool `db:"letter"`
		RepCalled   bool `db:"rep_called"`
		Contacted   bool `db:"contacted"`
		Unanswered  int  `db:"unanswered"`
		Post        bool `db:"post"`
		Illness     bool `db:"illness"`
		Holds       int  `db:"holds"`
		Double      bool `db:"double"`
		Referred    bool `db:"referred"`
		NotLooked   bool `db:"not_looked"`
	}
	err := t.get(ctx, &row, `
		select f.representative <> '' as represented,
			exists (select from evidence e where e.case_ref = $1 and e.provider = 'questionnaire' and e.result <> 'nothing_held') as answered,
			-- Open: asked again, or given time. Closed as a gap: a hold has given its time back since.
			exists (select from task k where k.case_ref = $1 and k.kind = 'evidence.questionnaire' and not k.overdue and k.void_at is null
				and not exists (select from task n where n.case_ref = $1 and n.kind = k.kind and n.id > k.id and n.void_at is null)
				and (exists (select from deadline_change d where d.task_id = k.id and d.cause in ('hold', 'release', 'extension'))
				     or exists (select from task n where n.case_ref = $1 and n.kind = k.kind and n.id < k.id and n.void_at is null))
				and (k.closed_at is null or (k.result = 'gap' and (k.due_on is null or k.due_on >= $2)))) as time_runs,
			exists (select from letter_sent s where s.case_ref = $1 and s.to_whom = 'family' and s.returned_on is null) as letter,
			exists (select from contact c where c.case_ref = $1 and c.how = 'representative') as rep_called,
			exists (select from contact c where c.case_ref = $1 and c.how <> 'representative') as contacted,
			(select count(*) from representation r where r.case_ref = $1 and r.received_on is not null and coalesce(r.answer, 'more') = 'more') as unanswered,
			exists (`+outstandingPost+`) as post,
			exists (select from person_flag x join present q using (case_ref, no)
				where x.case_ref = $1 and x.flag = 'serious_illness' and x.state <> 'off')
				and not exists (select from evidence e where e.case_ref = $1 and e.provider = 'gp' and e.result = 'complete') as illness,
			(select count(*) from hold h where h.case_ref = $1 and h.ended_on is null and h.ground <> 'duplicate') as holds,
			exists (select from hold h where h.case_ref = $1 and h.ended_on is null and h.ground = 'duplicate') as double,
			exists (select from referred x where x.case_ref = $1) as referred,
			exists (select from not_looked_into x where x.case_ref = $1) as not_looked
		from family f where f.case_ref = $1`, ref, today)
	if err != nil {
		return f, err
	}
	f = casefile.File{Represented: row.Represented, FamilyAnswered: row.Answered, FamilysTimeRuns: row.TimeRuns,
		LetterSent:           row.Letter,
		RepresentativeCalled: row.RepCalled, ContactMade: row.Contacted, UnansweredRepresentations: row.Unanswered,
		PostOutstanding: row.Post, IllnessOutstanding: row.Illness, Holds: row.Holds,
		HeldAsDuplicate: row.Double, Referred: row.Referred, NotLookedInto: row.NotLooked}
	var people []struct {
		No           int                   `db:"no"`
		Birth        clock.PartialDate     `db:"date_of_birth"`
		Relationship casefile.Relationship `db:"relationship"`
		AgeDisputed  bool                  `db:"age_disputed"`
		Listed       bool                  `db:"child_when_listed"`
		Check        clock.Date            `db:"check_done_on"`
		Welfare      clock.Date            `db:"welfare_signed_on"`
		Waived       bool                  `db:"waived"`
		Interviewed  bool                  `db:"interviewed"`
		PutOn        clock.Date            `db:"put_on"`
		AnswerBy     clock.Date            `db:"answer_by"`
		Answered     bool                  `db:"answered"`
		Settled      bool                  `db:"settled"`
	}
	err = t.all(ctx, &people, `
		select p.no, p.date_of_birth, p.relationship, coalesce(p.child_when_listed, false) as child_when_listed,
			exists (select from person_flag x where x.case_ref = p.case_ref and x.no = p.no and x.flag = 'age_dispute' and x.state <> 'off') as age_disputed,
			(select max(s.done_on) from security_check s where s.case_ref = p.case_ref and s.person_no = p.no) as check_done_on,
			(select max(w.signed_on) from welfare_check w where w.case_ref = p.case_ref and w.person_no = p.no) as welfare_signed_on,
			exists (select from welfare_waiver v where v.case_ref = p.case_ref and v.person_no = p.no and not exists (
				select from welfare_check w where w.case_ref = p.case_ref and w.person_no = p.no and w.signed_on >= v.given_on)) as waived,
			exists (select from outcome_in_force o where o.case_ref = p.case_ref and o.person_no = p.no and o.fell_on is null)
				and exists (select from present q left join outcome_in_force o on o.case_ref = q.case_ref and o.person_no = q.no
					where q.case_ref = p.case_ref and (o.outcome is null or o.fell_on is not null)) as settled,
			i.interviewed, a.put_on, a.answer_by, coalesce(a.answered, false) as answered
		from person p
		cross join lateral (select count(*) > 0 as interviewed from interview i where i.case_ref = p.case_ref and i.person_no = p.no) i
		-- Of several that were put, the last that is not answered counts; one whose time is stopped has no last day.
		cross join lateral (select max(i.put_on) as put_on, bool_and(answered(i)) as answered,
				case when bool_and(answered(i) or i.answer_by is not null) then max(i.answer_by) filter (where not answered(i)) end as answer_by
			from interview i where i.case_ref = p.case_ref and i.person_no = p.no and i.adverse <> 'none') a
		where p.case_ref = $1
			and not exists (select from end_in_force e where e.case_ref = p.case_ref and e.person_no = p.no)
		order by p.no`, ref)
	for _, p := range people {
		f.People = append(f.People, casefile.FilePerson{No: p.No, Birth: p.Birth, Relationship: p.Relationship,
			AgeDisputed:     p.AgeDisputed,
			ChildWhenListed: p.Listed, CheckDoneOn: p.Check, WelfareSignedOn: p.Welfare, Waived: p.Waived,
			Interviewed: p.Interviewed, Settled: p.Settled,
			AdversePutOn: p.PutOn, AdverseAnswered: p.Answered, AdverseClosedOn: p.AnswerBy})
	}
	return f, err
}

// Proposal is a proposed decision.
type Proposal struct {
	No        int                `db:"no"`
	Author    string             `db:"author"`
	Revision  int                `db:"revision"`
	SecondDue casefile.SecondDue `db:"second_due"`
	Outcomes  []casefile.ProposedOutcome
	Adverse   map[int]bool // persons against whom a reason relies on adverse material
}

// SamplingKey keys the draw of grants for a second officer.
func (t *Tx) SamplingKey(ctx context.Context) (string, error) {
	var key string
	err := t.get(ctx, &key, `select sampling_key from programme`)
	return key, err
}

// NextProposal returns the number that the next proposal on a case will have, and
// what the earlier ones mean for it.
func (t *Tx) NextProposal(ctx context.Context, ref string) (int, casefile.Proposals, error) {
	var row struct {
		No       int  `db:"no"`
		Drawn    bool `db:"drawn"`
		Returned bool `db:"returned"`
	}
	err := t.get(ctx, &row, `
		select 1 + coalesce(max(no), 0) as no, coalesce(bool_or(second_due = 'sample'), false) as drawn, count(returned_by) > 0 as returned
		from proposal where case_ref = $1`, ref)
	return row.No, casefile.Proposals{Drawn: row.Drawn, Returned: row.Returned}, err
}

// NotLookedInto lists the people of whom something was referred or alleged that no
// senior caseworker has looked into.
func (t *Tx) NotLookedInto(ctx context.Context, ref string) ([]int, error) {
	var people []int
	err := t.all(ctx, &people, `select distinct person_no from not_looked_into where case_ref = $1 order by 1`, ref)
	return people, err
}

// LookInto records what was found of everything that was referred or alleged of a
// person. It reports false if nothing waited.
func (t *Tx) LookInto(ctx context.Context, ref string, person int, finding, by string, on clock.Date,
	command uuid.UUID) (bool, error) {
	return t.execOne(ctx, `
		insert into looked_into (case_ref, person_no, about, no, finding, looked_by, looked_on, command_id)
		select case_ref, person_no, about, no, $3, $4, $5, $6 from not_looked_into where case_ref = $1 and person_no = $2`,
		ref, person, finding, by, on, command)
}

// AddProposal records a proposal with its outcomes and findings. The database
// refuses anything but grants where a child's check was waived.
func (t *Tx) AddProposal(ctx context.Context, ref string, p Proposal, reasons []casefile.Reason, on clock.Date,
	at time.Time, command uuid.UUID) error {
	err := t.exec(ctx, `
		insert into proposal (case_ref, no, author, revision, proposed_on, proposed_at, second_due, command_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`, ref, p.No, p.Author, p.Revision, on, at, p.SecondDue, command)
	if err != nil {
		return err
	}
	for _, o := range p.Outcomes {
		if err := t.exec(ctx, `insert into proposal_outcome (case_ref, no, person_no, outcome) values ($1, $2, $3, $4)`, ref,
			p.No, o.Person, o.Outcome); err != nil {
			return err
		}
	}
	return t.AddFindings(ctx, ref, p.No, false, reasons)
}

// AddFindings records coded reasons, the author's or the second officer's own.
func (t *Tx) AddFindings(ctx context.Context, ref string, proposal int, bySecond bool,
	reasons []casefile.Reason) error {
	n := len(reasons)
	people, factors, findings, adverse, evidence := make([]int64, n), make([]string, n), make([]string, n),
		make([]bool, n), make([]string, n)
	for i, r := range reasons {
		people[i], factors[i], findings[i], adverse[i] = int64(r.Person), string(r.Factor), string(r.Finding), r.Adverse
		array, err := pq.Array(r.Evidence).Value()
		if err != nil {
			return err
		}
		evidence[i] = "{}"
		if s, ok := array.(string); ok {
			evidence[i] = s
		}
	}
	return t.exec(ctx, `
		insert into finding (case_ref, no, by_second, person_no, factor, finding, adverse, evidence)
		select $1, $2, $3, p, f, d, a, e::int[] from unnest($4::int[], $5::text[], $6::text[], $7::boolean[], $8::text[]) as x (p, f, d, a, e)`,
		ref, proposal, bySecond, pq.Array(people), pq.Array(factors), pq.Array(findings), pq.Array(adverse),
		pq.Array(evidence))
}

// OpenProposal returns the proposal that waits for a second officer, whole. NotFound if none does.
func (t *Tx) OpenProposal(ctx context.Context, ref string) (Proposal, error) {
	var p Proposal
	if err := t.get(ctx, &p, `select no, author, revision, second_due from proposal where case_ref = $1 and state = 'open'`, ref); err != nil {
		return p, err
	}
	var rows []struct {
		Person  int              `db:"person_no"`
		Outcome casefile.Outcome `db:"outcome"`
		Adverse bool             `db:"adverse"`
	}
	err := t.all(ctx, &rows, `
		select o.person_no, o.outcome, exists (select from finding f where f.case_ref = o.case_ref and f.no = o.no and not f.by_second
			and f.adverse and f.person_no in (0, o.person_no)) as adverse
		from proposal_outcome o where o.case_ref = $1 and o.no = $2 order by o.person_no`, ref, p.No)
	p.Adverse = map[int]bool{}
	for _, r := range rows {
		p.Outcomes = append(p.Outcomes, casefile.ProposedOutcome{Person: r.Person, Outcome: r.Outcome})
		p.Adverse[r.Person] = r.Adverse
	}
	return p, err
}

// ReturnProposal sends the open proposal back to its author.
func (t *Tx) ReturnProposal(ctx context.Context, ref string, no int, by string, codes []string) error {
	return t.exec(ctx, `
		update proposal set state = 'returned', returned_by = nullif($3, ''), return_codes = $4 where case_ref = $1 and no = $2`,
		ref, no, by, pq.Array(codes))
}

// OfficersReturns counts how often second officers have returned a case's
// proposals; what went back as stale or withdrawn does not count.
func (t *Tx) OfficersReturns(ctx context.Context, ref string) (int, error) {
	var n int
	err := t.get(ctx, &n, `select count(*) from proposal where case_ref = $1 and returned_by is not null`, ref)
	return n, err
}

// Sign writes the decision: the only statement that gives a person an outcome.
// second is empty where no second officer is due.
func (t *Tx) Sign(ctx context.Context, ref string, p Proposal, second string, on clock.Date, at time.Time) error {
	var outcomes []casefile.Outcome
	granted := pq.Int64Array{}
	for _, o := range p.Outcomes {
		outcomes = append(outcomes, o.Outcome)
		if o.Outcome.IsGrant() {
			granted = append(granted, int64(o.Person))
		}
	}
	rollup := casefile.RollUp(outcomes)
	err := t.exec(ctx, `
		insert into decision (case_ref, no, proposal_no, author, second, second_due, signed_on, signed_at, rollup, rule_set)
		select $1, coalesce((select max(no) from decision where case_ref = $1), 0) + 1, $2, $3, nullif($4, ''), $5, $6, $7, $8, r.rule_set
		from review r where r.case_ref = $1`,
		ref, p.No, p.Author, second, p.SecondDue, on, at, rollup)
	if err != nil {
		return err
	}
	err = t.exec(ctx, `
		insert into decision_outcome (case_ref, decision_no, person_no, outcome)
		select p.case_ref, d.no, p.person_no, p.outcome
		from proposal_outcome p join decision d on d.case_ref = p.case_ref and d.proposal_no = p.no where p.case_ref = $1 and p.no = $2`, ref, p.No)
	if err != nil {
		return err
	}
	if err := t.exec(ctx, `update proposal set state = 'signed' where case_ref = $1 and no = $2`, ref, p.No); err != nil {
		return err
	}
	// What was still asked for of the decision has lost its object, and so has the wish to return of
	// who is granted leave: they may go or stay, and neither ends a case any more.
	err = t.exec(ctx, `
		update task set closed_at = $2, result = 'signed' where case_ref = $1 and closed_at is null
			and (stage in ('evidence', 'welfare', 'representation', 'decision') or kind = $3 or kind = $4 and subject = any($5))`,
		ref, at, casefile.TaskTriage, casefile.TaskDeparture, granted)
	if err != nil {
		return err
	}
	return t.exec(ctx, `update review set signed_on = $2, rollup = $3 where case_ref = $1`, ref, on, rollup)
}

// SignedDecision is the decision that stands.
type SignedDecision struct {
	No     int        `db:"no"`
	Author string     `db:"author"`
	Second string     `db:"second"` // empty if its author signed it alone
	On     clock.Date `db:"signed_on"`
}

// Signers lists who signed the decision.
func (d SignedDecision) Signers() []string {
	if d.Second == "" {
		return []string{d.Author}
	}
	return []string{d.Author, d.Second}
}

// DecisionInForce returns the decision of a case that stands. NotFound if it is not decided.
func (t *Tx) DecisionInForce(ctx context.Context, ref string) (SignedDecision, error) {
	var d SignedDecision
	err := t.get(ctx, &d, `
		select no, author, coalesce(second, '') as second, signed_on from decision_in_force where case_ref = $1`, ref)
	return d, err
}

// CorrectedSince returns the number of the decision that stands if it was proposed after
// an act that carried out an earlier one, or was about an earlier one's letter; 0 if not.
func (t *Tx) CorrectedSince(ctx context.Context, ref string, act DoneAct) (int, error) {
	var no, letter int
	if act.Act.Rule().Subject == casefile.AboutLetter {
		letter = act.Subject
	}
	err := t.get(ctx, &no, `
		select coalesce((select d.no from decision_in_force d
			join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no join command c on c.id = p.command_id
			where d.case_ref = $1 and d.no > 1 and c.chain_n > $2
			  and ($3 = 0 or exists (select from letter l where l.case_ref = $1 and l.no = $3 and l.decision_no < d.no))), 0)`,
		ref, act.No, letter)
	return no, err
}

// SaveRecommendation keeps what a rule set recommended at a revision, once.
func (t *Tx) SaveRecommendation(ctx context.Context, ref string, revision int, ruleSet string, body []byte,
	at time.Time) error {
	return t.exec(ctx, `
		insert into recommendation (case_ref, revision, rule_set, made_at, body) values ($1, $2, $3, $4, $5) on conflict do nothing`,
		ref, revision, ruleSet, at, string(body))
}

// LastRecommendations returns what each rule set that was asked last made of a family, by
// the hash of the set.
func (t *Tx) LastRecommendations(ctx context.Context, ref string) (map[string][]byte, error) {
	var rows []struct {
		RuleSet string `db:"rule_set"`
		Body    []byte `db:"body"`
	}
	err := t.all(ctx, &rows, `
		select distinct on (rule_set) rule_set, body from recommendation where case_ref = $1
		order by rule_set, revision desc`, ref)
	last := make(map[string][]byte, len(rows))
	for _, r := range rows {
		last[r.RuleSet] = r.Body
	}
	return last, err
}

// ProviderResults returns the best result that each provider gave: what is complete
// before part of it, and part of it before the word that nothing is held. It also returns
// what all the evidence together shows of the lives that the family lives here.
func (t *Tx) ProviderResults(ctx context.Context, ref string) (map[casefile.Provider]casefile.EvidenceResult,
	[]casefile.LifeKind, error) {
	var rows []struct {
		Provider casefile.Provider       `db:"provider"`
		Result   casefile.EvidenceResult `db:"result"`
		Kinds    pq.StringArray          `db:"kinds"`
	}
	err := t.all(ctx, &rows, `
		select distinct on (provider) provider, result,
			(select array_agg(distinct k) from evidence a, unnest(a.kinds) k where a.case_ref = $1) as kinds
		from evidence where case_ref = $1
		order by provider, array_position($2::text[], result)`, ref, pq.Array(casefile.EvidenceResults))
	results := make(map[casefile.Provider]casefile.EvidenceResult, len(rows))
	var kinds []casefile.LifeKind
	for i, r := range rows {
		results[r.Provider] = r.Result
		for _, k := range r.Kinds {
			if i == 0 {
				kinds = append(kinds, casefile.LifeKind(k))
			}
		}
	}
	return results, kinds, err
}
