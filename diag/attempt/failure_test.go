package attempt

import (
	"testing"

	"meiqia-diag/diag/evidence/har"
)

// Words of browsers for requests that got no answer, and what they say of the
// recall. sent tells whether the request may have left the browser: then it may
// have been carried out, and nothing may call it not sent.
var failures = []struct {
	browser, words string
	want           Failure
	sent           bool
	bug            string
}{
	{"WebInspector", "net::ERR_BLOCKED_BY_CLIENT", FailBlocked, false, ""},
	{"WebInspector", "net::ERR_BLOCKED_BY_ADMINISTRATOR", FailPolicy, false, ""},
	{"WebInspector", "net::ERR_BLOCKED_BY_CSP", FailPolicy, false, ""},
	{"WebInspector", "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS", FailPolicy, false, ""},
	{"WebInspector", "net::ERR_BLOCKED_BY_RESPONSE", FailUnspecified, true, responseBug},
	{"WebInspector", "net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", FailUnspecified, true, responseBug},
	{"WebInspector", "net::ERR_BLOCKED_BY_ORB", FailUnspecified, true, ""},
	{"WebInspector", "net::ERR_INTERNET_DISCONNECTED", FailOffline, false, ""},
	{"WebInspector", "net::ERR_NETWORK_IO_SUSPENDED", FailChanged, true, "A7 ERR_NETWORK_IO_SUSPENDED (the machine went to sleep with the request on its way) is taken for not sent"},
	{"WebInspector", "net::ERR_NETWORK_CHANGED", FailChanged, true, ""},
	{"WebInspector", "net::ERR_NAME_NOT_RESOLVED", FailDNS, true, ""},
	{"WebInspector", "net::ERR_NAME_RESOLUTION_FAILED", FailDNS, true, ""},
	{"WebInspector", "net::ERR_DNS_TIMED_OUT", FailDNS, true, ""},
	{"WebInspector", "net::ERR_PROXY_CONNECTION_FAILED", FailProxy, true, ""},
	{"WebInspector", "net::ERR_TUNNEL_CONNECTION_FAILED", FailProxy, true, ""},
	{"WebInspector", "net::ERR_SOCKS_CONNECTION_FAILED", FailProxy, true, ""},
	{"WebInspector", "net::ERR_CERT_AUTHORITY_INVALID", FailTLS, true, ""},
	{"WebInspector", "net::ERR_CERT_DATE_INVALID", FailTLS, true, ""},
	{"WebInspector", "net::ERR_SSL_PROTOCOL_ERROR", FailTLS, true, ""},
	{"WebInspector", "net::ERR_CONNECTION_REFUSED", FailRefusedPort, true, ""},
	{"WebInspector", "net::ERR_ADDRESS_UNREACHABLE", FailUnreachable, true, ""},
	{"WebInspector", "net::ERR_NETWORK_ACCESS_DENIED", FailUnreachable, true, ""},
	{"WebInspector", "net::ERR_TIMED_OUT", FailTimeout, true, ""},
	{"WebInspector", "net::ERR_CONNECTION_TIMED_OUT", FailTimeout, true, ""},
	{"WebInspector", "net::ERR_CONNECTION_RESET", FailReset, true, ""},
	{"WebInspector", "net::ERR_CONNECTION_CLOSED", FailReset, true, ""},
	{"WebInspector", "net::ERR_EMPTY_RESPONSE", FailReset, true, ""},
	{"WebInspector", "net::ERR_CONTENT_LENGTH_MISMATCH", FailReset, true, ""},
	{"WebInspector", "net::ERR_HTTP2_PROTOCOL_ERROR", FailReset, true, ""},
	{"WebInspector", "net::ERR_QUIC_PROTOCOL_ERROR", FailReset, true, ""},
	{"WebInspector", "net::ERR_ABORTED", FailAborted, true, ""},
	{"WebInspector", "net::ERR_FAILED", FailUnspecified, true, ""},
	{"WebInspector", "net::ERR_SOMETHING_NEW", FailUnspecified, true, ""},
	{"Firefox", "NS_ERROR_UNKNOWN_HOST", FailDNS, true, ""},
	{"Firefox", "NS_ERROR_UNKNOWN_PROXY_HOST", FailProxy, true, ""},
	{"Firefox", "NS_ERROR_PROXY_CONNECTION_REFUSED", FailProxy, true, ""},
	{"Firefox", "NS_ERROR_CONNECTION_REFUSED", FailRefusedPort, true, ""},
	{"Firefox", "NS_ERROR_NET_RESET", FailReset, true, ""},
	{"Firefox", "NS_ERROR_NET_INTERRUPT", FailReset, true, ""},
	{"Firefox", "NS_ERROR_NET_PARTIAL_TRANSFER", FailReset, true, ""},
	{"Firefox", "NS_ERROR_NET_TIMEOUT", FailTimeout, true, ""},
	{"Firefox", "NS_ERROR_OFFLINE", FailOffline, false, ""},
	{"Firefox", "NS_BINDING_ABORTED", FailAborted, true, ""},
	{"Firefox", "NS_ERROR_ABORT", FailUnspecified, true, ""}, // also an extension's block: it does not say
	{"Firefox", "SEC_ERROR_UNKNOWN_ISSUER", FailTLS, true, ""},
	{"Firefox", "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT", FailTLS, true, ""},
	{"WebKit Web Inspector", "The network connection was lost.", FailReset, true, ""},
	{"WebKit Web Inspector", "The Internet connection appears to be offline.", FailOffline, false, ""},
	{"WebKit Web Inspector", "The request timed out.", FailTimeout, true, safariBug},
	{"WebKit Web Inspector", "A server with the specified hostname could not be found.", FailDNS, true, safariBug},
	{"WebKit Web Inspector", "Could not connect to the server.", FailUnreachable, true, safariBug},
	{"WebKit Web Inspector", "An SSL error has occurred and a secure connection to the server cannot be made.", FailTLS, true, ""},
	{"WebKit Web Inspector", "The certificate for this server is invalid. You might be connecting to a server that is pretending to be “app.meiqia.com”.", FailTLS, true, ""},
	{"WebKit Web Inspector", "cancelled", FailAborted, true, ""},
	{"WebKit Web Inspector", "请求超时。", FailTimeout, true, safariBug},
	{"WebKit Web Inspector", "网络连接已中断。", FailReset, true, safariBug},
	{"WebKit Web Inspector", "似乎已断开与互联网的连接。", FailOffline, false, safariBug},
	{"WebKit Web Inspector", "未能找到使用指定主机名的服务器。", FailDNS, true, safariBug},
	{"WebKit Web Inspector", "未能连接到服务器。", FailUnreachable, true, safariBug},
	{"WebKit Web Inspector", "已取消", FailAborted, true, safariBug},
}

const (
	responseBug = "A6 ERR_BLOCKED_BY_RESPONSE (the service answered, and the page was not let see it) is taken for not sent"
	safariBug   = "A8 Safari's sentences, English and Chinese, are not understood beyond a few"
)

func TestFailures(t *testing.T) {
	for _, f := range failures {
		t.Run(f.words, func(t *testing.T) {
			failed := entry(0.2, "POST", host+"/api/v1/messages/8842/recall", "", 0, "", obj{"response": obj{"_error": f.words}, "timings": obj{"wait": -1}})
			a := build(t, known, "a.har", harOf(f.browser, entry(-30, "GET", host+"/api/v1/me", "", 200, `{"id":1}`), failed))
			if a.Request == nil {
				t.Fatal("the recall was not recognised")
			}
			if got := a.Request.Call.Failure; got != f.want {
				t.Errorf("failure %q, want %q", got, f.want)
			}
			switch res := a.Request.Result; {
			case f.sent && res != NoAnswer && res != Unknown:
				t.Errorf("result %q, though the service may have carried it out", res)
			case !f.sent && res != NotSent:
				t.Errorf("result %q, though it never left the browser", res)
			}
		})
	}
}

// No failure seen by the page alone may say what the service did.
func TestPageSideFailureIsNoVerdictOfTheService(t *testing.T) {
	for _, f := range []Failure{FailBlocked, FailPolicy, FailOffline, FailChanged, FailReset, FailDNS, FailProxy, FailTLS, FailRefusedPort, FailUnreachable, FailTimeout, FailAborted, FailPending, FailUnspecified} {
		if r := f.resultOf(); r == Refused || r == Accepted || r == "" {
			t.Errorf("%s gives %q", f, r)
		}
	}
	for _, f := range []Failure{FailChanged, FailReset, FailTimeout, FailAborted, FailPending, FailUnspecified} {
		if r := f.resultOf(); r == NotSent {
			t.Errorf("%s gives %q", f, r)
		}
	}
}

func TestEndsWithoutWords(t *testing.T) {
	for _, c := range []struct {
		name string
		e    har.Entry
		want Failure
	}{
		{"answered", har.Entry{Status: 200}, ""},
		{"answered with an error of the body", *(&har.Entry{Status: 200, ErrorSeen: true}).With(har.Common{Error: "net::ERR_CONTENT_LENGTH_MISMATCH"}), FailReset},
		{"answered, with a word that is no error", *(&har.Entry{Status: 200, ErrorSeen: true}).With(har.Common{Error: "redirect"}), ""},
		{"still waiting in Chrome", har.Entry{Pending: true}, FailPending},
		{"mixed content in Chrome: an empty word", har.Entry{ErrorSeen: true}, FailPolicy},
		{"Firefox gives none", har.Entry{}, FailUnspecified},
	} {
		if got := failureOf(&c.e); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAnsweredInItsPlace(t *testing.T) {
	for _, c := range []struct {
		name   string
		more   obj
		body   string
		status int
		want   Result
		check  func(c *Call) bool
	}{
		{"an extension redirected it", obj{"response": obj{"statusText": "Internal Redirect", "headers": header("Non-Authoritative-Reason", "WebRequest API")}}, "", 307, NotSent, nil},
		{"an extension answered it", obj{"response": obj{"headers": header("Non-Authoritative-Reason", "WebRequest API")}}, okBody, 200, NotSent, nil},
		{"sent on to the login", obj{"response": obj{"redirectURL": host + "/login?next=x", "headers": header("Location", "/login?next=x")}}, "", 302, Refused, func(c *Call) bool { return c.ToLogin }},
		{"a login page with 200", obj{"response": obj{"content": obj{"mimeType": "text/html", "text": "<html><title>登录</title><input type=password></html>"}}}, "", 200, Refused, func(c *Call) bool { return c.ToLogin }},
		{"a captive portal", obj{"response": obj{"content": obj{"mimeType": "text/html", "text": "<html><title>上网认证</title></html>"}}}, "", 200, NoAnswer, func(c *Call) bool { return c.ToPortal }},
		{"a proxy asks who it is", nil, "", 407, NoAnswer, func(c *Call) bool { return c.ToPortal }},
		{"some page with 200", obj{"response": obj{"content": obj{"mimeType": "text/html", "text": "<html>hello</html>"}}}, "", 200, Unknown, nil},
		{"a body that the recording left out", obj{"response": obj{"content": obj{"text": "", "size": 512}}}, "", 200, Unknown, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := chrome(t, known, entry(0.2, "POST", host+"/api/v1/messages/8842/recall", "", c.status, c.body, c.more))
			if a.Request == nil || a.Request.Result != c.want {
				t.Fatalf("%+v", a.Request)
			}
			if c.check != nil && !c.check(a.Request.Call) {
				t.Errorf("call %+v", a.Request.Call)
			}
		})
	}
}
