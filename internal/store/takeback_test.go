package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// takesBack types backlog take-back as a login, and returns what became of it.
func (h *house) takesBack(login string, no int, reason string) string {
	h.T.Helper()
	return became(h.as(login).TakeBackImport(h.T.Context(), no, reason))
}

func became(done store.TakeBack, err error) string {
	if refusal, refused := casefile.AsRefusal(err); refused {
		return fmt.Sprintf("refused %s: %s", refusal.Code, refusal.Detail)
	}
	if err != nil {
		return err.Error()
	}
	return done.Became
}

// rows counts the rows of each table, and says which are there, but for the chains' and
// the sequences' own.
func (h *house) rows() map[string]string {
	h.T.Helper()
	digests := map[string]string{}
	for _, table := range testdb.List[string](h, `select tablename from pg_tables where schemaname = 'hame'`) {
		digests[table] = testdb.Value[string](h, `select count(*) || ' ' || coalesce(md5(string_agg(md5(x::text), ',' order by x::text)), '') from `+table+` x`)
	}
	return digests
}

// waitsForALock waits until a session of the database waits for a lock.
func (h *house) waitsForALock() {
	h.T.Helper()
	require.Eventually(h.T, func() bool {
		return testdb.Value[bool](h, `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`)
	}, time.Minute, 10*time.Millisecond)
}

// TestTryingAnImport: a dry run gives the same numbers as the import, and changes no row,
// the mark of a synthetic database included.
func TestTryingAnImport(t *testing.T) {
	h := newHouse(t)
	alike := func(n int, ref string) casefile.Family {
		f := numbered(n)
		f.People[0].HomeOfficeRef = ref
		return f
	}
	_, err := h.brings("archie", false, numbered(0), alike(1, "Z1"), numbered(2), numbered(3), flagged(alike(7, "Z7"), 2, casefile.FlagRestricted))
	require.NoError(t, err)
	refs := h.refs()
	h.open(refs["N2"])
	changed, reviewed := alike(1, "Z1"), numbered(2)
	changed.Address, reviewed.Address = "2 Other Street", "2 Other Street"
	// Of the pair with the restricted family, which operations do not see, they are not told.
	file := []casefile.Family{numbered(0), changed, reviewed, alike(4, "Z1"), alike(5, "Z1"), alike(6, "Z7")}
	incoming := func(take func(casefile.Family) error) (store.Brought, error) {
		for _, f := range file {
			if err := take(f); err != nil {
				return store.Brought{}, err
			}
		}
		return store.Brought{Elsewhere: map[string]string{"N3": "E09000012"}}, nil
	}
	before := h.rows()
	tried, err := h.as("archie").TryImport(t.Context(), incoming, "digest", monday)
	require.NoError(t, err)
	require.Equal(t, before, h.rows(), "nothing was changed")
	done, err := h.as("archie").ImportFrom(t.Context(), incoming, "digest", monday)
	require.NoError(t, err)
	require.Equal(t, 2, done.No)
	require.Zero(t, tried.No)
	done.No = 0
	require.Equal(t, store.Imported{Created: 3, Unchanged: 1, Changed: 1, KeptBack: 1, KeptBackRefs: []string{refs["N2"]}, Pairs: 3,
		MovedAway: []string{refs["N3"]}}, done)
	require.Equal(t, done, tried)
	again, err := h.as("archie").TryImport(t.Context(), incoming, "digest", monday)
	require.NoError(t, err)
	require.Zero(t, again.Pairs, "the pairs are known by now")

	before = h.rows()
	for _, login := range []string{"morag", "una"} {
		_, err = h.as(login).TryImport(t.Context(), incoming, "digest", monday)
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}
	_, err = h.as("archie").TryImport(t.Context(), func(take func(casefile.Family) error) (store.Brought, error) {
		return store.Brought{Synthetic: true}, take(numbered(8))
	}, "digest", monday)
	refusal, refused := casefile.AsRefusal(err)
	require.True(t, refused, "what the import would refuse, the dry run refuses: %v", err)
	require.Contains(t, refusal.Detail, "synthetic")
	require.Equal(t, before, h.rows())
}

// TestADryRunMarksNothing: a generated file that is only tried marks no database synthetic.
func TestADryRunMarksNothing(t *testing.T) {
	empty := newHouse(t)
	_, err := empty.as("archie").TryImport(t.Context(), func(take func(casefile.Family) error) (store.Brought, error) {
		return store.Brought{Synthetic: true}, take(numbered(8))
	}, "digest", monday)
	require.NoError(t, err)
	synthetic, err := empty.worker.Synthetic(t.Context())
	require.NoError(t, err)
	require.False(t, synthetic, "a dry run marks nothing")
}

// TestTakingAnImportBack: two officers of operations take the families of a wrong file
// away, on record in the chain of the backlog. Nothing of them is left but what figures of
// the days between need, and who read them.
func TestTakingAnImportBack(t *testing.T) {
	h := newHouse(t)
	_, err := store.GrantRole(t.Context(), h.Admin, "isla", casefile.Operations, "")
	require.NoError(t, err)
	right := numbered(1)
	right.People[0].HomeOfficeRef = "Z1234567"
	_, err = h.brings("archie", false, right, numbered(2))
	require.NoError(t, err)
	kept := h.rows()
	wrong, hidden := numbered(3), flagged(numbered(4), 2, casefile.FlagRestricted)
	wrong.People[0].HomeOfficeRef, wrong.Council = "Z1234567", edinburgh
	_, err = h.brings("archie", false, wrong, hidden)
	require.NoError(t, err)
	ref := h.refs()["N3"]
	_, err = h.as("morag").CaseFile(t.Context(), ref, "case show")
	require.NoError(t, err)
	post := h.command("", casefile.ActReceivePost, &casefile.PostFields{From: "family"})
	post.Office = store.Mailroom
	_, err = h.as("morag").ReceivePost(t.Context(), post, store.PostSays{Reference: ref}, monday.AddDays(7))
	require.NoError(t, err)
	h.Exec(`insert into waiting_place (case_ref, lane, n, waiting, listing_on, drawn_on) values ($1, 'legacy', 1, 4, '2026-05-01', '2026-03-02')`, ref)
	require.Equal(t, 1, testdb.Value[int](h, `select count(*) from duplicate_candidate`))

	for _, login := range []string{"morag", "fiona", "una", "kirsty", "hame_worker"} {
		_, err := h.as(login).TakeBackImport(t.Context(), 2, "wrong_file")
		require.True(t, store.IsKind(err, store.NotPermitted), "%s: %v", login, err)
	}
	require.Contains(t, h.takesBack("archie", 2, "oops"), "refused fields: the reason must be one of wrong_file, old_file, test_file")
	require.Contains(t, h.takesBack("archie", 9, "wrong_file"), "refused no_such_subject: there is no import of this number: backlog imports lists them")
	require.Contains(t, h.takesBack("archie", 2, "stands"), "refused nothing_open: nobody asks")
	require.Zero(t, testdb.Value[int](h, `select count(*) from command where kind = 'backlog.take-back'`), "nothing of it is on record")

	// A trial changes nothing.
	before := h.rows()
	tried, err := h.as("archie").TryTakingBack(t.Context(), 2, "wrong_file")
	require.NoError(t, err)
	require.Equal(t, []any{store.TakeBackAsked, 2, 6}, []any{tried.Became, tried.Families, tried.People})
	require.Equal(t, before, h.rows())

	// The first asks, and nothing is taken away. The same person does not confirm it, under another login either.
	require.Equal(t, "asked", h.takesBack("archie", 2, "wrong_file"))
	require.Equal(t, 4, testdb.Value[int](h, `select count(*) from family`))
	for _, login := range []string{"archie", "rhona"} {
		h.Tamper(`update staff set person = 'ARCHIE' where login = 'rhona'`)
		require.Contains(t, h.takesBack(login, 2, "wrong_file"), "refused four_eyes: you asked for it yourself", login)
	}
	h.Tamper(`update staff set person = 'rhona' where login = 'rhona'`)
	require.Contains(t, h.takesBack("rhona", 2, "old_file"), "refused stale_revision: another officer asked for this with --reason wrong_file")

	// The first withdraws it, a colleague refuses it, it lapses, the first asks for another reason.
	require.Equal(t, "withdrawn", h.takesBack("archie", 2, "stands"))
	require.Equal(t, "asked", h.takesBack("rhona", 2, "wrong_file"))
	require.Equal(t, "stands", h.takesBack("archie", 2, "stands"))
	require.Equal(t, "asked", h.takesBack("archie", 2, "wrong_file"))
	h.Tamper(`update import_take_back set asked_on = business_today() - 31 where settled_on is null`)
	require.Contains(t, h.takesBack("rhona", 2, "stands"), "refused nothing_open")
	require.Equal(t, "asked", h.takesBack("rhona", 2, "wrong_file"))
	require.Equal(t, "asked", h.takesBack("rhona", 2, "test_file"))
	imports, err := h.as("una").Imports(t.Context(), 9)
	require.NoError(t, err)
	require.Equal(t, []any{2, "archie", 2, "rhona", "test_file", false}, []any{imports[0].No, imports[0].Person, imports[0].Created, imports[0].AskedBy, imports[0].Reason, imports[0].Any()})

	between := time.Now()
	figures := func(asOf time.Time, by store.Grouping) store.Figures {
		f, err := h.as("una").Figures(t.Context(), asOf, by)
		require.NoError(t, err)
		return f
	}
	counted := figures(between, store.Grouping{Council: true})
	require.Equal(t, 4, counted.Groups[0].Families)
	sum, err := h.as("archie").TakeBackImport(t.Context(), 2, "test_file")
	require.NoError(t, err)
	require.Equal(t, []any{store.TakeBackDone, 2, 6, 0}, []any{sum.Became, sum.Families, sum.People, sum.LaterImports})

	// What is left is what the right file brought.
	for _, table := range []string{"family", "person", "person_flag", "duplicate_candidate", "import_difference", "waiting_place", "post_suggestion"} {
		if table == "family" || table == "person" || table == "duplicate_candidate" {
			require.Equal(t, kept[table], h.rows()[table], table)
			continue
		}
		require.Zero(t, testdb.Value[int](h, `select count(*) from `+table), table)
	}
	require.Equal(t, []string{"archie rhona archie"}, testdb.List[string](h, `select concat_ws(' ', person, taken_back_first, taken_back_second) from import_batch where taken_back_at is not null`))
	require.Equal(t, []string{"archie withdrawn", "rhona stands archie", "archie lapsed", "rhona withdrawn", "rhona done archie"},
		testdb.List[string](h, `select concat_ws(' ', first_by, result, second_by) from import_take_back order by no`))
	require.Equal(t, 8, testdb.Value[int](h, `select count(*) from command c join command_outcome o on o.command_id = c.id
		where c.kind = 'backlog.take-back' and c.office = 'backlog' and o.outcome = 'accepted'`))
	require.Zero(t, testdb.Value[int](h, broken))
	require.Empty(t, h.breaches())
	require.Contains(t, h.takesBack("rhona", 2, "test_file"), "refused already_done: this import is taken back already")
	imports, err = h.as("archie").Imports(t.Context(), 9)
	require.NoError(t, err)
	require.Equal(t, []any{"rhona", "archie", ""}, []any{imports[0].First, imports[0].Second, imports[0].AskedBy})
	_, err = h.as("morag").Imports(t.Context(), 9)
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)

	// Today's figures add up to the families that are there, those of the instant between are what they were.
	now := figures(time.Now(), store.Grouping{})
	require.Equal(t, 2, now.Groups[0].Families)
	require.Equal(t, 2, now.Groups[0].Unlisted)
	require.Equal(t, counted, figures(between, store.Grouping{Council: true}))
	theirs, err := h.as("archie").Figures(t.Context(), between, store.Grouping{})
	require.NoError(t, err)
	require.Equal(t, []int{3, 1}, []int{theirs.Groups[0].Families, theirs.Withheld}, "operations do not see a restricted family that is gone either")
	report, err := h.as("una").Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, report.Families)

	// The case is not there any more; who read it is.
	_, err = h.as("morag").CaseFile(t.Context(), ref, "case show")
	require.True(t, store.IsKind(err, store.NotFound), "%v", err)
	reads, err := h.as("una").AuditReads(t.Context(), ref)
	require.NoError(t, err)
	require.Len(t, reads, 1)

	// The file can come in again. Its families get references that nobody has had.
	require.ErrorContains(t, h.merges("N3", ref, "{}"), "a reference was drawn twice")
	back, err := h.brings("archie", false, wrong, hidden)
	require.NoError(t, err)
	require.Equal(t, store.Imported{Created: 2, Pairs: 1, No: 3}, back)
	require.NotEqual(t, ref, h.refs()["N3"])
	require.Empty(t, h.breaches())

	// Nobody types the act, and nobody changes what is kept of the families that went.
	c := h.command("", casefile.ActTakeBack, &casefile.TakeBackFields{Import: 1, Reason: "wrong_file"})
	c.Office = "backlog"
	err = h.as("archie").InsertCommand(t.Context(), c)
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	for _, change := range []string{`delete from family_taken_back`, `update family_taken_back set until = now()`} {
		_, err := h.Super.Exec(change)
		require.ErrorContains(t, err, "insert-only", change)
	}
}

// TestWhatStopsTheTakingBack: as soon as anybody has worked on a family of the file, the
// import stays whole. The refusal says how many families stop it, why, and names some of
// those that operations may see.
func TestWhatStopsTheTakingBack(t *testing.T) {
	for what, c := range map[string]struct {
		does  func(h *house, refs map[string]string)
		words []string // of the refusal
	}{
		"a family is listed": {func(h *house, refs map[string]string) {
			h.List(h.T, refs["N1"], at(monday), monday)
			h.List(h.T, refs["N2"], at(monday), monday)
		}, []string{"2 families are listed: ", "N1", "N2"}},
		"an act is on record, also one that is not delivered": {func(h *house, refs map[string]string) {
			h.types("fiona", refs["N1"], casefile.ActOpen, &casefile.OpenFields{Reason: "illness", ListingDate: monday.AddDays(30)})
		}, []string{"1 has acts on record: N1"}},
		"a pair is resolved by an act on the other case": {func(h *house, refs map[string]string) {
			_, err := h.as("morag").ResolveDuplicate(h.T.Context(), h.command(refs["OLD"], casefile.ActDuplicate, &casefile.DuplicateFields{Other: refs["N1"], Finding: "different"}), monday)
			require.NoError(h.T, err)
		}, []string{"1 has acts on record: N1"}},
		"a pair is asked for in a list": {func(h *house, refs map[string]string) {
			_, err := h.as("morag").ResolveListedPair(h.T.Context(), h.command(refs["OLD"], casefile.ActDuplicate,
				&casefile.DuplicateFields{Other: refs["N1"], Finding: "different", List: strings.Repeat("a", 64)}), monday)
			require.NoError(h.T, err)
		}, []string{"1 has acts on record: N1"}},
		"a file is held as a double": {func(h *house, refs map[string]string) {
			h.Tamper(`insert into hold (case_ref, person_no, ground, opened_on, same_as) values ($1, 0, 'duplicate', '2026-03-02', $2)`, refs["N1"], refs["OLD"])
		}, []string{"1 is held as a double, or has one: N1"}},
		"an old file is held as a double of one": {func(h *house, refs map[string]string) {
			h.Tamper(`insert into hold (case_ref, person_no, ground, opened_on, same_as) values ($1, 0, 'duplicate', '2026-03-02', $2)`, refs["OLD"], refs["N1"])
		}, []string{"1 is held as a double, or has one: N1"}},
		"a later import changed one": {func(h *house, _ map[string]string) {
			f := numbered(2)
			f.Address = "3 New Street"
			_, err := h.brings("archie", false, f)
			require.NoError(h.T, err)
		}, []string{"1 was changed by a later import: N2"}},
		"a later import has one moved away": {func(h *house, _ map[string]string) {
			_, err := h.as("archie").ImportFrom(h.T.Context(), func(func(casefile.Family) error) (store.Brought, error) {
				return store.Brought{Elsewhere: map[string]string{"N2": "E09000012"}}, nil
			}, "digest", monday)
			require.NoError(h.T, err)
		}, []string{"1 was changed by a later import: N2"}},
		"a restricted family is listed": {func(h *house, refs map[string]string) {
			h.List(h.T, refs["N3"], at(monday), monday)
		}, []string{"1 is not shown to you"}},
		"several reasons": {func(h *house, refs map[string]string) {
			h.List(h.T, refs["N1"], at(monday), monday)
			h.List(h.T, refs["N3"], at(monday), monday)
			h.types("fiona", refs["N2"], casefile.ActOpen, &casefile.OpenFields{Reason: "illness", ListingDate: monday.AddDays(30)})
		}, []string{"1 family is listed, 1 has acts on record, 1 is not shown to you: ", "N1", "N2"}},
	} {
		t.Run(what, func(t *testing.T) {
			h := newHouse(t)
			old, pair := numbered(9), numbered(1)
			old.Key, old.People[0].HomeOfficeRef, pair.People[0].HomeOfficeRef = "OLD", "Z1234567", "Z1234567"
			_, err := h.brings("archie", false, old)
			require.NoError(t, err)
			_, err = h.brings("archie", false, pair, numbered(2), flagged(numbered(3), 2, casefile.FlagRestricted))
			require.NoError(t, err)
			refs := h.refs()
			require.Equal(t, "asked", h.takesBack("archie", 2, "wrong_file"))
			c.does(h, refs)
			before := h.rows()
			for _, login := range []string{"rhona", "rhona"} {
				said := h.takesBack(login, 2, "wrong_file")
				require.Contains(t, said, "refused blocked: import 2 can't be taken back, and nothing was changed: ")
				require.NotContains(t, said, refs["N3"])
				for key, ref := range refs {
					said = strings.ReplaceAll(said, ref, key)
				}
				for _, words := range c.words {
					require.Contains(t, said, words)
				}
			}
			require.Equal(t, before, h.rows(), "nothing is half done")
			imports, err := h.as("archie").Imports(t.Context(), 9)
			require.NoError(t, err)
			for _, i := range imports {
				require.Equal(t, i.No == 2, i.Created > 0 && i.Any() && i.No != 1, "%d: %s", i.No, i.InWords())
			}
			// The request itself can still be settled.
			require.Equal(t, "withdrawn", h.takesBack("archie", 2, "stands"))
			require.Contains(t, h.takesBack("rhona", 2, "wrong_file"), "refused blocked", "and a new one is not even asked for")
		})
	}
}

// TestAnOldFile: a file that changed families which were there before can be taken back
// when the right file has changed them back; what it brought in anew goes.
func TestAnOldFile(t *testing.T) {
	h := newHouse(t)
	_, err := h.brings("archie", false, numbered(1), numbered(2))
	require.NoError(t, err)
	old := numbered(1)
	old.Address = "1 Former Street"
	_, err = h.brings("archie", false, old, numbered(3))
	require.NoError(t, err)
	require.Equal(t, "refused blocked: import 2 can't be taken back, and nothing was changed: 1 was there before, and stands as this file has it: "+
		h.refs()["N1"]+"; import the right file first, which changes back what was there before", h.takesBack("archie", 2, "old_file"))
	_, err = h.brings("archie", false, numbered(1), numbered(2))
	require.NoError(t, err)
	require.Equal(t, "asked", h.takesBack("archie", 2, "old_file"))
	done, err := h.as("rhona").TakeBackImport(t.Context(), 2, "old_file")
	require.NoError(t, err)
	require.Equal(t, []any{store.TakeBackDone, 1, 1}, []any{done.Became, done.Families, done.LaterImports}, "who is told that a later file may have had the same families")
	require.Equal(t, []string{"N1 1 Test Street", "N2 1 Test Street"}, testdb.List[string](h, `select family_key || ' ' || address from family order by 1`))
	require.Empty(t, h.breaches())
}

// TestDifferencesOfAnImportThatIsTakenBack: what the wrong file said of a family under
// review waits for nobody any more, and its task ends; what a caseworker has accepted
// stays, and the same value in a later file is asked about again.
func TestDifferencesOfAnImportThatIsTakenBack(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	wrong := numbered(1)
	wrong.Address, wrong.Phone = "9 Wrong Street", "0141 1"
	_, err := h.brings("archie", false, wrong, numbered(2))
	require.NoError(t, err)
	stock := func() {
		_, err := h.acts.TakeStock(t.Context(), activities.TakeStockParams{Case: ref, Now: at(monday)})
		require.NoError(t, err)
	}
	stock()
	tasks := func() []string {
		return testdb.List[string](h, `select d.field || ' ' || coalesce(d.finding, 'open') || coalesce(' ' || t.result, '')
			from import_difference d join task t on t.case_ref = d.case_ref and t.kind = 'file.difference' and t.subject = d.no order by d.no`)
	}
	require.Equal(t, []string{"address open", "phone open"}, tasks())
	h.does("morag", ref, casefile.ActDifference, 2, &casefile.DifferenceFields{Finding: "accepted"})
	require.Equal(t, "asked", h.takesBack("archie", 2, "wrong_file"))
	done, err := h.as("rhona").TakeBackImport(t.Context(), 2, "wrong_file")
	require.NoError(t, err)
	require.Equal(t, 1, done.SettledDifferences)
	unseen, err := h.worker.Unseen(t.Context())
	require.NoError(t, err)
	require.Contains(t, unseen, ref, "its review is asked to take stock")
	stock()
	require.Equal(t, []string{"address taken_back moot", "phone accepted accepted"}, tasks())
	unseen, err = h.worker.Unseen(t.Context())
	require.NoError(t, err)
	require.NotContains(t, unseen, ref)
	refusal := h.record(h.types("morag", ref, casefile.ActDifference, &casefile.DifferenceFields{Finding: "accepted"}))
	require.NotNil(t, refusal)
	_, err = h.brings("archie", false, wrong)
	require.NoError(t, err)
	stock()
	require.Equal(t, []string{"address taken_back moot", "phone accepted accepted", "address open"}, tasks())
}

// TestASyntheticFileIsTakenBack: a generated file in a new database marks it synthetic. When
// the file is taken back before a lane was started, real families can come in. Figures of
// the time between say that they are synthetic.
func TestASyntheticFileIsTakenBack(t *testing.T) {
	t.Run("before anything was done there", mayBecomeReal)
	t.Run("after a lane was started", staysSynthetic)
}

func mayBecomeReal(t *testing.T) {
	h := newHouse(t)
	_, err := h.brings("archie", true, numbered(1))
	require.NoError(t, err)
	between := time.Now()
	require.Equal(t, "asked", h.takesBack("archie", 1, "test_file"))
	require.Equal(t, "taken_back", h.takesBack("rhona", 1, "test_file"))
	_, err = h.brings("archie", false, numbered(2))
	require.NoError(t, err)
	for asOf, want := range map[time.Time]bool{between: true, time.Now(): false} {
		f, err := h.as("una").Figures(t.Context(), asOf, store.Grouping{})
		require.NoError(t, err)
		require.Equal(t, want, f.Synthetic)
	}
}

func staysSynthetic(t *testing.T) {
	started := newHouse(t)
	_, err := started.brings("archie", true, numbered(1))
	require.NoError(t, err)
	started.Exec(`insert into backlog_lane (lane, started_at, capacity) values ('legacy', now(), 5)`)
	require.Equal(t, "asked", started.takesBack("archie", 1, "test_file"))
	require.Equal(t, "taken_back", started.takesBack("rhona", 1, "test_file"))
	_, err = started.brings("archie", false, numbered(2))
	require.Error(t, err, "what was done there is synthetic")
}

// TestTwoConfirmAtOnce: of two officers who confirm at the same time, one takes the import
// back, and the other is told what is going on.
func TestTwoConfirmAtOnce(t *testing.T) {
	h := newHouse(t)
	_, err := store.GrantRole(t.Context(), h.Admin, "isla", casefile.Operations, "")
	require.NoError(t, err)
	_, err = h.brings("archie", false, numbered(1), numbered(2))
	require.NoError(t, err)
	require.Equal(t, "asked", h.takesBack("archie", 1, "wrong_file"))
	tx, err := h.SQL(t, "rhona").Beginx()
	require.NoError(t, err)
	var first string
	require.NoError(t, tx.Get(&first, `select became from take_back_import($1, 1, 'wrong_file')`, uuid.New()))
	require.Equal(t, "taken_back", first)
	require.Contains(t, h.takesBack("isla", 1, "wrong_file"), "refused constraint: an import is running, or is being taken back: type this again when that has ended")
	// Nor can a file come in meanwhile.
	_, err = h.brings("archie", false, numbered(3))
	require.ErrorContains(t, err, "another import is running, or one is being taken back")
	require.NoError(t, tx.Commit())
	require.Contains(t, h.takesBack("isla", 1, "wrong_file"), "refused already_done")
	require.Zero(t, testdb.Value[int](h, `select count(*) from family`))
	require.Equal(t, 2, testdb.Value[int](h, `select count(*) from command where kind = 'backlog.take-back'`))
	require.Empty(t, h.breaches())

	// Both at once, in either order.
	_, err = h.brings("archie", false, numbered(1), numbered(2))
	require.NoError(t, err)
	require.Equal(t, "asked", h.takesBack("archie", 2, "wrong_file"))
	said := make(chan string, 2)
	for _, login := range []string{"rhona", "isla"} {
		s := h.as(login)
		go func() { said <- became(s.TakeBackImport(t.Context(), 2, "wrong_file")) }()
	}
	both := []string{<-said, <-said}
	require.Contains(t, both, "taken_back")
	require.Contains(t, strings.Join(both, "; "), "refused")
	require.Equal(t, 1, testdb.Value[int](h, `select count(*) from import_take_back where result = 'done' and batch = (select id from import_batch where no = 2)`))
}

// TestTakingBackWhileAFileComesIn: the file goes first.
func TestTakingBackWhileAFileComesIn(t *testing.T) {
	h := newHouse(t)
	_, err := h.brings("archie", false, numbered(1))
	require.NoError(t, err)
	tx, err := h.Super.Beginx()
	require.NoError(t, err)
	_, err = tx.Exec(`lock table import_batch in share row exclusive mode`) // as import_merge does
	require.NoError(t, err)
	require.Contains(t, h.takesBack("archie", 1, "wrong_file"), "refused constraint: an import is running")
	require.NoError(t, tx.Rollback())
	require.Equal(t, "asked", h.takesBack("archie", 1, "wrong_file"))
}

// TestTakingBackWhileFamiliesAreDrawn: if the draw was first, the import stays whole; if
// the taking back was first, the draw finds no family of it, and neither does an act.
func TestTakingBackWhileFamiliesAreDrawn(t *testing.T) {
	h := newHouse(t)
	draw := activities.DrawFamiliesParams{Lane: casefile.Legacy, Capacity: 1, Now: at(monday)}
	bring := func(n int) string {
		f := numbered(n)
		f.Lane = casefile.Legacy
		return h.imports(f)
	}
	said := make(chan string, 1)

	one := bring(1)
	require.Equal(t, "asked", h.takesBack("archie", 1, "wrong_file"))
	rhona := h.as("rhona")
	err := h.worker.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.LockLane(t.Context(), casefile.Legacy); err != nil {
			return err
		}
		if _, err := tx.List(t.Context(), one, at(monday), monday, "place"); err != nil {
			return err
		}
		go func() { said <- became(rhona.TakeBackImport(t.Context(), 1, "wrong_file")) }()
		h.waitsForALock()
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, <-said, "refused blocked: import 1 can't be taken back, and nothing was changed: 1 family is listed: "+one)

	two := bring(2)
	require.Equal(t, "asked", h.takesBack("archie", 2, "wrong_file"))
	tx, err := h.SQL(t, "rhona").Beginx()
	require.NoError(t, err)
	_, err = tx.Exec(`select became from take_back_import($1, 2, 'wrong_file')`, uuid.New())
	require.NoError(t, err)
	fiona, opens := h.as("fiona"), h.command(two, casefile.ActOpen, &casefile.OpenFields{Reason: "illness", ListingDate: monday.AddDays(30)})
	typed := make(chan error, 1)
	go func() { typed <- fiona.InsertCommand(t.Context(), opens) }()
	drawn := make(chan error, 1)
	go func() {
		_, err := h.acts.DrawFamilies(t.Context(), draw)
		drawn <- err
	}()
	h.waitsForALock()
	require.NoError(t, tx.Commit())
	require.NoError(t, <-drawn)
	err = <-typed
	require.True(t, store.IsKind(err, store.NotFound), "%v", err)
	require.Equal(t, []string{one}, testdb.List[string](h, `select case_ref from listing`))
	require.Equal(t, []string{one}, testdb.List[string](h, `select case_ref from family`))
	require.Zero(t, testdb.Value[int](h, broken))
	require.Empty(t, h.breaches())
}

// TestManyFamiliesAreTakenBack: a file of tens of thousands goes as a whole.
func TestManyFamiliesAreTakenBack(t *testing.T) {
	h := newHouse(t)
	families := make([]casefile.Family, 20_000)
	for i := range families {
		families[i] = numbered(0)
		families[i].Key = fmt.Sprint(i)
		families[i].People = families[i].People[:1]
		families[i].People[0].NameKey = fmt.Sprint("number ", i/2)
	}
	_, err := h.brings("archie", false, families...)
	require.NoError(t, err)
	require.Equal(t, "asked", h.takesBack("archie", 1, "wrong_file"))
	require.Equal(t, "taken_back", h.takesBack("rhona", 1, "wrong_file"))
	require.Zero(t, testdb.Value[int](h, `select (select count(*) from family) + (select count(*) from person) + (select count(*) from duplicate_candidate)`))
	require.Empty(t, h.breaches())
}

// TestVerifyFindsAnImportThatOneTookBack: families that went with an import by fewer than
// two persons, or without an act at all, are a breach.
func TestVerifyFindsAnImportThatOneTookBack(t *testing.T) {
	h := newHouse(t)
	_, err := h.brings("archie", false, numbered(1), numbered(2))
	require.NoError(t, err)
	_, err = h.brings("archie", false, numbered(3))
	require.NoError(t, err)
	require.Equal(t, "asked", h.takesBack("archie", 2, "wrong_file"))
	require.Equal(t, "taken_back", h.takesBack("rhona", 2, "wrong_file"))
	require.Empty(t, h.breaches())
	const byOne = "four eyes: import 2 is taken back, and no two persons are on record for it"
	for _, c := range []struct{ what, plant, undo, found string }{
		{"one person under two names", `update import_take_back set second_by = 'ARCHIE'`, `update import_take_back set second_by = 'rhona'`, byOne},
		{"another second officer than the act's", `update import_batch set taken_back_second = 'una' where no = 2`, `update import_batch set taken_back_second = 'rhona' where no = 2`, byOne},
		{"no request", `update import_take_back set result = 'stands'`, `update import_take_back set result = 'done'`, byOne},
		{"acts on another import", `update import_batch set no = 7 where no = 2`, `update import_batch set no = 2 where no = 7`, strings.ReplaceAll(byOne, "import 2", "import 7")},
		{"a family gone by no act", `update family_taken_back set batch = (select id from import_batch where no = 1)`,
			`update family_taken_back set batch = (select id from import_batch where no = 2)`,
			"nothing is lost: families of import 1 are gone, and the import is not taken back"},
		{"a family gone without a trace", `update import_batch set created = 3 where no = 1`, `update import_batch set created = 2 where no = 1`,
			"nothing is lost: of the families that import 1 brought, 3, the record has 2"},
		{"a family that is still there", `update family set first_batch = (select id from import_batch where no = 2) where family_key = 'N1'`,
			`update family set first_batch = batch where family_key = 'N1'`, "nothing happens twice: import 2 is taken back, and families of it are still there"},
	} {
		h.Tamper(c.plant)
		require.Contains(t, h.breaches(), c.found, c.what)
		h.Tamper(c.undo)
		require.Empty(t, h.breaches(), c.what)
	}
}

// TestAListOfPairsTakesTwo: a caseworker asks for a list of pairs, another one's same list
// resolves them. Each pair's acts stand in the chain of its own case.
func TestAListOfPairsTakesTwo(t *testing.T) {
	h := newHouse(t)
	list, another := strings.Repeat("a", 64), strings.Repeat("b", 64)
	refs := h.Import(t, monday, alikeNumbered(1, "Z1"), alikeNumbered(2, "Z1"), alikeNumbered(3, "Z3"), alikeNumbered(4, "Z3"), numbered(5))
	resolves := func(login, a, b, finding, list string) string {
		t.Helper()
		c := h.command(refs[a], casefile.ActDuplicate, &casefile.DuplicateFields{Other: refs[b], Finding: finding, List: list})
		done, err := h.as(login).ResolveListedPair(t.Context(), c, monday.AddDays(28))
		if refusal, refused := casefile.AsRefusal(err); refused {
			return "refused " + string(refusal.Code)
		}
		require.NoError(t, err)
		return strings.TrimSpace(done.Became + " " + map[bool]string{true: "held"}[done.Held != ""])
	}
	require.Equal(t, "asked", resolves("morag", "N1", "N2", "same", list))
	require.Equal(t, "refused four_eyes", resolves("morag", "N1", "N2", "same", list))
	require.Equal(t, "refused four_eyes", resolves("morag", "N2", "N1", "same", list), "whichever of the two files is written first")
	require.Equal(t, "refused stale_revision", resolves("hamish", "N1", "N2", "same", another))
	require.Equal(t, "refused nothing_open", resolves("hamish", "N1", "N5", "same", list), "what is no pair is none in a list")
	require.Zero(t, testdb.Value[int](h, `select count(*) from hold`))
	require.Equal(t, "resolved held", resolves("fiona", "N2", "N1", "same", list), "a senior caseworker may")
	require.Equal(t, "refused already_done", resolves("hamish", "N1", "N2", "same", list))

	// A request lapses, and is withdrawn by another list of the same person.
	require.Equal(t, "asked", resolves("morag", "N3", "N4", "different", list))
	h.Tamper(`update pair_request set asked_on = business_today() - 31 where settled_on is null`)
	require.Equal(t, "asked", resolves("hamish", "N3", "N4", "different", list))
	require.Equal(t, "asked", resolves("hamish", "N3", "N4", "same", another))
	require.Equal(t, "refused stale_revision", resolves("morag", "N3", "N4", "different", list))
	require.Equal(t, "resolved held", resolves("morag", "N3", "N4", "same", another))
	require.Equal(t, []string{"morag done fiona", "morag lapsed", "hamish withdrawn", "hamish done morag"},
		testdb.List[string](h, `select concat_ws(' ', first_by, result, second_by) from pair_request order by no`))
	require.Zero(t, testdb.Value[int](h, broken))
	require.Empty(t, h.breaches())

	// Nobody resolves a pair of a list alone, by SQL either.
	again := h.Import(t, monday, alikeNumbered(6, "Z6"), alikeNumbered(7, "Z6"))
	c := h.command(again["N6"], casefile.ActDuplicate, &casefile.DuplicateFields{Other: again["N7"], Finding: "same", List: list})
	_, err := h.as("morag").ResolveDuplicate(t.Context(), c, monday)
	require.True(t, store.IsKind(err, store.NotPermitted), "%v", err)
	require.ErrorContains(t, err, "takes two officers")
	for _, c := range []struct{ plant, undo, found string }{
		{`update pair_request set second_by = 'Hamish' where no = 4`, `update pair_request set second_by = 'morag' where no = 4`,
			" was resolved as one of a list, and no two persons are on record for it"},
		{`update pair_request set list = repeat('c', 64) where no = 4`, `update pair_request set list = repeat('b', 64) where no = 4`,
			" was resolved as one of a list, and no two persons are on record for it"},
		{`delete from pair_request where no = 4`, ``, "a pair was resolved as one of a list by "},
	} {
		h.Tamper(c.plant)
		require.Contains(t, strings.Join(h.breaches(), "\n"), c.found, c.plant)
		if c.undo != "" {
			h.Tamper(c.undo)
			require.Empty(t, h.breaches())
		}
	}
}

func alikeNumbered(n int, ref string) casefile.Family {
	f := numbered(n)
	f.People[0].HomeOfficeRef = ref
	return f
}

// TestTwoConfirmAPairAtOnce: of two who confirm the same pair at the same time, one resolves
// it, and the other is told so.
func TestTwoConfirmAPairAtOnce(t *testing.T) {
	h := newHouse(t)
	refs := h.Import(t, monday, alikeNumbered(1, "Z1"), alikeNumbered(2, "Z1"))
	said := make(chan string, 2)
	resolves := func(login string) {
		s, c := h.as(login), h.command(refs["N1"], casefile.ActDuplicate, &casefile.DuplicateFields{Other: refs["N2"], Finding: "same", List: strings.Repeat("a", 64)})
		go func() {
			done, err := s.ResolveListedPair(t.Context(), c, monday)
			if refusal, refused := casefile.AsRefusal(err); refused {
				done.Became = string(refusal.Code)
			}
			said <- done.Became
		}()
	}
	resolves("morag")
	require.Equal(t, "asked", <-said)
	h.Tamper(`update staff set person = 'MORAG' where login = 'callum'`)
	resolves("callum")
	require.Equal(t, "four_eyes", <-said, "one person under two logins")
	resolves("hamish")
	resolves("isla")
	require.ElementsMatch(t, []string{"resolved", "already_done"}, []string{<-said, <-said})
	require.Equal(t, 1, testdb.Value[int](h, `select count(*) from hold`))
}

// TestAPairIsFoundToBeOtherwise: two families can be found to be one later, and the reverse,
// as often as somebody finds out more.
func TestAPairIsFoundToBeOtherwise(t *testing.T) {
	h := newHouse(t)
	refs := h.Import(t, monday, alikeNumbered(1, "Z1"), alikeNumbered(2, "Z1"))
	says := func(finding string) string {
		held, err := h.as("morag").ResolveDuplicate(t.Context(), h.command(refs["N1"], casefile.ActDuplicate, &casefile.DuplicateFields{Other: refs["N2"], Finding: finding}), monday.AddDays(28))
		if refusal, refused := casefile.AsRefusal(err); refused {
			return string(refusal.Code)
		}
		require.NoError(t, err)
		return map[bool]string{true: "held", false: "free"}[held != ""]
	}
	listed := func() []string {
		return testdb.List[string](h, `select resolution || coalesce(' ' || resolved_by, '') from duplicate_candidate`)
	}
	open := `select count(*) from hold where ended_on is null`
	for range 2 {
		require.Equal(t, "free", says("different"))
		require.Equal(t, []string{"different morag"}, listed())
		require.Zero(t, testdb.Value[int](h, open))
		require.Equal(t, "nothing_open", says("different"), "which it is already")
		require.Equal(t, "held", says("same"))
		require.Equal(t, []string{"same morag"}, listed())
		require.Equal(t, 1, testdb.Value[int](h, open))
		require.Equal(t, "held", says("same"), "the hold is reviewed, and held on")
		require.Equal(t, 1, testdb.Value[int](h, open))
	}
	pairs, err := h.as("morag").Duplicates(t.Context(), 9)
	require.NoError(t, err)
	require.Len(t, pairs, 1)
	require.Empty(t, h.breaches())
}
