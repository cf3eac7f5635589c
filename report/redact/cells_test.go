package redact

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"meiqia-diag/diag/profile"
)

// TestProfileStays holds that the profile in a report can be read again: its
// expressions are full of words for persons and secrets, none of them a value.
func TestProfileStays(t *testing.T) {
	prof, problems := profile.Load("meiqia")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	data, err := json.MarshalIndent(prof, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	f := New([]byte("a key of a report, long enough to be one")).File("profile.json")
	f.Prose = true
	if err := f.Stream("json", bytes.NewReader(data), &out); err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(out.String(), "\n") {
		if ownName.MatchString(line) {
			t.Errorf("line %d: %s", i+1, line)
		}
	}
}

func TestCells(t *testing.T) {
	for in, want := range map[string]string{
		"(?:visitor|customer|peer|agent) left":    "(?:visitor|customer|peer|agent) left",
		"session|login|credential expired":        "session|login|credential expired",
		"| \u6635\u79f0 | \u6797\u6653\u96e8 | 3": "| \u6635\u79f0 | <name#",
		"phone|13812345678|ok":                    "phone|<phone#",
	} {
		if got := New([]byte("a key of a report, long enough to be one")).Text(in); !strings.HasPrefix(got, want) {
			t.Errorf("%s became %s", in, got)
		}
	}
}

// TestCopy reads the rows behind each COPY of a dump by its own columns.
func TestCopy(t *testing.T) {
	in := "COPY a (id, content) FROM stdin;\n1\t\u6211\u8981\u9000\u5361\n\\.\nSELECT 1;\tok\nCOPY b (id, wechat, note_id) FROM stdin;\n2\tlinda_8842\t77\n\\.\nend\t\u6211\n"
	var out bytes.Buffer
	if err := New([]byte("a key of a report, long enough to be one")).File("dump.sql").Stream("text", strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, gone := range []string{"\u9000\u5361", "linda_8842"} {
		if strings.Contains(got, gone) {
			t.Errorf("%s is left in\n%s", gone, got)
		}
	}
	for _, kept := range []string{"COPY b (id, wechat, note_id)", "\t77\n", "SELECT 1;\tok\n", "end\t\u6211\n", "\n1\t"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%q is gone from\n%s", kept, got)
		}
	}
}

// TestCellsAreCounted holds lines that go with others to be looked at each
// time: a cell in which nothing is found still tells the column of the next.
func TestCellsAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("<table>\n<tr>\n<th class=\"of-the-table\">#</th>\n<th class=\"of-the-table\">place in the queue</th>\n<th class=\"of-the-table\">nickname</th>\n</tr>\n")
	names := []string{"moonlight", "sunflower", "riverbank", "blackbird", "snowflake", "firefly77"}
	for n := range 60 {
		b.WriteString("<tr>\n<td class=\"of-the-table\">4</td>\n<td class=\"of-the-table\">" + string(rune('1'+n%9)) + "</td>\n<td class=\"of-the-table\">" + names[n%len(names)] + "</td>\n</tr>\n")
	}
	out := New(testKey).Text(b.String())
	var w strings.Builder
	if err := New(testKey).File("page.html").Stream("log", strings.NewReader(b.String()), &w); err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if strings.Contains(w.String(), n) || strings.Contains(out, n) {
			t.Errorf("%s stays", n)
		}
	}
	if !strings.Contains(w.String(), "<td class=\"of-the-table\">7</td>") {
		t.Errorf("the places are gone:\n%s", w.String()[:600])
	}
}
