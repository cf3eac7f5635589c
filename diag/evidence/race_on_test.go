//go:build race

package evidence

const raceEnabled = true // memory tests read a tenth: the detector is slow, and finds races in that, too
