package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"hame/internal/clock"
	"hame/internal/policy"
)

// TestWhatOnePersonCanNot do by starter alone: sign on another day, shake off the
// second officer, decide before a referral is looked into, serve without the letter,
// become a second pair of eyes, or start a lane twice (A1, A3, A4, A6, A7, A8).
func TestWhatOnePersonCanNot(t *testing.T) {
	s := newSystem(t)
	s.startWorker(t)
	ref := s.toDecision(t)
	refs := map[string]string{"REF": ref}
	longAgo := clock.DateOf(time.Now()).AddDays(-180).String()

	t.Run("sign on another day", func(t *testing.T) {
		for _, line := range []string{"decision propose REF", "decision agree REF", "decision return REF", "decision withdraw REF --reason mistake",
			"representation clear REF", "welfare sign REF/2", "welfare waive REF/2", "representation answer REF 1 --accepted", "case flag REF/1 serious_illness on"} {
			out, errs, code := s.starter(t, append(strings.Fields(strings.ReplaceAll("--as una "+line, "REF", ref)), "--on", longAgo)...)
			require.Equal(t, 2, code, "%s: %s%s", line, out, errs)
			require.Contains(t, errs, "leave out --on")
		}
		s.types(t, refs, 3, "--as morag contact record REF --how phone --on 0001-01-01", "Refugee Convention")
		s.types(t, refs, 3, "--as morag contact record REF --how phone --on "+longAgo, "--confirm")
		s.types(t, refs, 0, "--as morag contact record REF --how phone --confirm --on "+longAgo)
	})
	t.Run("shake off the second officer", func(t *testing.T) {
		key := drawnFor(ref)
		s.db.SQL(t, "postgres").MustExec(`update hame.programme set sampling_key = $1`, key)
		s.types(t, refs, 0, "--as ewan decision propose REF --file "+s.proposal(t, ref, "GRANT_ILR"))
		require.Contains(t, s.tasks(t, ref), "decision.agree second_officer")
		for range 2 { // by the same key the next draws would let it go
			s.types(t, refs, 0, "--as ewan decision withdraw REF --reason mistake")
			s.types(t, refs, 0, "--as ewan decision propose REF --file "+s.proposal(t, ref, "GRANT_ILR"))
			require.Contains(t, s.tasks(t, ref), "decision.agree second_officer", "once drawn, always drawn")
		}
		s.types(t, refs, 0, "--as ewan decision withdraw REF --reason mistake")
	})
	t.Run("decide before a referral is looked into", func(t *testing.T) {
		s.types(t, refs, 0, "--as morag check request REF/1")
		s.types(t, refs, 0, "--as morag check record REF/1 --result refer --done-on "+clock.DateOf(time.Now()).String())
		s.types(t, refs, 3, "--as ewan decision propose REF --file "+s.proposal(t, ref, "GRANT_ILR"), "case look-into")
		s.says(t, refs, "finding: no_concern\ntext: what the police meant\n", "--as fiona case look-into REF/1")
		s.types(t, refs, 0, "--as ewan decision propose REF --file "+s.proposal(t, ref, "GRANT_ILR"))
		require.Contains(t, s.tasks(t, ref), "decision.agree second_officer")
		s.types(t, refs, 0, "--as ailsa decision agree REF --file "+s.agreement(t, ref))
	})
	t.Run("serve without the letter", func(t *testing.T) {
		s.types(t, refs, 3, "--as morag service record REF --how recorded_delivery --proof tracking", "letter sent --to family")
		s.types(t, refs, 3, "--as morag service record REF --how representative --proof acknowledgement", "no representative on file")
		s.types(t, refs, 0, "--as morag letter sent REF/2 --to family --by recorded_delivery")
		s.types(t, refs, 0, "--as morag service record REF --how recorded_delivery --proof tracking")
	})
	t.Run("become a second pair of eyes", func(t *testing.T) {
		login := "eyes_" + strings.ReplaceAll(uuid.NewString(), "-", "")
		s.types(t, nil, 3, "staff add "+login+" --person Ewan", `type --person "ewan"`)
		s.types(t, nil, 0, "staff add "+login+" --person ewan")
		s.types(t, nil, 3, "staff grant "+login+" --role minister", "never meet in one person")
		s.types(t, nil, 3, "staff grant "+login+" --role auditor", "never meet in one person")
		s.types(t, nil, 2, "staff grant "+login+" --role welfare_lead --council E09000012", "Scotland")
	})
	t.Run("start a lane twice", func(t *testing.T) {
		s.types(t, nil, 3, "--as archie backlog start --capacity 800 --target 2031-11-23", "runs at 1 families a week", "backlog capacity")
		s.types(t, nil, 3, "--as archie backlog start --lane fast-track --capacity 8 --target 2020-01-01", "has passed")
	})
	require.Contains(t, s.must(t, "--as", "una", "verify"), "every invariant holds")
}

// drawnFor is a key by which a case's first proposal is drawn for a second officer,
// and the next four are not.
func drawnFor(ref string) string {
	for {
		key := uuid.NewString()
		drawn := policy.Sampled(key, ref, 1)
		for no := 2; no <= 5; no++ {
			drawn = drawn && !policy.Sampled(key, ref, no)
		}
		if drawn {
			return key
		}
	}
}
