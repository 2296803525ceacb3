package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/desk"
	"hame/internal/store"
)

// The exit codes, which docs/commands.md lists.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitRefused      = 3
	exitNotPermitted = 4
	exitNotFound     = 5
	exitChanged      = 6
	exitUndelivered  = 7
	exitUnreachable  = 8
)

// exitCodes says what each means; the reference of commands prints it.
var exitCodes = []struct {
	code  int
	means string
}{
	{exitDone, "done"},
	{exitFailed, "failed: something is wrong with Hame or its surroundings, verify found a breach, or it was broken off before anything was saved"},
	{exitUsage, "usage: a command, flag, reference, list or form is not as it must be"},
	{exitRefused, "refused by a rule"},
	{exitNotPermitted, "not permitted: your roles do not allow it"},
	{exitNotFound, "not found, or not among the cases that you may see"},
	{exitChanged, "changed meanwhile: read the file again"},
	{exitUndelivered, "saved, and no outcome seen: it is delivered when a worker runs, and refused if it is too late by then; case timeline and task list tell"},
	{exitUnreachable, "the database does not answer; of setup and rehearse, or Temporal"},
}

// brokenOff is what a command came to that somebody broke off: what it has to say
// of what it saved, or else that it was broken off. Neither the database nor
// Temporal failed. An act is saved whole or not at all.
func brokenOff(err error) error {
	var list *cli.ListError
	var kept cli.KeptError
	var silent silentError
	code := exitCode(err)
	off := errors.New("broken off here: nothing is half done, and the same command can be typed again")
	switch {
	case errors.As(err, &list), errors.As(err, &silent), code != exitFailed && code != exitUnreachable:
		return err
	case errors.As(err, &kept):
		return cli.KeptError{Cause: off, Path: kept.Path}
	}
	return off
}

// gravity orders the codes for a list, the lightest first: a rule said no;
// somebody must look again; something must be mended.
var gravity = []int{exitDone, exitRefused, exitChanged, exitNotFound, exitNotPermitted, exitUsage, exitUndelivered,
	exitUnreachable, exitFailed}

// graver returns the graver of two errors, the first of two alike.
func graver(a, b error) error {
	if slices.Index(gravity, exitCode(b)) > slices.Index(gravity, exitCode(a)) {
		return b
	}
	return a
}

// unreachableError is a Temporal server that does not answer.
type unreachableError struct{ error }

func (e unreachableError) Unwrap() error { return e.error }

// exitCode maps an error to what the shell is told, in this one place.
func exitCode(err error) int {
	var usage cli.UsageError
	var undelivered *desk.UndeliveredError
	var moving movingError
	var unreachable unreachableError
	var silent silentError
	refusal, refused := casefile.AsRefusal(err)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &undelivered), errors.As(err, &moving): // for any reason
		return exitUndelivered
	case errors.As(err, &usage), errors.Is(err, casefile.ErrReference):
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
	case store.IsKind(err, store.Unavailable), errors.As(err, &unreachable), errors.As(err, &silent):
		return exitUnreachable
	}
	return exitFailed
}

// describe says what went wrong and what to do next, fit for a terminal.
func describe(err error) string { return cli.Safely(inPlainWords(err)) }

func inPlainWords(err error) string {
	var list *cli.ListError
	var kept cli.KeptError
	refusal, refused := casefile.AsRefusal(err)
	switch {
	case errors.As(err, &list):
		return list.Error()
	case errors.As(err, &kept):
		if exitCode(err) == exitUndelivered {
			return describe(kept.Cause) + "\na copy of your form is kept in " + kept.Path
		}
		return describe(kept.Cause) + "\nyour form is kept in " + kept.Path + ": the same command opens it again"
	case refused && !isUsage(err):
		return describeRefusal(refusal)
	case isBare(err, store.NotFound):
		return "not found: there is no such case among those that you may see"
	case store.IsKind(err, store.Unavailable) && exitCode(err) == exitUnreachable:
		return err.Error() + ": is it running? In the embedded default, `make demo` or `make up` runs it"
	}
	return err.Error()
}

// isBare reports whether an error is one of the store's kind, to which nobody has added
// words.
func isBare(err error, kind store.Kind) bool {
	e, bare := err.(*store.Error) // wrapped, it has words
	return bare && e.Kind == kind
}

// isUsage reports whether a refusal was found in what was typed, whose own words
// say where.
func isUsage(err error) bool {
	var usage cli.UsageError
	return errors.As(err, &usage)
}

func describeRefusal(refusal *casefile.Refusal) string {
	var b strings.Builder
	fmt.Fprintf(&b, "refused: %s", refusal.Error())
	for _, block := range refusal.Blocks {
		fmt.Fprintf(&b, "\n  - %s", block.InWords())
	}
	return b.String()
}
