// Demo brings up the embedded default and, unless told only to, rehearses the
// whole programme in it: `make demo` and `make up`. It runs the worker and
// starter as anybody would, as programs of their own.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/kelseyhightower/envconfig"

	"hame/internal/devstack"
)

// choices are what one may set on make's command line.
type choices struct {
	Cases int `envconfig:"CASES" default:"1100"`
	// Claims is how many families make a new claim beside the backlog; in proportion unless given.
	Claims  string `envconfig:"CLAIMS"`
	Until   string `envconfig:"UNTIL"`
	Exit    bool   `envconfig:"EXIT"`
	Summary string `envconfig:"SUMMARY"`
	// Bin is where worker and starter stand.
	Bin string `envconfig:"BIN" default:"bin"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	rehearse := !(len(os.Args) > 1 && os.Args[1] == "up")
	err := run(ctx, rehearse)
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rehearse bool) (err error) {
	var c choices
	if err := envconfig.Process("", &c); err != nil {
		return err
	}
	stack, err := devstack.Up(ctx, devstack.Options{Name: "demo", UI: true, Exports: true, Log: os.Stderr})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stack.Down()) }()
	p := programs{dir: c.Bin, env: append(os.Environ(), stack.Env()...)}
	if err := p.starter(ctx, "setup"); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	stopWorker, err := p.background(
		stack.Dir,
		"worker",
		[]string{"HAME_HTTP_ADDRESS=127.0.0.1:" + strconv.Itoa(port)},
		"worker",
	)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopWorker()) }()
	stopCodec, err := p.background(stack.Dir, "codec", nil, "starter", "codec", "serve")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopCodec()) }()
	if err := answers(ctx, stack.CodecAddress); err != nil {
		return fmt.Errorf("the codec server: %w", err)
	}
	stopUI, err := p.background(stack.Dir, "ui", nil, "starter", "ui", "serve")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopUI()) }()
	for _, address := range []string{stack.UIURL, stack.UIRestrictedURL} {
		if err := answers(ctx, strings.TrimPrefix(address, "http://")); err != nil {
			return fmt.Errorf("the Web UI: %w", err)
		}
	}
	if rehearse {
		if err := p.programme(ctx, c, stack.Dir); err != nil {
			return err
		}
	}
	if c.Exit {
		return nil
	}
	fmt.Printf("\nTemporal Web UI: %s\nOf restricted families: %s (log in as fiona or una; any password)\nIts "+
		"payloads are encrypted. This link lets one browser read them, once: (another: bin/starter --as una codec "+
		"link)\n", stack.UIURL, stack.UIRestrictedURL)
	if err := p.starter(ctx, "codec", "link", "--reader", "una"); err != nil {
		return err
	}
	fmt.Println("Running. In another terminal: bin/starter --as archie backlog status (docs/guide.md has a " +
		"walk-through). Ctrl-C stops everything.")
	<-ctx.Done()
	return nil
}

// programs runs Hame's own programs against the stack.
type programs struct {
	dir string
	env []string
}

func (p programs) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(p.dir, name), args...)
	c.Env, c.Stdout, c.Stderr = p.env, os.Stdout, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 30 * time.Second
	return c
}

func (p programs) starter(ctx context.Context, args ...string) error {
	if err := p.command(ctx, "starter", args...).Run(); err != nil {
		return fmt.Errorf("starter %s: %w", args[0], err)
	}
	return nil
}

// background starts a program that runs until it is stopped, with its log in the
// stack's directory, and returns how to stop it.
func (p programs) background(
	dir, name string,
	env []string,
	program string,
	args ...string,
) (stop func() error, err error) {
	log, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		return nil, err
	}
	c := p.command(context.Background(), program, args...)
	c.Env = append(c.Env, env...)
	c.Stdout, c.Stderr = log, log
	// A group of its own: Ctrl-C reaches this program, which stops things in order.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return func() error {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		return errors.Join(c.Wait(), log.Close())
	}, nil
}

// programme generates the backlog, imports it, starts clearing it, rehearses, and
// verifies what must always be true.
func (p programs) programme(ctx context.Context, c choices, dir string) error {
	file := filepath.Join(dir, "backlog.csv")
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	generate := p.command(ctx, "starter", "backlog", "generate", "--cases", strconv.Itoa(c.Cases))
	generate.Stdout = out
	if err := errors.Join(generate.Run(), out.Close()); err != nil {
		return fmt.Errorf("generate the backlog: %w", err)
	}
	if err := p.starter(ctx, "--as", "archie", "backlog", "import", file); err != nil {
		return err
	}
	// A tenth of the families in eleven weeks: the last is listed after some two years [D].
	capacity := max(1, c.Cases/110)
	target := time.Now().AddDate(5, 0, 0).Format("2006-01-02")
	err = p.starter(ctx, "--as", "archie", "backlog", "start", "--capacity", strconv.Itoa(capacity), "--target", target)
	if err != nil {
		return err
	}
	// New claims are few, and have a lane of their own in which they do not wait for the backlog.
	err = p.starter(ctx, "--as", "archie", "backlog", "start", "--lane", "fast-track", "--capacity", strconv.Itoa(capacity),
		"--target", target)
	if err != nil {
		return err
	}
	args := []string{"rehearse"}
	if c.Claims != "" {
		args = append(args, "--claims", c.Claims)
	}
	if c.Until != "" {
		args = append(args, "--until", c.Until)
	}
	if c.Summary != "" {
		args = append(args, "--summary", c.Summary)
	}
	if err := p.starter(ctx, args...); err != nil {
		return err
	}
	return p.starter(ctx, "--as", "una", "verify")
}

// answers waits until something listens at an address.
func answers(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
