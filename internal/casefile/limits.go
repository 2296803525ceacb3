package casefile

// The time limits that are no task's: how long a task has is its rule set's to say.
// They stand here alone, and what looks at them is in this package or in policy. What
// the database must know of them is written there by set-up ([DatabaseLimits]).
const (
	// SecurityCheckDays is how many calendar days a security check is good for (C2).
	SecurityCheckDays = 90
	// WelfareCheckMonths is how many months a child's welfare check is good for (C2).
	WelfareCheckMonths = 6
	// AdverseAnswerWDays is how many working days of England and Wales a person has to
	// answer adverse material (row 7).
	AdverseAnswerWDays = 10
	// RepresentativeWDays is how many working days of England and Wales letters go to a
	// former representative too, and the family has more, when it changes (domain.md 6.3).
	RepresentativeWDays = 10

	// FarDays is how many calendar days before today an attested day may be without
	// being asked back [D].
	FarDays = 90
	// ServiceFarDays is FarDays for a service, which begins the time to appeal [D].
	ServiceFarDays = 14
	// openWithin is how far ahead, in calendar days, a family can be brought forward to
	// [D]: a later day would put it back behind those who are drawn.
	openWithin = 365
	// reviewWithin is how far ahead, in calendar days, a hold's review may be [D]: the year
	// 9999 is no day of review.
	reviewWithin = 183
	// mostAskedFor bounds how many days more may be asked for: more is a slip [D].
	mostAskedFor = 366

	// ReturnsThatStop is how many letters must come back from a family before its clock
	// stops (docs/process.md, Stages).
	ReturnsThatStop = 2

	// CalendarLooksBackDays is how many calendar days back a change of the calendars looks
	// at what was closed because its time had passed: a holiday that is announced late may
	// give a day back [D].
	CalendarLooksBackDays = 7
	// ErasureRequestDays is how many calendar days a request to erase a text waits for the
	// second officer [D].
	ErasureRequestDays = 30
	// TakeBackRequestDays is how many calendar days a request to take an import back waits
	// for the second officer [D].
	TakeBackRequestDays = 30
	// PairRequestDays is how many calendar days a request to resolve a list of pairs waits
	// for the second officer [D].
	PairRequestDays = 30
	// DuplicateWorkingDays is how many working days of England and Wales a caseworker has
	// to say whether two files are one family, and after how many a held second file comes
	// up for review [D].
	DuplicateWorkingDays = 20
)

// mostExtended is how many days, in the budget's own unit, a task can be extended
// by in all. Those whose time can be extended are outside the Home Office, which
// does not extend its own: it is escalated. The report's fourteen days are row 4's;
// the others are [D], and end before the review would wait twice as long.
var mostExtended = map[TaskKind]int{
	TaskQuestionnaire: 20,
	TaskSchool:        10,
	TaskGP:            14,
	TaskSocialWork:    14,
	TaskReporter:      20,
	TaskHousing:       10,
	TaskCommunity:     10,
	TaskAssignWelfare: 5,
	TaskReport:        14,
	TaskWindow:        10,
}

// Limit is a time limit that the database must know, by its name there.
type Limit struct {
	Name string
	Days int
}

// DatabaseLimits lists the limits that functions of the database look at. Set-up writes
// them there.
var DatabaseLimits = []Limit{
	{"calendar_looks_back", CalendarLooksBackDays},
	{"erasure_request", ErasureRequestDays},
	{"take_back_request", TakeBackRequestDays},
	{"pair_request", PairRequestDays},
}
