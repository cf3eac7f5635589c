package lab

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The tests look at the same plays from many sides, so each is performed once:
// all of them together when the first is asked for, since a play mostly waits.
var staged = struct {
	dir     string
	begin   sync.Once
	plays   map[string]*performance
	running sync.WaitGroup
}{plays: map[string]*performance{}}

// performance is one play and what came of it.
type performance struct {
	done   chan struct{}
	lab    *Lab // closed again
	played Played
	err    error
}

// together is how many plays run at a time.
const together = 6

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		panic(err)
	}
	staged.dir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func keyOf(name string, healed bool) string {
	if healed {
		return name + "-mended"
	}
	return name
}

// perform gives a scenario's play. Only tests that called t.Parallel may ask,
// so that no play runs beside a test that wants the process to itself.
func perform(t *testing.T, opt Options) (*Lab, Played) {
	t.Helper()
	staged.begin.Do(beginAll)
	if opt.Scenario == "" {
		opt.Scenario = "healthy"
	}
	p, ok := staged.plays[keyOf(opt.Scenario, opt.Healed)]
	if !ok {
		t.Fatalf("no play of %+v", opt)
	}
	<-p.done
	if p.err != nil {
		t.Fatal(p.err)
	}
	if log := read(t, p.played.ServerLog); strings.Contains(log, "panic") {
		t.Errorf("the service panicked:\n%s", log)
	}
	return p.lab, p.played
}

func beginAll() {
	turn := make(chan struct{}, together)
	for _, s := range Scenarios() {
		for _, healed := range []bool{false, true} {
			p := &performance{done: make(chan struct{})}
			staged.plays[keyOf(s.Name, healed)] = p
			staged.running.Go(func() {
				turn <- struct{}{}
				defer func() { <-turn; close(p.done) }()
				p.run(Options{Scenario: s.Name, Healed: healed, Visitor: true}, filepath.Join(staged.dir, keyOf(s.Name, healed)))
			})
		}
	}
}

func (p *performance) run(opt Options, dir string) {
	if p.lab, p.err = Start(context.Background(), opt); p.err != nil {
		return
	}
	p.played, p.err = p.lab.Play(context.Background(), dir)
	if err := p.lab.Close(); p.err == nil {
		p.err = err
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
