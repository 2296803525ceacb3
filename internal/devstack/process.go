package devstack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process names a process for good: a process id alone is given again to
// another process, an id together with its start time is not.
type Process struct {
	Name string `json:"name"`
	PID  int    `json:"pid"`
	// Start is the start time in clock ticks since the machine booted, as
	// /proc/PID/stat has it.
	Start uint64 `json:"start"`
}

// identify returns the running process of an id; its error is fs.ErrNotExist
// when none runs.
func identify(name string, pid int) (Process, error) {
	start, _, err := procStat(pid)
	return Process{Name: name, PID: pid, Start: start}, err
}

// Alive tells whether this very process still runs. One that has ended and
// waits to be collected by its parent does not.
func (p Process) Alive() bool {
	start, state, err := procStat(p.PID)
	return err == nil && start == p.Start && state != 'Z' && state != 'X'
}

// stop ends the process: each signal in turn, with wait after each for it to
// take effect. It does nothing when the process no longer runs.
func (p Process) stop(wait time.Duration, signals ...syscall.Signal) error {
	for _, s := range signals {
		if !p.Alive() {
			return nil
		}
		if err := syscall.Kill(p.PID, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop %s (process %d): %w", p.Name, p.PID, err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		err := until(ctx, func() bool { return !p.Alive() })
		cancel()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s (process %d) does not end; end it with: kill -9 %d", p.Name, p.PID, p.PID)
}

func procStat(pid int) (start uint64, state byte, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, syscall.ESRCH) { // it ended between open and read
		err = os.ErrNotExist
	}
	if err != nil {
		return 0, 0, err
	}
	// The second field is the command's name in parentheses, and may itself
	// hold spaces and parentheses: the fields are counted from the last one.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 20 {
		return 0, 0, fmt.Errorf("/proc/%d/stat: not as expected: %q", pid, b)
	}
	start, err = strconv.ParseUint(fields[19], 10, 64) // field 22: starttime
	return start, fields[0][0], err
}

// child is a process that this one started.
type child struct {
	Process
	log  string        // the file that takes its output
	done chan struct{} // closed once it has ended
	// killed is closed before it is ended on purpose.
	killed chan struct{}
	err    error // how it ended; set before done is closed
}

// startChild starts a command with its output in a file. The child gets a
// process group of its own, so that a Ctrl-C in the terminal reaches only the
// owner, which then stops its children in order; and the signal onDeath should
// the owner die without stopping it.
func startChild(name string, cmd *exec.Cmd, log string, onDeath syscall.Signal) (*child, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = onDeath

	c := &child{log: log, done: make(chan struct{}), killed: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread ends that started the child,
		// not the process: this one stays in Wait for as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	// Until it is collected, an ended child keeps its entry in /proc; if it was
	// collected already, a zero start time matches no process.
	c.Process, _ = identify(name, cmd.Process.Pid)
	c.Name, c.PID = name, cmd.Process.Pid
	return c, nil
}

// waitReady waits until ready answers without error. It fails when the child
// ends first or ctx does, with the last of what the child logged.
func (c *child) waitReady(ctx context.Context, ready func(context.Context) error) error {
	var last error
	err := until(ctx, func() bool {
		select {
		case <-c.done:
			return true
		default:
			last = ready(ctx)
			return last == nil
		}
	})
	select {
	case <-c.done:
		return fmt.Errorf("%s ended at its start (%v); it logged:\n%s", c.Name, c.err, tail(c.log))
	default:
	}
	if err != nil {
		return fmt.Errorf("%s does not answer (%v); it logged:\n%s", c.Name, last, tail(c.log))
	}
	return nil
}

// until calls done every 20 milliseconds until it returns true, or ctx ends.
func until(ctx context.Context, done func() bool) error {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
	return nil
}

// tail returns the last lines of a log file, for an error's text.
func tail(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > 4096 {
		f.Seek(-4096, io.SeekEnd)
	}
	b, _ := io.ReadAll(f)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) > 15 {
		lines = lines[len(lines)-15:]
	}
	return strings.Join(lines, "\n")
}

// freePorts returns n different ports of the loopback address that were free a
// moment ago. Another process may take one before it is used: see retryPorts.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		// All are held until the last is found, so that none is given twice.
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// retryPorts calls start until it fails for another reason than a port that
// was taken between being found free and being used.
func retryPorts(start func() error) error {
	var err error
	for range 5 {
		err = start()
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), "address already in use") {
			return err
		}
	}
	return err
}
