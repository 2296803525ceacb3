// Package casefile is the case itself: the family and its people, the stages
// of a review, the acts that move it, who may do them, what stands open, and
// what blocks a signature. It is pure: it reads no clock, no database and no
// network, so that a rule can be read and tested as it stands in the law.
//
// Paragraph and row numbers in comments are those of the project's domain
// notes; C1 to C15 and R1 to R8 are the requirements drawn there from the
// criticisms of the first legacy programme. [D] marks a choice of Hame's own.
package casefile
