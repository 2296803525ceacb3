package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/testdb"
)

// broken counts what broken_chains finds.
const broken = `select count(*) from broken_chains()`

// TestTampering: whoever changes, adds or takes away a link behind the triggers'
// back is found out.
func TestTampering(t *testing.T) {
	h := newHouse(t)
	ref := h.evidence(h.review(numbered(1)))
	other := h.review(numbered(2))
	for range 3 {
		h.does("morag", ref, casefile.ActContact, 0, phone)
	}
	h.does("kirsty", ref, casefile.ActDraft, 0, nil)
	h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	refused := h.types("morag", ref, casefile.ActTriage, &casefile.TriageFields{Priority: 1, PublicHarmScreen: "clear", FamilyILR: casefile.No, SevenYears: casefile.No, Vulnerable: casefile.No})
	require.NoError(t, h.as("morag").RecordRefusal(t.Context(), refused.ID, casefile.Refuse(casefile.RefusedTooLate, "too late")))
	h.does("morag", other, casefile.ActContact, 0, phone)
	require.Zero(t, testdb.Value[int](h, broken))
	draft := `(select id from command where kind = 'representation.draft')`
	first := `(select id from command where case_ref = '` + ref + `' order by chain_n limit 1)`
	late := `'` + h.types("morag", other, casefile.ActContact, phone).ID.String() + `'`
	for name, change := range map[string]string{
		"kind":                  `update command set kind = 'welfare.waive' where id = ` + first,
		"subject":               `update command set subject_no = 3 where id = ` + first,
		"attested day":          `update command set attested_on = attested_on - 1 where id = ` + first,
		"fields":                `update command set fields = '{"how": "visit"}' where id = ` + first,
		"login":                 `update command set login = 'isla' where id = ` + first,
		"person":                `update command set person = 'isla' where id = ` + first,
		"when":                  `update command set recorded_at = recorded_at - interval '1 microsecond' where id = ` + first,
		"digest of the text":    `update command set text_digest = sha256('x') where id = ` + draft,
		"digest taken away":     `update command set text_digest = null where id = ` + draft,
		"text":                  `update command_text set body = body || ' not' where command_id = ` + draft,
		"salt and text":         `update command_text set salt = '\x00', body = 'another' where command_id = ` + draft,
		"moved to another case": `update command set case_ref = '` + other + `' where id = ` + first,
		"outcome":               `update command_outcome set outcome = 'accepted' where outcome = 'refused'`,
		"code":                  `update command_outcome set code = 'other' where outcome = 'refused'`,
		"detail":                `update command_outcome set detail = '{}' where outcome = 'refused'`,
		"revision":              `update command_outcome set revision = 9 where command_id = ` + first,
		"business instant":      `update command_outcome set business_at = business_at + interval '1 day' where command_id = ` + first,
		"no business instant":   `update command_outcome set business_at = null where command_id = ` + first,
		"a link removed":        `delete from command_outcome where command_id = ` + first,
		"the last link removed": `delete from command_outcome where outcome = 'refused'`,
		"a case's links gone":   `delete from command where case_ref = '` + other + `'`,
		"a link added":          `insert into command_outcome (command_id, outcome, recorded_at, chain_n, chain_hash) values (` + late + `, 'accepted', now(), 99, '')`,
		"order":                 `update command set chain_n = case chain_n when 1 then 3 when 3 then 1 end where case_ref = '` + ref + `' and chain_n in (1, 3)`,
		"hash":                  `update command set chain_hash = sha256('x') where id = ` + first,
		"head":                  `update chain_head set hash = sha256('x') where subject = '` + ref + `'`,
		"head's count":          `update chain_head set n = n + 1 where subject = '` + ref + `'`,
		"head removed":          `delete from chain_head where subject = '` + ref + `'`,
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := h.Super.Beginx()
			require.NoError(t, err)
			defer func() { require.NoError(t, tx.Rollback()) }()
			_, err = tx.Exec(`set local session_replication_role = replica`)
			require.NoError(t, err)
			done, err := tx.Exec(change)
			require.NoError(t, err)
			n, err := done.RowsAffected()
			require.NoError(t, err)
			require.Positive(t, n, "nothing was changed")
			var found int
			require.NoError(t, tx.Get(&found, broken))
			require.Positive(t, found)
		})
	}
	require.Zero(t, testdb.Value[int](h, broken))
}

// TestChainsUnderLoad: many hands on one case at once, and the worker among
// them, make one chain without a gap.
func TestChainsUnderLoad(t *testing.T) {
	h := newHouse(t)
	ref, other := h.review(numbered(1)), h.review(numbered(2))
	const each = 10
	logins := []string{"morag", "hamish", "isla", "callum"}
	errs := make(chan error, len(logins))
	for _, login := range logins {
		go func() {
			errs <- func() error {
				for i := range each {
					about := ref
					if i%5 == 4 {
						about = other
					}
					c := h.command(about, casefile.ActContact, phone)
					c.Fields = []byte(`{"how": "phone", "confirmed": true}`)
					if err := h.as(login).InsertCommand(t.Context(), c); err != nil {
						return err
					}
					out, err := h.acts.RecordAct(t.Context(), activities.RecordActParams{Case: about, Command: c.ID, Act: c.Act.Rule().Wire(), Now: at(monday)})
					if err != nil || out.Refused != nil {
						return fmt.Errorf("%w, %v", err, out.Refused)
					}
				}
				return nil
			}()
		}()
	}
	for range logins {
		require.NoError(t, <-errs)
	}
	require.Zero(t, testdb.Value[int](h, broken))
	for subject, n := range map[string]int{ref: 4 * 8, other: 4 * 2} {
		require.Equal(t, 2*n, testdb.Value[int](h, `select n from chain_head where subject = $1`, subject), "a link a command and one an outcome")
		require.Equal(t, n, testdb.Value[int](h, `select count(*) from contact where case_ref = $1`, subject))
		require.Equal(t, 1+n, testdb.Value[int](h, `select revision from review where case_ref = $1`, subject))
	}
}
