// Command devstack runs another command beside a private PostgreSQL and
// Temporal server, whose addresses it puts into the command's environment:
//
//	devstack exec [--name NAME] [--no-ui] [--memory] [--watch] -- COMMAND [ARGUMENT...]
//
// It ends with the command's exit code, after the servers are stopped and their
// data is gone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"hame/internal/devstack"

	"golang.org/x/sys/unix"
)

const usage = "usage: devstack exec [--name NAME] [--no-ui] [--memory] [--watch] -- COMMAND [ARGUMENT...]"

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "devstack:", err)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	f := flag.NewFlagSet("exec", flag.ContinueOnError)
	name := f.String("name", "test", "the stack's name; one named test is this process's own, so that test runs go "+
		"side by side")
	noUI := f.Bool("no-ui", false, "run without Temporal's Web UI")
	memory := f.Bool("memory", false, "keep the data in memory where there is plenty")
	watch := f.Bool("watch", false, "load what counts and explains PostgreSQL's statements, for the bench")
	if len(args) == 0 || args[0] != "exec" {
		return 2, errors.New(usage)
	}
	if err := f.Parse(args[1:]); err != nil {
		return 2, errors.New(usage)
	}
	if f.NArg() == 0 {
		return 2, errors.New(usage)
	}
	if *name == "test" {
		*name = fmt.Sprintf("test-%d", os.Getpid())
	}

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	type up struct {
		stack *devstack.Stack
		err   error
	}
	started := make(chan up, 1)
	go func() {
		stack, err := devstack.Up(ctx, devstack.Options{Name: *name, Log: os.Stderr,
			UI: !*noUI, Memory: *memory, Watch: *watch})
		started <- up{stack, err}
	}()
	var u up
	for u == (up{}) {
		select {
		case u = <-started:
		case <-signals:
			cancel()
		}
	}
	if u.err != nil {
		return 1, u.err
	}
	defer func() {
		if downErr := u.stack.Down(); downErr != nil {
			err = errors.Join(err, downErr)
			code = max(code, 1)
		}
	}()
	if ctx.Err() != nil {
		return 1, errors.New("interrupted")
	}
	return command(f.Args(), environment(&u.stack.State), signals)
}

// environment is what the command is told of the stack. Nobody serves the gates before the
// Web UI here: its links lead to its server.
func environment(s *devstack.State) []string {
	env := s.Env()
	if s.UIServer != "" {
		env = append(env, "HAME_UI_URL="+s.UIServer, "HAME_UI_RESTRICTED_URL="+s.UIServer) // the last value counts
	}
	return env
}

// command runs a command, passes signals on to it and returns its exit code:
// for one that a signal ended, 128 and the signal's number, as shells have it.
func command(args, env []string, signals <-chan os.Signal) (int, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(inherited(os.Environ()), env...)
	if err := cmd.Start(); err != nil {
		return 127, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			// A terminal sends its Ctrl-C to the command as well; sent twice, it would
			// mean to many programs to drop everything.
			if s != syscall.SIGINT || !inForeground() {
				cmd.Process.Signal(s)
			}
		case err := <-ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				if err != nil {
					return 1, err
				}
				return 0, nil
			}
			if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
				return 128 + int(status.Signal()), nil
			}
			return exit.ExitCode(), nil
		}
	}
}

// inherited leaves out what would lead the command to another Temporal server
// than the stack's, or to it with another's credentials.
func inherited(env []string) []string {
	var kept []string
	for _, e := range env {
		if !strings.HasPrefix(e, "TEMPORAL_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// inForeground tells whether the terminal sends this process, and with it the
// command in the same group, what is typed.
func inForeground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
