package machine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A machine with five profiles whose Preferences are of two megabytes each, and
// a gigabyte of caches that nobody looks at: the whole inventory, the settings of
// each profile, and the search for clients.
func BenchmarkInventory(b *testing.B) {
	home := b.TempDir()
	put := func(name, text string) {
		p := filepath.Join(home, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var lines strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&lines, `"https://site%d.example:443,*":{"last_modified":"13439897078979444","setting":{"lastEngagementTime":1.3439897078979414e+16,"rawScore":4.5,"pointsAddedToday":4.5}},`, i)
	}
	prefs := fmt.Sprintf(`{"filler":%q,"profile":{"content_settings":{"exceptions":{"site_engagement":{%s"https://app.meiqia.com:443,*":{"setting":{"lastEngagementTime":1.3439897078979414e+16}}},
		"javascript":{"https://app.meiqia.com:443,*":{"setting":2}}}}}}`, strings.Repeat("x", 1<<20), lines.String())
	for i := range 5 {
		put(fmt.Sprintf(".config/chromium/Profile %d/Preferences", i), prefs)
		cache := filepath.Join(home, fmt.Sprintf(".config/chromium/Profile %d/Cache/Cache_Data/data_3", i))
		put(fmt.Sprintf(".config/chromium/Profile %d/Cache/Cache_Data/data_3", i), "")
		if err := os.Truncate(cache, 200<<20); err != nil {
			b.Fatal(err)
		}
	}
	put(".config/chromium/Local State", `{"profile":{"info_cache":{"Profile 0":{},"Profile 1":{},"Profile 2":{},"Profile 3":{},"Profile 4":{}}}}`)
	e := Env{GOOS: "linux", Root: os.DirFS("/"), Home: home, Getenv: func(string) string { return "" }}
	b.SetBytes(int64(5 * len(prefs)))
	b.ReportAllocs()
	for b.Loop() {
		list := e.Browsers(b.Context(), desk)
		n := 0
		for _, x := range list {
			for _, p := range x.Profiles {
				if p.Workbench.IsZero() {
					b.Fatal("the workbench was not seen")
				}
				n += len(e.Settings(b.Context(), x, p, service))
			}
		}
		if n < 5 {
			b.Fatalf("%d settings", n)
		}
		e.Clients(b.Context(), deskHosts, nil)
	}
}
