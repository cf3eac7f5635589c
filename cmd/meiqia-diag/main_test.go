package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if os.Getenv("MEIQIA_DIAG_TEST") == "main" { // started by a test of terminal_linux_test.go
		main()
	}
	testscript.Main(m, map[string]func(){programName: main})
}

// TestScripts runs testdata/script/*.txtar. UPDATE=1 rewrites their golden files.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: os.Getenv("UPDATE") != "", RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "Asia/Shanghai")
			home := filepath.Join(env.WorkDir, ".home") // where the redaction key goes
			for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "AppData"} {
				env.Setenv(name, home)
			}
			env.Setenv("SOURCE_DATE_EPOCH", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "samejson": sameJSON, "lines": countLines},
	})
}

// status runs a command and compares its exit status: status 2 meiqia-diag nope
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND [ARG…]")
	}
	got := 0
	var ee *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ee) {
		got = ee.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("status %d, want %s\nstdout:\n%s\nstderr:\n%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// varying are the lines of a document that differ from run to run.
var varying = regexp.MustCompile(`(?m)^\s*"(started_at|duration_ms)":.*\n`)

// sameJSON compares two documents byte for byte, but for when they were made.
func sameJSON(ts *testscript.TestScript, neg bool, args []string) {
	a, b := varying.ReplaceAllString(ts.ReadFile(args[0]), ""), varying.ReplaceAllString(ts.ReadFile(args[1]), "")
	if len(a) < 500 {
		ts.Fatalf("%s is no document:\n%s", args[0], a)
	}
	if a != b && !neg {
		ts.Fatalf("%s and %s differ:\n%s", args[0], args[1], firstDifference(a, b))
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d: %q\n", i+1, x[i:min(i+2, len(x))])
		}
	}
	return "one is longer"
}

// countLines compares the number of lines of a stream: lines stderr 1
func countLines(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	if n := strconv.Itoa(strings.Count(text, "\n")); n != args[1] {
		ts.Fatalf("%s has %s lines, want %s:\n%s", args[0], n, args[1], text)
	}
}

// call runs the program in this process, with nobody at a terminal.
func call(t *testing.T, env map[string]string, stdin string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	a := newApp(args)
	a.in, a.out, a.err = strings.NewReader(stdin), &o, &e
	a.inTTY, a.outTTY, a.errTTY = false, false, false
	a.env = func(k string) string { return env[k] }
	a.home = func() string { return "" } // a test leaves nothing there
	a.lang = chooseLang(args, a.env)
	status = a.end(a.run(t.Context()))
	return status, o.String(), e.String()
}
