package backlog_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"hame/internal/backlog"
	"hame/internal/clock"
)

const fuzzHeader = "family,person,relationship,nationality,claim_date,council,given_names,family_name,date_of_birth,flags\n"

// FuzzRead: whatever bytes come as a backlog file, every row is either part of a
// family or quarantined with the reason and its line, and reading it twice gives
// the same.
func FuzzRead(f *testing.F) {
	today := clock.NewDate(2026, time.November, 25)
	var synthetic bytes.Buffer
	if err := backlog.Generate(&synthetic, backlog.GenerateOptions{Cases: 5, People: 18, Seed: 1, AsOf: today}); err != nil {
		f.Fatal(err)
	}
	f.Add(synthetic.Bytes())
	for _, rows := range []string{
		"F1,1,principal,Turkish,2019-05-02,Glasgow,Zeynep,Kaya,1988-03-05,\nF1,2,child,TUR,,,Deniz,Kaya,2016-11,\n",
		"F1,1,principal,Zaire,02/05/2019,S12000046,Жанна,\"O'Neil, \"\"Jr\"\"\",31/02/1990,public_harm;unknown\n",
		"F1,1,principal,Turkish,2019-05-02,Glasgow,\x00,\xff\xfe,1988,\nF1,1,principal,Turkish,,,,,,\n",
		"F1,1,child,Turkish\r\nF1;2;child\r\n\"F1,1,principal\n",
		",1,principal,Turkish,2019-05-02,Glasgow,a,b,1990,\n",
		strings.Repeat("F1,1,child,TUR,,,a,b,2016,\n", 30),
	} {
		f.Add([]byte(fuzzHeader + rows))
		f.Add([]byte("\xef\xbb\xbf" + fuzzHeader + rows))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := backlog.Read(bytes.NewReader(data), today)
		if err != nil {
			if file != nil || err.Error() == "" {
				t.Fatalf("refused, and still there: %v", err)
			}
			return
		}
		again, err := backlog.Read(bytes.NewReader(data), today)
		if err != nil || !reflect.DeepEqual(file.Report(), again.Report()) || !reflect.DeepEqual(file.Families, again.Families) {
			t.Fatal("read twice it differs")
		}
		lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + 1
		for _, found := range append(file.Quarantined, file.Warnings...) {
			if found.Line < 1 || found.Line > lines || found.Reason == "" {
				t.Fatalf("a finding of no line, or without words: %+v of %d lines", found, lines)
			}
		}
		report := file.Report()
		if len(file.Families)+len(file.QuarantinedFamilies) != file.FamiliesSeen && file.FamiliesSeen < len(file.Families) {
			t.Fatalf("%d families seen, %d accepted", file.FamiliesSeen, len(file.Families))
		}
		keys := map[string]bool{}
		for _, family := range file.Families {
			if family.Key == "" || keys[family.Key] || len(family.People) == 0 {
				t.Fatalf("family %q without key or people, or twice", family.Key)
			}
			keys[family.Key] = true
			principals := 0
			for i, p := range family.People {
				if p.No != i+1 {
					t.Fatalf("person %d of %q is numbered %d", i+1, family.Key, p.No)
				}
				if p.Relationship == "principal" {
					principals++
				}
			}
			if principals != 1 {
				t.Fatalf("%q has %d principals", family.Key, principals)
			}
		}
		// Nothing is lost: what is not accepted comes back, and stays quarantined.
		var quarantine bytes.Buffer
		if err := file.WriteQuarantine(&quarantine); err != nil {
			t.Fatal(err)
		}
		back, err := backlog.Read(&quarantine, today)
		if err != nil {
			t.Fatalf("the quarantine is no backlog file: %v", err)
		}
		if got := report.Accepted.People + back.PeopleSeen; got != report.People {
			t.Fatalf("%d rows: %d accepted, %d quarantined", report.People, report.Accepted.People, back.PeopleSeen)
		}
	})
}
