package practice

import (
	"strings"

	"hame/internal/casefile"
	"hame/internal/gazetteer"
	"hame/internal/store"
)

// Glasgow is the council that has named staff of its own; each other council of
// Scotland has one of each role, named after it.
const Glasgow = "S12000049"

// byRole is the demo staff by role. Each name is a login and a person; nobody holds
// two roles, so that four eyes are four.
var byRole = map[casefile.Party][]string{
	casefile.Caseworker:            {"morag", "hamish", "isla", "callum"},
	casefile.SeniorCaseworker:      {"fiona", "douglas"},
	casefile.DecisionMaker:         {"ewan", "catriona", "gregor"},
	casefile.SecondOfficer:         {"ailsa", "struan"},
	casefile.RepresentationDrafter: {"kirsty", "finlay"},
	casefile.PrivateOffice:         {"jean"},
	casefile.Minister:              {"minister"},
	casefile.Operations:            {"archie", "rhona"},
	casefile.Auditor:               {"una"},
}

// Staff lists the demo staff of the embedded default: a login each, with one role.
func Staff() []store.StaffMember {
	var staff []store.StaffMember
	for _, role := range casefile.Roles {
		for _, name := range byRole[role] {
			staff = append(staff, store.StaffMember{Login: name, Person: name, Role: role})
		}
	}
	for _, c := range gazetteer.Councils() {
		if !gazetteer.InScotland(c.GSS) {
			continue
		}
		for _, role := range []casefile.Party{casefile.LeadProfessional, casefile.WelfareLead} {
			for _, name := range CouncilLogins(c.GSS, role) {
				staff = append(staff, store.StaffMember{Login: name, Person: name, Role: role, Council: c.GSS})
			}
		}
	}
	return staff
}

// Logins names the demo staff of a role that belongs to no council.
func Logins(role casefile.Party) []string { return byRole[role] }

// CouncilLogins names a council's lead professionals or welfare leads.
func CouncilLogins(gss string, role casefile.Party) []string {
	if gss == Glasgow {
		if role == casefile.LeadProfessional {
			return []string{"eilidh", "rory", "shona"}
		}
		return []string{"agnes", "murdo"}
	}
	suffix := "_lead"
	if role == casefile.WelfareLead {
		suffix = "_welfare"
	}
	plain := strings.NewReplacer(" ", "_", "-", "_", "'", "").Replace(gazetteer.CouncilName(gss))
	return []string{strings.ToLower(plain) + suffix}
}

// Officers are those who do the acts on one case, by what they do: each a login.
type Officers struct {
	Caseworker       string // owns the case
	Senior           string // allocates it, and looks into what was referred
	DecisionMaker    string // answers representations and proposes
	SecondOfficer    string
	Drafter          string // of the representation
	Checker          string // of the draft: a person other than the drafter
	PrivateOffice    string
	Minister         string
	WelfareLead      string
	LeadProfessional string
}

// GlasgowOfficers have a case of Glasgow unless a test or program says otherwise.
var GlasgowOfficers = Officers{Caseworker: "morag", Senior: "fiona", DecisionMaker: "ewan", SecondOfficer: "ailsa",
	Drafter: "kirsty", Checker: "finlay", PrivateOffice: "jean", Minister: "minister",
	WelfareLead: "agnes", LeadProfessional: "eilidh"}
