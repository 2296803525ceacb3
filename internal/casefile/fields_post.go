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

// Validate checks the source.
func (f PostFields) Validate() error { return oneOf("from", f.From, PostSources...) }

// Validate wants a number.
func (f ItemFields) Validate() error {
	if f.Item < 1 {
		return fmt.Errorf("item: name the item by its number, as post list shows it")
	}
	return nil
}

// Validate wants a number, and checks the code.
func (f DismissFields) Validate() error {
	return first(ItemFields{f.Item}.Validate(), oneOf("reason", f.Reason, "not_ours", "advertising", "returned_to_sender"))
}

// Validate checks the letter's number and the code.
func (f DeliveredFields) Validate() error { return validLetter(f.Letter, f.To) }

// Validate checks the letter's number and the codes.
func (f ReturnedFields) Validate() error {
	return first(validLetter(f.Letter, f.To), oneOf("reason", f.Reason, "gone_away", "no_such_address", "not_called_for", "refused"))
}

func validLetter(letter int, to string) error {
	if letter < 1 {
		return fmt.Errorf("letter: name the letter by its number, as letter list shows it")
	}
	return oneOf("to", to, "family", "representative")
}
