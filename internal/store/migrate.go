package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"hame/internal/casefile"
)

// migrations make the tables, by noun, and move data. Functions, views and
// triggers stand in schema.
//
//go:embed migrations/*.sql
var migrations embed.FS

// tables brings the tables and the code of a database to this version's, as
// hame_owner. Where code was changed by other means it refuses, and writes nothing.
func tables(ctx context.Context, db *sqlx.DB) error {
	defined, err := embedded()
	if err != nil {
		return err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db.DB, files)
	if err != nil {
		return err
	}
	last, err := known(ctx, db, p)
	if err != nil {
		return err
	}
	if last != "" {
		pending, err := p.HasPending(ctx)
		if err != nil {
			return err
		}
		differences, err := compare(ctx, db, defined)
		switch {
		case err != nil && last == digestOf(defined):
			return err
		case err == nil && len(differences) == 0 && !pending:
			return nil
		case len(differences) > 0 && last == digestOf(defined):
			return foreign(differences)
		}
		// Code of another version is dropped before the tables change, so that none of it
		// runs meanwhile. No login may write until the triggers are back. If this breaks off,
		// the database takes nothing until setup is run again.
		err = inTx(ctx, db, func(tx *sqlx.Tx) error {
			if err := dropCode(ctx, tx); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `revoke all on all tables in schema hame from hame_worker, hame_staff`)
			return mapError(err)
		})
		if err != nil {
			return err
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	if err := inTx(ctx, db, func(tx *sqlx.Tx) error { return define(ctx, tx, defined) }); err != nil {
		return err
	}
	// What define does not make, such as a rule or a default, may have been there before.
	differences, err := compare(ctx, db, defined)
	if err != nil || len(differences) == 0 {
		return err
	}
	return foreign(differences)
}

// known tells the digest of what was last defined in the database, empty for a
// new one. It refuses a database that this version can't bring up to date.
func known(ctx context.Context, db *sqlx.DB, p *goose.Provider) (string, error) {
	var isThere struct {
		Any     bool `db:"any_table"`
		Defined bool `db:"defined"`
	}
	err := db.GetContext(ctx, &isThere, `
		select exists (select from pg_catalog.pg_class where relnamespace = 'hame'::regnamespace and relkind = 'r') as any_table,
		       exists (select from pg_catalog.pg_class where oid = to_regclass('hame.defined') and relkind = 'r') as defined`)
	if err != nil || !isThere.Any {
		return "", mapError(err)
	}
	if !isThere.Defined {
		return "", casefile.Refuse(casefile.RefusedConstraint,
			"this database was set up by an older version of Hame, which this one does not know: "+
				"set up a new, empty database, and import the backlog into it")
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return "", err
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return "", casefile.Refuse(casefile.RefusedConstraint,
			fmt.Sprintf("this database was set up by a newer version of Hame (its tables are of version %d, "+
				"and this program knows %d): use that version", have, newest))
	}
	var digest string
	err = db.GetContext(ctx, &digest, `select coalesce((select digest from hame.defined), 'nothing')`)
	return digest, mapError(err)
}

// asDefined refuses a database that is not as this version needs it: one that
// another version set up, and one into which code was put by other means.
func asDefined(ctx context.Context, db *sqlx.DB) error {
	defined, err := embedded()
	if err != nil {
		return err
	}
	var digest string
	err = db.GetContext(ctx, &digest, `select case when exists (select from pg_catalog.pg_class where oid = to_regclass('hame.defined') and relkind = 'r') then 'some' else '' end`)
	if err == nil && digest != "" {
		err = inTx(ctx, db, func(tx *sqlx.Tx) error {
			if _, err := tx.ExecContext(ctx, `set local role hame_owner`); err != nil {
				return err
			}
			return tx.GetContext(ctx, &digest, `select coalesce((select digest from hame.defined), '')`)
		})
	}
	if err != nil {
		return mapError(err)
	}
	if digest != digestOf(defined) {
		return casefile.Refuse(casefile.RefusedNothingOpen, "this database is not set up for this version: setup does it")
	}
	differences, err := compare(ctx, db, defined)
	if err != nil || len(differences) == 0 {
		return err
	}
	return foreign(differences)
}

func embedded() ([]definition, error) {
	files, err := fs.Sub(schema, "schema")
	if err != nil {
		return nil, err
	}
	return definitions(files)
}

func inTx(ctx context.Context, db *sqlx.DB, f func(*sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return mapError(err)
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return mapError(tx.Commit())
}
