// Package gazetteer holds the councils of the United Kingdom and the countries and
// nationalities of the world: their codes, and the names that offices write for them.
// Names are never guessed: a name that the tables do not list is not found, and the
// nearest known name can be suggested.
package gazetteer
