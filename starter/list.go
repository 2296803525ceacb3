package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/store"
)

// target is one of those to whom an act is done: a case, or N in it.
type target struct {
	ref   string
	no    int
	where string // the place in the list
}

func (t target) String() string { return reference(t.ref, t.no) }

// readTargets reads whom an act is about: the references typed, or those of the
// file of --families. A list with a malformed reference is refused whole; what
// stands twice is named, and done once.
func readTargets(c *cobra.Command, rule *casefile.ActRule, args []string, flags actFlags) ([]target, error) {
	var targets []target
	var wrong []error
	take := func(where, word string) {
		ref, no, err := casefile.ParsePersonReference(word)
		if err == nil {
			err = rightSubject(rule, ref, no)
		}
		if err != nil && where != "" {
			err = fmt.Errorf("%s: %w", where, err)
		}
		if err != nil {
			wrong = append(wrong, err)
		}
		targets = append(targets, target{ref, no, where})
	}
	switch {
	case flags.families != "" && len(args) > 0:
		return nil, usageError{errors.New("name the cases as REF... or in the file of --families, not both")}
	case flags.families == "-" && flags.file == "-":
		return nil, usageError{errors.New("--families and --file can't both be standard input")}
	case flags.families != "":
		body, err := readInput("--families", flags.families)
		if err != nil {
			return nil, err
		}
		for i, line := range strings.Split(string(body), "\n") {
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); line != "" {
				take(fmt.Sprintf("%s line %d", inputName(flags.families), i+1), line)
			}
		}
		if len(targets) == 0 {
			return nil, usageError{fmt.Errorf("%s names no case: write one reference a line", inputName(flags.families))}
		}
	case rule.Subject == casefile.AboutRepresentation, rule.Subject == casefile.AboutDifference:
		t, err := readNumbered(c, rule, args)
		return []target{t}, err
	case len(args) == 0:
		return nil, usageError{fmt.Errorf("%s takes a case reference: %s", c.CommandPath(), c.UseLine())}
	case len(args) > 1 && !rule.Many:
		return nil, oneAtATime(rule, len(args))
	case len(args) == 1:
		take("", args[0])
		return targets, errors.Join(wrong...)
	default:
		for i, arg := range args {
			take(fmt.Sprintf("argument %d", i+1), arg)
		}
	}
	if len(wrong) > 0 {
		return nil, usageError{fmt.Errorf("nothing was sent, for the list is not right:\n%w", errors.Join(wrong...))}
	}
	return once(c.ErrOrStderr(), targets), nil
}

// rightSubject checks what can be known of REF/N without the case. A letter is named
// by its number alone, so that one without it is a slip in the command.
func rightSubject(rule *casefile.ActRule, ref string, no int) error {
	refusal := rule.CheckSubject(ref, no)
	switch {
	case refusal == nil:
		return nil
	case rule.Subject == casefile.AboutLetter:
		return usageError{errors.New(refusal.Detail)}
	}
	return refusal
}

func oneAtATime(rule *casefile.ActRule, cases int) error {
	return usageError{fmt.Errorf("%s is done on one case at a time, not on %d: it takes a look at each, and no batch decides or judges (R3)",
		rule.Act, cases)}
}

// readNumbered reads REF ID: a case, and the number of something that case show lists.
func readNumbered(c *cobra.Command, rule *casefile.ActRule, args []string) (t target, err error) {
	if len(args) > 2 {
		return t, oneAtATime(rule, len(args)-1)
	}
	if err := exactly(2)(c, args); err != nil {
		return t, err
	}
	if t.ref, err = casefile.ParseReference(args[0]); err != nil {
		return t, err
	}
	if t.no, err = casefile.ParseNumber(args[1], casefile.MaxNumber); err != nil {
		return t, usageError{fmt.Errorf("%w; case show lists the numbers", err)}
	}
	return t, nil
}

// once leaves out what stands in a list twice, and says so.
func once(w io.Writer, targets []target) []target {
	first := map[string]target{}
	kept := targets[:0]
	for _, t := range targets {
		if f, twice := first[t.String()]; twice {
			fmt.Fprintf(w, "%s stands twice (%s, %s): it is done once\n", t, f.where, t.where)
			continue
		}
		first[t.String()] = t
		kept = append(kept, t)
	}
	return kept
}

func inputName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// What became of one of a list.
const (
	wasRecorded     = "recorded"
	wasBefore       = "recorded before"
	wasFiled        = "filed"
	wasRefused      = "refused"
	wasNotDelivered = "saved, not delivered"
	wasFailed       = "failed"
	wasNotTried     = "not tried"
	wouldBeSent     = "could be sent"
)

// outcomes lists them in the order of the summary.
var outcomes = []string{wouldBeSent, wasRecorded, wasBefore, wasFiled, wasRefused, wasNotDelivered, wasFailed, wasNotTried}

// outcome is what became of one of a list, as it is printed.
type outcome struct {
	Reference string `json:"reference"`
	Result    string `json:"result"`
	Detail    string `json:"detail,omitempty"`
	contract.Receipt
	err error
}

// listError says that not all of a list was recorded. It holds the gravest error.
type listError struct {
	words   string
	gravest error
}

func (e *listError) Error() string { return e.words }

func (e *listError) Unwrap() error { return e.gravest }

// unheard is how many of a list in a row may stay undelivered before the rest is
// left: each is waited for, and where three reviews are deaf no worker runs.
const unheard = 3

// doMany does an act to each of a list: what became of each on a line of its
// own, and a sum at the end. It goes on after a refusal, and stops where
// the database is gone. Each command's id follows from what it says
// and from the list, so that the same list typed again takes up where it stopped.
func (a *app) doMany(c *cobra.Command, act casefile.Act, list []target, fields casefile.Fields, flags actFlags) error {
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

func (b *batch) run(list []target) error {
	all := []outcome{}
	var stopped error
	deaf := 0
	for _, t := range list {
		o := outcome{Reference: t.String(), Result: wasNotTried}
		if stopped == nil {
			o = b.one(b.c.Context(), t)
			deaf++
			if o.Result != wasNotDelivered {
				deaf = 0
			}
			if isGone(o.err) || b.c.Context().Err() != nil || deaf == unheard {
				stopped = o.err
			}
			if b.output != "json" {
				fmt.Fprintln(b.c.OutOrStdout(), strings.TrimSuffix(o.Reference+": "+o.Result+": "+o.Detail, ": "))
			}
		}
		all = append(all, o)
	}
	sum := summary(all)
	if err := b.print(b.c.OutOrStdout(), all, func(t *tabwriter.Writer) { fmt.Fprintln(t, sum) }); err != nil {
		return err
	}
	var gravest error
	for _, o := range all {
		gravest = graver(gravest, o.err)
	}
	switch {
	case stopped != nil:
		again := "today"
		if b.reports {
			again = fmt.Sprintf("with --on %s", b.on)
		}
		return &listError{fmt.Sprintf("stopped half way: %s: %s\ntype the same again %s to go on: what is recorded is found and stays as it is", sum, describe(stopped), again), gravest}
	case gravest != nil:
		return &listError{"not all were recorded: " + sum, gravest}
	}
	return nil
}

// one does the act to one of the list.
func (b *batch) one(ctx context.Context, t target) outcome {
	receipt, result, err := b.send(ctx, t)
	var undelivered *desk.UndeliveredError
	switch {
	case errors.As(err, &undelivered):
		result = wasNotDelivered
	case err != nil:
		result = wasFailed
		if _, refused := casefile.AsRefusal(err); refused || store.IsKind(err, store.NotPermitted) || store.IsKind(err, store.NotFound) {
			result = wasRefused
		}
	}
	o := outcome{Reference: t.String(), Result: result, Receipt: receipt, err: err}
	switch {
	case err != nil:
		o.Detail = strings.TrimPrefix(describe(err), "refused: ")
	case receipt.Stage != "":
		o.Detail = fmt.Sprintf("the case is at %s", receipt.Stage)
	}
	return o
}

func (b *batch) send(ctx context.Context, t target) (contract.Receipt, string, error) {
	var none contract.Receipt
	if err := b.mayTakePart(ctx, b.act, t.ref); err != nil {
		return none, "", err
	}
	cmd, err := b.flags.command(t.ref, b.act, t.no, b.on, b.fields, b.text)
	if err != nil {
		return none, "", err
	}
	if b.flags.dryRun {
		trial, err := b.try(ctx, cmd, b.fields)
		return contract.Receipt{Stage: trial.Stage}, wouldBeSent, err
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
		receipt, err = d.Stands(ctx, t.ref, receipt)
	}
	switch {
	case err != nil:
		return receipt, "", err
	case receipt.Refused != nil:
		return receipt, "", receipt.Refused
	case receipt.Filed:
		return receipt, wasFiled, nil
	case before:
		return receipt, wasBefore, nil
	}
	return receipt, wasRecorded, nil
}

// isGone reports whether an error will meet the rest of a list as well.
func isGone(err error) bool {
	return store.IsKind(err, store.Unavailable) || errors.Is(err, context.Canceled)
}

// summary counts a list's outcomes: how many were recorded and refused always,
// the others where there are any.
func summary(all []outcome) string {
	count := map[string]int{}
	for _, o := range all {
		count[o.Result]++
	}
	var parts []string
	for _, result := range outcomes {
		always := count[wouldBeSent] == 0 && (result == wasRecorded || result == wasRefused)
		if count[result] > 0 || always {
			parts = append(parts, fmt.Sprintf("%d %s", count[result], result))
		}
	}
	return strings.Join(parts, ", ")
}
