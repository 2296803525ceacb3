// Package filekind tells what a file is that was sent in place of a text: each by the
// marks at its beginning, since names lie.
package filekind

import (
	"bytes"
)

// UTF16 is what [Of] says of a text in UTF-16, with or without its mark.
const UTF16 = "a text in UTF-16"

// begins are what files of a kind begin with, and what the kind is called.
var begins = []struct{ with, what string }{
	{"PK\x03\x04", "a spreadsheet or zip file"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old spreadsheet or document of Microsoft Office, or one with a password"},
	{"%PDF-", "a PDF"},
	{"{\\rtf", "a document in RTF"},
	{"\x1f\x8b", "a compressed file (gzip)"},
	{"\xff\xfe", UTF16},
	{"\xfe\xff", UTF16},
}

// opens are what texts of a kind open with, in small letters, after spaces and a
// byte-order mark.
var opens = []struct{ with, what string }{
	{"begin:vcalendar", "a calendar for diaries (.ics)"},
	{"<!doctype html", webPage}, {"<html", webPage}, {"<head", webPage}, {"<body", webPage}, {"<table", webPage},
	{"<meta", webPage}, {"<script", webPage}, {"<div", webPage}, {"<!--", webPage}, {"<style", webPage},
	{"<?xml", "a file in XML"}, {"<rss", "a file in XML"}, {"<workbook", "a file in XML"},
}

const webPage = "a web page (HTML)"

// Of says what a file is, such as "a web page (HTML)", and "" for a text that may be
// what was wanted.
func Of(data []byte) string {
	for _, b := range begins {
		if bytes.HasPrefix(data, []byte(b.with)) {
			return b.what
		}
	}
	if unmarkedUTF16(data) {
		return UTF16
	}
	text := bytes.ToLower(bytes.TrimLeft(data[:min(len(data), sample)], "\ufeff \t\r\n"))
	for _, o := range opens {
		if bytes.HasPrefix(text, []byte(o.with)) {
			return o.what
		}
	}
	return ""
}

// sample is how many bytes of a file are looked at.
const sample = 512

// unmarkedUTF16 reports whether a text is in UTF-16 without its byte-order mark: of its
// first characters, which are Latin in a header, every other byte is zero.
func unmarkedUTF16(data []byte) bool {
	data = data[:min(len(data), sample)&^1]
	if len(data) < 8 {
		return false
	}
	var zeros [2]int
	for i, b := range data {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(data) / 2
	mostly, hardly := half*7/10, half/10
	return zeros[1] > mostly && zeros[0] <= hardly || zeros[0] > mostly && zeros[1] <= hardly
}
