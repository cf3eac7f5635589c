package lab

import (
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// incident is what the person knows, as contract section 3 writes it.
type incident struct {
	Message struct {
		ID            string   `yaml:"id"`
		Type          string   `yaml:"type"`
		Sender        string   `yaml:"sender"`
		Channel       string   `yaml:"channel"`
		SentAt        string   `yaml:"sent_at"`
		Read          string   `yaml:"read"`
		VisitorAction string   `yaml:"visitor_action"`
		ProcessedBy   []string `yaml:"processed_by,omitempty"`
	} `yaml:"message"`
	Attempt struct {
		At            string `yaml:"at"`
		Symptom       string `yaml:"symptom"`
		ErrorText     string `yaml:"error_text,omitempty"`
		Device        string `yaml:"device"`
		ClientVersion string `yaml:"client_version,omitempty"`
		OtherLogins   int    `yaml:"other_logins"`
	} `yaml:"attempt"`
	Account struct {
		Role      string `yaml:"role"`
		CanRecall string `yaml:"can_recall,omitempty"`
	} `yaml:"account"`
	Visitor struct {
		SDK     string `yaml:"sdk"`
		Version string `yaml:"sdk_version"`
	} `yaml:"visitor"`
}

// typeWords turns the service's content types into the contract's.
var typeWords = map[string]string{"text": "text", "photo": "image"}

// incident writes down what the person saw and knows.
func (p *play) incident(r Result) incident {
	var in incident
	m := &in.Message
	m.ID, m.Type, m.Sender, m.Channel = strconv.FormatInt(p.id, 10), typeWords[p.st.contentType], "self", channels[p.st.conv]
	if p.st.author != "" {
		m.Sender = "colleague"
	}
	m.SentAt, m.Read, m.VisitorAction = stamp(p.sentAt), "no", "none"
	if p.shown.ReadStatus == 3 {
		m.Read = "yes"
	}
	if p.st.visitorReplies {
		m.VisitorAction = "replied"
	}
	if by := p.l.plan.faults.TakenBy; by != "" {
		m.ProcessedBy = []string{by} // the workbench of whoever set the link up shows it
	}
	a := &in.Attempt
	a.At, a.Symptom, a.ErrorText = stamp(p.pressAt), p.symptom(r), r.Text
	a.Device, a.ClientVersion = p.st.device, p.st.clientVersion
	if p.second != nil {
		a.OtherLogins = 1
	}
	in.Account.Role = "agent"
	if p.st.account == "he" {
		in.Account.Role = "trainee"
	}
	in.Visitor.SDK, in.Visitor.Version = p.st.sdk, p.st.sdkVersion
	return in
}

// symptom words what the person saw.
func (p *play) symptom(r Result) string {
	switch {
	case p.noHint:
		return "no_button"
	case r.RequestResult == "accepted" && r.SenderView == "gone" && r.VisitorView == "gone":
		return "unknown"
	case r.RequestResult == "accepted" && r.VisitorView == "still_visible" && r.SenderView == "still_visible":
		return "no_reaction"
	case r.RequestResult == "accepted":
		return "still_visible"
	case r.Text == "请求超时,请检查网络后重试":
		return "timed_out"
	case r.RequestResult == "not_sent" && r.Text == "":
		return "no_reaction"
	}
	return "refused"
}

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z07:00") }

// handIn writes the files.
func (p *play) handIn(dir string, r Result) (Played, error) {
	out := Played{Dir: dir, Truth: p.l.Scenario.Code, Result: r}
	if p.l.Healed {
		out.Truth = Healthy
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return out, err
	}
	var failed error
	write := func(name string, data []byte, err error) string {
		path := filepath.Join(dir, name)
		if err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
		if err != nil && failed == nil {
			failed = err
		}
		return path
	}
	text, err := yaml.Marshal(p.incident(r))
	out.Incident = write("incident.yaml", text, err)
	har, err := p.agent.B.HAR.JSON()
	out.HAR = append(out.HAR, write("workbench.har", har, err))
	if p.second != nil && p.second != p.agent {
		har, err := p.second.B.HAR.JSON()
		out.HAR = append(out.HAR, write("workbench-2.har", har, err))
	}
	if p.st.device == "desktop_app" {
		out.ClientLog = write("client.log", []byte(p.agent.B.Console.ClientLog()), nil)
	} else {
		out.Console = write("console.log", []byte(p.agent.B.Console.Text()), nil)
	}
	if p.st.watched {
		seen, err := p.agent.Recording()
		out.Recording = write("page.jsonl", seen, err)
	}
	out.AccessLog = write("access.log", []byte(p.l.svc.Logs().Access()), nil)
	out.ServerLog = write("server.log", []byte(p.l.svc.Logs().App()), nil)
	if p.l.opt.Visitor {
		har, err := p.guest.B.HAR.JSON()
		out.Visitor = write("visitor.har", har, err)
	}
	return out, failed
}
