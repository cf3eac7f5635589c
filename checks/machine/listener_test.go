package machine

import "testing"

func TestListenersHoldWhatTheirPatternsSay(t *testing.T) {
	const recall = "http://127.0.0.2:8080/api/v1/conversations/1/messages/2/recall?x=1"
	for pattern, want := range map[string][2]bool{ // holds it, is aimed at it
		"<all_urls>":                {true, false},
		"*://*/*":                   {true, false},
		"http://*/*":                {true, false},
		"*://127.0.0.2/*":           {true, true},
		"*://*/*/recall*":           {true, true},
		"*://*/*/recall":            {false, false}, // the query counts
		"*://*/api/*?x=1":           {true, true},
		"*://*/api/v1":              {false, false},
		"*://*/recall*":             {false, false},
		"*://other.example/*":       {false, false},
		"*://*/*messages*messages*": {false, false},
		"moz-extension://abc/*":     {false, false},
		"nonsense":                  {false, false},
		"*://*":                     {false, false},
	} {
		l := Listener{URLs: []string{pattern}, Types: []string{"xmlhttprequest"}}
		if got := [2]bool{l.MayStop(recall, "xmlhttprequest"), l.Aimed(recall, "xmlhttprequest")}; got != want {
			t.Errorf("%s: holds, aimed %v, want %v", pattern, got, want)
		}
		if l.MayStop(recall, "image") {
			t.Errorf("%s: holds a kind that it did not ask for", pattern)
		}
	}
	both := Listener{URLs: []string{"<all_urls>", "*://*/*/recall*"}}
	if !both.Aimed(recall, "xmlhttprequest") {
		t.Error("a listener for everything and the recall is not aimed at it")
	}
}
