package report

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

func TestSourceText(t *testing.T) {
	for source, zh := range map[string]string{
		"desk.har entry 6 frame 4 → incident": "desk.har 第 6 条 第 4 帧 → 当事人所述", "this machine": "本机", "server.log:12": "server.log:12", "profile lab": "配置 lab", "my entry.log:3": "my entry.log:3", "": "",
	} {
		if got := sourceText(source); got.ZH != zh {
			t.Errorf("%q: %q", source, got.ZH)
		}
	}
}

// What a closed vocabulary says is in the reader's language; names stay.
func TestValueWords(t *testing.T) {
	for _, c := range []struct {
		id, word, zh, en string
	}{
		{"network.quality", "lossy", "丢包", "lossy"}, {"cache.app", "current", "最新", "current"}, {"network.error", "refused", "端口拒绝连接", "the port was closed"}, {"server.answer", "refused", "被拒绝", "refused"},
		{"attempt.symptom", "no_reaction", "点了没反应", "nothing happened"}, {"permission.processed_by", "none", "没有", "none"}, {"permission.processed_by", "ok", "ok", "ok"}, {"browser.blocked_by", "good", "good", "good"}, {"browser.blocked_by", "unknown", "未知", "unknown"},
	} {
		if got := observationValue(diag.Observation{ID: c.id, Value: c.word}); got.ZH != c.zh || got.EN != c.en {
			t.Errorf("%s %s: %q %q", c.id, c.word, got.ZH, got.EN)
		}
	}
	for _, words := range ownWords {
		for word, w := range words {
			if w.ZH == "" || strings.ContainsFunc(w.EN, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: %q %q", word, w.ZH, w.EN)
			}
		}
	}
	loss := diag.Observation{ID: "network.loss", Value: 22.5, Unit: "percent", Low: diag.Float(12.3), High: diag.Float(37.6)}
	if got := observationValue(loss); got.ZH != "22.5%（12.3% 至 37.6%）" {
		t.Error(got)
	}
	off := diag.Observation{ID: "clock.offset", Value: 0.42, Unit: "ms", Uncertainty: diag.Float(0.65), Low: diag.Float(-0.23), High: diag.Float(1.07)}
	if got := observationValue(off); got.EN != "0.42 ± 0.65 ms" {
		t.Error(got)
	}
}

func TestPercentNeverSaysAll(t *testing.T) {
	for p, want := range map[float64]string{1: ">99%", 0.995: ">99%", 0.994: "99%", 0.004: "<1%", 0: "0%"} {
		if got := percent(p); got != want {
			t.Errorf("%v: %s, want %s", p, got, want)
		}
	}
}

// Outcomes that nobody knows wear neither the colour of success nor of failure.
func TestUnknownOutcomesAreGrey(t *testing.T) {
	for _, tone := range []string{diag.Explained, diag.Healthy, diag.Inconclusive} {
		doc := expired()
		doc.Verdict.Outcome, doc.Outcomes = tone, diag.Outcomes{RequestResult: "unknown", SenderView: "unknown"}
		out := string(render(t, doc, "html", Options{}))
		if n := strings.Count(out, `<div class="dim"><dt>`); n != 3 {
			t.Errorf("%s: %d grey outcomes", tone, n)
		}
	}
}

// A request that got no answer is not labelled as answered, neither drawn nor in the steps.
func TestAFailedRequestIsNoAnswer(t *testing.T) {
	for result, failed := range map[string]bool{"no_answer": true, "not_sent": true, "refused": false, "unknown": false} {
		doc := twoHours()
		doc.Outcomes.RequestResult = result
		sc, _ := timelineScene(doc, moments(doc), lang.ZH, wideEm)
		var labels []string
		for _, x := range sc.Texts {
			labels = append(labels, x.Text)
		}
		all := strings.Join(append(labels, sc.Desc), "\n")
		var steps strings.Builder
		for _, s := range Steps(doc) {
			steps.WriteString(s.ZH)
		}
		if strings.Contains(all, "请求失败") != failed || strings.Contains(all, "收到应答") == failed || strings.Contains(steps.String(), "请求失败的时间") != failed {
			t.Errorf("%s:\n%s\n%s", result, all, steps.String())
		}
	}
}

// The window's name lies on none of the ways between the lanes.
func TestTheWindowsNameLiesFree(t *testing.T) {
	for _, width := range []float64{wideEm, narrowEm} {
		c := &course{l: lang.ZH, width: width}
		c.lane = [2]float64{3, 3 + between}
		mid := width / 2
		c.ways = []way{{mid - 1, c.lane[0], mid, c.lane[1]}, {mid, c.lane[1], mid + 1, c.lane[0]}}
		half := 2.5
		at := c.free(half, width-half, half)
		y := c.lane[0] + between*windowDown
		for _, w := range c.ways {
			if w.crosses(at, half, y-0.75, y+0.2) {
				t.Errorf("at %v of %v it lies on a way", at, width)
			}
		}
		if !c.ways[0].crosses(mid, half, y-0.75, y+0.2) {
			t.Error("a way through the middle is not seen")
		}
	}
}

// Ticks of milliseconds tell the hour before they leave it out, and again where the minute is another.
func TestTickWords(t *testing.T) {
	start := time.Date(2026, 11, 20, 10, 22, 41, 100e6, time.UTC)
	ticks := func(from time.Time) (list []time.Time) {
		for i := range 4 {
			list = append(list, from.Add(time.Duration(i)*100*time.Millisecond))
		}
		return list
	}
	var k tickWords
	var got []string
	part := func(from time.Time, x float64) {
		list := ticks(from)
		k.part(list, 100*time.Millisecond, x-2, x+40, func(t time.Time) float64 { return x + 10*t.Sub(from).Seconds()*10 }, func(_ time.Time, w string) { got = append(got, w) })
	}
	part(start, 0) // the first has no room for its hour
	part(start.Add(600*time.Millisecond), 50)
	part(start.Add(time.Minute), 100)
	want := "10:22:41.200 41.300 41.400 41.700 41.800 41.900 42.000 10:23:41.200 41.300 41.400"
	if all := strings.Join(got, " "); all != want {
		t.Errorf("%s\nwant %s", all, want)
	}
}

// A refused request did get an answer: it is not counted as lost.
func TestRefusedIsNotLost(t *testing.T) {
	for _, p := range plots(apartClocks(), moments(apartClocks())) {
		if p.Title == seriesNames["network.requests"] && (p.Bad != 3 || p.Refused != 1) {
			t.Errorf("%d lost, %d refused", p.Bad, p.Refused)
		}
	}
}

func TestFlagIsNotSaidTwice(t *testing.T) {
	for _, c := range []struct{ why, want lang.Text }{
		{lang.T("警告", "a warning"), lang.Text{}}, {lang.T("警告，说到撤回", "a warning, speaks of a recall"), lang.T("说到撤回", "speaks of a recall")}, {lang.T("警告灯", "a warning lamp"), lang.T("警告灯", "a warning lamp")},
	} {
		r := logRow{Why: c.why}
		if r.say("warn"); r.Why != c.want || r.Flag.IsZero() {
			t.Errorf("%v: %v", c.why, r.Why)
		}
	}
}

func TestClockColumnTellsOnlyWhatDiffers(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 22, 41, 0, time.UTC)
	for shown, want := range map[string]string{"2026-11-20T10:22:41.000Z": "", "2026-11-20T18:22:41+08:00": "", "2026-11-20T10:19:41Z": "10:19:41.000", "2026-11-19T10:19:41Z": "2026-11-19 10:19:41.000", "noon": "noon"} {
		if got := otherTime(moment{Moment: diag.Moment{Shown: shown, Basis: incident.Measured}, t: at}); got != want {
			t.Errorf("%s: %q", shown, got)
		}
	}
}
