package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/practice"
	"hame/internal/store"
)

// TestARestrictedCaseIsTakenByThoseNamed from its listing through evidence,
// welfare and decision; to everybody else it is no case at all, in the same
// words and with the same exit code as one that does not exist.
func TestARestrictedCaseIsTakenByThoseNamed(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	today := clock.DateOf(time.Now())
	f := practice.Family("R", today)
	f.Representative, f.Support = "", casefile.SupportNone
	f.People = append(f.People[:1], f.People[2])
	f.People[1].No, f.People[1].Key = 2, "2"
	f.People[0].Flags = []casefile.Flag{casefile.FlagRestricted}
	ref := s.db.Import(t, today, f)["R"]
	s.must(t, "--as", "archie", "backlog", "start", "--capacity", "1", "--target", "2031-11-23")
	s.listsToday(t)
	nowhere := "222-222" + checkOf("222222")
	absent := func(login string, args ...string) {
		t.Helper()
		run := func(of string) (string, int) {
			line := strings.Split(strings.ReplaceAll(strings.Join(append([]string{"--as", login}, args...), " "), "REF", of), " ")
			out, errs, code := s.starter(t, line...)
			return strings.ReplaceAll(out+errs, of, "REF"), code
		}
		words, code := run(ref)
		unknown, want := run(nowhere)
		require.Equal(t, unknown, words, "%s %v", login, args)
		require.Equal(t, want, code)
		if args[0] != "letter" && args[1] != "find" {
			require.Equal(t, 5, code, "%s %v: %s", login, args, words)
		}
	}
	for login, acts := range map[string][]string{
		"morag":  {"case show REF", "case explain REF", "case timeline REF", "letter list REF", "contact record REF --how phone", "evidence receive REF --provider gp", "form case.triage REF"},
		"ewan":   {"decision show REF", "form decision.propose REF", "interview record REF/1 --adverse none"},
		"archie": {"case show REF", "case timeline REF"},
		"agnes":  {"case show REF", "welfare assign REF/2 --to eilidh"},
		"jean":   {"case show REF", "representation decline REF --reason no_agreement"},
	} {
		for _, act := range acts {
			absent(login, strings.Fields(act)...)
		}
		require.Contains(t, s.must(t, "--as", login, "case", "find"), "0 cases")
	}

	_, errs, code := s.starter(t, "--as", "fiona", "case", "assign", ref, "--to", "ewan", "--role", "second_officer")
	require.Equal(t, 2, code, errs)
	require.Contains(t, errs, "must be a second officer on the staff list")
	do := func(lines ...string) {
		t.Helper()
		for _, line := range lines {
			s.must(t, strings.Fields(strings.ReplaceAll(line, "REF", ref))...)
		}
	}
	do("--as fiona case assign REF --to morag",
		"--as fiona case assign REF --to agnes --role welfare_lead",
		"--as fiona case assign REF --to jean --role private_office",
		"--as fiona case assign REF --to ewan --role decision_maker",
		"--as morag case reconcile REF --paper-file found --record agrees",
		"--as morag case triage REF --priority 3 --public-harm-screen clear --family-ilr no --seven-years no --vulnerable no",
		"--as morag letter sent REF/1 --to family --by post")
	for _, provider := range []string{"questionnaire", "school", "gp", "social_work", "scra", "housing", "community"} {
		_, errs, code := s.starter(t, "--as", "morag", "evidence", "receive", ref, "--provider", provider)
		require.Contains(t, []int{0, 3}, code, errs) // what was not asked for is refused
	}
	var tasks []store.TaskRow
	s.decode(t, &tasks, "--as", "morag", "task", "list")
	for _, task := range tasks {
		if task.Stage == casefile.Evidence {
			do(fmt.Sprintf("--as morag evidence receive REF/%d --provider %s", task.Subject, strings.TrimPrefix(string(task.Kind), "evidence.")))
		}
	}
	do("--as agnes welfare assign REF/2 --to eilidh")
	report := s.must(t, "--as", "eilidh", "form", "welfare.report", ref+"/2")
	for _, i := range casefile.Indicators {
		report = strings.ReplaceAll(report, "  "+i+": \n", "  "+i+": strength\n")
	}
	report = strings.NewReplacer("views:   ", "views: obtained", "best_interests:   ", "best_interests: remain ", "text: |\n  \n", "text: |\n  what the child said\n").Replace(report)
	s.must(t, "--as", "eilidh", "welfare", "report", ref+"/2", "--file", file(t, "report.yaml", report))
	do("--as agnes welfare sign REF/2",
		"--as jean representation decline REF --reason no_agreement",
		"--as morag check request REF")
	for n := 1; n <= 2; n++ {
		_, errs, code := s.starter(t, "--as", "morag", "check", "record", fmt.Sprintf("%s/%d", ref, n), "--result", "clear", "--done-on", today.String())
		require.Contains(t, []int{0, 3}, code, errs) // a child has none
	}
	do("--as ewan interview record REF/1 --adverse none", "--as ewan interview record REF/2 --adverse none")
	s.must(t, "--as", "ewan", "decision", "propose", ref, "--file", s.proposal(t, ref, "REFUSED_UPHELD"))
	absent("ailsa", "decision", "show", "REF")
	// Named after the proposal, which stands: nothing new is known of the family.
	do("--as fiona case assign REF --to ailsa --role second_officer")
	s.must(t, "--as", "ailsa", "decision", "agree", ref, "--file", s.agreement(t, ref))
	require.Contains(t, s.must(t, "--as", "morag", "case", "show", ref), "second officer, since")
	require.Contains(t, s.must(t, "--as", "fiona", "case", "show", ref), "ALL_REFUSED")
	require.NotContains(t, s.must(t, "--as", "agnes", "case", "show", ref, "-o", "json"), "REFUSED")
	for _, login := range []string{"hamish", "catriona", "struan", "murdo", "kirsty", "archie"} {
		absent(login, "case", "show", "REF")
	}
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
	require.Contains(t, s.must(t, "--as", "archie", "verify"), "every invariant holds")
}

// TestStaffAndAudit: the administrator adds, grants and revokes; what was granted
// holds at once, and so does its end; all of it stands in a chain, of which an
// export can be kept. Operations erase a text.
func TestStaffAndAudit(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	ref := s.db.Import(t, clock.DateOf(time.Now()), practice.Family("S", clock.DateOf(time.Now())))["S"]
	login := "sorley_" + s.namespace[2:] // roles belong to the whole server
	t.Cleanup(func() {
		admin := s.db.SQL(t, "postgres")
		for _, name := range []string{login, "chief_" + login} {
			_, err := admin.Exec(`drop owned by ` + quoted(name) + ` cascade`)
			require.NoError(t, err)
			_, err = admin.Exec(`drop role ` + quoted(name))
			require.NoError(t, err)
		}
	})
	export := file(t, "heads", s.must(t, "--as", "una", "audit", "export"))
	for _, c := range []struct {
		what, args string
		code       int
		words      string
	}{
		{"nobody knows them", "staff grant LOGIN --role caseworker", 5, "no such login"},
		{"whose is it", "staff add LOGIN", 2, "--person"},
		{"added", "staff add LOGIN --person sorley", 0, "made without a password"},
		{"added again", "staff add LOGIN --person sorley", 0, "is the login of sorley"},
		{"another's", "staff add LOGIN --person morag", 3, "give morag a login of their own"},
		{"a superuser", "staff add postgres --person morag", 3, "superuser"},
		{"the administrator", "staff add hame_admin --person morag", 3, "a role of Hame's own"},
		{"no role yet", "--as LOGIN case show REF", 5, "no such case"},
		{"no such role", "staff grant LOGIN --role king", 2, "is no role; they are caseworker"},
		{"a council is needed", "staff grant LOGIN --role welfare_lead", 2, "--council"},
		{"a council is not", "staff grant LOGIN --role caseworker --council S12000049", 2, "leave out --council"},
		{"granted", "staff grant LOGIN --role caseworker", 0, "from today on"},
		{"granted again", "staff grant LOGIN --role caseworker", 0, "nothing was changed"},
		{"it holds at once", "--as LOGIN case show REF", 0, ref},
		{"a superuser holds none", "staff grant postgres --role caseworker", 3, "superuser"},
		{"not for caseworkers", "--as LOGIN staff list", 4, "may not read the staff list"},
		{"for operations", "--as archie staff list", 0, "sorley"},
		{"revoked", "staff revoke LOGIN --role caseworker", 0, "no longer holds"},
		{"revoked again", "staff revoke LOGIN --role caseworker", 0, "nothing was changed"},
		{"it ends at once", "--as LOGIN case show REF", 4, "not admitted"},
		{"and is granted anew", "staff grant LOGIN --role welfare_lead --council S12000049", 0, "from today on"},
		{"to the auditor", "--as una staff list", 0, "revoked "},
		{"only to the auditor", "--as archie audit show REF", 4, "for the auditor"},
		{"who read it", "--as una audit reads REF", 0, login},
		{"the chains have grown", "--as una audit check EXPORT", 0, "stand unchanged"},
		{"no export", "--as una audit check /dev/null", 2, "an export has a subject"},
		{"no command's id", "--as archie audit erase x --reason retention", 2, "no command's id"},
		{"no reason", "--as archie audit erase 01970000-0000-7000-8000-000000000000 --reason shame", 2, "retention, data_subject, wrong_file"},
		{"no such command", "--as archie audit erase 01970000-0000-7000-8000-000000000000 --reason retention", 5, "no such command"},
		{"the auditor changes nothing", "--as una audit erase 01970000-0000-7000-8000-000000000000 --reason retention", 4, "for operations"},
		{"all of it holds", "--as una verify", 0, "every invariant holds"},
	} {
		args := strings.NewReplacer("LOGIN", login, "REF", ref, "EXPORT", export).Replace(c.args)
		out, errs, code := s.starter(t, strings.Fields(args)...)
		require.Equal(t, c.code, code, "%s: %s%s", c.what, out, errs)
		require.Contains(t, out+errs, c.words, c.what)
	}
	var events []string
	require.NoError(t, s.db.SQL(t, "postgres").Select(&events, `select what || ' ' || coalesce(role, '-') || ' by ' || by_login from staff_event where login = $1 order by id`, login))
	require.Equal(t, []string{"added - by hame_admin", "granted caseworker by hame_admin", "revoked caseworker by hame_admin", "granted welfare_lead by hame_admin"}, events)

	// An administrator is nobody's colleague on a case: who may act as the owner of the
	// record, or make roles, holds no role.
	admin := s.db.SQL(t, "postgres")
	chief := "chief_" + login
	admin.MustExec(`create role ` + quoted(chief) + ` login createrole`)
	for _, args := range []string{"staff add " + chief + " --person sorley", "staff grant " + chief + " --role decision_maker"} {
		_, errs, code := s.starter(t, strings.Fields(args)...)
		require.Equal(t, 3, code, errs)
		require.Contains(t, errs, "make roles")
	}

	admin.MustExec(`set session_replication_role = replica; update hame.chain_head set n = n + 1 where subject = 'staff'; delete from hame.staff_event where chain_n = 1`)
	out, errs, code := s.starter(t, "--as", "una", "audit", "check", export)
	require.Equal(t, 1, code, errs)
	require.Contains(t, out, "staff")
}

func quoted(login string) string { return `"` + login + `"` }
