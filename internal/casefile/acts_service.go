package casefile

// The acts on serving and carrying out a decision.
const (
	ActRecordService Act = "service.record"
	ActStatusIssued  Act = "service.status-issued"
	ActAppeal        Act = "service.appeal"
	ActNoAppeal      Act = "service.no-appeal"
	ActLateArrival   Act = "service.arrival"
)

var serviceActs = []*ActRule{
	{
		Act: ActRecordService, InWords: "records service of the decision, with proof",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Service, Until: Service,
		Day:    ReportedWithin(ServiceFarDays, FactSigned, FactDecisionSent),
		Fields: of[ServiceFields], Many: true,
		Slip: Slip{Until: Service, Two: true, Follows: "the person waits to be served again, and the time that ran from it is moot"},
	},
	{
		Act: ActStatusIssued, InWords: "records that the status document reached the person",
		Roles: []Party{Caseworker}, Subject: AboutPersonOrAll, From: Service, Until: Service,
		Day:  Reported(FactSigned, FactServed),
		Many: true,
		Slip: Slip{Until: Service, Follows: "the document waits to be issued again"},
	},
	{
		Act: ActAppeal, InWords: "records that a person has appealed: the review waits for the tribunal",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Service, Until: Service, Day: Reported(FactFirstSigned),
		Fields: of[AppealFields], Filed: true,
		Instead: "there is no signed refusal yet: evidence receive and post receive take what the family says against one",
		Slip:    Slip{Until: Service, Follows: "the time to appeal runs again, with what was left"},
	},
	{
		Act: ActNoAppeal, InWords: "records that no appeal was found after the window",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Service, Until: Service,
		Day:  Reported(FactSigned, FactServed),
		Slip: Slip{Until: Service, Follows: "the search for an appeal waits again"},
	},
	{
		Act: ActLateArrival, InWords: "records that what arrived after the signature, or while the case was closed, was read and changes nothing",
		Roles: []Party{SeniorCaseworker}, From: Listed, Until: Service, Day: Handled,
		Fields: of[ArrivalFields],
		Slip:   Slip{Until: Service, Follows: "what arrived waits to be read again"},
	},
}

// ServiceFields says how a person was served, and what proves it.
type ServiceFields struct {
	How   string `json:"how" yaml:"how"`     // hand, recorded_delivery, representative
	Proof string `json:"proof" yaml:"proof"` // signature, tracking, acknowledgement
}

// Ask wants the way of service and its proof.
func (f ServiceFields) Ask() []Field {
	return []Field{
		{Name: "how", Given: f.How, Codes: codes("hand", "recorded_delivery", "representative")},
		{Name: "proof", Given: f.Proof, Codes: codes("signature", "tracking", "acknowledgement")},
	}
}

// Validate checks the codes (C9: proof of service).
func (f ServiceFields) Validate() error { return inCodes(f) }
