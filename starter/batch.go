package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

// batch is one act on a list.
type batch struct {
	*app
	c      *cobra.Command
	act    casefile.Act
	on     clock.Date
	fields casefile.Fields
	text   string
	login  string
	names  []string
	flags  actFlags
	// reports is whether the act is attested for a day.
	reports bool
}

func (b *batch) run(list []cli.Target) error {
	again := " today"
	if b.reports {
		again = fmt.Sprintf(" with --on %s", b.on)
	}
	return tellEach(b.app, b.c, list, b.one, again, func(*tabwriter.Writer) {})
}

// tellEach does an act to each of a list. What became of each stands on a line, with the sum
// at the end and after it what there is to do next. again is said after "type the same again"
// if the database goes half way.
func tellEach[T fmt.Stringer](a *app, c *cobra.Command, list []T, one func(context.Context, T) cli.Outcome, again string,
	next func(t *tabwriter.Writer)) error {
	tell := func(o cli.Outcome) {
		if a.output != "json" {
			fmt.Fprintln(c.OutOrStdout(), o.Line())
		}
	}
	all, stopped := cli.EachOf(c.Context(), list, one, tell, isGone)
	sum := cli.Summary(all)
	err := a.print(c.OutOrStdout(), all, func(t *tabwriter.Writer) {
		fmt.Fprintln(t, sum)
		next(t)
	})
	if err != nil {
		return err
	}
	var gravest error
	for _, o := range all {
		gravest = graver(gravest, o.Err)
	}
	switch {
	case stopped != nil:
		return &cli.ListError{
			Words: fmt.Sprintf("stopped half way: %s: %s\ntype the same again%s to go on: what is recorded is found and stays as it is",
				sum, describe(stopped), again),
			Gravest: gravest,
		}
	case gravest != nil:
		return &cli.ListError{Words: "not all were recorded: " + sum, Gravest: gravest}
	}
	return nil
}

// one does the act to one of the list.
func (b *batch) one(ctx context.Context, t cli.Target) cli.Outcome {
	receipt, result, err := b.send(ctx, t)
	o := cli.Outcome{Reference: t.String(), Result: result, Receipt: receipt}
	var undelivered *desk.UndeliveredError
	switch {
	case errors.As(err, &undelivered):
		o = failed(o, err)
		o.Result = cli.NotDelivered
	case err != nil:
		o = failed(o, err)
	case receipt.Stage != "":
		o.Detail = fmt.Sprintf("the case is at %s", receipt.Stage)
	}
	return o
}

// failed is an outcome with the error that ended it: refused if a rule or the officer's
// rights forbid it, else failed.
func failed(o cli.Outcome, err error) cli.Outcome {
	o.Err, o.Result = err, cli.Failed
	if _, refused := casefile.AsRefusal(err); refused || store.IsKind(err, store.NotPermitted) ||
		store.IsKind(err, store.NotFound) {
		o.Result = cli.Refused
	}
	o.Detail = strings.TrimPrefix(describe(err), "refused: ")
	return o
}

func (b *batch) send(ctx context.Context, t cli.Target) (contract.Receipt, cli.Result, error) {
	var none contract.Receipt
	if err := b.mayTakePart(ctx, b.act, t.Ref); err != nil {
		return none, "", err
	}
	cmd, err := b.flags.command(t.Ref, b.act, t.No, b.on, b.fields, b.text)
	if err != nil {
		return none, "", err
	}
	if b.flags.dryRun {
		trial, err := b.try(ctx, cmd, b.fields)
		return contract.Receipt{Stage: trial.Stage}, cli.CouldBeSent, err
	}
	if cmd, err = desk.Resumable(cmd, b.login, b.names); err != nil {
		return none, "", err
	}
	d, err := b.desk(ctx)
	if err != nil {
		return none, "", err
	}
	receipt, before, err := d.DoOnce(ctx, cmd)
	if err == nil && receipt.Refused == nil {
		receipt, err = d.Stands(ctx, t.Ref, receipt)
	}
	switch {
	case err != nil:
		return receipt, "", err
	case receipt.Refused != nil:
		return receipt, "", receipt.Refused
	case receipt.Filed:
		return receipt, cli.Filed, nil
	case before:
		return receipt, cli.Before, nil
	}
	return receipt, cli.Recorded, nil
}

// isGone reports whether an error will meet the rest of a list as well.
func isGone(err error) bool {
	return store.IsKind(err, store.Unavailable) || errors.Is(err, context.Canceled)
}

// doMany does an act to each of a list: what became of each on a line of its
// own, and a sum at the end. It goes on after a refusal, and stops where
// the database is gone. Each command's id follows from what it says
// and from the list, so that the same list typed again takes up where it stopped.
func (a *app) doMany(c *cobra.Command, act casefile.Act, list []cli.Target, fields casefile.Fields,
	flags actFlags) error {
	ctx := c.Context()
	if _, err := a.database(ctx); err != nil {
		return err
	}
	me, err := a.holdsRole(ctx, act)
	if err != nil {
		return err
	}
	on, err := a.attested(ctx, act, flags)
	if err != nil {
		return err
	}
	text, err := readListForm(act, fields, flags.file)
	if err != nil {
		return err
	}
	if err := flags.hasDay(act, fields); err != nil {
		return err
	}
	rule := act.Rule()
	reports := rule.Day.Reports(fields)
	if flags.on == "" && reports && !flags.dryRun {
		fmt.Fprintf(c.ErrOrStderr(), "attested for %s; if this stops half way, type it again with --on %s\n", on, on)
	}
	b := batch{app: a, c: c, act: act, on: on, reports: reports, fields: fields, text: text, login: me.Login, flags: flags}
	for _, t := range list {
		b.names = append(b.names, t.String())
	}
	return b.run(list)
}
