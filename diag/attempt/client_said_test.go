package attempt

import "testing"

// A line that names the browser tells its engine; one that names what a page is made for does not.
func TestEngineSaid(t *testing.T) {
	for text, want := range map[string]string{
		"浏览器: 360安全浏览器 13.1 (Chromium 78)":                    "chrome 78",
		"浏览器：QQ浏览器 11，内核 Chrome/94.0.4606.71":                 "chrome 94.0.4606.71",
		"[env] browser=Firefox 115.8.0 os=Windows 7":          "firefox 115.8.0",
		"userAgent: Mozilla/5.0 (Windows NT 6.1) Chrome/69.0": "chrome 69.0",
		"navigator: Safari 13.1":                              "safari 13.1",
		"Browser support: needs Chrome 80 or later":           " ",
		"浏览器版本过低，请使用 Chrome 80 以上版本":                          " ",
		"supported browsers: Chrome 80+, Firefox 78+":         " ",
		"visitor browser: Chrome 70":                          " ",
		"Chrome 78 is out":                                    " ",
	} {
		a := &Attempt{Profile: embedded()}
		a.learnClient(text, "console.log")
		if got := a.Client.Browser + " " + a.Client.Version; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
