// Package devstack is the embedded default: a private PostgreSQL and a Temporal
// server with its Web UI, for a demo or a test run on one Linux machine. A
// stack belongs to the process that brought it up, listens on free ports of the
// loopback address only, and leaves nothing behind.
//
// It trusts everybody who reaches it, and its data does not outlive it: never point
// it at real families.
package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Options say what stack to bring up. The zero value is one named "demo",
// without a Web UI, that says nothing.
type Options struct {
	// Name tells stacks of one user apart: small letters, digits and hyphens.
	Name string
	// Log takes one line for each step worth knowing of, and the output of a
	// package installation or a build.
	Log io.Writer
	// UI is whether to serve Temporal's Web UI.
	UI bool
	// Exports is whether the worker exports the heads of the chains each day, to a
	// folder of the stack: for a stack on which one installation runs, as the demo's.
	Exports bool
	// Memory is whether to keep the data in memory, on a machine that has plenty:
	// there a database was copied nine times as fast as on the disk beside it.
	Memory bool
	// Watch is whether PostgreSQL loads pg_stat_statements and auto_explain, and logs
	// as JSON. Neither does anything until a database's settings ask for it.
	Watch bool
	// Dir is a directory in Hame's source tree, where the Temporal server's
	// source is; it is the working directory unless given.
	Dir string
	// SearchAttributes are those of the namespace, as NAME=TYPE; Hame's unless given.
	SearchAttributes []string
	// StartTimeout is how long PostgreSQL and Temporal have to answer, once they
	// are installed and built; two minutes unless given.
	StartTimeout time.Duration
}

// Stack is a running PostgreSQL and Temporal server.
type Stack struct {
	State

	mu       sync.Mutex // guards State while children start side by side
	children []*child
	again    map[string]func(context.Context) error // starts a killed server again
	down     sync.Once
	downErr  error
	stopping chan struct{} // closed by Down
	say      func(string, ...any)
}

// Up brings up a stack and returns once both servers answer, with database and
// namespace made. The caller calls Down; should the process die instead,
// its servers end with it and the next Up of any name clears away the rest.
//
// The first Up on a machine builds the Temporal server, which takes minutes,
// and as root on Debian and its kin installs a missing PostgreSQL. It fails
// when a stack of the name runs already, when something is missing that it
// can't get (the error says what to run), or when ctx ends; then nothing is
// left running.
func Up(ctx context.Context, o Options) (_ *Stack, err error) {
	if o.Name == "" {
		o.Name = "demo"
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Dir == "" {
		o.Dir = "."
	}
	if o.SearchAttributes == nil {
		o.SearchAttributes = searchAttributes()
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 2 * time.Minute
	}
	log := &lockedWriter{w: o.Log}
	say := func(format string, args ...any) { fmt.Fprintf(log, "devstack: "+format+"\n", args...) }

	parent := ""
	if o.Memory {
		parent = inMemory()
	}
	state, err := claim(ctx, o.Name, parent, say)
	if err != nil {
		return nil, err
	}
	s := &Stack{State: *state, say: say, stopping: make(chan struct{}), again: map[string]func(context.Context) error{}}
	s.Namespace = namespaceName
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Down())
		}
	}()

	if err := s.makeKeyset(); err != nil {
		return nil, err
	}
	if o.Exports {
		if err := s.makeAuditKey(); err != nil {
			return nil, err
		}
	}
	bin, err := needPostgres(ctx, log, say)
	if err != nil {
		return nil, err
	}
	binary, err := needTemporal(ctx, o.Dir, log, say)
	if err != nil {
		return nil, err
	}

	// Both at once: each waits for itself more than for the processor. When one
	// fails the other is not waited for.
	ctx, cancel := context.WithTimeoutCause(ctx, o.StartTimeout,
		fmt.Errorf("not up within %s: %w", o.StartTimeout, context.DeadlineExceeded))
	defer cancel()
	failed := make(chan error, 2)
	go func() { failed <- s.startPostgres(ctx, bin, o.Watch) }()
	go func() { failed <- s.startTemporal(ctx, binary, o) }()
	for range 2 {
		if startErr := <-failed; startErr != nil && err == nil {
			if err = startErr; ctx.Err() != nil {
				err = fmt.Errorf("%w: %w", context.Cause(ctx), startErr)
			}
			cancel()
		}
	}
	if err != nil {
		return nil, err
	}
	s.Ready = true
	if err := s.write(); err != nil {
		return nil, err
	}
	for _, c := range s.children {
		go s.watch(c)
	}
	say("stack %s is up: PostgreSQL at %s, Temporal at %s", s.Name, s.AdminDatabaseURL, s.TemporalAddress)
	if s.UIServer != "" {
		say("Temporal Web UI: %s", s.UIServer)
	}
	return s, nil
}

// Down stops the servers and removes the stack's data. It may be called more
// than once. It fails, naming the process or file, when one can't be stopped or
// removed; the next Up tries that again.
func (s *Stack) Down() error {
	s.down.Do(func() {
		close(s.stopping)
		s.downErr = s.State.remove()
		for _, c := range s.children {
			if s.downErr == nil {
				<-c.done // collected, so that not even a zombie stays
			}
		}
	})
	return s.downErr
}

// start starts one of the stack's servers and records it at once, so that it
// is found should this process die in the next moment. set fills in what the
// state tells of the server.
func (s *Stack) start(name string, cmd *exec.Cmd, log string, onDeath syscall.Signal, set func(*State),
) (*child, error) {
	c, err := startChild(name, cmd, filepath.Join(s.Dir, log), onDeath)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.children = append(s.children, c)
	s.State.Children = append(s.State.Children, c.Process)
	set(&s.State)
	return c, s.write()
}

// watch tells of a server that ends while the stack is up: without it, what is
// seen is a client that can't connect.
func (s *Stack) watch(c *child) {
	select {
	case <-s.stopping:
	case <-c.done:
		select {
		case <-s.stopping:
		case <-c.killed:
		default:
			s.say("%s ended unexpectedly (%v); it logged:\n%s", c.Name, c.err, tail(c.log))
		}
	}
}

// The stack's servers, for Kill and Restart.
const (
	Postgres = postgresName
	Temporal = temporalName
)

// Kill sends one of the servers a signal and returns once it has ended: for tests
// of what happens then.
func (s *Stack) Kill(server string, signal syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.children {
		if c.Name != server || !c.Alive() {
			continue
		}
		close(c.killed)
		if err := syscall.Kill(c.PID, signal); err != nil {
			return fmt.Errorf("kill %s: %w", server, err)
		}
		<-c.done
		return nil
	}
	return fmt.Errorf("no %s runs", server)
}

// Restart starts a server that was killed again, on the same data and the same
// port, and returns once it answers.
func (s *Stack) Restart(ctx context.Context, server string) error { return s.again[server](ctx) }

// restartable remembers how to start a server again.
func (s *Stack) restartable(server string, cmd *exec.Cmd, log string, onDeath syscall.Signal,
	ready func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	times := 1
	s.again[server] = func(ctx context.Context) error {
		next := exec.Command(cmd.Path, cmd.Args[1:]...)
		next.Dir, next.Env = cmd.Dir, cmd.Env
		next.SysProcAttr = &syscall.SysProcAttr{Credential: cmd.SysProcAttr.Credential}
		times++
		c, err := s.start(server, next, fmt.Sprintf("%s.%d", log, times), onDeath, func(*State) {})
		if err != nil {
			return err
		}
		return c.waitReady(ctx, ready)
	}
}

// lockedWriter lets several goroutines write lines to one writer.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
