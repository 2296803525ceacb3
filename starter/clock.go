package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) clockCommand() *cobra.Command {
	return cli.Group("clock", "the deadlines of a case: what is left of each, what stops it, and every date it has had",
		a.restOf("clock", forReaders(a.clockShow(), everybody))...)
}

// caseClocks are a case's deadlines as the reader's role may see them.
type caseClocks struct {
	Case     string         `json:"case"`
	Sees     casefile.Sight `json:"sees"`
	Now      time.Time      `json:"now"`
	Calendar string         `json:"calendar"` // the version in force
	Council  string         `json:"council"`
	Tasks    []taskClock    `json:"tasks"`
	Holds    []caseHold     `json:"holds,omitempty"`
	// Answers are the times to answer adverse material, for those who see the file.
	Answers []struct {
		Person   int        `json:"person"`
		PutOn    clock.Date `json:"put_on"`
		By       clock.Date `json:"answer_by"`
		Answered bool       `json:"answered"`
		Changes  []struct {
			Cause store.Cause `json:"cause"`
			At    time.Time   `json:"at"`
			OldBy clock.Date  `json:"old_by"`
			NewBy clock.Date  `json:"new_by"`

			OldVersion string `json:"old_version"`
			NewVersion string `json:"new_version"`
		} `json:"changes"`
	} `json:"answers,omitempty"`

	holidays *clock.Holidays
}

type taskClock struct {
	Kind       casefile.TaskKind `json:"kind"`
	Subject    int               `json:"subject"`
	Awaiting   casefile.Party    `json:"awaiting"`
	Began      clock.Date        `json:"began"`
	Days       int               `json:"days"`
	Unit       clock.Unit        `json:"unit"`
	Calendar   clock.CalendarID  `json:"calendar"`
	Version    string            `json:"calendar_version"`
	Kept       bool              `json:"kept"` // by that version, where a change would have taken the last day away
	DueOn      clock.Date        `json:"due_on"`
	Provision  bool              `json:"provisional"`
	NextRung   casefile.RungKind `json:"next_rung,omitempty"` // none once it is closed
	NextAt     *time.Time        `json:"next_at,omitempty"`   // nor while it is stopped
	Overdue    bool              `json:"overdue"`
	Escalated  bool              `json:"escalated"`
	ClosedAt   *time.Time        `json:"closed_at"`
	Result     string            `json:"result"`
	AttestedOn clock.Date        `json:"attested_on"`
	Pauses     []clock.Pause     `json:"pauses"`
	Extensions []struct {
		No       int        `json:"no"`
		Days     int        `json:"days"`
		Reason   string     `json:"reason"`
		AskedBy  string     `json:"asked_by"`
		AskedOn  clock.Date `json:"asked_on"`
		Decision string     `json:"decision"`
		By       string     `json:"decided_by"`
		On       clock.Date `json:"decided_on"`
		TakenOn  clock.Date `json:"withdrawn_on"`
		TakenBy  string     `json:"withdrawn_by"`
	} `json:"extensions"`
	Changes []struct {
		Cause        store.Cause `json:"cause"`
		At           time.Time   `json:"at"`
		OldDue       clock.Date  `json:"old_due"`
		NewDue       clock.Date  `json:"new_due"`
		OldNext      *time.Time  `json:"old_next"`
		NewNext      *time.Time  `json:"new_next"`
		DaysLeft     int         `json:"days_left"`
		OldVersion   string      `json:"old_version"`
		NewVersion   string      `json:"new_version"`
		Provision    bool        `json:"provisional"` // of the new day
		WasProvision bool        `json:"was_provisional"`
		Label        string      `json:"label,omitempty"`  // of the new version, where a calendar is the cause
		Reason       string      `json:"reason,omitempty"` // a code
		By           string      `json:"by"`
	} `json:"changes"`

	// Worked out here from what stands above.
	EndedOn clock.Date `json:"ended_on,omitzero"` // the day attested, or else the one on which it was closed
	Total   int        `json:"total"`             // days in all, with what was added
	Used    int        `json:"used"`              // up to yesterday, or with the day on which it ended
	Left    int        `json:"left"`              // after that

	label string // of its version
}

type caseHold struct {
	Person   int             `json:"person"`
	Ground   casefile.Ground `json:"ground"` // only for those who see the file
	From     clock.Date      `json:"opened_on"`
	Until    clock.Date      `json:"ended_on"`
	ReviewOn clock.Date      `json:"review_on"`
	RunsOn   bool            `json:"runs_on"`
}

// measure works out how much of the clock is used and left by the version of the
// holidays that its last day rests on. The day on which it was answered is of what
// it took; one that is open has today left.
func (t *taskClock) measure(h *clock.Holidays, today clock.Date) error {
	d := clock.Deadline{Began: t.Began, Budget: clock.Budget{Days: t.Days, Unit: t.Unit, Calendar: t.Calendar},
		Pauses: t.Pauses}
	for _, e := range t.Extensions {
		if e.Decision == casefile.ExtensionGranted && e.TakenOn.IsZero() {
			d.Extended += e.Days
		}
	}
	until := today.AddDays(-1)
	if t.ClosedAt != nil {
		if t.EndedOn = t.AttestedOn; t.EndedOn.IsZero() {
			t.EndedOn = clock.DateOf(*t.ClosedAt)
		}
		until, t.NextRung, t.NextAt = t.EndedOn, "", nil
	}
	used, err := d.Used(h, until)
	if err != nil {
		return fmt.Errorf("the clock of %s: %w", t.Kind, err)
	}
	t.Total = d.Total()
	t.Used = min(used, t.Total)
	t.Left = t.Total - t.Used
	return nil
}

func (a *app) clockShow() *cobra.Command {
	return ofCase(a, "show REF", "each deadline of a case: began, budget, used, left, due, what stopped it, and every date it was shown with (recorded)",
		func(ctx context.Context, s *store.Store, ref string) (clocks caseClocks, err error) {
			raw, err := s.CaseClocks(ctx, ref)
			if err != nil {
				return clocks, err
			}
			if err := json.Unmarshal(raw, &clocks); err != nil {
				return clocks, err
			}
			if clocks.holidays, err = s.HolidaysInForce(ctx); err != nil {
				return clocks, err
			}
			versions := map[string]*clock.Holidays{clocks.holidays.Version(): clocks.holidays}
			for i := range clocks.Tasks {
				t := &clocks.Tasks[i]
				if versions[t.Version] == nil {
					if versions[t.Version], err = s.HolidaysOf(ctx, t.Version); err != nil {
						return clocks, err
					}
				}
				if err := t.measure(versions[t.Version], clock.DateOf(clocks.Now)); err != nil {
					return clocks, err
				}
				t.label = versions[t.Version].Label()
			}
			return clocks, nil
		},
		func(w io.Writer, clocks caseClocks) { clocks.write(w) })
}

func (k caseClocks) write(w io.Writer) {
	fmt.Fprintf(w, "%s on %s, by the calendars %s (%s)\n\n", k.Case, clock.DateOf(k.Now), k.holidays.Label(),
		k.holidays.Version())
	k.writeOpen(w)
	k.writeEnded(w)
	if len(k.Holds) > 0 {
		fmt.Fprintln(w, "\nHOLD\tABOUT\tFROM\tUNTIL\tREVIEW\tSTOPS")
		for _, h := range k.Holds {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", cli.OrNone(string(h.Ground)), cli.About(h.Person), h.From,
				cli.OrNone(h.Until.String()), h.ReviewOn, h.stops())
		}
	}
	k.writeAnswers(w)
	k.writeExtensions(w)
	k.writeChanges(w)
}

// writeOpen shows the deadlines that run or are stopped, and says where none does.
func (k caseClocks) writeOpen(w io.Writer) {
	switch inside := k.Sees.IsFile(); {
	case len(k.Tasks) == 0 && inside:
		fmt.Fprintln(w, "The case has had no deadline yet.")
	case len(k.Tasks) == 0:
		fmt.Fprintln(w, "The case has no deadline that your role is shown.")
	case !slices.ContainsFunc(k.Tasks, taskClock.open):
		fmt.Fprintln(w, "No deadline is open.")
	}
	head := "CLOCK\tAWAITED\tBEGAN\tHAS\tUSED\tLEFT\tDUE\tNEXT"
	var kept []taskClock
	for _, t := range k.Tasks {
		if !t.open() {
			continue
		}
		if head != "" {
			fmt.Fprintln(w, head)
			head = ""
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\n", t.name(), t.Awaiting, t.Began, t.budget(), t.Used, t.Left,
			t.due(), t.next())
		if t.Kept && t.Unit == clock.WorkingDays {
			kept = append(kept, t)
		}
	}
	for _, t := range kept {
		fmt.Fprintf(w, "%s is kept by the calendars %s (%s), by which its day was shown: those in force would have taken that day away.\n", t.name(), t.label, t.Version)
	}
}

func (k caseClocks) writeEnded(w io.Writer) {
	head := "\nENDED\tBEGAN\tHAS\tUSED\tDUE\tENDED ON\tRESULT"
	for _, t := range k.Tasks {
		if t.open() {
			continue
		}
		if head != "" {
			fmt.Fprintln(w, head)
			head = ""
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", t.name(), t.Began, t.budget(), t.Used,
			cli.NoDay(t.DueOn)+cli.ProvisionalMark(t.Provision), t.EndedOn, cli.OrNone(t.Result))
	}
}

func (k caseClocks) writeAnswers(w io.Writer) {
	head := "\nTO ANSWER\tPUT ON\tBY\tWAS"
	for _, x := range k.Answers {
		if head != "" {
			fmt.Fprintln(w, head)
			head = ""
		}
		var was []string
		for _, c := range x.Changes {
			was = append(was, fmt.Sprintf("%s until %s (%s)", cli.NoDay(c.OldBy), clock.DateOf(c.At), c.Cause))
		}
		by := cli.NoDay(x.By)
		if x.Answered {
			by = "answered"
		}
		fmt.Fprintf(w, "%s adverse material\t%s\t%s\t%s\n", cli.About(x.Person), x.PutOn, by,
			cli.OrNone(strings.Join(was, ", ")))
	}
}

func (k caseClocks) writeExtensions(w io.Writer) {
	head := "\nEXTENSION\tDAYS\tREASON\tASKED\tDECIDED\tWITHDRAWN"
	for _, t := range k.Tasks {
		for _, e := range t.Extensions {
			if head != "" {
				fmt.Fprintln(w, head)
				head = ""
			}
			taken := "-"
			if !e.TakenOn.IsZero() {
				taken = fmt.Sprintf("%s by %s", e.TakenOn, e.TakenBy)
			}
			fmt.Fprintf(w, "%s\t%d\t%s\t%s by %s\t%s %s by %s\t%s\n", t.name(), e.Days, cli.OrNone(e.Reason), e.AskedOn,
				e.AskedBy, e.Decision, e.On, e.By, taken)
		}
	}
}

func (k caseClocks) writeChanges(w io.Writer) {
	head := "\nMOVED\tCLOCK\tDUE WAS\tDUE IS\tLEFT\tWHY\tBY"
	for _, t := range k.Tasks {
		for _, x := range t.Changes {
			if head != "" {
				fmt.Fprintln(w, head)
				head = ""
			}
			why := strings.ReplaceAll(string(x.Cause), "_", " ")
			switch x.Cause {
			case store.CauseCalendar:
				why = "calendar " + x.Label
			case store.CausePost:
				why = "an item of post is waited for"
			}
			if x.Reason != "" {
				why += " (" + x.Reason + ")"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", clock.DateOf(x.At), t.name(),
				cli.NoDay(x.OldDue)+cli.ProvisionalMark(x.WasProvision), cli.NoDay(x.NewDue)+cli.ProvisionalMark(x.Provision),
				x.DaysLeft, why, cli.OrNone(x.By))
		}
	}
}

func (t taskClock) name() string { return string(t.Kind) + cli.TaskSuffix(t.Kind, t.Subject) }

func (t taskClock) open() bool { return t.ClosedAt == nil }

// next is the rung that acts next and after which day.
func (t taskClock) next() string {
	if t.NextAt == nil {
		return "-"
	}
	return rungInWords(t.NextRung, cli.PassedDay(t.NextAt), t.Provision)
}

// budget is how many days a clock has and what was added, and of working days whose
// they are, as a table has room for it.
func (t taskClock) budget() string {
	s := strconv.Itoa(t.Days)
	if t.Total != t.Days {
		s += fmt.Sprintf("+%d", t.Total-t.Days)
	}
	if t.Unit != clock.WorkingDays {
		return s + " days"
	}
	return s + " working, " + workers(t.Calendar)
}

// workers says in short by whose working days a calendar counts: a council's are
// told by its code, for they are Scotland's and its own local days.
func workers(id clock.CalendarID) string {
	switch base, council := id.Base(), id.Council(); {
	case base == clock.EnglandAndWales:
		return "E&W"
	case base == clock.ScotlandSchools:
		return strings.TrimSpace("schools " + council)
	case council != "":
		return council
	}
	return "Scotland"
}

func (t taskClock) due() string {
	s := t.DueOn.String()
	if t.DueOn.IsZero() {
		s = "stopped"
	}
	s += cli.ProvisionalMark(t.Provision)
	if t.Overdue {
		s += " OVERDUE"
	}
	return s
}

func (h caseHold) stops() string {
	switch {
	case h.Ground == "":
		return "-"
	case h.RunsOn:
		return "nothing"
	}
	var kinds []casefile.TaskKind
	for _, rule := range casefile.TaskRules {
		if h.Ground.Stops(rule.Kind) {
			kinds = append(kinds, rule.Kind)
		}
	}
	return cli.Joined(kinds)
}
