package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/profile"
	"meiqia-diag/report/archive"
)

// reportProfile gives the profile that a report was made with: the one that
// its archive carries, or the embedded one that a bare report.json names.
// foreign tells that it is not one of our own: it may come from anybody.
//
// Of a foreign profile only what says where the service is and how it speaks is
// taken. Its paths are left out: they are of another machine, and looking for
// them could reach out to a share that a stranger chose.
func (a *app) reportProfile(o *archive.Opened, file string, doc *diag.Document) (p *profile.Profile, foreign bool, err error) {
	own, ps := (*profile.Profile)(nil), []*lang.Problem(nil)
	if slices.Contains(profile.Names(), doc.Profile.Name) {
		if own, ps = profile.Load(doc.Profile.Name); len(ps) > 0 {
			return nil, false, problems(ps)
		}
	}
	give := lang.T("用 --profile 给出要检查的服务", "name the service with --profile")
	var data []byte
	if o.Archive() {
		data, err = o.File("profile.json")
	}
	if err != nil || data == nil {
		if own != nil {
			return own, false, nil
		}
		return nil, false, &lang.Problem{File: file, Field: "profile", What: lang.T("报告里没有当时的配置 %q，不知道该检查哪个服务", "the report does not carry its profile %q, so there is no telling which service to check").F(doc.Profile.Name), Hint: give}
	}
	var carried profile.Profile
	if len(data) > maxCarried || yaml.Unmarshal(data, &carried) != nil { // durations are read as YAML alone has them
		return nil, false, &lang.Problem{File: file, Field: "profile.json", What: lang.T("读不懂其中的配置", "the profile in it cannot be read"), Hint: give}
	}
	if own != nil && within(&carried, own) {
		return own, false, nil
	}
	if carried.CAFile != "" {
		a.note(lang.T("报告里的配置另信任一个证书文件 %s，它不在报告里；需要时请用 --profile 给出", "the report's profile trusts a certificate file of its own, %s, which is not in the report; give it with --profile if it is needed").F(carried.CAFile))
	}
	words, ps := profile.Parse([]byte("name: words"), "words")
	if len(ps) > 0 {
		return nil, false, problems(ps)
	}
	carried.Base, carried.CAFile, carried.Clients = "", "", nil
	carried.Refusals, carried.Events, carried.Signals = beyond(carried.Refusals, words.Refusals), beyond(carried.Events, words.Events), beyond(carried.Signals, words.Signals)
	carried.Recall = profile.Recall{Verbs: beyond(carried.Recall.Verbs, words.Recall.Verbs), Objects: beyond(carried.Recall.Objects, words.Recall.Objects)}
	again, err := json.Marshal(&carried)
	if err != nil {
		return nil, false, err
	}
	if p, ps = profile.Parse(again, file+" profile.json"); p == nil || len(ps) > 0 {
		for _, x := range ps {
			x.Line, x.Hint = 0, give // the line is of a text that nobody wrote
		}
		return nil, false, problems(ps)
	}
	for _, h := range hostsOf(p) {
		if strings.ContainsAny(h, "<>#") {
			return nil, false, &lang.Problem{File: file, Field: "profile.json", What: lang.T("其中的地址 %s 已脱敏，连不上", "its address %s was redacted and cannot be reached").F(h), Hint: give}
		}
	}
	return p, true, nil
}

// maxCarried is more than a profile file may have.
const maxCarried = 4 << 20

// beyond gives what of a list another does not have.
func beyond[T any](list, other []T) []T {
	var out []T
	for _, x := range list {
		if !slices.ContainsFunc(other, func(y T) bool { return reflect.DeepEqual(x, y) }) {
			out = append(out, x)
		}
	}
	return out
}

// within tells whether a profile names no host that ours does not.
func within(p, own *profile.Profile) bool {
	known := hostsOf(own)
	return len(hostsOf(p)) > 0 && !slices.ContainsFunc(hostsOf(p), func(h string) bool { return !slices.Contains(known, h) })
}

// hostsOf lists whatever a run with this profile may connect to.
func hostsOf(p *profile.Profile) []string {
	var out []string
	add := func(h string) {
		if h != "" && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	for _, h := range p.Hosts {
		add(hostPort(h.URL))
	}
	for _, t := range p.TimeServers {
		add(t)
	}
	for _, key := range sortedKeys(p.Updates) {
		add(hostPort(p.Updates[key]))
	}
	return out
}

// hostPort gives the host and port of an address, the port also where it goes without saying.
func hostPort(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	if u.Port() == "" {
		port := map[string]string{"http": "80", "ws": "80"}[u.Scheme]
		if port == "" {
			port = "443"
		}
		return strings.ToLower(u.Hostname()) + ":" + port
	}
	return strings.ToLower(u.Host)
}

// mostHosts bounds whom a report's profile may name.
const mostHosts = 40

// agree shows which hosts will be contacted, and asks. A report comes from
// somebody else: nothing is contacted on its word alone.
func (a *app) agree(ctx context.Context, p *profile.Profile, file string, yes, noInput bool) error {
	hosts := hostsOf(p)
	if len(hosts) > mostHosts { // nobody reads them all, and no service has so many
		return &lang.Problem{Field: file, What: lang.T("其中的配置有 %d 个地址，太多了", "its profile names %d hosts, which is too many").F(len(hosts)), Hint: lang.T("可用 --profile 给出自己的配置", "a profile of your own may be given with --profile")}
	}
	a.say(lang.T("按 %s 里的配置 %q，这次运行会连接：", "by the profile %[2]q in %[1]s, this run will connect to:").F(file, p.Name))
	for _, h := range hosts {
		a.say(lang.Same("  " + h))
	}
	switch {
	case yes:
		return nil
	case !a.mayAsk(noInput):
		return &lang.Problem{Field: file, What: lang.T("报告里的地址没有得到您的同意，没有连接", "nobody agreed to the report's hosts, so nothing was contacted"),
			Hint: lang.T("确认这些地址可信后加 --yes，或用 --profile 给出自己的配置", "add --yes once you trust these hosts, or give a profile of your own with --profile")}
	}
	fmt.Fprint(a.err, a.style.head.Render(a.t("连接这些地址？", "Connect to these hosts?"))+" [y/N] ")
	s, err := a.typed().next(ctx.Done())
	if err == io.EOF {
		s, err = "n", nil
	}
	if err != nil {
		return err
	}
	switch strings.ToLower(halfWidth(s)) {
	case "y", "yes", "是", "好", "好的":
		return nil
	}
	return &lang.Problem{Field: file, What: lang.T("没有同意，什么也没有连接", "it was not agreed to, and nothing was contacted"), Hint: lang.T("可用 --profile 给出自己的配置", "a profile of your own may be given with --profile")}
}
