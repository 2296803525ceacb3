package store_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/casefile"
	"hame/internal/store"
	"hame/internal/testdb"
)

// member adds a login of this test's own to the staff, as a caseworker.
func (h *house) member(name string) string {
	h.T.Helper()
	login := name + "_" + uuid.NewString()[:8]
	h.T.Cleanup(func() { h.Exec(`drop owned by ` + login + `; drop role ` + login) })
	_, err := store.AddStaff(h.T.Context(), h.Admin, login, login)
	require.NoError(h.T, err)
	_, err = store.GrantRole(h.T.Context(), h.Admin, login, casefile.Caseworker, "")
	require.NoError(h.T, err)
	return login
}

// TestWhatALeaverLeaves: with a caseworker's role end their open cases' owner; a closed
// case and another's are not counted, and a second login of the same person keeps them.
func TestWhatALeaverLeaves(t *testing.T) {
	h := newHouse(t)
	leaver, second := h.member("leaver"), "second_"+uuid.NewString()[:8]
	one, two, closed, others := h.review(numbered(1)), h.review(numbered(2)), h.review(numbered(3)), h.review(numbered(4))
	for ref, owner := range map[string]string{one: leaver, two: leaver, closed: leaver, others: "morag"} {
		h.does("fiona", ref, casefile.ActAssign, 0, &casefile.AssignFields{To: owner})
	}
	h.closes(closed)
	left := func() int {
		n, err := store.LeftWithoutOwner(t.Context(), h.Admin, leaver)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, left(), "nobody has left")
	h.T.Cleanup(func() { h.Exec(`drop owned by ` + second + `; drop role ` + second) })
	_, err := store.AddStaff(t.Context(), h.Admin, second, leaver)
	require.NoError(t, err)
	_, err = store.GrantRole(t.Context(), h.Admin, second, casefile.Caseworker, "")
	require.NoError(t, err)
	revoke := func(login string) {
		revoked, err := store.RevokeRole(t.Context(), h.Admin, login, casefile.Caseworker)
		require.NoError(t, err)
		require.True(t, revoked)
	}
	revoke(leaver)
	require.Zero(t, left(), "their other login is a caseworker's")
	revoke(second)
	require.Equal(t, 2, left())
	h.does("fiona", one, casefile.ActAssign, 0, &casefile.AssignFields{To: "morag"})
	require.Equal(t, 1, left())
}

// TestAGrantAltersNoLoginThatConnects: only one whose last role was revoked is switched
// on again. A superuser may have made it, and then the administrator may not alter it.
func TestAGrantAltersNoLoginThatConnects(t *testing.T) {
	h := newHouse(t)
	login := h.member("able")
	version := func() string {
		return testdb.Value[string](h, `select xmin::text from pg_authid where rolname = $1`, login)
	}
	before := version()
	_, err := store.GrantRole(t.Context(), h.Admin, login, casefile.SeniorCaseworker, "")
	require.NoError(t, err)
	require.Equal(t, before, version(), "it was left as it is")
	for _, role := range []casefile.Party{casefile.SeniorCaseworker, casefile.Caseworker} {
		_, err = store.RevokeRole(t.Context(), h.Admin, login, role)
		require.NoError(t, err)
	}
	require.False(t, testdb.Value[bool](h, `select rolcanlogin from pg_authid where rolname = $1`, login))
	_, err = store.GrantRole(t.Context(), h.Admin, login, casefile.Caseworker, "")
	require.NoError(t, err)
	require.True(t, testdb.Value[bool](h, `select rolcanlogin from pg_authid where rolname = $1`, login))
}
