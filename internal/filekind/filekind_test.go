package filekind

import (
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
)

func TestOf(t *testing.T) {
	for text, want := range map[string]string{
		"PK\x03\x04...":                           "a spreadsheet or zip file",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00":    "an old spreadsheet or document of Microsoft Office, or one with a password",
		"%PDF-1.7\n":                              "a PDF",
		"\x1f\x8b\x08":                            "a compressed file (gzip)",
		"\r\n<!DOCTYPE HTML PUBLIC>":              "a web page (HTML)",
		"\ufeff<html xmlns:o=\"urn\">":            "a web page (HTML)",
		"<table border=1><tr><td>family</td>":     "a web page (HTML)",
		"<?xml version=\"1.0\"?><Workbook>":       "a file in XML",
		"\ufeffBEGIN:VCALENDAR\r\nVERSION:2.0":    "a calendar for diaries (.ics)",
		"\xff\xfef\x00":                           UTF16,
		"":                                        "",
		"\ufeff":                                  "",
		"family,person\n":                         "",
		"family,person\n<b>,1\n":                  "",
		"{\"division\": \"scotland\"}":            "",
		"\x7fELF\x02\x01\n\x00\x00":               "",
		"# version: x\nscotland\t2026-01-01\tx\n": "",
	} {
		assert.Equal(t, want, Of([]byte(text)), "%q", text)
	}
}

func TestUTF16WithoutItsMark(t *testing.T) {
	for _, text := range []string{"family,person,relationship\nA,1,principal\n", "family;person\nÖrnekoğlu;Ayşe\n", "{\"division\": \"scotland\"}"} {
		var little, big []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			little = append(little, byte(unit), byte(unit>>8))
			big = append(big, byte(unit>>8), byte(unit))
		}
		assert.Equal(t, UTF16, Of(little), text)
		assert.Equal(t, UTF16, Of(big), text)
		assert.Equal(t, UTF16, Of(little[:len(little)-1]), "%s, cut off", text)
	}
}
