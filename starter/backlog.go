package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hame/internal/backlog"
	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/internal/synthetic"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

func (a *app) backlogCommand() *cobra.Command {
	return cli.Group("backlog", "the backlog as a whole", forReaders(a.backlogCheck(), needsServer),
		forReaders(a.backlogGenerate(), needsServer), forReaders(a.backlogImport(), "operations"),
		forReaders(a.backlogImports(), "operations or the auditor"), a.backlogTakeBack(),
		a.laneCommand("start --lane L --capacity N --target DATE", casefile.ActBacklogStart),
		a.laneCommand("pause --reason CODE", casefile.ActBacklogPause),
		a.laneCommand("resume", casefile.ActBacklogResume),
		a.laneCommand("capacity N", casefile.ActBacklogCapacity),
		forReaders(a.backlogStatus(), programme), forReaders(a.backlogOrder(), programme))
}

// readBacklog reads a file, - for standard input.
func readBacklog(name string) ([]byte, error) {
	body, err := cli.ReadBounded(name, backlog.MaxFile)
	if err != nil {
		return nil, cli.Usage(err)
	}
	return body, nil
}

func (a *app) backlogCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "say what an import would take and what not; changes nothing, needs no server",
		Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := readBacklog(args[0])
			if err != nil {
				return err
			}
			file, err := backlog.Scan(body, clock.DateOf(time.Now()), func(casefile.Family) error { return nil })
			if err != nil {
				return cli.Usage(fmt.Errorf("%s: %w", args[0], err))
			}
			return a.print(c.OutOrStdout(), file.Report(), func(t *tabwriter.Writer) { showReport(t, file.Report()) })
		},
	}
}

func showReport(t *tabwriter.Writer, r backlog.Report) {
	fmt.Fprintf(t, "%s with %s; accepted %d with %d\n",
		cli.Counted(r.Families, "family", "families"), cli.Counted(r.People, "person", "people"), r.Accepted.Families,
		r.Accepted.People)
	for _, list := range []struct {
		name     string
		findings []backlog.Finding
	}{{"QUARANTINED", r.Quarantined}, {"WARNING", r.Warnings}} {
		if len(list.findings) == 0 {
			continue
		}
		fmt.Fprintf(t, "\n%s (%d)\tFAMILY\tCOLUMN\tREASON\n", list.name, len(list.findings))
		for _, f := range list.findings {
			fmt.Fprintf(t, "line %d\t%s\t%s\t%s\n", f.Line, f.Family, f.Column, f.Reason)
		}
	}
}

func (a *app) backlogGenerate() *cobra.Command {
	var o synthetic.Options
	c := &cobra.Command{
		Use: "generate --cases N --people N --seed N", Short: "write a synthetic backlog to standard output, marked SYNTHETIC", Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.AsOf.IsZero() {
				o.AsOf = clock.DateOf(time.Now())
			}
			out := &watched{Writer: c.OutOrStdout()}
			if err := synthetic.Generate(out, o); err != nil && out.err == nil {
				return cli.Usage(err)
			}
			return out.err
		},
	}
	o.Cases = 1100
	c.Flags().Var(cli.Count(&o.Cases), "cases", "families")
	c.Flags().Var(cli.Count(&o.People), "people", "people (default in proportion: 4,000 in 1,100 families)")
	c.Flags().Uint64Var(&o.Seed, "seed", 2007, "the same seed gives the same backlog")
	o.Lane, o.First = casefile.Legacy, 1
	c.Flags().Var(cli.Code(&o.Lane, lanes), "lane", "legacy or fast-track, whose families have just come and claimed")
	c.Flags().Var(cli.Count(&o.First), "first", "the number of the first family, to follow on those of another file")
	c.Flags().Var(cli.Date(&o.AsOf), "as-of", "the day to which ages and residence are relative (default today)")
	return c
}

// watched remembers whether writing failed.
type watched struct {
	io.Writer
	err error
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.err = errors.Join(w.err, err)
	return n, err
}

// importResult is what backlog import prints, and its dry run.
type importResult struct {
	DryRun bool `json:"dry_run,omitempty"`
	// Import is its number, 0 of a dry run.
	Import           int               `json:"import,omitempty"`
	New              int               `json:"new"`
	Unchanged        int               `json:"unchanged"`
	Changed          int               `json:"changed"`
	ChangedInReview  int               `json:"changed_under_review"`
	ChangedCases     []string          `json:"changed_under_review_cases,omitempty"`
	MovedCases       []string          `json:"moved_away_cases,omitempty"`
	Pairs            int               `json:"possible_duplicates"`
	Families         int               `json:"families"`
	People           int               `json:"people"`
	Quarantined      []backlog.Finding `json:"quarantined"`
	Warnings         []backlog.Finding `json:"warnings"`
	QuarantineFile   string            `json:"quarantine_file,omitempty"`
	SyntheticBacklog bool              `json:"synthetic"`
}

func (a *app) backlogImport() *cobra.Command {
	var dryRun bool
	c := &cobra.Command{
		Use: "import FILE", Short: "bring a backlog file in: all its good families in one transaction; --dry-run says what that would do, and changes nothing",
		Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			s, err := a.database(ctx)
			if err != nil {
				return err
			}
			today, err := a.today(ctx)
			if err != nil {
				return err
			}
			body, err := readBacklog(args[0])
			if err != nil {
				return err
			}
			bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(os.Stderr),
				progressbar.OptionSetDescription("families"),
				progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(),
				progressbar.OptionSetVisibility(isTerminal(os.Stderr)))
			in := incoming{name: args[0], body: body, today: today, step: func() { _ = bar.Add(1) }} // it only draws
			sum := sha256.Sum256(body)
			bringIn := s.ImportFrom
			if dryRun {
				bringIn = s.TryImport
			}
			done, err := bringIn(ctx, in.families, hex.EncodeToString(sum[:]), today)
			_ = bar.Finish()
			if isUsage(err) {
				return err
			}
			if err != nil {
				return fmt.Errorf("import %s: nothing was imported: %w", args[0], err)
			}
			report := in.file.Report()
			result := importResult{DryRun: dryRun, Import: done.No, New: done.Created, Unchanged: done.Unchanged,
				Changed: done.Changed, ChangedInReview: done.KeptBack, ChangedCases: done.KeptBackRefs,
				MovedCases: done.MovedAway, Pairs: done.Pairs, Families: report.Accepted.Families,
				People: report.Accepted.People, Quarantined: report.Quarantined, Warnings: report.Warnings,
				SyntheticBacklog: in.synthetic}
			if len(report.Quarantined) > 0 && !dryRun {
				result.QuarantineFile = quarantineName(args[0])
				if err := writeQuarantine(result.QuarantineFile, in.file); err != nil {
					return err
				}
			}
			return a.print(c.OutOrStdout(), result, func(t *tabwriter.Writer) { showImport(t, args[0], result) })
		},
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false,
		"say what the import would do, in the same numbers, and change nothing; no quarantine file is written")
	return c
}

// showImport prints what an import did, or would do.
func showImport(t *tabwriter.Writer, file string, r importResult) {
	fmt.Fprintf(t, "%s with %s: %d new, %d unchanged, %d changed\n", cli.Counted(r.Families, "family", "families"),
		cli.Counted(r.People, "person", "people"), r.New, r.Unchanged, r.Changed)
	for _, ref := range r.ChangedCases {
		fmt.Fprintf(t, "%s: the file differs, and its review has begun: not overwritten; each difference is a task (case show, case difference)\n", ref)
	}
	if hidden := r.ChangedInReview - len(r.ChangedCases); hidden > 0 {
		fmt.Fprintf(t, "%s under review that you do not see: the file differs, and nothing of it is overwritten\n",
			cli.Counted(hidden, "family", "families"))
	}
	for _, ref := range r.MovedCases {
		fmt.Fprintf(t, "%s: the file has the family outside Scotland: not overwritten; the difference waits (case show, case difference)\n", ref)
	}
	if r.Pairs > 0 {
		fmt.Fprintf(t, "%s of files that may be one family: duplicate list shows them\n",
			cli.Counted(r.Pairs, "new pair", "new pairs"))
	}
	if n := len(r.Warnings); n > 0 {
		fmt.Fprintf(t, "%d warnings: `starter backlog check %s` lists them\n", n, file)
	}
	switch n := len(r.Quarantined); {
	case n > 0 && r.DryRun:
		fmt.Fprintf(t, "%s: the families they are in would be left out; `starter backlog check %s` lists them\n",
			cli.Counted(n, "fault", "faults"), file)
	case n > 0:
		fmt.Fprintf(t, "%d faults: the families they are in stand in %s; mend them there, add what is missing, such as a principal, and import that file\n", n, r.QuarantineFile)
	}
	if r.DryRun {
		fmt.Fprintln(t, "this was a dry run: nothing was changed")
		return
	}
	fmt.Fprintf(t, "this is import %d: if it was the wrong file, backlog take-back %d\n", r.Import, r.Import)
}

// incoming is a backlog file on its way into the database.
type incoming struct {
	name  string
	body  []byte
	today clock.Date
	step  func() // called after each family
	// file and synthetic are known when all families are taken.
	file      *backlog.File
	synthetic bool // every one of them is a generated one, by the mark in its key
}

func (in *incoming) families(take func(casefile.Family) error) (brought store.Brought, err error) {
	var refused error
	all, generated := 0, 0
	in.file, err = backlog.Scan(in.body, in.today, func(f casefile.Family) error {
		all++
		if strings.HasPrefix(f.Key, synthetic.KeyPrefix) {
			generated++
		}
		in.step()
		refused = take(f)
		return refused
	})
	if err != nil && refused == nil {
		return brought, cli.Usage(fmt.Errorf("%s: %w", in.name, err))
	}
	in.synthetic = all > 0 && generated == all
	brought = store.Brought{Synthetic: in.synthetic, Elsewhere: map[string]string{}}
	if in.file != nil {
		for _, moved := range in.file.Elsewhere {
			brought.Elsewhere[moved.Key] = moved.Council
		}
	}
	return brought, err
}

func quarantineName(file string) string {
	if file == "-" {
		return "stdin.quarantine.csv"
	}
	return file + ".quarantine.csv"
}

func writeQuarantine(name string, file *backlog.File) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.WriteQuarantine(f), f.Close())
}

// maxCapacity is the most families that a lane lists a week [D].
const maxCapacity = 1000

// laneCommand is a command that does an act of operations on a lane.
func (a *app) laneCommand(use string, act casefile.Act) *cobra.Command {
	rule := act.Rule()
	f := &casefile.BacklogFields{}
	var flags actFlags
	wanted := 0
	if act == casefile.ActBacklogCapacity {
		wanted = 1
	}
	c := forAct(&cobra.Command{
		Use: use, Short: rule.InWords, Args: cli.Exactly(wanted),
		RunE: func(c *cobra.Command, args []string) error {
			if wanted == 1 {
				n, err := casefile.ParseNumber(args[0], maxCapacity)
				if err != nil {
					return cli.Usage(fmt.Errorf("families a week: %w", err))
				}
				f.Capacity = n
			}
			if flags.file != "" {
				body, err := cli.ReadInput("--file", flags.file)
				if err != nil {
					return err
				}
				text, err := cli.ParseForm(cli.InputName(flags.file), body, f)
				if err == nil && text != "" {
					err = cli.Usage(fmt.Errorf("%s: text: an act on a lane takes none", cli.InputName(flags.file)))
				}
				if err != nil {
					return err
				}
			}
			return a.doOnLane(c, act, *f, flags)
		},
	}, act)
	c.Flags().StringVar((*string)(&f.Lane), "lane", string(casefile.Legacy), cli.Question(casefile.Asked(f, "lane")))
	switch act {
	case casefile.ActBacklogStart:
		c.Flags().Var(cli.Count(&f.Capacity), "capacity", "families listed a week, 1 to 1000")
		c.Flags().Var(cli.Date(&f.Target), "target", cli.Question(casefile.Asked(f, "target")))
	case casefile.ActBacklogPause:
		c.Flags().StringVar(&f.Reason, "reason", "", "a code, such as staffing")
	}
	flags.add(c.Flags(), act)
	flags.addFile(c.Flags())
	return c
}

func (a *app) doOnLane(c *cobra.Command, act casefile.Act, f casefile.BacklogFields, flags actFlags) error {
	ctx := c.Context()
	switch {
	case f.Validate() != nil:
		return cli.Usage(f.Validate())
	case (act == casefile.ActBacklogStart || act == casefile.ActBacklogCapacity) &&
		(f.Capacity < 1 || f.Capacity > maxCapacity):
		return cli.Usage(fmt.Errorf("capacity is %d; it must be 1 to %d families a week", f.Capacity, maxCapacity))
	case act == casefile.ActBacklogPause && f.Reason == "":
		return cli.Usage(errors.New("--reason: say why, as a code such as staffing"))
	}
	if _, err := a.database(ctx); err != nil {
		return err
	}
	if err := a.mayAct(ctx, act, ""); err != nil {
		return err
	}
	on, err := a.today(ctx)
	if err != nil {
		return err
	}
	if flags.dryRun {
		return a.tryOnLane(c, act, on, f)
	}
	d, err := a.desk(ctx)
	if err != nil {
		return err
	}
	receipt, err := d.DoOnLane(ctx, act, on, f)
	if err != nil {
		return err
	}
	if receipt.Refused != nil {
		return receipt.Refused
	}
	return a.showLanes(c)
}

// tryOnLane is the dry run of an act on a lane: what it would do to the lane as it
// stands, or that it would have no effect.
func (a *app) tryOnLane(c *cobra.Command, act casefile.Act, on clock.Date, f casefile.BacklogFields) error {
	s, err := a.database(c.Context())
	if err != nil {
		return err
	}
	report, err := s.Report(c.Context())
	if err != nil {
		return err
	}
	var lane *store.LaneState
	if i := slices.IndexFunc(report.Lanes, func(l store.LaneState) bool { return l.Lane == f.Lane }); i >= 0 {
		lane = &report.Lanes[i]
	}
	effect, err := store.WouldDo(lane, act, f, on)
	if err != nil {
		return err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	t := trial{DryRun: true, Act: act, On: on, Fields: body, Effect: effect}
	return a.print(c.OutOrStdout(), t, func(w *tabwriter.Writer) { fmt.Fprintln(w, t.words()) })
}

func (a *app) backlogStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "where the programme stands: figures that add up to the families imported",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return a.showLanes(c) },
	}
}

func (a *app) showLanes(c *cobra.Command) error {
	s, err := a.database(c.Context())
	if err != nil {
		return err
	}
	report, err := s.Report(c.Context())
	if err != nil {
		return err
	}
	seen, err := s.WorkerSeen(c.Context())
	if err != nil {
		return err
	}
	return a.print(c.OutOrStdout(), report, func(t *tabwriter.Writer) {
		showSummary(t, report)
		if away := seen.InWords(); away != "" {
			fmt.Fprintln(t, away)
		}
	})
}
