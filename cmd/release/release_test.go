package main

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheProjectsOwnFile(t *testing.T) {
	conf, err := readConfig("../..")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, target := range conf.targets() {
		names = append(names, target.String())
	}
	want := "linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64 windows_arm64"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("targets are %s, not %s", got, want)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	good, err := os.ReadFile(filepath.Join("../..", configFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"version: 2", "version: 1", "version is 1"},
		{"env: [CGO_ENABLED=0]", "env: []", "CGO_ENABLED=0"},
		{"flags: [-trimpath]", "flags: []", "-trimpath"},
		{"main.version={{ .Version }}", "main.version=dev", "main.version"},
		{"darwin, windows]", "darwin]", "goos × goarch"},
		{"formats: [zip]", "formats: [tar.gz]", "windows gets"},
		{"{{ .Os }}", "{{ .Ooops }}", "Ooops"},
		{"src: LICENSE", "src: LICENCE", "LICENCE is not there"},
		{"src: diag/profile/profile.schema.json", "src: diag/profile/schema.json", "lacks diag/profile/profile.schema.json"},
		{"profile.schema.json, dst: schema, strip_parent: true", "profile.schema.json, dst: schema", "strip_parent and dst"},
		{"main: ./cmd/meiqia-diag", "main: ./cmd/nothing", "no Go files"},
		{"algorithm: sha256", "algorithm: md5", "sha256"},
		{"checksum:", "checksums:", "line"},
		{`sort: asc`, "sort: asc\n  groups: []", "groups not found"},
	} {
		bad := strings.Replace(string(good), c.old, c.new, 1)
		if bad == string(good) {
			t.Errorf("%q is not in the file", c.old)
			continue
		}
		_, err := parseConfig([]byte(bad), "../..")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, without %q", c.new, err, c.want)
		}
	}
}

func TestArchivesAreTheSameBytesEveryTime(t *testing.T) {
	conf, err := readConfig("../..")
	if err != nil {
		t.Fatal(err)
	}
	v := vars{ProjectName: "meiqia-diag", Version: "1.2.3", CommitDate: "2026-11-20T02:22:41Z"}
	archives := func(target target) []byte {
		t.Chdir(t.TempDir())
		for _, f := range []string{"README.md", "README.en.md", "LICENSE", "CHANGELOG.md", "diag/incident/incident.schema.json", "diag/profile/profile.schema.json", "bin/extras/completions/meiqia-diag.bash", "bin/extras/man/zh/meiqia-diag.1", "bin/extras/man/en/meiqia-diag.1", "meiqia-diag.exe"} {
			if err := os.MkdirAll(filepath.Dir(f), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f, []byte(f), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, err := pack(conf, v, target, "meiqia-diag.exe", ".")
		if err != nil {
			t.Fatal(err)
		}
		if err := writeSums(conf, ".", []string{out}); err != nil {
			t.Fatal(err)
		}
		if _, err := exec.LookPath("sha256sum"); err == nil {
			if said, err := exec.Command("sha256sum", "-c", "checksums.txt").CombinedOutput(); err != nil {
				t.Errorf("sha256sum: %s", said)
			}
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, target := range []target{{"windows", "amd64"}, {"linux", "arm64"}} {
		first, second := archives(target), archives(target)
		if !bytes.Equal(first, second) {
			t.Errorf("%s: two archives of the same files differ", target)
		}
		if target.os != "windows" {
			continue
		}
		zr, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range zr.File {
			names = append(names, strings.TrimPrefix(f.Name, "meiqia-diag_1.2.3_windows_amd64/"))
		}
		want := "README.md README.en.md LICENSE CHANGELOG.md schema/incident.schema.json schema/profile.schema.json completions/meiqia-diag.bash man/zh/meiqia-diag.1 man/en/meiqia-diag.1 meiqia-diag.exe"
		if got := strings.Join(names, " "); got != want {
			t.Errorf("the archive holds %s, not %s", got, want)
		}
	}
}
