// Package backlog reads and checks backlog files: CSV in UTF-8, one row a person,
// in any order, grouped by the column "family".
//
// A family is taken whole or not at all. Any fault in any of its rows
// quarantines all of it, with line, column and reason, and never stops the
// other families. What is odd but usable is accepted with a warning.
//
// # Cells as offices send them
//
// A file has often been through a spreadsheet, a word processor or another encoding.
// Keys, codes, dates and references are read as people see them: without characters
// that can't be seen, and with one kind of dash, apostrophe and space. A text of people
// keeps what its script needs. What a program wrote in place of a value (an error, a
// default date, a rounded number, a word for "none") is no value: it is held where a
// value is needed, else told and taken as unknown, so that it brings nobody together and
// no rule counts from it. Letters that were lost on the way, two cells that can't both be
// true, a person who stands in a family twice and keys that look alike are told.
//
// # Rows that can't be read
//
// A broken quote makes a row unreadable, and might swallow the rows after it.
// Such a row is therefore taken to end where its line ends. It quarantines the
// family that its own cells name. A row whose cells may have shifted (a broken
// quote before the family column, or too many or too few columns) and whose
// family column does not name a family of the file's good rows quarantines
// every family that any of its cells names; if there is none, or a good row's
// family column is empty, the finding has an empty family, since nobody can
// tell whose person it is.
//
// The package is pure but for the reader and writer it is given, and never
// reads the wall clock.
package backlog
