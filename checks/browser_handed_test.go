package checks

import (
	"os"
	"path/filepath"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/profile"
)

// userData lays profile folders of one user data folder: name and Preferences in turn.
func userData(t testing.TB, pairs ...string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "Local State"), `{"profile":{"info_cache":{}}}`)
	for i := 0; i < len(pairs); i += 2 {
		if err := os.MkdirAll(filepath.Join(dir, pairs[i]), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, pairs[i], "Preferences"), pairs[i+1])
	}
	return dir
}

// Of the profiles in a folder that was handed in only those in which the workbench was used are looked at.
func TestProfilesHandedIn(t *testing.T) {
	blocked, used, unused := settings(false, "javascript", off), settings(true, "popups", ""), settings(false, "popups", "")
	for _, c := range []struct {
		name  string
		pairs []string
		want  string
		state diag.CheckState
	}{
		{"the block is another profile's", []string{"Default", blocked, "Profile 1", used}, "!browser.setting", diag.Pass},
		{"the block is the used one's", []string{"Default", unused, "Profile 1", settings(true, "javascript", off)}, "browser.setting=javascript profile:Profile 1 use:workbench among:", diag.Fail},
		{"nothing tells which is used", []string{"Default", blocked, "Profile 1", unused}, "browser.setting=javascript profile:Default among:2", diag.Fail},
		{"there is one alone", []string{"Default", blocked}, "browser.setting=javascript profile:Default among:", diag.Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input(t, nil, nil)
			in.Attempt.Evidence.Browsers = []string{userData(t, c.pairs...)}
			want(t, run(t, "browser", in), c.state, c.want)
		})
	}
}

// Another site's setting may be the service's own only where nothing says which the service's site is.
func TestAnotherSitesSetting(t *testing.T) {
	const elsewhere = `"https://video.example:443,*":{"setting":2}`
	own, ps := profile.Parse([]byte("name: own\nbase: meiqia\nhosts: [{role: workbench, url: \"https://desk.example/\"}]\n"), "own.yaml")
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	for _, c := range []struct {
		name string
		prof *profile.Profile
		used bool
		want string
	}{
		{"nothing is known", nil, false, "browser.setting=javascript site:other"},
		{"the user names the hosts", own, false, "!browser.setting"},
		{"the workbench was used in it", nil, true, "!browser.setting"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input(t, nil, c.prof)
			in.Attempt.Evidence.Browsers = []string{userData(t, "Default", settings(c.used, "javascript", elsewhere))}
			want(t, run(t, "browser", in), "", c.want)
		})
	}
}

func TestWordsOfTheNetwork(t *testing.T) {
	for text, word := range map[string]string{"网络异常，撤回失败": "network", "请求失败，请检查网络": "network", "撤回失败": "", "网络异常：对方已读，不能撤回": ""} {
		in := input(t, facts{}.with("attempt.symptom", "refused", "attempt.error_text", text), nil)
		o := first(t, run(t, "permission", in), AttemptSymptom)
		if o.Detail["words"] != word {
			t.Errorf("%s: %q, want %q", text, o.Detail["words"], word)
		}
	}
}
