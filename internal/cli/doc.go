// Package cli holds the parts of a command line that do not depend on its commands: flags
// and input, checked before anything is done, forms, lists of cases, cells of tables, and
// text that a terminal does not obey. It knows the acts and their fields, and no case.
package cli
