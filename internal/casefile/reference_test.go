package casefile

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawReference makes a reference from bytes that rapid draws, so that one that
// fails can be made again.
func drawReference(t *rapid.T) string {
	b := rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "random bytes")
	// All 64 may be above 252 and thrown away; zeros then fill the rest.
	ref, err := NewReference(io.MultiReader(bytes.NewReader(b), bytes.NewReader(make([]byte, 6))))
	require.NoError(t, err)
	return ref
}

func TestAReferenceIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := drawReference(t)
		require.Regexp(t, `^[23456789CFGHJKMPQRTVWXY]{3}-[23456789CFGHJKMPQRTVWXY]{4}$`, ref)
		require.False(t, strings.ContainsAny(ref, "AEIOU"), "no vowel, so that no word can appear: %s", ref)
		require.False(t, strings.ContainsAny(ref, "01BDLNSZ"), "nothing that is misread or misheard: %s", ref)
		for _, typed := range []string{
			ref, strings.ToLower(ref), strings.ReplaceAll(ref, "-", ""), strings.ReplaceAll(ref, "-", " "),
			"  " + ref + "\n", strings.Join(strings.Split(ref, ""), " "), strings.ToLower(strings.ReplaceAll(ref, "-", " - ")),
		} {
			got, err := ParseReference(typed)
			require.NoError(t, err, "%q", typed)
			require.Equal(t, ref, got, "%q", typed)
		}
	})
}

// TestAReferenceIsReadAsItIsPasted: from a letter, a chat or a spreadsheet, with what
// these programs make of a hyphen, a space or a slash, and with what nobody sees.
func TestAReferenceIsReadAsItIsPasted(t *testing.T) {
	for _, typed := range []string{
		"MKG‑P2QT/2", "MKG–P2QT/2", "MKG—P2QT/2", "MKG−P2QT/2", "'MKG-P2QT/2", "’MKG-P2QT/2", "MKG\u00a0P2QT/2", "MKG\u2009P2QT/2",
		"\ufeffMKG-P2QT/2", "MKG\u200b-P2QT/2\u200b", "MKG\u00ad-P2QT/2", "\u200eMKG-P2QT/2", "MKG-P2QT⁄2", "MKG-P2QT／2", "MKG－P2QT/2",
		"MKG-P2QT\ufe0f/2", "\u202aMKG-P2QT\u202c/2", "MKG-P2QT/2\U000e0020",
	} {
		ref, person, err := ParsePersonReference(typed)
		require.NoError(t, err, "%q", typed)
		require.Equal(t, "MKG-P2QT", ref, "%q", typed)
		require.Equal(t, 2, person, "%q", typed)
	}
}

func TestEverySingleWrongCharacterIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := strings.ReplaceAll(drawReference(t), "-", "")
		for i := range ref {
			for _, wrong := range referenceAlphabet {
				typed := ref[:i] + string(wrong) + ref[i+1:]
				if typed == ref {
					continue
				}
				_, err := ParseReference(typed)
				require.ErrorIs(t, err, ErrReference, "%s typed as %s", ref, typed)
			}
		}
	})
}

func TestEverySwapOfNeighboursIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := strings.ReplaceAll(drawReference(t), "-", "")
		for i := range len(ref) - 1 {
			typed := ref[:i] + ref[i+1:i+2] + ref[i:i+1] + ref[i+2:]
			if typed == ref {
				continue
			}
			_, err := ParseReference(typed)
			require.ErrorIs(t, err, ErrReference, "%s typed as %s", ref, typed)
		}
	})
}

// TestEveryReferenceIsEquallyLikely: 253 to 255 are thrown away, as 256 is no
// multiple of 23, and each other byte stands for its symbol.
func TestEveryReferenceIsEquallyLikely(t *testing.T) {
	seen := map[byte]int{}
	for b := range 253 {
		ref, err := NewReference(bytes.NewReader([]byte{255, byte(b), 254, byte(b), 253, byte(b), byte(b), byte(b), byte(b)}))
		require.NoError(t, err)
		require.Equal(t, strings.Repeat(ref[:1], 3)+"-"+strings.Repeat(ref[:1], 3), ref[:7])
		seen[ref[0]]++
	}
	require.Len(t, seen, 23)
	for symbol, n := range seen {
		require.Equal(t, 11, n, "%c", symbol)
	}
}

func TestReferencesFromTheSystemsRandomnessDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		ref, err := NewReference(rand.Reader)
		require.NoError(t, err)
		seen[ref] = true
	}
	require.Greater(t, len(seen), 990, "of 148 million, a thousand hardly ever collide")
}

func TestNoRandomnessNoReference(t *testing.T) {
	_, err := NewReference(bytes.NewReader([]byte{1, 2, 3}))
	require.ErrorIs(t, err, io.EOF)
	_, err = NewReference(bytes.NewReader(nil))
	require.ErrorIs(t, err, io.EOF)
}

func TestAMistypedReferenceSaysWhatIsWrong(t *testing.T) {
	ref, err := NewReference(bytes.NewReader([]byte{14, 13, 10, 15, 0, 16}))
	require.NoError(t, err)
	// By hand: M, K, G, P, 2, Q are symbols 14, 13, 10, 15, 0, 16, weighted 2 to 7:
	// 28 + 39 + 40 + 75 + 0 + 112 = 294, which is 18 more than 12 times 23: T.
	require.Equal(t, "MKG-P2QT", ref)
	for _, c := range []struct{ typed, says string }{
		{"", "has 0 characters, not 7"},
		{"MKG-P2Q", "has 6 characters, not 7"},
		{"MKG-P2QTT", "has 8 characters, not 7"},
		{"MKG-P2QA", `holds 'A', which no reference does`},
		{"mkg-p2o4", `holds 'O', which no reference does`},
		{"MKG_P2Q", `holds '_', which no reference does`},
		{"MKG-P2Q£", `holds '£', which no reference does`}, // seven characters, of which one is wrong
		{"MKG-P2Q5", "the check character"},
		{"MKG-PQ2T", "two are swapped"},
		{"KMG-P2QT", "two are swapped"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			got, err := ParseReference(c.typed)
			require.Empty(t, got)
			require.ErrorIs(t, err, ErrReference)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestPersonReferences(t *testing.T) {
	for _, c := range []struct {
		typed  string
		person int
		says   string // of the error; "" if it is read
	}{
		{"MKG-P2QT", 0, ""},
		{"MKG-P2QT/1", 1, ""},
		{"mkg p2qt/2", 2, ""},
		{"MKGP2QT/12", 12, ""},
		{"MKG-P2QT/", 0, "must be a number from 1, as in MKG-P2QT/2"},
		{"MKG-P2QT/0", 0, "must be a number from 1"},
		{"MKG-P2QT/-1", 0, "must be a number from 1"},
		{"MKG-P2QT/two", 0, "must be a number from 1"},
		{"MKG-P2QT/2/3", 0, "must be a number from 1"},
		{"MKG-P2QT/99999999999999999999", 0, "must be a number from 1"},
		{"MKG-P2Q5/2", 0, "the check character"},
		{"/2", 0, "has 0 characters"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			ref, person, err := ParsePersonReference(c.typed)
			if c.says == "" {
				require.NoError(t, err)
				require.Equal(t, "MKG-P2QT", ref)
				require.Equal(t, c.person, person)
				return
			}
			require.True(t, errors.Is(err, ErrReference))
			require.ErrorContains(t, err, c.says)
			require.Empty(t, ref)
			require.Zero(t, person)
		})
	}
}
