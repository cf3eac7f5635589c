package batch

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// advCase is a case of the adversarial set, which was written without a look at
// the rules: files, what must not be left of them, and what must. Every value
// is made up.
type advCase struct {
	ID, Class, File string
	ContentB64      string `json:"content_b64"`
	Files           []struct {
		File       string
		ContentB64 string `json:"content_b64"`
	}
	Secrets, Keep []string
	Note          string
}

// strict are the classes of which nothing at all may be left.
var strict = map[string]bool{"phone": true, "id": true, "card": true, "token": true, "cookie": true, "jwt": true, "key": true, "message_text": true}

func TestAdversarialSet(t *testing.T) {
	cases := advCases(t)
	if len(cases) < 200 {
		t.Fatalf("only %d cases", len(cases))
	}
	leaked, total := map[string]int{}, map[string]int{}
	lost, keeps := 0, 0
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			out := redactCase(t, c)
			views := viewsOf(out)
			total[c.Class]++
			for _, s := range c.Secrets {
				if how := survives(s, out, views); how != "" {
					leaked[c.Class]++
					t.Logf("%s: left, %s (%s)", c.ID, how, c.Note)
					break
				}
			}
			for _, k := range c.Keep {
				keeps++
				if !contains(views, k) {
					lost++
					t.Logf("%s: %q is gone", c.ID, k)
				}
			}
		})
	}
	all, some := 0, 0
	for class, n := range total {
		all += n
		some += leaked[class]
		if strict[class] && leaked[class] > 0 || leaked[class]*20 > n {
			t.Errorf("%s: %d of %d cases leak", class, leaked[class], n)
		}
	}
	if lost*50 > keeps {
		t.Errorf("%d of %d texts that a diagnosis needs are gone", lost, keeps)
	}
	t.Logf("%d of %d cases leak, %d of %d texts are gone", some, all, lost, keeps)
}

func advCases(t *testing.T) (out []advCase) {
	t.Helper()
	files, err := filepath.Glob("../testdata/adversarial/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var c advCase
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			out = append(out, c)
		}
		_ = f.Close()
	}
	return out
}

// redactCase gives what is left of a case, all its files one behind the other.
func redactCase(t *testing.T, c advCase) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	put := func(name, content string) {
		data, err := base64.StdEncoding.DecodeString(content)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(in, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c.File != "" {
		put(c.File, c.ContentB64)
	}
	for _, f := range c.Files {
		put(f.File, f.ContentB64)
	}
	if _, err := Run(t.Context(), Options{Paths: []string{in}, Output: out, Stdout: io.Discard, Key: []byte("0123456789abcdef0123456789abcdef")}); err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	var all bytes.Buffer
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.Write(data)
		all.WriteByte('\n')
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.Bytes()
}

var (
	uEscape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	pEscape = regexp.MustCompile(`(?:%[0-9a-fA-F]{2})+`)
	b64Run  = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)
)

// viewsOf gives the output as it is and with its encodings undone, up to four deep.
func viewsOf(out []byte) []string {
	views := []string{string(out)}
	seen := map[string]bool{views[0]: true}
	for i := 0; i < len(views) && i < 40; i++ {
		v := views[i]
		for _, next := range []string{
			uEscape.ReplaceAllStringFunc(v, func(e string) string {
				n, _ := strconv.ParseUint(e[2:], 16, 32)
				return string(rune(n))
			}),
			strings.ReplaceAll(strings.ReplaceAll(v, `\"`, `"`), `\\`, `\`),
			pEscape.ReplaceAllStringFunc(v, func(e string) string {
				p, err := url.PathUnescape(e)
				if err != nil {
					return e
				}
				return p
			}),
			unbased(v),
		} {
			if next != "" && !seen[next] {
				seen[next] = true
				views = append(views, next)
			}
		}
	}
	return views
}

func unbased(v string) string {
	var b strings.Builder
	for _, run := range b64Run.FindAllString(v, -1) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for k := range 4 {
			if k < len(run) {
				r := run[k:]
				if p, err := base64.RawStdEncoding.DecodeString(r[:len(r)/4*4]); err == nil {
					b.Write(p)
					b.WriteByte('\n')
				}
			}
		}
	}
	return b.String()
}

// survives tells how a value is left, "" when it is not.
func survives(s string, raw []byte, views []string) string {
	if contains(views, s) {
		return "plain or decoded"
	}
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	if contains(views, string(r)) {
		return "reversed"
	}
	if d := onlyDigits(s); len(d) >= 9 && len(d)*2 > len(s) {
		for _, v := range views {
			if strings.Contains(betweenDigits.ReplaceAllString(v, ""), d) {
				return "its digits"
			}
		}
	}
	if len(s) < 4 {
		return ""
	}
	forms := map[string]string{"hex": hex.EncodeToString([]byte(s)), "percent": url.QueryEscape(s)}
	for k := range 3 { // whatever stands before it, at each alignment
		full := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", k) + s))
		if core := full[[3]int{0, 2, 3}[k] : len(full)-1]; len(core) >= 8 {
			forms[fmt.Sprint("base64 at ", k)] = core
		}
	}
	if w, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(s); err == nil {
		forms["UTF-16"] = w
	}
	if g, err := simplifiedchinese.GB18030.NewEncoder().String(s); err == nil {
		forms["GB18030"] = g
	}
	for how, f := range forms {
		if bytes.Contains(raw, []byte(f)) || bytes.Contains(bytes.ToLower(raw), []byte(strings.ToLower(f))) && how == "hex" {
			return how
		}
	}
	return ""
}

var betweenDigits = regexp.MustCompile(`[\s\-._()+/·]{1,3}`)

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func contains(views []string, s string) bool {
	for _, v := range views {
		if strings.Contains(v, s) {
			return true
		}
	}
	return false
}
