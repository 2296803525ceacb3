package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/testdb"
)

// TestWhatARoleCanLearn of restricted cases, by any way that PostgreSQL offers: the
// plan of a statement, the statistics of a session, locks, counts and errors tell a
// login no reference that it may not see (F5, F8, F9). docs/security.md names what
// is left.
func TestWhatARoleCanLearn(t *testing.T) {
	h := newHouse(t)
	open := h.evidence(h.review(numbered(1)))
	hidden := h.evidence(h.review(flagged(numbered(2), 2, casefile.FlagRestricted)))
	const nowhere = "222-2222"
	require.NotEqual(t, hidden, nowhere)
	unseeing := []string{"morag", "ewan", "ailsa", "archie", "eilidh", "agnes", "kirsty", "jean", "minister"}

	t.Run("plans", func(t *testing.T) {
		for _, login := range unseeing {
			for _, query := range []string{
				`select * from list_cases('', '', '', false, null, 1000) where case_ref = `, `select * from case_summary(`, `select * from list_letters(`,
				`select * from list_tasks('', false, '', '', false, null, 1000) where case_ref = `,
			} {
				plan := func(ref string) []string {
					var lines []string
					statement := query + "'" + ref + "'"
					if strings.HasSuffix(query, "letters(") {
						statement += ", 1000)"
					} else if strings.HasSuffix(query, "(") {
						statement += ")"
					}
					require.NoError(t, h.SQL(t, login).Select(&lines, `explain (analyze, buffers off, timing off, summary off, costs off) `+statement), "%s", statement)
					for i, line := range lines {
						lines[i] = strings.ReplaceAll(line, ref, "REF")
					}
					return lines
				}
				require.Equal(t, plan(nowhere), plan(hidden), "%s: %s", login, query)
				require.Contains(t, plan(hidden)[0], "Function Scan", "nothing else of the plan is shown")
			}
		}
	})
	t.Run("statistics", func(t *testing.T) {
		for _, login := range append(slices.Clone(unseeing), "fiona", "una") {
			for _, counters := range []string{"pg_stat_xact_user_tables", "pg_stat_xact_all_tables", "pg_stat_user_tables", "pg_stat_all_tables",
				"pg_statio_user_tables", "pg_stat_user_indexes", "pg_stat_user_functions", "pg_stat_xact_user_functions"} {
				_, err := h.SQL(t, login).Exec(`select * from ` + counters)
				require.ErrorContains(t, err, "permission denied", "%s: %s", login, counters)
			}
			for _, channel := range []string{`pg_stat_database`, `pg_locks`, `pg_stat_get_db_tuples_inserted(0)`, `pg_stat_get_last_autoanalyze_time(0)`,
				`pg_relation_size('hame.family')`, `pg_total_relation_size('hame.command'::regclass)`, `pg_table_size('hame.family')`,
				`pg_indexes_size('hame.family')`, `pg_database_size(current_database())`, `pg_stat_wal`} {
				_, err := h.SQL(t, login).Exec(`select * from ` + channel)
				require.ErrorContains(t, err, "permission denied", "%s: %s", login, channel)
			}
			var rows int
			require.NoError(t, h.SQL(t, login).Get(&rows, `select count(*) from pg_stats where schemaname = 'hame'`))
			require.Zero(t, rows, login)
		}
	})
	t.Run("errors", func(t *testing.T) {
		for _, login := range unseeing {
			for _, query := range []string{
				`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'contact.record', '2026-03-02')`,
				`select record_read($1, 'case show')`, `select case_file($1)`, `select case_clocks($1)`, `select * from case_timeline($1)`, `select * from act_text($1)`,
				`select my_part($1)`, `select sight_of($1)`, `select * from audit_reads($1)`, `select * from audit_show($1)`,
			} {
				said := func(ref string) string {
					var answer *string
					err := h.SQL(t, login).Get(&answer, query, ref)
					if err != nil {
						return strings.ReplaceAll(err.Error(), ref, "REF")
					}
					if answer == nil {
						return "nothing"
					}
					return *answer
				}
				require.Equal(t, said(nowhere), said(hidden), "%s: %s", login, query)
			}
		}
	})
	t.Run("locks", func(t *testing.T) {
		tx, err := h.SQL(t, "fiona").Beginx()
		require.NoError(t, err)
		_, err = tx.Exec(`insert into command (id, case_ref, kind, attested_on) values (gen_random_uuid(), $1, 'case.assign', '2026-03-02')`, hidden)
		require.NoError(t, err)
		var kinds []string
		_, err = h.SQL(t, "morag").Exec(`select * from pg_locks`)
		require.ErrorContains(t, err, "permission denied")
		require.NoError(t, h.SQL(t, "postgres").Select(&kinds, `select distinct locktype from pg_locks l join pg_database d on d.oid = l.database
			where d.datname = current_database() and locktype not in ('relation', 'virtualxid', 'transactionid')`))
		require.Empty(t, kinds, "no lock has a case's name")
		require.NoError(t, tx.Rollback())
	})
	t.Run("counts", func(t *testing.T) {
		seen := func(login string) (total, withheld, groups int) {
			report, err := h.as(login).Report(t.Context())
			require.NoError(t, err)
			require.Equal(t, report.Families, report.Decided+report.Closed+report.Open+report.Withheld)
			for _, n := range report.OpenByStage {
				groups += n
			}
			return report.Families, report.Withheld, groups
		}
		total, withheld, groups := seen("archie")
		require.Equal(t, []int{2, 1, 1}, []int{total, withheld, groups}, "operations are told how many there are, and not where")
		total, withheld, groups = seen("una")
		require.Equal(t, []int{2, 0, 2}, []int{total, withheld, groups})
	})
	t.Run("suggestions", func(t *testing.T) {
		// What is suggested for post that names a restricted person is what is suggested for
		// post that names nobody.
		for _, name := range []string{"testn2 person 2", "nobody of this name"} {
			var suggested []string
			_, err := h.SQL(t, "morag").Exec(`insert into command (id, office, kind, attested_on, fields) values (md5($1)::uuid, 'mailroom', 'post.receive', '2026-03-02', '{"from": "unknown"}')`, name)
			require.NoError(t, err)
			_, err = h.SQL(t, "morag").Exec(`select receive_post(md5($1)::uuid, '2026-03-09', '', $1, 'Test & Co')`, name)
			require.NoError(t, err)
			require.NoError(t, h.SQL(t, "morag").Select(&suggested, `select s->>'case' from list_post(0, 1000) l, jsonb_array_elements(l.suggestions) s
				where l.said_name = $1`, name))
			require.Equal(t, []string{open}, suggested, "by the representative: %s", name)
		}
	})
}

// TestAnImportLiftsNothing: a later file without a flag leaves the case restricted,
// and holds stay; what it leaves out is a difference to settle (F10).
func TestAnImportLiftsNothing(t *testing.T) {
	h := newHouse(t)
	f := flagged(numbered(1), 2, casefile.FlagRestricted, casefile.FlagJudicialReview)
	ref := h.imports(f)
	require.Empty(t, h.cases("archie"))
	f.People[1].Flags = nil
	f.Phone = "0141 1"
	require.Equal(t, ref, h.imports(f))
	require.Empty(t, h.cases("archie"), "it stays restricted")
	require.Equal(t, []string{"judicial_review alleged", "restricted alleged"}, testdb.List[string](h, `select flag || ' ' || state from person_flag where case_ref = $1 order by 1`, ref))
	require.Equal(t, "0141 1", testdb.Value[string](h, `select phone from family where case_ref = $1`, ref), "what else it says is taken")
	differences := []string{"flag_gone 2 judicial_review", "flag_gone 2 restricted"}
	found := func() []string {
		return testdb.List[string](h, `select field || ' ' || person_no || ' ' || old_value from import_difference where case_ref = $1 order by 1`, ref)
	}
	require.Equal(t, differences, found())
	f.Phone = "0141 2"
	h.imports(f)
	require.Equal(t, differences, found(), "and is asked once")
	require.Empty(t, h.breaches(), "an unlisted family has no task yet")

	h.List(t, ref, at(monday), clock.Date(monday))
	h.open(ref)
	require.Equal(t, 1, testdb.Value[int](h, `select count(*) from hold where case_ref = $1 and ground = 'court' and ended_on is null`, ref))
}
