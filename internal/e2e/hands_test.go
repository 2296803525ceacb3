package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/desk"
	"hame/internal/practice"
)

// listed imports families and waits until the review of each is open.
func (s *system) listed(t *testing.T, n int) []string {
	t.Helper()
	today := clock.DateOf(time.Now())
	families := make([]casefile.Family, n)
	for i := range families {
		families[i] = practice.Family(fmt.Sprintf("F%d", i), today)
	}
	var refs []string
	for _, ref := range s.db.Import(t, today, families...) {
		refs = append(refs, ref)
	}
	s.must(t, "--as", "archie", "backlog", "start", "--capacity", fmt.Sprint(n), "--target", "2031-11-23")
	s.listsToday(t)
	worker := s.db.SQL(t, "hame_worker")
	require.Eventually(t, func() bool {
		var open int
		return worker.Get(&open, `select count(*) from review`) == nil && open == n
	}, time.Minute, 100*time.Millisecond, "not every review is open")
	return refs
}

// one is what -o json tells of one of a list.
type one struct {
	Reference, Result, Detail string
}

func (s *system) list(t *testing.T, args ...string) ([]one, string, int) {
	t.Helper()
	out, errs, code := s.starter(t, append(args, "-o", "json")...)
	var all []one
	require.NoError(t, json.Unmarshal([]byte(out), &all), "%s%s", out, errs)
	return all, errs, code
}

// onceEach wants one command and one row of evidence from a provider for each family.
func (s *system) onceEach(t *testing.T, provider string, refs []string) {
	t.Helper()
	for what, query := range map[string]string{
		"evidence": `select case_ref from evidence where provider = $1`,
		"commands": `select case_ref from command where kind = 'evidence.receive' and fields->>'provider' = $1`,
		"outcomes": `select c.case_ref from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
			where c.kind = 'evidence.receive' and c.fields->>'provider' = $1`,
	} {
		var got []string
		require.NoError(t, s.db.SQL(t, "hame_worker").Select(&got, query, provider))
		require.ElementsMatch(t, refs, got, "%s of %s", what, provider)
	}
}

// TestAListIsTakenUpWhereItStopped: a list whose starter is killed, or typed
// twice at once, or of which a command was saved and never delivered, is done
// once for each family.
func TestAListIsTakenUpWhereItStopped(t *testing.T) {
	whole, s := t, newSystem(t)
	w := s.startWorker(t)
	refs := s.listed(t, 30)
	list := file(t, "families.txt", "# the questionnaires of the week\n"+strings.Join(refs, "\n")+"\n\n"+refs[0]+" # once more\n")
	args := func(provider string) []string {
		return []string{"--as", "morag", "evidence", "receive", "--families", list, "--provider", provider}
	}

	t.Run("killed", func(t *testing.T) {
		for _, after := range []int{4, 9} {
			c := exec.Command(filepath.Join(programs, "starter"), args("gp")...)
			c.Env = s.env
			out, err := c.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, c.Start())
			lines := bufio.NewScanner(out)
			for range after {
				require.True(t, lines.Scan())
			}
			require.NoError(t, c.Process.Signal(syscall.SIGKILL))
			require.Error(t, c.Wait())
		}
		out, errs, code := s.starter(t, args("gp")...)
		require.Zero(t, code, errs)
		require.Contains(t, errs, "stands twice")
		require.Contains(t, errs, "type it again with --on "+clock.DateOf(time.Now()).String())
		require.Regexp(t, `(?m)^\d+ recorded, \d+ recorded before, 0 refused$`, out)
		require.Contains(t, out, refs[0]+": recorded before")
		s.onceEach(t, "gp", refs)
	})
	t.Run("two at once", func(t *testing.T) {
		codes := make(chan int, 2)
		for range cap(codes) {
			go func() {
				_, _, code := s.starter(t, args("community")...)
				codes <- code
			}()
		}
		for range cap(codes) {
			require.Zero(t, <-codes)
		}
		s.onceEach(t, "community", refs)
	})
	t.Run("saved and not delivered, and given up", func(t *testing.T) {
		require.NoError(t, w.stop(t, syscall.SIGTERM))
		d := &desk.Desk{Store: s.db.As(t, "morag")}
		for _, ref := range refs[:2] {
			cmd, err := desk.New(ref, casefile.ActEvidence, 0, clock.DateOf(time.Now()), &casefile.EvidenceFields{Provider: "housing", Result: "complete"}, "")
			require.NoError(t, err)
			cmd, err = desk.Resumable(cmd, "morag", refs)
			require.NoError(t, err)
			require.Equal(t, uuid.Version(8), cmd.ID.Version())
			require.NoError(t, d.Store.InsertCommand(t.Context(), cmd))
			if ref == refs[1] {
				require.NoError(t, s.db.As(t, "hame_worker").Expire(t.Context(), cmd.ID, time.Now()))
			}
		}
		s.startWorker(whole)
		all, errs, code := s.list(t, args("housing")...)
		require.Zero(t, code, errs)
		require.Len(t, all, 30)
		for i, o := range all {
			if i == 0 && o.Result == "recorded before" {
				continue // the worker was there before the list
			}
			require.Equal(t, "recorded", o.Result, "%v", o)
		}
		var evidence, commands int
		worker := s.db.SQL(t, "hame_worker")
		require.NoError(t, worker.Get(&evidence, `select count(*) from evidence where provider = 'housing'`))
		require.NoError(t, worker.Get(&commands, `select count(*) from command where fields->>'provider' = 'housing'`))
		require.Equal(t, []int{30, 31}, []int{evidence, commands}, "the command that had expired is done as a new one")
	})
	t.Run("refused, and refused in the same words again", func(t *testing.T) {
		mixed := []string{refs[0], "222-222" + checkOf("222222"), refs[1]}
		decline := append([]string{"--as", "jean", "representation", "decline", "--reason", "no_agreement"}, mixed...)
		first, errs, code := s.list(t, decline...)
		require.Equal(t, 5, code, "the gravest: not found; %s", errs)
		for _, o := range first {
			require.Equal(t, "refused", o.Result)
		}
		require.Contains(t, first[0].Detail, "too_early")
		require.Contains(t, errs, "0 recorded, 3 refused")
		again, _, code := s.list(t, decline...)
		require.Equal(t, 5, code)
		require.Equal(t, first, again)
		var commands int
		require.NoError(t, s.db.SQL(t, "hame_worker").Get(&commands, `select count(*) from command where kind = 'representation.decline'`))
		require.Equal(t, 2, commands)
	})
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
	t.Run("an answer is the outcome on record, also where no review runs any more", func(t *testing.T) {
		assign := []string{"--as", "fiona", "case", "assign", refs[0], refs[1], "--to", "morag"}
		s.must(t, assign...)
		require.NoError(t, s.client.TerminateWorkflow(t.Context(), refs[0], "", "test"))
		all, errs, code := s.list(t, assign...)
		require.Zero(t, code, errs)
		require.Equal(t, []string{"recorded before", "recorded before"}, []string{all[0].Result, all[1].Result})
	})
}

// TestMoreExitCodes: what a shell script meets on a bad day.
func TestMoreExitCodes(t *testing.T) {
	s := newSystem(t)
	w := s.startWorker(t)
	ref := s.toDecision(t)
	bad := file(t, "bad.txt", ref+"\nK7F-M2QX\n\nnonsense\n")
	for _, c := range []struct {
		what, args string
		code       int
		words      string
	}{
		{"no such flag", "--as morag contact record " + ref + " --hwo phone", 2, "unknown flag"},
		{"no value", "--as morag contact record " + ref + " --how", 2, "needs an argument"},
		{"no case", "--as morag contact record --how phone", 2, "takes a case reference"},
		{"no code at all", "--as morag contact record " + ref, 2, "must be one of phone, visit, representative"},
		{"an output that is none", "--as morag case find -o xml", 2, "table or json"},
		{"a bad list", "--as morag contact record --how phone --families " + bad, 2, bad + " line 2"},
		{"and its other line", "--as morag contact record --how phone --families " + bad, 2, bad + " line 4"},
		{"a list and a case", "--as morag contact record --how phone --families " + bad + " " + ref, 2, "not both"},
		{"a list that is not there", "--as morag contact record --how phone --families " + bad + ".no", 2, "no such file"},
		{"a form of nothing", "--as morag form", 2, "form takes a kind"},
		{"a form of what is no act", "--as morag form case.close " + ref, 2, "no kind of act"},
		{"a batch that would decide", "--as ewan decision propose " + ref + " " + ref, 2, "no batch decides"},
		{"a person of an act on a case", "--as morag contact record " + ref + "/2 --how phone", 3, "leave out the /2"},
		{"a stranger's lane", "--as morag backlog resume", 4, "for operations"},
		{"a dry run of what is too late", "--as jean representation decline --dry-run --reason no_agreement " + ref, 3, "too_late"},
		{"a dry run of what can be sent", "--as morag contact record --dry-run --how phone " + ref, 0, ""},
	} {
		_, errs, code := s.starter(t, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.what, errs)
		require.Contains(t, errs, c.words, c.what)
	}

	form := s.proposal(t, ref, "GRANT_ILR")
	s.must(t, "--as", "morag", "contact", "record", ref, "--how", "phone")
	for _, dry := range []string{"--dry-run", "--dry-run=false"} {
		_, errs, code := s.starter(t, "--as", "ewan", "decision", "propose", ref, "--file", form, dry)
		require.Equal(t, 6, code, "changed meanwhile: %s", errs)
		require.Contains(t, errs, "read it again")
	}

	require.NoError(t, w.stop(t, syscall.SIGTERM))
	_, errs, code := s.starter(t, "--as", "morag", "contact", "record", ref, "--how", "visit")
	require.Equal(t, 7, code, errs)
	require.Contains(t, errs, "saved as "+s.lastCommand(t, ref, "contact.record").String())
	require.Contains(t, errs, "no worker has answered within 20s")
	s.startWorker(t)
	require.Eventually(t, func() bool {
		var delivered bool
		return s.db.SQL(t, "hame_worker").Get(&delivered, `select exists (select from contact where case_ref = $1 and how = 'visit')`, ref) == nil && delivered
	}, 2*time.Minute, time.Second, "the worker delivers it")
}
