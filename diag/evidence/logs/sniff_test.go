package logs

import "testing"

func TestSniff(t *testing.T) {
	for name, want := range map[string]Kind{
		"console-chrome.log": KindConsole, "console-chrome-time.log": KindConsole, "console-firefox.log": KindConsole, "console-safari.log": KindConsole,
		"chromium.log": KindClient, "electron.log": KindClient, "logcat.log": KindClient,
		"nginx-access.log": KindServer, "nginx-error.log": KindServer, "syslog.log": KindServer, "rfc5424.log": KindServer, "iis.log": KindServer,
		"apache-error.log": KindServer, "spring.log": KindServer, "winston.log": KindServer, "pino.log": KindServer, "bunyan.log": KindServer,
		"log4js.log": KindUnknown, "pretty.log": KindServer,
	} {
		kind, score := Sniff(load(t, name))
		if kind != want || kind != KindUnknown && score < 0.5 {
			t.Errorf("%s is %s (%.2f), want %s", name, kind, score, want)
		}
	}
	for _, text := range []string{
		"", "\n\n", "Dear team,\nplease see the error below.\nThanks\n", "<!doctype html>\n<html><body>x</body></html>\n",
		"{\n  \"log\": {\n    \"version\": \"1.2\",\n    \"entries\": []\n  }\n}\n", "a,b,c\n1,2,3\n", "message:\n  id: \"8842\"\n  type: text\n",
		"\x89PNG\r\n\x1a\n\x00\x00",
	} {
		if kind, score := Sniff(text); kind != KindUnknown || score > 0 {
			t.Errorf("%q is %s (%.2f)", text, kind, score)
		}
	}
}
