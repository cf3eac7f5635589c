package machine

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxProcesses bounds the processes that are looked at.
const maxProcesses = 20_000

// runningFolders gives, by product, the data folders that running browsers were
// told to use. Only Linux shows it to everybody. Browsers that a program drives
// are nobody's.
func (e Env) runningFolders(ctx context.Context) map[string][]string {
	out := map[string][]string{}
	if e.GOOS != "linux" {
		return out
	}
	for i, name := range e.list("/proc") {
		if ctx.Err() != nil || i > maxProcesses {
			break
		}
		if _, err := strconv.Atoi(name); err != nil {
			continue
		}
		args := commandLine(e.text("/proc/" + name + "/cmdline"))
		if len(args) < 2 {
			continue
		}
		exe, dir := path.Base(args[0]), ""
		person := true
		for _, a := range args[1:] {
			switch {
			case strings.HasPrefix(a, "--type="), strings.HasPrefix(a, "--headless"), a == "--enable-automation", a == "--remote-debugging-pipe", a == "--remote-debugging-port=0":
				person = false
			case strings.HasPrefix(a, "--user-data-dir="):
				dir = strings.TrimPrefix(a, "--user-data-dir=")
			}
		}
		if !person || !isAbs(dir) {
			continue
		}
		dir = path.Clean(dir)
		for _, p := range catalogue {
			if slices.Contains(p.procs, exe) && !slices.Contains(out[p.id], dir) {
				out[p.id] = append(out[p.id], dir)
				break
			}
		}
	}
	return out
}

// commandLine takes /proc/PID/cmdline apart. A program that set its title anew
// has spaces where the zeros were.
func commandLine(s string) []string {
	s = strings.TrimRight(s, "\x00")
	if strings.Contains(s, "\x00") || !strings.Contains(s, " --") {
		return strings.Split(s, "\x00")
	}
	parts := strings.Split(s, " --")
	for i := range parts[1:] {
		parts[1+i] = "--" + parts[1+i]
	}
	return parts
}
