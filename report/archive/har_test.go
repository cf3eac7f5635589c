package archive

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/hartest"
)

// readHAR is a HAR as evidence, read as a run reads it.
func readHAR(t *testing.T, text string, shift time.Duration) Source {
	t.Helper()
	src := source("shop.har", evidence.HAR, []byte(text))
	h := &evidence.HARFile{}
	meta, _, err := har.Read(strings.NewReader(text), "shop.har", har.Options{}, func(e *har.Entry) error {
		h.Entries = append(h.Entries, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Meta, src.HAR, src.Shift = meta, h, shift
	return src
}

// built gives the addresses of the HAR in the archive, and what the manifest says of it.
func built(t *testing.T, opt Options) ([]string, SliceInfo) {
	t.Helper()
	if _, err := Build(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Log struct {
			Entries []struct{ Request struct{ URL string } }
		}
	}
	data, err := ReadFile(opt.Path, "evidence/shop.har")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, e := range doc.Log.Entries {
		urls = append(urls, e.Request.URL)
	}
	for _, e := range readManifest(t, opt.Path).Files {
		if e.Name == "evidence/shop.har" {
			return urls, *e.Slice
		}
	}
	t.Fatal("the manifest does not tell of it")
	return nil, SliceInfo{}
}

// A HAR is cut by the service's time, though its stamps are of a clock that is off.
func TestHARIsCutOnTheServicesTime(t *testing.T) {
	opt := options(t)
	press := time.Date(2026, 11, 20, 10, 22, 41, 0, time.FixedZone("", 8*3600))
	var entries []hartest.Obj
	for _, at := range []time.Duration{-10 * time.Minute, 0, 10 * time.Minute} {
		e := hartest.Entry(0, "POST", fmt.Sprintf("https://desk.example/%d", int(at.Minutes())), "", 200, "{}")
		e["startedDateTime"] = press.Add(at - time.Hour).Format(time.RFC3339Nano)
		entries = append(entries, e)
	}
	opt.Evidence = []Source{readHAR(t, hartest.File("WebInspector", "1", entries...), time.Hour)}
	urls, info := built(t, opt)
	if len(urls) != 1 || urls[0] != "https://desk.example/0" || info.EntriesIn != 3 || info.EntriesKept != 1 {
		t.Errorf("%q, %+v", urls, info)
	}
}

// Of more than finds room, what was asked of the service stays, and then what
// is nearest to the press.
func TestHARKeepsTheServiceFirst(t *testing.T) {
	opt := options(t)
	opt.Own = func(e *har.Entry) bool { return strings.HasPrefix(e.URL, "https://desk.example") }
	press := time.Date(2026, 11, 20, 10, 22, 41, 0, time.FixedZone("", 8*3600))
	padding := strings.Repeat("padding/", 1000)
	var entries []hartest.Obj
	for i := range 2000 {
		host := "https://cdn.example/"
		if i%100 == 0 {
			host = "https://desk.example/"
		}
		e := hartest.Entry(0, "GET", host+fmt.Sprint(i)+"/"+padding, "", 200, "")
		e["startedDateTime"] = press.Add(time.Duration(i-1000) * 100 * time.Millisecond).Format(time.RFC3339Nano)
		entries = append(entries, e)
	}
	opt.Evidence = []Source{readHAR(t, hartest.File("WebInspector", "1", entries...), 0)}
	urls, info := built(t, opt)
	own, first, last := 0, 2000, 0
	for _, u := range urls {
		var n int
		if _, err := fmt.Sscanf(u[strings.Index(u, "example/")+8:], "%d", &n); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(u, "desk") {
			own++
			continue
		}
		first, last = min(first, n), max(last, n)
	}
	if own != 20 || info.EntriesIn != 2000 || info.EntriesKept != len(urls) || len(urls) > 1000 || len(urls) < 300 {
		t.Errorf("%d of the service, %+v", own, info)
	}
	if d := (first + last) / 2; d < 980 || d > 1020 {
		t.Errorf("others from %d to %d are not those nearest to 1000", first, last)
	}
}
