//go:build !race

package dnr

const raceSlows = 1
