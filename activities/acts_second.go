package activities

import (
	"context"
	"errors"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/store"
)

// askSecond records that an officer asks for an act that takes two. Nothing is done yet. It
// is refused if the act could not be done now, so that no second officer is asked in vain.
func (c *change) askSecond(ctx context.Context, cmd store.Command, fields casefile.Fields, handle handler) error {
	waits, err := c.OpenSecondRequest(ctx, c.ref, cmd.Act, cmd.Subject)
	if err == nil {
		return casefile.Refuse(casefile.RefusedAlreadyDone, fmt.Sprintf("it is asked for already: a second officer types "+
			"case confirm %s %d with --agreed or --refused, and with --refused you take it back", c.ref, waits))
	}
	if !store.IsKind(err, store.NotFound) {
		return err
	}
	no, err := c.AskForSecond(ctx, c.ref, cmd)
	if err != nil {
		return err
	}
	err = c.Try(ctx, func() error {
		// Whom the trial names as second is nobody: the database would ask for their act.
		err := handle(ctx, c, cmd, fields)
		if errors.Is(err, errTrial) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	c.fileUntouched = true
	return c.openFor(ctx, casefile.TaskConfirm, no, c.today, cmd.Act.Rule().Seconds[0])
}

// errTrial ends the trial of an act that takes two, where it would be written.
var errTrial = errors.New("a trial writes nothing")

// confirm is a second officer's answer to a request: the act is done as its author typed it,
// by the facts as they stand now, or refused. The author who refuses takes the request back.
func confirm(ctx context.Context, c *change, cmd store.Command, fields casefile.Fields) error {
	request, err := c.SecondRequest(ctx, c.ref, cmd.Subject)
	if store.IsKind(err, store.NotFound) {
		return cmd.Act.Rule().MissingSubject(cmd.Subject)
	}
	if err != nil {
		return err
	}
	first, err := c.Command(ctx, request.FirstID)
	if err != nil {
		return err
	}
	if _, err := c.Command(ctx, cmd.ID); err != nil { // the transaction is the second officer's act again
		return err
	}
	agrees := fields.(*casefile.ConfirmFields).Finding == casefile.RequestAgreed
	if agrees || cmd.Person != request.FirstBy {
		holds, err := c.RolesOf(ctx, cmd.ID)
		if err != nil {
			return err
		}
		if refusal := casefile.CheckSecond(first.Act.Rule(), request.FirstBy, cmd.Person, holds); refusal != nil {
			return refusal
		}
	}
	result := "done"
	switch {
	case !agrees && cmd.Person == request.FirstBy:
		result = "withdrawn"
	case !agrees:
		result = "refused"
	}
	if err := c.SettleSecond(ctx, c.ref, request.No, result, cmd.Person, cmd.ID, cmd.AttestedOn); err != nil {
		return err
	}
	if _, err := c.done(ctx, casefile.TaskConfirm, request.No, casefile.TaskResult(result), cmd.AttestedOn); err != nil {
		return err
	}
	if !agrees {
		c.fileUntouched = true
		return nil
	}
	err = c.doAgreed(ctx, first, cmd)
	if r, refused := casefile.AsRefusal(err); refused {
		told := *r
		told.Detail += fmt.Sprintf("; if it is not to be done any more, case confirm %s %d --refused ends the request", c.ref, request.No)
		return &told
	}
	return err
}

// doAgreed does what a second officer has agreed to, as the act of the first. An act that happens
// when it is handled happens now, and not when it was asked for.
func (c *change) doAgreed(ctx context.Context, first, agreed store.Command) error {
	rule := first.Act.Rule()
	if err := c.before.Allowed(first.Act); err != nil {
		return err
	}
	asked, err := casefile.DecodeFields(first.Act, first.Fields)
	if err != nil {
		return err
	}
	if !rule.Day.TakesDay() {
		first.AttestedOn = agreed.AttestedOn
	}
	if err := c.closeWindows(ctx, rule); err != nil {
		return err
	}
	c.second = agreed.Person
	return handlers[first.Act](ctx, c, first, asked)
}
