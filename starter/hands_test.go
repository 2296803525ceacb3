package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/carrier"
	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/settings"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
	"hame/internal/testdb"
)

// commandsByAct finds the command of each act in the program itself.
func commandsByAct() map[casefile.Act]*cobra.Command {
	found := map[casefile.Act]*cobra.Command{}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if act := c.Annotations[actAnnotation]; act != "" {
			found[casefile.Act(act)] = c
		}
		for _, under := range c.Commands() {
			walk(under)
		}
	}
	walk(newRoot(&app{}))
	return found
}

func TestEachActHasItsCommand(t *testing.T) {
	commands := commandsByAct()
	for _, rule := range casefile.ActRules {
		c := commands[rule.Act]
		require.NotNil(t, c, "%s: no command is marked for it: see forAct", rule.Act)
		// Whether it is attested for a day, and has a form or words of its own.
		dated, worded := rule.Day.TakesDay() || rule.Act == casefile.ActOpen, true // whose --on is the listing date
		switch rule.Act {
		case casefile.ActErase, casefile.ActTakeBack:
			worded = false
		case casefile.ActRecover, casefile.ActArrival, casefile.ActDuplicate, casefile.ActDismissPost, casefile.ActApplyCalendar:
			worded = false // nothing would keep them
		}
		for flag, takes := range map[string]bool{"on": dated, "file": worded, "dry-run": true, "confirm": rule.AskedBack()} {
			require.Equal(t, takes, c.Flags().Lookup(flag) != nil, "%s takes --%s", c.CommandPath(), flag)
		}
		require.Equal(t, rule.Many, c.Flags().Lookup("families") != nil, "%s takes --families", c.CommandPath())
		for _, f := range casefile.NewFields(rule.Act).Ask() {
			flag := c.Flags().Lookup(strings.ReplaceAll(f.Name, "_", "-"))
			if flag == nil || f.Shape != casefile.One {
				continue
			}
			for _, code := range f.Codes {
				require.Contains(t, flag.Usage, code, "%s --%s says its codes", c.CommandPath(), flag.Name)
			}
		}
	}
}

func TestTheReferenceOfCommands(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, writeReference(&b, newRoot(&app{})))
	written, err := os.ReadFile(filepath.Join("..", "docs", "commands.md"))
	require.NoError(t, err)
	require.Equal(t, string(written), b.String(), "docs/commands.md is out of date: run `make reference`")

	b.Reset()
	require.NoError(t, writeStages(&b, newRoot(&app{})))
	written, err = os.ReadFile(filepath.Join("..", "docs", "stages.md"))
	require.NoError(t, err)
	require.Equal(t, string(written), b.String(), "docs/stages.md is out of date: run `make reference`")
	b.Reset()
	require.NoError(t, writeSlips(&b))
	written, err = os.ReadFile(filepath.Join("..", "docs", "slips.md"))
	require.NoError(t, err)
	require.Equal(t, string(written), b.String(), "docs/slips.md is out of date: run `make reference`")
	b.Reset()
	require.NoError(t, writeEvents(&b))
	written, err = os.ReadFile(filepath.Join("..", "docs", "events.md"))
	require.NoError(t, err)
	require.Equal(t, string(written), b.String(), "docs/events.md is out of date: run `make reference`")
	for _, p := range stagePages {
		for _, file := range p.files {
			require.FileExists(t, filepath.Join("..", file))
		}
	}
	require.NotContains(t, b.String(), "*For .*", "each command says whom it is for: see forAct and forReaders")
}

// room is a database with one open review and one unlisted family.
type room struct {
	testdb.DB
	t             *testing.T
	admin         *sqlx.DB
	ref, unlisted string
	opened        *sessions
}

// sessions keep each login's connection from one command to the next. A new session plans
// every statement anew, which takes longer than all the rest of a command.
type sessions struct {
	sync.Mutex
	by map[string]*store.Store
}

func (s *sessions) open(ctx context.Context, address string, connections int) (*store.Store, error) {
	s.Lock()
	defer s.Unlock()
	if there := s.by[address]; there != nil {
		return there, there.Ping(ctx)
	}
	opened, err := store.Open(ctx, address, connections)
	if err == nil {
		s.by[address] = opened
	}
	return opened, err
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{DB: testdb.New(t), t: t, opened: &sessions{by: map[string]*store.Store{}}}
	t.Cleanup(func() {
		for _, s := range r.opened.by {
			_ = s.Close() // the database goes
		}
	})
	t.Setenv("HAME_DATABASE_URL", r.Worker)
	t.Setenv("HAME_ADMIN_DATABASE_URL", r.Admin)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	r.admin = r.SQL(t, "postgres")
	today := clock.DateOf(time.Now())
	refs := r.Import(t, today, practice.Family("A", today), practice.Family("B", today))
	r.ref, r.unlisted = refs["A"], refs["B"]
	r.List(t, r.ref, time.Now(), today)
	worker := &activities.Activities{Store: r.As(t, "hame_worker")}
	_, err := worker.OpenReview(t.Context(), activities.OpenReviewParams{Case: r.ref, Lane: casefile.Legacy, Now: time.Now()})
	require.NoError(t, err)
	r.admin.MustExec(`insert into letter (case_ref, no, kind, created_at) values ($1, 1, 'opening', now())`, r.ref)
	r.admin.MustExec(`insert into representation (case_ref, no, from_kind, received_on) values ($1, 1, 'mp', current_date)`, r.ref)
	r.admin.MustExec(`insert into backlog_lane (lane, started_at, capacity) values ('legacy', now(), 5)`)
	return r
}

// delivers delivers what is recorded until the test ends. No review runs here.
func (r *room) delivers() {
	r.t.Helper()
	options, err := settings.Temporal("hame-test", settings.Quiet())
	require.NoError(r.t, err)
	c, err := temporalnamespace.Dial(r.t.Context(), options)
	require.NoError(r.t, err)
	record := r.As(r.t, "hame_worker")
	d := &carrier.Dispatcher{Carrier: carrier.Carrier{Temporal: c, Record: record, Acts: &activities.Activities{Store: record}, TaskQueue: "none"}, Logger: settings.Quiet()}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); d.Run(ctx, time.Second) }()
	r.t.Cleanup(func() { stop(); <-done; c.Close() })
}

// stage puts the open review at a stage.
func (r *room) stage(s casefile.Stage) {
	r.t.Helper()
	r.admin.MustExec(`update review set stage = $2, closed_at = case when $2 = 'closed' then now() end where case_ref = $1`, r.ref, s)
}

// types runs the program in this process.
func (r *room) types(args ...string) (stdout, stderr string, code int) {
	r.t.Helper()
	a := &app{open: r.opened.open}
	defer a.close()
	root := newRoot(a)
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	err := root.ExecuteContext(r.t.Context())
	if err != nil {
		errs.WriteString(describe(err))
	}
	return out.String(), errs.String(), exitCode(err)
}

// commands is what people have done, to be compared before and after.
func (r *room) commands() string {
	r.t.Helper()
	var all string
	require.NoError(r.t, r.admin.Get(&all, `select jsonb_build_object('commands', (select jsonb_agg(c) from command c),
		'outcomes', (select jsonb_agg(o) from command_outcome o), 'heads', (select jsonb_agg(h) from chain_head h where h.subject not like 'reads of %'),
		'reviews', (select jsonb_agg(v) from review v), 'lanes', (select jsonb_agg(l) from backlog_lane l))::text`))
	return all
}

func isAboutLetter(act casefile.Act) bool {
	return act.Rule().Subject == casefile.AboutLetter
}

func loginOf(rule *casefile.ActRule) string {
	for _, m := range practice.Staff() {
		if m.Role == rule.Roles[0] && (m.Council == "" || m.Council == "S12000049") {
			return m.Login
		}
	}
	panic("nobody of the demo staff does " + rule.Act)
}

// dayRefused is the exit code for a day that can't be the act's: one that decides or
// signs takes none at all.
func dayRefused(rule *casefile.ActRule) int {
	if rule.Day.TakesDay() {
		return exitRefused
	}
	return exitUsage
}

// subject is how an act's case is typed on the command line and for its form.
func subject(rule *casefile.ActRule, ref string) (args []string, form string) {
	switch {
	case rule.Act == casefile.ActBacklogCapacity:
		return []string{"7"}, ""
	case rule.Subject == casefile.AboutLane:
		return nil, ""
	case rule.Subject == casefile.AboutRepresentation, rule.Subject == casefile.AboutRequest:
		return []string{ref, "1"}, ref + "/1"
	case rule.Subject == casefile.AboutPerson, rule.Subject == casefile.AboutPersonOrAll:
		return []string{ref + "/3"}, ref + "/3"
	case isAboutLetter(rule.Act):
		return []string{ref + "/1"}, ref + "/1"
	}
	return []string{ref}, ref
}

// typedInWords are the acts whose codes are typed as arguments or flags.
func typedInWords(ref, other string) map[casefile.Act][]string {
	return map[casefile.Act][]string{
		casefile.ActFlag:        {ref + "/3", "serious_illness", "on"},
		casefile.ActCorrect:     {ref + "/3", "date_of_birth", "--reason", "misread", "--source", "passport", "--file", "BORN"},
		casefile.ActDifference:  {ref, "1", "--rejected"},
		casefile.ActArrival:     {ref, "--no-change"},
		casefile.ActDuplicate:   {ref, other, "--different"},
		casefile.ActReceivePost: {"--from", "family", "--case", ref},
		casefile.ActLinkPost:    {"1", ref},
		casefile.ActReadPost:    {"2"},
		casefile.ActDismissPost: {"1", "--reason", "not_ours"},
		casefile.ActOpen:        {ref, "--reason", "illness"},
		casefile.ActRecover:     {ref},

		casefile.ActApplyCalendar: {"HOLIDAYS", "--reason", "local_days"},
	}
}

// inFiles puts the files in place that acts typed in words take: a day of birth,
// and a council's local days.
func inFiles(t *testing.T, args []string) []string {
	t.Helper()
	files := map[string]string{"BORN": "2012-05-06\n", "HOLIDAYS": "# version: Glasgow's local days\nS12000049\t2026-07-20\tGlasgow Fair Monday\n"}
	args = slices.Clone(args)
	for i, a := range args {
		if body, ok := files[a]; ok {
			args[i] = filepath.Join(t.TempDir(), a)
			require.NoError(t, os.WriteFile(args[i], []byte(body), 0o600))
		}
	}
	return args
}

// TestADryRunOfWhatIsTypedInWords does for these what TestADryRunOfEachAct does
// for the acts with a form.
func TestADryRunOfWhatIsTypedInWords(t *testing.T) {
	r := newRoom(t)
	commands := commandsByAct()
	r.admin.MustExec(`alter table post_item disable trigger all`) // items without their commands
	r.admin.MustExec(`insert into post_item (from_kind, received_on, wait_until, command_id) values ('family', current_date, current_date, gen_random_uuid())`)
	r.admin.MustExec(`insert into post_item (from_kind, received_on, wait_until, case_ref, linked_on, command_id)
		values ('family', current_date, current_date, $1, current_date, gen_random_uuid())`, r.ref)
	r.admin.MustExec(`insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
		select $1, 1, id, 0, 'phone', '', '1', current_date from import_batch`, r.ref)
	r.admin.MustExec(`alter table post_item enable trigger all`)
	for act, args := range typedInWords(r.ref, r.unlisted) {
		t.Run(string(act), func(t *testing.T) {
			r.t = t
			rule := act.Rule()
			if act == casefile.ActRecover {
				r.admin.MustExec(`update review set stuck = 'test' where case_ref = $1`, r.ref)
				defer r.admin.MustExec(`update review set stuck = '' where case_ref = $1`, r.ref)
			}
			words := strings.Fields(commands[act].CommandPath())[1:]
			args := inFiles(t, args)
			before := r.commands()
			type_ := func(login string, more ...string) (string, string, int) {
				return r.types(slices.Concat([]string{"--as", login}, words, args, more)...)
			}
			out, errs, code := type_(loginOf(rule), "--dry-run")
			require.Zero(t, code, "%s\n%s", errs, out)
			require.Contains(t, out, "could be sent")
			_, errs, code = type_("una", "--dry-run")
			require.Equal(t, exitNotPermitted, code, errs)
			if act != casefile.ActOpen { // whose --on is the listing date
				_, errs, code = type_(loginOf(rule), "--dry-run", "--on", "2199-01-01")
				require.Equal(t, dayRefused(rule), code, errs)
			}
			require.Equal(t, before, r.commands(), "nothing was changed")
		})
	}
}

// written is a text that an act with these fields takes: what somebody says, or the facts of
// somebody who joins a family.
func written(fields casefile.Fields) string {
	if _, joins := casefile.Joins(fields); joins {
		return "given_names: Written by a test"
	}
	return "Written by a test."
}

// filled fills a form in with the first code that each field takes.
func filled(form string, fields casefile.Fields) string {
	for _, f := range fields.Ask() {
		value := f.Such
		if len(f.Codes) > 0 {
			value = f.Codes[0]
		}
		_, name, nested := strings.Cut(f.Name, ".")
		switch {
		case f.Shape == casefile.EachPerson:
			form = strings.ReplaceAll(form, "outcome: }", "outcome: "+value+"}")
		case f.Shape == casefile.EachFactor:
			form = strings.ReplaceAll(form, "finding: ,", "finding: "+value+",")
		case f.Shape == casefile.List:
			form = strings.Replace(form, f.Name+": []", f.Name+": ["+value+"]", 1)
		case nested:
			form = regexp.MustCompile(`(?m)^  `+name+`: *$`).ReplaceAllString(form, "  "+name+": "+value)
		case f.Shape == casefile.One:
			form = regexp.MustCompile(`(?m)^`+f.Name+`: +#`).ReplaceAllString(form, f.Name+": "+value+" #")
		}
	}
	return strings.Replace(form, "text: |\n  \n", "text: |\n  "+written(fields)+"\n", 1)
}

// TestADryRunOfEachAct: each act has a form that, filled in, could be sent, and
// trying it changes nothing; nor does trying what may not be sent.
func TestADryRunOfEachAct(t *testing.T) {
	r := newRoom(t)
	r.asked()
	commands := commandsByAct()
	for _, rule := range casefile.ActRules {
		if _, words := typedInWords("", "")[rule.Act]; words || rule.Act == casefile.ActErase || rule.Act == casefile.ActTakeBack ||
			rule.NewCouncil { // TestADryRunOfAccepting
			continue
		}
		t.Run(string(rule.Act), func(t *testing.T) {
			r.t = t
			words := strings.Fields(commands[rule.Act].CommandPath())[1:]
			args, about := subject(rule, r.ref)
			login := loginOf(rule)
			if rule.Subject != casefile.AboutLane {
				r.stage(rule.From)
			}
			type_ := func(login string, args []string, more ...string) (string, string, int) {
				return r.types(slices.Concat([]string{"--as", login}, words, args, more)...)
			}
			before := r.commands()
			more := []string{"--dry-run"}
			fields := casefile.NewFields(rule.Act)
			if len(fields.Ask()) > 0 || rule.NeedsText {
				form, errs, code := r.types(slices.DeleteFunc([]string{"--as", login, "form", string(rule.Act), about}, func(s string) bool { return s == "" })...)
				require.Zero(t, code, errs)
				form = filled(form, fields)
				text, err := cli.ParseForm("form", []byte(form), fields)
				require.NoError(t, err, form)
				require.Equal(t, rule.NeedsText, text == written(fields), form)
				file := filepath.Join(t.TempDir(), "form.yaml")
				require.NoError(t, os.WriteFile(file, []byte(form), 0o600))
				more = append(more, "--file", file)
			}
			out, errs, code := type_(login, args, more...)
			require.Zero(t, code, "%s\n%s", errs, out)
			require.Contains(t, out, "could be sent")
			require.Contains(t, out, string(rule.Act))

			_, errs, code = type_("una", args, more...)
			require.Equal(t, exitNotPermitted, code, errs)
			_, errs, code = type_(login, args, append(more, "--on", "2199-01-01")...)
			require.Equal(t, dayRefused(rule), code, errs)
			_, errs, code = type_(login, args, append(more, "--on", "1066-10-14")...)
			require.Equal(t, dayRefused(rule), code, errs)
			if rule.Subject == casefile.AboutLane {
				require.Equal(t, before, r.commands())
				return
			}
			elsewhere, _ := subject(rule, r.unlisted)
			if !rule.OpensReview && rule.Subject != casefile.AboutRepresentation && rule.Subject != casefile.AboutRequest && !isAboutLetter(rule.Act) {
				_, errs, code = type_(login, elsewhere, more...)
				require.Equal(t, exitRefused, code, errs)
				require.Contains(t, errs, "not listed yet")
			}
			if rule.Subject == casefile.AboutPerson || rule.Subject == casefile.AboutPersonOrAll {
				_, errs, code = type_(login, []string{r.ref + "/9"}, more...)
				require.Equal(t, exitRefused, code, errs)
				require.Contains(t, errs, "no person 9")
			}
			if !rule.Many {
				_, errs, code = type_(login, append(slices.Clone(args), r.unlisted), more...)
				require.Equal(t, exitUsage, code, errs)
				require.Contains(t, errs, "(R3)")
			}
			require.Equal(t, before, r.commands(), "nothing was changed")
			r.admin.MustExec(`update review set stuck = 'test' where case_ref = $1`, r.ref)
			// Councils and the minister's office don't see that a review is stuck: there the review tells.
			inside := !rule.Council && !slices.Contains(rule.Roles, casefile.PrivateOffice) && rule.Roles[0] != casefile.RepresentationDrafter
			if !rule.Receives && inside && rule.From != casefile.Closed {
				_, errs, code = type_(login, args, more...)
				require.Equal(t, exitRefused, code, errs)
				require.Contains(t, errs, "stuck")
			}
			r.admin.MustExec(`update review set stuck = '' where case_ref = $1`, r.ref)
		})
	}
}

// moves plants a move of the family that waits to be accepted, without its command.
func (r *room) moves(from, to string) {
	r.t.Helper()
	r.admin.MustExec(`alter table council_move disable trigger all`)
	r.admin.MustExec(`insert into council_move (case_ref, no, from_council, to_council, moved_on, command_id) values ($1, 1, $2, $3, current_date, gen_random_uuid())`,
		r.ref, from, to)
	r.admin.MustExec(`alter table council_move enable trigger all`)
}

// TestADryRunOfAccepting: the council that a family moves to may try it, and no other.
func TestADryRunOfAccepting(t *testing.T) {
	r := newRoom(t)
	const edinburgh = "city_of_edinburgh_welfare"
	_, errs, code := r.types("--as", edinburgh, "case", "accept-move", r.ref, "--dry-run")
	require.Equal(t, exitRefused, code, errs)
	r.moves("S12000049", "S12000036")
	out, errs, code := r.types("--as", edinburgh, "case", "moves")
	require.Zero(t, code, errs)
	require.Contains(t, out, r.ref)
	out, errs, code = r.types("--as", edinburgh, "case", "accept-move", r.ref, "--dry-run")
	require.Zero(t, code, errs)
	require.Contains(t, out, "could be sent")
	_, errs, code = r.types("--as", "agnes", "case", "accept-move", r.ref, "--dry-run")
	require.Equal(t, exitRefused, code, errs)
	_, errs, code = r.types("--as", edinburgh, "case", "show", r.ref)
	require.NotZero(t, code, errs)
}

// TestATextBesideFlags: where flags give the codes, a file that is no form is
// the text itself.
func TestATextBesideFlags(t *testing.T) {
	answered := func() *casefile.AnswerFields { return &casefile.AnswerFields{Answer: "rejected"} }
	for name, c := range map[string]struct {
		body   string
		act    casefile.Act
		fields casefile.Fields
		text   string
		wrong  string
	}{
		"plain":                      {"The child is heard.\n- and answered: fully\n", casefile.ActAnswer, answered(), "The child is heard.\n- and answered: fully", ""},
		"plain, like a mapping":      {"Reasons: none\n", casefile.ActAnswer, answered(), "Reasons: none", ""},
		"a form":                     {"text: The child is heard.\n", casefile.ActAnswer, answered(), "The child is heard.", ""},
		"a form with a fault":        {"text: heard\nanswr: rejected\n", casefile.ActAnswer, answered(), "", "form.yaml: line 2: the form has no field answr"},
		"no flag, no form":           {"The child is heard.\n", casefile.ActAnswer, &casefile.AnswerFields{}, "", "form.yaml"},
		"no codes at all":            {"Dear Home Secretary,\n", casefile.ActDraft, &casefile.NoFields{}, "Dear Home Secretary,", ""},
		"a form without codes":       {"# a comment\ntext: |\n  Dear Home Secretary,\n", casefile.ActDraft, &casefile.NoFields{}, "Dear Home Secretary,", ""},
		"empty":                      {"", casefile.ActAnswer, &casefile.AnswerFields{}, "", "no filled-in form"},
		"a code that is none":        {"answer: perhaps\ntext: x\n", casefile.ActAnswer, &casefile.AnswerFields{}, "", "must be one of accepted, rejected, more"},
		"a list of cases by mistake": {"K7F-M2Q8\n", casefile.ActContact, &casefile.ContactFields{How: "phone"}, "", "form.yaml"},
		"a fault further within":     {"revision: 1\nreasons:\n  - {person: 0, fctor: age}\n", casefile.ActAgree, &casefile.AgreeFields{}, "", "line 3: the form has no field fctor"},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := cli.ParseFile("form.yaml", []byte(c.body), c.act, c.fields)
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				require.Equal(t, exitUsage, exitCode(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.text, text)
		})
	}
}

// TestAFormIsKept until its act is recorded, for nobody else to read, with what
// was wrong at its top; a form left as it was is not.
func TestAFormIsKept(t *testing.T) {
	r := newRoom(t)
	was := atTerminal
	atTerminal = func() bool { return true }
	t.Cleanup(func() { atTerminal = was })
	dir := filepath.Join(os.Getenv("XDG_STATE_HOME"), "hame", "forms")
	seen := filepath.Join(t.TempDir(), "seen")
	// edits makes an editor of a script that gets the form as $1.
	edits := func(script string) {
		editor := filepath.Join(t.TempDir(), "editor")
		require.NoError(t, os.WriteFile(editor, []byte("#!/bin/sh\ncp \"$1\" "+seen+"\n"+script+"\n"), 0o700))
		t.Setenv("EDITOR", editor)
	}
	body := func(path string) string {
		t.Helper()
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(b)
	}
	receive := []string{"--as", "morag", "evidence", "receive", r.ref + "/3"}
	path := filepath.Join(dir, "evidence.receive-"+r.ref+"-3.yaml")

	edits("true")
	_, errs, code := r.types(receive...)
	require.Equal(t, exitUsage, code, errs)
	require.Contains(t, errs, "left as it was")
	require.NoFileExists(t, path)
	edits(": > $1")
	_, _, code = r.types(receive...)
	require.Equal(t, exitUsage, code)
	require.NoFileExists(t, path)

	edits(`echo "provider: school" > $1; exit 3`)
	_, errs, code = r.types(receive...)
	require.Equal(t, exitFailed, code, errs)
	require.Contains(t, errs, "kept in "+path)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	edits(`echo "result: most" >> $1`)
	_, errs, code = r.types(receive...)
	require.Equal(t, exitUsage, code, errs)
	require.Contains(t, body(seen), "#! nothing was sent: the editor: exit status 3\nprovider: school\n")
	require.Contains(t, errs, "kept in "+path)
	require.Regexp(t, `^#! .*result is "most"; it must be one of complete, partial, nothing_held\nprovider: school\nresult: most\n$`, body(path))

	edits(`sed -i 's/most/partial/' $1`)
	_, errs, code = r.types(append(receive, "--dry-run")...)
	require.Zero(t, code, errs)
	require.Contains(t, errs, "kept in "+path)

	r.stage(casefile.Closed) // where what is received is filed, without a review
	r.delivers()
	edits("true")
	out, errs, code := r.types(receive...)
	require.Zero(t, code, errs)
	require.Contains(t, out, "filed")
	require.NoFileExists(t, path)

	edits(`printf 'paper_file: lost\nrecord: differs\n' > $1`)
	_, errs, code = r.types("--as", "morag", "case", "reconcile", r.unlisted)
	require.Equal(t, exitRefused, code, errs)
	kept := body(filepath.Join(dir, "case.reconcile-"+r.unlisted+".yaml"))
	require.Contains(t, kept, "#! refused: the family is not listed yet")

	given := filepath.Join(t.TempDir(), "given.yaml")
	require.NoError(t, os.WriteFile(given, []byte("paper_file: lost\nrecord: differs\n"), 0o600))
	_, errs, code = r.types("--as", "morag", "case", "reconcile", r.unlisted, "--file", given)
	require.Equal(t, exitRefused, code, errs)
	require.NotContains(t, errs, "kept")
	require.Equal(t, "paper_file: lost\nrecord: differs\n", body(given))
}

func TestALineOfAListIsNamed(t *testing.T) {
	good, err := casefile.NewReference(bytes.NewReader([]byte{1, 2, 3, 4, 5, 6}))
	require.NoError(t, err)
	c := &cobra.Command{}
	var errs bytes.Buffer
	c.SetErr(&errs)
	list := filepath.Join(t.TempDir(), "list")
	for body, want := range map[string]string{
		"\n# nothing\n":                      "names no case",
		good + "\nK7F\n":                     "list line 2: ",
		"\n" + good + "/x\n":                 "list line 2: ",
		good + "/0 # a comment\n\n" + good:   "list line 1: ",
		good + "\n" + good + "/2\nK7F-2222x": "list line 3: ",
	} {
		require.NoError(t, os.WriteFile(list, []byte(body), 0o600))
		_, err := cli.ReadTargets(c, casefile.ActEvidence.Rule(), nil, list, "")
		require.ErrorContains(t, err, want)
		require.Equal(t, exitUsage, exitCode(err))
	}
	require.NoError(t, os.WriteFile(list, []byte("\ufeff"+good+"\r\n "+strings.ToLower(good)+"/2 \n"+good+" # again\n"), 0o600))
	targets, err := cli.ReadTargets(c, casefile.ActEvidence.Rule(), nil, list, "")
	require.NoError(t, err)
	require.Equal(t, []string{good, good + "/2"}, []string{targets[0].String(), targets[1].String()})
	require.Len(t, targets, 2)
	require.Equal(t, fmt.Sprintf("%s stands twice (%s line 1, %s line 3): it is done once\n", good, list, list), errs.String())
	_, err = cli.ReadTargets(c, casefile.ActAssign.Rule(), []string{good, good + "/2"}, "", "")
	require.ErrorContains(t, err, "argument 2: case.assign is about the whole case")
	require.Equal(t, exitUsage, exitCode(err))
}
