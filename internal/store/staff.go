package store

import (
	"context"

	"hame/internal/casefile"
)

// StaffHolds reports whether a person holds a role today, at a council if one
// is named.
func (t *Tx) StaffHolds(ctx context.Context, person string, role casefile.Party, council string) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from staff where person = $1 and role = $2 and ($3 = '' or council = $3)
			and current_date >= valid_from and (valid_to is null or current_date <= valid_to))`, person, role, council)
	return yes, err
}

// Me is the session's login as the staff list has it.
type Me struct {
	Login  string
	Person string
	Roles  []casefile.Party
	// Council is set for those who act for one.
	Council string
}

// Me tells who the session's login is. Person is empty for nobody's.
func (s *Store) Me(ctx context.Context) (Me, error) {
	var rows []struct {
		Role    casefile.Party `db:"role"`
		Council string         `db:"council"`
	}
	var me Me
	if err := s.db.GetContext(ctx, &me.Login, `select session_user`); err != nil {
		return me, mapError(err)
	}
	if err := s.db.GetContext(ctx, &me.Person, `select coalesce(my_person(), '')`); err != nil {
		return me, mapError(err)
	}
	err := s.db.SelectContext(ctx, &rows, `select role, coalesce(council, '') as council from my_roles()`)
	for _, r := range rows {
		me.Roles = append(me.Roles, r.Role)
		if r.Council != "" {
			me.Council = r.Council
		}
	}
	return me, mapError(err)
}
