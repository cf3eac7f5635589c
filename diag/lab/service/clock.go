package service

import (
	"sync/atomic"
	"time"
)

// Clock is the service's clock: this machine's, plus an offset. Everything
// that the service stamps follows it: Date, created_on, logs and SNTP.
type Clock struct{ offset atomic.Int64 }

// Set makes the clock run ahead of this machine's by d (behind, when negative).
func (c *Clock) Set(d time.Duration) { c.offset.Store(int64(d)) }

// Offset tells how far ahead of this machine's clock it runs.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Now is the service's time.
func (c *Clock) Now() time.Time { return time.Now().Round(0).Add(c.Offset()) }

// createdOn writes a stamp as the service's messages carry it: UTC without a zone.
func createdOn(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000") }
