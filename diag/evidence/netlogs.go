package evidence

import (
	"context"
	"net/url"
	"strings"

	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/netlog"
	"meiqia-diag/diag/lang"
)

// service gives what of a NetLog is kept: what Options.Service says, and hosts
// to which a page in a HAR sent what changes things.
func (s *Set) service(opt Options) func(string) bool {
	if opt.Service == nil {
		return func(string) bool { return true }
	}
	asked := map[string]bool{}
	for _, h := range s.HARs {
		for _, e := range h.Entries {
			switch e.Method {
			case "POST", "PUT", "PATCH", "DELETE":
				asked[hostOf(e.URL)] = true
			}
		}
	}
	delete(asked, "")
	return func(raw string) bool { return asked[hostOf(raw)] || opt.Service(raw) }
}

// hostOf gives the host that an address names, without its port; a bare name is its own.
func hostOf(raw string) string {
	if !strings.Contains(raw, "://") {
		return strings.ToLower(raw)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func (s *Set) readNetLog(ctx context.Context, f *File, wanted func(string) bool) {
	r, err := f.Open()
	if err != nil {
		s.problem(f.Path, lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
		return
	}
	defer r.Close()
	n := NetLogFile{File: f}
	text := &harText{src: Until(ctx, r), enc: charset.UTF8}
	meta, problems, err := netlog.Read(text, f.Path, netlog.Options{Wanted: wanted, Host: wanted, Header: keepHeader}, func(r *netlog.Request) error {
		if len(r.URL) > 4096 {
			r.URL = strings.Clone(r.URL[:4096])
		}
		n.Requests = append(n.Requests, r)
		return nil
	})
	n.Meta = meta
	f.Encoding = text.enc
	s.Problems = append(s.Problems, problems...)
	if err != nil {
		n.Meta.Truncated = true
		if p, ok := err.(*lang.Problem); ok {
			s.Problems = append(s.Problems, p)
		} else {
			s.problem(f.Path, lang.T("读取中断：%s", "reading broke off: %s").F(lang.Reason(err)), lang.T("已读出的照常使用", "what was read is used"))
		}
	}
	s.NetLogs = append(s.NetLogs, n)
}
