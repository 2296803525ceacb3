// Starter is what operations staff type: it takes a family from import to
// service, and shows where each case is and why. docs/commands.md lists the commands
// and the exit codes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"hame/internal/cli"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	root := newRoot(&app{})
	root.SetOut(&cli.Visible{To: os.Stdout})
	err := untilBrokenOff(ctx, root.ExecuteContext)
	if ctx.Err() != nil {
		err = brokenOff(err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "starter:", describe(err))
		os.Exit(exitCode(err))
	}
}

// endWithin is how long a command that is broken off is given to end [D].
const endWithin = 5 * time.Second

// untilBrokenOff runs a command. A database that is silent lets none end: it is then
// left behind.
func untilBrokenOff(ctx context.Context, run func(context.Context) error) error {
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(endWithin):
		return silentError{}
	}
}

// silentError is a command that did not end when it was broken off.
type silentError struct{}

func (silentError) Error() string {
	return "broken off here: what was under way did not end within " + endWithin.String() +
		", for the database is silent. If an act was being saved it may be on record: look with case timeline before you type it again"
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "starter",
		Short:         "Hame: steer the review of each family of the asylum backlog",
		Long:          "Hame: steer the review of each family of the asylum backlog.\n\n" + exitCodesInWords(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cli.OneOfThem,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.PersistentFlags().StringVar(&a.as, "as", "", "log in as this member of the demo staff (embedded default only)")
	root.PersistentFlags().StringVarP(&a.output, "output", "o", "table", "table or json")
	root.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if err := cli.CheckTyped(c, args); err != nil {
			return err
		}
		return a.prepare()
	}
	root.PersistentPostRun = func(*cobra.Command, []string) { a.close() }
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.setupCommand(), a.backlogCommand(), a.duplicateCommand(), a.caseCommand(), a.taskCommand(),
		a.clockCommand(),
		a.calendarCommand(), a.postCommand(), a.letterCommand(), a.welfareCommand(), a.representationCommand(),
		a.decisionCommand(),
		a.formCommand(), a.verifyCommand(), a.rehearseCommand(), a.staffCommand(), a.auditCommand(), a.reportCommand(),
		a.keysetCommand(), a.codecCommand(), a.uiCommand(), a.referenceCommand())
	for _, g := range plainGroups {
		root.AddCommand(cli.Group(g.name, g.short, a.restOf(g.name)...))
	}
	return root
}

func exitCodesInWords() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "  %d  %s\n", e.code, e.means)
	}
	return strings.TrimSpace(b.String())
}
