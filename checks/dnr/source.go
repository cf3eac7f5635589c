package dnr

import (
	"bufio"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Source looks for the line of a filter list that a rule was made of. AdGuard
// keeps the list beside the first rule of a file ("metadata.rawFilterList"). The
// title is the list's own ("! Title:"); the line is "" when none, or more than
// one, has the rule's filter.
func Source(r io.Reader, rule *Rule) (title, line string) {
	list := rawList(io.LimitReader(r, maxFile))
	if list == "" {
		return "", ""
	}
	want := rule.Filter
	if rule.Regex != "" {
		want = "/" + rule.Regex + "/"
	}
	found := 0
	for text := range strings.Lines(list) {
		text = strings.TrimSpace(text)
		if t, ok := strings.CutPrefix(text, "! Title:"); ok && title == "" {
			title = strings.TrimSpace(t)
		}
		if want == "" || strings.HasPrefix(text, "!") || !strings.Contains(text, want) {
			continue
		}
		filter, exception := strings.CutPrefix(text, "@@")
		if exception != (rule.Action == Allow || rule.Action == AllowAllRequests) {
			continue
		}
		// Options stand behind the last "$"; the filter before it may hold one, too.
		if filter != want {
			i := strings.LastIndexByte(filter, '$')
			if i < 0 || filter[:i] != want {
				continue
			}
		}
		found++
		line = text
	}
	if found != 1 {
		line = ""
	}
	return title, line
}

// rawList gives the text of the list, which stands in the first rule of the file.
func rawList(r io.Reader) (list string) {
	dec := jsontext.NewDecoder(bufio.NewReader(r), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '[' || dec.PeekKind() != '{' {
		return ""
	}
	_ = members(dec, func(name string) error { // what cannot be read names no line
		if name != "metadata" || dec.PeekKind() != '{' {
			return dec.SkipValue()
		}
		return members(dec, func(name string) error {
			if name != "rawFilterList" || dec.PeekKind() != '"' {
				return dec.SkipValue()
			}
			t, err := dec.ReadToken()
			if err == nil {
				list = t.String()
			}
			return err
		})
	})
	return list
}
