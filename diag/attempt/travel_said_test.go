package attempt

import (
	"testing"
	"time"

	"meiqia-diag/diag/clock"
)

func TestTravelIn(t *testing.T) {
	cases := []struct {
		text      string
		gap, took time.Duration // received - asked; said
		age       time.Duration
		ok        bool
	}{
		{`{"msg":"recall refused","sentByClient":"2026-11-08T18:47:55.377+08:00","receivedAt":"2026-11-08T18:47:58.200+08:00","transit":"2.8s","age":"181.2s"}`, 2823 * time.Millisecond, 2800 * time.Millisecond, 181200 * time.Millisecond, true},
		{`withdraw rejected clientSent: 2026-11-12T09:42:36.456+08:00, received: 2026-11-12T09:42:46.946+08:00`, 10490 * time.Millisecond, 0, 0, true},
		{`"requested_at(client)"="2026-11-16T10:28:16Z" "received_at(server)"="2026-11-16T10:06:41Z"`, -1295 * time.Second, 0, 0, true},
		{`撤回被拒 客户端发出时间：1794134875377 服务端收到时间：1794134878200`, 2823 * time.Millisecond, 0, 0, true},
		{`revoke denied transit_ms=2400 age_ms=121400`, 0, 2400 * time.Millisecond, 121400 * time.Millisecond, true},
		{`message stored by=85950 type=text client=web`, 0, 0, 0, false},
		{`revoke denied age=121s limit=120s`, 0, 0, 121 * time.Second, false},
	}
	for _, c := range cases {
		got, ok := travelIn(c.text)
		gap := time.Duration(0)
		if !got.Asked.IsZero() && !got.Received.IsZero() {
			gap = got.Received.T.Sub(got.Asked.T)
		}
		if ok != c.ok || ok && (gap != c.gap || got.Took != c.took || got.Age != c.age) {
			t.Errorf("%s: %v %v took %v age %v", c.text, ok, gap, got.Took, got.Age)
		}
	}
}

func TestTravelTellsClockOnlyWhereNoWayIsThatLong(t *testing.T) {
	at := time.Date(2026, 11, 16, 2, 6, 41, 0, time.UTC)
	for gap, want := range map[time.Duration]int{-20 * time.Minute: 1, 10 * time.Second: 0, 5 * time.Minute: 1, -time.Second: 0} {
		a := &Attempt{Travel: Travel{Asked: clock.Stamp{T: at}, Received: clock.Stamp{T: at.Add(gap)}}}
		if span, _, n := a.travelOffset(); n != want || n > 0 && (span.Lo > gap || span.Hi < gap) {
			t.Errorf("%v: %d %v", gap, n, span)
		}
	}
}

func TestAskedAge(t *testing.T) {
	at := time.Date(2026, 11, 16, 2, 6, 41, 0, time.UTC)
	tr := Travel{Took: 2800 * time.Millisecond, Age: 181 * time.Second}
	if asked, received, ok := tr.AskedAge(clock.Stamp{}); !ok || asked != 178200*time.Millisecond || received != 181*time.Second {
		t.Error(asked, received, ok)
	}
	tr = Travel{Asked: clock.Stamp{T: at.Add(300 * time.Second)}, Received: clock.Stamp{T: at.Add(310 * time.Second)}}
	if asked, _, ok := tr.AskedAge(clock.Stamp{T: at, Clock: clock.Service}); !ok || asked != 300*time.Second {
		t.Error(asked, ok)
	}
	if _, _, ok := tr.AskedAge(clock.Stamp{T: at}); ok {
		t.Error("a send by an unknown clock gives no age")
	}
}
