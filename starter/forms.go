package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"hame/internal/casefile"
)

func (a *app) formCommand() *cobra.Command {
	return &cobra.Command{
		Use: "form KIND REF[/N]", Short: "print the commented form of an act, such as decision.propose", Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			ref, subject, err := casefile.ParsePersonReference(args[1])
			if err != nil {
				return err
			}
			form, err := a.form(c.Context(), casefile.Act(args[0]), ref, subject)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.OutOrStdout(), form)
			return err
		},
	}
}

// form prints the form of an act, filled with what the file already tells.
func (a *app) form(ctx context.Context, act casefile.Act, ref string, subject int) (string, error) {
	rule, ok := act.Rule()
	if !ok || !rule.OnCase() {
		return "", usageError{fmt.Errorf("%q is no kind of act; a kind is written with a dot, such as welfare.report", act)}
	}
	s, err := a.database(ctx)
	if err != nil {
		return "", err
	}
	raw, err := s.CaseFile(ctx, ref, "form "+string(act))
	if err != nil {
		return "", err
	}
	var file caseFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s on %s: %s.\n# Lines that begin with # are not sent. Give this file with --file.\n", act, reference(ref, subject), rule.InWords)
	switch act {
	case casefile.ActReconcile:
		b.WriteString("paper_file:   # found, lost\nrecord:       # agrees, differs\n")
	case casefile.ActTriage:
		b.WriteString("priority:             # 1 public harm, 2 child near 18 or illness, 3 longest resident, 4 supported, 5 the rest\n" +
			"public_harm_screen:   # clear, refer\nfamily_ilr:           # yes, no, unknown: claim before 2 October 2000 and a dependant under 18\n" +
			"seven_years:          # yes, no, unknown: a child here seven years\nvulnerable:           # yes, no, unknown\n")
	case casefile.ActInterview:
		b.WriteString("adverse:   # none, answered, unanswered: whether adverse material was put, and answered\nput_on:    # the day it was put, if it was\n")
	case casefile.ActReport:
		b.WriteString("views:            # obtained, not_obtained: the child's own views\nviews_reason:     # if not: too_young, declined, unwell\nindicators:       # each: strength, concern, unknown\n")
		for _, i := range casefile.Indicators {
			fmt.Fprintf(&b, "  %s:\n", i)
		}
		b.WriteString("best_interests:   # remain, return, undetermined\n")
	case casefile.ActWaive:
		b.WriteString("# After a waiver only a grant can be signed, for every member of the family.\nreason:   # delay_harms_child, family_asks, council_cannot\n")
	case casefile.ActAnswer:
		b.WriteString("answer:   # accepted, rejected, more\n")
	case casefile.ActReturn:
		b.WriteString("reasons: []   # evidence_missed, law, child, reasons_thin, outcome\n")
	case casefile.ActPropose:
		fmt.Fprintf(&b, "revision: %d   # of the file you have read\noutcomes:        # %s\n", file.Revision, outcomeList())
		for _, p := range file.People {
			fmt.Fprintf(&b, "  - {person: %d, outcome: }\n", p.No)
		}
		b.WriteString(factorForm(file))
	case casefile.ActAgree:
		fmt.Fprintf(&b, "revision: %d   # of the file you have read\n%s", file.Revision, factorForm(file))
	}
	if act.NeedsText() {
		b.WriteString("text: |\n  \n")
	}
	return b.String(), nil
}

func outcomeList() string {
	words := make([]string, len(casefile.Outcomes))
	for i, o := range casefile.Outcomes {
		words[i] = string(o)
	}
	return strings.Join(words, ", ")
}

func factorForm(file caseFile) string {
	var b strings.Builder
	b.WriteString("# A finding under each of the eight factors of paragraph 395C: for, against, neutral, unknown. Person 0 is\n" +
		"# the whole family. A finding against somebody cites the evidence it rests on; none may rest on a gap.\n# The evidence on file:\n")
	for _, e := range file.Evidence {
		fmt.Fprintf(&b, "#   %d: %s", e.No, e.Provider)
		if e.Person > 0 {
			fmt.Fprintf(&b, "/%d", e.Person)
		}
		fmt.Fprintf(&b, ", %s, %s\n", e.Result, e.ReceivedOn)
	}
	b.WriteString("reasons:\n")
	for _, f := range casefile.Factors {
		fmt.Fprintf(&b, "  - {person: 0, factor: %s, finding: , evidence: []}\n", f)
	}
	return b.String()
}

// parseForm reads a form into an act's fields and returns its text. Errors name
// the form and the line.
func parseForm(source string, body []byte, into casefile.Fields) (string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(body, &doc); err != nil {
		return "", usageError{fmt.Errorf("%s: %w", source, err)}
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return "", usageError{fmt.Errorf("%s: it is no filled-in form: `starter form` prints one", source)}
	}
	text := ""
	mapping := doc.Content[0]
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == "text" {
			text = strings.TrimSpace(mapping.Content[i+1].Value)
			mapping.Content = slices.Delete(mapping.Content, i, i+2)
			break
		}
	}
	var coded bytes.Buffer
	if err := yaml.NewEncoder(&coded).Encode(mapping); err != nil {
		return "", err
	}
	d := yaml.NewDecoder(&coded)
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return "", usageError{fmt.Errorf("%s: %w", source, err)}
	}
	if err := into.Validate(); err != nil {
		return "", usageError{fmt.Errorf("%s: %w", source, err)}
	}
	return text, nil
}

// edit lets the person fill a form in their editor. A form that can't be read is
// kept, and its place is said.
func (a *app) edit(ctx context.Context, editor string, act casefile.Act, ref string, subject int) ([]byte, string, error) {
	form, err := a.form(ctx, act, ref, subject)
	if err != nil {
		return nil, "", err
	}
	f, err := os.CreateTemp("", "hame-form-*.yaml")
	if err != nil {
		return nil, "", err
	}
	if _, err := f.WriteString(form); err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return nil, "", err
	}
	c := exec.CommandContext(ctx, "sh", "-c", editor+` "$1"`, "sh", f.Name())
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return nil, "", fmt.Errorf("the editor: %w; your form is kept in %s", err, f.Name())
	}
	body, err := os.ReadFile(f.Name())
	return body, f.Name(), err
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
