package casefile

import "fmt"

// The acts on letters, contacts and post.
const (
	ActLetterSent      Act = "letter.sent"
	ActLetterDelivered Act = "letter.delivered"
	ActLetterReturned  Act = "letter.returned"
	ActContact         Act = "contact.record"
	ActReceivePost     Act = "post.receive"
	ActLinkPost        Act = "post.link"
	ActReadPost        Act = "post.read"
	ActDismissPost     Act = "post.dismiss"
)

var letterActs = []*ActRule{
	{
		Act: ActLetterSent, InWords: "records that a letter was sent, to whom, how and on which day",
		Roles: []Party{Caseworker}, Subject: AboutLetter, From: Listed, Until: Service, Day: Reported(FactLetterMade),
		Fields: of[LetterFields], Many: true,
		Slip: Slip{Until: Service, Follows: "the letter waits to be sent again, and the time that ran from it is moot"},
	},
	{
		Act: ActLetterDelivered, InWords: "records that a letter was delivered",
		Roles: []Party{Caseworker}, Subject: AboutLetter, From: Listed, Until: Service, Day: Reported(FactLetterSent),
		Fields: of[DeliveredFields], Receives: true, Filed: true, Many: true,
		Slip: Slip{Until: Service, Follows: "the letter is under way again"},
	},
	{
		Act: ActLetterReturned, InWords: "records that a letter came back; two from the family stop its clock",
		Roles: []Party{Caseworker}, Subject: AboutLetter, From: Listed, Until: Service, Day: Reported(FactLetterSent),
		Fields: of[ReturnedFields], Receives: true, Filed: true,
		Slip: Slip{Until: Service, Follows: "the letter is under way again, the search for the family is moot, and a service that it took back stands"},
	},
	{
		Act: ActContact, InWords: "records a personal contact with the family or its representative",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactClaim),
		Fields: of[ContactFields], Receives: true, OpensReview: true, Filed: true, Many: true,
		Slip: Slip{Until: Service, Follows: "the contact does not count"},
	},
	{
		Act: ActReceivePost, InWords: "records an item of post, whether its case is known or not",
		Roles: []Party{Caseworker}, From: Listed, Until: Closed, Day: Reported(FactClaim),
		Fields: of[PostFields], Receives: true, OpensReview: true, Filed: true, Places: []Place{PlaceCase, PlaceMailroom},
		Slip: Slip{Until: Closed, Follows: "nobody of the case reads the item any more, and what was seen of it is looked into"},
	},
	{
		Act: ActLinkPost, InWords: "links an item of post to its case",
		Roles: []Party{Caseworker}, From: Listed, Until: Closed, Day: Handled,
		Fields: of[ItemFields], Receives: true, OpensReview: true, Filed: true,
		Slip: Slip{Until: Closed, Follows: "the item is linked to no case, nobody of the case reads it any more, and what was seen of it is looked into"},
	},
	{
		Act: ActReadPost, InWords: "records that a linked item of post was read",
		Roles: []Party{Caseworker}, From: Listed, Until: Closed, Day: Handled,
		Fields: of[ItemFields], Receives: true, OpensReview: true, Filed: true,
		Slip: Slip{Until: Closed, Follows: "the item waits to be read again"},
	},
	{
		Act: ActDismissPost, InWords: "dismisses an item of post that belongs to no case",
		Roles: []Party{Caseworker}, Subject: AboutRecord, From: Unlisted, Until: Closed, Day: Handled,
		Fields: of[DismissFields], Places: []Place{PlaceMailroom},
		Slip: Slip{Instead: "post link takes the item up again"},
	},
}

// PostSources lists whom an item of post may come from.
var PostSources = []string{"family", "representative", "mp", "msp", "minister", "commissioner", "council", "school",
	"gp", "police",
	"tribunal", "court", "provider", "public", "unknown"}

// FormerRepresentative is an addressee: for some days after a change letters go to both.
const FormerRepresentative = "former_representative"

// addressees are whom Hame writes to.
var addressees = codes("family", "representative", FormerRepresentative)

// LetterFields says to whom a letter went, and how.
type LetterFields struct {
	To string `json:"to" yaml:"to"` // family, representative
	By string `json:"by" yaml:"by"` // post, recorded_delivery, email, hand
}

// Ask wants the addressee and the way.
func (f LetterFields) Ask() []Field {
	return []Field{
		{Name: "to", Given: f.To, Codes: addressees},
		{Name: "by", Given: f.By, Codes: codes("post", "recorded_delivery", "email", "hand")},
	}
}

// Validate checks the codes.
func (f LetterFields) Validate() error { return inCodes(f) }

// ContactFields says how the family or its representative was reached.
type ContactFields struct {
	How string `json:"how" yaml:"how"` // phone, visit, representative
	// Names is whether the family's names may stand in what the minister's office reads.
	Names string `json:"names,omitempty" yaml:"names,omitempty"` // agreed, withdrawn
}

// Ask wants the way of the contact.
func (f ContactFields) Ask() []Field {
	return []Field{
		{Name: "how", Given: f.How, Codes: codes("phone", "visit", "representative")},
		{Name: "names", Given: f.Names, Codes: codes("agreed", "withdrawn"), Optional: true,
			Help: "whether their names may stand in what the minister's office reads"},
	}
}

// Validate checks the code.
func (f ContactFields) Validate() error { return inCodes(f) }

// PostFields says from whom an item of post came.
type PostFields struct {
	From string `json:"from" yaml:"from"`
}

// Ask wants the sender.
func (f PostFields) Ask() []Field {
	return []Field{{Name: "from", Given: f.From, Codes: PostSources}}
}

// Validate checks the source.
func (f PostFields) Validate() error { return inCodes(f) }

// ItemFields names an item of post by the number that post list shows.
type ItemFields struct {
	Item int `json:"item" yaml:"item"`
}

// Ask wants the item.
func (f ItemFields) Ask() []Field {
	return []Field{{Name: "item", Given: number(f.Item), Such: "7", Help: "its number, as post list shows it"}}
}

// Validate wants a number.
func (f ItemFields) Validate() error {
	if f.Item < 1 || f.Item > MaxItem {
		return fmt.Errorf("item: name the item by its number, as post list shows it")
	}
	return nil
}

// DismissFields says why an item of post belongs to no case.
type DismissFields struct {
	Item   int    `json:"item" yaml:"item"`
	Reason string `json:"reason" yaml:"reason"` // not_ours, advertising, returned_to_sender
}

// Ask wants the item and the reason.
func (f DismissFields) Ask() []Field {
	return append(ItemFields{f.Item}.Ask(), Field{Name: "reason", Given: f.Reason,
		Codes: codes("not_ours", "advertising", "returned_to_sender")})
}

// Validate wants a number, and checks the code.
func (f DismissFields) Validate() error { return first(ItemFields{f.Item}.Validate(), inCodes(f)) }

// DeliveredFields says whom a letter reached.
type DeliveredFields struct {
	To string `json:"to" yaml:"to"` // family, representative
}

// Ask wants the addressee.
func (f DeliveredFields) Ask() []Field {
	return []Field{{Name: "to", Given: f.To, Codes: addressees}}
}

// Validate checks the code.
func (f DeliveredFields) Validate() error { return inCodes(f) }

// ReturnedFields says from whom a letter came back, and why.
type ReturnedFields struct {
	To     string `json:"to" yaml:"to"`         // family, representative
	Reason string `json:"reason" yaml:"reason"` // gone_away, no_such_address, not_called_for, refused
}

// Ask wants the addressee, and why the letter came back.
func (f ReturnedFields) Ask() []Field {
	return append(DeliveredFields{f.To}.Ask(),
		Field{Name: "reason", Given: f.Reason, Codes: codes("gone_away", "no_such_address", "not_called_for", "refused")})
}

// Validate checks the codes.
func (f ReturnedFields) Validate() error { return inCodes(f) }
