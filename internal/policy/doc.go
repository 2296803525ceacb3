// Package policy holds the versioned rule sets: how long each task has and when
// its rungs act, in which order families are listed, and which criteria a
// recommendation looks at. A rule set is YAML with criteria in CEL; it is
// checked when it is loaded, with the offending line named. Rules recommend and
// order; they never decide (R3).
package policy
