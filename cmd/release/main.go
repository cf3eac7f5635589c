// Command release makes the archives that .goreleaser.yaml describes, without
// goreleaser, which takes minutes to build. It understands just what that file
// uses and refuses the rest, so that the two cannot drift apart.
//
//	go run ./release check      read the file and build every target with its flags
//	go run ./release snapshot   the archives and their checksums, in dist/
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 || (os.Args[1] != "check" && os.Args[1] != "snapshot") {
		fmt.Fprintln(os.Stderr, "usage: go run ./release check|snapshot")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(command string) error {
	conf, err := readConfig(".")
	if err != nil {
		return err
	}
	vars, err := varsOfGit(conf)
	if err != nil {
		return err
	}
	if command == "snapshot" {
		return snapshot(conf, vars, "dist")
	}
	dir, err := os.MkdirTemp("", "release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, t := range conf.targets() {
		start := time.Now()
		bin, err := build(conf, vars, t, dir)
		if err != nil {
			return err
		}
		if err := inspect(bin, t); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		info, err := os.Stat(bin)
		if err != nil {
			return err
		}
		fmt.Printf("%-14s %5.1f MB %5.1f s\n", t, float64(info.Size())/1e6, time.Since(start).Seconds())
	}
	return nil
}

func snapshot(conf *config, vars vars, dist string) error {
	for _, hook := range conf.Before.Hooks {
		text, err := vars.fill(hook)
		if err != nil {
			return err
		}
		words := strings.Fields(text)
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", hook, err)
		}
	}
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	var made []string
	for _, t := range conf.targets() {
		bin, err := build(conf, vars, t, dist)
		if err != nil {
			return err
		}
		archive, err := pack(conf, vars, t, bin, dist)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		fmt.Println(archive)
		made = append(made, archive)
	}
	return writeSums(conf, dist, made)
}

// target is one platform.
type target struct{ os, arch string }

func (t target) String() string { return t.os + "_" + t.arch }

// build compiles one target into dir with the configuration's flags.
func build(conf *config, vars vars, t target, dir string) (string, error) {
	b := conf.Builds[0]
	bin := filepath.Join(dir, t.String(), b.Binary)
	if t.os == "windows" {
		bin += ".exe"
	}
	var ldflags []string
	for _, f := range b.Ldflags {
		text, err := vars.fill(f)
		if err != nil {
			return "", err
		}
		ldflags = append(ldflags, text)
	}
	args := append([]string{"build"}, b.Flags...)
	cmd := exec.Command("go", append(args, "-ldflags", strings.Join(ldflags, " "), "-o", bin, b.Main)...)
	cmd.Env = append(append(os.Environ(), b.Env...), "GOOS="+t.os, "GOARCH="+t.arch)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build for %s: %w", t, err)
	}
	return bin, nil
}

// git asks git, and gives the answer without its line end.
func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.New(strings.TrimSpace(string(exit.Stderr)))
		}
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
