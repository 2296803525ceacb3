package casefile

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"hame/internal/typography"
)

// The 23 symbols of a case reference. Vowels are left out so that no word can
// appear; 0, 1, B, D, L, N, S and Z because they are misread or misheard.
// 23 is prime, which is what lets one check character find every single wrong
// character and every swap of two neighbours.
const referenceAlphabet = "23456789CFGHJKMPQRTVWXY"

const referenceLength = 7

// ErrReference is wrapped by every error about a malformed case reference.
var ErrReference = errors.New("not a case reference")

// NewReference draws a case reference, such as K7F-M2Q8, from a source of
// random bytes. It says nothing about the family; its last character is a
// check character. About 148 million references exist, so the caller must
// still refuse a reference that is taken.
func NewReference(random io.Reader) (string, error) {
	symbols := make([]byte, 0, referenceLength)
	var b [1]byte
	for len(symbols) < referenceLength-1 {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("draw a case reference: %w", err)
		}
		// 253 is the largest multiple of 23 in a byte: what lies above is
		// thrown away, or some references would be likelier than others.
		if b[0] < 253 {
			symbols = append(symbols, referenceAlphabet[int(b[0])%len(referenceAlphabet)])
		}
	}
	symbols = append(symbols, checkCharacter(symbols))
	return string(symbols[:3]) + "-" + string(symbols[3:]), nil
}

// ParseReference reads a case reference as a person types or pastes it: in either
// case, with or without its hyphen or spaces, with any kind of dash or space, with an
// apostrophe before it, and with characters that can't be seen. It returns the
// canonical form, or an error wrapping [ErrReference] that says which part is wrong.
func ParseReference(s string) (string, error) {
	clean := strings.TrimLeft(typography.Plain(s), "'")
	clean = strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(clean))
	for _, c := range clean {
		if !strings.ContainsRune(referenceAlphabet, c) {
			return "", fmt.Errorf("%w: %s holds %q, which no reference does", ErrReference, quoted(s), c)
		}
	}
	if n := utf8.RuneCountInString(clean); n != referenceLength {
		return "", fmt.Errorf(
			"%w: %s has %d characters, not %d; a reference looks like "+
				"K7F-M2Q8", ErrReference, quoted(s), n, referenceLength)
	}
	if checkCharacter([]byte(clean[:referenceLength-1])) != clean[referenceLength-1] {
		return "", fmt.Errorf(
			"%w: the check character of %s does not fit; one character is wrong or two are "+
				"swapped", ErrReference, quoted(s))
	}
	return clean[:3] + "-" + clean[3:], nil
}

// ParsePersonReference reads REF or REF/N, where N is a person's number in the
// family. The number is 0 when none is given.
func ParsePersonReference(s string) (ref string, person int, err error) {
	head, tail, found := strings.Cut(typography.Plain(s), "/")
	if ref, err = ParseReference(head); err != nil || !found {
		return ref, 0, err
	}
	if person, err = ParseNumber(tail, MaxNumber); err != nil {
		return "", 0, fmt.Errorf("%w: the person in %s must be a number from 1, as in %s/2", ErrReference, quoted(s), ref)
	}
	return ref, person, nil
}

// MaxNumber is the largest number of a person, letter, representation or piece of
// evidence of one case that is taken [D]; MaxItem that of an item of post, and
// of a file's revision.
const (
	MaxNumber = 9999
	MaxItem   = 1<<31 - 1
)

// ParseNumber reads a number from 1 as a person types it: decimal digits and
// nothing else.
func ParseNumber(s string, largest int) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n < 1 || n > uint64(largest) {
		return 0, fmt.Errorf("%s is no number from 1 to %d", quoted(s), largest)
	}
	return int(n), nil
}

// quoted quotes what was typed where a person will recognise it: its beginning.
func quoted(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(s)
}

func checkCharacter(symbols []byte) byte {
	sum := 0
	for i, c := range symbols {
		sum += (i + 2) * strings.IndexByte(referenceAlphabet, c)
	}
	return referenceAlphabet[sum%len(referenceAlphabet)]
}
