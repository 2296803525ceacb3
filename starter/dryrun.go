package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"
)

// trial is what a dry run found could be sent.
type trial struct {
	DryRun   bool            `json:"dry_run"`
	Case     string          `json:"case,omitempty"`
	Subject  int             `json:"subject,omitempty"`
	Act      casefile.Act    `json:"act"`
	On       clock.Date      `json:"attested_on"`
	Fields   json.RawMessage `json:"fields"`
	TextSize int             `json:"text_characters,omitempty"`
	Stage    casefile.Stage  `json:"stage,omitempty"`
	Filed    bool            `json:"would_be_filed,omitempty"`
	Effect   string          `json:"effect,omitempty"` // of an act on a lane
}

func (t trial) words() string {
	s := fmt.Sprintf("%s on %s could be sent: fields %s", t.Act, t.On, t.Fields)
	if t.Case != "" {
		s = cli.Reference(t.Case, t.Subject) + " " + s
	}
	if t.TextSize > 0 {
		s += fmt.Sprintf(", a text of %d characters", t.TextSize)
	}
	if t.Filed {
		s += "; the case is closed, and it would be filed with it"
	}
	if t.Effect != "" {
		return s + "; " + t.Effect + "; nothing was changed"
	}
	return s + "; what only its review can tell, such as whether something waits for it, how much of a cap is used, and its days against the case's own, was not tried; nothing was changed"
}

// try checks everything about a command that can be checked without changing
// anything: that the case can be seen, that its stage allows the act, that whom
// it is about is there, and that its revision is the file's. The case is read
// for that, and the read is recorded. What only the review can tell, such as
// whether something waits for the act, it leaves to the review.
func (a *app) try(ctx context.Context, cmd store.NewCommand, fields casefile.Fields) (trial, error) {
	t := trial{DryRun: true, Case: cmd.Case, Subject: cmd.Subject, Act: cmd.Act, On: cmd.AttestedOn, Fields: cmd.Fields,
		TextSize: len([]rune(cmd.Text))}
	if cmd.Act.Rule().NewCouncil {
		return t, a.tryAccepting(ctx, cmd.Case)
	}
	file, _, err := a.read(ctx, cmd.Case, "dry run of "+string(cmd.Act))
	if err != nil {
		return t, err
	}
	db, err := a.database(ctx)
	if err != nil {
		return t, err
	}
	s, err := db.CaseSummary(ctx, cmd.Case)
	if err != nil {
		return t, err
	}
	t.Stage = s.Stage
	me, err := db.Me(ctx)
	if err != nil {
		return t, err
	}
	rule := cmd.Act.Rule()
	if rule.Council && me.Council != s.Council {
		return t, casefile.Refuse(casefile.RefusedRole, fmt.Sprintf("%s is for an officer of the family's own council",
			cmd.Act))
	}
	if t.Filed, err = allowed(s, !file.SignedOn.IsZero(), cmd.Act); err != nil {
		return t, err
	}
	if refusal := rule.CheckSubject(cmd.Case, cmd.Subject); refusal != nil {
		return t, refusal
	}
	if refusal := file.corrects(cmd.Act, fields); refusal != nil {
		return t, refusal
	}
	return t, file.has(rule, cmd.Subject, fields)
}

// tryAccepting refuses to accept a family that does not move to the officer's council; the
// case itself is not theirs to read yet.
func (a *app) tryAccepting(ctx context.Context, ref string) error {
	db, err := a.database(ctx)
	if err != nil {
		return err
	}
	moves, err := db.Moves(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(moves, func(m store.MoveToMe) bool { return m.Case == ref }) {
		return casefile.Refuse(casefile.RefusedNothingOpen,
			"no move of this family to your council waits to be accepted: case moves lists those that do")
	}
	return nil
}

// corrects refuses a correction that can't take the place of the decision that stands; nil
// if it can, or of another act.
func (f caseFile) corrects(act casefile.Act, fields casefile.Fields) *casefile.Refusal {
	proposed, ok := fields.(*casefile.ProposeFields)
	if act != casefile.ActCorrectDecision || !ok || len(f.Outcomes) == 0 {
		return nil
	}
	var stand []casefile.StandingOutcome
	for _, o := range f.Outcomes {
		stand = append(stand, casefile.StandingOutcome{Person: o.Person, Outcome: o.Outcome, Served: !o.ServedOn.IsZero(),
			Appealed: !o.AppealOn.IsZero()})
	}
	return casefile.CheckCorrection(len(f.Decisions), stand, proposed.Outcomes)
}

// allowed says whether a case's stage lets an act be tried, as its review or
// the desk would say; filed, whether it would be kept with a closed case.
func allowed(s store.CaseSummary, signed bool, act casefile.Act) (filed bool, err error) {
	review := casefile.Facts{Stage: s.Stage, Stuck: s.Stuck, Signed: signed}
	switch {
	case s.Stage == casefile.Closed && act.Rule().Filed:
		return true, nil
	case s.Stage != casefile.Unlisted:
	case act.Rule().OpensReview, s.Drawn:
		review.Stage = casefile.Listed // it opens the review, or finds it opening
	default:
		return false, casefile.Refuse(casefile.RefusedUnlisted,
			"the family is not listed yet: case show tells its place and forecast, if it has one")
	}
	return false, review.Allowed(act)
}

// has checks that a case file has what an act is about.
func (f caseFile) has(rule *casefile.ActRule, subject int, fields casefile.Fields) error {
	missing := func(format string, args ...any) error {
		return casefile.Refuse(casefile.RefusedNoSubject, fmt.Sprintf(format, args...))
	}
	if !f.lists(rule.Subject, subject) {
		return rule.MissingSubject(subject)
	}
	revision := f.Revision
	switch fields := fields.(type) {
	case *casefile.LetterFields:
		if fields.To == "representative" && !f.Represented {
			return missing("the family has no representative on file")
		}
	case *casefile.EvidenceFields:
		if fields.Provider.PerChild() && subject == 0 {
			return missing("name the child whom the evidence is about, as in REF/3")
		}
	case *casefile.ExtendFields:
		if refusal := fields.CheckCap(0); refusal != nil {
			return refusal
		}
	case *casefile.ProposeFields:
		revision = fields.Revision
		if refusal := casefile.CheckCited(fields.Reasons, f.citable()); refusal != nil {
			return refusal
		}
	case *casefile.AgreeFields:
		revision = fields.Revision
		if refusal := casefile.CheckCited(fields.Reasons, f.citable()); refusal != nil {
			return refusal
		}
	}
	if revision != f.Revision {
		return casefile.Refuse(casefile.RefusedStale, fmt.Sprintf("it was made on revision %d of the file, which is now at %d: read it again", revision, f.Revision))
	}
	return nil
}

// citable are the numbers of the evidence that a finding may cite: all but a provider's
// word that it holds nothing.
func (f caseFile) citable() []int {
	var numbers []int
	for _, e := range f.Evidence {
		if e.Result != string(casefile.EvidenceNothingHeld) {
			numbers = append(numbers, e.No)
		}
	}
	return numbers
}

// lists reports whether the case file has what an act is about; an act about the whole
// case needs nothing.
func (f caseFile) lists(subject casefile.Subject, n int) bool {
	switch subject {
	case casefile.AboutPerson, casefile.AboutPersonOrAll:
		return n == 0 || slices.ContainsFunc(f.People, func(p filePerson) bool { return p.No == n })
	case casefile.AboutLetter:
		return slices.ContainsFunc(f.Letters, func(l fileLetter) bool { return l.No == n })
	case casefile.AboutRepresentation:
		return slices.ContainsFunc(f.Representations, func(r fileRepresentation) bool { return r.No == n })
	case casefile.AboutRequest:
		return slices.ContainsFunc(f.Requests, func(q fileRequest) bool { return q.No == n })
	case casefile.AboutDifference:
		return slices.ContainsFunc(f.Differences, func(d fileDifference) bool { return d.No == n })
	}
	return true
}
