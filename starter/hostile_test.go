package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/cli"
)

const mebibyte = 1 << 20

// hostile are words that are no reference, number, code, file or name of anything.
var hostile = map[string]string{
	"empty":             "",
	"blank":             " ",
	"escape sequences":  "\x1b]0;owned\x07\x1b[31mred",
	"NUL":               "K7F\x00M2Q8",
	"two lines":         "K7F-M2Q8\nstarter: done",
	"quotes":            `"'` + "`",
	"SQL":               "'; drop table family; --",
	"shell":             "$(touch pwned) | cat; `id` && :",
	"Cyrillic":          "КФ-МЖЩЯ",
	"Arabic digits":     "٣٤٥",
	"right to left":     "K7F\u202e8Q2M",
	"no UTF-8":          "\xff\xfe\x80",
	"a mebibyte":        strings.Repeat("9", mebibyte),
	"path":              "../../nowhere/at/all",
	"format verbs":      "%s%n%x%!d(MISSING)",
	"negative":          "-1",
	"past 64 bits":      "99999999999999999999",
	"past 32 bits":      "99999999999",
	"exponent":          "1e3",
	"hexadecimal":       "0x10",
	"trailing garbage":  "7families",
	"a reference, wide": "Ｋ７Ｆ－Ｍ２Ｑ８",
}

// wrongByType are values that no flag of a type takes.
var wrongByType = map[string][]string{
	"int":    {"", "x", "1.5", "-1", "99999999999999999999", "0x10", "1e3", "\x1b[31m"},
	"uint64": {"", "x", "-1", "99999999999999999999", "1.5"},
	"bool":   {"", "maybe", "2", "\x1b[31m"},
	"DATE":   {"", "2026-02-31", "9999999-01-01", "31/12/2026", "yesterday", "2026-13-01", "0000-01-01", "\x1b[31m", "2026-11-23T00:00:00Z"},
	"string": {"", "nonsense", "'; drop table family; --", "K\x00", "\x1b[31m", "a\nb", "\xff", strings.Repeat("x", mebibyte), "КФ"},
}

// takesWords are the flags of text whose value is no code, so that a word is no
// mistake; takesDates those whose value is a day.
var (
	takesWords = []string{"to", "person", "signatory", "summary"}
	takesDates = []string{"on", "due-before", "as-of"}
)

// tells are what a message for a person has no business with.
var tells = regexp.MustCompile(`(?i)panic|goroutine|runtime error|\bnil\b|strconv|unmarshal|(^|[^.])yaml:|!!|\bsql:|\bpq:|sqlstate|refused (it|the statement) \(|(?-i:\b(main|casefile|clock|store|uuid|json)\.[A-Z])|0x[0-9a-f]{6}|syscall|\bEOF\b`)

// siege is a room in which every command is tried with what it must not take.
type siege struct {
	*room
	dir   string
	files map[string]string // by name: what is wrong as a file, with its path
	tried map[string]int    // by kind of argument or flag: how many commands were tried with it
}

// some are the names of all that is wrong for the first command that takes a kind
// of argument or flag, and of a few by turns for the others: what reads it is the
// same.
func (s *siege) some(kind string, wrong map[string]string) []string {
	names, turn := slices.Sorted(maps.Keys(wrong)), s.tried[kind]
	s.tried[kind]++
	if turn == 0 {
		return names
	}
	const few = 4
	var some []string
	for i := range few {
		some = append(some, names[(turn*few+i)%len(names)])
	}
	return some
}

// wrongFiles makes files that are neither form, text nor list.
func wrongFiles(t *testing.T) map[string]string {
	dir := t.TempDir()
	files := map[string]string{
		"missing":    filepath.Join(dir, "missing"),
		"directory":  dir,
		"unreadable": "/proc/self/mem",
		"a gibibyte": filepath.Join(dir, "gibibyte"), // of a hole: nothing is written
		"no path":    "a\x00b",
	}
	for name, body := range map[string]string{
		"empty":       "",
		"blank":       "\n \n\t\n",
		"10 MiB":      strings.Repeat("All work and no play.\n", 10*mebibyte/22),
		"binary":      "\x7fELF\x02\x01\x01\x00\x00\x00" + string(bytes.Repeat([]byte{0, 1, 0xfe, 0xff}, 1000)),
		"no UTF-8":    "text: caf\xe9\n",
		"UTF-16":      "\xff\xfet\x00e\x00x\x00t\x00",
		"NUL":         "text: a\x00b\n",
		"escaped NUL": "text: \"a\\0b\"\n",
		"bell":        "text: \"a\\ab\"\n",
		"bomb": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
			"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ntext: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
		"itself":        "text: &a [*a]\n",
		"deep":          "text: " + strings.Repeat("[", 20000) + "\n",
		"unknown field": "text: x\nfield_of_nobody: 1\n",
		"a list":        "text:\n  - x\n",
		"two documents": "text: x\n---\ntext: y\n",
	} {
		files[name] = filepath.Join(dir, strings.ReplaceAll(name, " ", "_"))
		require.NoError(t, os.WriteFile(files[name], []byte(body), 0o600))
	}
	hole, err := os.Create(files["a gibibyte"])
	require.NoError(t, err)
	require.NoError(t, hole.Truncate(1<<30))
	require.NoError(t, hole.Close())
	return files
}

// leaves are the commands that do something.
func leaves() []*cobra.Command {
	var found []*cobra.Command
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if len(c.Commands()) == 0 {
			found = append(found, c)
		}
		for _, under := range c.Commands() {
			walk(under)
		}
	}
	walk(newRoot(&app{}))
	return found
}

// assault is a command with arguments that are right, to be spoilt one by one.
type assault struct {
	*siege
	c     *cobra.Command
	act   casefile.Act
	words []string // the command
	as    []string
	takes []string // the arguments as the usage names them
	args  []string // right ones
	flags []string // right ones, as --name=value
}

// takes reads from a usage which arguments a command takes.
func takes(use string) []string {
	var names []string
	for _, word := range strings.Fields(use)[1:] {
		if strings.Contains(word, "--") {
			break
		}
		names = append(names, strings.TrimSuffix(word, "..."))
	}
	return names
}

func (s *siege) assault(t *testing.T, c *cobra.Command) *assault {
	a := &assault{siege: s, c: c, act: casefile.Act(c.Annotations[actAnnotation]), words: strings.Fields(c.CommandPath())[1:], takes: takes(c.Use)}
	rule, does := a.act.Rule(), a.act.Known()
	readers := c.Annotations[readersAnnotation]
	switch {
	case does:
		a.as = []string{"--as", loginOf(rule)}
	case a.words[0] == "rehearse": // as everybody
	case readers == needsServer, readers == administrators, strings.Contains(readers, "owner"), strings.Contains(readers, "whoever runs"):
	case strings.Contains(readers, "auditor"):
		a.as = []string{"--as", "una"}
	case strings.HasPrefix(readers, "the minister"):
		a.as = []string{"--as", "jean"}
	case strings.Contains(readers, "operations"):
		a.as = []string{"--as", "archie"}
	default:
		a.as = []string{"--as", "morag"}
	}
	for _, name := range a.takes {
		a.args = append(a.args, a.right(t, name))
	}
	if does {
		a.fill(t)
	}
	return a
}

// right is an argument that is right under its name in the usage.
func (a *assault) right(t *testing.T, name string) string {
	switch {
	case name == "ID" && isAboutLetter(a.act):
		return a.ref + "/1"
	case name == "ID" && a.act == casefile.ActReadPost:
		return "2"
	case name == "FILE" && a.words[0] == "calendar":
		return inFiles(t, []string{"HOLIDAYS"})[0]
	}
	right, known := map[string]string{"REF": a.ref, "REF/N": a.ref + "/3", "REF[/N]": a.ref + "/3", "[REF[/N]]": a.ref, "A": a.ref, "B": a.unlisted,
		"ID": "1", "N": "7", "FIELD": "date_of_birth", "CODE": "serious_illness", "on|off": "on", "NAME": "hamish", "COMMAND-ID": uuid.NewString(),
		"KIND": "contact.record", "FILE": filepath.Join(a.dir, "right"), "[FILE|DIR]": filepath.Join(a.dir, "right"), "KEY": "1", "BATCH": "2", "[ACT]": "1", "commands|stages|slips|events": "stages"}[name]
	require.True(t, known, "%s takes %s: say here what is right for it", a.c.CommandPath(), name)
	return right
}

// fill gives an act all of its coded fields and its text.
func (a *assault) fill(t *testing.T) {
	fields := casefile.NewFields(a.act)
	var inForm bool
	for _, f := range fields.Ask() {
		value := f.Such
		if len(f.Codes) > 0 {
			value = f.Codes[0]
		}
		name := strings.ReplaceAll(f.Name, "_", "-")
		choice := strings.ReplaceAll(value, "_", "-")
		switch {
		case f.Optional, a.act == casefile.ActFlag: // whose fields are arguments
		case a.c.Flags().Lookup(name) != nil:
			a.flags = append(a.flags, "--"+name+"="+value)
		case len(f.Codes) > 0 && a.c.Flags().Lookup(choice) != nil:
			a.flags = append(a.flags, "--"+choice)
		case slices.Contains(a.takes, "FIELD"), slices.Contains(a.takes, "CODE"), slices.Contains(a.takes, "ID"), slices.Contains(a.takes, "[ACT]"), f.Name == "result", f.Name == "command", f.Name == "import",
			f.Name == "other", f.Name == "listing_date", f.Name == "version", f.Name == "label":
		default:
			inForm = true
		}
	}
	if a.act == casefile.ActBacklogStart {
		a.flags = append(a.flags, "--capacity=5")
	}
	if a.act == casefile.ActBacklogPause {
		a.flags = append(a.flags, "--reason=staffing")
	}
	file := filepath.Join(t.TempDir(), "form.yaml")
	switch {
	case inForm:
		args := slices.Concat(a.as, []string{"form", string(a.act)}, a.args[:1])
		form, errs, code := a.types(args...)
		require.Zero(t, code, "%s: %s", args, errs)
		require.NoError(t, os.WriteFile(file, []byte(filled(form, fields)), 0o600))
	case a.act == casefile.ActCorrect:
		require.NoError(t, os.WriteFile(file, []byte("2012-05-06\n"), 0o600))
	case a.act.Rule().NeedsText:
		require.NoError(t, os.WriteFile(file, []byte(written(fields)+"\n"), 0o600))
	default:
		return
	}
	a.flags = append(a.flags, "--file="+file)
}

// without are the right flags but for one.
func (a *assault) without(flag string) []string {
	return slices.DeleteFunc(slices.Clone(a.flags), func(s string) bool { return s == "--"+flag || strings.HasPrefix(s, "--"+flag+"=") })
}

// refused types a command that is wrong, and holds what comes back against what
// a person needs: the documented exit code, and words to act on.
func (a *assault) refused(t *testing.T, what string, codes []int, args ...[]string) {
	t.Helper()
	line := slices.Concat(args...)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p := &app{}
	defer p.close()
	root := newRoot(p)
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(line)
	err := root.ExecuteContext(ctx)
	if err != nil {
		errs.WriteString(describe(err))
	}
	said := out.String() + errs.String()
	shown := fmt.Sprintf("%s: %.300q: %.600q", what, line, said)
	if code := exitCode(err); !slices.Contains(codes, code) {
		t.Errorf("exit code %d, not %v: %s", code, codes, shown)
		return
	}
	switch {
	case strings.TrimSpace(errs.String()) == "":
		t.Errorf("no words: %s", shown)
	case len(said) > 4000:
		t.Errorf("%d bytes of words: %s", len(said), shown)
	case !utf8.ValidString(said) || strings.ContainsFunc(said, func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' }):
		t.Errorf("what was typed goes to the terminal as it is: %s", shown)
	case tells.MatchString(said):
		t.Errorf("the program's words (%q), not a person's: %s", tells.FindString(said), shown)
	}
}

// everything returns the number of rows of each table, with the sum of their hashes. Exception: the
// reads of cases, and their chains, because a read is recorded even if the command that made it fails.
func (r *room) everything(t *testing.T) map[string]string {
	t.Helper()
	var each []string
	require.NoError(t, r.admin.Select(&each, `
		select format($$select '%1$s' as name, count(*) || ' ' || coalesce(sum(hashtextextended(x::text, 0)), 0) as rows from %1$s x$$, tablename)
			|| case tablename when 'chain_head' then ' where subject not like $1' else '' end
		from pg_tables where schemaname = 'hame' and tablename <> 'case_read' order by tablename`))
	var all []struct{ Name, Rows string }
	require.NoError(t, r.admin.Select(&all, strings.Join(each, " union all "), "reads of %"))
	digests := map[string]string{}
	for _, table := range all {
		digests[table.Name] = table.Rows
	}
	require.Greater(t, len(digests), 30)
	return digests
}

// TestEveryCommandRefusesWhatIsWrong tries every command of the program with
// wrong, missing, huge and hostile arguments: each is refused with the documented
// code and in words to act on, and no row of the database changes.
func TestEveryCommandRefusesWhatIsWrong(t *testing.T) {
	s := &siege{room: matrixRoom(t), dir: t.TempDir(), files: wrongFiles(t), tried: map[string]int{}}
	s.strikable()
	s.asked()
	absent, err := casefile.NewReference(bytes.NewReader([]byte{1, 2, 3, 4, 5, 6}))
	require.NoError(t, err)
	usage := []int{exitUsage}
	for _, c := range leaves() {
		t.Run(strings.Join(strings.Fields(c.CommandPath())[1:], " "), func(t *testing.T) {
			s.t = t
			act := casefile.Act(c.Annotations[actAnnotation])
			rule, does := act.Rule(), act.Known()
			s.stage(casefile.Listed)
			if does && rule.OnCase() && rule.Act != casefile.ActArrival {
				s.stage(rule.From)
			}
			if rule.Act == casefile.ActRecover {
				s.admin.MustExec(`update review set stuck = 'test' where case_ref = $1`, s.ref)
				defer s.admin.MustExec(`update review set stuck = '' where case_ref = $1`, s.ref)
			}
			a := s.assault(t, c)
			before := s.everything(t)
			if does {
				_, errs, code := s.types(slices.Concat(a.as, a.words, a.args, a.flags, []string{"--dry-run"})...)
				require.Zero(t, code, "what is spoilt below is right: %s", errs)
			}
			a.arguments(t, usage, absent)
			a.flagsOf(t, usage)
			require.Equal(t, before, s.everything(t), "something was changed")
		})
	}
}

func (a *assault) arguments(t *testing.T, usage []int, absent string) {
	if len(a.takes) > 0 {
		a.refused(t, "no arguments", usage, a.as, a.words, a.flags)
	}
	a.refused(t, "one too many", usage, a.as, a.words, a.args, a.flags, []string{"surplus"})
	a.refused(t, "after --", usage, a.as, a.words, a.flags, []string{"--"}, a.args, []string{"--dry-run"})
	a.refused(t, "unknown flag", usage, a.as, a.words, a.args, a.flags, []string{"--frobnicate\x1b[31m"})
	a.refused(t, "unknown short flag", usage, a.as, a.words, a.args, a.flags, []string{"-\x07"})
	a.refused(t, "output", usage, a.as, a.words, a.args, a.flags, []string{"-o", "xml"})
	a.refused(t, "output, empty", usage, a.as, a.words, a.args, a.flags, []string{"--output="})
	for i, name := range a.takes {
		codes := usage
		if name == "NAME" {
			codes = append([]int{exitNotFound}, usage...)
		}
		for _, what := range a.some(name, hostile) {
			if a.words[0] == "keyset" && a.words[1] == "create" && what != "empty" && what != "NUL" && what != "path" {
				continue // what it makes may have any name
			}
			args := slices.Clone(a.args)
			args[i] = hostile[what]
			a.refused(t, name+", "+what, codes, a.as, a.words, a.flags, []string{"--"}, args)
		}
		if strings.Contains(name, "REF") || name == "A" || name == "B" || (name == "ID" && isAboutLetter(a.act)) {
			args := slices.Clone(a.args)
			_, person, numbered := strings.Cut(args[i], "/")
			args[i] = absent
			if numbered {
				args[i] += "/" + person
			}
			a.refused(t, name+" of no case", []int{exitNotFound}, a.as, a.words, args, a.flags)
			for _, n := range []string{"0", "-1", "x", "", "99999999999", "99999999999999999999", "1/2", "+3", "３"} {
				args[i] = a.ref + "/" + n
				a.refused(t, name+" with a number that is none", usage, a.as, a.words, a.flags, []string{"--"}, args)
			}
		}
		if name == "FILE" {
			for _, what := range a.some("file "+name, a.files) {
				if a.words[1] == "create" && what == "missing" {
					continue // as it should be
				}
				args := slices.Clone(a.args)
				args[i] = a.files[what]
				a.refused(t, name+", "+what, usage, a.as, a.words, args, a.flags)
			}
		}
	}
	if a.as == nil {
		return
	}
	for _, what := range a.some("--as", hostile) {
		a.refused(t, "--as "+what, []int{exitUsage, exitNotPermitted}, a.words, a.args, a.flags, []string{"--as=" + hostile[what]})
	}
}

func (a *assault) flagsOf(t *testing.T, usage []int) {
	a.c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		kind := f.Value.Type()
		if slices.Contains(takesDates, f.Name) && kind == "string" {
			kind = "DATE"
		}
		if f.Name == "file" || f.Name == "families" {
			a.fileFlag(t, usage, f.Name)
			return
		}
		wrong, known := wrongByType[kind]
		if !known {
			wrong = wrongByType["string"]
		}
		if f.Name == "case" {
			wrong = append(slices.Clone(wrong), "K7F", "K7F-2222", a.ref+"/1")
		}
		for _, value := range wrong {
			if slices.Contains(takesWords, f.Name) && (value == "nonsense" || strings.HasPrefix(value, "'") || value == "КФ") {
				continue
			}
			if f.Name == "as-of" && strings.HasSuffix(value, "Z") {
				continue // an instant
			}
			if f.Name == "reason" && (a.words[0] == "backlog" || a.words[0] == "calendar") && value == "nonsense" {
				continue // any code will do
			}
			a.refused(t, "--"+f.Name, usage, a.as, a.words, a.args, a.without(f.Name), []string{"--" + f.Name + "=" + value})
		}
		if f.NoOptDefVal == "" {
			a.refused(t, "--"+f.Name+" without its value", usage, a.as, a.words, a.args, a.without(f.Name), []string{"--" + f.Name})
		}
	})
	if a.c.Flags().Lookup("on") != nil {
		a.refused(t, "--on that has not come", []int{exitRefused}, a.as, a.words, a.args, a.flags, []string{"--on=9999-12-31"})
	}
	for _, f := range []string{"put-on", "done-on"} {
		if a.c.Flags().Lookup(f) != nil {
			a.refused(t, "--"+f+" that has not come", []int{exitRefused}, a.as, a.words, a.args, a.without(f), []string{"--" + f + "=9999-12-31"})
		}
	}
	a.refused(t, "two choices", usage, a.as, a.words, a.args, a.flags, a.choices())
}

// choices are all the flags of which one is chosen; an unknown one where there
// are none.
func (a *assault) choices() []string {
	var all []string
	a.c.Flags().VisitAll(func(f *pflag.Flag) {
		if cli.IsSwitch(f.Value) {
			all = append(all, "--"+f.Name)
		}
	})
	if len(all) < 2 {
		return []string{"--both"}
	}
	return all
}

func (a *assault) fileFlag(t *testing.T, usage []int, flag string) {
	args := a.args
	if flag == "families" {
		args = nil
		a.refused(t, "--families beside references", usage, a.as, a.words, a.args, a.flags, []string{"--families=" + a.files["missing"]})
	}
	kind := "file --" + flag
	if len(casefile.NewFields(a.act).Ask()) == 0 {
		kind += " of a text"
	}
	for _, what := range a.some(kind, a.files) {
		a.refused(t, "--"+flag+", "+what, usage, a.as, a.words, args, a.without(flag), []string{"--" + flag + "=" + a.files[what]})
	}
	for _, what := range a.some("--"+flag, hostile) {
		a.refused(t, "--"+flag+", "+what, usage, a.as, a.words, args, a.without(flag), []string{"--" + flag + "=" + hostile[what]})
	}
}
