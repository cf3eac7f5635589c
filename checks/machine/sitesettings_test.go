package machine

import (
	"fmt"
	"testing"
	"testing/fstest"
)

func TestSiteSettings(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"an exception", "Preferences", `{"profile":{"content_settings":{"exceptions":{"javascript":{"https://desk.example:443,*":{"setting":2,"last_modified":"1"}},"cookies":{"[*.]other.example,*":{"setting":1}}}}}}`, "[{javascript desk.example false}]"},
		{"a folder of profiles", "Default/Preferences", `{"profile":{"default_content_setting_values":{"javascript":2}}}`, "[{javascript  true}]"},
		{"cookies of a site", "Profile 2/Preferences", `{"profile":{"content_settings":{"exceptions":{"cookies":{"[*.]desk.example,*":{"setting":2}}}},"cookie_controls_mode":1}}`, "[{cookies desk.example false} {third-party-cookies  true}]"},
		{"Firefox", "prefs.js", "// Mozilla\nuser_pref(\"javascript.enabled\", false);\nuser_pref(\"network.cookie.cookieBehavior\", 5);\n", "[{javascript  true}]"},
		{"nothing set", "Preferences", `{"profile":{"content_settings":{"exceptions":{"javascript":{}}}}}`, "[]"},
		{"broken", "Preferences", `{"profile":`, "[]"},
	} {
		if got := fmt.Sprint(siteSettings(fstest.MapFS{c.file: {Data: []byte(c.text)}})); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
