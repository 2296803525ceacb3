package casefile

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// left are the characters that a person's name is compared without: marks on
// letters, and what nobody sees. The schema's person_key names the same ones.
var left = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00ad, Hi: 0x00ad, Stride: 1}, {Lo: 0x0300, Hi: 0x036f, Stride: 1}, {Lo: 0x061c, Hi: 0x061c, Stride: 1},
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, {Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, {Lo: 0x180b, Hi: 0x180f, Stride: 1},
		{Lo: 0x1ab0, Hi: 0x1aff, Stride: 1}, {Lo: 0x1dc0, Hi: 0x1dff, Stride: 1}, {Lo: 0x200b, Hi: 0x200f, Stride: 1},
		{Lo: 0x202a, Hi: 0x202e, Stride: 1}, {Lo: 0x2060, Hi: 0x206f, Stride: 1}, {Lo: 0x20d0, Hi: 0x20ff, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, {Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, {Lo: 0xfe20, Hi: 0xfe2f, Stride: 1},
		{Lo: 0xfeff, Hi: 0xfeff, Stride: 1}, {Lo: 0xffa0, Hi: 0xffa0, Stride: 1},
	},
	R32:         []unicode.Range32{{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1}},
	LatinOffset: 1,
}

// PersonKey is a person's name as persons are compared: without case, accents and
// invisible characters, with one kind of space. Two names of one key are one person
// for four eyes, and the staff list takes one spelling of each.
func PersonKey(name string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(left, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(name))
	return strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(visible), " ")), "ς", "σ")
}
