package report

import (
	"slices"
	"strings"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// environmentOf lists on what it happened: system, browser, client, extensions,
// network, and by which profile and version it was judged.
func environmentOf(doc *diag.Document) []fact {
	var out []fact
	add := func(label lang.Text, value lang.Text, b incident.Basis, source string) {
		if !value.IsZero() && len(out) < mostRows {
			out = append(out, fact{label, value, b, source})
		}
	}
	obs := doc.Observations()
	detail := func(o diag.Observation, keys ...string) string {
		var words []string
		for _, k := range keys {
			if w := strings.TrimSpace(o.Detail[k]); w != "" {
				words = append(words, w)
			}
		}
		return strings.Join(words, " ")
	}
	stated := func(f incident.Field) {
		if got, ok := doc.Incident.Get(f); ok {
			v, _ := factText(doc, f)
			add(incident.SpecOf(f).Label, v, got.Basis, got.Source)
		}
	}
	stated(incident.Device)
	if o, ok := obs.First("browser.version"); ok {
		add(lang.T("系统", "System"), lang.Same(detail(o, "system")), o.Basis, o.Source)
		add(lang.T("事发时的浏览器", "Browser at the time"), lang.Same(strings.TrimSpace(browserName(o.Detail["browser"])+" "+detail(o, "version"))), o.Basis, o.Source)
	}
	stated(incident.ClientVersion)
	if o, ok := obs.First("client.version"); ok {
		add(lang.T("客户端", "Client"), lang.Same(detail(o, "name", "client", "version")), o.Basis, o.Source)
	}
	for _, id := range []string{"browser.installed", "client.installed"} {
		for _, o := range obs.All(id) {
			add(observationName(id), observationValue(o), o.Basis, o.Source)
		}
	}
	for _, id := range []string{"browser.extension", "browser.blocked_by", "browser.setting", "browser.policy", "cache.app", "network.quality", "network.rtt", "network.gateway_rtt", "network.loss", "clock.offset", "device.load", "device.memory"} {
		for _, o := range first(obs.All(id), 20) {
			add(observationName(id), observationValue(o), o.Basis, o.Source)
		}
	}
	for _, f := range []incident.Field{incident.OtherLogins, incident.SDK, incident.SDKVersion} {
		stated(f)
	}
	if zone := ZoneOf(doc); zone != nil {
		ms := moments(doc)
		if len(ms) > 0 {
			add(lang.T("时区", "Time zone"), lang.Same(ms[0].t.Format("-07:00")), "", "")
		}
	}
	add(sProfile, lang.Same(strings.TrimSpace(doc.Profile.Name+" "+doc.Profile.Version)), "", "")
	add(lang.Same("meiqia-diag"), lang.Same(doc.Tool.Version), "", "")
	return slices.CompactFunc(out, func(a, b fact) bool { return a == b })
}
