package devstack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lib/pq"

	"hame/deploy/postgres"
)

const (
	postgresName = "PostgreSQL"
	// postgresMinimum is the oldest PostgreSQL that Hame's migrations run on.
	postgresMinimum = 15
	databaseName    = "hame"
	superuser       = "postgres"
	adminRole       = "hame_admin"
	workerRole      = "hame_worker"
)

// postgresPlaces are where distributions put the server's binaries, which most
// keep off PATH: Debian and Ubuntu; Red Hat's and PostgreSQL's own packages;
// Arch, Alpine and Homebrew's; a build from source.
var postgresPlaces = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
	"/usr/local/pgsql/bin",
}

// findPostgres returns the directory of a PostgreSQL server's binaries: the
// first on path that is new enough, else the newest in places.
func findPostgres(path string, places []string) (string, error) {
	type found struct {
		dir     string
		version int
	}
	var old []string
	look := func(dirs []string) (best found) {
		for _, dir := range dirs {
			version, err := postgresVersion(dir)
			switch {
			case err != nil:
			case version < postgresMinimum:
				old = append(old, fmt.Sprintf("PostgreSQL %d in %s", version, dir))
			case version > best.version:
				best = found{dir, version}
			}
		}
		return best
	}
	for _, dir := range filepath.SplitList(path) {
		if f := look([]string{dir}); f.dir != "" {
			return f.dir, nil
		}
	}
	var dirs []string
	for _, pattern := range places {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		dirs = append(dirs, matches...)
	}
	if f := look(dirs); f.dir != "" {
		return f.dir, nil
	}
	if len(old) > 0 {
		return "", fmt.Errorf(
			"found only %s, and Hame needs PostgreSQL %d or later",
			strings.Join(old, ", "),
			postgresMinimum,
		)
	}
	return "", errors.New("no PostgreSQL server found (initdb and postgres) on PATH or in the usual places")
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func postgresVersion(dir string) (int, error) {
	if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err != nil {
		return 0, err
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	m := versionPattern.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("%s: unknown version %q", dir, out)
	}
	return strconv.Atoi(string(m[1]))
}

// needPostgres finds PostgreSQL, and as root on Debian and its kin installs it
// where it is missing. Elsewhere the error holds the command to run.
func needPostgres(ctx context.Context, log io.Writer, say func(string, ...any)) (string, error) {
	bin, err := findPostgres(os.Getenv("PATH"), postgresPlaces)
	if err == nil {
		return bin, nil
	}
	apt, aptErr := exec.LookPath("apt-get")
	switch {
	case aptErr != nil:
		return "", fmt.Errorf("%w; install the PostgreSQL server, version %d or later, with your system's package manager "+
			"(such as: dnf install postgresql-server), or put its binaries on PATH", err, postgresMinimum)
	case os.Geteuid() != 0:
		return "", fmt.Errorf("%w; run: sudo apt-get install postgresql", err)
	}
	say("%v; installing the package postgresql with apt-get", err)
	if err := aptInstall(ctx, apt, log); err != nil {
		return "", fmt.Errorf("install PostgreSQL: %w; install version %d or later by hand", err, postgresMinimum)
	}
	return findPostgres(os.Getenv("PATH"), postgresPlaces)
}

// clusterConf tells Debian's postgresql-common whether to create a cluster of
// its own when a server is installed.
const clusterConf = "/etc/postgresql-common/createcluster.conf"

// aptInstall installs the server without the cluster that Debian would create
// and start beside it: nobody asked for a database service on this machine.
func aptInstall(ctx context.Context, apt string, log io.Writer) error {
	if _, err := os.Stat(clusterConf); errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(clusterConf), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(clusterConf, []byte("create_main_cluster = false\n"), 0o644); err != nil {
			return err
		}
		// The package keeps the file it finds and puts the package's own beside it; that
		// one takes its place, so that a later install behaves as usual.
		defer os.Rename(clusterConf+".ucf-dist", clusterConf)
	}
	for _, args := range [][]string{
		{"update"},
		{"install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", "postgresql"},
	} {
		cmd := exec.CommandContext(ctx, apt, args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("apt-get %s: %w", args[0], err)
		}
	}
	return nil
}

// postgresUser returns whom PostgreSQL runs as: nil, the user of this process,
// unless that is root, which PostgreSQL refuses.
func postgresUser() (*syscall.Credential, string, error) {
	if os.Geteuid() != 0 {
		return nil, "", nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, "", fmt.Errorf("user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, name, nil
	}
	return nil, "", errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as; " +
		"run this as an ordinary user")
}

// startPostgres makes a database cluster in the stack's directory and starts a server on
// it, with an empty database hame. Its data is for one demo or test run: it is
// not flushed to disk, and everybody who reaches the loopback address is trusted.
func (s *Stack) startPostgres(ctx context.Context, bin string, watch bool) error {
	credential, userName, err := postgresUser()
	if err != nil {
		return err
	}
	if credential != nil {
		// It owns the directory; root, as whom the rest runs, may enter any.
		if err := os.Chown(s.Dir, int(credential.Uid), int(credential.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(s.Dir, "pg")
	if err := initdb(ctx, bin, s.Dir, data, credential); err != nil {
		if credential != nil {
			err = fmt.Errorf("%w\n(PostgreSQL runs as user %s here, and must reach %s: "+
				"set TMPDIR to a place that it can, such as /tmp)", err, userName, s.Dir)
		}
		return err
	}
	return retryPorts(func() error {
		ports, err := freePorts(1)
		if err != nil {
			return err
		}
		cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data)
		settings := postgresSettings(s.Dir, ports[0])
		if watch {
			settings = append(settings, watchSettings...)
		}
		for _, setting := range settings {
			cmd.Args = append(cmd.Args, "-c", setting)
		}
		cmd.Dir = s.Dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
		c, err := s.start(postgresName, cmd, "postgres.log", syscall.SIGINT, func(st *State) {
			st.AdminDatabaseURL = databaseURL(adminRole, ports[0], databaseName)
			st.DatabaseURL = databaseURL(workerRole, ports[0], databaseName)
		})
		if err != nil {
			return err
		}
		ready := func(ctx context.Context) error {
			return NewDatabase(ctx, databaseURL(superuser, ports[0], "postgres"), databaseName)
		}
		s.restartable(postgresName, cmd, "postgres.log", syscall.SIGINT, ready)
		return c.waitReady(ctx, ready)
	})
}

func postgresSettings(dir string, port int) []string {
	socket := dir
	if len(socket) > 80 { // too long for a socket's name; TCP serves
		socket = ""
	}
	return []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=" + socket,
		"unix_socket_permissions=0700",
		// Nothing survives the stack, so nothing needs to survive a crash of the machine.
		// What was committed does survive a crash of the server: a review has gone on
		// from it.
		"fsync=off",
		"synchronous_commit=on",
		"full_page_writes=off",
		"wal_level=minimal",
		"max_wal_senders=0",
		"max_wal_size=2GB",
		// Each test package has pools of its own.
		"max_connections=300",
		"shared_buffers=256MB",
		// A failed statement's details quote the row.
		"log_error_verbosity=terse",
		"timezone=UTC",
		"log_timezone=UTC",
	}
}

// watchSettings load what counts statements and explains them, and have one log that
// a client can read through the server.
var watchSettings = []string{
	"shared_preload_libraries=pg_stat_statements,auto_explain",
	"pg_stat_statements.track=none",
	"pg_stat_statements.max=20000",
	"logging_collector=on",
	"log_destination=jsonlog",
	"log_rotation_age=0",
	"log_rotation_size=0",
}

// initdb makes the cluster. C.UTF-8 sorts by code point and knows letters
// beyond ASCII; where the system lacks that locale, C has to do.
func initdb(ctx context.Context, bin, dir, data string, credential *syscall.Credential) error {
	var out []byte
	var err error
	for _, locale := range []string{"C.UTF-8", "C"} {
		cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", superuser,
			"--auth=trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale="+locale)
		cmd.Dir = dir // the user may not be let into the working directory
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setpgid: true}
		// Its helpers too, or one might still write where the data is removed.
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
		if out, err = cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "invalid locale") {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func databaseURL(role string, port int, database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(role),
		Host:     "127.0.0.1:" + strconv.Itoa(port),
		Path:     database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// NewDatabase makes a database where it is missing, and does in it what a
// superuser does once before set-up. serverURL is the superuser's, of any other
// database of the server. That it succeeds is also how a server is found to be ready.
func NewDatabase(ctx context.Context, serverURL, name string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var exists bool
	err := onDatabase(serverURL, func(db *sql.DB) error {
		err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists)
		if err != nil || exists {
			return err
		}
		_, err = db.ExecContext(ctx, `CREATE DATABASE `+pq.QuoteIdentifier(name))
		return err
	})
	if err != nil {
		return err
	}
	u, err := url.Parse(serverURL)
	if err != nil {
		return err
	}
	u.Path = "/" + name
	return onDatabase(u.String(), func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, postgres.First)
		return err
	})
}

func onDatabase(address string, f func(*sql.DB) error) error {
	db, err := sql.Open("postgres", address)
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}

// Superuser is the address of a stack's database, or of another one on its
// server, under the superuser's login. Hame's programs never use it.
func Superuser(databaseURL, name string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", errors.New("the database's address is not a URL")
	}
	u.User = url.User(superuser)
	u.Path = "/" + name
	return u.String(), nil
}
