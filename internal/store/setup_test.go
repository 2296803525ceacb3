package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/practice"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestSetupTwice: what is there stays; also when two set up at once.
func TestSetupTwice(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	h.does("morag", ref, casefile.ActContact, 0, phone)
	count := func() []int {
		return testdb.List[int](h, `select count(*) from staff union all select count(*) from act_role union all select count(*) from rule_set
			union all select count(*) from family union all select count(*) from command union all select count(*) from programme`)
	}
	key := testdb.Value[string](h, `select sampling_key from programme`)
	before := count()
	errs := make(chan error, 2)
	for range cap(errs) {
		go func() { errs <- store.Setup(t.Context(), h.Admin, store.SetupOptions{Staff: practice.Staff()}) }()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	require.Equal(t, before, count())
	require.Equal(t, key, testdb.Value[string](h, `select sampling_key from programme`))
	h.does("morag", ref, casefile.ActContact, 0, phone)

	require.NoError(t, store.Setup(t.Context(), h.Admin, store.SetupOptions{Staff: []store.StaffMember{{Login: "morag", Person: "morag", Role: casefile.SeniorCaseworker}}}))
	require.Equal(t, []string{"caseworker", "senior_caseworker"}, testdb.List[string](h, `select role from staff where login = 'morag' order by 1`))
}

// TestTwoDatabasesMakeTheSameLogins: logins belong to the whole server, so that set-ups of
// two databases of one server may make the same ones at the same instant. Both succeed.
func TestTwoDatabasesMakeTheSameLogins(t *testing.T) {
	t.Parallel()
	one, other := testdb.New(t), testdb.New(t)
	var staff []store.StaffMember
	for n := range 40 {
		login := fmt.Sprintf("%s_%d", strings.ReplaceAll("l"+uuid.NewString(), "-", ""), n)
		staff = append(staff, store.StaffMember{Login: login, Person: login, Role: casefile.Caseworker})
	}
	errs := make(chan error, 2)
	for _, db := range []testdb.DB{one, other} {
		go func() { errs <- store.Setup(t.Context(), db.Admin, store.SetupOptions{Staff: staff}) }()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
}

// TestWhoMayDoWhatIsTheCodesOwn: the table in the database is the one in the code.
func TestWhoMayDoWhatIsTheCodesOwn(t *testing.T) {
	h := newHouse(t)
	var want []string
	for _, rule := range casefile.ActRules {
		for _, role := range rule.Roles {
			want = append(want, string(rule.Act)+" "+string(role))
		}
	}
	require.ElementsMatch(t, want, testdb.List[string](h, `select act || ' ' || role from act_role`))
	for _, role := range casefile.Roles {
		require.Equal(t, 1, testdb.Value[int](h, `select count(*) from case_role where role = $1`, role), "%s sees its part of a case", role)
	}
}

// TestStaffGrants: roles are known ones, a council belongs to those who act for
// one, and nobody grants a role to themselves.
func TestStaffGrants(t *testing.T) {
	h := newHouse(t)
	for _, bad := range []string{
		`insert into staff (login, person, role) values ('x', 'x', 'king')`,
		`insert into staff (login, person, role) values ('x', 'x', 'welfare_lead')`,
		`insert into staff (login, person, role, council) values ('x', 'x', 'caseworker', 'S12000049')`,
		`insert into staff (login, person, role, granted_by) values ('x', 'x', 'caseworker', 'x')`,
	} {
		_, err := h.Super.Exec(bad)
		require.ErrorContains(t, err, "staff", "%s", bad)
	}
	for login, me := range map[string]store.Me{
		"morag":  {Login: "morag", Person: "morag", Roles: []casefile.Party{casefile.Caseworker}},
		"eilidh": {Login: "eilidh", Person: "eilidh", Roles: []casefile.Party{casefile.LeadProfessional}, Council: glasgow},
		"una":    {Login: "una", Person: "una", Roles: []casefile.Party{casefile.Auditor}},
	} {
		got, err := h.as(login).Me(t.Context())
		require.NoError(t, err)
		require.Equal(t, me, got)
	}
	h.Exec(`update staff set valid_from = current_date - 2, valid_to = current_date - 1 where login = 'morag'`)
	got, err := h.as("morag").Me(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.Me{Login: "morag"}, got, "somebody who left is nobody")
}

var everyRole = []string{"morag", "fiona", "eilidh", "agnes", "kirsty", "jean", "minister", "ewan", "ailsa", "archie", "una"}

// TestWhatALoginMayDo by SQL: staff read through views and functions, and insert
// commands; the worker writes facts and nothing that people did; nobody, the
// superuser included, changes or deletes a command or its outcome.
func TestWhatALoginMayDo(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	h.does("kirsty", h.evidence(ref), casefile.ActDraft, 0, nil)
	tables := testdb.List[string](h, `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'hame' and relkind = 'r' order by 1`)
	require.Contains(t, tables, "command")
	denied := func(t *testing.T, login, statement string) {
		t.Helper()
		_, err := h.SQL(t, login).Exec(statement)
		require.ErrorContains(t, err, "permission denied", "%s: %s", login, statement)
	}

	t.Run("staff", func(t *testing.T) {
		for _, login := range everyRole {
			db := h.SQL(t, login)
			for _, table := range tables {
				_, err := db.Exec(`select * from ` + table)
				require.ErrorContains(t, err, "permission denied", "%s reads %s", login, table)
				for _, change := range []string{`delete from `, `truncate `} {
					_, err = db.Exec(change + table)
					require.ErrorContains(t, err, "permission denied", "%s: %s%s", login, change, table)
				}
			}
			for _, view := range []string{"case_list", "task_list", "letter_list", "post_list", "duplicate_list", "staff_now", "named"} {
				_, err := db.Exec(`select * from ` + view)
				require.ErrorContains(t, err, "permission denied", "%s reads %s", login, view)
			}
			_, err := db.Exec(`set session authorization struan`)
			require.ErrorContains(t, err, "permission denied")
			_, err = db.Exec(`create table hame.mine (n int)`)
			require.ErrorContains(t, err, "permission denied")
		}
		require.Equal(t, []string{"act_text", "answers_on_record", "apply_calendar", "ask_comparison", "audit_check", "audit_heads", "audit_reads", "audit_show", "await_comparison", "await_outcome", "business_now", "business_today",
			"calendar_in_force", "calendar_progress", "case_clocks", "case_file", "case_summary", "case_timeline", "comparison_findings", "deadlines_on_record", "dismiss_post", "erase_text",
			"figures", "has_role", "holidays_of", "import_merge", "import_moves", "list_cases", "list_duplicates", "list_imports", "list_letters", "list_moves", "list_post", "list_tasks", "listed_pairs", "may_see", "my_acts", "my_command", "my_part", "my_person",
			"my_roles", "programme_report", "receive_post", "record_read", "record_refusal", "resolve_duplicate", "resolve_listed_pair", "runs_apart",
			"settle_arrival", "sight_of", "staff_list", "take_back_import", "try_calendar_again", "verify_record", "waiting_order", "what_follows", "worker_away_for"},
			testdb.List[string](h, `select proname from pg_proc where pronamespace = 'hame'::regnamespace and has_function_privilege('morag', oid, 'execute') order by 1`))
	})
	t.Run("worker", func(t *testing.T) {
		for _, table := range tables {
			denied(t, "hame_worker", `delete from `+table)
			denied(t, "hame_worker", `truncate `+table)
		}
		for _, statement := range []string{
			`update command set kind = 'x'`, `update command_outcome set outcome = 'accepted'`, `update command_text set body = null`,
			`update rung set effect = ''`, `update case_read set login = 'x'`, `update staff set role = 'auditor'`, `update act_role set role = 'x'`,
			`update rule_set set body = ''`, `update calendar_day set title = ''`, `update calendar_application set version = ''`, `insert into calendar_version values ('x', 'x')`,
			`update deadline_change set cause = 'post'`, `update answer_change set cause = 'hold'`, `update extension set days = 1`, `update family set digest = ''`, `update person set person_key = ''`,
			`update programme set sampling_key = ''`, `update programme set synthetic = true`, `update import_batch set families = 0`,
			`update post_suggestion set why = 'name'`, `insert into command (id, kind, attested_on) values (gen_random_uuid(), 'contact.record', '2026-03-02')`,
			`insert into staff (login, person, role) values ('hame_worker', 'x', 'decision_maker')`,
		} {
			denied(t, "hame_worker", statement)
		}
		for _, f := range []string{"import_merge", "import_moves", "record_refusal", "await_outcome", "ask_comparison", "case_file", "case_timeline", "act_text",
			"receive_post", "dismiss_post", "settle_arrival", "resolve_duplicate", "comparison_findings", "try_calendar_again", "waiting_order", "apply_calendar", "case_clocks", "my_acts", "what_follows",
			"list_imports", "take_back_import", "listed_pairs", "resolve_listed_pair", "list_moves"} {
			require.False(t, testdb.Value[bool](h, `select bool_or(has_function_privilege('hame_worker', oid, 'execute')) from pg_proc where proname = $1`, f), "%s", f)
		}
	})
	t.Run("the worker leaves the chain's heads to the triggers", func(t *testing.T) {
		denied(t, "hame_worker", `update chain_head set n = n + 1`)
		denied(t, "hame_worker", `insert into chain_head values ('x', 1, '')`)
	})
	t.Run("superuser", func(t *testing.T) {
		_, err := h.as("morag").CaseFile(t.Context(), ref, "case")
		require.NoError(t, err)
		for _, table := range []string{"command", "command_outcome", "case_read"} {
			_, err := h.Super.Exec(`delete from ` + table)
			require.ErrorContains(t, err, "insert-only")
		}
		for _, update := range []string{`update command set kind = 'x'`, `update command_outcome set code = 'x'`, `update case_read set what = 'x'`} {
			_, err := h.Super.Exec(update)
			require.ErrorContains(t, err, "insert-only")
		}
	})
}

// TestNobodyStampsAnothersName: who and when are the database's to say.
func TestNobodyStampsAnothersName(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	morag := h.SQL(t, "morag")
	for _, column := range []string{"login", "person", "recorded_at", "chain_n", "chain_hash"} {
		_, err := morag.Exec(`insert into command (id, case_ref, kind, attested_on, `+column+`) values ($1, $2, 'contact.record', '2026-03-02', null)`, uuid.New(), ref)
		require.ErrorContains(t, err, "permission denied", "%s", column)
	}
	h.Exec(`insert into staff (login, person, role) values ('callum', 'morag', 'senior_caseworker')`)
	h.Exec(`update staff set person = 'morag' where login = 'callum'`)
	_, err := morag.Exec(`set role hame_staff`)
	require.NoError(t, err)
	c := h.types("morag", ref, casefile.ActContact, phone)
	_, err = morag.Exec(`insert into command (id, case_ref, kind, attested_on, fields) values ($1, $2, 'contact.record', '2026-03-02', '{}')`, uuid.New(), ref)
	require.NoError(t, err)
	h.types("callum", ref, casefile.ActContact, phone)
	require.Equal(t, []string{"callum morag", "morag morag", "morag morag"}, testdb.List[string](h, `select login || ' ' || person from command order by 1`),
		"by login, and by person for those who have two; whatever role they set")
	require.Equal(t, "none", h.outcomeOf(c.ID))

	err = h.As(t, "hame_admin").InsertCommand(t.Context(), h.command(ref, casefile.ActContact, phone))
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	require.ErrorContains(t, err, "superuser")
	err = h.worker.InsertCommand(t.Context(), h.command(ref, casefile.ActContact, phone))
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	require.Equal(t, 3, testdb.Value[int](h, `select count(*) from command`))
}

// TestATextBelongsToItsCommand, and to the login that wrote it.
func TestATextBelongsToItsCommand(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(numbered(1)))
	draft := h.types("kirsty", ref, casefile.ActDraft, nil)
	require.Equal(t, draft.Text, testdb.Value[string](h, `select body from command_text where command_id = $1`, draft.ID))
	silent := h.types("morag", ref, casefile.ActContact, phone)
	for login, id := range map[string]uuid.UUID{"kirsty": draft.ID, "finlay": draft.ID, "morag": silent.ID} {
		_, err := h.SQL(t, login).Exec(`insert into command_text (command_id, salt, body) values ($1, '\x00', 'another text')`, id)
		require.ErrorContains(t, err, "does not belong", "%s", login)
	}
	_, err := h.SQL(t, "finlay").Exec(`insert into command_text (command_id, salt, body) values ($1, '\x00', $2)`, draft.ID, draft.Text)
	require.ErrorContains(t, err, "does not belong")
}

// TestWhoWritesAnOutcome: besides the worker, only a command's author records that
// it was refused, once.
func TestWhoWritesAnOutcome(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	c := h.types("morag", ref, casefile.ActContact, phone)
	refusal := casefile.Refuse(casefile.RefusedTooLate, "too late")
	require.NoError(t, h.as("hamish").RecordRefusal(t.Context(), c.ID, refusal))
	require.Equal(t, "none", h.outcomeOf(c.ID), "not by another")
	require.NoError(t, h.as("morag").RecordRefusal(t.Context(), c.ID, refusal))
	require.NoError(t, h.as("morag").RecordRefusal(t.Context(), c.ID, casefile.Refuse(casefile.RefusedClosed, "closed")))
	require.NoError(t, h.worker.Expire(t.Context(), c.ID, at(monday)))
	require.NoError(t, h.worker.RefuseUndelivered(t.Context(), c.ID, casefile.Refuse(casefile.RefusedStuck, "stuck")))
	require.Equal(t, "refused too_late", h.outcomeOf(c.ID), "the first stands")

	accepted := h.does("morag", ref, casefile.ActContact, 0, phone)
	require.NoError(t, h.as("morag").RecordRefusal(t.Context(), accepted.ID, refusal))
	require.Equal(t, "accepted", h.outcomeOf(accepted.ID))

	assigned := h.types("fiona", ref, casefile.ActAssign, &casefile.AssignFields{To: "morag"})
	require.NoError(t, h.worker.Expire(t.Context(), assigned.ID, at(monday)))
	require.Equal(t, "expired undelivered", h.outcomeOf(assigned.ID))
}
