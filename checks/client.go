package checks

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// What is known of the agents' client.
const (
	// ClientVersion compares the agents' client with the profile's minimum: ok, below, unknown (no minimum known).
	ClientVersion = "client.version"
	ClientSignal  = "client.signal" // outdated_client beside the recall
	ClientHint    = "client.hint"   // outdated_client elsewhere
	// ClientInstalled is a desktop client of the service found on this machine or handed
	// in: its name, with its version and whether it was used lately in the detail. One that was
	// named and is not there has found: no.
	ClientInstalled = "client.installed"
	// ClientUpdate compares the client with what its updater's manifest offers: current, behind.
	ClientUpdate = "client.update"
)

// clientKinds names the profile's minimum for each device.
var clientKinds = map[string][]string{
	"desktop_app": {"agent_desktop", "agent_client", "desktop", "agent"},
	"mobile_app":  {"agent_mobile", "agent_client", "mobile", "agent"},
	"desktop_web": {"agent_web", "workbench", "agent"},
	"mobile_web":  {"agent_web", "workbench", "agent"},
	"":            {"agent", "agent_client", "agent_desktop", "agent_web", "workbench"},
}

// Client compares the agents' client with the versions that the profile asks for.
func Client() diag.Check {
	return diag.Check{ID: "client", Title: lang.T("客服端版本满足要求", "the agents' client is recent enough"), Run: runClient}
}

func runClient(ctx context.Context, in *diag.Input, _ diag.Observations) diag.Result {
	s := &sheet{}
	version, source, b := in.Incident.String(incident.ClientVersion), "incident", incident.Stated
	if version == "" && in.Attempt.Client.App != "" {
		version, source, b = in.Attempt.Client.App, harNames(in.Attempt), incident.Measured
	}
	installed := s.clientsNow(ctx, in)
	now := false
	if version == "" && installed.Version != "" {
		version, source, b, now = installed.Version, installed.source, incident.Measured, installed.live
	}
	state := ""
	if version != "" {
		state = "unknown"
		want, key := clientMinimum(in)
		if want == "" {
			want = in.Attempt.Client.AppLeast
		}
		if want != "" {
			state = "ok"
			if older(version, want) {
				state = "below"
			}
		}
		s.add(ClientVersion, state, liveIf(now), basis(b), from(source), detail("version", version, "minimum", want, "minimum_basis", in.Profile.NoteOf(key).Basis))
	}
	update := s.updateNow(ctx, in, version)
	strong := s.signals("client", in.Attempt, "outdated_client")
	res := diag.Result{State: diag.Pass, Observations: s.list}
	switch {
	case state == "below":
		res.State, res.Reason = diag.Fail, lang.T("客户端 %s 低于要求的版本", "client %s is older than required").F(version)
	case strong > 0:
		res.State, res.Reason = diag.Warn, lang.T("日志里有客户端过旧的迹象", "logs speak of an outdated client")
	case update == "behind":
		res.State, res.Reason = diag.Warn, lang.T("客户端 %s 有更新的版本可用", "a newer version than client %s is offered").F(version)
	case version == "" && installed.Missing:
		res.State, res.Reason = diag.Skip, lang.T("配置里写的客户端位置没有客户端", "there is no client where the profile says that one is")
	case version == "":
		res.State, res.Reason = diag.Skip, lang.T("客户端版本未知", "the client's version is not known")
	case state == "unknown":
		res.State, res.Reason = diag.Skip, lang.T("客户端 %s，未公布最低版本，无从比较", "client %s; no minimum version is published to compare with").F(version)
	default:
		res.Reason = lang.T("客户端 %s 满足要求", "client %s is recent enough").F(version)
	}
	return res
}

// clientMinimum gives the least version that the profile asks of the agents' client, and its key.
func clientMinimum(in *diag.Input) (want, key string) {
	for _, k := range clientKinds[in.Incident.String(incident.Device)] {
		if v := in.Profile.MinVersions[k]; v != "" {
			return v, k
		}
	}
	return "", ""
}

// older compares versions as far as both can be read: as semantic versions,
// else number by number.
func older(have, want string) bool {
	h, w := "v"+strings.TrimLeft(have, "vV"), "v"+strings.TrimLeft(want, "vV")
	if semver.IsValid(h) && semver.IsValid(w) {
		return semver.Compare(h, w) < 0
	}
	x, y := numbers(have), numbers(want)
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	for i := 0; i < len(y); i++ {
		n := 0
		if i < len(x) {
			n = x[i]
		}
		if n != y[i] {
			return n < y[i]
		}
	}
	return false
}

func numbers(v string) []int {
	var out []int
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return out
		}
		out = append(out, n)
	}
	return out
}

func incidentNumber(n int) string { return strconv.Itoa(n) }
