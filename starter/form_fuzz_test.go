package main

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"hame/internal/casefile"
	"hame/internal/cli"
	"hame/internal/clock"
	"hame/internal/desk"
)

// FuzzForm: any bytes may be given as the form or text of an act. Either the act is
// refused as wrongly typed, in words that a terminal can show, or it becomes a command
// whose fields are read again as they were filled in.
func FuzzForm(f *testing.F) {
	for i, rule := range casefile.ActRules {
		var form strings.Builder
		for _, asked := range casefile.NewFields(rule.Act).Ask() {
			if asked.Shape == casefile.One && !strings.Contains(asked.Name, ".") {
				fmt.Fprintf(&form, "%s: %s\n", asked.Name, append(asked.Codes, asked.Such)[0])
			}
		}
		f.Add(uint8(i), []byte(form.String()+"text: |\n  Written by a test.\n"))
		f.Add(uint8(i), []byte("A plain text.\nOf two lines.\n"))
	}
	for _, body := range []string{
		"to: [morag]\n", "revision: 3\noutcomes:\n  - {person: 1, outcome: GRANT_ILR}\nreasons:\n  - {person: 0, factor: age, finding: for, evidence: [1, 1e3, 0x10]}\ntext: x\n",
		"how: *a\n", "a: &a [*a]\n", "text: a\n---\ntext: b\n", "text: \"\\a\\0\"\n", "{how: phone, how: visit}", "letter: 99999999999999999999\n",
		"put_on: 2026-02-31\n", "put_on: 31/12/2026\n", "on: yes\n", "how: !!binary aGFtZQ==\n", "\ufefftext: x\n", "text: \u202ex\n", "<<: {text: x}\n", "? [a]\n: b\n", "%YAML 9\n---\ntext: x",
	} {
		for i := range casefile.ActRules {
			f.Add(uint8(i), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		if len(body) > cli.MaxInput || !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 || len(bytes.TrimSpace(body)) == 0 {
			return // the file is not read as far as this
		}
		act := casefile.ActRules[int(which)%len(casefile.ActRules)].Act
		fields := casefile.NewFields(act)
		text, err := cli.ParseFile("form.yaml", body, act, fields)
		if err != nil {
			said := describe(err)
			if exitCode(err) != exitUsage || !strings.Contains(said, "form.yaml") {
				t.Fatalf("%s of %q: exit code %d, %q", act, body, exitCode(err), said)
			}
			if len(said) > cli.MaxLines*cli.MaxCharacters*utf8.UTFMax || strings.ContainsFunc(said, func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' }) {
				t.Fatalf("%s of %q: no terminal should be shown %q", act, body, said)
			}
			return
		}
		cmd, err := desk.New("K7F-M2Q8", act, 0, clock.NewDate(2026, time.November, 23), fields, text)
		if err != nil {
			if exitCode(err) != exitUsage {
				t.Fatalf("%s of %q: %v", act, body, err)
			}
			return
		}
		if cmd.Text != text || casefile.CheckText(cmd.Text) != nil {
			t.Fatalf("%s of %q: its text became %q", act, body, cmd.Text)
		}
		back, err := casefile.DecodeFields(act, cmd.Fields)
		if err != nil || !reflect.DeepEqual(back, fields) {
			t.Fatalf("%s of %q: recorded as %s, read again as %+v (%v), filled in as %+v", act, body, cmd.Fields, back, err, fields)
		}
	})
}
