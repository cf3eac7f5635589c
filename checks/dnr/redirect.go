package dnr

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

type jsonRedirect struct {
	URL           *string        `json:"url"`
	ExtensionPath *string        `json:"extensionPath"`
	Transform     *jsonTransform `json:"transform"`
	Substitution  *string        `json:"regexSubstitution"`
}

type jsonTransform struct {
	Scheme         *string `json:"scheme"`
	Host           *string `json:"host"`
	Port           *string `json:"port"`
	Path           *string `json:"path"`
	Query          *string `json:"query"`
	Fragment       *string `json:"fragment"`
	Username       *string `json:"username"`
	Password       *string `json:"password"`
	QueryTransform *struct {
		Remove []string `json:"removeParams"`
		Put    []struct {
			Key         string `json:"key"`
			Value       string `json:"value"`
			ReplaceOnly bool   `json:"replaceOnly"`
		} `json:"addOrReplaceParams"`
	} `json:"queryTransform"`
}

// redirect is where a rule leads.
type redirect struct {
	fixed     string // an address, or a path in the extension
	transform *jsonTransform
	replace   string // what stands for the expression, \1 for its groups
}

func newRedirect(j *jsonRedirect, regex bool) (*redirect, error) {
	switch {
	case j == nil:
		return nil, errors.New("redirect: missing")
	case j.URL != nil:
		u, err := url.Parse(*j.URL)
		if err != nil || u.Scheme == "" || strings.EqualFold(u.Scheme, "javascript") {
			return nil, errors.New("redirect: not an address")
		}
		return &redirect{fixed: *j.URL}, nil
	case j.ExtensionPath != nil:
		if !strings.HasPrefix(*j.ExtensionPath, "/") {
			return nil, errors.New("redirect: extensionPath must begin with /")
		}
		return &redirect{fixed: "chrome-extension://" + *j.ExtensionPath}, nil
	case j.Transform != nil:
		return &redirect{transform: j.Transform}, j.Transform.check()
	case j.Substitution != nil:
		if !regex || *j.Substitution == "" {
			return nil, errors.New("redirect: regexSubstitution without an expression")
		}
		return &redirect{replace: *j.Substitution}, nil
	}
	return nil, errors.New("redirect: leads nowhere")
}

func (t *jsonTransform) check() error {
	begins := func(s *string, c string) bool { return s == nil || *s == "" || strings.HasPrefix(*s, c) }
	switch {
	case t.Scheme != nil && !slices.Contains([]string{"http", "https", "ftp", "chrome-extension"}, *t.Scheme):
		return errors.New("transform: scheme")
	case !begins(t.Query, "?"), !begins(t.Fragment, "#"), t.Query != nil && t.QueryTransform != nil:
		return errors.New("transform: query or fragment")
	}
	if t.Port != nil && *t.Port != "" {
		if n, err := strconv.ParseUint(*t.Port, 10, 32); err != nil || n > 65535 {
			return errors.New("transform: port")
		}
	}
	return nil
}

func (q *query) upgradable() bool {
	return strings.HasPrefix(q.spec, "http:") || strings.HasPrefix(q.spec, "ftp:")
}

// redirects reports whether the rule leads a request anywhere else. A WebSocket
// is never redirected, and neither is what would come back to itself.
func (r *Rule) redirects(q *query) bool {
	if q.kind == typeBits[WebSocket] {
		return false
	}
	to := r.redirect.fixed
	switch {
	case r.redirect.transform != nil:
		to = r.redirect.transform.apply(q.spec)
	case r.redirect.replace != "":
		re := r.expression()
		if re == nil {
			return false
		}
		loc := re.FindStringSubmatchIndex(q.spec)
		if loc == nil {
			return false
		}
		to = q.spec[:loc[0]] + string(re.ExpandString(nil, groups(r.redirect.replace), q.spec, loc)) + q.spec[loc[1]:]
		if u, err := url.Parse(to); err != nil || u.Scheme == "" || u.Scheme == "javascript" {
			return false
		}
	}
	if x, ok := newQuery(Request{URL: to}); ok {
		return x.spec != q.spec
	}
	return to != ""
}

// groups writes RE2's \1 as regexp's ${1}.
func groups(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$':
			b.WriteString("$$")
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] >= '0' && s[i] <= '9' {
				b.WriteString("${" + s[i:i+1] + "}")
			} else {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// apply changes the parts of an address that the transform names.
func (t *jsonTransform) apply(spec string) string {
	scheme, rest, _ := strings.Cut(spec, "://")
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	path = "/" + path
	user := ""
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, authority = authority[:i+1], authority[i+1:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, port = authority[:i], authority[i:]
	}
	if t.Scheme != nil {
		scheme = *t.Scheme
	}
	if t.Host != nil {
		host = *t.Host
	}
	if t.Port != nil {
		if port = ""; *t.Port != "" {
			port = ":" + *t.Port
		}
	}
	if t.Path != nil {
		path = "/" + strings.TrimPrefix(*t.Path, "/")
	}
	if t.Username != nil || t.Password != nil {
		name, secret, _ := strings.Cut(strings.TrimSuffix(user, "@"), ":")
		if t.Username != nil {
			name = *t.Username
		}
		if t.Password != nil {
			secret = *t.Password
		}
		if user = name; secret != "" {
			user += ":" + secret
		}
		if user != "" {
			user += "@"
		}
	}
	switch {
	case t.Query != nil:
		query, hasQuery = strings.TrimPrefix(*t.Query, "?"), *t.Query != ""
	case t.QueryTransform != nil:
		if changed, ok := t.changeQuery(query); ok {
			query, hasQuery = changed, true
		}
	}
	if t.Fragment != nil {
		fragment, hasFragment = strings.TrimPrefix(*t.Fragment, "#"), *t.Fragment != ""
	}
	out := scheme + "://" + user + host + port + path
	if hasQuery {
		out += "?" + query
	}
	if hasFragment {
		out += "#" + fragment
	}
	return out
}

// changeQuery removes, replaces and adds parameters; ok is false when nothing changes.
func (t *jsonTransform) changeQuery(query string) (out string, ok bool) {
	put := slices.Clone(t.QueryTransform.Put)
	var parts []string
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		if slices.Contains(t.QueryTransform.Remove, key) || slices.ContainsFunc(t.QueryTransform.Remove, func(s string) bool { return url.QueryEscape(s) == key }) {
			ok = true
			continue
		}
		for i, p := range put {
			if url.QueryEscape(p.Key) == key {
				value, ok = url.QueryEscape(p.Value), true
				put = slices.Delete(put, i, i+1)
				break
			}
		}
		parts = append(parts, key+"="+value)
	}
	for _, p := range put {
		if !p.ReplaceOnly {
			parts, ok = append(parts, url.QueryEscape(p.Key)+"="+url.QueryEscape(p.Value)), true
		}
	}
	return strings.Join(parts, "&"), ok
}
