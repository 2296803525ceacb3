package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"reflect"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/workflows"
)

// actFlags are the flags of every act.
type actFlags struct {
	on, file string
	dryRun   bool
}

func (f *actFlags) add(set *pflag.FlagSet) {
	set.StringVar(&f.on, "on", "", "the day you attest it happened, YYYY-MM-DD (default today)")
	set.StringVar(&f.file, "file", "", "the form or text, a file or - for standard input; `starter form` prints one")
	set.BoolVar(&f.dryRun, "dry-run", false, "check everything that can be checked, and change nothing")
}

// actCommand is a command that does one act on one case. bind adds the flags of
// its coded fields and returns the fields they fill; nil where the act has
// none, or takes them from a form only.
func (a *app) actCommand(use string, act casefile.Act, bind func(*pflag.FlagSet) casefile.Fields) *cobra.Command {
	rule, _ := act.Rule()
	var flags actFlags
	var fields casefile.Fields
	c := &cobra.Command{
		Use: use, Short: rule.InWords, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, subject, err := casefile.ParsePersonReference(args[0])
			if err != nil {
				return err
			}
			return a.do(c, act, ref, subject, fields, flags)
		},
	}
	flags.add(c.Flags())
	fields = casefile.NewFields(act)
	if bind != nil {
		fields = bind(c.Flags())
	}
	return c
}

// do does an act and prints what became of it.
func (a *app) do(c *cobra.Command, act casefile.Act, ref string, subject int, fields casefile.Fields, flags actFlags) error {
	ctx := c.Context()
	d, err := a.desk(ctx)
	if err != nil {
		return err
	}
	if err := a.mayAct(ctx, act, ref); err != nil {
		return err
	}
	text, err := a.readForm(ctx, act, ref, subject, fields, flags)
	if err != nil {
		return err
	}
	on, err := a.attested(ctx, flags.on)
	if err != nil {
		return err
	}
	cmd, err := desk.New(ref, act, subject, on, fields, text)
	if err != nil {
		return err
	}
	if flags.dryRun {
		fmt.Fprintf(c.OutOrStdout(), "%s %s on %s: it could be sent; nothing was changed\n", act, ref, on)
		return nil
	}
	receipt, err := d.Do(ctx, cmd)
	if err != nil {
		return err
	}
	return a.receipt(c.OutOrStdout(), ref, act, receipt)
}

// mayAct is the first of the three depths at which four eyes and roles are
// checked: the others are the workflow's activity and the database.
func (a *app) mayAct(ctx context.Context, act casefile.Act, ref string) error {
	me, err := a.store.Me(ctx)
	if err != nil {
		return err
	}
	rule, _ := act.Rule()
	if !rule.MayBeDoneBy(me.Roles) {
		return casefile.Refuse(casefile.RefusedRole, fmt.Sprintf("%s is for %s; %s holds none of these roles", act, roles(rule.Roles), me.Login))
	}
	if rule.Part == casefile.NoPart {
		return nil
	}
	part, err := a.store.MyPart(ctx, ref)
	if err != nil {
		return err
	}
	if part != casefile.NoPart && part != rule.Part {
		return casefile.Refuse(casefile.RefusedFourEyes, fmt.Sprintf("you are this case's %s; %s needs somebody else", part, act))
	}
	return nil
}

func roles(list []casefile.Party) string {
	s := ""
	for i, r := range list {
		if i > 0 {
			s += " or "
		}
		s += "the " + r.InWords()
	}
	return s
}

func (a *app) attested(ctx context.Context, on string) (clock.Date, error) {
	today, err := a.today(ctx)
	if err != nil || on == "" {
		return today, err
	}
	d, err := clock.ParseDate(on)
	switch {
	case err != nil:
		return d, usageError{fmt.Errorf("--on %q: %w", on, err)}
	case today.Before(d):
		return d, casefile.Refuse(casefile.RefusedFuture, fmt.Sprintf("--on %s has not come: today is %s", d, today))
	}
	return d, nil
}

func (a *app) receipt(w io.Writer, ref string, act casefile.Act, r workflows.Receipt) error {
	if r.Refused != nil {
		return r.Refused
	}
	return a.print(w, struct {
		Case string `json:"case"`
		workflows.Receipt
		Link string `json:"link,omitempty"`
	}{ref, r, a.link(ref)}, func(t *tabwriter.Writer) {
		if r.Filed {
			fmt.Fprintf(t, "%s %s: the case is closed; it is filed with it\n", ref, act)
			return
		}
		fmt.Fprintf(t, "%s %s: recorded; the case is at %s, revision %d\n", ref, act, r.Stage, r.Revision)
		if r.Awaiting != "" {
			fmt.Fprintf(t, "next: the %s, by %s\n", r.Awaiting.InWords(), r.NextDate)
		}
		if link := a.link(ref); link != "" {
			fmt.Fprintln(t, link)
		}
	})
}

// readForm fills an act's fields from a form and returns its free text. An act
// without coded fields takes its file as the text itself; free text never comes
// from a flag.
func (a *app) readForm(ctx context.Context, act casefile.Act, ref string, subject int, fields casefile.Fields, flags actFlags) (string, error) {
	body, source, err := a.formBody(ctx, act, ref, subject, fields, flags.file)
	if err != nil || source == "" {
		return "", err
	}
	if _, plain := fields.(*casefile.NoFields); plain {
		return string(body), nil
	}
	return parseForm(source, body, fields)
}

func (a *app) formBody(ctx context.Context, act casefile.Act, ref string, subject int, fields casefile.Fields, file string) (body []byte, source string, err error) {
	switch {
	case file == "-":
		body, err = io.ReadAll(os.Stdin)
		return body, "standard input", err
	case file != "":
		body, err = os.ReadFile(file)
		if err != nil {
			err = usageError{fmt.Errorf("--file: %w", err)}
		}
		return body, file, err
	case fields.Validate() == nil && !act.NeedsText():
		return nil, "", nil
	case !reflect.DeepEqual(fields, casefile.NewFields(act)) && fields.Validate() != nil:
		return nil, "", usageError{fields.Validate()} // some of it was given by flags
	}
	editor := os.Getenv("EDITOR")
	if editor == "" || !isTerminal(os.Stdin) {
		return nil, "", usageError{fmt.Errorf("%s needs a form: `starter form %s %s > form.yaml`, fill it in, and give it with --file form.yaml", act, act, reference(ref, subject))}
	}
	return a.edit(ctx, editor, act, ref, subject)
}

func reference(ref string, subject int) string {
	if subject == 0 {
		return ref
	}
	return fmt.Sprintf("%s/%d", ref, subject)
}
