package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/policy"
	"hame/internal/store"
)

// requestChecks asks for the security check of a person, or of everybody who may be an adult.
func requestChecks(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	people, err := c.People(ctx, c.ref)
	if err != nil {
		return err
	}
	// While somebody waits for a decision that is made anew, what the one that stands for the
	// others was signed on is not asked again. To correct it, everybody's is.
	settled := map[int]bool{}
	if c.before.Signed && cmd.Subject == 0 {
		h, err := c.household(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(h.Present(), casefile.Member.Undecided) {
			for _, m := range h.Present() {
				settled[m.No] = !m.Undecided()
			}
		}
	}
	for _, p := range people {
		if settled[p.No] {
			continue
		}
		if cmd.Subject != p.No && (cmd.Subject != 0 || !casefile.NeedsSecurityCheck(p.Birth, p.Relationship, p.AgeDisputed,
			c.today)) {
			continue
		}
		if err := c.RequestCheck(ctx, c.ref, p.No, cmd.AttestedOn); err != nil {
			return err
		}
		if err := c.open(ctx, casefile.TaskCheck, p.No, c.today); err != nil {
			return err
		}
	}
	if cmd.Subject != 0 {
		return nil
	}
	if _, err := c.done(ctx, casefile.TaskRequestCheck, 0, "requested", cmd.AttestedOn); err != nil {
		return err
	}
	// A family of children has nobody to check.
	return c.askWhenChecked(ctx)
}

// recordCheck records a result. When the last one asked for is there, the rule
// sets are consulted and a decision maker is asked to propose.
func recordCheck(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.CheckFields)
	found, err := c.RecordCheck(ctx, c.ref, cmd.Subject, *f)
	if err != nil {
		return err
	}
	if !found {
		return casefile.Refuse(casefile.RefusedNothingOpen, "no check of this person was asked for: check request first")
	}
	if _, err := c.AddEvidence(ctx, c.ref, casefile.EvidenceFields{Provider: casefile.ProviderPolice,
		Result: casefile.EvidenceComplete}, cmd.Subject, f.DoneOn, cmd.ID); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskCheck, cmd.Subject, casefile.TaskResult(f.Result), f.DoneOn); err != nil {
		return err
	}
	if f.Result == casefile.CheckRefer {
		if err := c.askToLookInto(ctx); err != nil {
			return err
		}
	}
	return c.askWhenChecked(ctx)
}

// openReferrals gives a senior caseworker the task of looking into what was referred
// of each person and is not looked into. It returns the people.
func (c *change) openReferrals(ctx context.Context) ([]int, error) {
	waiting, err := c.NotLookedInto(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	for _, person := range waiting {
		if err := c.open(ctx, casefile.TaskReferral, person, c.today); err != nil {
			return nil, err
		}
	}
	return waiting, nil
}

// askToLookInto opens these tasks, and ends those of whom nothing is left.
func (c *change) askToLookInto(ctx context.Context) error {
	waiting, err := c.openReferrals(ctx)
	if err != nil {
		return err
	}
	open, err := c.OpenSubjects(ctx, c.ref, casefile.TaskReferral)
	if err != nil {
		return err
	}
	for _, person := range open {
		if slices.Contains(waiting, person) {
			continue
		}
		if _, err := c.done(ctx, casefile.TaskReferral, person, "settled", c.today); err != nil {
			return err
		}
	}
	return nil
}

// lookIntoReferral records what a senior caseworker found of a person's referral. It decides
// nothing; from then on an outcome can be proposed, and takes two officers.
func lookIntoReferral(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	looked, err := c.LookInto(ctx, c.ref, cmd.Subject, fields.(*casefile.LookIntoFields).Finding, cmd.Person,
		cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if !looked {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"nothing that was referred or alleged of this person waits to be looked into")
	}
	_, err = c.done(ctx, casefile.TaskReferral, cmd.Subject, "looked_into", cmd.AttestedOn)
	return err
}

// askWhenChecked asks for a proposal when no security check is outstanding, and
// no proposal waits. Exception: nobody is asked to correct a signed decision.
func (c *change) askWhenChecked(ctx context.Context) error {
	if c.before.Signed {
		return nil
	}
	outstanding, err := c.OpenSubjects(ctx, c.ref, casefile.TaskCheck)
	if err != nil || len(outstanding) > 0 {
		return err
	}
	if _, err := c.OpenProposal(ctx, c.ref); !store.IsKind(err, store.NotFound) {
		return err
	}
	return c.askForProposal(ctx)
}

// askForProposal gives the decision maker the task, with what the rule sets make
// of the file as it stands. A request for the checks that was not answered does not count any more.
func (c *change) askForProposal(ctx context.Context) error {
	if err := c.recommend(ctx, c.before.Revision+1); err != nil {
		return err
	}
	author, err := c.nextAuthor(ctx)
	if err != nil {
		return err
	}
	return c.openFor(ctx, casefile.TaskPropose, 0, c.today, author)
}

// returnsToSenior is how many returns by a second officer take a case from the
// decision makers to a senior caseworker (process.md, Four eyes).
const returnsToSenior = 2

// nextAuthor is whose proposal comes next: a decision maker's, and after a second
// return a senior caseworker's who is not yet involved.
func (c *change) nextAuthor(ctx context.Context) (casefile.Party, error) {
	returns, err := c.OfficersReturns(ctx, c.ref)
	if returns >= returnsToSenior {
		return casefile.SeniorCaseworker, err
	}
	return casefile.DecisionMaker, err
}

// mayPropose refuses an author whose turn it is not.
func (c *change) mayPropose(ctx context.Context, person string) error {
	author, err := c.nextAuthor(ctx)
	if err != nil {
		return err
	}
	holds, err := c.StaffHolds(ctx, person, author, "")
	if err != nil || holds {
		return err
	}
	if author == casefile.SeniorCaseworker {
		return casefile.Refuse(casefile.RefusedRole, "the proposal was returned twice: a senior caseworker who is not yet involved takes it")
	}
	return casefile.Refuse(casefile.RefusedRole, "a senior caseworker proposes only after a second return")
}

// propose records a proposal. A grant that needs no second officer is signed by
// its author's proposal; the others wait for one ([casefile.DueSecond]). What blocks the signature refuses the proposal.
func propose(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ProposeFields)
	p, file, before, err := c.mayBeProposed(ctx, cmd, f)
	if err != nil {
		return err
	}
	key, err := c.SamplingKey(ctx)
	if err != nil {
		return err
	}
	p.SecondDue = casefile.DueSecond(f.Outcomes, file.Referred, policy.Sampled(key, c.ref, p.No), before)
	if err := c.AddProposal(ctx, c.ref, p, f.Reasons, cmd.AttestedOn, c.now, cmd.ID); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskPropose, 0, "proposed", cmd.AttestedOn); err != nil {
		return err
	}
	if p.SecondDue != casefile.NoSecond {
		return c.open(ctx, casefile.TaskAgree, 0, c.today)
	}
	return c.Sign(ctx, c.ref, p, "", cmd.AttestedOn, c.now)
}

// mayBeProposed refuses a proposal that its author may not make, that was made on another
// revision of the file, or whose signature something blocks. It returns the proposal with
// its number, the file that it rests on, and what earlier proposals mean for it.
func (c *change) mayBeProposed(ctx context.Context, cmd store.Command, f *casefile.ProposeFields) (p store.Proposal,
	file casefile.File, before casefile.Proposals, err error) {
	if err = c.mayPropose(ctx, cmd.Person); err != nil {
		return p, file, before, err
	}
	if f.Revision != c.before.Revision {
		return p, file, before, stale(f.Revision, c.before.Revision)
	}
	if err = c.catchUp(ctx); err != nil { // what blocks a signature rests on days
		return p, file, before, err
	}
	if _, err = c.OpenProposal(ctx, c.ref); err == nil {
		return p, file, before, casefile.Refuse(casefile.RefusedAlreadyDone, "a proposal waits for the second officer")
	} else if !store.IsKind(err, store.NotFound) {
		return p, file, before, err
	}
	if file, err = c.SignatureFile(ctx, c.ref, c.today); err != nil {
		return p, file, before, err
	}
	p = store.Proposal{Author: cmd.Person, Revision: f.Revision, Outcomes: f.Outcomes, Adverse: map[int]bool{}}
	for _, o := range f.Outcomes {
		p.Adverse[o.Person] = slices.ContainsFunc(f.Reasons, func(r casefile.Reason) bool {
			return r.Adverse && (r.Person == 0 || r.Person == o.Person)
		})
	}
	if err = c.mayBeSigned(file, p); err != nil {
		return p, file, before, err
	}
	if err = c.citable(ctx, f.Reasons); err != nil {
		return p, file, before, err
	}
	p.No, before, err = c.NextProposal(ctx, c.ref)
	return p, file, before, err
}

func stale(of, now int) error {
	return casefile.Refuse(casefile.RefusedStale, fmt.Sprintf("it was made on revision %d of the file, which is now at %d: read it again", of, now))
}

// mayBeSigned refuses outcomes that leave somebody out or that something blocks.
func (c *change) mayBeSigned(file casefile.File, p store.Proposal) error {
	var proposed []casefile.Proposed
	for _, o := range p.Outcomes {
		if !slices.ContainsFunc(file.People, func(x casefile.FilePerson) bool { return x.No == o.Person }) {
			return casefile.Refuse(casefile.RefusedNoSubject, fmt.Sprintf("the family has no person %d", o.Person))
		}
		proposed = append(proposed, casefile.Proposed{Person: o.Person, Outcome: o.Outcome,
			ReliesOnAdverse: p.Adverse[o.Person]})
	}
	if len(proposed) != len(file.People) {
		return casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("outcomes: %d of the family's %d people have one",
			len(proposed), len(file.People)))
	}
	if blocks := casefile.SignatureBlocks(file, proposed, c.today); len(blocks) > 0 {
		return casefile.BlockedRefusal(blocks)
	}
	return nil
}

// citable refuses a finding against somebody that rests on evidence that is not
// there, or on a provider's word that it holds nothing.
func (c *change) citable(ctx context.Context, reasons []casefile.Reason) error {
	numbers, err := c.CitableEvidence(ctx, c.ref)
	if err != nil {
		return err
	}
	if refusal := casefile.CheckCited(reasons, numbers); refusal != nil {
		return refusal
	}
	return nil
}

// agree signs a proposal as its second officer, on the file as it stands.
func agree(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.AgreeFields)
	if c.before.Signed {
		waits, err := c.proposalWaits(ctx)
		if err != nil {
			return err
		}
		if !waits {
			return casefile.Refuse(casefile.RefusedNothingOpen, "the decision is signed, and no other one waits for a second officer")
		}
	}
	if f.Revision != c.before.Revision {
		return stale(f.Revision, c.before.Revision) // also where the proposal has gone back to its author since
	}
	p, err := c.waitingProposal(ctx)
	if err != nil {
		return err
	}
	// The proposal itself counted the revision up by one; nothing else may have.
	if p.Revision+1 != c.before.Revision {
		return stale(f.Revision, c.before.Revision)
	}
	if corrects(p) {
		if err := c.mayCorrect(ctx, p.Outcomes, p.Author, cmd.Person); err != nil {
			return err
		}
	}
	if remakes(p) {
		if err := c.mayRemake(ctx, p.Outcomes, p.Author); err != nil {
			return err
		}
	}
	if err := c.catchUp(ctx); err != nil {
		return err
	}
	file, err := c.SignatureFile(ctx, c.ref, c.today)
	if err != nil {
		return err
	}
	if err := c.mayBeSigned(file, p); err != nil {
		return err
	}
	if err := c.citable(ctx, f.Reasons); err != nil {
		return err
	}
	if err := c.AddFindings(ctx, c.ref, p.No, true, f.Reasons); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskAgree, 0, "agreed", cmd.AttestedOn); err != nil {
		return err
	}
	if err := c.Sign(ctx, c.ref, p, cmd.Person, cmd.AttestedOn, c.now); err != nil {
		return err
	}
	switch {
	case corrects(p):
		return c.serveAnew(ctx)
	case remakes(p):
		return c.serveRemade(ctx, p)
	}
	return nil
}

func returnProposal(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	p, err := c.waitingProposal(ctx)
	if err != nil {
		return err
	}
	if err := c.ReturnProposal(ctx, c.ref, p.No, cmd.Person, fields.(*casefile.ReturnFields).Reasons); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskAgree, 0, "returned", cmd.AttestedOn); err != nil || afterSignature(p) {
		return err
	}
	return c.askForProposal(ctx)
}

// withdraw takes an author's own proposal back before it is signed.
func withdraw(ctx context.Context, c *change, cmd store.Command, _ casefile.Fields) error {
	p, err := c.waitingProposal(ctx)
	if err != nil {
		return err
	}
	if p.Author != cmd.Person {
		return casefile.Refuse(casefile.RefusedRole, "only its author withdraws a proposal; the second officer returns it")
	}
	if err := c.ReturnProposal(ctx, c.ref, p.No, "", []string{"withdrawn"}); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskAgree, 0, "withdrawn", cmd.AttestedOn); err != nil || afterSignature(p) {
		return err
	}
	return c.askForProposal(ctx)
}

func (c *change) waitingProposal(ctx context.Context) (store.Proposal, error) {
	p, err := c.OpenProposal(ctx, c.ref)
	if store.IsKind(err, store.NotFound) {
		return p, casefile.Refuse(casefile.RefusedNothingOpen, "no proposal waits for a second officer")
	}
	return p, err
}

// recommendAnew keeps what the rule sets make of a file up to date while a
// proposal is awaited.
func (c *change) recommendAnew(ctx context.Context) error {
	if !slices.ContainsFunc(c.before.Tasks, func(t casefile.Task) bool { return t.Kind == casefile.TaskPropose }) {
		return nil
	}
	return c.recommend(ctx, c.before.Revision+1)
}

// returnStaleProposal sends an open proposal back to its author when anything
// else was recorded: they must confirm it on the file as it now stands.
func (c *change) returnStaleProposal(ctx context.Context) error {
	if c.before.Stage != casefile.Decision && c.before.Stage != casefile.Service {
		return nil
	}
	p, err := c.OpenProposal(ctx, c.ref)
	if store.IsKind(err, store.NotFound) {
		return c.recommendAnew(ctx)
	}
	if err != nil {
		return err
	}
	// No act's journal: where the act is struck, the proposal stays with its author.
	if err := c.StopJournal(ctx); err != nil {
		return err
	}
	if err := c.ReturnProposal(ctx, c.ref, p.No, "", []string{"stale"}); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskAgree, 0, "stale", c.today); err != nil {
		return err
	}
	if afterSignature(p) {
		return c.keepOpen(ctx)
	}
	return c.askForProposal(ctx)
}
