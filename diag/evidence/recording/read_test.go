package recording

import (
	"strings"
	"testing"
)

const head = `{"schema":"meiqia-diag-recording/1","tool":"1.0","started":"2026-11-20T02:22:00Z","ended":"2026-11-20T02:23:00Z","ended_by":"enter","browser":"Chrome/156.0.8078.79","profile":"clean","url":"https://app.meiqia.com/chat","requests":3,"presses":1}` + "\n"

const pressLine = `{"type":"press","at":"2026-11-20T02:22:41Z","press":{"by":"mouse","x":10,"y":10,"delay":2,"controls":1,"on":true,"gap":0,"near":{"el":"button.recall","box":[1,2,3,4],"state":"visible"},"click":true,"reached":true,"w":800,"h":600,"dpr":1}}` + "\n"

func TestRead(t *testing.T) {
	rec, problems, err := Read(strings.NewReader("\ufeff"+head+pressLine+"\n"+`{"type":"unknown","at":"2026-11-20T02:22:41Z"}`), "page.jsonl")
	if err != nil || len(problems) > 0 || rec.Cut || len(rec.Events) != 2 || rec.Manifest.Browser != "Chrome/156.0.8078.79" || !rec.Events[0].Press.On || rec.Events[0].Press.Near.State != "visible" {
		t.Fatalf("%+v %v %v", rec, problems, err)
	}
}

func TestReadDamaged(t *testing.T) {
	long := `{"type":"said","at":"2026-11-20T02:22:41Z","text":"` + strings.Repeat("x", maxLine) + `"}` + "\n"
	for name, c := range map[string]struct {
		text             string
		events, problems int
	}{
		"nothing":                {"", 0, 1},
		"another file":           {"hello\n", 0, 1},
		"no manifest":            {pressLine, 0, 1},
		"cut off":                {head + pressLine + pressLine[:80], 1, 1},
		"a line too long":        {head + long + pressLine, 1, 1},
		"a press without one":    {head + `{"type":"press","at":"2026-11-20T02:22:41Z"}` + "\n" + pressLine, 1, 1},
		"no year":                {head + `{"type":"long","at":"0001-01-01T00:00:00Z","ms":5}` + "\n", 0, 1},
		"figures that cannot be": {head + `{"type":"long","at":"2026-11-20T02:22:41Z","ms":-5}` + "\n" + `{"type":"long","at":"2026-11-20T02:22:41Z","ms":1e300}` + "\n", 0, 1},
		"not UTF-8":              {head + "\xff\xfe\n" + pressLine, 1, 1},
		"a later version":        {strings.Replace(head, "/1", "/2", 1) + pressLine, 1, 1},
	} {
		rec, problems, err := Read(strings.NewReader(c.text), "page.jsonl")
		if err != nil || len(rec.Events) != c.events || len(problems) != c.problems {
			t.Errorf("%s: %d events, %v, %v", name, len(rec.Events), problems, err)
		}
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]bool{head: true, "\ufeff { \"schema\" : \"meiqia-diag-recording/1\"": true, `{"schema":"meiqia-diag/1"}`: false, `{"log":{}}`: false, "": false, "{": false} {
		if Sniff(text) != want {
			t.Errorf("%q", text)
		}
	}
}

func TestZoom(t *testing.T) {
	for _, c := range []struct {
		v    View
		want float64
	}{{View{Width: 1000, OuterW: 1000}, 1}, {View{Width: 985, OuterW: 1000}, 1}, {View{Width: 500, OuterW: 1000}, 2}, {View{Width: 500}, 1}, {View{OuterW: 500}, 1}} {
		if got := c.v.Zoom(); got != c.want {
			t.Errorf("%+v: %v", c.v, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{head + pressLine, head + `{"type":"compare","at":"2026-11-20T02:22:41Z","compare":{"says":"works-without","differences":[]}}`, head + `{"type":"look","at":"2026-11-20T02:22:41Z","look":{"n":1,"best":{}}}`, "{}", head[:40]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rec, _, err := Read(strings.NewReader(text), "x")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range rec.Events {
			if e.Type == "press" && e.Press == nil || e.Type == "look" && e.Look == nil || e.Type == "compare" && e.Compare == nil {
				t.Fatalf("%+v", e)
			}
			if e.View != nil {
				_ = e.View.Zoom()
			}
		}
	})
}
