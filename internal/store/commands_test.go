package store_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/desk"
	"hame/internal/store"
	"hame/internal/testdb"
)

// TestACommandRecordedTwice: the second time it is named, nothing is written,
// and the chain is as it was; with a text and without.
func TestACommandRecordedTwice(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	for login, c := range map[string]store.NewCommand{
		"morag": h.command(ref, casefile.ActContact, phone), "kirsty": h.command(ref, casefile.ActDraft, nil)} {
		c, err := desk.Resumable(c, login, []string{ref})
		require.NoError(t, err)
		require.NoError(t, h.as(login).InsertCommand(t.Context(), c))
		head := testdb.Value[string](h, `select encode(hash, 'hex') from chain_head where subject = $1`, ref)
		err = h.as(login).InsertCommand(t.Context(), c)
		require.True(t, store.IsKind(err, store.Recorded), "%v", err)
		require.Equal(t, head, testdb.Value[string](h, `select encode(hash, 'hex') from chain_head where subject = $1`, ref))

		mine, err := h.as(login).MyCommand(t.Context(), c.ID)
		require.NoError(t, err)
		require.Equal(t, store.MyCommand{Case: ref, Act: c.Act, Detail: mine.Detail}, mine)
		_, err = h.as("una").MyCommand(t.Context(), c.ID)
		require.True(t, store.IsKind(err, store.NotFound), "another's: %v", err)
	}
	require.Zero(t, testdb.Value[int](h, broken))
	require.Equal(t, 2, testdb.Value[int](h, `select count(*) from command`))
	require.Equal(t, 1, testdb.Value[int](h, `select count(*) from command_text`))
}

// TestWhatAnIdFollowsFrom: the same words on the same list give the same id, in
// whatever order the list stands; anything else gives another.
func TestWhatAnIdFollowsFrom(t *testing.T) {
	base, err := desk.New("AAA-AAAA", casefile.ActContact, 0, monday, phone, "said")
	require.NoError(t, err)
	id := func(login string, list []string, change func(*store.NewCommand)) string {
		c := base
		change(&c)
		c, err := desk.Resumable(c, login, list)
		require.NoError(t, err)
		return c.ID.String()
	}
	same := func(*store.NewCommand) {}
	first := id("morag", []string{"A", "B"}, same)
	require.Equal(t, first, id("morag", []string{"B", "A"}, same))
	for what, other := range map[string]string{
		"login":   id("isla", []string{"A", "B"}, same),
		"list":    id("morag", []string{"A"}, same),
		"case":    id("morag", []string{"A", "B"}, func(c *store.NewCommand) { c.Case = "BBB-BBBB" }),
		"act":     id("morag", []string{"A", "B"}, func(c *store.NewCommand) { c.Act = casefile.ActAssign }),
		"subject": id("morag", []string{"A", "B"}, func(c *store.NewCommand) { c.Subject = 2 }),
		"day":     id("morag", []string{"A", "B"}, func(c *store.NewCommand) { c.AttestedOn = monday.AddDays(1) }),
		"fields":  id("morag", []string{"A", "B"}, func(c *store.NewCommand) { c.Fields = []byte(`{"how":"visit"}`) }),
		"text":    id("morag", []string{"A", "B"}, func(c *store.NewCommand) { c.Text = "written" }),
	} {
		require.NotEqual(t, first, other, what)
	}
}

// TestASecondOutcome: the delivery, a refusal and the review itself may each write an
// outcome of the same act, also at the same time. The first outcome stands, and the chain
// has no gap where the others were turned away.
func TestASecondOutcome(t *testing.T) {
	h := newHouse(t)
	ref := h.review(numbered(1))
	late := casefile.Refuse(casefile.RefusedTooLate, "too late")
	done := h.does("morag", ref, casefile.ActContact, 0, phone)
	require.NoError(t, h.worker.Expire(t.Context(), done.ID, at(monday)))
	require.NoError(t, h.worker.RefuseUndelivered(t.Context(), done.ID, late))
	require.NoError(t, h.as("morag").RecordRefusal(t.Context(), done.ID, late))
	require.Equal(t, "accepted", testdb.Value[string](h, `select outcome from command_outcome where command_id = $1`, done.ID))

	raced := h.types("morag", ref, casefile.ActContact, phone)
	var all sync.WaitGroup
	var errs [8]error
	for i := range errs {
		all.Go(func() {
			if i%2 == 0 {
				errs[i] = h.worker.Expire(t.Context(), raced.ID, at(monday))
			} else {
				errs[i] = h.worker.RefuseUndelivered(t.Context(), raced.ID, late)
			}
		})
	}
	all.Wait()
	require.Empty(t, slices.DeleteFunc(errs[:], func(err error) bool { return err == nil }))
	require.Equal(t, 1, testdb.Value[int](h, `select count(*) from command_outcome where command_id = $1`, raced.ID))
	h.does("morag", ref, casefile.ActContact, 0, phone)
	require.Zero(t, testdb.Value[int](h, broken))
}
