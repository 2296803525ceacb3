package cli

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

// KeptForm is a form that was filled in in an editor: no work is lost when
// it can't be sent yet. nil is no form.
type KeptForm struct{ Path string }

// KeptError is why a form was not sent, and where it is kept.
type KeptError struct {
	Cause error
	Path  string
}

// Error is why the form was not sent.
func (e KeptError) Error() string { return e.Cause.Error() }

// Unwrap returns why.
func (e KeptError) Unwrap() error { return e.Cause }

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

// Edit lets the person fill in a form in their editor: the one kept from last
// time, or a blank one. A form left blank is not sent, and not kept.
func Edit(ctx context.Context, editor string, act casefile.Act, about, blank string,
	describe func(error) string) ([]byte, *KeptForm, error) {
	path, err := formPath(act, about)
	if err != nil {
		return nil, nil, err
	}
	k := &KeptForm{path}
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
		return nil, nil, Usage(errors.New("nothing was sent: the form was left as it was"))
	}
	if failed != nil {
		return nil, nil, k.Settle(fmt.Errorf("nothing was sent: the editor: %w", failed), describe)
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

// Settle deletes a form whose act was recorded. Otherwise it writes what was wrong, in
// the words of describe, at its top, and the error names its place.
func (k *KeptForm) Settle(err error, describe func(error) string) error {
	switch {
	case k == nil:
		return err
	case err == nil:
		return os.Remove(k.Path)
	}
	body, readErr := os.ReadFile(k.Path)
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
	return errors.Join(KeptError{err, k.Path}, os.WriteFile(k.Path, form.Bytes(), 0o600))
}

// Leave keeps a form after a dry run.
func (k *KeptForm) Leave(w io.Writer) error {
	if k != nil {
		fmt.Fprintf(w, "your form is kept in %s\n", k.Path)
	}
	return nil
}
