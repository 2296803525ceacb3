package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"
)

// showSummary writes the programme's figures so that they can be added up.
func showSummary(w io.Writer, r store.Report) {
	label := ""
	if r.Synthetic {
		label = " (SYNTHETIC)"
	}
	joined := ""
	if r.Joined > 0 {
		joined = fmt.Sprintf(", %d of them since", r.Joined)
	}
	fmt.Fprintf(w, "On %s%s: %d families, %d people%s\n", clock.DateOf(r.At), label, r.Families, r.People, joined)
	fmt.Fprintf(w, "  decided\t%d\n", r.Decided)
	for _, outcome := range slices.Sorted(maps.Keys(r.DecidedByOutcome)) {
		fmt.Fprintf(w, "    %s\t%d\n", outcome, r.DecidedByOutcome[outcome])
	}
	fmt.Fprintf(w, "  closed administratively\t%d\n", r.Closed)
	for _, end := range slices.Sorted(maps.Keys(r.ClosedByEnd)) {
		fmt.Fprintf(w, "    %s\t%d\n", end, r.ClosedByEnd[end])
	}
	if r.Archived > 0 {
		fmt.Fprintf(w, "  archived untraced\t%d\t(no outcome: traced again every six months)\n", r.Archived)
	}
	fmt.Fprintf(w, "  open\t%d\n", r.Open)
	for _, stage := range casefile.Stages {
		if n := r.OpenByStage[string(stage)]; n > 0 {
			note := ""
			if stage == casefile.Unlisted && r.HeldBack > 0 {
				note = fmt.Sprintf("\t(%d held back as possible duplicates)", r.HeldBack)
			}
			fmt.Fprintf(w, "    %s\t%d%s\n", stage, n, note)
		}
	}
	if r.Withheld > 0 {
		fmt.Fprintf(w, "  restricted, which you do not see\t%d\n", r.Withheld)
	}
	fmt.Fprintf(w, "  together\t%d of %d\n", r.Decided+r.Closed+r.Archived+r.Open+r.Withheld, r.Families)
	fmt.Fprintln(w, "  Each family counts once, with the people who were born into it, joined it or left it.")
	own := "[c]" // fewer than five
	if r.FilesOfTheirOwn != nil {
		own = fmt.Sprint(*r.FilesOfTheirOwn)
	}
	fmt.Fprintf(w, "  files of people who parted from a family\t%s\t(each counts under its family)\n", own)
	if n := r.Duplicates.Unresolved + r.HeldAsDuplicates; n > 0 {
		fmt.Fprintf(w, "duplicates\t%s to be resolved, %d of them escalated; %s held\n",
			cli.Counted(r.Duplicates.Unresolved, "pair", "pairs"),
			r.Duplicates.Escalated, cli.Counted(r.HeldAsDuplicates, "second file", "second files"))
	}
	fmt.Fprintf(w, "post\t%d unlinked%s, %d unread%s, %d escalated\n", r.Post.Unlinked, oldest(r.Post.OldestUnlinked),
		r.Post.Unread, oldest(r.Post.OldestUnread), r.Post.Escalated)
	if r.Struck > 0 {
		fmt.Fprintf(w, "struck\t%s, which %s in none of these figures\n", cli.Counted(r.Struck, "act", "acts"),
			map[bool]string{true: "counts", false: "count"}[r.Struck == 1])
	}
	m, d := r.Milestones, r.Deadlines
	fmt.Fprintf(w, "milestones\tsigned %d, served %d, carried out %d\n", m.Signed, m.Served, m.CarriedOut)
	fmt.Fprintf(w, "deadlines\tset %d, kept %d, missed %d, windows ended %d, reminded %d, escalated %d\n", d.Set, d.Kept,
		d.Missed, d.WindowsEnded, d.Reminded, d.Escalated)
	if o := r.Overdue; o.Tasks > 0 {
		fmt.Fprintf(w, "overdue\t%s, the longest by %s\n", cli.Counted(o.Tasks, "open task", "open tasks"),
			cli.Counted(o.Longest, "day", "days"))
	} else {
		fmt.Fprintln(w, "overdue\tnothing")
	}
	if days := r.DaysListingToService; days.Cases > 0 {
		fmt.Fprintf(w, "days from listing to service\tmedian %d, 90th percentile %d, longest %d (%d cases)\n", *days.Median,
			*days.P90, *days.Longest, days.Cases)
	}
	for _, l := range r.Lanes {
		fmt.Fprintf(w, "%s lane\t%d families a week since %s", l.Lane, l.Capacity, clock.DateOf(l.StartedAt))
		if !l.Target.IsZero() {
			fmt.Fprintf(w, ", target %s", l.Target)
		}
		if l.Waiting > 0 {
			fmt.Fprintf(w, "; %s on %s, the last of %d placed is forecast for %s",
				cli.Counted(l.Waiting, "family waited", "families waited"), l.DrawnOn, l.Placed, l.LastListing)
		}
		if l.Paused != "" {
			fmt.Fprintf(w, ", PAUSED: %s", l.Paused)
		}
		fmt.Fprintln(w)
	}
}

func oldest(on clock.Date) string {
	if on.IsZero() {
		return ""
	}
	return ", the oldest of " + on.String()
}
