package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hame/internal/store"
)

// comparing is how long verify waits for the worker to begin the comparison of
// record and Temporal; one that has begun is waited for to its end.
const comparing = 20 * time.Second

// verifyCommand checks the record, and has the worker compare it with Temporal.
func (a *app) verifyCommand() *cobra.Command {
	return forReaders(&cobra.Command{
		Use: "verify", Short: "check what must always be true, on the record and in Temporal; exits non-zero on a breach", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			asked, err := s.AskComparison(c.Context())
			if err != nil {
				return err
			}
			breaches, err := s.Verify(c.Context())
			if err != nil {
				return err
			}
			moved, err := s.VerifyDeadlines(c.Context())
			if err != nil {
				return err
			}
			breaches = append(breaches, moved...)
			compared, silent, err := freshComparison(c.Context(), s, asked)
			if err != nil {
				return err
			}
			breaches = append(breaches, compared.Breaches...)
			if silent != "" {
				breaches = append(breaches, store.Breach{Rule: "a worker answers", Detail: silent})
			}
			err = a.print(c.OutOrStdout(), breaches, func(t *tabwriter.Writer) {
				for _, b := range breaches {
					fmt.Fprintf(t, "%s\t%s\t%s\n", b.Rule, b.Case, b.Detail)
				}
				if len(breaches) == 0 {
					fmt.Fprintln(t, "every invariant holds")
				}
			})
			if err == nil && len(breaches) > 0 {
				err = errors.New(counted(len(breaches), "breach", "breaches"))
			}
			return err
		},
	}, "operations or the auditor")
}

// beganToo is how long a comparison that a worker has begun is waited for [D]: longer
// than the worker takes over one before it gives it up.
const beganToo = 10 * time.Minute

// freshComparison waits for the comparison that was asked for. Where no worker makes
// it, it returns the last one there was, and says so.
func freshComparison(ctx context.Context, s *store.Store, asked int64) (c store.Comparison, silent string, err error) {
	begun := time.Now()
	for {
		state, err := s.AwaitComparison(ctx, asked, 3*time.Second)
		switch {
		case err != nil:
			return c, "", err
		case state.Finished != nil:
			c, err = s.Comparison(ctx, asked)
			return c, "", err
		case ctx.Err() != nil:
			return c, "", context.Cause(ctx)
		case time.Since(begun) < comparing:
			continue
		}
		seen, err := s.WorkerSeen(ctx)
		if err != nil {
			return c, "", err
		}
		if state.Began == nil || seen.Away() || time.Since(begun) > beganToo {
			c, err = s.Comparison(ctx, 0)
			return c, silence(c, seen), err
		}
	}
}

// silence says that no worker has compared record and Temporal, how long none has
// been there, and from when what is printed is.
func silence(c store.Comparison, seen store.WorkerSeen) string {
	words := fmt.Sprintf("no worker has compared record and Temporal within %s", comparing)
	if away := workerAway(seen); away != "" {
		words += "; " + away
	}
	if c.Finished == nil {
		return words + "; the two were never compared"
	}
	return words + "; what is said of Temporal was found at " + c.Finished.UTC().Format("2006-01-02 15:04") + " UTC"
}

// workerAway says for how long no worker was there, and nothing where one is.
func workerAway(seen store.WorkerSeen) string {
	switch {
	case seen.Never:
		return "no worker ever looked for acts to deliver"
	case seen.Away():
		return "no worker has looked for acts to deliver for " + seen.Ago.Round(time.Second).String()
	}
	return ""
}

// counted is a number with its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
