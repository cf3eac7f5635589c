package checks

import (
	"fmt"
	"testing"
	"time"

	"meiqia-diag/diag"
)

const pageHead = `{"schema":"meiqia-diag-recording/1","user_agent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36","view":{"w":800,"h":600,"dpr":1,"outer_w":1600}}` + "\n"

// pressLine is a press at the incident's time, as the recorder writes it.
func pressLine(rest string) string {
	return fmt.Sprintf(`{"type":"press","at":%q,"press":{"by":"mouse","controls":1,"w":800,"h":600,"dpr":1,%s}}`+"\n", pressT.Format(time.RFC3339Nano), rest)
}

func TestDevicePress(t *testing.T) {
	const near = `"near":{"el":"button.recall","box":[700,100,44,28],"state":"visible"}`
	page := func(lines string) []any { return []any{"page.jsonl", pageHead + lines} }
	table(t, "device", nil, []row{
		{"hit", nil, page(pressLine(`"on":true,"click":true,"reached":true,"gap":0,"target":"button.recall",` + near)), diag.Pass,
			[]string{"device.tap=hit target:button.recall button:700,100 44x28 viewport:800x600 input:mouse presses:1", "device.button=visible box:700,100 44x28 viewport:800x600 zoom:200% pressed:yes", "!device.long_task"}},
		{"beside", nil, page(pressLine(`"click":true,"reached":true,"gap":9.4,"target":"li.msg",` + near)), diag.Fail, []string{"device.tap=missed distance_px:9 why:beside target:li.msg"}},
		{"covered", nil, page(pressLine(`"click":true,"reached":true,"gap":0,"target":"div#promo",` + near)), diag.Fail, []string{"device.tap=covered target:div#promo", "device.button=covered covered_by:div#promo"}},
		{"swallowed by an extension", nil, page(pressLine(`"on":true,"click":true,"gap":0,"listeners":[{"on":"window"},{"extension":"abcd","name":"Shield","on":"document"}],` + near)), diag.Fail, []string{"device.tap=swallowed by:extension extension:Shield"}},
		{"swallowed by the page", nil, page(pressLine(`"on":true,"click":true,"gap":0,"listeners":[{"on":"window"}],` + near)), diag.Fail, []string{"device.tap=swallowed by:page"}},
		{"busy", nil, page(pressLine(`"on":true,"click":true,"reached":true,"gap":0,"delay":4100,`+near) + fmt.Sprintf(`{"type":"long","at":%q,"ms":5000}`+"\n", pressT.Add(-time.Second).Format(time.RFC3339Nano))), diag.Fail,
			[]string{"device.press_delay=4100 ms", "device.long_task=5000 ms"}},
		{"none near it", nil, page(pressLine(`"click":true,"reached":true,"gap":400,` + near)), diag.Pass, []string{"device.tap=none presses:1"}},
		{"off the screen", nil, page(fmt.Sprintf(`{"type":"look","at":%q,"look":{"n":1,"best":{"el":"button","state":"outside","why":"off-screen","box":[900,1,44,28]},"w":320,"h":640,"dpr":2}}`+"\n", pressT.Format(time.RFC3339Nano))), diag.Warn,
			[]string{"device.button=outside why:off-screen viewport:320x640", "!device.tap"}},
	})
}
