package bed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// probeEnv tells a test binary that it was started inside a bed: its value
// names the test whose probe it is to serve.
const probeEnv = "MEIQIA_DIAG_BED_PROBE"

// Probe runs a Go function inside a bed's namespace, in a process of its own:
// the goroutines and resolvers of the test's process are outside.
type Probe[Req, Res any] struct {
	t   T
	mu  sync.Mutex
	run map[*Namespace]*worker
	// Limit is how long one call may take; 0 is 30 s.
	Limit time.Duration
}

type question struct {
	Req   json.RawMessage
	Limit time.Duration
}

type answer struct {
	Res json.RawMessage
	Err string
}

// NewProbe makes f callable inside namespaces. It must be the first statement of
// a top-level test (or benchmark): the test binary runs that very test again
// inside the namespace, and in there NewProbe serves f and never returns.
// Requests and results travel as JSON.
func NewProbe[Req, Res any](t T, f func(context.Context, Req) (Res, error)) *Probe[Req, Res] {
	t.Helper()
	if strings.Contains(t.Name(), "/") {
		t.Fatalf("NewProbe belongs into the top-level test")
	}
	if os.Getenv(probeEnv) == t.Name() {
		serveProbe(f)
		os.Exit(0)
	}
	p := &Probe[Req, Res]{t: t, run: map[*Namespace]*worker{}}
	t.Cleanup(p.close)
	return p
}

// serveProbe answers questions until there are no more.
func serveProbe[Req, Res any](f func(context.Context, Req) (Res, error)) {
	out := json.NewEncoder(os.NewFile(3, "results"))
	in := json.NewDecoder(os.Stdin)
	for {
		var q question
		if err := in.Decode(&q); err != nil {
			return // the test is over
		}
		var a answer
		var req Req
		if err := json.Unmarshal(q.Req, &req); err != nil {
			a.Err = "request: " + err.Error()
		} else {
			ctx, cancel := context.WithTimeout(context.Background(), q.Limit)
			res, err := f(ctx, req)
			cancel()
			if err != nil {
				a.Err = err.Error()
			}
			if a.Res, err = json.Marshal(res); err != nil {
				a.Err = "result: " + err.Error()
			}
		}
		if out.Encode(a) != nil {
			return
		}
	}
}

// Do runs the function inside a namespace. The process lives on from call to
// call, one per namespace; calls to one namespace follow each other.
func (p *Probe[Req, Res]) Do(n *Namespace, req Req) (res Res, err error) {
	p.mu.Lock()
	w := p.run[n]
	if w != nil && !slices.Equal(w.env, n.Env) { // a proxy came or went
		w.close()
		w = nil
	}
	if w == nil || w.dead() {
		if w, err = p.start(n); err != nil {
			p.mu.Unlock()
			return res, err
		}
		p.run[n] = w
	}
	p.mu.Unlock()
	limit := p.Limit
	if limit == 0 {
		limit = 30 * time.Second
	}
	raw, err := json.Marshal(req)
	if err != nil {
		return res, err
	}
	a, err := w.ask(question{raw, limit})
	if err != nil {
		return res, err
	}
	if len(a.Res) > 0 {
		if err := json.Unmarshal(a.Res, &res); err != nil {
			return res, fmt.Errorf("result of the probe: %w", err)
		}
	}
	if a.Err != "" {
		return res, errors.New(a.Err)
	}
	return res, nil
}

// Must is Do that fails the test.
func (p *Probe[Req, Res]) Must(n *Namespace, req Req) Res {
	p.t.Helper()
	res, err := p.Do(n, req)
	if err != nil {
		p.t.Fatalf("probe in %s: %v", n.Name, err)
	}
	return res
}

func (p *Probe[Req, Res]) start(n *Namespace) (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	name := p.t.Name()
	which, none := "-test.run=", "-test.bench=^$"
	if strings.HasPrefix(name, "Benchmark") {
		which, none = "-test.bench=", "-test.run=^$"
	}
	cmd := n.Command(context.Background(), self, which+"^"+regexp.QuoteMeta(name)+"$", none, "-test.count=1", "-test.timeout=0")
	cmd.Env = append(cmd.Env, probeEnv+"="+name)
	w := &worker{cmd: cmd, env: slices.Clone(n.Env), ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &w.said, &w.said
	results, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer write.Close()
	cmd.ExtraFiles = []*os.File{write}
	if w.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		results.Close()
		return nil, err
	}
	w.results, w.out = results, json.NewDecoder(results)
	go func() {
		_ = cmd.Wait()
		close(w.ended)
	}()
	return w, nil
}

func (p *Probe[Req, Res]) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.run {
		w.close()
	}
	p.run = map[*Namespace]*worker{}
}

// worker is a process inside a namespace.
type worker struct {
	cmd     *exec.Cmd
	env     []string // the namespace's own, when it was started
	in      io.WriteCloser
	results *os.File
	out     *json.Decoder
	said    words
	ended   chan struct{}
	mu      sync.Mutex // one question at a time
}

func (w *worker) dead() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// grace is what a call may take beyond its limit before its process is killed.
const grace = 2 * time.Second

func (w *worker) ask(q question) (a answer, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	timer := time.AfterFunc(q.Limit+grace, func() { _ = w.cmd.Process.Kill() })
	defer timer.Stop()
	if err = json.NewEncoder(w.in).Encode(q); err == nil {
		err = w.out.Decode(&a)
	}
	if err != nil {
		_ = w.cmd.Process.Kill()
		<-w.ended
		return a, fmt.Errorf("the process inside the bed ended (%v): %s", w.cmd.ProcessState, w.said.String())
	}
	return a, nil
}

func (w *worker) close() {
	_ = w.in.Close()
	select {
	case <-w.ended:
	case <-time.After(grace):
		_ = w.cmd.Process.Kill()
		<-w.ended
	}
	_ = w.results.Close()
}

// words keeps the last of what a process said.
type words struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.buf.Len() > 64<<10 {
		w.buf.Next(w.buf.Len() / 2)
	}
	return w.buf.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}
