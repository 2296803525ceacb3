package casefile

import "fmt"

type (
	// PostFields says from whom an item of post came.
	PostFields struct {
		From string `json:"from" yaml:"from"`
	}
	// ItemFields names an item of post by the number that post list shows.
	ItemFields struct {
		Item int `json:"item" yaml:"item"`
	}
	// DismissFields says why an item of post belongs to no case.
	DismissFields struct {
		Item   int    `json:"item" yaml:"item"`
		Reason string `json:"reason" yaml:"reason"` // not_ours, advertising, returned_to_sender
	}
	// DeliveredFields says which letter reached whom.
	DeliveredFields struct {
		Letter int    `json:"letter" yaml:"letter"`
		To     string `json:"to" yaml:"to"` // family, representative
	}
	// ReturnedFields says which letter came back from whom, and why.
	ReturnedFields struct {
		Letter int    `json:"letter" yaml:"letter"`
		To     string `json:"to" yaml:"to"`         // family, representative
		Reason string `json:"reason" yaml:"reason"` // gone_away, no_such_address, not_called_for, refused
	}
)

// PostSources lists whom an item of post may come from.
var PostSources = []string{"family", "representative", "mp", "msp", "minister", "commissioner", "council", "school", "gp", "police",
	"tribunal", "court", "provider", "public", "unknown"}

// Ask wants the sender.
func (f PostFields) Ask() []Field {
	return []Field{{Name: "from", Given: f.From, Codes: PostSources}}
}

// Validate checks the source.
func (f PostFields) Validate() error { return inCodes(f) }

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

// Ask wants the item and the reason.
func (f DismissFields) Ask() []Field {
	return append(ItemFields{f.Item}.Ask(), Field{Name: "reason", Given: f.Reason, Codes: codes("not_ours", "advertising", "returned_to_sender")})
}

// Validate wants a number, and checks the code.
func (f DismissFields) Validate() error { return first(ItemFields{f.Item}.Validate(), inCodes(f)) }

// Ask wants the letter and its addressee.
func (f DeliveredFields) Ask() []Field { return LetterFields{Letter: f.Letter, To: f.To}.Ask()[:2] }

// Validate checks the letter's number and the code.
func (f DeliveredFields) Validate() error { return validLetter(f.Letter, f) }

// Ask wants the letter, its addressee, and why it came back.
func (f ReturnedFields) Ask() []Field {
	return append(DeliveredFields{f.Letter, f.To}.Ask(),
		Field{Name: "reason", Given: f.Reason, Codes: codes("gone_away", "no_such_address", "not_called_for", "refused")})
}

// Validate checks the letter's number and the codes.
func (f ReturnedFields) Validate() error { return validLetter(f.Letter, f) }

func validLetter(letter int, f Fields) error {
	if letter < 1 || letter > MaxNumber {
		return fmt.Errorf("letter: name the letter by its number, as letter list shows it")
	}
	return inCodes(f)
}

// AboutLetter are the fields of an act on one letter, which is typed as REF/1.
type AboutLetter interface {
	Fields
	// OfLetter returns the same fields about a letter.
	OfLetter(no int) Fields
	LetterNo() int
}

// OfLetter returns the same fields about a letter.
func (f *LetterFields) OfLetter(no int) Fields {
	of := *f
	of.Letter = no
	return &of
}

// LetterNo is the letter's number.
func (f *LetterFields) LetterNo() int { return f.Letter }

// OfLetter returns the same fields about a letter.
func (f *DeliveredFields) OfLetter(no int) Fields {
	of := *f
	of.Letter = no
	return &of
}

// LetterNo is the letter's number.
func (f *DeliveredFields) LetterNo() int { return f.Letter }

// OfLetter returns the same fields about a letter.
func (f *ReturnedFields) OfLetter(no int) Fields {
	of := *f
	of.Letter = no
	return &of
}

// LetterNo is the letter's number.
func (f *ReturnedFields) LetterNo() int { return f.Letter }
