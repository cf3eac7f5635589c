// Command tests shows what `go test -json` says on its input as `go test` does,
// and at the end, loudly, which tests were skipped and why: go test itself says
// nothing of them where the rest passes.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

type event struct {
	Action, Package, Test, Output string
}

func main() {
	output := map[[2]string]string{} // of a test, by its package
	var skipped []string
	packages, failed := 0, false
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil || e.Action == "" {
			fmt.Println(in.Text())
			continue
		}
		key := [2]string{e.Package, e.Test}
		failed = failed || e.Action == "fail" || e.Action == "build-fail"
		if e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip") {
			packages++
		}
		switch {
		case e.Action == "build-output":
			fmt.Print(e.Output)
		case e.Action == "output":
			output[key] += e.Output
		case e.Action == "skip" && e.Test != "":
			skipped = append(skipped, e.Package+" "+e.Test+reason(output[key]))
			delete(output, key)
		case e.Action == "pass" && e.Test != "":
			delete(output, key)
		case e.Test == "" && (e.Action == "pass" || e.Action == "skip"):
			fmt.Print(summary(output[key]))
			forget(output, e.Package)
		case e.Test == "" && e.Action == "fail": // all that did not pass, also what a crash left open
			var tests []string
			for k := range output {
				if k[0] == e.Package && k[1] != "" {
					tests = append(tests, k[1])
				}
			}
			slices.Sort(tests)
			for _, test := range tests {
				fmt.Print(output[[2]string{e.Package, test}])
			}
			fmt.Print(output[key])
			forget(output, e.Package)
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(skipped) > 0 {
		stars := strings.Repeat("*", 64)
		fmt.Fprintf(os.Stderr, "\n%s\n*** 跳过的测试 / skipped tests: %d\n", stars, len(skipped))
		for _, s := range skipped {
			fmt.Fprintln(os.Stderr, "*** "+s)
		}
		fmt.Fprintf(os.Stderr, "%s\n\n", stars)
	}
	if failed || packages == 0 { // a pipe passes on what its last command says
		os.Exit(1)
	}
}

// reason gives what a skipped test said.
func reason(output string) string {
	out := ""
	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "--- SKIP") {
			out += "\n***     " + line
		}
	}
	return out
}

// summary gives a package's last line, its "ok".
func summary(output string) string {
	output = strings.TrimRight(output, "\n")
	return output[strings.LastIndexByte(output, '\n')+1:] + "\n"
}

func forget(output map[[2]string]string, pkg string) {
	for k := range output {
		if k[0] == pkg {
			delete(output, k)
		}
	}
}
