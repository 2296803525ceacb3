package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
)

// The legacy backlog of the whole United Kingdom (domain.md 6.5).
const (
	ukFamilies = 450_000
	ukPeople   = 1_640_000
)

// ukInstallation is the installation into which the whole of the backlog was imported, kept
// for the measurements that come after.
var ukInstallation *installation

// imported are the tables that an import fills, in an order that their keys allow.
var imported = []string{"import_batch", "family", "person", "person_flag", "duplicate_candidate"}

// imports measures the import of a backlog of the whole United Kingdom against
// copying the same rows into the same tables.
func imports(ctx context.Context) (figures []Figure, err error) {
	dir, err := os.MkdirTemp("", "hame-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, func() error { return os.RemoveAll(dir) }) }()
	file := filepath.Join(dir, "backlog.csv")
	families, people := share(ukFamilies), share(ukPeople)
	progress("import: generating %d families of %d people", families, people)
	if err := generate(ctx, file, families, people); err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	progress("import: checking a file of %d MB", info.Size()>>20)
	checked, err := program(ctx, os.Environ(), nil, "starter", "backlog", "check", file)
	if err != nil {
		return nil, err
	}
	if ukInstallation, err = newInstallation(ctx, false); err != nil {
		return nil, err
	}
	h := ukInstallation
	env, err := h.environment()
	if err != nil {
		return nil, err
	}
	progress("import: importing it")
	run, err := program(ctx, env, nil, "starter", "--as", "archie", "backlog", "import", file)
	if err != nil {
		return nil, err
	}
	progress("import: copying the same rows with psql")
	psql, err := findPsql(ctx, h)
	if err != nil {
		return nil, err
	}
	floor, err := newInstallation(ctx, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = after(err, floor.raze) }()
	copying := 0.0
	parts := []Part{{"starter backlog import, seconds", run.seconds, ""}}
	for _, table := range imported {
		rows := filepath.Join(dir, table+".tsv")
		out := fmt.Sprintf(`\copy hame.%s to '%s'`, table, rows)
		if _, err := program(ctx, os.Environ(), nil, psql, "-q", h.admin, "-c", out); err != nil {
			return nil, err
		}
		// The path is for the triggers, which a session of Hame's own finds set.
		took, err := program(
			ctx,
			append(os.Environ(), "PGOPTIONS=-c search_path=hame"),
			nil,
			psql,
			"-q",
			floor.admin,
			"-v",
			"ON_ERROR_STOP=1",
			"-c",
			fmt.Sprintf(`\copy hame.%s from '%s'`, table, rows),
		)
		if err != nil {
			return nil, err
		}
		copying += took.seconds
		parts = append(parts, Part{"psql \\copy " + table + ", seconds", took.seconds, ""})
	}
	for _, at := range []*installation{h, floor} {
		var n int
		if err := at.sqlGet(ctx, &n, `select (select count(*) from family) + (select count(*) from person)`); err != nil {
			return nil, err
		}
		if n != families+people {
			return nil, fmt.Errorf("the database has %d families and people, not %d", n, families+people)
		}
	}
	const gib = 1 << 30
	return []Figure{
		Figure{
			Name:     "import time",
			Unit:     "seconds",
			Measured: run.seconds,
			Floor:    copying,
			Ratio:    run.seconds / copying,
			Parts:    parts,
			How: fmt.Sprintf("starter backlog import of a file of %d MB with %d families of %d people: read, checked, "+
				"compared with the record, duplicates found, in one transaction. "+
				"Floor: psql \\copy of the rows that came of it, table by table, into the same tables with the same keys, "+
				"constraints, triggers and indexes, on the same server.",
				info.Size()>>20, families, people),
		}.aims("ratio", atMost, 3),
		Figure{
			Name:     "import memory",
			Unit:     "GiB at most in memory",
			Measured: float64(run.bytes) / gib,
			Floor:    float64(info.Size()) / gib,
			Ratio:    float64(run.bytes) / float64(info.Size()),
			How: "the greatest resident set of starter while it " +
				"imports that file. Floor: the file itself.",
		}.aims("measured", atMost, 1.5),
		{Name: "check time", Unit: "seconds", Measured: checked.seconds, Floor: copying, Ratio: checked.seconds / copying,
			How: "starter backlog check of the same file, which needs no server. Floor: the same copy as of the import's."},
		{
			Name:     "check memory",
			Unit:     "GiB at most in memory",
			Measured: float64(checked.bytes) / gib,
			Floor:    float64(info.Size()) / gib,
			Ratio:    float64(checked.bytes) / float64(info.Size()),
			How: "the greatest resident set of starter while it " +
				"checks that file. Floor: the file itself.",
		},
	}, nil
}

func generate(ctx context.Context, file string, families, people int) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = program(
		ctx,
		os.Environ(),
		out,
		"starter",
		"backlog",
		"generate",
		"--cases",
		strconv.Itoa(families),
		"--people",
		strconv.Itoa(people),
	)
	return errors.Join(err, out.Close())
}

// usage is what a program took.
type usage struct {
	seconds float64
	bytes   int64 // the greatest resident set
	out     string
}

// program runs a program of Hame's, or one by its path, to its end.
func program(ctx context.Context, env []string, out *os.File, name string, args ...string) (usage, error) {
	if !strings.Contains(name, "/") {
		self, err := os.Executable()
		if err != nil {
			return usage{}, err
		}
		name = filepath.Join(filepath.Dir(self), name)
	}
	c := exec.CommandContext(ctx, name, args...)
	var said, failed bytes.Buffer
	c.Env, c.Stdout, c.Stderr = env, &said, &failed
	if out != nil {
		c.Stdout = out
	}
	begun := time.Now()
	if err := c.Run(); err != nil {
		return usage{}, fmt.Errorf(
			"%s %s: %w: %s",
			filepath.Base(name),
			strings.Join(args, " "),
			err,
			strings.TrimSpace(failed.String()),
		)
	}
	took := usage{seconds: time.Since(begun).Seconds(), out: said.String()}
	if r, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		took.bytes = r.Maxrss << 10
	}
	return took, nil
}

// findPsql finds psql beside the server's own binaries where it is not on PATH.
func findPsql(ctx context.Context, h *installation) (string, error) {
	if path, err := exec.LookPath("psql"); err == nil {
		return path, nil
	}
	var dir string
	err := h.sql(ctx, func(c *sqlx.Conn) error {
		return c.GetContext(ctx, &dir, `select setting from pg_config where name = 'BINDIR'`)
	})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "psql")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("no psql on PATH nor beside the server: %w", err)
	}
	return path, nil
}
