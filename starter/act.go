package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/desk"
	"hame/internal/store"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// actFlags are the flags of every act. families is there only where one officer
// does the same to many.
type actFlags struct {
	on, file, families string
	dryRun, confirm    bool
}

// add adds the flags that an act takes: a day only where it reports what happened,
// a confirmation only where it may be asked back.
func (f *actFlags) add(set *pflag.FlagSet, act casefile.Act) {
	rule := act.Rule()
	if rule.Day.TakesDay() {
		set.StringVar(&f.on, "on", "", "the day you attest it happened, YYYY-MM-DD (default today)")
	}
	if rule.AskedBack() {
		set.BoolVar(&f.confirm, "confirm", false, "yes, it is meant so: after the act was asked back")
	}
	set.BoolVar(&f.dryRun, "dry-run", false, "check everything that can be checked, and change nothing")
}

// addFile adds the flag of an act that takes a form or a text.
func (f *actFlags) addFile(set *pflag.FlagSet) {
	set.StringVar(&f.file, "file", "", "the form or text, a file or - for standard input; starter form prints one")
}

// actAnnotation marks a command with the act that it does: the reference of
// commands takes the roles from the act's rule, and tests find each act's command.
const actAnnotation = "act"

// forAct marks a command as doing an act.
func forAct(c *cobra.Command, act casefile.Act) *cobra.Command {
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[actAnnotation] = string(act)
	return c
}

// actCommand makes the command of an act from the act's description: it does the act
// on one case, or on a list of cases if one officer may do it to many at once.
func (a *app) actCommand(act casefile.Act) *cobra.Command {
	rule := act.Rule()
	var flags actFlags
	fields := casefile.NewFields(act)
	c := forAct(&cobra.Command{
		Use: cli.UsageLine(rule), Short: rule.InWords, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			listed, err := cli.ReadTargets(c, rule, args, flags.families, flags.file)
			if err != nil {
				return err
			}
			if flags.families != "" || len(listed) > 1 {
				return a.doMany(c, act, listed, fields, flags)
			}
			return a.do(c, act, listed[0].Ref, listed[0].No, fields, flags)
		},
	}, act)
	flags.add(c.Flags(), act)
	flags.addFile(c.Flags())
	if rule.Many {
		c.Flags().StringVar(&flags.families, "families", "",
			"a list of references, one a line, instead of REF: a file or - for standard input")
	}
	typed, _ := cli.TypedFields(fields)
	for _, f := range typed {
		cli.AddField(c.Flags(), fields, f)
	}
	return c
}

// plainGroups are the groups of commands that have nothing but acts.
var plainGroups = []struct{ name, short string }{
	{"contact", "personal contact"},
	{"interview", "interviews"},
	{"evidence", "evidence from those who give it"},
	{"check", "security checks"},
	{"service", "serving and carrying out a decision"},
	{"person", "people who join a family, or whose part in its case ends"},
	{"trace", "families with whom contact was lost"},
	{"appeal", "appeals before the tribunal"},
	{"return", "the return of somebody whose refusal is final: Hame records it, and removes nobody"},
	{"withdrawal", "a person's wish to withdraw their claim"},
	{"departure", "a person's wish to return, and their departure"},
	{"representative", "who represents the family"},
	{"court", "what is lodged at the court, and how it ends"},
}

// restOf makes the commands of the group's acts that have no command of their own yet:
// an act needs no line of Go here.
func (a *app) restOf(group string, under ...*cobra.Command) []*cobra.Command {
	for _, rule := range casefile.ActRules {
		made := slices.ContainsFunc(under, func(c *cobra.Command) bool { return c.Annotations[actAnnotation] == string(rule.Act) })
		if rule.Group() == group && rule.OnCase() && !made {
			under = append(under, a.actCommand(rule.Act))
		}
	}
	return under
}

// do does an act and prints what became of it.
func (a *app) do(c *cobra.Command, act casefile.Act, ref string, subject int, fields casefile.Fields,
	flags actFlags) error {
	ctx := c.Context()
	if err := cli.RightSubject(act.Rule(), ref, subject); err != nil {
		return err
	}
	if _, err := a.database(ctx); err != nil {
		return err
	}
	if err := a.mayAct(ctx, act, ref); err != nil {
		return err
	}
	on, err := a.attested(ctx, act, flags)
	if err != nil {
		return err
	}
	text, kept, err := a.readForm(c, act, ref, subject, fields, flags.file)
	if err != nil {
		return err
	}
	if err := flags.hasDay(act, fields); err != nil {
		return err
	}
	err = a.send(c, act, ref, subject, on, fields, text, flags)
	if flags.dryRun && err == nil {
		return kept.Leave(c.ErrOrStderr())
	}
	return kept.Settle(err, describe)
}

// send records one act and waits for its outcome, or on a dry run only looks whether it could be.
func (a *app) send(c *cobra.Command, act casefile.Act, ref string, subject int, on clock.Date, fields casefile.Fields,
	text string, flags actFlags) error {
	ctx := c.Context()
	cmd, err := flags.command(ref, act, subject, on, fields, text)
	if err != nil {
		return err
	}
	if f, ok := fields.(casefile.Attesting); ok {
		today, err := a.today(ctx)
		if err != nil {
			return err
		}
		day, field, rule := f.Attested()
		if day.IsZero() {
			day = today
		}
		if refusal := casefile.CheckDay(field, rule, day, today, nil, flags.confirm); refusal != nil {
			return refusal
		}
	}
	if correction, ok := fields.(*casefile.CorrectFields); ok {
		if _, err := backlog.CheckFact(correction.Field, text, on); err != nil {
			return cli.Usage(err)
		}
	}
	if _, ok := fields.(*casefile.RepresentativeFields); ok {
		if err := checkRepresentative(text, on); err != nil {
			return cli.Usage(err)
		}
	}
	if relationship, joins := casefile.Joins(fields); joins {
		if _, err := backlog.ReadMember(text, relationship, on); err != nil {
			return cli.Usage(err)
		}
	}
	if flags.dryRun {
		trial, err := a.try(ctx, cmd, fields)
		if err != nil {
			return err
		}
		return a.print(c.OutOrStdout(), trial, func(t *tabwriter.Writer) { fmt.Fprintln(t, trial.words()) })
	}
	d, err := a.desk(ctx)
	if err != nil {
		return err
	}
	receipt, err := d.Do(ctx, cmd)
	if err != nil {
		return err
	}
	return a.receipt(c, d, ref, act, receipt)
}

// checkRepresentative says in full what is wrong with a new representative's name or
// contact, before anything is sent: a refusal may not repeat them.
func checkRepresentative(text string, on clock.Date) error {
	name, contact, err := casefile.ReadRepresentative(text)
	if err != nil {
		return err
	}
	if _, err := backlog.CheckFact("representative", name, on); err != nil {
		return err
	}
	if contact == "" {
		return nil
	}
	_, err = backlog.CheckFact("representative_contact", contact, on)
	return err
}

// command makes the command of an act, with the confirmation if it was typed.
func (f actFlags) command(ref string, act casefile.Act, subject int, on clock.Date, fields casefile.Fields,
	text string) (store.NewCommand, error) {
	cmd, err := desk.New(ref, act, subject, on, fields, text)
	if err == nil && f.confirm {
		cmd.Fields, err = casefile.Confirm(cmd.Fields)
	}
	return cmd, err
}

// mayAct is the first of the three depths at which four eyes and roles are
// checked: the others are the workflow's activity and the database.
func (a *app) mayAct(ctx context.Context, act casefile.Act, ref string) error {
	if _, err := a.holdsRole(ctx, act); err != nil {
		return err
	}
	return a.mayTakePart(ctx, act, ref)
}

// holdsRole checks that the person at the keyboard has a role for an act, and
// returns who that is.
func (a *app) holdsRole(ctx context.Context, act casefile.Act) (store.Me, error) {
	s, err := a.database(ctx)
	if err != nil {
		return store.Me{}, err
	}
	me, err := s.Me(ctx)
	if err != nil {
		return me, err
	}
	if rule := act.Rule(); !rule.MayBeDoneBy(me.Roles) {
		return me, casefile.Refuse(casefile.RefusedRole,
			fmt.Sprintf("%s is for %s; %s holds none of these roles", act, roles(rule.Roles), me.Login))
	}
	return me, nil
}

// mayTakePart checks that an act's part on a case is not met by another part of
// the same person.
func (a *app) mayTakePart(ctx context.Context, act casefile.Act, ref string) error {
	rule := act.Rule()
	if rule.Part == casefile.NoPart {
		return nil
	}
	s, err := a.database(ctx)
	if err != nil {
		return err
	}
	part, err := s.MyPart(ctx, ref)
	if err != nil {
		return err
	}
	if part != casefile.NoPart && part != rule.Part {
		return casefile.Refuse(casefile.RefusedFourEyes,
			fmt.Sprintf("you are this case's %s; %s needs somebody else", part, act))
	}
	return nil
}

func roles(list []casefile.Party) string {
	s := ""
	for i, r := range list {
		if i > 0 {
			s += " or "
		}
		if r != casefile.Operations {
			s += "the "
		}
		s += r.InWords()
	}
	return s
}

// hasDay refuses a day that was typed for an act which has that of its handling:
// the minister's own signature, for a wet one alone is attested.
func (f actFlags) hasDay(act casefile.Act, fields casefile.Fields) error {
	if rule := act.Rule(); f.on == "" || rule.Day.Reports(fields) {
		return nil
	}
	return takesNoDay(act)
}

func takesNoDay(act casefile.Act) error {
	return cli.Usage(fmt.Errorf("%s has the day on which its review handles it: leave out --on", act))
}

// attested is the day of an act as it was typed, today if none was. Only the review
// knows the facts of its case that bound the day.
func (a *app) attested(ctx context.Context, act casefile.Act, flags actFlags) (clock.Date, error) {
	today, err := a.today(ctx)
	if err != nil || flags.on == "" {
		return today, err
	}
	rule := act.Rule()
	d, err := clock.ParseDate(flags.on)
	if err != nil {
		return d, cli.Usage(fmt.Errorf("--on %q: %w", flags.on, err))
	}
	if refusal := casefile.CheckDay("--on", rule.Day, d, today, nil, flags.confirm); refusal != nil {
		return d, refusal
	}
	return d, nil
}

// receipt prints what became of an act, and where its case stands now.
func (a *app) receipt(c *cobra.Command, d *desk.Desk, ref string, act casefile.Act, r contract.Receipt) error {
	if r.Refused != nil {
		return r.Refused
	}
	r, err := d.Stands(c.Context(), ref, r)
	if err != nil {
		return err
	}
	link, err := a.link(c.Context(), ref)
	if err != nil {
		return err
	}
	var request string
	if seconds := act.Rule().Seconds; r.Filed && r.Stage == casefile.Closed && len(seconds) > 0 {
		if request, err = requestOf(c.Context(), d, ref, seconds[0]); err != nil {
			return err
		}
	}
	return a.print(c.OutOrStdout(), struct {
		Case string `json:"case"`
		contract.Receipt
		Link string `json:"link,omitempty"`
	}{ref, r, link}, func(t *tabwriter.Writer) {
		switch {
		case r.Filed && r.Stage != casefile.Closed && r.Stage != "":
			fmt.Fprintf(t, "%s %s: recorded; the case is open again, at %s\n", ref, act, r.Stage)
			return
		case request != "":
			fmt.Fprintf(t, "%s %s: recorded; it waits for a second officer: case confirm %s --agreed\n", ref, act, request)
			return
		case r.Filed && act == casefile.ActConfirm:
			fmt.Fprintf(t, "%s %s: recorded; the case stays closed\n", ref, act)
			return
		case r.Filed:
			fmt.Fprintf(t, "%s %s: the case is closed; it is filed with it\n", ref, act)
			return
		}
		if r.Stage == "" {
			fmt.Fprintf(t, "%s %s: recorded\n", ref, act)
			return
		}
		fmt.Fprintf(t, "%s %s: recorded; the case is at %s, revision %d\n", ref, act, r.Stage, r.Revision)
		if r.Awaiting != "" {
			fmt.Fprintf(t, "next: the %s, by %s%s\n", r.Awaiting.InWords(), r.NextDate, cli.ProvisionalMark(r.Provisional))
		}
		if link != "" {
			fmt.Fprintln(t, link)
		}
	})
}

// requestOf names the newest request of a case that waits for a second officer of a role, as case
// confirm takes it; empty if none waits.
func requestOf(ctx context.Context, d *desk.Desk, ref string, role casefile.Party) (string, error) {
	tasks, err := d.Store.Tasks(ctx, store.TaskFilter{Case: ref, Role: role}, allTasks)
	if err != nil {
		return "", err
	}
	newest := 0
	for _, t := range tasks {
		if t.Kind == casefile.TaskConfirm {
			newest = max(newest, t.Subject)
		}
	}
	if newest == 0 {
		return "", nil
	}
	return fmt.Sprintf("%s %d", ref, newest), nil
}

// allTasks is more tasks than a case has.
const allTasks = 10_000

// flagError says of a flag's value what the flag takes, without the names of
// Go's functions.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if act := c.Annotations[actAnnotation]; act != "" && errors.As(err, &unknown) && unknown.GetSpecifiedName() == "on" {
		return takesNoDay(casefile.Act(act))
	}
	var invalid *pflag.InvalidValueError
	var number *strconv.NumError
	if !errors.As(err, &invalid) || !errors.As(err, &number) {
		return cli.Usage(err)
	}
	takes := map[string]string{"bool": "true or false", "uint64": "a whole number from 0"}[invalid.GetFlag().Value.Type()]
	if takes == "" {
		takes = "a whole number"
	}
	return cli.Usage(fmt.Errorf("--%s takes %s, not %q", invalid.GetFlag().Name, takes, invalid.GetValue()))
}
