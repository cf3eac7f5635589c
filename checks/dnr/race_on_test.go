//go:build race

package dnr

// raceSlows is how much more time is allowed under the race detector.
const raceSlows = 20
