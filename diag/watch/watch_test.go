package watch

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag"
)

const skew = diag.Code("decision.clock-skew")

// play adds runs: "." clean, "x" failed, "?" unclear; one a minute.
func play(t *Tally, runs string) (changes []Changed) {
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for i, r := range runs {
		one := Run{Started: start.Add(time.Duration(i) * time.Minute), Duration: time.Second, State: map[rune]string{'.': Clean, 'x': Failed, '?': Unclear}[r]}
		if r == 'x' {
			one.Causes = []diag.Code{skew}
		}
		changes = append(changes, t.Add(one, time.Duration(i+1)*time.Minute))
	}
	return changes
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		runs    string
		earlier Share
		answer  string
		outcome string
	}{
		{"", Share{}, AnswerUnclear, diag.Inconclusive},
		{"???", Share{}, AnswerUnclear, diag.Inconclusive},
		{"...", Share{}, AnswerClean, diag.Healthy},
		{"..?", Share{}, AnswerClean, diag.Inconclusive},
		{"..x", Share{}, AnswerFails, diag.Explained},
		{"..x?", Share{}, AnswerFails, diag.Explained},
		{"xxx..", Share{}, AnswerNotYet, diag.Explained},
		{"xxx...", Share{}, AnswerHolds, diag.Explained},
		{strings.Repeat(".", 10), Share{3, 20}, AnswerNotYet, diag.Healthy},
		{strings.Repeat(".", 22), Share{3, 20}, AnswerHolds, diag.Healthy},
		{"x.x.x.x.", Share{}, AnswerNotYet, diag.Explained},
	} {
		tally := Tally{Earlier: c.earlier}
		play(&tally, c.runs)
		s := tally.Summary()
		if s.Answer != c.answer || tally.Verdict().Outcome != c.outcome {
			t.Errorf("%q after %v: %s, %s, want %s, %s", c.runs, c.earlier, s.Answer, tally.Verdict().Outcome, c.answer, c.outcome)
		}
		if s.Text.ZH == "" || s.Text.EN == "" || strings.Contains(s.Text.ZH+s.Text.EN, "%!") {
			t.Errorf("%q: %+v", c.runs, s.Text)
		}
		if _, err := json.Marshal(s); err != nil {
			t.Errorf("%q: %v", c.runs, err)
		}
		if s.Answer == AnswerNotYet { // as many good runs more as it says, and no fewer, settle it
			more := s.Streak.ToBeOne
			play(&tally, strings.Repeat(".", more-1))
			if got := tally.Summary().Answer; got != AnswerNotYet {
				t.Errorf("%q: settled after %d runs more, it said %d", c.runs, more-1, more)
			}
			play(&tally, ".")
			if got := tally.Summary().Answer; got != AnswerHolds {
				t.Errorf("%q: not settled after the %d runs more that it said", c.runs, more)
			}
		}
	}
}

// A bound that a few runs cannot give is not named, whatever the arithmetic says.
func TestNoBoundOfAFewRuns(t *testing.T) {
	for _, c := range []struct {
		runs    string
		earlier Share
		bounded bool
	}{{"..", Share{}, false}, {strings.Repeat(".", 13), Share{}, false}, {strings.Repeat(".", 14), Share{}, true}, {"...", Share{9, 10}, false}, {strings.Repeat(".", 30), Share{9, 10}, true}} {
		tally := Tally{Earlier: c.earlier}
		play(&tally, c.runs)
		s := tally.Summary()
		for _, text := range []string{s.Text.EN, s.Text.ZH} {
			if got := strings.Contains(text, Percent(*s.Streak.Below)) || strings.Contains(text, "apart"); got != c.bounded {
				t.Errorf("%s after %v: %s", c.runs, c.earlier, text)
			}
		}
	}
	tally := Tally{}
	play(&tally, ".")
	if text := tally.Summary().Text.EN; !strings.HasPrefix(text, "1 run over") {
		t.Error(text)
	}
}

func TestWhatChanges(t *testing.T) {
	var tally Tally
	got := play(&tally, ".xx.?x")
	for i, want := range []struct{ appeared, gone int }{{0, 0}, {1, 0}, {0, 0}, {0, 1}, {0, 0}, {1, 0}} {
		if len(got[i].Appeared) != want.appeared || len(got[i].Gone) != want.gone {
			t.Errorf("run %d: %+v", i+1, got[i])
		}
	}
	k := tally.Causes()
	if len(k) != 1 || k[0] != (Track{Code: skew, Runs: 3, Appearances: 2, First: 2, Last: 6, Present: true}) {
		t.Errorf("%+v", k)
	}
}

func TestFlappingIsToldOnce(t *testing.T) {
	var tally Tally
	told := []int{}
	for i, c := range play(&tally, "..x.x.x.x"+strings.Repeat(".", 20)+"x.x.x") {
		if c.Flapping {
			told = append(told, i+1)
		}
	}
	if len(told) != 2 || told[0] != 6 {
		t.Errorf("told at runs %v", told)
	}
}

// TestMemoryIsBounded watches for years.
func TestMemoryIsBounded(t *testing.T) {
	var tally Tally
	play(&tally, strings.Repeat(".x", 50_000))
	if len(tally.recent) > flapRuns || cap(tally.recent) > 4*flapRuns || len(tally.causes) != 1 {
		t.Errorf("%d turns kept, %d causes", len(tally.recent), len(tally.causes))
	}
	if s := tally.Summary(); s.Runs != 100_000 || s.Rate.Low < 0.495 || s.Rate.High > 0.505 {
		t.Errorf("%+v", s.Rate)
	}
}

func TestBounds(t *testing.T) {
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("rule of three", below(300), 3.0/300, 0.0001)
	near("59 good runs", below(59), 0.0495, 0.0002)
	low, high := exact(0, 10)
	near("0 of 10 low", low, 0, 0)
	near("0 of 10 high", high, 0.30850, 0.00001)
	low, high = exact(3, 20) // Clopper and Pearson's table: 3.21 % to 37.89 %
	near("3 of 20 low", low, 0.03207, 0.00001)
	near("3 of 20 high", high, 0.37893, 0.00001)
	low, high = exact(20, 20)
	near("20 of 20 low", low, 0.83157, 0.00001)
	near("20 of 20 high", high, 1, 0)
	near("luck after 1 of 1", luck(Share{1, 1}, 5), 2.0/42, 1e-9)
	if n := needed(Share{1, 1}); n != 5 {
		t.Errorf("after 1 of 1 it takes %d good runs", n)
	}
	if n := needed(Share{1, 1_000_000}); n < 1_000_000 {
		t.Errorf("after one of a million it takes %d good runs", n)
	}
}

// TestLuckIsWhatHappens draws worlds in which nothing changed and counts.
func TestLuckIsWhatHappens(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		before Share
		good   int
	}{{Share{3, 20}, 10}, {Share{1, 4}, 6}, {Share{5, 6}, 2}} {
		hits, lucky := 0, 0
		for hits < 8000 {
			p := rng.Float64()
			failed := 0
			for range c.before.Of {
				if rng.Float64() < p {
					failed++
				}
			}
			if failed != c.before.Failed {
				continue
			}
			hits++
			all := true
			for range c.good {
				if rng.Float64() < p {
					all = false
					break
				}
			}
			if all {
				lucky++
			}
		}
		if got, want := float64(lucky)/float64(hits), luck(c.before, c.good); math.Abs(got-want) > 0.018 {
			t.Errorf("%v then %d good: %.3f of worlds, luck says %.3f", c.before, c.good, got, want)
		}
	}
}

// hands is a clock that a test turns.
type hands struct {
	up        time.Duration
	wall      time.Time
	sleepAt   time.Duration // the device sleeps once the monotonic clock reaches this
	sleepFor  time.Duration
	goesOn    bool // the monotonic clock counts the sleep, as on some systems
	stepAt    time.Duration
	stepBy    time.Duration
	waitCalls int
}

func (h *hands) clock() Clock {
	return Clock{Up: func() time.Duration { return h.up }, Wall: func() time.Time { return h.wall }, Wait: func(_ context.Context, d time.Duration) { h.waitCalls++; h.pass(d) }}
}

func (h *hands) pass(d time.Duration) {
	before := h.up
	h.up += d
	h.wall = h.wall.Add(d)
	if h.sleepFor > 0 && before < h.sleepAt && h.up >= h.sleepAt {
		h.wall = h.wall.Add(h.sleepFor)
		if h.goesOn {
			h.up += h.sleepFor
		}
		h.sleepFor = 0
	}
	if h.stepBy != 0 && before < h.stepAt && h.up >= h.stepAt {
		h.wall = h.wall.Add(h.stepBy)
		h.stepBy = 0
	}
}

func loop(p Plan, h *hands, takes time.Duration) (turns []Turn, watched time.Duration) {
	h.wall = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	watched = p.Loop(context.Background(), h.clock(), func(_ context.Context, t Turn) bool {
		turns = append(turns, t)
		h.pass(takes)
		return len(turns) < 1000
	})
	return turns, watched
}

func TestLoopKeepsItsTurns(t *testing.T) {
	turns, watched := loop(Plan{Every: 5 * time.Minute, Count: 4}, &hands{}, 20*time.Second)
	if len(turns) != 4 || watched != 15*time.Minute+20*time.Second {
		t.Fatalf("%d turns in %v", len(turns), watched)
	}
	for i, x := range turns {
		if x.N != i+1 || x.Up != time.Duration(i)*5*time.Minute || x.Missed != 0 || x.Away != 0 {
			t.Errorf("turn %d: %+v", i, x)
		}
	}
	if turns, _ := loop(Plan{Every: 5 * time.Minute, For: time.Hour}, &hands{}, time.Second); len(turns) != 12 {
		t.Errorf("%d turns in an hour", len(turns))
	}
}

func TestARunThatTakesTooLongIsToldAndNothingOverlaps(t *testing.T) {
	turns, _ := loop(Plan{Every: time.Minute, Count: 3}, &hands{}, 150*time.Second)
	if len(turns) != 3 {
		t.Fatalf("%d turns", len(turns))
	}
	for i, x := range turns {
		if x.Up != time.Duration(i)*3*time.Minute || i > 0 && x.Missed != 2 {
			t.Errorf("turn %d: %+v", i, x)
		}
	}
}

func TestSleepIsNotWatched(t *testing.T) {
	for _, goesOn := range []bool{false, true} {
		h := &hands{sleepAt: 7 * time.Minute, sleepFor: 8 * time.Hour, goesOn: goesOn}
		turns, watched := loop(Plan{Every: 5 * time.Minute, Count: 4}, h, time.Second)
		away := 0
		for _, x := range turns {
			if x.Away > 0 {
				away++
				if (x.Away-8*time.Hour).Abs() > time.Minute || x.N != 3 {
					t.Errorf("clock goes on %v: %+v", goesOn, x)
				}
			}
		}
		if away != 1 || watched > 20*time.Minute {
			t.Errorf("clock goes on %v: told %d times, watched %v", goesOn, away, watched)
		}
	}
	h := &hands{sleepAt: 7 * time.Minute, sleepFor: 8 * time.Hour}
	if turns, _ := loop(Plan{Every: 5 * time.Minute, For: time.Hour}, h, time.Second); len(turns) != 2 {
		t.Errorf("%d turns of a plan whose end came while it slept", len(turns))
	}
}

func TestAClockSetBackIsTold(t *testing.T) {
	turns, _ := loop(Plan{Every: time.Minute, For: 10 * time.Minute}, &hands{stepAt: 90 * time.Second, stepBy: -95 * time.Second}, time.Second)
	if len(turns) != 10 {
		t.Errorf("%d turns", len(turns))
	}
	if turns[2].SetBack != 95*time.Second || turns[1].SetBack+turns[3].SetBack != 0 {
		t.Errorf("%+v", turns[:4])
	}
}

func TestLoopEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	h := &hands{wall: time.Now()}
	n := 0
	Plan{Every: time.Minute}.Loop(ctx, h.clock(), func(context.Context, Turn) bool {
		if n++; n == 3 {
			cancel()
		}
		return true
	})
	if n != 3 {
		t.Errorf("%d turns", n)
	}
}
