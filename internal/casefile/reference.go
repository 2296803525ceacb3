package casefile

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
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

// ParseReference reads a case reference as a person types it: in either case,
// with or without its hyphen or spaces. It returns the canonical form, or an
// error wrapping [ErrReference] that says which part is wrong.
func ParseReference(s string) (string, error) {
	clean := strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(strings.TrimSpace(s)))
	if n := utf8.RuneCountInString(clean); n != referenceLength {
		return "", fmt.Errorf("%w: %q has %d characters, not %d; a reference looks like K7F-M2Q8", ErrReference, s, n, referenceLength)
	}
	for _, c := range clean {
		if !strings.ContainsRune(referenceAlphabet, c) {
			return "", fmt.Errorf("%w: %q holds %q, which no reference does", ErrReference, s, c)
		}
	}
	if checkCharacter([]byte(clean[:referenceLength-1])) != clean[referenceLength-1] {
		return "", fmt.Errorf("%w: the check character of %q does not fit; one character is wrong or two are swapped", ErrReference, s)
	}
	return clean[:3] + "-" + clean[3:], nil
}

// ParsePersonReference reads REF or REF/N, where N is a person's number in the
// family. The number is 0 when none is given.
func ParsePersonReference(s string) (ref string, person int, err error) {
	head, tail, found := strings.Cut(s, "/")
	if ref, err = ParseReference(head); err != nil || !found {
		return ref, 0, err
	}
	person, err = strconv.Atoi(tail)
	if err != nil || person < 1 {
		return "", 0, fmt.Errorf("%w: the person in %q must be a number from 1, as in %s/2", ErrReference, s, ref)
	}
	return ref, person, nil
}

func checkCharacter(symbols []byte) byte {
	sum := 0
	for i, c := range symbols {
		sum += (i + 2) * strings.IndexByte(referenceAlphabet, c)
	}
	return referenceAlphabet[sum%len(referenceAlphabet)]
}
