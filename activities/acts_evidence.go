package activities

import (
	"context"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

func recordContact(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.ContactFields)
	twice, err := c.AddContact(ctx, c.ref, *f, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if twice && !c.confirmed {
		return casefile.Refuse(casefile.RefusedUnconfirmed,
			"you have the same contact of that day on record already: if it is another one, type it again with --confirm")
	}
	if f.How != "representative" && c.waits(casefile.TaskTell) {
		if _, err := c.done(ctx, casefile.TaskTell, 0, "told", cmd.AttestedOn); err != nil {
			return err
		}
	}
	_, err = c.done(ctx, casefile.TaskContact, 0, casefile.TaskResult(f.How), cmd.AttestedOn)
	return err
}

// recordInterview records an interview. Adverse material that was put and not
// answered may be relied on only after ten working days (row 7).
func recordInterview(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	f := fields.(*casefile.InterviewFields)
	var answerBy clock.Date
	if f.Adverse == "none" {
		f.PutOn = clock.Date{}
	} else {
		pauses, err := c.pauses(ctx, casefile.TaskQuestionnaire)
		if err != nil {
			return err
		}
		if answerBy, err = casefile.AnswerDeadline(f.PutOn, pauses).Due(c.holidays); err != nil {
			return err
		}
	}
	if err := c.AddInterview(ctx, c.ref, cmd.Subject, *f, cmd.AttestedOn, answerBy, c.holidays.Version(),
		cmd.ID); err != nil {
		return err
	}
	_, err := c.AddEvidence(ctx, c.ref, casefile.EvidenceFields{Provider: casefile.ProviderInterview,
		Result: casefile.EvidenceComplete}, cmd.Subject, cmd.AttestedOn, cmd.ID)
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
	twice, err := c.AddEvidence(ctx, c.ref, *f, cmd.Subject, cmd.AttestedOn, cmd.ID)
	if err != nil {
		return err
	}
	if twice && !c.confirmed {
		return casefile.Refuse(casefile.RefusedUnconfirmed,
			"the same evidence of that day is on record already: if it came twice, type it again with --confirm")
	}
	if c.before.Signed {
		if err := c.open(ctx, casefile.TaskLateArrival, 0, c.today); err != nil {
			return err
		}
	}
	kind := f.Provider.Task()
	if kind == "" || f.Result == casefile.EvidencePartial {
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
	open, err := c.done(ctx, kind, subject, casefile.TaskResult(f.Result), cmd.AttestedOn)
	if err != nil || open {
		return err
	}
	return c.AnswerLate(ctx, c.ref, kind, subject, casefile.TaskResult(f.Result), cmd.AttestedOn, c.now)
}
