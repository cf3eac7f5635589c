package checks

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/attempt"
	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/pathtext"
)

func TestRequestSeries(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	call := func(i int, kind, method, url string, status int, total float64) *attempt.Call {
		e := &har.Entry{Index: i, Method: method, URL: url, Time: total}
		return &attempt.Call{Entry: e, Kind: kind, Status: status, Total: total, Start: clock.Stamp{T: noon.Add(time.Duration(i) * time.Second)}, Source: "shop.har entry " + strconv.Itoa(i+1)}
	}
	cached := call(2, "static", "GET", "https://desk.example/a.js", 200, 1)
	cached.Entry.With(har.Common{FromCache: "disk"})
	failed := call(3, "api", "GET", "https://desk.example/api/list", 0, -1)
	failed.Failure = attempt.FailTimeout
	recall := call(4, "api", "POST", "https://desk.example/api/v1/messages/2/recall?token=abc", 403, 31.25)
	a := &attempt.Attempt{Calls: []*attempt.Call{call(0, "document", "GET", "https://desk.example/chat", 200, 12.5), call(1, "socket", "GET", "wss://desk.example/push", 101, 9e6), cached, failed, recall}, Request: &attempt.Request{Entry: recall.Entry}}
	s := &sheet{}
	s.requestSeries(a)
	if len(s.series) != 1 {
		t.Fatalf("%d series", len(s.series))
	}
	x := s.series[0]
	if x.ID != NetworkRequests || x.Start != "2026-11-20T12:00:00Z" || x.Clock != "browser" || x.Source != "shop.har" || len(x.Points) != 3 {
		t.Fatalf("%+v", x)
	}
	if p := x.Points[0]; p.At != 0 || *p.Value != 12.5 || p.State != "" || p.Main || p.What != "GET /chat 200" {
		t.Errorf("%+v", p)
	}
	if p := x.Points[1]; p.At != 3000 || p.Value != nil || p.State != "failed" {
		t.Errorf("%+v", p)
	}
	if p := x.Points[2]; p.State != "refused" || !p.Main || strings.Contains(p.What, "token") {
		t.Errorf("%+v", p)
	}
	s = &sheet{}
	if s.requestSeries(&attempt.Attempt{}); s.series != nil {
		t.Errorf("a course of nothing: %+v", s.series)
	}
}

func TestProbeSeries(t *testing.T) {
	s := &sheet{}
	r := probe.PathResult{Addr: "203.0.113.7:443", Samples: []probe.PathSample{{At: 0, RTT: 20 * time.Millisecond, Outcome: probe.Answered}, {At: 25 * time.Millisecond, Outcome: probe.Lost}, {At: 50 * time.Millisecond}, {At: 75 * time.Millisecond, RTT: 30 * time.Millisecond, Outcome: probe.Answered}}}
	s.pathSeries(r, time.Time{})
	s.pingSeries(pathtext.Ping{Sent: 4, RTTs: []time.Duration{10 * time.Millisecond, 11 * time.Millisecond, 12 * time.Millisecond}, Lost: []int{1, 1 << 40}}, "ping.txt")
	if len(s.series) != 2 {
		t.Fatalf("%+v", s.series)
	}
	show := func(x diag.Series) string {
		var out []string
		for _, p := range x.Points {
			v := p.State
			if p.Value != nil {
				v = strconv.FormatFloat(*p.Value, 'g', -1, 64)
			}
			out = append(out, strconv.FormatFloat(p.At, 'g', -1, 64)+":"+v)
		}
		return strings.Join(out, " ")
	}
	if got := show(s.series[0]); got != "0:20 25:lost 75:30" || !s.series[0].Live || s.series[0].Axis != "ms" {
		t.Errorf("%s %+v", got, s.series[0])
	}
	if got := show(s.series[1]); got != "1:10 2:lost 3:11 4:12" || s.series[1].Axis != "probe" || s.series[1].Live {
		t.Errorf("%s %+v", got, s.series[1])
	}
}
