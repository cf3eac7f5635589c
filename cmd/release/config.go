package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"gopkg.in/yaml.v3"
)

// config is the part of goreleaser's version 2 that the project uses.
type config struct {
	Version     int    `yaml:"version"`
	ProjectName string `yaml:"project_name"`
	Before      struct {
		Hooks []string `yaml:"hooks"`
	} `yaml:"before"`
	Builds []struct {
		ID           string   `yaml:"id"`
		Main         string   `yaml:"main"`
		Binary       string   `yaml:"binary"`
		Env          []string `yaml:"env"`
		Flags        []string `yaml:"flags"`
		Ldflags      []string `yaml:"ldflags"`
		ModTimestamp string   `yaml:"mod_timestamp"`
		Goos         []string `yaml:"goos"`
		Goarch       []string `yaml:"goarch"`
	} `yaml:"builds"`
	Archives []struct {
		Formats         []string `yaml:"formats"`
		FormatOverrides []struct {
			Goos    string   `yaml:"goos"`
			Formats []string `yaml:"formats"`
		} `yaml:"format_overrides"`
		NameTemplate    string    `yaml:"name_template"`
		WrapInDirectory bool      `yaml:"wrap_in_directory"`
		BuildsInfo      fileInfo  `yaml:"builds_info"`
		Files           []fileSet `yaml:"files"`
	} `yaml:"archives"`
	Checksum struct {
		NameTemplate string `yaml:"name_template"`
		Algorithm    string `yaml:"algorithm"`
	} `yaml:"checksum"`
	Snapshot struct {
		VersionTemplate string `yaml:"version_template"`
	} `yaml:"snapshot"`
	Changelog struct {
		Use  string `yaml:"use"`
		Sort string `yaml:"sort"`
	} `yaml:"changelog"`
}

type fileInfo struct {
	Owner string `yaml:"owner"`
	Group string `yaml:"group"`
	Mode  uint32 `yaml:"mode"`
	MTime string `yaml:"mtime"`
}

type fileSet struct {
	Src         string   `yaml:"src"`
	Dst         string   `yaml:"dst"`
	StripParent bool     `yaml:"strip_parent"`
	Info        fileInfo `yaml:"info"`
}

// configFile is where goreleaser and this command read what to make.
const configFile = ".goreleaser.yaml"

// readConfig reads the project's file.
func readConfig(root string) (*config, error) {
	data, err := os.ReadFile(filepath.Join(root, configFile))
	if err != nil {
		return nil, err
	}
	return parseConfig(data, root)
}

// parseConfig refuses what a release of the project in root must not be.
func parseConfig(data []byte, root string) (*config, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var c config
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	if err := c.check(root); err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	return &c, nil
}

func (c *config) check(root string) error {
	var errs []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	must(c.Version == 2, "version is %d, not 2", c.Version)
	must(len(c.Builds) == 1 && len(c.Archives) == 1, "there should be one build and one archive")
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	b, a := c.Builds[0], c.Archives[0]
	must(slices.Equal(b.Goos, []string{"linux", "darwin", "windows"}) && slices.Equal(b.Goarch, []string{"amd64", "arm64"}), "goos × goarch should be linux, darwin, windows × amd64, arm64")
	must(slices.Contains(b.Env, "CGO_ENABLED=0"), "builds.env lacks CGO_ENABLED=0")
	must(slices.Contains(b.Flags, "-trimpath"), "builds.flags lacks -trimpath")
	must(strings.Contains(strings.Join(b.Ldflags, " "), "-s -w -X main.version={{ .Version }}"), "builds.ldflags does not set main.version")
	must(b.ModTimestamp == "{{ .CommitTimestamp }}", "builds.mod_timestamp is not the commit's")
	mains, _ := filepath.Glob(filepath.Join(root, b.Main, "*.go"))
	must(len(mains) > 0, "builds.main: no Go files in %s", b.Main)
	for goos, want := range map[string]string{"linux": "tar.gz", "darwin": "tar.gz", "windows": "zip"} {
		must(c.format(goos) == want, "archives: %s gets %q, not %q", goos, c.format(goos), want)
	}
	must(a.WrapInDirectory, "archives.wrap_in_directory is off: unpacking would litter")
	must(a.BuildsInfo.MTime == "{{ .CommitDate }}", "archives.builds_info.mtime is not the commit's: archives would differ from run to run")
	for _, f := range a.Files {
		must(f.Info.MTime == "{{ .CommitDate }}", "archives.files: %s: mtime is not the commit's", f.Src)
		if strings.Contains(f.Src, "/") { // else the archive would have the repository's folders
			must(f.StripParent && f.Dst != "", "archives.files: %s: strip_parent and dst are needed", f.Src)
		}
		if strings.Contains(f.Src, "*") {
			continue
		}
		_, err := os.Stat(filepath.Join(root, f.Src))
		must(err == nil, "archives.files: %s is not there", f.Src)
	}
	for _, src := range []string{"README.md", "LICENSE", "diag/incident/incident.schema.json", "diag/profile/profile.schema.json", "bin/extras/completions/*", "bin/extras/man/zh/*", "bin/extras/man/en/*"} {
		must(slices.ContainsFunc(a.Files, func(f fileSet) bool { return f.Src == src }), "archives.files lacks %s", src)
	}
	must(c.Checksum.Algorithm == "sha256" && c.Checksum.NameTemplate != "", "checksum should be sha256, with a name")
	v := vars{ProjectName: c.ProjectName, Version: "1.2.3", ShortCommit: "abc1234", CommitDate: "2026-11-20T02:22:41Z", CommitTimestamp: "1795141361", Os: "linux", Arch: "amd64"}
	for _, t := range slices.Concat([]string{b.ModTimestamp, a.NameTemplate, c.Snapshot.VersionTemplate}, b.Ldflags, c.Before.Hooks) {
		text, err := v.fill(t)
		must(err == nil && text != "", "template %q: %v", t, err)
	}
	return errors.Join(errs...)
}

func (c *config) targets() []target {
	var out []target
	for _, goos := range c.Builds[0].Goos {
		for _, arch := range c.Builds[0].Goarch {
			out = append(out, target{goos, arch})
		}
	}
	return out
}

func (c *config) format(goos string) string {
	formats := c.Archives[0].Formats
	for _, o := range c.Archives[0].FormatOverrides {
		if o.Goos == goos {
			formats = o.Formats
		}
	}
	return strings.Join(formats, " ")
}

// vars are goreleaser's template fields that the file may use.
type vars struct {
	ProjectName, Version, ShortCommit, CommitDate, CommitTimestamp, Os, Arch string
}

func (v vars) fill(text string) (string, error) {
	t, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = t.Execute(&out, v)
	return out.String(), err
}

// varsOfGit takes version and time from the commit at hand.
func varsOfGit(c *config) (vars, error) {
	v := vars{ProjectName: c.ProjectName, Version: "0.0.0"}
	var err error
	if v.ShortCommit, err = git("rev-parse", "--short", "HEAD"); err != nil {
		return v, err
	}
	if v.CommitTimestamp, err = git("log", "-1", "--format=%ct"); err != nil {
		return v, err
	}
	seconds, err := strconv.ParseInt(v.CommitTimestamp, 10, 64)
	if err != nil {
		return v, err
	}
	v.CommitDate = time.Unix(seconds, 0).UTC().Format(time.RFC3339)
	if tag, err := git("describe", "--tags", "--abbrev=0"); err == nil { // no tag yet is no mistake
		v.Version = strings.TrimPrefix(tag, "v")
		if at, err := git("describe", "--tags", "--exact-match"); err == nil && at == tag {
			return v, nil
		}
	}
	v.Version, err = v.fill(c.Snapshot.VersionTemplate)
	return v, err
}
