package machine

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pierrec/lz4/v4"

	"meiqia-diag/checks/dnr"
	"meiqia-diag/diag/realbrowser"
)

const foxScript = `
browser.webRequest.onBeforeRequest.addListener(d => ({cancel: d.url.includes("/recall")}), {urls: ["*://*.desk.test/*"], types: ["xmlhttprequest"]}, ["blocking"]);
browser.webRequest.onCompleted.addListener(() => {}, {urls: ["<all_urls>"]});
(async () => {
	const dnr = browser.declarativeNetRequest;
	await dnr.updateEnabledRulesets({enableRulesetIds: ["two"]});
	await dnr.updateStaticRules({rulesetId: "one", disableRuleIds: [2]});
	await dnr.updateDynamicRules({addRules: [{id: 7, action: {type: "block"}, condition: {urlFilter: "/dynamic/recall", resourceTypes: ["xmlhttprequest"]}}]});
})();`

// foxPage asks for each path once the added rule is in force, and reports what became of them.
const foxPage = `<!doctype html><script>
const go = async p => { try { return await (await fetch(p, {method: "POST"})).text(); } catch { return "stopped"; } };
(async () => {
	while (await go("/dynamic/recall") !== "stopped") await new Promise(r => setTimeout(r, 100));
	const became = {};
	for (const p of PATHS) became[p] = await go(p);
	await fetch("/report", {method: "POST", body: JSON.stringify(became)});
})();
</script>`

func TestFirefoxRulesInABrowser(t *testing.T) {
	paths := []string{"/static/recall", "/single/recall", "/second/recall", "/dynamic/recall", "/api/recall"}
	list, err := json.Marshal(paths)
	if err != nil {
		t.Fatal(err)
	}
	reports := make(chan map[string]string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, strings.Replace(foxPage, "PATHS", string(list), 1))
		case "/report":
			got := map[string]string{}
			if json.NewDecoder(r.Body).Decode(&got) == nil && len(reports) == 0 {
				reports <- got
			}
		default:
			fmt.Fprint(w, r.URL.Path)
		}
	}))
	defer s.Close()

	dir := t.TempDir()
	writeFile := func(name string, data []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writeFile("extensions/blocker@desk.test.xpi", zipped(t, map[string]any{
		"manifest.json": rule{"manifest_version": 2, "name": "Blocker", "version": "1.0", "browser_specific_settings": rule{"gecko": rule{"id": "blocker@desk.test"}},
			"permissions": []string{"webRequest", "webRequestBlocking", "declarativeNetRequest", "<all_urls>"}, "background": rule{"scripts": []string{"bg.js"}},
			"declarative_net_request": rule{"rule_resources": []any{rule{"id": "one", "enabled": true, "path": "rules/one.json"}, rule{"id": "two", "enabled": false, "path": "/rules/two.json"}}}},
		"bg.js": foxScript, "rules/one.json": []any{block(1, "/static/recall"), block(2, "/single/recall")}, "rules/two.json": []any{block(1, "/second/recall")}}))
	writeFile("extensions/notes@desk.test.xpi", zipped(t, map[string]any{
		"manifest.json": rule{"manifest_version": 2, "name": "Notes", "version": "1.0", "browser_specific_settings": rule{"gecko": rule{"id": "notes@desk.test"}}, "permissions": []string{"storage"}}}))
	realbrowser.WriteUserJS(t, dir, `user_pref("extensions.autoDisableScopes", 0);`, `user_pref("extensions.enabledScopes", 15);`,
		// a proxy that is not there: no host but this machine is reached
		`user_pref("network.proxy.type", 1);`, `user_pref("network.proxy.http", "127.0.0.1");`, `user_pref("network.proxy.http_port", 9);`,
		`user_pref("network.proxy.ssl", "127.0.0.1");`, `user_pref("network.proxy.ssl_port", 9);`)

	end := realbrowser.StartFirefox(t, dir, s.URL+"/page")
	var became map[string]string
	select {
	case became = <-reports:
	case <-time.After(2 * time.Minute):
		t.Fatal("the browser reported nothing")
	}
	if became["/static/recall"] != "stopped" || became["/single/recall"] != "/single/recall" || became["/api/recall"] != "/api/recall" {
		t.Fatalf("in the browser: %v", became) // the test's own ground
	}
	check := func(when string, list []ExtensionRules) {
		t.Helper()
		if len(list) != 2 || named(list, "Notes") == nil {
			t.Errorf("%s: add-ons: %+v", when, list)
		}
		for _, p := range paths {
			got := p
			if len(Stopped(list, dnr.Request{URL: s.URL + p, Method: "POST", Initiator: s.URL})) > 0 {
				got = "stopped"
			}
			if got != became[p] {
				t.Errorf("%s: %s became %q in the browser, by the rules on disk %q", when, p, became[p], got)
			}
		}
		x := named(list, "Blocker")
		if len(x.Listeners) != 1 || !x.Listeners[0].MayStop("https://api.desk.test/recall", dnr.XMLHTTPRequest) ||
			x.Listeners[0].MayStop("https://api.desk.test/recall", dnr.Image) || x.Listeners[0].MayStop("https://desk.example/recall", dnr.XMLHTTPRequest) {
			t.Errorf("%s: listeners: %+v", when, x.Listeners)
		}
		if len(x.Lists) != 3 || !x.Knows() {
			t.Errorf("%s: rulesets: %+v", when, x.Lists)
		}
	}
	check("while it runs", readWhile(t, dir, func(list []ExtensionRules) bool {
		x := named(list, "Blocker")
		return x != nil && len(x.Lists) == 3 && len(x.Listeners) == 1
	}))
	end()
	after, err := Rules(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	check("afterwards", after)
}

func zipped(t testing.TB, files map[string]any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, v := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		data, isText := v.(string)
		if !isText {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			data = string(raw)
		}
		if _, err := io.WriteString(w, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mozLZ4(t testing.TB, text string) []byte {
	t.Helper()
	block := make([]byte, lz4.CompressBlockBound(len(text)))
	n, err := lz4.CompressBlock([]byte(text), block, nil)
	if err != nil || n == 0 {
		t.Fatalf("cannot pack: %v", err)
	}
	size := []byte{byte(len(text)), byte(len(text) >> 8), byte(len(text) >> 16), 0}
	return append(append([]byte(mozMagic), size...), block[:n]...)
}

func TestMozLZ4(t *testing.T) {
	text := strings.Repeat(`{"a":1}`, 200)
	good := mozLZ4(t, text)
	if got, err := unpackMozLZ4(good); err != nil || string(got) != text {
		t.Errorf("%q %v", got, err)
	}
	huge := append([]byte(nil), good...)
	copy(huge[8:], "\xff\xff\xff\x7f")
	for name, data := range map[string][]byte{"empty": nil, "cut": good[:20], "other": []byte("mozLz41\x00aaaa"), "no block": good[:12], "claims 2 GB": huge} {
		if got, err := unpackMozLZ4(data); err == nil && len(got) > 0 {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
}

func FuzzMozLZ4(f *testing.F) {
	f.Add([]byte(mozMagic + "\x05\x00\x00\x00\x50hello"))
	f.Add([]byte(mozMagic + "\xff\xff\xff\xff\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := unpackMozLZ4(data)
		if err == nil && len(got) > maxRatio*len(data) {
			t.Errorf("%d bytes out of %d", len(got), len(data))
		}
		root := fstest.MapFS{"addonStartup.json.lz4": {Data: data}}
		readFirefoxRules(root)
	})
}
