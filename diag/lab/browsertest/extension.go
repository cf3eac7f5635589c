package browsertest

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Extension makes the folder of an unpacked extension.
type Extension struct {
	Manifest object
	Files    map[string]any // by path: a string as it is, all else as JSON
}

// Unpack writes it.
func (e Extension) Unpack(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	e.Manifest["manifest_version"] = 3
	if e.Manifest["version"] == nil {
		e.Manifest["version"] = "1.2.0"
	}
	WriteJSON(t, filepath.Join(dir, "manifest.json"), e.Manifest)
	for name, v := range e.Files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		if text, ok := v.(string); ok {
			must(t, os.WriteFile(path, []byte(text), 0o600))
			continue
		}
		WriteJSON(t, path, v)
	}
	return dir
}

func block(id int, filter string) object {
	return object{"id": id, "priority": 1, "action": object{"type": "block"}, "condition": object{"urlFilter": filter, "resourceTypes": []string{"xmlhttprequest", "script", "image"}}}
}

// BlockingStatic blocks by a rule that it ships.
func BlockingStatic(filter string) Extension {
	return Extension{
		Manifest: object{"name": "Clean Page", "permissions": []string{"declarativeNetRequest"}, "host_permissions": []string{"<all_urls>"},
			"declarative_net_request": object{"rule_resources": []object{{"id": "annoyances", "enabled": true, "path": "rules/annoyances.json"}}}},
		Files: map[string]any{"rules/annoyances.json": []object{block(1, "||tracker.example^"), block(7, filter)}},
	}
}

// BlockingDynamic blocks by a rule that it adds while it runs, as one does that
// lets people write rules of their own.
func BlockingDynamic(filter string) Extension {
	return Extension{
		Manifest: object{"name": "My Filters", "permissions": []string{"declarativeNetRequest", "storage"}, "host_permissions": []string{"<all_urls>"}, "background": object{"service_worker": "worker.js"}},
		Files: map[string]any{"rule.json": block(41, filter),
			"worker.js": `(async () => { const rule = await (await fetch("rule.json")).json(); await chrome.declarativeNetRequest.updateDynamicRules({ removeRuleIds: [rule.id], addRules: [rule] }); })();`},
	}
}

// Swallowing keeps clicks on controls of a page from the page's own scripts, as
// a tool does that lets people mark what they click on.
func Swallowing(matches string) Extension {
	return Extension{
		Manifest: object{"name": "Page Marker", "content_scripts": []object{{"matches": []string{matches}, "js": []string{"mark.js"}, "run_at": "document_start"}}},
		Files: map[string]any{"mark.js": `for (const type of ["pointerdown", "mousedown", "mouseup", "click"]) {
  window.addEventListener(type, (e) => { if (e.target.closest && e.target.closest(".msg")) { e.stopImmediatePropagation(); e.preventDefault(); } }, true);
}`},
	}
}

// Harmless are six extensions as many people have them; none of them stops a
// request or a press of the service's pages.
func Harmless() []Extension {
	all := []string{"<all_urls>"}
	return []Extension{
		{Manifest: object{"name": "Dark Pages", "permissions": []string{"storage"}, "content_scripts": []object{{"matches": all, "css": []string{"dark.css"}, "js": []string{"dark.js"}, "run_at": "document_end"}}},
			Files: map[string]any{"dark.css": "html.dark-pages { filter: invert(.92) hue-rotate(180deg); }", "dark.js": `document.documentElement.classList.toggle("dark-pages", matchMedia("(prefers-color-scheme: dark)").matches);`}},
		{Manifest: object{"name": "No Telemetry", "permissions": []string{"declarativeNetRequest"}, "host_permissions": all,
			"declarative_net_request": object{"rule_resources": []object{{"id": "telemetry", "enabled": true, "path": "telemetry.json"}}}},
			Files: map[string]any{"telemetry.json": []object{block(1, "||metrics.example^"), block(2, "||telemetry.example^$"), block(3, "/collect?v=1&tid=")}}},
		{Manifest: object{"name": "Key Chain", "permissions": []string{"storage", "tabs", "scripting"}, "host_permissions": all, "background": object{"service_worker": "worker.js"},
			"content_scripts": []object{{"matches": all, "js": []string{"fill.js"}, "all_frames": true}}},
			Files: map[string]any{"worker.js": `chrome.runtime.onInstalled.addListener(() => chrome.storage.local.set({ ready: true }));`,
				"fill.js": `for (const e of document.querySelectorAll("input[type=password]")) e.setAttribute("data-key-chain", "1");`}},
		{Manifest: object{"name": "Calm Tab", "chrome_url_overrides": object{"newtab": "tab.html"}},
			Files: map[string]any{"tab.html": "<!doctype html><title>Calm</title><p>Good morning.</p>"}},
		{Manifest: object{"name": "Proxy Switch", "permissions": []string{"proxy", "storage"}, "background": object{"service_worker": "worker.js"}},
			Files: map[string]any{"worker.js": `chrome.proxy.settings.set({ value: { mode: "system" }, scope: "regular" });`}},
		{Manifest: object{"name": "Header Bench", "permissions": []string{"declarativeNetRequest"}, "host_permissions": []string{"*://*.staging.example/*"},
			"declarative_net_request": object{"rule_resources": []object{{"id": "headers", "enabled": true, "path": "headers.json"}}}},
			Files: map[string]any{"headers.json": []object{{"id": 1, "priority": 1, "action": object{"type": "modifyHeaders", "requestHeaders": []object{{"header": "x-debug", "operation": "set", "value": "1"}}},
				"condition": object{"urlFilter": "||staging.example^", "resourceTypes": []string{"xmlhttprequest"}}}}}},
	}
}

// Pack writes an add-on as the file that Firefox installs.
func (e Extension) Pack(t testing.TB, id string) string {
	t.Helper()
	dir := e.Unpack(t)
	e.Manifest["browser_specific_settings"] = object{"gecko": object{"id": id}}
	e.Manifest["manifest_version"] = 2
	WriteJSON(t, filepath.Join(dir, "manifest.json"), e.Manifest)
	path := filepath.Join(t.TempDir(), id+".xpi")
	out, err := os.Create(path)
	must(t, err)
	z := zip.NewWriter(out)
	must(t, z.AddFS(os.DirFS(dir)))
	must(t, z.Close())
	must(t, out.Close())
	return path
}

// Listening blocks what matches a pattern from a listener of its own, as
// Firefox's content blockers do.
func Listening(pattern string) Extension {
	return Extension{
		Manifest: object{"name": "Quiet Web", "permissions": []string{"webRequest", "webRequestBlocking", "<all_urls>"}, "background": object{"scripts": []string{"quiet.js"}}},
		Files:    map[string]any{"quiet.js": "browser.webRequest.onBeforeRequest.addListener(() => ({ cancel: true }), { urls: [" + strconv.Quote(pattern) + "] }, [\"blocking\"]);"},
	}
}
