package attempt

import "testing"

const extID = "abcdefghijklmnopabcdefghijklmnop"

// An exception out of an extension's code below the page's recall is the extension's,
// unless it is one that any failing network brings about.
func TestThrownBy(t *testing.T) {
	const page = "    at call (" + host + "/desk/app.js:10:29)\n    at withdraw (" + host + "/desk/app.js:14:2)\n"
	const wrap = "    at window.fetch (chrome-extension://" + extID + "/hook.js:1:141)\n"
	for _, c := range []struct{ name, text, want string }{
		{"denied", "hook.js:1 guard: operation denied Error: denied\n" + wrap + page, extID},
		{"Firefox", "Error: denied\nwindow.fetch@moz-extension://0f2d3a4b-1111-4222-8333-444455556666/hook.js:1:141\nwithdraw@" + host + "/desk/app.js:14:2\n", "0f2d3a4b-1111-4222-8333-444455556666"},
		{"network", "app.js:10 Uncaught (in promise) TypeError: Failed to fetch\n" + wrap + page, ""},
		{"page threw", "app.js:10 Uncaught TypeError: x is null\n    at parse (" + host + "/desk/app.js:10:29)\n" + wrap + page, ""},
		{"not the recall", "hook.js:1 Error: denied\n" + wrap + "    at poll (" + host + "/desk/app.js:10:29)\n", ""},
		{"its own work", "hook.js:1 Error: denied\n" + wrap + "    at withdraw (chrome-extension://" + extID + "/popup.js:10:29)\n", ""},
	} {
		a := build(t, known, "console.log", "app.js:5 ready\napp.js:6 loaded\n"+c.text+"app.js:8 提示: 撤回失败\n")
		got := ""
		if a.Thrown != nil {
			got = a.Thrown.Extension
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q; %+v", c.name, got, c.want, a.Signals)
		}
		if c.want != "" && a.Request != nil && a.Request.Result == Refused {
			t.Errorf("%s: what the page showed was read as the service's answer: %+v", c.name, a.Request)
		}
	}
}
