package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

func (h *house) brings(login string, synthetic bool, families ...casefile.Family) (store.Imported, error) {
	h.T.Helper()
	return h.as(login).Import(h.T.Context(), families, "digest", synthetic, monday, func() {})
}

// TestImport: what is new comes in, what is unchanged or under review stays, what
// has changed is changed, and every family keeps its reference.
func TestImport(t *testing.T) {
	h := newHouse(t)
	steps := 0
	families := []casefile.Family{numbered(0), numbered(1), numbered(2), numbered(3)}
	first, err := h.as("archie").Import(t.Context(), families, "digest", false, monday, func() { steps++ })
	require.NoError(t, err)
	require.Equal(t, store.Imported{Created: 4, No: 1}, first)
	require.Equal(t, 4, steps)
	refs := h.refs()

	again, err := h.brings("archie", false, families...)
	require.NoError(t, err)
	require.Equal(t, store.Imported{Unchanged: 4, No: 2}, again)

	h.open(refs["N2"])
	h.List(t, refs["N3"], at(monday), monday)
	person := numbered(1).People[1]
	person.No, person.Key, person.NameKey = 4, "4", ""
	changed := []casefile.Family{numbered(0), numbered(1), numbered(2), numbered(3), numbered(4)}
	for i := 1; i <= 3; i++ {
		changed[i].Address = "2 Other Street"
		changed[i].People = append(slices.Clone(changed[i].People), person)
		changed[i].People[0].Flags = []casefile.Flag{casefile.FlagPublicHarm}
	}
	third, err := h.brings("archie", false, changed...)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{refs["N2"], refs["N3"]}, third.KeptBackRefs, "under review, or drawn for it")
	third.KeptBackRefs = nil
	require.Equal(t, store.Imported{Created: 1, Unchanged: 1, Changed: 1, KeptBack: 2, No: 3}, third)
	for key, ref := range refs {
		require.Equal(t, ref, h.refs()[key])
	}
	require.Equal(t, []string{"N0 1 Test Street 3 0", "N1 2 Other Street 4 1", "N2 1 Test Street 3 0", "N3 1 Test Street 3 0", "N4 1 Test Street 3 0"},
		testdb.List[string](h, `select concat_ws(' ', family_key, address, (select count(*) from person p where p.case_ref = f.case_ref),
			(select count(*) from person_flag p where p.case_ref = f.case_ref)) from family f order by 1`))
	require.Equal(t, []string{"4 12 4 0 0 0", "4 12 0 4 0 0", "5 18 1 1 1 2"}, testdb.List[string](h,
		`select concat_ws(' ', families, people, created, unchanged, changed, kept_back) from import_batch order by recorded_at`), "and each batch is on record")
	require.Zero(t, testdb.Value[int](h, `select count(*) from import_staging`))
}

func (h *house) refs() map[string]string {
	h.T.Helper()
	refs := map[string]string{}
	for _, row := range testdb.List[struct {
		Key string `db:"family_key"`
		Ref string `db:"case_ref"`
	}](h, `select family_key, case_ref from family`) {
		refs[row.Key] = row.Ref
	}
	return refs
}

// TestImportIsOneTransaction: one family that the database can't take, and none
// is there.
func TestImportIsOneTransaction(t *testing.T) {
	h := newHouse(t)
	two := numbered(1)
	two.People[1].Relationship = casefile.Principal
	twice := numbered(2)
	twice.People[2].No = 2
	lane := numbered(3)
	lane.Lane = "slow"
	for name, bad := range map[string]casefile.Family{"two principals": two, "one number twice": twice, "no such lane": lane, "the same family twice": numbered(9)} {
		_, err := h.brings("archie", false, numbered(9), bad)
		require.Error(t, err, name)
		require.Equal(t, []int{0, 0, 0, 0}, testdb.List[int](h, `select count(*) from family union all select count(*) from person
			union all select count(*) from import_batch
			union all select (select count(*) from import_staging) + (select count(*) from import_staging_person)`), name)
	}
}

// TestWhoImports: operations, and nobody else.
func TestWhoImports(t *testing.T) {
	h := newHouse(t)
	for _, login := range everyRole {
		if login == "archie" {
			continue
		}
		_, err := h.brings(login, false, numbered(1))
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}
	_, err := h.brings("hame_admin", false, numbered(1))
	require.True(t, store.IsKind(err, store.NotPermitted), "a superuser holds no role: %v", err)
	require.Zero(t, testdb.Value[int](h, `select count(*) from family`))
	require.Zero(t, testdb.Value[int](h, `select count(*) from import_staging`))

	// Nobody merges what another has staged.
	batch := uuid.New()
	staged := []string{
		`insert into import_staging (batch, ord, case_ref, digest, family_key, lane, council, area, address, postcode, phone, email, representative,
			representative_contact, support, restricted) values ($1, 1, '222-2222', 'x', 'K', 'legacy', 'S12000049', '', '', '', '', '', '', '', 'none', false)`,
		`insert into import_staging_person (batch, ord, no, person_key, relationship, sex, nationality, born_in_scotland, own_claim, claim_status, flags)
			values ($1, 1, 1, '1', 'principal', 'U', 'TR', 'no', true, 'undecided', '{}')`,
	}
	for i, statement := range staged {
		_, err = h.SQL(t, "morag").Exec(statement, batch)
		require.ErrorContains(t, err, "may not import", "and nobody but operations stages any (F16)")
		h.Tamper(strings.Replace(strings.Replace(statement, "(batch,", "(login, batch,", 1), "values ($1,", "values ('morag', $1,", 1), batch)
		_, err = h.SQL(t, "archie").Exec(staged[1-i], batch) // one half of a family each
		require.NoError(t, err)
		h.Tamper(`delete from import_staging where login = 'archie'`)
		_, err = h.SQL(t, "archie").Exec(`select * from import_merge($1, 'x', false, '2026-03-02', '2026-03-30', '{}', '{}', '{}')`, batch)
		require.NoError(t, err)
		h.Tamper(`delete from import_batch`)
	}
	require.Zero(t, testdb.Value[int](h, `select count(*) from family`))
	require.Zero(t, testdb.Value[int](h, `select count(*) from person`))
}

// TestDuplicates are found within a file and between two, by Home Office
// reference or by name and birth date; and a resolved pair stays resolved.
func TestDuplicates(t *testing.T) {
	h := newHouse(t)
	a, b, c, d := numbered(1), numbered(2), numbered(3), numbered(4)
	a.People[0].HomeOfficeRef, b.People[1].HomeOfficeRef = "H1", "H1"
	c.People[2].NameKey, c.People[2].BirthDate = a.People[2].NameKey, a.People[2].BirthDate
	d.People[2].NameKey = a.People[2].NameKey // another birth date
	d.People[2].BirthDate = born(monday.AddYears(-9))
	_, err := h.brings("archie", false, a, b)
	require.NoError(t, err)
	pairs := func() []string {
		return testdb.List[string](h, `select least(x.family_key, y.family_key) || greatest(x.family_key, y.family_key) || ' ' || why || coalesce(' ' || resolved_on, '')
			from duplicate_candidate join family x on x.case_ref = a join family y on y.case_ref = b order by 1`)
	}
	require.Equal(t, []string{"N1N2 home_office_ref"}, pairs())
	_, err = h.brings("archie", false, c, d)
	require.NoError(t, err)
	require.Equal(t, []string{"N1N2 home_office_ref", "N1N3 name_and_birth_date"}, pairs(), "across two files")

	h.Exec(`update duplicate_candidate set resolved_on = '2026-03-03' where why = 'home_office_ref'`)
	b.Address = "elsewhere"
	c.People[2].BirthDate = born(monday.AddYears(-8))
	_, err = h.brings("archie", false, b, c)
	require.NoError(t, err)
	require.Equal(t, []string{"N1N2 home_office_ref 2026-03-03"}, pairs(), "one was resolved by a person, the other mended by the file")
}

// TestWordsInPlaceOfAReferencePairNobody: "see file" stands in the files of families that
// have nothing to do with each other, and would keep them all from being listed.
func TestWordsInPlaceOfAReferencePairNobody(t *testing.T) {
	h := newHouse(t)
	a, b, c := numbered(1), numbered(2), numbered(3)
	a.People[0].HomeOfficeRef, b.People[0].HomeOfficeRef, c.People[0].HomeOfficeRef = "see file", "see file", "see file"
	_, err := h.brings("archie", false, a, b)
	require.NoError(t, err)
	_, err = h.brings("archie", false, c)
	require.NoError(t, err)
	require.Zero(t, testdb.Value[int](h, `select count(*) from duplicate_candidate`))
}

// TestSyntheticAndRealNeverMix, and the refusal says so.
func TestSyntheticAndRealNeverMix(t *testing.T) {
	t.Run("real first", func(t *testing.T) {
		h := newHouse(t)
		_, err := h.brings("archie", false, numbered(1))
		require.NoError(t, err)
		_, err = h.brings("archie", true, numbered(2))
		refusal, ok := casefile.AsRefusal(err)
		require.True(t, ok, "%v", err)
		synthetic, err := h.worker.Synthetic(t.Context())
		require.NoError(t, err)
		require.False(t, synthetic)
		require.Equal(t, []string{"N1"}, testdb.List[string](h, `select family_key from family`))
		require.Error(t, h.worker.SetBusinessNow(t.Context(), at(monday)), "a real programme's now is the wall clock's")
		require.Contains(t, refusal.Detail, "synthetic")
	})
	t.Run("synthetic first", func(t *testing.T) {
		h := newHouse(t)
		_, err := h.brings("archie", true, numbered(1))
		require.NoError(t, err)
		_, err = h.brings("archie", true, numbered(2))
		require.NoError(t, err)
		_, err = h.brings("archie", false, numbered(3))
		refusal, ok := casefile.AsRefusal(err)
		require.True(t, ok, "%v", err)
		require.Equal(t, 2, testdb.Value[int](h, `select count(*) from family`))
		require.NoError(t, h.worker.SetBusinessNow(t.Context(), at(monday)))
		now, err := h.as("morag").BusinessNow(t.Context())
		require.NoError(t, err)
		require.WithinDuration(t, at(monday), now, time.Hour, "it goes on from there")
		later, err := h.as("morag").BusinessNow(t.Context())
		require.NoError(t, err)
		require.True(t, later.After(now))
		require.Contains(t, refusal.Detail, "synthetic")
	})
}

// TestAReferenceDrawnTwice never puts one family in another's place: the new one
// gets a spare one that nobody has, or the import is refused.
func TestAReferenceDrawnTwice(t *testing.T) {
	h := newHouse(t)
	ref := h.imports(named(1))
	for _, c := range [][2]string{{"{}", ""}, {"{" + ref + "}", ""}, {"{" + ref + ",222-2222}", "222-2222"}} {
		spare, want := c[0], c[1]
		err := h.merges("other", ref, spare)
		if want == "" {
			require.ErrorContains(t, err, "a reference was drawn twice", spare)
		} else {
			require.NoError(t, err)
			require.Equal(t, want, testdb.Value[string](h, `select case_ref from family where family_key = 'other'`))
		}
		require.Equal(t, 3, testdb.Value[int](h, `select count(*) from person where case_ref = $1`, ref))
		require.Equal(t, "SECRETSTREET 1", testdb.Value[string](h, `select address from family where case_ref = $1`, ref))
	}
}

// merges brings in a family under a reference as it was drawn, with spare ones beside it,
// and returns what the import says. What is refused leaves nothing behind.
func (h *house) merges(key, ref, spare string) error {
	h.T.Helper()
	batch := uuid.New()
	tx, err := h.SQL(h.T, "archie").Beginx()
	require.NoError(h.T, err)
	defer tx.Rollback() //nolint:errcheck // it is committed, or to be forgotten
	_, err = tx.Exec(`insert into import_staging (batch, ord, case_ref, digest, family_key, lane, council, area, address, postcode, phone, email,
		representative, representative_contact, support, restricted)
		values ($1, 1, $2, 'x', $3, 'legacy', 'S12000049', '', '', '', '', '', '', '', 'none', false)`, batch, ref, key)
	require.NoError(h.T, err)
	if _, err = tx.Exec(`select * from import_merge($1, 'x', false, '2026-03-02', '2026-03-30', '{}', '{}', $2)`, batch, spare); err != nil {
		return err
	}
	return tx.Commit()
}

// TestImportOfMany: of forty thousand references drawn at random some five are
// alike; each family still gets one of its own, and the same file brought again
// changes nothing.
func TestImportOfMany(t *testing.T) {
	h := newHouse(t)
	families := make([]casefile.Family, 40_000)
	for i := range families {
		families[i] = numbered(0)
		families[i].Key = fmt.Sprint(i)
		families[i].People = families[i].People[:1]
		families[i].People[0].NameKey = fmt.Sprint("number ", i/2) // each is like one other
	}
	out, err := h.brings("archie", false, families...)
	require.NoError(t, err)
	require.Equal(t, store.Imported{Created: 40_000, Pairs: 20_000, No: 1}, out)
	require.Equal(t, 40_000, testdb.Value[int](h, `select count(distinct case_ref) from person`))
	require.Equal(t, 20_000, testdb.Value[int](h, `select count(*) from duplicate_candidate`))
	out, err = h.brings("archie", false, families...)
	require.NoError(t, err)
	require.Equal(t, store.Imported{Unchanged: 40_000, No: 2}, out)
	require.Zero(t, testdb.Value[int](h, `select (select count(*) from import_staging) + (select count(*) from import_staging_person)`))
}

// TestAFileThatEndsEarly brings nothing in, and says what its reader said.
func TestAFileThatEndsEarly(t *testing.T) {
	h := newHouse(t)
	torn := errors.New("the file is torn")
	_, err := h.as("archie").ImportFrom(t.Context(), func(take func(casefile.Family) error) (store.Brought, error) {
		for i := range 600 {
			if err := take(numbered(i)); err != nil {
				return store.Brought{}, err
			}
		}
		return store.Brought{}, torn
	}, "digest", monday)
	require.Equal(t, torn, err)
	require.Zero(t, testdb.Value[int](h, `select (select count(*) from family) + (select count(*) from import_staging) + (select count(*) from import_staging_person)`))
}

// TestAFamilyThatMovedAway: a later file has a family of the backlog with a council
// outside Scotland. Nothing is overwritten; a difference is opened, once, and an
// unlisted family is not drawn before somebody has said whether it has moved (A9).
func TestAFamilyThatMovedAway(t *testing.T) {
	h := newHouse(t)
	ref := h.imports(numbered(1))
	waits := func() []string {
		return testdb.List[string](h, `select case_ref from waiting_families('legacy', true)`)
	}
	require.Equal(t, []string{ref}, waits())
	moved := func(council string) store.Imported {
		t.Helper()
		done, err := h.as("archie").ImportFrom(t.Context(), func(func(casefile.Family) error) (store.Brought, error) {
			return store.Brought{Elsewhere: map[string]string{numbered(1).Key: council, "unknown": council}}, nil
		}, "digest", monday)
		require.NoError(t, err)
		return done
	}
	require.Equal(t, []string{ref}, moved("E09000012").MovedAway)
	require.Empty(t, moved("E09000012").MovedAway, "it is not asked again")
	require.Equal(t, []string{"S12000049 E09000012"}, testdb.List[string](h, `select old_value || ' ' || new_value from import_difference where case_ref = $1`, ref))
	require.Equal(t, "S12000049", testdb.Value[string](h, `select council from family where case_ref = $1`, ref))
	require.Empty(t, waits())
	_, err := h.SQL(t, "morag").Exec(`select import_moves($1, '{}', '{}', current_date)`, "0195f2a0-0000-7000-8000-000000000000")
	require.ErrorContains(t, err, "may not import")
	_, err = store.GrantRole(t.Context(), h.Admin, "agnes", casefile.WelfareLead, "E09000012")
	require.ErrorContains(t, err, "no council in Scotland")
	_, err = h.Super.Exec(`insert into staff (login, person, role, council) values ('new', 'new', 'welfare_lead', 'E09000012')`)
	require.ErrorContains(t, err, "check constraint")
}
