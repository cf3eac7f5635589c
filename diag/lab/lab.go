package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag/lab/relay"
	"meiqia-diag/diag/lab/service"
)

// Options choose what a lab is.
type Options struct {
	Scenario string        // a name of Scenarios; "healthy" when empty
	Addr     string        // of the workbench, "127.0.0.1:0" when empty
	Healed   bool          // the scenario's fault mended, all else the same: the recall then works
	Window   time.Duration // another recall window than the lab's own short one, for people
	Like     Like          // figures of another failure, for the scenario's fault to resemble
	Visitor  bool          // Play leaves the visitor's own recording too
}

// Lab is a running lab.
type Lab struct {
	Scenario Scenario
	Healed   bool

	opt     Options
	plan    plan
	svc     *service.Server
	api     []*relay.Relay
	push    *relay.Relay
	public  service.Addresses
	life    context.Context
	end     context.CancelFunc
	arming  sync.Once
	armed   chan struct{} // closed once the faults are all in
	inside  sync.Once
	running sync.WaitGroup
	closing sync.Once
	closed  error
	unwatch func() bool
}

// ErrUnknown is the answer to a scenario that does not exist.
var ErrUnknown = errors.New("unknown scenario")

// Start opens a lab. It runs until Close, or until ctx ends.
func Start(ctx context.Context, opt Options) (*Lab, error) {
	if opt.Scenario == "" {
		opt.Scenario = "healthy"
	}
	sc, ok := Find(opt.Scenario)
	if !ok {
		return nil, fmt.Errorf("%w %q", ErrUnknown, opt.Scenario)
	}
	l := &Lab{Scenario: sc, Healed: opt.Healed, opt: opt, plan: sc.planLike(opt.Healed, opt.Like), armed: make(chan struct{})}
	if opt.Window > 0 {
		if l.plan.story.pressAfter > l.plan.policy.Window {
			l.plan.story.pressAfter += opt.Window - l.plan.policy.Window
		}
		if l.plan.policy.ButtonFor > 0 {
			l.plan.policy.ButtonFor += opt.Window
		}
		l.plan.policy.Window = opt.Window
	}
	l.life, l.end = context.WithCancel(ctx)
	var err error
	l.svc, err = service.Start(service.Options{Addr: opt.Addr, Backends: l.plan.backends, Policy: l.plan.policy, Faults: l.plan.faults, OnSend: l.sent})
	if err != nil {
		l.end()
		return nil, err
	}
	if err := l.lay(); err != nil {
		_ = l.Close()
		return nil, err
	}
	l.unwatch = context.AfterFunc(ctx, l.shut)
	return l, nil
}

// lay puts relays where the scenario's fault is in the path.
func (l *Lab) lay() error {
	l.public = l.svc.Own()
	api, push := l.Scenario.relayed()
	host, _, err := net.SplitHostPort(l.public.Workbench)
	if err != nil {
		return err
	}
	if api {
		var addrs []string
		for _, a := range l.public.API {
			r, err := relay.New(host, a)
			if err != nil {
				return err
			}
			l.api = append(l.api, r)
			addrs = append(addrs, r.Addr())
		}
		l.public.API = addrs
	}
	if push {
		if l.push, err = relay.New(host, l.public.Push); err != nil {
			return err
		}
		l.public.Push = l.push.Addr()
	}
	l.svc.SetPublic(l.public)
	return nil
}

// armAfter is how long after the first message was sent the trouble begins:
// time enough for everybody to see it.
const armAfter = 150 * time.Millisecond

// sent is told of each message that an agent sent.
func (l *Lab) sent() {
	l.arming.Do(func() {
		l.running.Add(1) // inside a request: Close still waits for the service
		go func() {
			defer l.running.Done()
			select {
			case <-time.After(armAfter):
				_ = l.Arm()
			case <-l.life.Done():
			}
		}()
	})
}

// Arm lets the faults begin that would keep a message from being sent at all:
// those of the path, overload and failing backends. It happens by itself
// shortly after the first message.
func (l *Lab) Arm() error {
	l.svc.Arm()
	p := l.plan.path
	t := relay.Trouble{Delay: p.delay, Refuse: p.refuseAPI}
	if p.resetRecall {
		t.Reset = isRecall
	}
	var errs []error
	for _, r := range l.api {
		errs = append(errs, r.Set(t, p.delay > 0))
	}
	if l.push != nil {
		errs = append(errs, l.push.Set(relay.Trouble{Delay: p.delay, Refuse: p.dropPush}, false))
	}
	l.inside.Do(func() { close(l.armed) })
	return errors.Join(errs...)
}

// isRecall knows the request that recalls a message when it passes.
func isRecall(piece []byte) bool {
	line, _, _ := strings.Cut(string(piece), "\r\n")
	return strings.HasPrefix(line, "POST ") && strings.Contains(line, "/recall ")
}

// Close ends the lab and waits for all that it started.
func (l *Lab) Close() error {
	if l.unwatch != nil {
		l.unwatch()
	}
	l.shut()
	return l.closed
}

func (l *Lab) shut() {
	l.closing.Do(func() {
		l.end()
		var errs []error
		for _, r := range l.api {
			errs = append(errs, r.Close())
		}
		if l.push != nil {
			errs = append(errs, l.push.Close())
		}
		errs = append(errs, l.svc.Close())
		l.running.Wait()
		l.closed = errors.Join(errs...)
	})
}

// URL gives the address of a role: workbench, visitor, api, push. It is empty
// for any other. Several backends answer for api; this is the first.
func (l *Lab) URL(role string) string {
	switch role {
	case "workbench":
		return "http://" + l.public.Workbench + "/chat"
	case "visitor":
		u := "http://" + l.public.Visitor + "/visitor"
		if c := channels[l.plan.story.conv]; c != "web" {
			u += "?channel=" + c
		}
		return u
	case "api":
		return "http://" + l.public.API[0] + "/"
	case "push":
		return "ws://" + l.public.Push + "/pusher/websocket"
	}
	return ""
}

// APIs are the addresses of the API's backends.
func (l *Lab) APIs() []string {
	var out []string
	for _, a := range l.public.API {
		out = append(out, "http://"+a)
	}
	return out
}

// TimeServer is the address of the lab's SNTP responder.
func (l *Lab) TimeServer() string { return l.public.Time }

// Service is the simulated service, for tests that look behind the scene.
func (l *Lab) Service() *service.Server { return l.svc }

type profileHost struct {
	Role string `yaml:"role"`
	URL  string `yaml:"url"`
}

// Profile is the overlay (contract, section 6) with which the tool looks at
// this lab: what an administrator of the service would know, and nothing of
// the scenario.
func (l *Lab) Profile() []byte {
	p := l.plan.policy
	hosts := []profileHost{{"workbench", l.URL("workbench")}}
	for _, a := range l.public.API {
		hosts = append(hosts, profileHost{"api", "http://" + a + "/"})
	}
	hosts = append(hosts, profileHost{"push", l.URL("push")}, profileHost{"visitor", "http://" + l.public.Visitor + "/visitor"})
	conv := l.plan.story.conv
	base := l.public.API[conv%int64(len(l.public.API))]
	out, err := yaml.Marshal(struct {
		Name        string            `yaml:"name"`
		Version     string            `yaml:"version"`
		Base        string            `yaml:"base"`
		Hosts       []profileHost     `yaml:"hosts"`
		TimeServers []string          `yaml:"time_servers"`
		Recalls     []string          `yaml:"recall_requests"`
		Window      string            `yaml:"window"`
		Timeout     string            `yaml:"request_timeout"`
		Types       []string          `yaml:"recallable_types"`
		Channels    []string          `yaml:"recallable_channels"`
		Roles       []string          `yaml:"recalling_roles"`
		MinVersions map[string]string `yaml:"min_versions"`
	}{
		Name: "lab", Version: "1", Base: "meiqia", Hosts: hosts, TimeServers: []string{l.public.Time},
		Recalls: []string{fmt.Sprintf("POST http://%s/api/v1/conversations/%d/messages/880000001/recall", base, conv)},
		Window:  p.Window.String(), Timeout: p.RequestTimeout.String(), Types: p.RecallableTypes, Channels: p.Channels, Roles: p.Roles,
		MinVersions: map[string]string{"agent_desktop": p.MinDesktop, "visitor_android": p.MinVisitor["android"], "visitor_ios": p.MinVisitor["ios"]},
	})
	if err != nil {
		panic(err) // strings and lists only
	}
	return out
}
