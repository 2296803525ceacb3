package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// sent is what Hame's logins have sent to the database, by PostgreSQL's own count.
type sent struct {
	Statements int // sent by a program; begin and commit are statements too
	Staff      int // of them, those under a login of the staff
	Looks      int // of them, those with which the dispatcher looks for something to do
	Nested     int // run inside them, by functions and triggers
}

func (s *sent) add(more sent) {
	s.Statements += more.Statements
	s.Staff += more.Staff
	s.Looks += more.Looks
	s.Nested += more.Nested
}

// watch has PostgreSQL count the statements of this database.
func (h *installation) watch(ctx context.Context) error {
	var loaded string
	if err := h.sqlGet(ctx, &loaded, `show shared_preload_libraries`); err != nil {
		return err
	}
	for _, library := range []string{"pg_stat_statements", "auto_explain"} {
		if !strings.Contains(loaded, library) {
			return fmt.Errorf("PostgreSQL has not loaded %s: "+
				"run it by make bench, or under bin/devstack exec --watch --", library)
		}
	}
	if err := h.exec(ctx, `create extension pg_stat_statements schema public`); err != nil {
		return err
	}
	return h.exec(ctx, `alter database `+h.name+` set pg_stat_statements.track = 'all'`)
}

// dispatcherLooks is a pattern of the statements with which the dispatcher looks for
// something to do, some of them four times a second: internal/carrier/dispatcher.go
// and housekeeping.go send them.
const dispatcherLooks = `claim_undelivered|claim_comparison|claim_review_to_move|end_staff_in_the_way|` +
	`asked_again from calendar_application|from import_difference d|from reopening o where`

// sentSoFar is what Hame's logins have sent since the database was made. What the
// bench itself asks as the superuser, and set-up as the administrator, is not in it.
func (h *installation) sentSoFar(ctx context.Context) (s sent, err error) {
	return s, h.sqlGet(ctx, &s, `
		select coalesce(sum(calls) filter (where toplevel), 0)::int as statements,
			coalesce(sum(calls) filter (where toplevel and rolname <> 'hame_worker'), 0)::int as staff,
			coalesce(sum(calls) filter (where toplevel and query ~ $1), 0)::int as looks,
			coalesce(sum(calls) filter (where not toplevel), 0)::int as nested
		from public.pg_stat_statements s
		join pg_database d on d.oid = s.dbid and d.datname = current_database()
		join pg_roles r on r.oid = s.userid and not r.rolsuper and r.rolname <> 'hame_admin'`, dispatcherLooks)
}

// counting runs f and adds to total what is sent to the database meanwhile.
func (h *installation) counting(ctx context.Context, total *sent, f func() error) error {
	before, err := h.sentSoFar(ctx)
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	now, err := h.sentSoFar(ctx)
	total.add(sent{now.Statements - before.Statements, now.Staff - before.Staff,
		now.Looks - before.Looks, now.Nested - before.Nested})
	return err
}

// explained is a statement as it was run.
type explained struct {
	label string // what was being done
	query string
	root  map[string]any
}

// explain has every statement of a millisecond or more leave its plan in the server's
// log, those inside functions and triggers included, from the next connection on.
func (h *installation) explain(ctx context.Context) error {
	for _, setting := range []string{
		`auto_explain.log_min_duration = 1`, `auto_explain.log_nested_statements = on`, `auto_explain.log_format = 'json'`,
		`auto_explain.log_analyze = on`, `auto_explain.log_timing = off`,
	} {
		if err := h.exec(ctx, `alter database `+h.name+` set `+setting); err != nil {
			return err
		}
	}
	return nil
}

// markOf begins the lines with which the bench says in the server's log what is done
// from there on.
const markOf = "bench: "

// mark says in the server's log what is done from now on. A statement's plan is
// written before its answer is sent, so that plans and marks stand in order.
func (h *installation) mark(ctx context.Context, label string) error {
	return h.exec(ctx, `do $do$ begin raise log '%', `+pq.QuoteLiteral(markOf+label)+`; end $do$`)
}

// logged is a line of the server's log.
type logged struct {
	Database string `json:"dbname"`
	Message  string `json:"message"`
}

// plans reads the plans of this database out of the server's log, each under what was
// marked before it. What ran under no mark is left out.
func (h *installation) plans(ctx context.Context) ([]explained, error) {
	const end = "the end"
	if err := h.mark(ctx, end); err != nil {
		return nil, err
	}
	for range 100 {
		lines, err := h.log(ctx)
		if err != nil {
			return nil, err
		}
		var found []explained
		label := ""
		for _, l := range lines {
			if l.Database != h.name {
				continue
			}
			if name, ok := strings.CutPrefix(l.Message, markOf); ok {
				if label = name; label == end {
					return found, nil
				}
				continue
			}
			at := strings.IndexByte(l.Message, '{')
			if label == "" || at < 0 || !strings.Contains(l.Message[:at], "plan:") {
				continue
			}
			var read struct {
				Query string         `json:"Query Text"`
				Plan  map[string]any `json:"Plan"`
			}
			if err := json.Unmarshal([]byte(l.Message[at:]), &read); err != nil {
				return nil, fmt.Errorf("auto_explain wrote what can't be read: %w", err)
			}
			found = append(found, explained{label, read.Query, read.Plan})
		}
		time.Sleep(100 * time.Millisecond) // the log is written by a process of its own
	}
	return nil, errors.New("the server's log does not come to its end")
}

// log reads the whole lines of the server's log.
func (h *installation) log(ctx context.Context) ([]logged, error) {
	const piece = 32 << 20
	var all []byte
	err := h.sql(ctx, func(c *sqlx.Conn) error {
		for {
			var next []byte
			err := c.GetContext(ctx, &next, `select pg_read_binary_file(pg_current_logfile('jsonlog'), $1, $2)`, len(all), piece)
			if err != nil || len(next) == 0 {
				return err
			}
			all = append(all, next...)
		}
	})
	if err != nil {
		return nil, err
	}
	all = all[:bytes.LastIndexByte(all, '\n')+1]
	var lines []logged
	for line := range bytes.Lines(all) {
		var l logged
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("a line of the server's log: %w", err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}
