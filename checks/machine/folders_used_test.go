package machine

import (
	"os"
	"path/filepath"
	"testing"
)

func TestUsedLast(t *testing.T) {
	pages := []string{"https://app.desk.test/"}
	lay := func(name, text string) string {
		dir := t.TempDir()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	engaged := func(site string) string {
		return `{"profile":{"content_settings":{"exceptions":{"site_engagement":{"` + site + `":{"setting":{"lastEngagementTime":13439899914689463}}}}}}}`
	}
	for _, c := range []struct {
		name, file, text string
		used             bool
	}{
		{"Chromium, used", "Preferences", engaged("https://app.desk.test:443,*"), true},
		{"Chromium, another site", "Preferences", engaged("https://news.test:443,*"), false},
		{"Chromium, torn", "Preferences", engaged("https://app.desk.test:443,*")[:60], false},
		{"Firefox, used", "storage/default/https+++app.desk.test/.metadata-v2", "x", true},
		{"Firefox, another site", "storage/default/https+++news.test/.metadata-v2", "x", false},
	} {
		if got := !UsedLast(lay(c.file, c.text), pages).IsZero(); got != c.used {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if !UsedLast(filepath.Join(t.TempDir(), "none"), pages).IsZero() {
		t.Error("a folder that is not there")
	}
}

func TestListenersAim(t *testing.T) {
	const recall = "https://api.desk.test:8443/im/messages/7/recall?cid=1#x"
	for _, c := range []struct {
		urls []string
		want Aim
	}{
		{nil, ""},
		{[]string{"<all_urls>"}, AimAll},
		{[]string{"*://*/*"}, AimAll},
		{[]string{"https://*.desk.test/*"}, AimSite},
		{[]string{"<all_urls>", "https://*.desk.test/*"}, AimSite},
		{[]string{"*://*/*recall*"}, AimAddress},
		{[]string{"https://api.desk.test/im/*"}, AimAddress},
		{[]string{"https://api.desk.test/*/recall"}, ""}, // the query belongs to what is compared
		{[]string{"https://api.desk.test/other/*"}, ""},
		{[]string{"*://*.ads.test/*"}, ""},
		{[]string{"nonsense", "://", "https://"}, ""},
	} {
		if got := (Listener{URLs: c.urls}).Holds(recall, "xmlhttprequest"); got != c.want {
			t.Errorf("%v: %q, want %q", c.urls, got, c.want)
		}
	}
	if got := (Listener{URLs: []string{"<all_urls>"}, Types: []string{"image"}}).Holds(recall, "xmlhttprequest"); got != "" {
		t.Errorf("images alone: %q", got)
	}
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{{"/a", "/a", true}, {"/a", "/ab", false}, {"/*", "/", true}, {"/a*b*c", "/axbxc", true}, {"/a*b*c", "/acb", false}, {"/ab*ba", "/aba", false}} {
		if got := globMatch(c.pattern, c.text); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.text, got)
		}
	}
}
