package attempt

import "testing"

// A console that says that the browser's own rules stopped the recall proves that it was not sent.
func TestPolicySaid(t *testing.T) {
	const at = "2026-11-20T10:22:41.300+08:00 [error] "
	for _, c := range []struct {
		name, line string
		want       Result // "" for no recall seen
	}{
		{"Chromium", "Refused to connect to '" + recallURL + "' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", NotSent},
		{"Chromium of late", "Connecting to '" + recallURL + "' violates the following Content Security Policy directive: \"connect-src 'none'\". The action has been blocked.", NotSent},
		{"Firefox", "Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at " + recallURL + " because it violates the following directive: “connect-src 'none'”", NotSent},
		{"mixed content", "Mixed Content: The page at 'https://app.meiqia.com/' was loaded over HTTPS, but requested an insecure resource 'http://app.meiqia.com/api/v1/messages/8842/recall'. This request has been blocked; the content must be served over HTTPS.", NotSent},
		{"a policy tried out", "[Report Only] Refused to connect to '" + recallURL + "' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", ""},
		{"another address", "Refused to connect to 'https://app.meiqia.com/api/v1/presence' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", ""},
		{"another message", "Refused to connect to 'https://app.meiqia.com/api/v1/messages/7771/recall' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := build(t, known, "console.log", at+c.line+"\n")
			switch {
			case c.want == "" && a.Request != nil && a.Request.Result == NotSent:
				t.Errorf("%+v", a.Request)
			case c.want != "" && (a.Request == nil || a.Request.Result != c.want || a.Request.Call.Failure != FailPolicy):
				t.Errorf("%+v; %+v", a.Request, a.Signals)
			}
		})
	}
}
