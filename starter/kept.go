package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"hame/internal/casefile"
)

// keptForm is a form that was filled in in an editor: nobody's work is lost when
// it can't be sent yet. nil is no form.
type keptForm struct{ path string }

// keptError is why a form was not sent, and where it is kept.
type keptError struct {
	error
	path string
}

func (e keptError) Unwrap() error { return e.error }

// faultMark begins the lines that tell in a kept form what was wrong with it.
const faultMark = "#! "

// formPath is where the form of an act on a case is kept: among the user's
// state (XDG base directories), for nobody else to read.
func formPath(act casefile.Act, about string) (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("nowhere to keep the form: %w", err)
		}
		state = filepath.Join(home, ".local", "state")
	}
	dir := filepath.Join(state, "hame", "forms")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("nowhere to keep the form: %w", err)
	}
	return filepath.Join(dir, fmt.Sprintf("%s-%s.yaml", act, strings.ReplaceAll(about, "/", "-"))), nil
}

// edit lets the person fill in a form in their editor: the one kept from last
// time, or a blank one. A form left blank is not sent, and not kept.
func edit(ctx context.Context, editor string, act casefile.Act, about, blank string) ([]byte, *keptForm, error) {
	path, err := formPath(act, about)
	if err != nil {
		return nil, nil, err
	}
	k := &keptForm{path}
	if _, err := os.Stat(path); err == nil {
		fmt.Fprintf(os.Stderr, "taking up the form kept in %s\n", path)
	} else if err := os.WriteFile(path, []byte(blank), 0o600); err != nil {
		return nil, nil, fmt.Errorf("the form cannot be kept: %w", err)
	}
	c := exec.CommandContext(ctx, "sh", "-c", editor+` "$1"`, "sh", path)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	failed := c.Run()
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, errors.Join(failed, err)
	}
	if answers := withoutComments(body); answers == "" || answers == withoutComments([]byte(blank)) {
		if err := os.Remove(path); err != nil {
			return nil, nil, err
		}
		if failed != nil {
			return nil, nil, fmt.Errorf("nothing was sent: the editor: %w", failed)
		}
		return nil, nil, usageError{errors.New("nothing was sent: the form was left as it was")}
	}
	if failed != nil {
		return nil, nil, k.settle(fmt.Errorf("nothing was sent: the editor: %w", failed))
	}
	return body, k, nil
}

// withoutComments is what a form says: its lines without comments and blanks.
func withoutComments(form []byte) string {
	var said []string
	for line := range strings.Lines(string(form)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			said = append(said, line)
		}
	}
	return strings.Join(said, "\n")
}

// settle deletes a form whose act was recorded. Otherwise it writes what was
// wrong at its top, and the error names its place.
func (k *keptForm) settle(err error) error {
	switch {
	case k == nil:
		return err
	case err == nil:
		return os.Remove(k.path)
	}
	body, readErr := os.ReadFile(k.path)
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	var form bytes.Buffer
	for line := range strings.Lines(describe(err)) {
		fmt.Fprintf(&form, "%s%s\n", faultMark, strings.TrimSpace(line))
	}
	for line := range bytes.Lines(body) {
		if !bytes.HasPrefix(line, []byte(faultMark)) {
			form.Write(line)
		}
	}
	return errors.Join(keptError{err, k.path}, os.WriteFile(k.path, form.Bytes(), 0o600))
}

// leave keeps a form after a dry run.
func (k *keptForm) leave(w io.Writer) error {
	if k != nil {
		fmt.Fprintf(w, "your form is kept in %s\n", k.path)
	}
	return nil
}
