package forecast

import (
	"cmp"
	"slices"

	"hame/internal/casefile"
)

// WeekMinutes is how many minutes of casework an officer has in a week [D]: thirty hours of
// the thirty-seven that are paid.
const WeekMinutes = 30 * 60

// minutes is an assumption [D], which no source gives: how long an officer works for each act,
// with what must be read, asked and written before it. Nobody has measured it. Whoever plans
// with officers' weeks should measure first, and change it here. A test holds that no act is
// left out.
var minutes = map[casefile.Act]int{
	casefile.ActAssign: 15, casefile.ActReconcile: 120, casefile.ActTriage: 45, casefile.ActOpen: 15,
	casefile.ActFlag: 30, casefile.ActLookInto: 120, casefile.ActCorrect: 20, casefile.ActDifference: 15,
	casefile.ActDuplicate: 45, casefile.ActRecover: 30, casefile.ActArrival: 30,

	casefile.ActLetterSent: 20, casefile.ActLetterDelivered: 2, casefile.ActLetterReturned: 10, casefile.ActContact: 30,
	casefile.ActReceivePost: 5, casefile.ActLinkPost: 5, casefile.ActReadPost: 20, casefile.ActDismissPost: 5,

	casefile.ActInterview: 180, casefile.ActEvidence: 30,

	casefile.ActAssignWelfare: 15, casefile.ActReport: 600, casefile.ActSignWelfare: 60, casefile.ActReturnWelfare: 30,
	casefile.ActWaive: 30, casefile.ActConcern: 30,

	casefile.ActReceiveLetter: 15, casefile.ActDraft: 180, casefile.ActCheckDraft: 45, casefile.ActClear: 30,
	casefile.ActReturnDraft: 20, casefile.ActDecline: 20, casefile.ActSignLetter: 15, casefile.ActSendLetter: 10,
	casefile.ActAnswer: 90,

	casefile.ActRequestCheck: 15, casefile.ActRecordCheck: 5, casefile.ActPropose: 360, casefile.ActAgree: 120,
	casefile.ActReturn: 60, casefile.ActWithdraw: 10, casefile.ActCorrectDecision: 120, casefile.ActRemake: 360,

	casefile.ActRecordService: 30, casefile.ActStatusIssued: 15, casefile.ActAppeal: 30, casefile.ActNoAppeal: 15,
	casefile.ActLateArrival: 30, casefile.ActAppealHeard: 240, casefile.ActAppealEnded: 30,

	casefile.ActReturnStep: 60, casefile.ActRemains: 15, casefile.ActOpenWindow: 60, casefile.ActCloseWindow: 15,
	casefile.ActRemoved: 30,

	casefile.ActBorn: 20, casefile.ActJoined: 30, casefile.ActDied: 30, casefile.ActHasStatus: 60,
	casefile.ActRecordError: 60, casefile.ActAskWithdrawal: 15, casefile.ActHearWithdrawal: 90,
	casefile.ActDropWithdrawal: 10, casefile.ActConfirmWithdrawal: 30, casefile.ActAskDeparture: 15,
	casefile.ActStays: 10, casefile.ActDeparted: 20, casefile.ActHandOver: 60, casefile.ActReopen: 60,
	casefile.ActConfirm: 45, casefile.ActSplit: 120, casefile.ActMerge: 90, casefile.ActUnmerge: 90,

	casefile.ActLost: 15, casefile.ActTraceStep: 45, casefile.ActArchive: 60, casefile.ActFound: 30,

	casefile.ActHold: 30, casefile.ActRelease: 15, casefile.ActExtend: 15,
	casefile.ActLodge: 60, casefile.ActInterdict: 60, casefile.ActCourtEnd: 30,
	casefile.ActRepresentativeChange: 15, casefile.ActRepresentativeClosed: 15,
	casefile.ActMove: 20, casefile.ActAcceptMove: 30, casefile.ActSubmissions: 30, casefile.ActConsider: 180,

	casefile.ActBacklogStart: 30, casefile.ActBacklogPause: 15, casefile.ActBacklogResume: 15,
	casefile.ActBacklogCapacity: 15, casefile.ActApplyCalendar: 30, casefile.ActErase: 30, casefile.ActTakeBack: 60,

	casefile.ActStrike: 15, casefile.ActBreach: 60,
}

// roleOf is the role whose time an act takes: the first that may do it, as its description
// lists them [D]. Who agrees to what a colleague has asked for is a second officer.
func roleOf(act casefile.Act) casefile.Party {
	if roles := act.Rule().Roles; act != casefile.ActConfirm && len(roles) > 0 {
		return roles[0]
	}
	return casefile.SecondOfficer
}

// Minutes is how many minutes an act is assumed to take an officer, and of which role [D]; 0 of
// what is no act.
func Minutes(act casefile.Act) (n int, of casefile.Party) { return minutes[act], roleOf(act) }

// Assumed is of how many acts the minutes are assumed.
func Assumed() int { return len(minutes) }

// Acts are those that were done on the last families of a lane that were decided, by the phase
// in which they were done; those in Service are of the last that were carried out.
type Acts struct {
	Decided    int     `json:"decided"`     // families
	CarriedOut int     `json:"carried_out"` // families
	Done       []Tally `json:"done"`
}

// Tally is how often an act was done in a phase.
type Tally struct {
	Phase Phase        `json:"phase"`
	Act   casefile.Act `json:"act"`
	Times int          `json:"times"`
}

// RoleWork is the work of one role. It rests on an assumption: see [Minutes].
type RoleWork struct {
	Role casefile.Party `json:"role"`
	// Weeks is how many officers' weeks it takes until every family on record is decided and
	// what was decided is carried out.
	Weeks float64 `json:"officer_weeks"`
	// Officers is how many officers the lane's weekly capacity keeps busy.
	Officers float64 `json:"officers"`
}

// Work is what the families on record take of each role, the role with the most first. A
// family that is in a phase is taken to have half of the phase's work behind it [D]. Nil if
// fewer than [Fewest] families were decided; without the work after a signature if so few were
// carried out.
func Work(r Record, capacity int, acts Acts) []RoleWork {
	if acts.Decided < Fewest {
		return nil
	}
	phases := slices.Concat(Phases, []Phase{Service})
	per := make([]map[casefile.Party]float64, len(phases)) // minutes a family
	for i := range per {
		per[i] = map[casefile.Party]float64{}
	}
	for _, t := range acts.Done {
		families := acts.Decided
		if t.Phase == Service {
			families = acts.CarriedOut
		}
		if i := slices.Index(phases, t.Phase); i >= 0 && families >= Fewest {
			n, role := Minutes(t.Act)
			per[i][role] += float64(n*t.Times) / float64(families)
		}
	}
	goesOn := shares(r)
	// passing adds the work of a family that is in a phase, of which a part is still to do.
	passing := func(total map[casefile.Party]float64, from int, part, families float64) {
		for i := from; i < len(phases); i++ {
			for role, n := range per[i] {
				total[role] += families * part * n
			}
			if part = 1; i < len(goesOn) {
				families *= goesOn[i]
			}
		}
	}
	weeks, load := map[casefile.Party]float64{}, map[casefile.Party]float64{}
	passing(weeks, 0, 1, float64(r.ToDraw()))
	for _, s := range r.Spans {
		if s.End == Running {
			part := 0.5
			if s.Days < 0 {
				part = 1
			}
			passing(weeks, slices.Index(Phases, s.Phase), part, float64(s.Families))
		}
	}
	passing(load, 0, 1, float64(capacity))
	all := []RoleWork{}
	for _, role := range casefile.Roles {
		if weeks[role]+load[role] > 0 {
			all = append(all, RoleWork{Role: role, Weeks: weeks[role] / WeekMinutes, Officers: load[role] / WeekMinutes})
		}
	}
	slices.SortStableFunc(all, func(a, b RoleWork) int { return cmp.Compare(b.Weeks, a.Weeks) })
	return all
}

// shares are, of those who left a phase, the share that went on to the next.
func shares(r Record) (of [4]float64) {
	for i, phase := range Phases {
		next, all := 0, 0
		for _, s := range r.Spans {
			if s.Phase == phase && s.End != Running {
				all += s.Families
				if s.End == Next {
					next += s.Families
				}
			}
		}
		if of[i] = 1; all > 0 {
			of[i] = float64(next) / float64(all)
		}
	}
	return of
}
