//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The Windows binary runs: under wine, as far as wine is a Windows. It has no
// Windows browsers, so what is there is found in a folder laid out by the test.
func TestWindowsBinaryUnderWine(t *testing.T) {
	wine, err := exec.LookPath("wine")
	if err != nil {
		t.Skip("WINE NOT AVAILABLE: that the Windows binary starts is not proven here (Debian: wine64 and wine)")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("WINE RUNS PROGRAMS OF THE MACHINE'S OWN KIND: the Windows binary is tried on amd64 alone")
	}
	dir := t.TempDir()
	exe := filepath.Join(dir, "meiqia-diag.exe")
	build := exec.Command("go", "build", "-trimpath", "-o", exe, ".")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	prefix := filepath.Join(dir, "prefix")
	run := func(want int, args ...string) (stdout string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, wine, args...)
		cmd.WaitDelay = 5 * time.Second
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "WINEPREFIX="+prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "DISPLAY=", "HOME="+dir, "MEIQIA_DIAG_LANG=en")
		var out, complaint bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &complaint
		err := cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("%s: status %d, want %d (%v)\n%s\n%s", strings.Join(args[1:], " "), code, want, err, out.String(), clipped(complaint.String()))
		}
		return out.String()
	}
	run(0, "wineboot", "-i")
	t.Cleanup(func() {
		end := exec.Command("wineserver", "-k", "-w")
		if path, err := exec.LookPath("wineserver"); err == nil {
			end = exec.Command(path, "-k", "-w")
		} else if matches, _ := filepath.Glob("/usr/lib/wine/wineserver*"); len(matches) > 0 {
			end = exec.Command(matches[0], "-k", "-w")
		}
		end.Env = append(os.Environ(), "WINEPREFIX="+prefix)
		_ = end.Run() // the folder goes anyway
	})
	lendRandom(t, filepath.Join(prefix, "drive_c/windows/system32"))

	if out := run(0, exe, "--version"); !strings.Contains(out, "meiqia-diag") {
		t.Errorf("version: %q", out)
	}
	if out := run(0, exe, "checks"); !strings.Contains(out, "browser ") || !strings.Contains(out, "sync ") {
		t.Errorf("checks: %q", out)
	}
	users, err := filepath.Glob(filepath.Join(prefix, "drive_c/users/*/AppData/Local"))
	if err != nil || len(users) == 0 {
		t.Fatalf("wine made no home folder: %v, %v", users, err)
	}
	for _, local := range users {
		put(t, filepath.Join(local, "Google/Chrome/User Data/Last Version"), "70.0.3538.110")
		put(t, filepath.Join(local, "Google/Chrome/User Data/Default/Preferences"), `{"profile":{"default_content_setting_values":{"javascript":2}}}`)
	}
	put(t, filepath.Join(dir, "machine.reg"), strings.ReplaceAll(`Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice]
"ProgId"="ChromeHTML"

[HKEY_LOCAL_MACHINE\Software\Policies\Google\Chrome]
"DefaultPopupsSetting"=dword:00000002

[HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Uninstall\desk]
"DisplayName"="Meiqia 4.0.1"
"DisplayVersion"="4.0.1"

`, "\n", "\r\n"))
	run(0, "regedit", "/S", "machine.reg")

	seen := map[string]string{}
	for _, c := range parsed(t, run(1, exe, "recall", "--only", "browser,client", "--no-report", "--no-input", "--offline", "--format", "json")).Checks {
		for _, o := range c.Observations {
			seen[o.ID+"="+o.Value] = o.Detail["version"] + o.Detail["place"] + o.Detail["by"]
		}
	}
	for what, detail := range map[string]string{"browser.installed=Google Chrome": "70.0.3538.110", "browser.engine=below": "70.0.3538.110", "browser.setting=javascript": "Preferencesuser",
		"browser.setting=popups": `HKLM\SOFTWARE\Policies\Google\Chromepolicy`, "client.installed=Meiqia 4.0.1": "4.0.1"} {
		if got, ok := seen[what]; !ok || got != detail {
			t.Errorf("%s: %q, want %q; there is %v", what, got, detail, seen)
		}
	}

	put(t, filepath.Join(dir, "recall.har"), `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2026-11-20T02:22:41.000Z","time":40,
		"request":{"method":"POST","url":"https://app.meiqia.com/api/v1/messages/8842/recall","httpVersion":"h2","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
		"response":{"status":403,"statusText":"","httpVersion":"h2","headers":[],"cookies":[],"content":{"size":40,"mimeType":"application/json","text":"{\"error\":\"消息已被阅读,无法撤回\"}"},"redirectURL":"","headersSize":-1,"bodySize":40},"cache":{},"timings":{"send":0,"wait":40,"receive":0}}]}}`)
	doc := parsed(t, run(1, exe, "recall", "--evidence", "recall.har", "--offline", "--no-report", "--no-input", "--format", "json"))
	if len(doc.Verdict.Causes) == 0 || doc.Verdict.Causes[0].Code != "decision.message-read" {
		t.Errorf("%+v", doc.Verdict)
	}
}

type shortDocument struct {
	Checks []struct {
		Observations []struct {
			ID     string            `json:"id"`
			Value  string            `json:"-"`
			Raw    any               `json:"value"`
			Detail map[string]string `json:"detail"`
		} `json:"observations"`
	} `json:"checks"`
	Verdict struct {
		Causes []struct {
			Code string `json:"code"`
		} `json:"causes"`
	} `json:"verdict"`
}

func parsed(t *testing.T, text string) shortDocument {
	t.Helper()
	var d shortDocument
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in %q", err, clipped(text))
	}
	for i := range d.Checks {
		for j := range d.Checks[i].Observations {
			o := &d.Checks[i].Observations[j]
			o.Value, _ = o.Raw.(string)
		}
	}
	return d
}

func clipped(s string) string { return s[:min(len(s), 2000)] }

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lendRandom lays a library beside wine's own that wine 8 lacks and every Go
// program asks for before it starts: bcryptprimitives.dll with ProcessPrng, which
// here is the system's older source of random bytes by another name.
func lendRandom(t *testing.T, system string) {
	t.Helper()
	path := filepath.Join(system, "bcryptprimitives.dll")
	if _, err := os.Stat(path); err == nil {
		return // a newer wine has it
	}
	if err := os.WriteFile(path, forwarder("bcryptprimitives.dll", "ProcessPrng", "advapi32.SystemFunction036"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// forwarder is a library without code whose one export stands for another
// library's (the PE format, "Export Directory Table" and "forwarder RVA").
func forwarder(library, export, target string) []byte {
	const (
		rva    = 0x1000
		size   = 0x200
		tables = rva + 40 // behind the directory: a function, a name, an ordinal
		texts  = tables + 10
	)
	put := func(b *bytes.Buffer, values ...any) {
		for _, v := range values {
			if err := binary.Write(b, binary.LittleEndian, v); err != nil {
				panic(err) // into memory
			}
		}
	}
	u := func(n int) uint32 { return uint32(n) }
	exportAt, targetAt := texts+len(library)+1, texts+len(library)+len(export)+2
	var s bytes.Buffer
	put(&s, u(0), u(0), u(0), u(texts), u(1), u(1), u(1), u(tables), u(tables+4), u(tables+8), u(targetAt), u(exportAt), uint16(0))
	s.WriteString(library + "\x00" + export + "\x00" + target + "\x00")
	used := u(s.Len())
	s.Write(make([]byte, size-s.Len()))

	var b bytes.Buffer
	b.WriteString("MZ")
	b.Write(make([]byte, 58))
	put(&b, u(64))
	b.WriteString("PE\x00\x00")
	put(&b, uint16(0x8664), uint16(1), u(0), u(0), u(0), uint16(240), uint16(0x2022)) // one section; a library
	put(&b, uint16(0x20b), uint16(0), u(0), u(size), u(0), u(0), u(0x1000), uint64(0x180000000), u(0x1000), u(0x200),
		uint16(6), uint16(0), uint16(0), uint16(0), uint16(6), uint16(0), u(0), u(0x2000), u(0x200), u(0), uint16(3), uint16(0x160),
		uint64(1<<20), uint64(1<<12), uint64(1<<20), uint64(1<<12), u(0), u(16), u(rva), used)
	b.Write(make([]byte, 15*8)) // no other directories
	put(&b, [8]byte{'.', 'r', 'd', 'a', 't', 'a'}, used, u(rva), u(size), u(0x200), u(0), u(0), u(0), u(0x40000040))
	b.Write(make([]byte, 0x200-b.Len()))
	return append(b.Bytes(), s.Bytes()...)
}
