package main

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"

	"hame/internal/casefile"
	"hame/internal/desk"
	"hame/internal/store"
)

// The exit codes of process.md.
const (
	exitFailed       = 1
	exitUsage        = 2
	exitRefused      = 3
	exitNotPermitted = 4
	exitNotFound     = 5
	exitChanged      = 6
	exitUndelivered  = 7
	exitUnreachable  = 8
)

// unreachableError is a Temporal server that does not answer.
type unreachableError struct{ error }

func (e unreachableError) Unwrap() error { return e.error }

// usageError is something typed wrongly.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitCode maps an error to what the shell is told, in this one place.
func exitCode(err error) int {
	var usage usageError
	var undelivered *desk.UndeliveredError
	var unreachable unreachableError
	var unavailable *serviceerror.Unavailable
	refusal, refused := casefile.AsRefusal(err)
	switch {
	case errors.As(err, &usage), errors.Is(err, casefile.ErrReference), strings.HasPrefix(err.Error(), "unknown command"):
		return exitUsage
	case refused && refusal.Code == casefile.RefusedRole:
		return exitNotPermitted
	case refused && refusal.Code == casefile.RefusedStale:
		return exitChanged
	case refused && refusal.Code == casefile.RefusedFields:
		return exitUsage
	case refused:
		return exitRefused
	case store.IsKind(err, store.NotPermitted):
		return exitNotPermitted
	case store.IsKind(err, store.NotFound):
		return exitNotFound
	case errors.As(err, &undelivered):
		return exitUndelivered
	case store.IsKind(err, store.Unavailable), errors.As(err, &unreachable), errors.As(err, &unavailable):
		return exitUnreachable
	}
	return exitFailed
}

// describe says what went wrong and what to do next.
func describe(err error) string {
	refusal, ok := casefile.AsRefusal(err)
	if !ok {
		if store.IsKind(err, store.Unavailable) {
			return err.Error() + ": is it running? In the embedded default, `make demo` or `make up` runs it"
		}
		return err.Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "refused: %s", refusal.Error())
	for _, block := range refusal.Blocks {
		fmt.Fprintf(&b, "\n  - %s", block.InWords())
	}
	return b.String()
}
