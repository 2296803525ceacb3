package store

import (
	"errors"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"
)

// TestALoginThatTheAdministratorMayNotAlter names what a superuser types, with the name
// quoted. Any other error is left as it is.
func TestALoginThatTheAdministratorMayNotAlter(t *testing.T) {
	denied := mapError(&pq.Error{Code: "42501", Message: "permission denied to alter role"})
	err := notSwitched("j.Smith", "login", denied)
	require.True(t, IsKind(err, NotPermitted))
	require.ErrorContains(t, err, `alter role "j.Smith" login;`)
	require.ErrorContains(t, err, `grant "j.Smith" to hame_admin with admin option;`)
	other := errors.New("another")
	require.Equal(t, other, notSwitched("j.Smith", "nologin", other))
}
