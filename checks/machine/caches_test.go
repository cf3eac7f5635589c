package machine

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestCachesOf(t *testing.T) {
	for _, c := range []struct {
		name, goos, home string
		env              map[string]string
		profile          string
		files            []string
		want             []Store
	}{
		{"linux chromium", "linux", "/home/ann", nil, "/home/ann/.config/chromium/Default", []string{"home/ann/.cache/chromium/Default/Cache/Cache_Data/index"},
			[]Store{{"/home/ann/.cache/chromium/Default", "Cache/Cache_Data"}}},
		{"linux, a data folder of one's own", "linux", "/home/ann", nil, "/srv/agent/Default", []string{"srv/agent/Default/Cache/Cache_Data/index"},
			[]Store{{"/srv/agent/Default", "Cache/Cache_Data"}}},
		{"linux, XDG", "linux", "/home/ann", map[string]string{"XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/k"}, "/c/google-chrome/Profile 1", []string{"k/google-chrome/Profile 1/Cache/Cache_Data/index"},
			[]Store{{"/k/google-chrome/Profile 1", "Cache/Cache_Data"}}},
		{"linux firefox", "linux", "/home/ann", nil, "/home/ann/.config/mozilla/firefox/x.default", []string{"home/ann/.cache/mozilla/firefox/x.default/cache2/entries/A"},
			[]Store{{"/home/ann/.cache/mozilla/firefox/x.default", "cache2"}}},
		{"linux firefox of old", "linux", "/home/ann", nil, "/home/ann/.mozilla/firefox/x.default", []string{"home/ann/.cache/mozilla/firefox/x.default/cache2/entries/A"},
			[]Store{{"/home/ann/.cache/mozilla/firefox/x.default", "cache2"}}},
		{"flatpak", "linux", "/home/ann", nil, "/home/ann/.var/app/com.google.Chrome/config/google-chrome/Default", []string{"home/ann/.var/app/com.google.Chrome/cache/google-chrome/Default/Cache/Cache_Data/index"},
			[]Store{{"/home/ann/.var/app/com.google.Chrome/cache/google-chrome/Default", "Cache/Cache_Data"}}},
		{"snap firefox", "linux", "/home/ann", nil, "/home/ann/snap/firefox/common/.mozilla/firefox/x.default", []string{"home/ann/snap/firefox/common/.cache/mozilla/firefox/x.default/cache2/entries/A"},
			[]Store{{"/home/ann/snap/firefox/common/.cache/mozilla/firefox/x.default", "cache2"}}},
		{"mac chrome", "darwin", "/Users/ann", nil, "/Users/ann/Library/Application Support/Google/Chrome/Default", []string{"Users/ann/Library/Caches/Google/Chrome/Default/Cache/Cache_Data/index"},
			[]Store{{"/Users/ann/Library/Caches/Google/Chrome/Default", "Cache/Cache_Data"}}},
		{"mac firefox", "darwin", "/Users/ann", nil, "/Users/ann/Library/Application Support/Firefox/Profiles/x.default", []string{"Users/ann/Library/Caches/Firefox/Profiles/x.default/cache2/entries/A"},
			[]Store{{"/Users/ann/Library/Caches/Firefox/Profiles/x.default", "cache2"}}},
		{"windows chrome", "windows", `C:\Users\Ann`, nil, `C:\Users\Ann\AppData\Local\Google\Chrome\User Data\Default`, []string{"C/Users/Ann/AppData/Local/Google/Chrome/User Data/Default/Cache/Cache_Data/index"},
			[]Store{{`C:\Users\Ann\AppData\Local\Google\Chrome\User Data\Default`, "Cache/Cache_Data"}}},
		{"windows, old layout", "windows", `C:\Users\Ann`, nil, `C:\Users\Ann\AppData\Roaming\360se6\User Data\Default`, []string{"C/Users/Ann/AppData/Roaming/360se6/User Data/Default/Cache/index"},
			[]Store{{`C:\Users\Ann\AppData\Roaming\360se6\User Data\Default`, "Cache"}}},
		{"windows firefox", "windows", `C:\Users\Ann`, map[string]string{"APPDATA": `C:\Users\Ann\AppData\Roaming`, "LOCALAPPDATA": `C:\Users\Ann\AppData\Local`}, `C:\Users\Ann\AppData\Roaming\Mozilla\Firefox\Profiles\x.default`,
			[]string{"C/Users/Ann/AppData/Local/Mozilla/Firefox/Profiles/x.default/cache2/entries/A"}, []Store{{`C:\Users\Ann\AppData\Local\Mozilla\Firefox\Profiles\x.default`, "cache2"}}},
		{"an Electron partition", "windows", `C:\Users\Ann`, nil, `C:\Users\Ann\AppData\Roaming\Agent\Partitions\main`, []string{"C/Users/Ann/AppData/Roaming/Agent/Partitions/main/Cache/Cache_Data/index"},
			[]Store{{`C:\Users\Ann\AppData\Roaming\Agent\Partitions\main`, "Cache/Cache_Data"}}},
		{"nothing", "linux", "/home/ann", nil, "/home/ann/.config/chromium/Default", []string{"home/ann/.config/chromium/Default/Preferences"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := fstest.MapFS{}
			for _, f := range c.files {
				root[f] = &fstest.MapFile{Data: []byte("x")}
			}
			e := Env{GOOS: c.goos, Root: root, Home: c.home, Getenv: func(k string) string { return c.env[k] }}
			if got := e.CachesOf(c.profile); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
