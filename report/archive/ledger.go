package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"meiqia-diag/diag/lang"
)

// ledgerName lists every redaction: file, line, rule and pseudonym, never the value.
const ledgerName = "redactions.jsonl"

// ledger adds the list of redactions in the files that go in.
func (b *builder) ledger(out map[string]bool) error {
	in := map[string]bool{}
	for _, e := range b.entries {
		in[e.Name] = !out[e.Name]
	}
	var rows bytes.Buffer
	enc := json.NewEncoder(&rows)
	enc.SetEscapeHTML(false)
	for _, x := range b.r.Ledger() {
		if !in[x.File] {
			continue
		}
		if err := enc.Encode(x); err != nil {
			return fmt.Errorf("write the ledger: %w", err)
		}
	}
	if rows.Len() > 0 {
		b.text(ledgerName, "redactions", rows.Bytes(), nil)
	}
	return nil
}

// swept makes sure that no word that the person named is left, in any spelling
// that files use. The pages' own words are not looked at: what they show of the
// evidence comes from files that are.
func (b *builder) swept() error {
	for _, word := range b.opt.Words {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		quoted, _ := json.Marshal(word)
		forms := [][]byte{[]byte(word), bytes.Trim(quoted, `"`), []byte(url.QueryEscape(word)), []byte(url.PathEscape(word))}
		for _, e := range b.entries {
			if !e.text || !e.Evidence() && e.Name != "incident.yaml" && e.Name != "report.json" {
				continue
			}
			data := e.data
			if e.Name == "report.json" {
				data = values(data)
			}
			for _, f := range forms {
				at := bytes.Index(data, f)
				if at < 0 {
					continue
				}
				return &lang.Problem{File: e.Name, Line: bytes.Count(data[:at], []byte("\n")) + 1, What: lang.T("--redact 的一个词没有去净，没有写出报告", "a word of --redact is still there; no report was written"),
					Hint: lang.T("用 --drop 去掉这个文件，或换一个更长、更独特的词", "leave this file out with --drop, or give a longer word")}
			}
		}
	}
	return nil
}

// values gives the texts of a JSON document, one a line; its field names are the program's.
func values(data []byte) []byte {
	var doc any
	if json.Unmarshal(data, &doc) != nil {
		return data
	}
	var out []byte
	var walk func(any)
	walk = func(v any) {
		switch x := v.(type) {
		case string:
			out = append(append(out, x...), '\n')
		case []any:
			for _, y := range x {
				walk(y)
			}
		case map[string]any:
			for _, y := range x {
				walk(y)
			}
		}
	}
	walk(doc)
	return out
}
