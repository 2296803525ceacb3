package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// big is how many rows make a table too large to be read whole for one family.
const big = 10_000

// whole are the labels under which a table is read whole on purpose: figures,
// checks and orders of the whole programme.
var whole = map[string]string{
	"draw":           "the order of all who wait is worked out afresh each week",
	"backlog order":  "the order of all who wait",
	"backlog status": "figures over the whole record",
	"audit export":   "the heads of all chains",
	"calendar apply": "every running deadline may depend on the day that changed; it is looked at once",
}

// plans looks at the plan of every statement that worker and starter run, in a
// database of 450,000 families.
func plans(ctx context.Context) (figures []Figure, err error) {
	if ukInstallation == nil {
		if _, err := imports(ctx); err != nil {
			return nil, err
		}
	}
	h := ukInstallation
	progress("plans: a tenth of %d families is put under review or closed", share(ukFamilies))
	if err := h.exec(ctx, fill); err != nil {
		return nil, err
	}
	if err := h.explain(ctx); err != nil {
		return nil, err
	}
	if err := h.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return h.shut(ctx) }) }()
	r := &typicalReview{h: h}
	r.around = func(label string, _ casefile.Stage, do func() error) error {
		if err := h.mark(ctx, label); err != nil {
			return err
		}
		if err := do(); err != nil {
			return err
		}
		if _, err := settled(ctx, h.client, r.ref); err != nil {
			return err
		}
		return h.mark(ctx, "")
	}
	progress("plans: a review")
	if err := r.begin(ctx, fmt.Sprintf("SYN-TYPICAL%d", time.Now().UnixNano())); err != nil {
		return nil, err
	}
	if err := r.play(ctx); err != nil {
		return nil, err
	}
	took, err := h.everyRead(ctx, r.ref)
	if err != nil {
		return nil, err
	}
	explained, err := h.plans(ctx)
	if err != nil {
		return nil, err
	}
	size := map[string]float64{}
	var tables []struct {
		Name string  `db:"relname"`
		Rows float64 `db:"reltuples"`
	}
	err = h.selects(ctx, &tables, `
		select relname, reltuples from pg_class where relnamespace = 'hame'::regnamespace and relkind = 'r'`)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		size[t.Name] = t.Rows
	}
	found := map[string]bool{}
	statements := map[string]bool{}
	f := Figure{Name: "plans without an index", Unit: "statements and tables", How: fmt.Sprintf(
		"every statement of a review, of the worker's dispatcher and draw, and of every starter command that reads, "+
			"with what its functions, views and triggers run, "+
			"explained as it ran with %d families (auto_explain), if it took a millisecond; one counts that reads a "+
			"table of over %d rows whole where nothing asks for the whole. "+
			"Verify is left out: it checks the whole record, and what is filled in here has no chains.", share(ukFamilies), big)}
	for _, p := range explained {
		statements[shorten(p.query)] = true
		walk(p.root, func(node map[string]any) {
			table, _ := node["Relation Name"].(string)
			kind, _ := node["Node Type"].(string)
			if size[table] < big || !readsWhole(kind, node) {
				return
			}
			key := fmt.Sprintf("%s | %s of %s | %s", p.label, kind, table, shorten(p.query))
			if found[key] {
				return
			}
			found[key] = true
			if _, wanted := whole[p.label]; wanted {
				return
			}
			f.Measured++
			f.Parts = append(f.Parts, Part{key, size[table], "rows in the table"})
		})
	}
	for label, why := range whole {
		n := 0
		for key := range found {
			if strings.HasPrefix(key, label+" | ") {
				n++
			}
		}
		f.Parts = append(f.Parts, Part{"on purpose: " + label, float64(n), why})
	}
	f.Parts = append(f.Parts, Part{"statements looked at", float64(len(statements)), ""})
	slices.SortStableFunc(f.Parts, func(x, y Part) int { return strings.Compare(x.Name, y.Name) })
	slices.SortStableFunc(took, func(x, y Part) int { return cmp.Compare(y.Value, x.Value) })
	slow := Figure{Name: "slowest list", Unit: "seconds", Measured: took[0].Value, Parts: took,
		How: fmt.Sprintf("every starter command that reads, as a process of its own, with %d families and its plans "+
			"written out.", share(ukFamilies))}
	return []Figure{f.aims("measured", atMost, 0), slow}, nil
}

// readsWhole tells a scan of a whole table from one that an index serves.
func readsWhole(kind string, node map[string]any) bool {
	switch kind {
	case "Seq Scan", "Sample Scan":
		return true
	case "Index Scan", "Index Only Scan":
		_, conditional := node["Index Cond"]
		rows, _ := node["Actual Rows"].(float64)
		return !conditional && rows >= big
	}
	return false
}

// walk visits a plan and all that it stands on.
func walk(node map[string]any, visit func(map[string]any)) {
	if node == nil {
		return
	}
	visit(node)
	below, _ := node["Plans"].([]any)
	for _, b := range below {
		child, _ := b.(map[string]any)
		walk(child, visit)
	}
}

var blanks = regexp.MustCompile(`\s+`)

// shorten makes a statement fit for a line of a list.
func shorten(query string) string {
	s := strings.TrimSpace(blanks.ReplaceAllString(query, " "))
	if len(s) > 140 {
		s = s[:140] + "…"
	}
	return s
}

// everyRead runs whatever reads: the worker's dispatcher and draw, and every command
// of starter's that lists or shows, as each kind of role. It returns how long
// each command took.
func (h *installation) everyRead(ctx context.Context, ref string) ([]Part, error) {
	env, err := h.environment()
	if err != nil {
		return nil, err
	}
	var took []Part
	type read struct {
		label string
		do    func() error
	}
	own := []read{
		{"dispatcher", func() error { _, err := h.store.ClaimUndelivered(ctx, nil, 1); return err }},
		{"dispatcher", func() error { _, err := h.store.Unseen(ctx); return err }},
		{"dispatcher", func() error { _, _, err := h.store.UnfinishedCalendar(ctx); return err }},
		{"start reviews", func() error { _, err := h.store.Unstarted(ctx, casefile.Legacy); return err }},
		{"draw", func() error {
			_, err := h.acts.DrawFamilies(
				ctx,
				activities.DrawFamiliesParams{Lane: casefile.Legacy, Capacity: 10, Now: time.Now()},
			)
			return err
		}},
	}
	for _, says := range []store.PostSays{
		{Reference: "Z1000001"}, {NameKey: "rubina tasavvuri"}, {Representative: "SYNTHETIC Law Centre No 8"},
	} {
		own = append(own, read{"post receive", func() error {
			morag, err := h.as(ctx, "morag")
			if err != nil {
				return err
			}
			_, err = morag.ReceivePost(ctx, clock.DateOf(time.Now()), &casefile.PostFields{From: "family"}, says, "", true)
			return err
		}})
	}
	for _, o := range own {
		if err := h.mark(ctx, o.label); err != nil {
			return nil, err
		}
		progress("plans: %s", o.label)
		begun := time.Now()
		if err := o.do(); err != nil {
			return nil, fmt.Errorf("%s: %w", o.label, err)
		}
		took = append(took, Part{"worker: " + o.label, time.Since(begun).Seconds(), ""})
	}
	if err := h.findsWhatMoves(ctx, &took); err != nil {
		return nil, err
	}
	var commands [][]string
	as := func(login string, lists ...[]string) {
		for _, l := range lists {
			commands = append(commands, append([]string{"--as", login}, l...))
		}
	}
	// One of each sight, and the filters for one.
	for _, login := range []string{"morag", "fiona", "archie", "city_of_edinburgh_welfare", "eilidh", "jean"} {
		as(login, []string{"task", "list", "--mine"}, []string{"task", "list"}, []string{"case", "find"})
	}
	as(
		"morag",
		[]string{"task", "list", "--overdue"},
		[]string{"task", "list", "--council", "S12000036"},
		[]string{"task", "list", "--role", "caseworker"},
		[]string{
			"case",
			"find",
			"--stage",
			"decision",
		},
		[]string{"case", "find", "--overdue"},
		[]string{"case", "find", "--council", "S12000036"},
	)
	for _, login := range []string{"morag", "agnes", "jean"} {
		as(login, []string{"case", "show", ref})
	}
	as("fiona", []string{"clock", "show", ref})
	as(
		"morag",
		[]string{"case", "explain", ref},
		[]string{"case", "timeline", ref},
		[]string{"letter", "list"},
		[]string{"letter", "show", ref},
		[]string{"post", "list"},
		[]string{
			"duplicate",
			"list",
		},
		[]string{"decision", "show", ref},
		[]string{"case", "texts", ref},
		[]string{"form", "evidence.receive", ref},
	)
	as("jean", []string{"representation", "summary", ref})
	as("archie", []string{"backlog", "status"}, []string{"staff", "list"})
	as("fiona", []string{"backlog", "order"})
	as("una", []string{"audit", "show", ref}, []string{"audit", "reads", ref}, []string{"audit", "export"})
	for _, c := range commands {
		label := strings.Join(c[2:min(len(c), 4)], " ")
		if err := h.mark(ctx, label); err != nil {
			return nil, err
		}
		progress("plans: starter %s", strings.Join(c, " "))
		begun := time.Now()
		if _, err := program(ctx, env, nil, "starter", append([]string{"-o", "json"}, c...)...); err != nil {
			return nil, err
		}
		took = append(took, Part{"starter " + strings.Join(c, " "), time.Since(begun).Seconds(), ""})
	}
	return took, h.mark(ctx, "")
}

// findsWhatMoves puts a version of the calendars in force in which a day of next
// week is a holiday, and finds the cases that depend on it, page by page. None is
// moved: what is filled in here has no review that runs.
func (h *installation) findsWhatMoves(ctx context.Context, took *[]Part) error {
	if err := h.mark(ctx, "calendar apply"); err != nil {
		return err
	}
	progress("plans: calendar apply")
	archie, err := h.as(ctx, "archie")
	if err != nil {
		return err
	}
	begun := time.Now()
	day, err := nextWeek()
	if err != nil {
		return err
	}
	no, err := h.putsInForce(ctx, archie, day)
	if err != nil {
		return err
	}
	if _, err := h.store.FindCasesToMove(ctx, no); err != nil {
		return err
	}
	pages, last := 0, ""
	for {
		refs, err := h.store.CasesToMove(ctx, no, last, activities.CasesAPage)
		if err != nil {
			return err
		}
		pages++
		if len(refs) < activities.CasesAPage {
			break
		}
		last = refs[len(refs)-1]
	}
	*took = append(
		*took,
		Part{"worker: calendar apply, finding the cases", time.Since(begun).Seconds(), fmt.Sprintf("in %d page(s)", pages)},
	)
	return nil
}

// nextWeek is the third working day of Scotland's from today.
func nextWeek() (clock.Date, error) {
	scotland, err := clock.Embedded().Calendar(clock.Scotland)
	if err != nil {
		return clock.Date{}, err
	}
	return scotland.AddWorkingDays(clock.DateOf(time.Now()), 3), nil
}
