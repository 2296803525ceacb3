// Package clock holds civil dates, working-day calendars and deadlines. It is
// pure: nothing in it reads the wall clock, a file or the network, so that a
// date computed from a fact is the same at every place and time of computing.
//
// All days are days in Europe/London. The time zone's rules are embedded, so
// that a machine without them agrees with one that has them.
package clock
