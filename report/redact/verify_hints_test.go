package redact

import (
	"regexp"
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
	found := 0
	for _, line := range lines {
		quick, careful := bothLooks(line)
		if found += len(careful); !slices.Equal(quick, careful) {
			t.Errorf("%q: %q by the hints, %q without", line, quick, careful)
		}
	}
	if found < len(planted)*len(planted) {
		t.Errorf("only %d values were found in all lines", found)
	}
}

// bothLooks gives what the rules find in a line where their hints send them, and
// what they find when each goes over the whole line.
func bothLooks(line string) (quick, careful []string) {
	var h hinted
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
	return quick, careful
}

// FuzzHints looks for a line in which a hint hides a value.
func FuzzHints(f *testing.F) {
	for _, p := range planted {
		f.Add(p)
	}
	for _, s := range []string{"a@b.com@c.com", "8613800138000 +86138-0013-8000", "11010519491231002X 110105 19491231 002X", "6222 0212 3456 7890 128", "peer = [10.1.2.3] x 10.1.2.4:80",
		`\"content\": \"hi there\" "msg_content" : "x" "nickName":"zhang" "visitor_name" : "li"`, `"name":"X-Auth-Token","value":"abcdef0123456789"`, "Cookie: a=bcdefg1; cookie=x=abc1234"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\u212a\u017f") { // those two fold into k and s, and no program writes them
			return
		}
		quick, careful := bothLooks(line)
		for _, v := range careful { // the windows of the hints may end a value elsewhere, and find more
			if !slices.Contains(quick, v) {
				t.Errorf("%q: %q by the hints, %q without", line, quick, careful)
			}
		}
	})
}

// TestBlanked takes pseudonyms out as a regular expression does.
func TestBlanked(t *testing.T) {
	own := ownName
	for _, s := range []string{"", "#", "<#>", "<phone#K3VQ7ABCDE>", "<<ip-lan#A>x<id#1234567890><id#12345678901>", "<a#B><abcdefghijklm#B><abcdefghijkl#B>#", "a<ab#B", "<ab#B><ab#b><Ab#B>", "<ab##B><ab#B#C><ab#>"} {
		if got, want := blanked(s), own.ReplaceAllString(s, "<#>"); got != want {
			t.Errorf("blanked(%q) = %q, want %q", s, got, want)
		}
	}
}

// ownName is a pseudonym.
var ownName = regexp.MustCompile(`<[a-z0-9-]{2,12}#[A-Z0-9]{1,10}>`)
