package workflows

import "hame/internal/casefile"

// childrenSeen reports whether each child's check is signed, or waived by a senior
// caseworker, after which only a grant can be signed. No deadline ends welfare: a
// report that nobody writes escalates and stays.
func (r *review) childrenSeen() bool { return r.Finished(casefile.Welfare) }
