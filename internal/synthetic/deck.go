package synthetic

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// quota shares n out by weights: whole numbers that add up to n, each as near
// its share as can be, the largest remainders first.
func quota(n int, weights []float64) []int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	counts, order, left := make([]int, len(weights)), make([]int, len(weights)), n
	remainder := func(i int) float64 { return float64(n)*weights[i]/total - float64(counts[i]) }
	for i, w := range weights {
		counts[i] = int(math.Floor(float64(n)*w/total + 1e-9))
		order[i] = i
		left -= counts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder(b), remainder(a)) })
	for _, i := range order[:left] {
		counts[i]++
	}
	return counts
}

// deck deals n cards, numbered by the weights, in random order but in numbers as
// near the weights as can be, so that a backlog of any size has the model's mix.
func deck(rng *rand.Rand, n int, weights ...float64) []int {
	cards := make([]int, 0, n)
	for card, count := range quota(n, weights) {
		for range count {
			cards = append(cards, card)
		}
	}
	rng.Shuffle(n, func(i, j int) { cards[i], cards[j] = cards[j], cards[i] })
	return cards
}

// householdMix is how many households of 1 to 8 people the backlog has
// (domain.md 6.5); the numbers are exact for 1,100 families of 4,000 people.
var householdMix = []float64{99, 187, 242, 268, 161, 88, 44, 11}

// maxHousehold is the largest household.
const maxHousehold = 8

// householdSizes deals so many households of so many people in all. Where the
// mix gives another number of people, households taken at random grow or shrink
// by one.
func householdSizes(rng *rand.Rand, cases, people int) []int {
	sizes := deck(rng, cases, householdMix...)
	total := 0
	for i := range sizes {
		sizes[i]++ // the first card is a household of one
		total += sizes[i]
	}
	for total != people {
		i := rng.IntN(cases)
		switch {
		case total < people && sizes[i] < maxHousehold:
			sizes[i]++
			total++
		case total > people && sizes[i] > 1:
			sizes[i]--
			total--
		}
	}
	return sizes
}

// pick returns one of a list at random.
func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// between returns a number from low to high, both included.
func between(rng *rand.Rand, low, high int) int { return low + rng.IntN(high-low+1) }

// chance is true so many times in a hundred.
func chance(rng *rand.Rand, percent float64) bool { return rng.Float64()*100 < percent }
