package link

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Settings lists what Parse understands, for people.
const Settings = `delay=20ms jitter=5ms dist=normal|uniform|pareto keep-order loss=5% burst=950ms/50ms burst-loss=100%
rate=20M queue=500ms|64kB blackout down=2s/30s duplicate=1% reorder=2% reorder-by=10ms mtu=1400
A setting holds for both directions; up.delay=10ms and down.delay=30ms for one. Delays are one way.`

// Parse changes conditions of both directions by settings as people write
// them, separated by blanks: "loss=5% delay=20ms up.rate=5M".
func Parse(text string, up, down *Conditions) error {
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		dirs := []*Conditions{up, down}
		switch {
		case strings.HasPrefix(name, "up."):
			name, dirs = name[3:], dirs[:1]
		case strings.HasPrefix(name, "down."):
			name, dirs = name[5:], dirs[1:]
		}
		for _, c := range dirs {
			if err := c.setting(name, value); err != nil {
				return fmt.Errorf("%s: %w", word, err)
			}
		}
	}
	for _, c := range []*Conditions{up, down} {
		if c.Burst != nil && c.Burst.LossBad == 0 {
			c.Burst.LossBad = 1
		}
		if err := c.Check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conditions) setting(name, value string) (err error) {
	switch name {
	case "delay":
		c.Delay, err = time.ParseDuration(value)
	case "jitter":
		c.Jitter, err = time.ParseDuration(value)
	case "dist":
		c.Dist = Distribution(value)
	case "keep-order":
		c.KeepOrder = true
	case "loss":
		c.Loss, err = share(value)
	case "burst":
		b := Burst{}
		if c.Burst != nil {
			b = *c.Burst
		}
		b.Good, b.Bad, err = two(value)
		c.Burst = &b
	case "burst-loss":
		b := Burst{}
		if c.Burst != nil {
			b = *c.Burst
		}
		b.LossBad, err = share(value)
		c.Burst = &b
	case "rate":
		c.Rate, err = size(value)
	case "queue":
		if strings.HasSuffix(value, "s") {
			c.QueueTime, err = time.ParseDuration(value)
			return err
		}
		var n int64
		n, err = size(strings.TrimSuffix(value, "B"))
		c.QueueBytes = int(n)
	case "blackout":
		c.Blackout = true
	case "down":
		c.DownFor, c.DownEvery, err = two(value)
	case "duplicate":
		c.Duplicate, err = share(value)
	case "reorder":
		c.Reorder, err = share(value)
	case "reorder-by":
		c.ReorderBy, err = time.ParseDuration(value)
	case "mtu":
		c.MTU, err = strconv.Atoi(value)
	default:
		return fmt.Errorf("no such setting")
	}
	return err
}

// share reads 5% or 0.05.
func share(s string) (float64, error) {
	if p, ok := strings.CutSuffix(s, "%"); ok {
		v, err := strconv.ParseFloat(p, 64)
		return v / 100, err
	}
	return strconv.ParseFloat(s, 64)
}

// two reads a pair of spans: 950ms/50ms.
func two(s string) (a, b time.Duration, err error) {
	first, second, ok := strings.Cut(s, "/")
	if !ok {
		return 0, 0, fmt.Errorf("want two spans, as 950ms/50ms")
	}
	if a, err = time.ParseDuration(first); err != nil {
		return 0, 0, err
	}
	b, err = time.ParseDuration(second)
	return a, b, err
}

// size reads a number with a decimal prefix: 20M, 64k.
func size(s string) (int64, error) {
	unit := 1.0
	for suffix, u := range map[string]float64{"k": 1e3, "M": 1e6, "G": 1e9} {
		if t, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = t, u
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	return int64(v * unit), err
}
