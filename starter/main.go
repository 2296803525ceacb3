// Starter is what operations staff type: it takes a family from import to
// service, and shows where each case is and why. process.md's grammar; exit
// codes in exit.go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	err := newRoot(&app{}).ExecuteContext(ctx)
	if ctx.Err() != nil {
		err = brokenOff(err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "starter:", describe(err))
		os.Exit(exitCode(err))
	}
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "starter",
		Short:         "Hame: steer the review of each family of the asylum backlog",
		Long:          "Hame: steer the review of each family of the asylum backlog.\n\n" + exitCodesInWords(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&a.as, "as", "", "log in as this member of the demo staff (embedded default only)")
	root.PersistentFlags().StringVarP(&a.output, "output", "o", "table", "table or json")
	root.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if err := checkTyped(c, args); err != nil {
			return err
		}
		return a.prepare()
	}
	root.PersistentPostRun = func(*cobra.Command, []string) { a.close() }
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.setupCommand(), a.backlogCommand(), a.duplicateCommand(), a.caseCommand(), a.taskCommand(), a.clockCommand(), a.calendarCommand(), a.postCommand(), a.letterCommand(), a.contactCommand(),
		a.interviewCommand(), a.evidenceCommand(), a.welfareCommand(), a.representationCommand(), a.checkCommand(), a.decisionCommand(),
		a.serviceCommand(), a.formCommand(), a.verifyCommand(), a.rehearseCommand(), a.staffCommand(), a.auditCommand(), a.reportCommand(), a.keysetCommand(), a.codecCommand(), a.referenceCommand())
	return root
}

// group is a command that only has commands under it.
func group(use, short string, under ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(under...)
	return c
}

// exactly wants n arguments and says which.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("%s takes %d argument(s), not %d: %s", c.CommandPath(), n, len(args), c.UseLine())}
		}
		return nil
	}
}

func exitCodesInWords() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "  %d  %s\n", e.code, e.means)
	}
	return strings.TrimSpace(b.String())
}
