package backlog

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNameKey(t *testing.T) {
	same := [][2][2]string{
		{{"O'Brien", "Zoë"}, {"OBRIEN", "zoe"}},
		{{"Örnekoğlu", "İbrahim"}, {"ornekoglu", "ibrahim"}},
		{{"IŞIK", "Ayla"}, {"Işık", "AYLA"}},
		{{"", "Ali Reza"}, {"Reza", "Ali"}},
		{{"al-Mithali", "Nawal"}, {"Al Mithali", "NAWAL"}},
		{{"Łęcki", "Øyvind"}, {"Lecki", "Oyvind"}},
		{{"أحمد", "مُحَمَّد"}, {"احمد", "محمد"}},
		{{"کریمی", "علی"}, {"كريمي", "علي"}},
		{{"مثال‌یار", ""}, {"مثالیار", ""}},
		{{"Ｌｉ", "Ｗｅｉ"}, {"Li", "Wei"}},
		{{"Приме́ров", "Андрей"}, {"ПРИМЕРОВ", "андрей"}},
		{{"Straße", ""}, {"STRASSE", ""}},
	}
	for _, c := range same {
		assert.Equal(t, NameKey(c[0][0], c[0][1]), NameKey(c[1][0], c[1][1]), c)
		assert.NotEmpty(t, NameKey(c[0][0], c[0][1]))
	}
	assert.NotEqual(t, NameKey("கவிதா", ""), NameKey("கவதா", ""), "vowel signs count")
	assert.NotEqual(t, NameKey("李伟", ""), NameKey("李偉", ""))
	for _, s := range []string{"", " ", "-", "?!", "’", "\u200c"} {
		assert.Empty(t, NameKey(s, s), "%q", s)
	}
}
