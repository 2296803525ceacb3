// Bench measures what Hame costs and how fast it is: each figure beside its
// floor, the least that could do the same, in the same run.
//
//	bench [-json FILE] [-share PART] [FIGURE...]
//
// Without a FIGURE it measures all; with a share of the families, for working on
// it, sooner and less truly. It runs beside a
// private PostgreSQL and a Temporal server that can skip time (make bench, or
// bin/devstack exec --no-ui --watch -- bin/bench events), in databases and namespaces of
// its own. The thresholds are aims: it fails only where it can't measure.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// measurements are the parts that can be asked for by name, in the order of a whole run.
var measurements = []measurement{
	{"events", "history events and billed actions of a review", events},
	{"statements", "statements of a review", statements},
	{"starts", "reviews started a second", starts},
	{"rehearsal", "families a minute through a rehearsal", rehearse},
	{"memory", "worker memory of an open review", memory},
	{"replay", "replay of a review of five years from cold", replay},
	{"calendars", "deadlines moved a second when a calendar changes", calendars},
	{"growth", "what a family costs with 1,000, 10,000 and 100,000 families there", growth},
	{"import", "import and check of 450,000 families", imports},
	{"plans", "the plan of every statement with 450,000 families", plans},
}

type measurement struct {
	name    string
	about   string
	measure func(context.Context) ([]Figure, error)
}

// part is what is left of the families where a run is to be short.
var part = 1.0

// share is that part of so many.
func share(n int) int { return max(int(part*float64(n)), 20) }

// report is what is written as JSON.
type report struct {
	Date    string   `json:"date"`
	Machine machine  `json:"machine"`
	Seconds float64  `json:"seconds"` // the whole run
	Figures []Figure `json:"figures"`
}

type machine struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	MemoryGiB  int    `json:"memory_gib"`
	Go         string `json:"go"`
	PostgreSQL string `json:"postgresql"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	file := flag.String("json", "", "also write the figures to this file")
	flag.Float64Var(&part, "share", 1, "measure with this part of the families, between 0 and 1")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: bench [-json FILE] [-share PART] [FIGURE...]")
		for _, m := range measurements {
			fmt.Fprintf(os.Stderr, "  %-12s %s\n", m.name, m.about)
		}
	}
	flag.Parse()
	for _, name := range flag.Args() {
		if !slices.ContainsFunc(measurements, func(m measurement) bool { return m.name == name }) {
			flag.Usage()
			return fmt.Errorf("%q is no figure", name)
		}
	}
	begun := time.Now()
	r := report{Date: begun.Format(time.DateOnly)}
	var err error
	if r.Machine, err = thisMachine(ctx); err != nil {
		return err
	}
	for _, m := range measurements {
		if flag.NArg() > 0 && !slices.Contains(flag.Args(), m.name) {
			continue
		}
		progress("%s: %s", m.name, m.about)
		figures, err := m.measure(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		r.Figures = append(r.Figures, figures...)
		r.Seconds = time.Since(begun).Round(time.Second).Seconds()
		// After each, so that a run that is broken off leaves what it has measured.
		if err := r.write(*file); err != nil {
			return err
		}
	}
	fmt.Printf(
		"%s, %d cores (%s), %d GiB, %s, PostgreSQL %s; %.0f seconds in all\n\n",
		r.Date,
		r.Machine.Cores,
		r.Machine.CPU,
		r.Machine.MemoryGiB,
		r.Machine.Go,
		r.Machine.PostgreSQL,
		r.Seconds,
	)
	return show(os.Stdout, r.Figures)
}

// write writes the report as JSON, if it is wanted.
func (r report) write(file string) error {
	if file == "" {
		return nil
	}
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(body, '\n'), 0o644)
}

var start = time.Now()

// progress tells on standard error how far the run is.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: %4.0f s  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
}

// after runs what a measurement leaves to do, and keeps both errors.
func after(err error, f func() error) error { return errors.Join(err, f()) }

func thisMachine(ctx context.Context) (machine, error) {
	m := machine{Cores: runtime.NumCPU(), Go: runtime.Version()}
	m.CPU = procField("/proc/cpuinfo", "model name")
	var kB int
	if _, err := fmt.Sscan(procField("/proc/meminfo", "MemTotal"), &kB); err != nil {
		return m, fmt.Errorf("memory of this machine: %w", err)
	}
	m.MemoryGiB = (kB + 1<<19) >> 20
	h := installation{admin: os.Getenv("HAME_ADMIN_DATABASE_URL")}
	if h.admin == "" {
		return m, errors.New("HAME_ADMIN_DATABASE_URL is not set: run it by make bench, or under bin/devstack exec --")
	}
	return m, h.sqlGet(ctx, &m.PostgreSQL, `show server_version`)
}

// procField is the value of a line such as "MemTotal: 16 kB"; empty if there is none.
func procField(file, field string) string {
	body, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(body)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == field {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
