package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/lib/pq"
)

// Connector makes connections to a database as every program of Hame has them: a statement
// that is asked again is prepared.
func Connector(dsn string) (driver.Connector, error) {
	c, err := pq.NewConnector(dsn)
	return preparing{c}, err
}

// preparing makes connections that prepare what they are asked again. PostgreSQL reads and
// plans a statement anew each time it is sent, which takes it longer than to run most of
// Hame's statements.
type preparing struct{ *pq.Connector }

// Connect opens a connection to the server.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{pqConnection: c.(pqConnection), prepared: map[string]pqStatement{}}, nil
}

// pqConnection is what database/sql uses of a connection of the driver.
type pqConnection interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.QueryerContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// pqStatement is what connection uses of a prepared statement of the driver.
type pqStatement interface {
	driver.Stmt
	driver.StmtQueryContext
	driver.StmtExecContext
}

// connection prepares each statement that it is asked for the second time. A program that
// asks something once, as starter does, pays for no preparation. database/sql uses a
// connection from one goroutine at a time.
type connection struct {
	pqConnection
	// prepared has the statements that were asked here, nil for those that were asked once.
	prepared map[string]pqStatement
}

// QueryContext runs a statement that returns rows.
func (c *connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.pqConnection.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	return rows, c.forget(query, err)
}

// ExecContext runs a statement that returns no rows.
func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.pqConnection.ExecContext(ctx, query, args)
	}
	result, err := s.ExecContext(ctx, args)
	return result, c.forget(query, err)
}

// statement is the prepared statement, nil if the query is to be sent as it is: the first
// time, and always if it has no arguments, for it may be several statements then.
func (c *connection) statement(ctx context.Context, query string, args []driver.NamedValue) (pqStatement, error) {
	if len(args) == 0 {
		return nil, nil
	}
	s, asked := c.prepared[query]
	if !asked {
		c.prepared[query] = nil
		return nil, nil
	}
	if s == nil {
		made, err := c.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}
		s = made.(pqStatement)
		c.prepared[query] = s
	}
	return s, nil
}

// outOfDate is the SQLSTATE of a prepared statement whose columns have another type since
// a set-up changed the schema.
const outOfDate = "0A000"

// forget prepares a statement anew the next time, if the schema has changed under it.
func (c *connection) forget(query string, err error) error {
	var pe *pq.Error
	if errors.As(err, &pe) && pe.Code == outOfDate {
		delete(c.prepared, query)
	}
	return err
}
