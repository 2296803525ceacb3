package devstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrNotRunning is the error of Find when no stack of the name runs.
var ErrNotRunning = errors.New("no such stack is running")

// State is what a stack tells other processes of itself, in a file named after
// it in the user's cache directory.
type State struct {
	Name string `json:"name"`
	// Ready is false until everything answers.
	Ready bool `json:"ready"`
	// Owner is the process that called Up and will call Down.
	Owner    Process   `json:"owner"`
	Children []Process `json:"children"`
	// Dir holds the stack's data and logs, and goes with it.
	Dir string `json:"dir"`

	// AdminDatabaseURL connects to database hame as its administrator, hame_admin,
	// who is no superuser.
	AdminDatabaseURL string `json:"admin_database_url"`
	// DatabaseURL connects to the same database as hame_worker, a role that
	// `starter setup` makes.
	DatabaseURL     string `json:"database_url"`
	TemporalAddress string `json:"temporal_address"`
	Namespace       string `json:"namespace"`
	// UIServer is Temporal's Web UI; empty when the stack runs without it. People read
	// it at UIURL and UIRestrictedURL, where the program that brings up the stack has `starter ui
	// serve` listen.
	UIServer        string `json:"ui_server"`
	UIURL           string `json:"ui_url"`
	UIRestrictedURL string `json:"ui_restricted_url"`
	// KeysetFile encrypts what stands in Temporal; it goes with the stack.
	KeysetFile string `json:"keyset_file"`
	// AuditDir holds the worker's daily exports of the chains' heads, and the keys that
	// sign and verify them; empty if there are none.
	AuditDir string `json:"audit_dir,omitempty"`
	// CodecAddress is where the Web UI, if there is one, expects a codec server,
	// which the program that brings up the stack starts; CodecToken is its bearer token.
	CodecAddress string `json:"codec_address"`
	CodecToken   string `json:"codec_token"`
}

// Env returns the stack's addresses as environment settings, NAME=value, for
// Hame's programs and tests. HAME_STACK is the path of the state file. The
// Temporal client's configuration file is set to an empty one, because a
// developer's own may name another server's credentials.
func (s *State) Env() []string {
	file, _ := statePath(s.Name)
	env := []string{
		"HAME_ADMIN_DATABASE_URL=" + s.AdminDatabaseURL,
		"HAME_DATABASE_URL=" + s.DatabaseURL,
		"HAME_UI_URL=" + s.UIURL,
		"HAME_STACK=" + file,
		"HAME_KEYSET_FILE=" + s.KeysetFile,
		"TEMPORAL_ADDRESS=" + s.TemporalAddress,
		"TEMPORAL_NAMESPACE=" + s.Namespace,
		"TEMPORAL_CONFIG_FILE=" + os.DevNull,
	}
	if s.UIServer != "" {
		env = append(env, "HAME_UI_SERVER="+s.UIServer, "HAME_UI_RESTRICTED_URL="+s.UIRestrictedURL,
			"HAME_UI_ADDRESS="+strings.TrimPrefix(s.UIURL, "http://"),
			"HAME_UI_RESTRICTED_ADDRESS="+strings.TrimPrefix(s.UIRestrictedURL, "http://"))
	}
	if s.AuditDir != "" {
		env = append(env, "HAME_AUDIT_EXPORT_DIR="+filepath.Join(s.AuditDir, exportsName),
			"HAME_AUDIT_KEY_FILE="+filepath.Join(s.AuditDir, auditKeyName),
			"HAME_AUDIT_PUBLIC_KEY_FILE="+filepath.Join(s.AuditDir, auditPublicKeyName))
	}
	if s.CodecAddress != "" {
		env = append(env, "HAME_CODEC_ADDRESS="+s.CodecAddress, "HAME_CODEC_TOKEN="+s.CodecToken)
	}
	return env
}

// Find returns the state of the running stack of a name. Its error is
// ErrNotRunning when there is none, or when its owner has died or has not
// brought it up yet.
func Find(name string) (*State, error) {
	s, err := readState(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !(s.Ready && s.Owner.Alive()) {
		return nil, fmt.Errorf("stack %q: %w", name, ErrNotRunning)
	}
	return s, err
}

// cacheDir is where the state files and the built Temporal server live.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no place for the stack's state: %w; set HOME or XDG_CACHE_HOME", err)
	}
	dir := filepath.Join(base, "hame")
	return dir, os.MkdirAll(dir, 0o755)
}

func statePath(name string) (string, error) {
	dir, err := cacheDir()
	return filepath.Join(dir, name+".json"), err
}

func checkName(name string) error {
	ok := name != "" && len(name) <= 40 && strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
	}) < 0
	if !ok {
		return fmt.Errorf("stack name %q: use up to 40 small letters, digits and hyphens", name)
	}
	return nil
}

func readState(name string) (*State, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	file, err := statePath(name)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var s State
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("%s: %w; remove the file if no stack is running", file, err)
	}
	s.Name = name
	return &s, nil
}

// write replaces the state file in one step: a reader sees the old or the new.
func (s *State) write() error {
	file, err := statePath(s.Name)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	next := fmt.Sprintf("%s.%d", file, os.Getpid())
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	return os.Rename(next, file)
}

// claim takes a name for this process: it clears away what dead owners left,
// makes a directory in parent, by default that of temporary files, and writes the
// first state file. A stack of the name with a living owner is
// an error that says which process it is.
func claim(ctx context.Context, name, parent string, say func(string, ...any)) (*State, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	// One at a time, or two processes could both find the name free.
	unlock, err := lockFile(ctx, filepath.Join(cache, "stacks.lock"), func() {
		say("waiting for another stack that is starting or being cleared away")
	})
	if err != nil {
		return nil, err
	}
	defer unlock()

	if err := sweep(cache, say); err != nil {
		return nil, err
	}
	if s, err := readState(name); err == nil {
		return nil, fmt.Errorf("a stack named %s is already running, pid %d; stop it with Ctrl-C there", name, s.Owner.PID)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	owner, err := identify("owner", os.Getpid())
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, dirPrefix)
	if err != nil {
		return nil, err
	}
	s := &State{Name: name, Owner: owner, Dir: dir}
	if err := s.write(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// sharedMemory is where Linux keeps a file system in memory.
const sharedMemory = "/dev/shm"

// enoughMemory is how many bytes must be free for a stack to be kept in memory,
// several times what the tests of all packages need [D].
const enoughMemory = 8 << 30

// inMemory is a directory in memory, empty where there is no room: neither in the
// file system, of which containers often have little, nor in the memory behind it.
func inMemory() string {
	var fs unix.Statfs_t
	if unix.Statfs(sharedMemory, &fs) != nil || fs.Type != unix.TMPFS_MAGIC || fs.Bavail*uint64(fs.Bsize) < enoughMemory {
		return ""
	}
	memory, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(memory)) {
		var available uint64
		if n, _ := fmt.Sscanf(line, "MemAvailable: %d kB", &available); n == 1 && available<<10 >= enoughMemory {
			return sharedMemory
		}
	}
	return ""
}

// dirPrefix is short because a socket's path holds at most 107 bytes.
const dirPrefix = "hame-"

// sweep stops and removes every stack in the cache whose owner has died.
func sweep(cache string, say func(string, ...any)) error {
	files, err := filepath.Glob(filepath.Join(cache, "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		s, err := readState(strings.TrimSuffix(filepath.Base(file), ".json"))
		if errors.Is(err, fs.ErrNotExist) { // its owner has just removed it
			continue
		}
		if err != nil {
			return err
		}
		if s.Owner.Alive() {
			continue
		}
		say("clearing away stack %s: its owner, process %d, has died", s.Name, s.Owner.PID)
		if err := s.remove(); err != nil {
			return err
		}
	}
	return nil
}

// remove stops the stack's processes, and removes its directory and its state
// file. The file goes last, so that what could not be stopped is tried again.
func (s *State) remove() error {
	stopped := make(chan error)
	for _, p := range s.Children {
		go func() { stopped <- p.stop(stopBudget, stopSignals(p.Name)...) }()
	}
	var err error
	for range s.Children {
		err = errors.Join(err, <-stopped)
	}
	if err != nil {
		return err
	}
	// The path comes from a file: only what looks like a stack's is removed.
	if strings.HasPrefix(filepath.Base(s.Dir), dirPrefix) {
		if err := os.RemoveAll(s.Dir); err != nil {
			return fmt.Errorf("remove the stack's data: %w", err)
		}
	}
	file, err := statePath(s.Name)
	if err != nil {
		return err
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// stopBudget is how long each signal has to take effect.
const stopBudget = 10 * time.Second

func stopSignals(name string) []syscall.Signal {
	if name == postgresName {
		// SIGTERM would wait for every client to leave; SIGINT ends their sessions.
		// SIGQUIT leaves no shared memory behind, as SIGKILL would.
		return []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL}
	}
	return []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL}
}

// lockFile takes an exclusive lock on a file, making it where needed. When
// another process holds it, busy is called once and the lock waited for. The
// kernel frees it when its holder dies.
func lockFile(ctx context.Context, path string, busy func()) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	waited := false
	tried := until(ctx, func() bool {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) && !waited {
			waited = true
			busy()
		}
		return !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR)
	})
	if err := errors.Join(tried, err); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}
