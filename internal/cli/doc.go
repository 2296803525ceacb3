// Package cli is what a command line needs whatever its commands do: flags and input that
// are checked before anything is done, forms, lists of cases, cells of tables, and text
// that a terminal does not obey. It knows the acts and their fields, and no case.
package cli
