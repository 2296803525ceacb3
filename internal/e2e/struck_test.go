package e2e

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAClerksSlip: a contact on the wrong family is listed, tried and struck by its author
// on the same day, and stays in the timeline; what a colleague entered takes two. An item of
// post that was linked to a stranger's file is taken off it, and the questions of data
// protection are answered.
func TestAClerksSlip(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	refs := s.families(t, nil)
	s.types(t, refs, 0, "--as archie backlog start --capacity 5 --target 2031-11-23")
	s.listsToday(t)
	s.prepared(t, refs, "A")
	s.types(t, refs, 0, "--as morag contact record A --how visit")
	list := s.types(t, refs, 0, "--as morag case strike A", "contact.record", "stands")
	act := regexp.MustCompile(`(?m)^(\d+) .*contact\.record`).FindStringSubmatch(list)
	require.NotNil(t, act, list)
	s.types(t, refs, 0, "--as morag case strike A "+act[1]+" --reason wrong_case --dry-run", "could be sent", "you may strike it alone",
		"no longer counted: what it changed of contact", "nothing was changed")
	s.types(t, refs, 3, "--as eilidh case strike A "+act[1]+" --reason wrong_case --dry-run", "no act "+act[1]+" that you may strike")
	s.types(t, refs, 2, "--as morag case strike A "+act[1]+" --reason oops", "must be one of")
	s.types(t, refs, 0, "--as morag case strike A "+act[1]+" --reason wrong_case", "recorded")
	s.types(t, refs, 3, "--as morag case strike A "+act[1]+" --reason wrong_case", "struck already")
	s.types(t, refs, 0, "--as morag case timeline A", "struck on", "by morag: wrong_case", "case.strike")
	s.types(t, refs, 0, "--as archie backlog status", "struck", "1 act, which counts in none of these figures")
	s.types(t, refs, 0, "--as archie report figures", "as it was believed then")
	s.types(t, refs, 0, "--as morag contact record B --how visit") // and it is entered on the right case

	// A colleague's act takes two.
	s.types(t, refs, 0, "--as hamish contact record A --how phone")
	list = s.types(t, refs, 0, "--as isla case strike A")
	act = regexp.MustCompile(`(?m)^(\d+) .*contact\.record .*hamish`).FindStringSubmatch(list)
	require.NotNil(t, act, list)
	s.types(t, refs, 0, "--as isla case strike A "+act[1]+" --reason twice --dry-run", "it takes two")
	s.types(t, refs, 0, "--as isla case strike A "+act[1]+" --reason twice")
	s.types(t, refs, 0, "--as hamish task list", "say whether the act was a mistake")
	s.types(t, refs, 3, "--as isla case strike A "+act[1]+" --reason twice", "asked for it yourself")
	s.types(t, refs, 0, "--as hamish case strike A "+act[1]+" --reason twice --dry-run", "isla has asked for it: your command strikes it")
	s.types(t, refs, 0, "--as hamish case strike A "+act[1]+" --reason twice")

	// An item of a stranger's.
	s.types(t, refs, 0, "--as morag post receive --from gp", "item 1")
	s.types(t, refs, 0, "--as morag post link 1 A")
	s.types(t, refs, 0, "--as ewan case show A")
	s.types(t, refs, 0, "--as morag post read 1")
	list = s.types(t, refs, 0, "--as morag case strike A")
	act = regexp.MustCompile(`(?m)^(\d+) .*post\.link`).FindStringSubmatch(list)
	require.NotNil(t, act, list)
	s.types(t, refs, 0, "--as morag case strike A "+act[1]+" --reason wrong_case")
	s.types(t, refs, 0, "--as fiona case timeline A", "post seen", "ewan", "the file was read on")
	s.types(t, refs, 0, "--as fiona task list", "answer whose data the wrongly linked item held")
	s.says(t, refs, "A neighbour's letter; ewan has forgotten it.", "--as fiona case breach A --item 1 --whose another_case --seen staff --told family")
	s.types(t, refs, 0, "--as morag post link 1 B")
	s.types(t, refs, 0, "--as una verify", "every invariant holds")
}
