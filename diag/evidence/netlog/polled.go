package netlog

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// polled reads what was the case when logging ended: one object, or a list of
// one for each of the browser's network contexts.
func (w *walker) polled(kind jsontext.Kind) error {
	w.sawLog, w.meta.Polled = true, true
	if kind == '{' {
		return w.each(w.polledMember)
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for {
		switch w.dec.PeekKind() {
		case ']', 0:
			_, err := w.dec.ReadToken()
			return err
		case '{':
			if err := w.each(w.polledMember); err != nil {
				return err
			}
		default:
			if err := w.pass(); err != nil {
				return err
			}
		}
		w.renew()
	}
}

func (w *walker) polledMember(name string) error {
	w.renew()
	switch name {
	case "extensionInfo", "proxySettings", "hostResolverInfo":
	default:
		return w.pass()
	}
	raw, err := w.dec.ReadValue()
	if err != nil {
		return err
	}
	switch name {
	case "extensionInfo":
		elements(raw, func(v jsontext.Value) {
			if len(w.meta.Extensions) < maxList {
				w.meta.Extensions = append(w.meta.Extensions, extension(v))
			}
		})
	case "proxySettings":
		if p := proxySettings(member(raw, "effective")); p != "" && w.meta.Proxy == "" {
			w.meta.Proxy = p
		}
	case "hostResolverInfo":
		if len(w.meta.Nameservers) == 0 {
			elements(member(member(raw, "dns_config"), "nameservers"), func(v jsontext.Value) {
				if len(w.meta.Nameservers) < 16 {
					w.meta.Nameservers = append(w.meta.Nameservers, text(v))
				}
			})
		}
	}
	return nil
}

func extension(raw jsontext.Value) (x Extension) {
	fields(raw, func(name string, v jsontext.Value) {
		switch name {
		case "id":
			x.ID = text(v)
		case "name":
			x.Name = text(v)
		case "version":
			x.Version = text(v)
		case "enabled":
			x.Enabled = string(v) == "true"
		}
	})
	return x
}

// proxySettings says in a word or two what the browser is set to go through, "" for nothing.
func proxySettings(raw jsontext.Value) string {
	var out []string
	fields(raw, func(name string, v jsontext.Value) {
		switch name {
		case "auto_detect":
			if string(v) == "true" {
				out = append(out, "auto detect")
			}
		case "pac_url":
			if text(v) != "" {
				out = append(out, "PAC")
			}
		case "single_proxy":
			elements(v, func(v jsontext.Value) { out = append(out, proxyName(text(v))) })
			if s := text(v); s != "" {
				out = append(out, proxyName(s))
			}
		case "proxy_per_scheme":
			fields(v, func(scheme string, v jsontext.Value) {
				elements(v, func(v jsontext.Value) { out = append(out, scheme+" "+proxyName(text(v))) })
				if s := text(v); s != "" {
					out = append(out, scheme+" "+proxyName(s))
				}
			})
		}
	})
	return strings.Join(out, ", ")
}
