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
	procs    []string            // names of the running program, without .exe
	beacon   string              // Windows: key under HKCU\Software with BLBeacon
	update   string              // Windows: key under Software of the updater's client, with pv
	exes     []string            // Windows: names in App Paths
	words    []string            // Windows: in StartMenuInternet names, ProgIds and Uninstall keys, lower case
	brand    bool                // its version is a number of its own, not the engine's

	policyKey  string   // Windows: key under Software\Policies
	policyDirs []string // Linux: folders with managed and recommended
	bundleID   string   // macOS: name of the managed property list
}

var chromeKin = []string{"chrome", "chromium", "edge", "brave", "vivaldi", "opera", "browser", "firefox", "maxthon", "quark"}

// catalogue lists the browsers that agents use, in the order in which they are shown.
var catalogue = []product{
	{id: "chrome", name: "Google Chrome", family: Chromium,
		data: map[string][]string{
			"windows": {`%LOCALAPPDATA%/Google/Chrome/User Data`},
			"darwin":  {"~/Library/Application Support/Google/Chrome"},
			"linux":   {"~/.config/google-chrome", "~/.var/app/com.google.Chrome/config/google-chrome"},
		},
		apps: []string{"Google Chrome.app"}, packages: []string{"google-chrome-stable"},
		desktop: []string{"google-chrome", "com.google.Chrome"}, beacon: `Google\Chrome`, words: []string{"google chrome", "chromehtml"},
		procs: []string{"chrome", "google-chrome"}, exes: []string{"chrome.exe"}, update: `Google\Update\Clients\{8A69D345-D564-463c-AFF1-A69D9E530F96}`,
		policyKey: `Google\Chrome`, policyDirs: []string{"/etc/opt/chrome/policies"}, bundleID: "com.google.Chrome"},
	{id: "edge", name: "Microsoft Edge", family: Chromium,
		data: map[string][]string{
			"windows": {`%LOCALAPPDATA%/Microsoft/Edge/User Data`},
			"darwin":  {"~/Library/Application Support/Microsoft Edge"},
			"linux":   {"~/.config/microsoft-edge", "~/.var/app/com.microsoft.Edge/config/microsoft-edge"},
		},
		apps: []string{"Microsoft Edge.app"}, packages: []string{"microsoft-edge-stable"},
		desktop: []string{"microsoft-edge", "com.microsoft.Edge"}, beacon: `Microsoft\Edge`, words: []string{"microsoft edge", "msedgehtm"},
		procs: []string{"msedge", "microsoft-edge"}, exes: []string{"msedge.exe"}, update: `Microsoft\EdgeUpdate\Clients\{56EB18F8-B008-4CBD-B6D2-8C97FE7E9062}`,
		policyKey: `Microsoft\Edge`, policyDirs: []string{"/etc/opt/edge/policies"}, bundleID: "com.microsoft.Edge"},
	{id: "chromium", name: "Chromium", family: Chromium,
		data: map[string][]string{
			"windows": {`%LOCALAPPDATA%/Chromium/User Data`},
			"darwin":  {"~/Library/Application Support/Chromium"},
			"linux":   {"~/.config/chromium", "~/snap/chromium/common/chromium", "~/.var/app/org.chromium.Chromium/config/chromium"},
		},
		apps: []string{"Chromium.app"}, packages: []string{"chromium", "chromium-browser"},
		desktop: []string{"chromium", "chromium-browser", "chromium_chromium", "org.chromium.Chromium"}, beacon: `Chromium`, words: []string{"chromium"},
		procs: []string{"chromium", "chromium-browser"}, policyKey: `Chromium`, policyDirs: []string{"/etc/chromium/policies", "/etc/chromium-browser/policies"}, bundleID: "org.chromium.Chromium"},
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
		words:   []string{"firefox"}, procs: []string{"firefox", "firefox-esr", "firefox-bin"}, exes: []string{"firefox.exe"},
		policyKey: `Mozilla\Firefox`, bundleID: "org.mozilla.firefox"},
	{id: "safari", name: "Safari", family: Safari,
		apps: []string{"Safari.app"}},
	{id: "360se", name: "360 安全浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%APPDATA%/360se6/User Data`, `%LOCALAPPDATA%/360se6/User Data`}, "linux": {"~/.config/browser360", "~/.config/browser360-cn-stable"}},
		words: []string{"360se", "360安全浏览器"}, exes: []string{"360se6.exe", "360se.exe"}, procs: []string{"360se", "browser360", "browser360-cn-stable"},
		packages: []string{"browser360-cn-stable", "com.360.browser-stable"}, desktop: []string{"browser360-cn"}},
	{id: "360chrome", name: "360 极速浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/360Chrome/Chrome/User Data`}},
		words: []string{"360chrome.", "360极速浏览器."}, exes: []string{"360chrome.exe"}, procs: []string{"360chrome"}},
	{id: "360chromex", name: "360 极速浏览器X", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/360ChromeX/Chrome/User Data`}},
		words: []string{"360chromex", "360极速浏览器x"}, exes: []string{"360ChromeX.exe"}, procs: []string{"360chromex"}},
	{id: "qqbrowser", name: "QQ 浏览器", family: Chromium, brand: true,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Tencent/QQBrowser/User Data`}, "darwin": {"~/Library/Application Support/QQBrowser2", "~/Library/Application Support/QQBrowser"},
			"linux": {"~/.config/qqbrowser"}},
		apps: []string{"QQBrowser.app", "QQ浏览器.app"}, words: []string{"qqbrowser", "qq浏览器"}, exes: []string{"QQBrowser.exe"}, procs: []string{"qqbrowser"}},
	{id: "sogou", name: "搜狗浏览器", family: Chromium, brand: true,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Sogou/SogouExplorer/User Data`, `%LOCALAPPDATA%/SogouExplorer/User Data`,
			`%APPDATA%/Sogou/SogouExplorer/User Data`, `%APPDATA%/SogouExplorer/User Data`, `%APPDATA%/SogouExplorer/Webkit`}},
		words: []string{"sogouexplorer", "搜狗高速浏览器", "搜狗浏览器"}, exes: []string{"SogouExplorer.exe"}, procs: []string{"sogouexplorer"}},
	{id: "quark", name: "夸克", family: Chromium, brand: true,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Quark/User Data`}},
		apps: []string{"Quark.app", "夸克.app"}, words: []string{"quark", "夸克"}, exes: []string{"quark.exe"}, procs: []string{"quark"}},
	{id: "uc", name: "UC 浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/UCBrowser/User Data`}},
		words: []string{"ucbrowser", "uchtml", "uc浏览器"}, exes: []string{"UCBrowser.exe"}, procs: []string{"ucbrowser"}},
	{id: "2345", name: "2345 浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/2345Explorer/User Data`, `%APPDATA%/2345Explorer/User Data`, `%LOCALAPPDATA%/2345Chrome/User Data`}},
		words: []string{"2345explorer", "2345chrome", "2345加速浏览器", "2345浏览器"}, exes: []string{"2345Explorer.exe", "2345chrome.exe"}, procs: []string{"2345explorer", "2345chrome"}},
	{id: "maxthon", name: "傲游浏览器", family: Chromium, brand: true,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Maxthon/User Data`, `%LOCALAPPDATA%/Maxthon/Application/User Data`, `%APPDATA%/Maxthon/User Data`},
			"darwin": {"~/Library/Application Support/Maxthon"}, "linux": {"~/.config/maxthon"}},
		apps: []string{"Maxthon.app"}, words: []string{"maxthon", "傲游"}, exes: []string{"Maxthon.exe"}, procs: []string{"maxthon"}},
	{id: "liebao", name: "猎豹浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/liebao/User Data`, `%LOCALAPPDATA%/liebao7/User Data`}},
		words: []string{"liebao", "猎豹安全浏览器"}, exes: []string{"liebao.exe"}, procs: []string{"liebao"}},
	{id: "huawei", name: "华为浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/Huawei/HuaweiBrowser/User Data`, `%LOCALAPPDATA%/HuaweiBrowser/User Data`}},
		words: []string{"huaweibrowser", "华为浏览器"}, exes: []string{"HuaweiBrowser.exe"}, procs: []string{"huaweibrowser"}},
	{id: "lenovo", name: "联想浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/Lenovo/SLBrowser/User Data`}},
		words: []string{"slbrowser", "联想浏览器"}, exes: []string{"SLBrowser.exe"}, procs: []string{"slbrowser"}},
	{id: "cent", name: "百分浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/CentBrowser/User Data`}},
		words: []string{"centbrowser", "cent browser"}},
	{id: "twinkstar", name: "星愿浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/Twinkstar/User Data`, `%LOCALAPPDATA%/TwinkstarBrowser/User Data`}},
		words: []string{"twinkstar"}, exes: []string{"twinkstar.exe"}, procs: []string{"twinkstar"}},
	{id: "uos", name: "UOS 浏览器", family: Chromium, brand: true,
		data:     map[string][]string{"linux": {"~/.config/browser", "~/.config/uos-browser"}},
		packages: []string{"org.deepin.browser", "uos-browser-stable"}, desktop: []string{"org.deepin.browser", "uos-browser"}, procs: []string{"uos-browser"}},
	{id: "qax", name: "奇安信可信浏览器", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/Qaxbrowser/User Data`, `%APPDATA%/secoresdk/360se6/User Data`}, "linux": {"~/.config/qaxbrowser"}},
		words: []string{"qaxbrowser"}, packages: []string{"qaxbrowser-safe-stable"}, desktop: []string{"qaxbrowser-safe"}, procs: []string{"qaxbrowser", "qaxbrowser-safe"}},
	{id: "coccoc", name: "Cốc Cốc", family: Chromium, brand: true,
		data:  map[string][]string{"windows": {`%LOCALAPPDATA%/CocCoc/Browser/User Data`}, "darwin": {"~/Library/Application Support/CocCoc/Browser", "~/Library/Application Support/Coccoc"}},
		apps:  []string{"CocCoc.app"},
		words: []string{"coccoc"}},
	{id: "brave", name: "Brave", family: Chromium, brand: true,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/BraveSoftware/Brave-Browser/User Data`}, "darwin": {"~/Library/Application Support/BraveSoftware/Brave-Browser"},
			"linux": {"~/.config/BraveSoftware/Brave-Browser", "~/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser"}},
		apps: []string{"Brave Browser.app"}, packages: []string{"brave-browser"}, desktop: []string{"brave-browser", "com.brave.Browser"}, words: []string{"brave"}, exes: []string{"brave.exe"}, procs: []string{"brave", "brave-browser"},
		policyKey: `BraveSoftware\Brave`, policyDirs: []string{"/etc/brave/policies"}, bundleID: "com.brave.Browser"},
	{id: "vivaldi", name: "Vivaldi", family: Chromium, brand: true,
		data: map[string][]string{"windows": {`%LOCALAPPDATA%/Vivaldi/User Data`}, "darwin": {"~/Library/Application Support/Vivaldi"}, "linux": {"~/.config/vivaldi"}},
		apps: []string{"Vivaldi.app"}, packages: []string{"vivaldi-stable"}, desktop: []string{"vivaldi-stable"}, words: []string{"vivaldi"}, exes: []string{"vivaldi.exe"}, procs: []string{"vivaldi-bin", "vivaldi"},
		policyKey: `Vivaldi`, policyDirs: []string{"/etc/opt/vivaldi/policies"}, bundleID: "com.vivaldi.Vivaldi"},
	{id: "opera", name: "Opera", family: Chromium, brand: true,
		data: map[string][]string{"windows": {`%APPDATA%/Opera Software/Opera Stable`}, "darwin": {"~/Library/Application Support/com.operasoftware.Opera"}, "linux": {"~/.config/opera"}},
		apps: []string{"Opera.app"}, packages: []string{"opera-stable"}, desktop: []string{"opera"}, words: []string{"operastable", "opera stable"}, exes: []string{"opera.exe"}, procs: []string{"opera"}},
	{id: "ie", name: "Internet Explorer", family: IE, brand: true,
		words: []string{"iexplore", "ie.http"}, exes: []string{"iexplore.exe"}, procs: []string{"iexplore"}},
}
