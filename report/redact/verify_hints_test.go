package redact

import (
	"slices"
	"strings"
	"testing"
)

// TestHintsHideNothing compares what the rules find where their hints send them
// with what they find when each goes over the whole line.
func TestHintsHideNothing(t *testing.T) {
	lines := strings.Split(string(realLog(1<<16)), "\n")
	for _, p := range planted {
		for _, q := range planted {
			lines = append(lines, p+" "+q, p+";"+q, "x"+p+"1"+q, strings.ToUpper(p)+"\t"+q)
		}
	}
	lines = append(lines, "a@b.com@c.com d@e.org", "138-0013-8000 13800138000 +86 138 0013 8000", "ip=10.1.2.3,10.1.2.4 host:10.1.2.5:80 x.10.1.1.1:80",
		`"password" : "abcdef123456789" Secret_Key=0123456789abcdef`, `file:///Users/zhang/x C:\\Users\\li\\y`)
	var h hinted
	found := 0
	for _, line := range lines {
		var quick, careful []string
		h.verifyLine(line, func(rule, value string) { quick = append(quick, rule+" "+value) })
		for _, c := range checksOfTheSecond {
			for at := 0; at < len(line); {
				m := c.re.FindStringSubmatchIndex(line[at:])
				if m == nil {
					break
				}
				from, to := at+m[2], at+m[3]
				if v := line[from:to]; !strings.HasPrefix(v, "<") && !c.fine(line, from, to) {
					careful = append(careful, c.rule+" "+v)
				}
				at = max(to, at+1)
			}
		}
		if found += len(careful); !slices.Equal(quick, careful) {
			t.Errorf("%q: %q by the hints, %q without", line, quick, careful)
		}
	}
	if found < len(planted)*len(planted) {
		t.Errorf("only %d values were found in all lines", found)
	}
}
