package rehearsal

import (
	"strings"

	"hame/internal/casefile"
	"hame/internal/gazetteer"
	"hame/internal/store"
)

// The demo staff by role. Each name is a login and a person; nobody holds two
// roles, so that four eyes are four.
var staffByRole = map[casefile.Party][]string{
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

// glasgow is the council that has named staff of its own; each other council of
// Scotland has one of each, named after it.
const glasgow = "S12000049"

// Staff lists the demo staff of the embedded default: a login each, with one role.
func Staff() []store.StaffMember {
	var staff []store.StaffMember
	for _, role := range casefile.Roles {
		for _, name := range staffByRole[role] {
			staff = append(staff, store.StaffMember{Login: name, Person: name, Role: role})
		}
	}
	for _, c := range gazetteer.Councils() {
		if !gazetteer.InScotland(c.GSS) {
			continue
		}
		for _, role := range []casefile.Party{casefile.LeadProfessional, casefile.WelfareLead} {
			for _, name := range councilStaff(c.GSS, role) {
				staff = append(staff, store.StaffMember{Login: name, Person: name, Role: role, Council: c.GSS})
			}
		}
	}
	return staff
}

// councilStaff names a council's lead professionals or welfare leads.
func councilStaff(gss string, role casefile.Party) []string {
	if gss == glasgow {
		if role == casefile.LeadProfessional {
			return []string{"eilidh", "rory", "shona"}
		}
		return []string{"agnes", "murdo"}
	}
	suffix := "_lead"
	if role == casefile.WelfareLead {
		suffix = "_welfare"
	}
	return []string{strings.ToLower(strings.NewReplacer(" ", "_", "-", "_", "'", "").Replace(gazetteer.CouncilName(gss))) + suffix}
}
