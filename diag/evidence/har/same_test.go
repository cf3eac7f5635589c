package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"meiqia-diag/diag/lang"
)

// same reports in what Read differs from the reference, over a HAR in which no
// limit matters. What is not valid JSON only has to be read without harm.
func same(t *testing.T, data []byte, r io.Reader) {
	t.Helper()
	var es []*Entry
	m, ps, err := Read(r, "x.har", Options{}, func(e *Entry) error { es = append(es, e); return nil })
	wantM, want, wantErr := reference(data)
	if errors.Is(wantErr, errInvalid) {
		return
	}
	var p *lang.Problem
	if wantErr != nil != (err != nil) || err != nil && !errors.As(err, &p) {
		t.Fatalf("%v, want %v in %q", err, wantErr, data)
	}
	if err != nil {
		return
	}
	for _, p := range ps {
		if p.What != problemNoList.what {
			t.Fatalf("%v in valid JSON: %q", p, data)
		}
	}
	for i, e := range es {
		if e.Offset >= int64(len(data)) || data[e.Offset] != '{' || i > 0 && e.Offset <= es[i-1].Offset {
			t.Errorf("entry %d at %d", i, e.Offset)
		}
	}
	for _, e := range es {
		e.Offset = 0
	}
	if !reflect.DeepEqual(wantM, m) || !reflect.DeepEqual(want, es) {
		t.Fatalf("%s%s in %q", cmp.Diff(wantM, m), cmp.Diff(want, es, cmp.AllowUnexported(Entry{})), data)
	}
}

// writer writes random HARs: every member in every order, some twice, values of
// wrong types, odd blanks and escapes.
type writer struct {
	*rand.Rand
	bytes.Buffer
	indent string // of each level; "?" for random blanks
	level  int
	tidy   bool // as an exporter writes: each member once, of the right type
}

func (w *writer) one(list ...string) string { return list[w.IntN(len(list))] }

func (w *writer) chance(n int) bool { return !w.tidy && w.IntN(n) == 0 }

func (w *writer) blank(line bool) {
	switch {
	case w.indent == "?":
		w.WriteString(w.one("", "", "", " ", "\n", "\r\n\t", strings.Repeat(" ", w.IntN(40))))
	case line && w.indent != "":
		w.WriteString("\n" + strings.Repeat(w.indent, w.level))
	}
}

// list writes brackets and n things between them.
func (w *writer) list(brackets string, n int, thing func(i int)) {
	w.WriteByte(brackets[0])
	w.level++
	for i := range n {
		if i > 0 {
			w.WriteByte(',')
			w.blank(false)
		}
		w.blank(true)
		thing(i)
	}
	w.level--
	w.blank(n > 0)
	w.WriteByte(brackets[1])
}

func (w *writer) text(s string) {
	if w.chance(4) {
		s += w.one("\"", "\\", "\\\"", "\n", "您好", "é😀", "/", "\x00", strings.Repeat("long ", 70), strings.Repeat("\\\"", 40))
	}
	quoted, _ := json.Marshal(s)
	q := string(quoted)
	if w.chance(6) {
		q = strings.ReplaceAll(q, "e", "\\u0065")
	}
	if w.chance(20) {
		q = q[:len(q)-1] + w.one("\xff", "\\ud800", "\\ud83d\\ude00", "\\/", "\xe4\xbd", "\x7f") + `"`
	}
	w.WriteString(q)
}

func (w *writer) value(depth int) {
	switch n := w.IntN(9); {
	case n < 2 && depth > 0:
		w.list("[]", w.IntN(4), func(int) { w.value(depth - 1) })
	case n < 4 && depth > 0:
		w.list("{}", w.IntN(4), func(int) { w.member(w.one("url", "name", "a", "text", "]}"), func() { w.value(depth - 1) }) })
	case n < 6:
		w.WriteString(w.one("null", "true", "false", "0", "-1", "12.5", "1e3", "1e400", "-0", "0.000001", "1795384760303", "1795384760.303", "123456789012345678901", "99.99999999999999"))
	default:
		w.text(w.one("", "x", "true", "200", "send", "base64", "~", "disk", "Disk Cache", "https://a.example/x", "2026-11-20T02:22:41.5Z", "QUJD", "{}"))
	}
}

func (w *writer) member(key string, value func()) {
	if w.chance(15) {
		w.text(key)
	} else {
		w.WriteString(`"` + key + `"`)
	}
	w.blank(false)
	w.WriteByte(':')
	if w.indent != "" {
		w.WriteByte(' ')
	}
	w.blank(false)
	value()
}

// object writes members in an order of its own; spec tells a key's value: s a
// text, n a number, x anything, o:name an object, a:name an array of such.
func (w *writer) object(name string) {
	keys := strings.Fields(specs[name])
	if name == "stack" && w.level > 12 {
		keys = keys[:1] // not its parent for ever
	}
	if !w.tidy {
		w.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		keys = keys[:w.IntN(len(keys)+1)]
		if len(keys) > 0 && w.chance(4) {
			keys = append(keys, keys[0])
		}
	}
	w.list("{}", len(keys), func(i int) {
		key, kind, _ := strings.Cut(keys[i], "=")
		w.member(key, func() {
			of, isObject := strings.CutPrefix(kind, "o:")
			in, isArray := strings.CutPrefix(kind, "a:")
			switch {
			case w.chance(12) || kind == "x":
				w.value(3)
			case isObject:
				w.object(of)
			case isArray:
				w.list("[]", w.IntN(5), func(int) { w.object(in) })
			case kind == "n":
				w.WriteString(w.one("0", "1", "-1", "200", "33.25", "1795384760.303"))
			default:
				w.text(w.one(strings.Split(kind, "|")...))
			}
		})
	})
}

var specs = map[string]string{
	"file":     "x=x log=o:log y=x",
	"log":      "version=1.2 creator=o:software browser=o:software pages=a:page entries=a:entry comment=x",
	"software": "name=WebInspector|Firefox version=1", "page": "id=p title=t startedDateTime=2026-11-20T02:22:41Z x=x",
	"entry":     "startedDateTime=2026-11-20T02:22:41.5Z time=n request=o:request response=o:response timings=o:timings serverIPAddress=::1 connection=443|7 pageref=p _resourceType=fetch|script _initiator=o:initiator _webSocketMessages=a:message _fromCache=disk _fetchType=Disk x=x cache=x _priority=High",
	"request":   "method=GET|POST url=https://a.example/r|https://a.example/s httpVersion=h2 headers=a:header bodySize=n postData=o:postData cookies=x queryString=x _error=x",
	"response":  "status=n statusText=OK httpVersion=h2 headers=a:header redirectURL=/ content=o:content bodySize=n _error=net::ERR _fetchedViaServiceWorker=true _serviceWorkerResponseSource=network _responseCacheStorageCacheName=v1 cookies=x",
	"header":    "name=Content-Type|Cookie|X-A|Date|X-Token value=a|b|application/json",
	"timings":   "blocked=n dns=n connect=n ssl=n send=n wait=n receive=n _q=n",
	"postData":  "mimeType=text/plain text=a=b params=a:header",
	"content":   "size=n mimeType=text/plain|image/png|application/json text=QUJD|{\"a\":[1,2]}|<p> encoding=base64|BASE64|x",
	"initiator": "type=script url=u stack=o:stack lineNumber=n", "stack": "callFrames=a:frame parent=o:stack description=x",
	"frame": "functionName=f url=https://a.example/app.js|u lineNumber=n", "message": "type=send|receive time=n opcode=n data=hello|{\"type\":\"ack\"}",
}

func randomHAR(rng *rand.Rand) []byte {
	w := writer{Rand: rng, tidy: rng.IntN(3) == 0}
	w.indent = w.one("", "  ", "    ", "\t", "?")
	w.object("file")
	return w.Bytes()
}

// TestSameAsReference reads random HARs, whole and in blocks' ends of any place.
func TestSameAsReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	entries := 0
	for range 4000 {
		data := randomHAR(rng)
		_, es, _ := reference(data)
		entries += len(es)
		same(t, data, bytes.NewReader(data))
		if t.Failed() {
			return
		}
	}
	for range 300 { // a block ends somewhere in it
		doc := randomHAR(rng)
		data := append(bytes.Repeat([]byte(" "), firstBlock+blockSize*rng.IntN(2)-rng.IntN(len(doc)+1)), doc...)
		same(t, data, bytes.NewReader(data))
	}
	if entries < 2000 {
		t.Errorf("only %d entries", entries)
	}
}

func FuzzSameAsReference(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		f.Add(randomHAR(rng))
	}
	for _, n := range []string{"chromium156-devtools-full.har", "firefox.har", "safari.har"} {
		f.Add(sample(f, n)[:1500])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < maxField {
			same(t, data, bytes.NewReader(data))
		}
	})
}

// FuzzSkip compares where a value ends with where the decoder finds its end.
func FuzzSkip(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"]}\\\""}],"c":"` + strings.Repeat(`\"x`, 100) + `"}`, `"\\"`, `[[],{},"",-1.5e3,null]`, "[\n        \"\",\n        {\n        }\n]"} {
		f.Add([]byte(s), uint16(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, pad uint16) {
		lead := firstBlock - int(pad)%200
		file := append(append(bytes.Repeat([]byte(" "), lead), data...), " 1"...)
		s := newScanner(newFeed(bytes.NewReader(file)), longString)
		defer s.feed.close()
		s.skip()
		dec := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		err := dec.SkipValue()
		if rest := data[dec.InputOffset():]; err != nil || len(rest) > 0 && scalarByte[rest[0]] {
			return // no value: read without harm
		}
		if s.err != nil || s.offset() != int64(lead)+dec.InputOffset() {
			t.Errorf("%q: to %d, want %d: %v", data, s.offset()-int64(lead), dec.InputOffset(), s.err)
		}
	})
}

// TestNumbers compares numbers with encoding/json.
func TestNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	exact := 0
	for range 300_000 {
		b := make([]byte, 1+rng.IntN(20))
		for i := range b {
			b[i] = "0123456789012345678901234567890123456789.-+eE0"[rng.IntN(46)]
		}
		valid := json.Valid(b)
		if validScalar(b) != valid {
			t.Fatalf("%s: valid %v", b, !valid)
		}
		if !isNumber(b[0]) {
			continue
		}
		if v, n := short(append(bytes.Clone(b), ',')); n > 0 {
			exact++
			if want, err := strconv.ParseFloat(string(b), 64); n != len(b) || !valid || err != nil || v != want || math.Signbit(v) != math.Signbit(want) {
				t.Fatalf("%s: %v, want %v", b, v, want)
			}
		}
	}
	if exact < 10_000 {
		t.Errorf("only %d numbers", exact)
	}
}

// TestDamageIsFound damages every byte, but for those inside strings, of members
// that are read.
func TestDamageIsFound(t *testing.T) {
	const entry = `{"startedDateTime": "2026-11-20T02:22:41Z", "time": 12.5, "request": {"method": "GET", "headers": [{"name": "a", "value": "b"}, {"name": "c", "value": "d"}], "postData": {"text": "x"}},
		"response": {"status": 200, "headers": [{"name": "a", "value": "b"}, {"name": "c", "value": "d"}], "content": {"size": 1, "text": "x"}, "_error": null}, "timings": {"wait": 1}, "_fromCache": "disk", "_webSocketMessages": [{"type": "send", "data": "x"}]}`
	doc := `{"log": {"version": "1.2", "entries": [` + entry + `, ` + entry + `, ` + entry + `], "creator": {"name": "x"}}}`
	inside := false
	for i := 1; i < len(doc)-1; i++ {
		if doc[i] == '"' {
			inside = !inside
		}
		if inside || doc[i] == '"' {
			continue
		}
		bad := doc[:i] + "#" + doc[i+1:]
		m, ps, err := Read(strings.NewReader(bad), "x.har", Options{}, func(*Entry) error { return nil })
		if err != nil {
			if i > 10 {
				t.Errorf("%q at %d: %v", doc[i], i, err)
			}
			continue
		}
		whole := strings.Count(doc[:i], entry)
		if !m.Truncated || len(ps) == 0 || m.Entries != whole {
			t.Errorf("%q at %d: %d of %d entries, %v", doc[i], i, m.Entries, whole, ps)
			continue
		}
		if p := ps[len(ps)-1]; p.What.EN != problemDamaged.what.F(whole).EN || p.Byte > int64(i) || p.Byte < int64(i)-20 {
			t.Errorf("%q at %d: %v", doc[i], i, p)
		}
	}
}
