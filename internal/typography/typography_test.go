package typography

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestWhatCanNotBeSeen(t *testing.T) {
	for _, r := range []rune{'\u200b', '\ufeff', '\u00ad', '\u200d', '\u200e', '\u061c', '\u202e', '\u2066', '\u2060', '\u2064', '\u034f', '\u180e',
		'\ufe0f', '\U000e0100', '\U000e0067', '\U000e0001', '\u3164', '\uffa0', '\u115f', '\ufff9'} {
		assert.True(t, Unseen(r), "%U", r)
	}
	for _, r := range []rune{'a', 'é', ' ', '\u00a0', '\u3000', '-', '\u2014', '\ufffd', '\u0601', '\u0301', '\u200a', '\u2800', '李', '\U00013430'} {
		assert.False(t, Unseen(r), "%U", r)
	}
}

// Two keys or references that people read as one are one.
func TestKeyAndPlain(t *testing.T) {
	for _, s := range []string{"F 100", " F\u00a0100", "F\u2009100\u200b", "\ufeffF\u3000100", "F\u00ad\u2800100\ufe0f", "F\u202f1\u20600\U000e00200"} {
		assert.Equal(t, "F 100", Key(s), "%q", s)
		assert.Equal(t, "F 100", Plain(s), "%q", s)
	}
	assert.Equal(t, "A–1", Key("A–1"), "a key keeps its dash")
	for _, s := range []string{"A-1/2'", "A–1⁄2’", "A‑1/2ʼ", "A－1／2＇", "A−1∕2′", "A﹣1/2`"} {
		assert.Equal(t, "A-1/2'", Plain(s), "%q", s)
	}
	assert.Equal(t, "\uFFFD", Key("\xff"))
}

// A name keeps what its script needs, and loses what is only left of another program.
func TestText(t *testing.T) {
	for _, s := range []string{
		"مثال\u200cیار",      // Persian: two parts of a name that don't join
		"\u200fاحمد",         // a mark of direction before Arabic
		"דוד\u200e",          // and after Hebrew
		"ක්\u200dෂ",          // Sinhala: letters that join
		"葛\U000e0100城",       // a variant of a Chinese character, as in Japanese names
		"ᠠ\u180b",            // a variant of a Mongolian letter
		"Zoë O’Neill-Łęcki",  // what is seen stays
		"1 Street\nGlasgow",  // so do the lines of an address
		"ප්\u200dරසාද් Jean", // two scripts in a name
	} {
		kept, lost := Text(s)
		assert.Equal(t, s, kept)
		assert.Empty(t, lost, "%q", s)
	}
	for s, want := range map[string]string{
		"A\u200bli": "Ali", "\ufeffAli": "Ali", "Ali\u00ad": "Ali", "A\u200dli": "Ali", "\u200eAli": "Ali", "Ali\ufe0f": "Ali",
		"Ali\u00a0Reza": "Ali Reza", "Ali\u2009Reza": "Ali Reza", "\u3164": "", "Ali\U000e0067\U000e007f": "Ali",
		"\u200cعلی": "علی", "А\u200dнна": "Анна",
	} {
		kept, lost := Text(s)
		assert.Equal(t, want, kept, "%q", s)
		assert.NotEmpty(t, lost, "%q", s)
	}
}

// FuzzText: a text loses no letter that is seen, and once it is read it loses nothing more.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "Ali", "مثال\u200cیار", "\u200fاحمد", "A\u200bli\u00a0\ufe0f", "葛\U000e0100城", "\u202eAli\u202c", "\xff\u00ad", "Ａ－１", "\u2800"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // such a cell is at fault before it is read
		}
		kept, lost := Text(s)
		again, more := Text(kept)
		if again != kept || len(more) > 0 {
			t.Fatalf("%q is kept as %q, and that as %q without %U", s, kept, again, more)
		}
		if (len(lost) > 0) != (kept != s) {
			t.Fatalf("%q is kept as %q, and is said to have lost %U", s, kept, lost)
		}
		for _, r := range lost {
			if !Unseen(r) && !Space(r) {
				t.Fatalf("%q lost %U, which is seen", s, r)
			}
		}
		for _, read := range []string{Key(s), Plain(s)} {
			for _, r := range read {
				if Unseen(r) {
					t.Fatalf("%q is read as %q, with %U in it", s, read, r)
				}
			}
		}
		if Key(Key(s)) != Key(s) || Plain(Plain(s)) != Plain(s) || Plain(Key(s)) != Plain(s) {
			t.Fatalf("%q is another key when it is read again", s)
		}
	})
}
