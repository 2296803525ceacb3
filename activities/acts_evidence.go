package activities

import (
	"context"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// letterSent records that a letter went out. Only when the opening letter has
// gone to the family and to its representative does the questionnaire's clock
// start, on the later of the two days.
func letterSent(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.LetterFields)
	kind, made, err := c.Letter(ctx, c.ref, f.Letter)
	if store.IsKind(err, store.NotFound) {
		return casefile.Refuse(casefile.RefusedNoSubject, "the case has no letter of this number: see letter list")
	}
	if err != nil {
		return err
	}
	if cmd.AttestedOn.Before(clock.DateOf(made)) {
		return casefile.Refuse(casefile.RefusedBefore, fmt.Sprintf("a letter made on %s was not sent on %s", clock.DateOf(made), cmd.AttestedOn))
	}
	family, err := c.Family(ctx, c.ref)
	if err != nil {
		return err
	}
	if f.To == "representative" && !family.Represented {
		return casefile.Refuse(casefile.RefusedNoSubject, "the family has no representative on file")
	}
	sent, err := c.SendLetter(ctx, c.ref, *f, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if !sent {
		return casefile.Refuse(casefile.RefusedAlreadyDone, "that letter is recorded as sent to them")
	}
	if kind != "opening" {
		return nil
	}
	on, err := c.OpeningSent(ctx, c.ref)
	if err != nil || on.IsZero() {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskOpeningLetter, 0, "sent", on); err != nil {
		return err
	}
	return c.ask(ctx, casefile.ProviderQuestionnaire, 0, on)
}

func recordContact(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ContactFields)
	if err := c.AddContact(ctx, c.ref, f.How, cmd.AttestedOn, cmd.ID); err != nil {
		return err
	}
	_, err := c.done(ctx, casefile.TaskContact, 0, f.How, cmd.AttestedOn)
	return err
}

// recordInterview records an interview. Adverse material that was put and not
// answered may be relied on only after ten working days (row 7).
func recordInterview(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.InterviewFields)
	if c.today.Before(f.PutOn) {
		return casefile.Refuse(casefile.RefusedFuture, "put_on has not come")
	}
	var answerBy clock.Date
	if f.Adverse == "none" {
		f.PutOn = clock.Date{}
	} else {
		calendar, err := clock.For(clock.EnglandAndWales)
		if err != nil {
			return err
		}
		answerBy = calendar.AddWorkingDays(f.PutOn, casefile.AdverseAnswerWDays)
	}
	if err := c.AddInterview(ctx, c.ref, cmd.Subject, *f, cmd.AttestedOn, answerBy, cmd.ID); err != nil {
		return err
	}
	_, err := c.AddEvidence(ctx, c.ref, casefile.ProviderInterview, cmd.Subject, "complete", cmd.AttestedOn, cmd.ID)
	return err
}

// receiveEvidence records what a provider sent. It never fails for being late:
// an answer after the gap was recorded is taken, and judged by its attested day.
// A partial answer leaves the task open for the rest [D].
func receiveEvidence(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.EvidenceFields)
	if f.Provider.PerChild() && cmd.Subject == 0 {
		return casefile.Refuse(casefile.RefusedNoSubject, "name the child whom the evidence is about, as in REF/3")
	}
	if _, err := c.AddEvidence(ctx, c.ref, f.Provider, cmd.Subject, f.Result, cmd.AttestedOn, cmd.ID); err != nil {
		return err
	}
	kind := f.Provider.Task()
	if kind == "" || f.Result == "partial" {
		return nil
	}
	subject := 0
	if f.Provider.PerChild() {
		subject = cmd.Subject
	}
	if f.Provider == casefile.ProviderQuestionnaire {
		// Somebody who has answered need not be reached in person any more.
		if _, err := c.done(ctx, casefile.TaskContact, 0, "answered", cmd.AttestedOn); err != nil {
			return err
		}
	}
	open, err := c.done(ctx, kind, subject, f.Result, cmd.AttestedOn)
	if err != nil || open {
		return err
	}
	return c.AnswerLate(ctx, c.ref, kind, subject, f.Result, cmd.AttestedOn)
}
