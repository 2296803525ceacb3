package activities

import (
	"context"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/store"
)

// correctDecision proposes other outcomes in place of signed ones that are wrong by a slip
// (docs/process.md, Correcting a signed decision). A second officer
// always signs the correction or returns it, whether it grants or refuses.
func correctDecision(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ProposeFields)
	if err := c.mayCorrect(ctx, f.Outcomes, cmd.Person, ""); err != nil {
		return err
	}
	p, _, _, err := c.mayBeProposed(ctx, cmd, f)
	if err != nil {
		return err
	}
	p.SecondDue = casefile.SecondForCorrection
	if err := c.AddProposal(ctx, c.ref, p, f.Reasons, cmd.AttestedOn, c.now, cmd.ID); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskAgree, 0, c.today)
}

// afterSignature reports whether a proposal would take the place of a signed decision.
func afterSignature(p store.Proposal) bool { return corrects(p) || remakes(p) }

// corrects reports whether a proposal would correct a signed decision.
func corrects(p store.Proposal) bool { return p.SecondDue == casefile.SecondForCorrection }

// mayCorrect refuses outcomes that can't take the place of those that stand, and two
// officers who both signed these. second is empty until somebody agrees.
func (c *change) mayCorrect(ctx context.Context, outcomes []casefile.ProposedOutcome, author, second string) error {
	d, err := c.DecisionInForce(ctx, c.ref)
	if err != nil {
		return err
	}
	people, err := c.Decided(ctx, c.ref)
	if err != nil {
		return err
	}
	stand := make([]casefile.StandingOutcome, len(people))
	for i, p := range people {
		if !p.FellOn.IsZero() {
			return casefile.Refuse(casefile.RefusedConstraint, fmt.Sprintf(
				"the refusal of person %d fell on %s: decision remake makes it anew, and nothing of it is corrected", p.Person, p.FellOn))
		}
		stand[i] = casefile.StandingOutcome{Person: p.Person, Outcome: p.Outcome, Served: !p.ServedOn.IsZero(),
			Appealed: !p.AppealOn.IsZero()}
	}
	if refusal := casefile.CheckCorrection(d.No, stand, outcomes); refusal != nil {
		return refusal
	}
	if refusal := casefile.CheckCorrectors(d.No, author, second, d.Signers()); refusal != nil {
		return refusal
	}
	return nil
}

// serveAnew lets a decision that corrects another be carried out from the beginning: it has
// a letter of its own, everybody is served with it, and who is still refused has a new
// window to appeal in. What ran from the service of the earlier decision is moot.
func (c *change) serveAnew(ctx context.Context) error {
	kind := decisionLetter
	sent, err := c.EarlierDecisionSent(ctx, c.ref)
	if err != nil {
		return err
	}
	if sent {
		kind = correctionLetter
	}
	if _, err := c.AddLetter(ctx, c.ref, kind, c.now); err != nil {
		return err
	}
	if err := c.VoidTasks(ctx, c.ref, -1, c.now, casefile.TaskStatus, casefile.TaskAppealWindow,
		casefile.TaskNoAppeal); err != nil {
		return err
	}
	if err := c.madeAnew(ctx); err != nil {
		return err
	}
	return c.open(ctx, casefile.TaskServe, 0, c.today) // one that is open keeps its day
}

// keepOpen gives a senior caseworker the case whose last task was done while a correction
// of its decision waited: it would be closed, and nobody would look at the correction again.
// What becomes of somebody's return does not count: it is no look at the decision.
func (c *change) keepOpen(ctx context.Context) error {
	now, err := c.Review(ctx, c.ref)
	if err != nil || slices.ContainsFunc(now.Tasks, func(t casefile.Task) bool { return t.Kind != casefile.TaskReturn }) {
		return err
	}
	return c.open(ctx, casefile.TaskLateArrival, 0, c.today)
}
