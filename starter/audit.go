package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/chainexport"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/store"

	"github.com/spf13/cobra"
)

func (a *app) auditCommand() *cobra.Command {
	return cli.Group("audit", "what the record shows of itself: for the auditor; erase for operations",
		forReaders(a.auditReads(), auditors), forReaders(a.auditShow(), auditors), forReaders(a.auditExport(), auditors),
		forReaders(a.auditCheck(), auditors), a.auditErase())
}

func (a *app) auditReads() *cobra.Command {
	return ofCase(a, "reads REF", "who read a case, when, and what of it",
		func(ctx context.Context, s *store.Store, ref string) ([]store.CaseRead, error) {
			return s.AuditReads(ctx, ref)
		},
		func(w io.Writer, rows []store.CaseRead) {
			fmt.Fprintln(w, "WHEN (LONDON)\tWHO\tLOGIN\tWHAT")
			for _, r := range rows {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", clock.InLondon(r.At).Format("2006-01-02 15:04:05"), r.Person, r.Login, r.What)
			}
		})
}

func (a *app) auditShow() *cobra.Command {
	return ofCase(a, "show REF", "every act on a case, what became of it, and its links in the chain (recorded)",
		func(ctx context.Context, s *store.Store, ref string) ([]store.AuditedAct, error) {
			return s.AuditShow(ctx, ref)
		},
		func(w io.Writer, rows []store.AuditedAct) {
			fmt.Fprintln(w, "LINK\tHASH\tWHEN (LONDON)\tWHO\tLOGIN\tACT\tON\tOUTCOME\tLINK\tTEXT\tCOMMAND")
			for _, r := range rows {
				outcome := strings.TrimSpace(r.Outcome + " " + r.Code)
				if outcome == "" {
					outcome = "not delivered"
				}
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s%s\t%s\t%s\t%d\t%s\t%s\n", r.Link, r.Hash,
					clock.InLondon(r.At).Format("2006-01-02 15:04:05"),
					r.Person, r.Login, r.Act, cli.Suffix(r.Subject), r.AttestedOn, outcome, r.OutcomeLink, r.Text, r.Command)
			}
		})
}

func (a *app) auditExport() *cobra.Command {
	return &cobra.Command{
		Use: "export", Short: "the last link of every chain, to be kept elsewhere and checked against later",
		Args: cli.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			heads, err := s.AuditHeads(c.Context())
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), heads, func(t *tabwriter.Writer) {
				for _, h := range heads {
					fmt.Fprintf(t, "%s\t%d\t%s\n", h.Subject, h.N, h.Hash)
				}
			})
		},
	}
}

func (a *app) auditCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE|DIR]", Short: "compare an earlier export, or the worker's daily ones in a folder, with the chains now; exits non-zero if a link differs", Args: cli.AtMost(1),
		Long: "Compare an earlier export with the chains now: a file that audit export wrote, or - for standard input, or the folder of the worker's daily exports, by default that of HAME_AUDIT_EXPORT_DIR.\n" +
			"Of these also the signatures are verified, with the key of HAME_AUDIT_PUBLIC_KEY_FILE, and that no day is missing. It exits non-zero on a difference.",
		RunE: func(c *cobra.Command, args []string) error {
			from := a.settings.AuditExportDir
			if len(args) > 0 {
				from = args[0]
			}
			if from == "" {
				return cli.Usage(errors.New("name the export's file or the folder of the daily exports, or set HAME_AUDIT_EXPORT_DIR"))
			}
			heads, wrong, err := a.exported(from)
			if err != nil {
				return cli.Usage(err)
			}
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			differences, err := s.AuditCheck(c.Context(), heads)
			if err != nil {
				return err
			}
			for _, what := range wrong {
				differences = append(differences, store.ChainDifference{Detail: what})
			}
			err = a.print(c.OutOrStdout(), differences, func(t *tabwriter.Writer) {
				for _, d := range differences {
					link := ""
					if d.N > 0 {
						link = fmt.Sprintf("link %d", d.N)
					}
					fmt.Fprintf(t, "%s\t%s\t%s\n", d.Subject, link, d.Detail)
				}
				if len(differences) == 0 {
					fmt.Fprintf(t, "%s of the export stand unchanged\n", cli.Counted(len(heads), "chain", "chains"))
				}
			})
			if err == nil && len(differences) > 0 {
				err = fmt.Errorf("%s: the record was changed behind its triggers, or restored from an older copy, or the exports were touched",
					cli.Counted(len(differences), "difference", "differences"))
			}
			return err
		},
	}
}

// exported reads the heads of an earlier export, or of all daily ones in a folder,
// whose signatures and days it checks.
func (a *app) exported(name string) (heads []store.ChainHead, wrong []string, err error) {
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		heads, err := readHeads(name)
		return heads, nil, err
	}
	if a.settings.AuditPublicKey == "" {
		return nil, nil, errors.New("HAME_AUDIT_PUBLIC_KEY_FILE is not set: the exports of a folder are signed, and it verifies them")
	}
	key, err := chainexport.ReadPublicKey(a.settings.AuditPublicKey)
	if err != nil {
		return nil, nil, err
	}
	return chainexport.Check(name, key, clock.DateOf(time.Now()))
}

var hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// readHeads reads what audit export wrote, as a table or as JSON.
func readHeads(name string) (heads []store.ChainHead, err error) {
	body, err := cli.ReadBounded(name, cli.MaxExport)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&heads); err != nil {
			return nil, fmt.Errorf("%s is no export that audit export wrote", cli.InputName(name))
		}
	} else {
		for i, line := range strings.Split(strings.TrimSpace(string(body)), "\n") {
			fields := strings.Fields(line)
			if len(fields) != 3 {
				return nil, fmt.Errorf("%s, line %d: an export has a subject, a number and a hash on each line",
					cli.InputName(name), i+1)
			}
			n, err := casefile.ParseNumber(fields[1], casefile.MaxItem)
			if err != nil {
				return nil, fmt.Errorf("%s, line %d: a link's number: %w", cli.InputName(name), i+1, err)
			}
			heads = append(heads, store.ChainHead{Subject: fields[0], N: n, Hash: fields[2]})
		}
	}
	if len(heads) == 0 {
		return nil, fmt.Errorf("%s: the export is empty, and would prove nothing", cli.InputName(name))
	}
	for i, h := range heads {
		if cli.FitsTyped(h.Subject) != nil || h.N < 1 || h.N > casefile.MaxItem || !hashPattern.MatchString(h.Hash) {
			return nil, fmt.Errorf("%s: head %d is none that audit export wrote: it has a subject, a number from 1, and a hash of 64 hexadecimal digits", cli.InputName(name), i+1)
		}
	}
	return heads, nil
}

// auditErase is for operations as data steward, two of them: the first asks, the
// second confirms. The auditor changes nothing, and names the command whose text
// must go.
func (a *app) auditErase() *cobra.Command {
	var reason string
	var dryRun bool
	rule := casefile.ActErase.Rule()
	c := forAct(&cobra.Command{
		Use: "erase COMMAND-ID --reason CODE", Short: rule.InWords, Args: cli.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			target, err := uuid.Parse(args[0])
			if err != nil {
				return cli.Usage(fmt.Errorf("%q is no command's id: audit show lists them, and the auditor gives it to operations",
					args[0]))
			}
			fields := casefile.EraseFields{Command: target.String(), Reason: reason}
			if err := fields.Validate(); err != nil {
				return cli.Usage(err)
			}
			s, err := a.database(c.Context())
			if err != nil {
				return err
			}
			if err := a.mayAct(c.Context(), casefile.ActErase, ""); err != nil {
				return err
			}
			if dryRun {
				fmt.Fprintf(c.OutOrStdout(), "%s: the erasure of %s could be asked for, or confirmed if another officer has asked, where it has a text and no court's hold stands; nothing was changed\n",
					casefile.ActErase, target)
				return nil
			}
			done, err := s.EraseText(c.Context(), target, reason)
			if store.IsKind(err, store.NotFound) {
				return fmt.Errorf("%s: %w: there is no such command on the cases that you may see", target, err)
			}
			if err != nil {
				return err
			}
			return a.print(c.OutOrStdout(), struct {
				Command uuid.UUID `json:"command"`
				Erased  bool      `json:"erased"`
				By      uuid.UUID `json:"by"`
				Reason  string    `json:"reason"`
			}{target, done.Erased, done.By, reason}, func(t *tabwriter.Writer) {
				if done.Erased {
					fmt.Fprintf(t, "the text of %s is erased; the act of erasing is on record as %s\n", target, done.By)
					return
				}
				fmt.Fprintf(t, "the erasure of %s is asked for, on record as %s; the text is still there\n", target, done.By)
				fmt.Fprintf(t, "next: another officer of operations types the same command within 30 days: audit erase %s --reason %s\n", target, reason)
			})
		},
	}, casefile.ActErase)
	c.Flags().StringVar(&reason, "reason", "", strings.Join(casefile.ErasureReasons, ", "))
	c.Flags().BoolVar(&dryRun, "dry-run", false, "check what can be checked, and change nothing")
	return c
}
