//go:build race

package har

const raceEnabled = true // memory figures mean nothing then
