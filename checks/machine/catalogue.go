package machine

// product is what is known of one browser: where it keeps its data and where it
// shows that it is installed. Paths that sources disagree about are all listed;
// a wrong one costs a look.
type product struct {
	id, name string
	family   Family
	data     map[string][]string // by GOOS
	apps     []string            // macOS bundles
	packages []string            // Debian packages
	desktop  []string            // Linux desktop files, without .desktop
	inis     []string            // Linux: application.ini of Firefox's kin
	beacon   string              // Windows: key under HKCU\Software with BLBeacon
	words    []string            // Windows: in StartMenuInternet names and ProgIds, lower case
}

var chromeKin = []string{"chrome", "chromium", "edge", "brave", "vivaldi", "opera", "browser", "firefox"}

// catalogue lists the browsers that agents use, in the order in which they are shown.
var catalogue = []product{
	{id: "chrome", name: "Google Chrome", family: Chromium,
		data: map[string][]string{
			"windows": {`%LOCALAPPDATA%/Google/Chrome/User Data`},
			"darwin":  {"~/Library/Application Support/Google/Chrome"},
			"linux":   {"~/.config/google-chrome", "~/.var/app/com.google.Chrome/config/google-chrome"},
		},
		apps: []string{"Google Chrome.app"}, packages: []string{"google-chrome-stable"},
		desktop: []string{"google-chrome", "com.google.Chrome"}, beacon: `Google\Chrome`, words: []string{"google chrome", "chromehtml"}},
	{id: "edge", name: "Microsoft Edge", family: Chromium,
		data: map[string][]string{
			"windows": {`%LOCALAPPDATA%/Microsoft/Edge/User Data`},
			"darwin":  {"~/Library/Application Support/Microsoft Edge"},
			"linux":   {"~/.config/microsoft-edge", "~/.var/app/com.microsoft.Edge/config/microsoft-edge"},
		},
		apps: []string{"Microsoft Edge.app"}, packages: []string{"microsoft-edge-stable"},
		desktop: []string{"microsoft-edge", "com.microsoft.Edge"}, beacon: `Microsoft\Edge`, words: []string{"microsoft edge", "msedgehtm"}},
	{id: "chromium", name: "Chromium", family: Chromium,
		data: map[string][]string{
			"windows": {`%LOCALAPPDATA%/Chromium/User Data`},
			"darwin":  {"~/Library/Application Support/Chromium"},
			"linux":   {"~/.config/chromium", "~/snap/chromium/common/chromium", "~/.var/app/org.chromium.Chromium/config/chromium"},
		},
		apps: []string{"Chromium.app"}, packages: []string{"chromium", "chromium-browser"},
		desktop: []string{"chromium", "chromium-browser", "chromium_chromium", "org.chromium.Chromium"}, beacon: `Chromium`, words: []string{"chromium"}},
	{id: "firefox", name: "Firefox", family: Firefox,
		data: map[string][]string{
			"windows": {`%APPDATA%/Mozilla/Firefox`},
			"darwin":  {"~/Library/Application Support/Firefox"},
			"linux": {"~/.config/mozilla/firefox", "~/.mozilla/firefox", "~/snap/firefox/common/.mozilla/firefox",
				"~/.var/app/org.mozilla.firefox/.mozilla/firefox", "~/.var/app/org.mozilla.firefox/config/mozilla/firefox"},
		},
		apps: []string{"Firefox.app"}, packages: []string{"firefox-esr", "firefox"},
		desktop: []string{"firefox-esr", "firefox", "firefox_firefox", "org.mozilla.firefox"},
		inis:    []string{"/usr/lib/firefox-esr/application.ini", "/usr/lib/firefox/application.ini", "/usr/lib64/firefox/application.ini", "/opt/firefox/application.ini"},
		words:   []string{"firefox"}},
	{id: "safari", name: "Safari", family: Safari,
		apps: []string{"Safari.app"}},
	{id: "360se", name: "360 安全浏览器", family: Chromium,
		data:  map[string][]string{"windows": {`%APPDATA%/360se6/User Data`, `%LOCALAPPDATA%/360se6/User Data`}, "linux": {"~/.config/browser360", "~/.config/browser360-cn-stable"}},
		words: []string{"360se"}},
	{id: "360chrome", name: "360 极速浏览器", family: Chromium,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/360Chrome/Chrome/User Data`}},
		words: []string{"360chrome."}},
	{id: "360chromex", name: "360 极速浏览器X", family: Chromium,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/360ChromeX/Chrome/User Data`}},
		words: []string{"360chromex"}},
	{id: "qqbrowser", name: "QQ 浏览器", family: Chromium,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Tencent/QQBrowser/User Data`}},
		apps: []string{"QQBrowser.app", "QQ浏览器.app"}, words: []string{"qqbrowser"}},
	{id: "sogou", name: "搜狗浏览器", family: Chromium,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Sogou/SogouExplorer/User Data`, `%LOCALAPPDATA%/SogouExplorer/User Data`,
			`%APPDATA%/Sogou/SogouExplorer/User Data`, `%APPDATA%/SogouExplorer/User Data`, `%APPDATA%/SogouExplorer/Webkit`}},
		words: []string{"sogou"}},
	{id: "quark", name: "夸克", family: Chromium,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Quark/User Data`}},
		apps: []string{"Quark.app"}, words: []string{"quark"}},
	{id: "uc", name: "UC 浏览器", family: Chromium,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/UCBrowser/User Data`}},
		words: []string{"ucbrowser", "uchtml"}},
}
